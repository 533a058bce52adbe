/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An alarm on a clock that the test moves.
 */
#include "config.h"

#include "alarm.h"

#include <gst/check/gsttestclock.h>

static GMutex lock;
static GCond changed;
static guint n_rings;

static void
on_ring (gpointer owner)
{
  g_mutex_lock (&lock);
  n_rings++;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

static void
wait_for_rings (guint n)
{
  g_mutex_lock (&lock);
  while (n_rings < n)
    g_cond_wait (&changed, &lock);
  g_assert_cmpuint (n_rings, ==, n);
  g_mutex_unlock (&lock);
}

static guint
count_waits (GstTestClock * clock)
{
  return gst_test_clock_peek_id_count (clock);
}

static void
ring_next (GstTestClock * clock)
{
  g_assert_true (gst_test_clock_crank (clock));
}

static void
test_rings_once_for_the_last_deadline (void)
{
  GstTestClock *clock = GST_TEST_CLOCK (gst_system_clock_obtain ());
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  DtlsAlarm *alarm = dtls_alarm_new (on_ring, owner);
  gint64 now_us = dtls_alarm_get_now_us (alarm);

  n_rings = 0;
  dtls_alarm_set (alarm, now_us + 3000);
  dtls_alarm_set (alarm, now_us + 2000);
  g_assert_cmpuint (count_waits (clock), ==, 1);
  ring_next (clock);
  wait_for_rings (1);
  g_assert_cmpint (dtls_alarm_get_now_us (alarm), ==, now_us + 2000);
  g_assert_cmpuint (count_waits (clock), ==, 0);

  dtls_alarm_free (alarm);
  g_object_unref (owner);
  gst_object_unref (clock);
}

static void
test_switched_off_waits_for_nothing (void)
{
  GstTestClock *clock = GST_TEST_CLOCK (gst_system_clock_obtain ());
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  DtlsAlarm *alarm = dtls_alarm_new (on_ring, owner);

  dtls_alarm_set (alarm, dtls_alarm_get_now_us (alarm) + 1000);
  dtls_alarm_set (alarm, -1);
  g_assert_cmpuint (count_waits (clock), ==, 0);
  dtls_alarm_set (alarm, dtls_alarm_get_now_us (alarm) + 1000);
  dtls_alarm_free (alarm);
  g_assert_cmpuint (count_waits (clock), ==, 0);
  g_object_unref (owner);
  gst_object_unref (clock);
}

/* The wait is not cancelled here: as when it is on its way already. */
static void
test_owner_that_is_gone_is_left_alone (void)
{
  GstTestClock *clock = GST_TEST_CLOCK (gst_system_clock_obtain ());
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  DtlsAlarm *alarm = dtls_alarm_new (on_ring, owner);

  n_rings = 0;
  dtls_alarm_set (alarm, dtls_alarm_get_now_us (alarm) + 1000);
  g_object_unref (owner);
  ring_next (clock);
  g_assert_cmpuint (n_rings, ==, 0);
  dtls_alarm_free (alarm);
  gst_object_unref (clock);
}

int
main (int argc, char **argv)
{
  GstClock *clock;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  clock = gst_test_clock_new ();
  gst_system_clock_set_default (clock);
  g_test_add_func ("/alarm/rings-once-for-the-last-deadline",
      test_rings_once_for_the_last_deadline);
  g_test_add_func ("/alarm/switched-off-waits-for-nothing",
      test_switched_off_waits_for_nothing);
  g_test_add_func ("/alarm/owner-that-is-gone-is-left-alone",
      test_owner_that_is_gone_is_left_alone);
  return g_test_run ();
}
