/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether and when to publish again.
 */
#include "config.h"

#include "whip-retry.h"

#include "whep-error.h"

#define DELAY_MIN_MS 1000
/* Without the random part, which is up to a quarter. */
#define DELAY_MAX_MS 24000
#define DOUBLINGS_MAX 5

/* The session of before may be the one that is in the way (RFC 9110). */
#define STATUS_CONFLICT 409

static gboolean
is_passing (gint status)
{
  return status == WHEP_ERROR_NOT_FOUND || status == WHEP_ERROR_TIMEOUT
      || status == STATUS_CONFLICT || status == WHEP_ERROR_TOO_MANY
      || status >= WHEP_ERROR_INTERNAL;
}

gboolean
whip_retry_may_help (WhepEnd end, const GError * error)
{
  switch (end) {
    case WHEP_END_CLOSED:
    case WHEP_END_SILENT:
    case WHEP_END_UNREACHABLE:
      return TRUE;
    case WHEP_END_ERROR:
      return error && is_passing (error->code);
    default:
      return FALSE;
  }
}

guint
whip_retry_delay_ms (guint attempt)
{
  guint delay_ms = MIN (DELAY_MIN_MS << MIN (attempt, DOUBLINGS_MAX),
      DELAY_MAX_MS);

  return delay_ms + g_random_int_range (0, delay_ms / 4 + 1);
}
