/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a peer says it can receive: the REMB message of RTCP.
 *
 *   "REMB" | count of SSRCs (8) | exponent (6) | mantissa (18) | SSRCs
 */
#include "config.h"

#include "whep-remb.h"

#include <string.h>

#define HEADER_SIZE 8
#define SSRC_SIZE 4

guint
whep_remb_parse (const guint8 * fci, gsize size)
{
  if (size < HEADER_SIZE || memcmp (fci, "REMB", 4) != 0
      || size < HEADER_SIZE + (gsize) fci[4] * SSRC_SIZE)
    return 0;
  guint exponent = fci[5] >> 2;
  guint64 mantissa = (fci[5] & 3) << 16 | fci[6] << 8 | fci[7];

  if (mantissa == 0)
    return 0;
  if (exponent >= 32 || mantissa << exponent > G_MAXUINT)
    return G_MAXUINT;
  return mantissa << exponent;
}

gboolean
whep_remb_differs (guint from, guint to)
{
  guint64 difference = ABS ((gint64) to - from);

  return difference * 20 > from;
}
