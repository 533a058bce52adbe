/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlssrtpdemux: what goes where, what is counted, and that no branch can
 * harm another.
 */
#include "config.h"

#include <gst/check/gstharness.h>

#include "dtls/elements.h"

typedef struct
{
  GstHarness *sink;
  GstHarness *dtls;
  GstHarness *rtp;
} Demux;

static GstBuffer *
datagram (guint8 first, guint8 second)
{
  guint8 *bytes = g_malloc0 (16);

  bytes[0] = first;
  bytes[1] = second;
  return gst_buffer_new_wrapped (bytes, 16);
}

static void
demux_open (Demux * demux, gboolean with_dtls, gboolean with_rtp)
{
  demux->sink = gst_harness_new_with_padnames ("dtlssrtpdemux", "sink", NULL);
  demux->dtls = demux->rtp = NULL;
  if (with_dtls)
    demux->dtls = gst_harness_new_with_element (demux->sink->element, NULL,
        "dtls_src");
  if (with_rtp)
    demux->rtp = gst_harness_new_with_element (demux->sink->element, NULL,
        "rtp_src");
  gst_harness_set_src_caps_str (demux->sink, "application/x-rtp");
}

static void
demux_close (Demux * demux)
{
  if (demux->dtls)
    gst_harness_teardown (demux->dtls);
  if (demux->rtp)
    gst_harness_teardown (demux->rtp);
  gst_harness_teardown (demux->sink);
}

static guint64
demux_count (Demux * demux, const gchar * name, gboolean dropped)
{
  GstStructure *stats = NULL;
  const GstStructure *inner;
  guint64 count = 0;

  g_object_get (demux->sink->element, "stats", &stats, NULL);
  inner = stats;
  if (dropped)
    inner = gst_value_get_structure (gst_structure_get_value (stats,
            "dropped"));
  g_assert_true (gst_structure_get_uint64 (inner, name, &count));
  gst_structure_free (stats);
  return count;
}

static void
assert_caps_name (GstHarness * harness, const gchar * name)
{
  GstCaps *caps = gst_pad_get_current_caps (harness->sinkpad);

  g_assert_nonnull (caps);
  g_assert_cmpstr (gst_structure_get_name (gst_caps_get_structure (caps, 0)),
      ==, name);
  gst_caps_unref (caps);
}

static void
test_first_byte (void)
{
  Demux demux;
  guint i, dtls = 0, rtp = 0;

  demux_open (&demux, TRUE, TRUE);
  for (i = 0; i < 256; i++) {
    g_assert_cmpint (gst_harness_push (demux.sink, datagram (i, 0)), ==,
        GST_FLOW_OK);
    dtls += i >= 20 && i <= 63;
    rtp += i >= 128 && i <= 191;
    g_assert_cmpuint (gst_harness_buffers_received (demux.dtls), ==, dtls);
    g_assert_cmpuint (gst_harness_buffers_received (demux.rtp), ==, rtp);
  }
  demux_close (&demux);
}

static void
test_counts (void)
{
  Demux demux;

  demux_open (&demux, TRUE, TRUE);
  gst_harness_push (demux.sink, datagram (22, 0));
  gst_harness_push (demux.sink, datagram (128, 96));
  gst_harness_push (demux.sink, datagram (128, 200));
  gst_harness_push (demux.sink, datagram (0, 1));
  gst_harness_push (demux.sink, datagram (64, 1));
  gst_harness_push (demux.sink, gst_buffer_new ());
  g_assert_cmpuint (demux_count (&demux, "dtls", FALSE), ==, 1);
  g_assert_cmpuint (demux_count (&demux, "rtp", FALSE), ==, 1);
  g_assert_cmpuint (demux_count (&demux, "rtcp", FALSE), ==, 1);
  g_assert_cmpuint (demux_count (&demux, "stun", TRUE), ==, 1);
  g_assert_cmpuint (demux_count (&demux, "turn-channel", TRUE), ==, 1);
  g_assert_cmpuint (demux_count (&demux, "zrtp", TRUE), ==, 0);
  g_assert_cmpuint (demux_count (&demux, "unknown", TRUE), ==, 1);
  demux_close (&demux);
}

static void
test_zero_byte_buffer_is_no_flow_error (void)
{
  Demux demux;

  demux_open (&demux, TRUE, TRUE);
  g_assert_cmpint (gst_harness_push (demux.sink, gst_buffer_new ()), ==,
      GST_FLOW_OK);
  demux_close (&demux);
}

static void
test_lists (void)
{
  Demux demux;
  GstBufferList *list = gst_buffer_list_new ();

  demux_open (&demux, TRUE, TRUE);
  gst_buffer_list_add (list, datagram (128, 96));
  gst_buffer_list_add (list, datagram (22, 0));
  gst_buffer_list_add (list, datagram (1, 0));
  gst_buffer_list_add (list, datagram (129, 200));
  g_assert_cmpint (gst_pad_push_list (demux.sink->srcpad, list), ==,
      GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (demux.dtls), ==, 1);
  g_assert_cmpuint (gst_harness_buffers_received (demux.rtp), ==, 2);
  g_assert_cmpuint (demux_count (&demux, "stun", TRUE), ==, 1);
  demux_close (&demux);
}

static void
test_caps (void)
{
  Demux demux;

  demux_open (&demux, TRUE, TRUE);
  gst_harness_push (demux.sink, datagram (22, 0));
  gst_harness_push (demux.sink, datagram (128, 96));
  assert_caps_name (demux.dtls, "application/x-dtls");
  assert_caps_name (demux.rtp, "application/x-srtp");
  demux_close (&demux);
}

/* What is linked may insist on the label that everything came with. */
static void
test_caps_of_a_peer_that_insists (void)
{
  Demux demux;

  demux.sink = gst_harness_new_with_padnames ("dtlssrtpdemux", "sink", NULL);
  demux.dtls = NULL;
  demux.rtp = gst_harness_new_with_element (demux.sink->element, NULL,
      "rtp_src");
  gst_harness_set_sink_caps_str (demux.rtp, "application/x-rtp");
  gst_harness_set_src_caps_str (demux.sink, "application/x-rtp, payload=96");
  gst_harness_push (demux.sink, datagram (128, 96));
  assert_caps_name (demux.rtp, "application/x-rtp");
  demux_close (&demux);
}

/* Neither caps nor a segment: what must stand before a buffer is made here. */
static void
test_source_without_events (void)
{
  GstElement *element = gst_element_factory_make ("dtlssrtpdemux", NULL);
  GstPad *sink = gst_element_get_static_pad (element, "sink");
  GstHarness *rtp = gst_harness_new_with_element (element, NULL, "rtp_src");
  GstSegment bytes;
  GstEvent *segment;

  gst_harness_play (rtp);
  gst_segment_init (&bytes, GST_FORMAT_BYTES);
  gst_pad_send_event (sink, gst_event_new_stream_start ("x"));
  gst_pad_send_event (sink, gst_event_new_segment (&bytes));
  g_assert_cmpint (gst_pad_chain (sink, datagram (128, 96)), ==, GST_FLOW_OK);
  segment = gst_pad_get_sticky_event (rtp->sinkpad, GST_EVENT_SEGMENT, 0);
  g_assert_nonnull (segment);
  gst_event_unref (segment);
  assert_caps_name (rtp, "application/x-srtp");
  gst_harness_teardown (rtp);
  gst_object_unref (sink);
  gst_object_unref (element);
}

static void
test_not_linked_branch_does_not_kill_the_other (void)
{
  Demux demux;

  demux_open (&demux, TRUE, FALSE);
  g_assert_cmpint (gst_harness_push (demux.sink, datagram (128, 96)), ==,
      GST_FLOW_OK);
  g_assert_cmpint (gst_harness_push (demux.sink, datagram (22, 0)), ==,
      GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (demux.dtls), ==, 1);
  demux_close (&demux);
}

/* The negative twin: with no branch at all there is nobody to go on for. */
static void
test_no_branch_linked_is_not_linked (void)
{
  Demux demux;

  demux_open (&demux, FALSE, FALSE);
  gst_harness_push (demux.sink, datagram (22, 0));
  g_assert_cmpint (gst_harness_push (demux.sink, datagram (128, 96)), ==,
      GST_FLOW_NOT_LINKED);
  demux_close (&demux);
}

static void
test_stopped_branch_does_not_kill_the_other (void)
{
  Demux demux;

  demux_open (&demux, TRUE, TRUE);
  gst_pad_set_active (demux.rtp->sinkpad, FALSE);
  g_assert_cmpint (gst_harness_push (demux.sink, datagram (128, 96)), ==,
      GST_FLOW_OK);
  g_assert_cmpint (gst_harness_push (demux.sink, datagram (22, 0)), ==,
      GST_FLOW_OK);
  demux_close (&demux);
}

static void
test_flush_keeps_the_segment (void)
{
  Demux demux;
  GstEvent *segment;

  demux_open (&demux, TRUE, TRUE);
  gst_harness_push (demux.sink, datagram (128, 96));
  gst_harness_push_event (demux.sink, gst_event_new_flush_start ());
  gst_harness_push_event (demux.sink, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (demux.sink, gst_event_new_segment (&(GstSegment) {
          .format = GST_FORMAT_TIME,.rate = 1.0,.applied_rate = 1.0,.stop =
            -1,.duration = -1}));
  g_assert_cmpint (gst_harness_push (demux.sink, datagram (128, 96)), ==,
      GST_FLOW_OK);
  segment = gst_pad_get_sticky_event (demux.rtp->sinkpad, GST_EVENT_SEGMENT, 0);
  g_assert_nonnull (segment);
  gst_event_unref (segment);
  demux_close (&demux);
}

static void
test_again_after_ready (void)
{
  Demux demux;

  demux_open (&demux, TRUE, TRUE);
  gst_harness_push (demux.sink, datagram (22, 0));
  gst_element_set_state (demux.sink->element, GST_STATE_READY);
  gst_element_set_state (demux.sink->element, GST_STATE_PLAYING);
  g_assert_cmpint (gst_harness_push (demux.sink, datagram (22, 0)), ==,
      GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (demux.dtls), ==, 2);
  demux_close (&demux);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpdemux, NULL);
#define ADD(name) g_test_add_func ("/dtlssrtpdemux/" #name, test_##name)
  ADD (first_byte);
  ADD (counts);
  ADD (zero_byte_buffer_is_no_flow_error);
  ADD (lists);
  ADD (caps);
  ADD (caps_of_a_peer_that_insists);
  ADD (source_without_events);
  ADD (not_linked_branch_does_not_kill_the_other);
  ADD (no_branch_linked_is_not_linked);
  ADD (stopped_branch_does_not_kill_the_other);
  ADD (flush_keeps_the_segment);
  ADD (again_after_ready);
#undef ADD
  return g_test_run ();
}
