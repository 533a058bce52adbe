/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waiting for the pipeline's clock, with a clock that the test moves.
 */
#include "config.h"

#include <gst/check/gsttestclock.h>

#include "dtls/clock-wait.h"

typedef struct
{
  DtlsClockWait wait;
  GstElement *element;
  GstTestClock *clock;
  GThread *thread;
} Fixture;

static void
fixture_open (Fixture * self, gconstpointer data)
{
  dtls_clock_wait_init (&self->wait);
  self->element = gst_object_ref_sink (gst_bin_new (NULL));
  self->clock = GST_TEST_CLOCK (gst_test_clock_new ());
  gst_element_set_clock (self->element, GST_CLOCK (self->clock));
  gst_element_set_base_time (self->element, 0);
}

static void
fixture_close (Fixture * self, gconstpointer data)
{
  gst_object_unref (self->clock);
  gst_object_unref (self->element);
  dtls_clock_wait_clear (&self->wait);
}

static gpointer
wait_for_a_second (gpointer data)
{
  Fixture *self = data;

  return GINT_TO_POINTER (dtls_clock_wait_until (&self->wait, self->element,
          GST_SECOND));
}

static void
begin (Fixture * self)
{
  self->thread = g_thread_new ("wait", wait_for_a_second, self);
}

static gboolean
end (Fixture * self)
{
  return GPOINTER_TO_INT (g_thread_join (self->thread));
}

static void
test_waits_for_its_time (Fixture * self, gconstpointer data)
{
  dtls_clock_wait_set_playing (&self->wait, TRUE);
  begin (self);
  gst_test_clock_wait_for_next_pending_id (self->clock, NULL);
  g_assert_true (gst_test_clock_crank (self->clock));
  g_assert_true (end (self));
}

static void
test_flush_ends_a_wait (Fixture * self, gconstpointer data)
{
  dtls_clock_wait_set_playing (&self->wait, TRUE);
  begin (self);
  gst_test_clock_wait_for_next_pending_id (self->clock, NULL);
  dtls_clock_wait_set_flushing (&self->wait, TRUE);
  g_assert_false (end (self));
  begin (self);
  g_assert_false (end (self));
}

static void
test_flush_ends_a_pause (Fixture * self, gconstpointer data)
{
  begin (self);
  dtls_clock_wait_set_flushing (&self->wait, TRUE);
  g_assert_false (end (self));
}

static void
test_goes_on_after_a_pause (Fixture * self, gconstpointer data)
{
  dtls_clock_wait_set_playing (&self->wait, TRUE);
  begin (self);
  gst_test_clock_wait_for_next_pending_id (self->clock, NULL);
  dtls_clock_wait_set_playing (&self->wait, FALSE);
  dtls_clock_wait_set_playing (&self->wait, TRUE);
  gst_test_clock_wait_for_next_pending_id (self->clock, NULL);
  gst_test_clock_set_time (self->clock, GST_SECOND);
  while (gst_test_clock_peek_id_count (self->clock) > 0)
    gst_test_clock_crank (self->clock);
  g_assert_true (end (self));
}

static void
test_without_a_clock_there_is_no_wait (Fixture * self, gconstpointer data)
{
  gst_element_set_clock (self->element, NULL);
  dtls_clock_wait_set_playing (&self->wait, TRUE);
  begin (self);
  g_assert_true (end (self));
}

static void
test_no_time_is_no_wait (Fixture * self, gconstpointer data)
{
  g_assert_true (dtls_clock_wait_until (&self->wait, self->element,
          GST_CLOCK_TIME_NONE));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/clock-wait/" #name, Fixture, NULL, \
      fixture_open, test_##name, fixture_close)
  ADD (waits_for_its_time);
  ADD (flush_ends_a_wait);
  ADD (flush_ends_a_pause);
  ADD (goes_on_after_a_pause);
  ADD (without_a_clock_there_is_no_wait);
  ADD (no_time_is_no_wait);
#undef ADD
  return g_test_run ();
}
