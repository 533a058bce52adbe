/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is tried again, and how often.
 */
#include "config.h"

#include "whep/whip-retry.h"

#include "whep/whep-error.h"

static gboolean
helps (gint code)
{
  g_autoptr (GError) error = g_error_new_literal (WHEP_ERROR, code, "why");

  return whip_retry_may_help (WHEP_END_ERROR, error);
}

static void
test_refusals (void)
{
  static const gint passing[] = { 404, 408, 409, 429, 500, 502, 503, 504 };
  static const gint lasting[] = { 400, 401, 403, 405, 406, 413, 415, 422 };

  for (gsize i = 0; i < G_N_ELEMENTS (passing); i++)
    g_assert_true (helps (passing[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (lasting); i++)
    g_assert_false (helps (lasting[i]));
}

static void
test_ends (void)
{
  for (guint end = 0; end < WHEP_N_ENDS; end++)
    g_assert_cmpint (whip_retry_may_help (end, NULL), ==,
        end == WHEP_END_CLOSED || end == WHEP_END_SILENT
        || end == WHEP_END_UNREACHABLE);
}

static void
test_delays (void)
{
  static const guint least_ms[] = { 1000, 2000, 4000, 8000, 16000, 24000 };

  for (guint attempt = 0; attempt < 100; attempt++) {
    guint least = least_ms[MIN (attempt, G_N_ELEMENTS (least_ms) - 1)];
    guint delay_ms = whip_retry_delay_ms (attempt);

    g_assert_cmpuint (delay_ms, >=, least);
    g_assert_cmpuint (delay_ms, <=, least + least / 4);
    g_assert_cmpuint (delay_ms, <=, 30000);
  }
  g_assert_cmpuint (whip_retry_delay_ms (G_MAXUINT), <=, 30000);
}

/* Those who have lost one server do not all come at once. */
static void
test_spread (void)
{
  guint first_ms = whip_retry_delay_ms (5);
  guint n = 0;

  while (whip_retry_delay_ms (5) == first_ms)
    g_assert_cmpuint (++n, <, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whip/retry/refusals", test_refusals);
  g_test_add_func ("/whip/retry/ends", test_ends);
  g_test_add_func ("/whip/retry/delays", test_delays);
  g_test_add_func ("/whip/retry/spread", test_spread);
  return g_test_run ();
}
