/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The profiles of H.264, as caps and SDP name them, and who decodes which.
 */
#include "config.h"

#include "whep-h264.h"

#include <string.h>

/* Names of GStreamer's caps; other profiles are none a browser decodes. */
static const struct
{
  const gchar *name;
  WhepH264Profile profile;
} profile_names[] = {
  {"constrained-baseline", WHEP_H264_CONSTRAINED_BASELINE},
  {"baseline", WHEP_H264_BASELINE},
  {"main", WHEP_H264_MAIN},
  {"constrained-high", WHEP_H264_CONSTRAINED_HIGH},
  {"progressive-high", WHEP_H264_HIGH},
  {"high", WHEP_H264_HIGH},
  {"high-4:4:4", WHEP_H264_HIGH_444},
};

/* RFC 6184 section 8.1, table 5: profile_idc, and profile-iop under a mask. */
static const struct
{
  guint8 idc;
  guint8 mask;
  guint8 iop;
  WhepH264Profile profile;
} profile_ids[] = {
  {0x42, 0x4f, 0x40, WHEP_H264_CONSTRAINED_BASELINE},
  {0x4d, 0x8f, 0x80, WHEP_H264_CONSTRAINED_BASELINE},
  {0x58, 0xcf, 0xc0, WHEP_H264_CONSTRAINED_BASELINE},
  {0x42, 0x4f, 0x00, WHEP_H264_BASELINE},
  {0x58, 0xcf, 0x80, WHEP_H264_BASELINE},
  {0x4d, 0xaf, 0x00, WHEP_H264_MAIN},
  {0x64, 0xff, 0x0c, WHEP_H264_CONSTRAINED_HIGH},
  {0x64, 0xff, 0x00, WHEP_H264_HIGH},
  {0xf4, 0xff, 0x00, WHEP_H264_HIGH_444},
};

/* The same as browsers write them, at level 3.1. */
static const gchar *const usual_ids[] = {
  [WHEP_H264_UNKNOWN] = "42e01f",
  [WHEP_H264_CONSTRAINED_BASELINE] = "42e01f",
  [WHEP_H264_BASELINE] = "42001f",
  [WHEP_H264_MAIN] = "4d001f",
  [WHEP_H264_CONSTRAINED_HIGH] = "640c1f",
  [WHEP_H264_HIGH] = "64001f",
  [WHEP_H264_HIGH_444] = "f4001f",
};

#define BIT(profile) (1u << (profile))

/* Which streams a decoder of a profile takes. */
static const guint decodable[] = {
  [WHEP_H264_UNKNOWN] = 0,
  [WHEP_H264_CONSTRAINED_BASELINE] = BIT (WHEP_H264_CONSTRAINED_BASELINE),
  [WHEP_H264_BASELINE] =
      BIT (WHEP_H264_CONSTRAINED_BASELINE) | BIT (WHEP_H264_BASELINE),
  [WHEP_H264_MAIN] =
      BIT (WHEP_H264_CONSTRAINED_BASELINE) | BIT (WHEP_H264_MAIN),
  [WHEP_H264_CONSTRAINED_HIGH] =
      BIT (WHEP_H264_CONSTRAINED_BASELINE) | BIT (WHEP_H264_CONSTRAINED_HIGH),
  [WHEP_H264_HIGH] =
      BIT (WHEP_H264_CONSTRAINED_BASELINE) | BIT (WHEP_H264_MAIN) |
      BIT (WHEP_H264_CONSTRAINED_HIGH) | BIT (WHEP_H264_HIGH),
  [WHEP_H264_HIGH_444] =
      BIT (WHEP_H264_CONSTRAINED_BASELINE) | BIT (WHEP_H264_MAIN) |
      BIT (WHEP_H264_CONSTRAINED_HIGH) | BIT (WHEP_H264_HIGH) |
      BIT (WHEP_H264_HIGH_444),
};

WhepH264Profile
whep_h264_profile_from_name (const gchar * name)
{
  for (gsize i = 0; name && i < G_N_ELEMENTS (profile_names); i++) {
    if (g_str_equal (name, profile_names[i].name))
      return profile_names[i].profile;
  }
  return WHEP_H264_UNKNOWN;
}

WhepH264Profile
whep_h264_profile_from_id (const gchar * profile_level_id)
{
  if (strlen (profile_level_id) != 6
      || strspn (profile_level_id, "0123456789abcdefABCDEF") != 6)
    return WHEP_H264_UNKNOWN;

  guint64 value = g_ascii_strtoull (profile_level_id, NULL, 16);
  guint8 idc = value >> 16;
  guint8 iop = value >> 8;

  for (gsize i = 0; i < G_N_ELEMENTS (profile_ids); i++) {
    if (idc == profile_ids[i].idc
        && (iop & profile_ids[i].mask) == profile_ids[i].iop)
      return profile_ids[i].profile;
  }
  return WHEP_H264_UNKNOWN;
}

const gchar *
whep_h264_profile_to_id (WhepH264Profile profile)
{
  return usual_ids[profile];
}

gboolean
whep_h264_decodes (WhepH264Profile decoder, WhepH264Profile stream)
{
  return stream == WHEP_H264_UNKNOWN || (decodable[decoder] & BIT (stream));
}
