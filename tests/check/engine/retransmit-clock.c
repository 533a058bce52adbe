/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The intervals between copies of a flight.
 */
#include "config.h"

#include "engine/retransmit-clock.h"

#define MS G_GINT64_CONSTANT (1000)

static void
test_intervals (void)
{
  static const gint expected_ms[] = { 50, 100, 200, 200, 200 };
  DtlsRetransmitClock clock;
  gint64 now_us = 5000 * MS;

  dtls_retransmit_clock_init (&clock, 50, 200);
  g_assert_cmpint (clock.deadline_us, ==, -1);
  g_assert_false (dtls_retransmit_clock_is_due (&clock, G_MAXINT64));
  dtls_retransmit_clock_flight_sent (&clock, now_us);
  for (guint i = 0; i < G_N_ELEMENTS (expected_ms); i++) {
    g_assert_cmpint (clock.deadline_us - now_us, ==, expected_ms[i] * MS);
    g_assert_false (dtls_retransmit_clock_is_due (&clock,
            clock.deadline_us - 1));
    g_assert_true (dtls_retransmit_clock_is_due (&clock, clock.deadline_us));
    now_us = clock.deadline_us;
    dtls_retransmit_clock_flight_expired (&clock, now_us);
  }
}

static void
test_backs_off (void)
{
  DtlsRetransmitClock clock;
  gint64 now_us = 0;
  guint copies = 0;

  dtls_retransmit_clock_init (&clock, 50, 200);
  dtls_retransmit_clock_flight_sent (&clock, 0);
  while (clock.deadline_us < 30000 * MS) {
    now_us = clock.deadline_us;
    dtls_retransmit_clock_flight_expired (&clock, now_us);
    copies++;
  }
  /* About 5 a second for 5 seconds, then one a second. */
  g_assert_cmpuint (copies, >=, 45);
  g_assert_cmpuint (copies, <=, 55);
  g_assert_cmpint (clock.deadline_us - now_us, ==,
      DTLS_RETRANSMIT_PATIENT_MS * MS);
}

static void
test_new_flight_starts_short (void)
{
  DtlsRetransmitClock clock;

  dtls_retransmit_clock_init (&clock, 50, 200);
  dtls_retransmit_clock_flight_sent (&clock, 0);
  dtls_retransmit_clock_flight_expired (&clock, 50 * MS);
  dtls_retransmit_clock_flight_expired (&clock, 150 * MS);
  dtls_retransmit_clock_flight_sent (&clock, 160 * MS);
  g_assert_cmpint (clock.deadline_us, ==, 210 * MS);
}

static void
test_early_copy_keeps_interval (void)
{
  DtlsRetransmitClock clock;

  dtls_retransmit_clock_init (&clock, 50, 200);
  dtls_retransmit_clock_flight_repeated (&clock, 10 * MS);
  g_assert_cmpint (clock.deadline_us, ==, -1);
  dtls_retransmit_clock_flight_sent (&clock, 0);
  dtls_retransmit_clock_flight_expired (&clock, 50 * MS);
  dtls_retransmit_clock_flight_repeated (&clock, 60 * MS);
  g_assert_cmpint (clock.deadline_us, ==, 160 * MS);
  dtls_retransmit_clock_stop (&clock);
  g_assert_cmpint (clock.deadline_us, ==, -1);
}

static void
test_postponed (void)
{
  DtlsRetransmitClock clock;

  dtls_retransmit_clock_init (&clock, 50, 200);
  dtls_retransmit_clock_postpone (&clock, 1000 * MS);
  g_assert_cmpint (clock.deadline_us, ==, -1);
  dtls_retransmit_clock_flight_sent (&clock, 0);
  dtls_retransmit_clock_postpone (&clock, 20 * MS);
  g_assert_cmpint (clock.deadline_us, ==, 50 * MS);
  dtls_retransmit_clock_postpone (&clock, 1000 * MS);
  g_assert_cmpint (clock.deadline_us, ==, 1000 * MS);
  /* The interval is what it was. */
  dtls_retransmit_clock_flight_expired (&clock, 1000 * MS);
  g_assert_cmpint (clock.deadline_us, ==, 1100 * MS);
}

static void
test_odd_settings (void)
{
  static const guint settings[][2] = { {0, 0}, {500, 100}, {G_MAXUINT, 1},
  {3750, G_MAXUINT}
  };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    DtlsRetransmitClock clock;
    gint64 now_us = 0;

    dtls_retransmit_clock_init (&clock, settings[i][0], settings[i][1]);
    dtls_retransmit_clock_flight_sent (&clock, now_us);
    for (guint n = 0; n < 40; n++) {
      g_assert_cmpint (clock.deadline_us, >, now_us);
      now_us = clock.deadline_us;
      dtls_retransmit_clock_flight_expired (&clock, now_us);
    }
  }
}

static void
test_earlier_deadline (void)
{
  g_assert_cmpint (dtls_deadline_earlier (-1, -1), ==, -1);
  g_assert_cmpint (dtls_deadline_earlier (-1, 5), ==, 5);
  g_assert_cmpint (dtls_deadline_earlier (5, -1), ==, 5);
  g_assert_cmpint (dtls_deadline_earlier (5, 7), ==, 5);
  g_assert_cmpint (dtls_deadline_earlier (7, 0), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retransmit-clock/intervals", test_intervals);
  g_test_add_func ("/retransmit-clock/backs-off", test_backs_off);
  g_test_add_func ("/retransmit-clock/new-flight-starts-short",
      test_new_flight_starts_short);
  g_test_add_func ("/retransmit-clock/early-copy-keeps-interval",
      test_early_copy_keeps_interval);
  g_test_add_func ("/retransmit-clock/postponed", test_postponed);
  g_test_add_func ("/retransmit-clock/odd-settings", test_odd_settings);
  g_test_add_func ("/retransmit-clock/earlier-deadline", test_earlier_deadline);
  return g_test_run ();
}
