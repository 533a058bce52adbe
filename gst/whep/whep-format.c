/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The media formats that can be served. A codec is one row of a table; only
 * H.264 and VP9 have profiles that decide whether a payload type fits.
 */
#include "config.h"

#include "whep-format.h"

#include <stdlib.h>
#include <string.h>

static const WhepCodec codecs[] = {
  {"video", "VP8", 90000, 0, "video/x-vp8", NULL, "rtpvp8pay", -1},
  {"video", "VP9", 90000, 0, "video/x-vp9", "profile=(string)0",
      "rtpvp9pay", -1},
  {"video", "H264", 90000, 0, "video/x-h264",
      "profile=(string){constrained-baseline,baseline,main,"
        "constrained-high,progressive-high,high}", "rtph264pay", -1},
  {"audio", "opus", 48000, 2, "audio/x-opus", NULL, "rtpopuspay", -1},
  {"audio", "PCMU", 8000, 0, "audio/x-mulaw", "rate=8000,channels=1",
      "rtppcmupay", 0},
  {"audio", "PCMA", 8000, 0, "audio/x-alaw", "rate=8000,channels=1",
      "rtppcmapay", 8},
};

/* Names of GStreamer's caps; other profiles are none a browser decodes. */
static const struct
{
  const gchar *name;
  WhepH264Profile profile;
} h264_profile_names[] = {
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
} h264_profile_ids[] = {
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

#define BIT(profile) (1u << (profile))

/* Which streams a decoder of a profile takes. */
static const guint h264_decodable[] = {
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

static WhepH264Profile
h264_profile_from_name (const gchar * name)
{
  for (gsize i = 0; name && i < G_N_ELEMENTS (h264_profile_names); i++) {
    if (g_str_equal (name, h264_profile_names[i].name))
      return h264_profile_names[i].profile;
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

  for (gsize i = 0; i < G_N_ELEMENTS (h264_profile_ids); i++) {
    if (idc == h264_profile_ids[i].idc
        && (iop & h264_profile_ids[i].mask) == h264_profile_ids[i].iop)
      return h264_profile_ids[i].profile;
  }
  return WHEP_H264_UNKNOWN;
}

static const WhepCodec *
codec_from_caps_name (const gchar * name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (g_str_equal (name, codecs[i].caps))
      return &codecs[i];
  }
  return NULL;
}

WhepFormat
whep_format_from_caps (const GstCaps * caps)
{
  WhepFormat format = { NULL, };
  const gchar *vp9_profile;

  if (!caps || !gst_caps_is_fixed (caps))
    return format;
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  format.codec = codec_from_caps_name (gst_structure_get_name (s));
  gst_structure_get_int (s, "channels", &format.channels);
  format.h264_profile =
      h264_profile_from_name (gst_structure_get_string (s, "profile"));
  vp9_profile = gst_structure_get_string (s, "profile");
  if (vp9_profile && g_ascii_isdigit (vp9_profile[0]))
    format.vp9_profile = atoi (vp9_profile);
  return format;
}

static GstCaps *
caps_of_media (const gchar * media)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    g_autofree gchar *text = g_strjoin (",", codecs[i].caps,
        codecs[i].limits, NULL);

    if (g_str_equal (codecs[i].media, media))
      gst_caps_append (caps, gst_caps_from_string (text));
  }
  return caps;
}

GstCaps *
whep_format_video_caps (void)
{
  return caps_of_media ("video");
}

GstCaps *
whep_format_audio_caps (void)
{
  return caps_of_media ("audio");
}

/* The value of an a=NAME:PT line, without the payload type. */
static const gchar *
attribute_of_payload_type (const GstSDPMedia * media, const gchar * name,
    gint payload_type)
{
  const gchar *value;

  for (guint i = 0; (value =
          gst_sdp_media_get_attribute_val_n (media, name, i)); i++) {
    gchar *end;

    if (g_ascii_isdigit (value[0])
        && (gint) strtol (value, &end, 10) == payload_type && *end == ' ')
      return end + 1;
  }
  return NULL;
}

/* One parameter of a=fmtp, NULL where it is not there. */
static gchar *
fmtp_parameter (const GstSDPMedia * media, gint payload_type,
    const gchar * name)
{
  const gchar *fmtp = attribute_of_payload_type (media, "fmtp", payload_type);
  gchar *found = NULL;

  if (!fmtp)
    return NULL;
  gchar **parameters = g_strsplit (fmtp, ";", 32);
  for (gchar ** p = parameters; *p && !found; p++) {
    gchar *value = strchr (g_strstrip (*p), '=');

    if (!value)
      continue;
    *value++ = '\0';
    if (g_ascii_strcasecmp (*p, name) == 0)
      found = g_strdup (value);
  }
  g_strfreev (parameters);
  return found;
}

/* "VP8/90000" or "opus/48000/2"; a parameter of 1 channel may be left out. */
static gboolean
codec_matches_rtpmap (const WhepCodec * codec, const gchar * rtpmap)
{
  gchar **parts = g_strsplit (rtpmap, "/", 4);
  guint n = g_strv_length (parts);
  gboolean matches = n >= 2
      && g_ascii_strcasecmp (parts[0], codec->encoding) == 0
      && g_ascii_strtoull (parts[1], NULL, 10) == codec->clock_rate
      && (n < 3 ? codec->channels == 0
      : g_ascii_strtoull (parts[2], NULL, 10) == MAX (codec->channels, 1));

  g_strfreev (parts);
  return matches;
}

static gboolean
codec_has_payload_type (const WhepCodec * codec, const GstSDPMedia * media,
    gint payload_type)
{
  const gchar *rtpmap =
      attribute_of_payload_type (media, "rtpmap", payload_type);

  if (rtpmap)
    return codec_matches_rtpmap (codec, rtpmap);
  return payload_type == codec->static_payload_type;
}

/*
 * How well a payload type's decoder suits an H.264 stream: 0 not at all, more
 * is better, and the stream's own profile is best. Packetization mode 1 is a
 * must, because pictures do not fit into single NAL unit packets.
 */
static guint
h264_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, gchar ** fmtp)
{
  g_autofree gchar *mode =
      fmtp_parameter (media, payload_type, "packetization-mode");
  g_autofree gchar *id =
      fmtp_parameter (media, payload_type, "profile-level-id");
  WhepH264Profile offered;

  if (g_strcmp0 (mode, "1") != 0)
    return 0;
  /* RFC 6184 section 8.1: Baseline at level 1 when there is none. */
  offered = id ? whep_h264_profile_from_id (id) : WHEP_H264_BASELINE;
  if (offered == WHEP_H264_UNKNOWN)
    return 0;
  if (format->h264_profile != WHEP_H264_UNKNOWN
      && !(h264_decodable[offered] & BIT (format->h264_profile)))
    return 0;

  *fmtp = g_strdup_printf ("level-asymmetry-allowed=1;packetization-mode=1;"
      "profile-level-id=%s", id ? id : "42000a");
  return offered == format->h264_profile ? 100 : 50 - offered;
}

static guint
vp9_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, gchar ** fmtp)
{
  g_autofree gchar *id = fmtp_parameter (media, payload_type, "profile-id");

  if ((id ? atoi (id) : 0) != format->vp9_profile)
    return 0;
  *fmtp = g_strdup_printf ("profile-id=%d", format->vp9_profile);
  return 1;
}

static guint
format_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, gchar ** fmtp)
{
  const gchar *encoding = format->codec->encoding;

  if (g_str_equal (encoding, "H264"))
    return h264_suits (format, media, payload_type, fmtp);
  if (g_str_equal (encoding, "VP9"))
    return vp9_suits (format, media, payload_type, fmtp);
  if (g_str_equal (encoding, "opus"))
    *fmtp = g_strdup (format->channels == 2 ?
        "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1" :
        "minptime=10;useinbandfec=1");
  return 1;
}

/* An RTP payload type that a=rtcp-mux leaves usable (RFC 5761 section 4). */
static gint
parse_payload_type (const gchar * text)
{
  gchar *end;
  guint64 value = g_ascii_strtoull (text, &end, 10);

  if (!g_ascii_isdigit (text[0]) || *end != '\0' || value > 127
      || (value >= 64 && value < 96))
    return -1;
  return value;
}

gint
whep_format_find_payload_type (const WhepFormat * format,
    const GstSDPMedia * media, gchar ** fmtp)
{
  guint best = 0;
  gint found = -1;

  *fmtp = NULL;
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
    gint payload_type =
        parse_payload_type (gst_sdp_media_get_format (media, i));
    g_autofree gchar *parameters = NULL;

    if (payload_type < 0
        || !codec_has_payload_type (format->codec, media, payload_type))
      continue;
    guint suits = format_suits (format, media, payload_type, &parameters);
    if (suits > best) {
      best = suits;
      found = payload_type;
      g_free (*fmtp);
      *fmtp = g_steal_pointer (&parameters);
    }
  }
  return found;
}

gint
whep_format_find_rtx (const GstSDPMedia * media, gint payload_type)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
    gint candidate = parse_payload_type (gst_sdp_media_get_format (media, i));
    const gchar *rtpmap = candidate < 0 ? NULL :
        attribute_of_payload_type (media, "rtpmap", candidate);

    if (!rtpmap || g_ascii_strncasecmp (rtpmap, "rtx/", 4) != 0)
      continue;
    g_autofree gchar *apt = fmtp_parameter (media, candidate, "apt");
    if (apt && parse_payload_type (apt) == payload_type)
      return candidate;
  }
  return -1;
}
