/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes in under a segment leaves in running time.
 */
#include "config.h"

#include <gst/check/check.h>

#include "dtls/input-segment.h"

#define START 10
#define BASE 5

/* Running time is time - START + BASE. */
static void
open_shifted (DtlsInputSegment * self)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = START;
  segment.base = BASE;
  dtls_input_segment_init (self);
  dtls_input_segment_set (self, &segment);
}

static GstBuffer *
buffer_at (GstClockTime dts, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new ();

  GST_BUFFER_DTS (buffer) = dts;
  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

static void
assert_times (GstBuffer * buffer, GstClockTime dts, GstClockTime pts)
{
  g_assert_cmpuint (GST_BUFFER_DTS (buffer), ==, dts);
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, pts);
}

static void
test_none (void)
{
  DtlsInputSegment self;
  GstBuffer *buffer = buffer_at (1, 2);

  dtls_input_segment_init (&self);
  g_assert_false (dtls_input_segment_is_time (&self));
  dtls_input_segment_restamp (&self, buffer);
  assert_times (buffer, 1, 2);
  gst_buffer_unref (buffer);
}

static void
test_bytes (void)
{
  DtlsInputSegment self;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  segment.start = START;
  dtls_input_segment_init (&self);
  dtls_input_segment_set (&self, &segment);
  g_assert_false (dtls_input_segment_is_time (&self));
  g_assert_cmpuint (dtls_input_segment_running_time (&self, 1), ==, 1);
}

static void
test_running_time_stays (void)
{
  DtlsInputSegment self;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  dtls_input_segment_init (&self);
  dtls_input_segment_set (&self, &segment);
  g_assert_true (dtls_input_segment_is_time (&self));
  g_assert_cmpuint (dtls_input_segment_running_time (&self, 7), ==, 7);
}

static void
test_buffer (void)
{
  DtlsInputSegment self;
  GstBuffer *buffer = buffer_at (START, START + 1);

  open_shifted (&self);
  dtls_input_segment_restamp (&self, buffer);
  assert_times (buffer, BASE, BASE + 1);
  gst_buffer_unref (buffer);
}

static void
test_times_that_mean_nothing (void)
{
  DtlsInputSegment self;
  GstBuffer *buffer = buffer_at (START - 1, GST_CLOCK_TIME_NONE);

  open_shifted (&self);
  dtls_input_segment_restamp (&self, buffer);
  assert_times (buffer, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  gst_buffer_unref (buffer);
}

static void
test_list (void)
{
  DtlsInputSegment self;
  GstBufferList *list = gst_buffer_list_new ();

  open_shifted (&self);
  gst_buffer_list_add (list, buffer_at (START, START));
  gst_buffer_list_add (list, buffer_at (START + 2, START + 3));
  dtls_input_segment_restamp_list (&self, list);
  assert_times (gst_buffer_list_get (list, 0), BASE, BASE);
  assert_times (gst_buffer_list_get (list, 1), BASE + 2, BASE + 3);
  gst_buffer_list_unref (list);
}

static GstEvent *
gap_at (GstClockTime time)
{
  GstEvent *gap = gst_event_new_gap (time, 3);

  gst_event_set_gap_flags (gap, GST_GAP_FLAG_MISSING_DATA);
  return gap;
}

static void
test_gap (void)
{
  DtlsInputSegment self;
  GstClockTime time, duration;
  GstGapFlags flags;
  GstEvent *gap;

  open_shifted (&self);
  gap = dtls_input_segment_restamp_gap (&self, gap_at (START + 2));
  gst_event_parse_gap (gap, &time, &duration);
  gst_event_parse_gap_flags (gap, &flags);
  g_assert_cmpuint (time, ==, BASE + 2);
  g_assert_cmpuint (duration, ==, 3);
  g_assert_cmpuint (flags, ==, GST_GAP_FLAG_MISSING_DATA);
  gst_event_unref (gap);
}

static void
test_gap_outside (void)
{
  DtlsInputSegment self;

  open_shifted (&self);
  g_assert_null (dtls_input_segment_restamp_gap (&self, gap_at (START - 1)));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/input-segment/" #name, test_##name)
  ADD (none);
  ADD (bytes);
  ADD (running_time_stays);
  ADD (buffer);
  ADD (times_that_mean_nothing);
  ADD (list);
  ADD (gap);
  ADD (gap_outside);
#undef ADD
  return g_test_run ();
}
