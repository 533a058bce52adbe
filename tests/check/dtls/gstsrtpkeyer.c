/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * srtpkeyer with keys: media, events and pads.
 */
#include "config.h"

#include "dtls/elements.h"
#include "dtls/link-context.h"
#include "keyer-end.h"

static void
test_ready_without_id_fails (void)
{
  GstElement *element = gst_element_factory_make ("srtpkeyer", NULL);
  GstBus *bus = gst_bus_new ();
  GstMessage *message;
  GError *error = NULL;

  gst_element_set_bus (element, bus);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  g_object_set (element, "connection-id", "now", NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

static void
test_media_both_ways (void)
{
  End a, b;
  GstBuffer *buffer;

  end_open_keyed_pair (&a, &b);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  gst_harness_push (a.rtcp, media_rtcp (1));
  gst_harness_push (b.rtp, media_rtp (7, 2));
  g_assert_cmpuint (gst_harness_buffers_in_queue (a.rtp), ==, 2);
  end_carry (&a, &b);
  end_carry (&b, &a);
  buffer = gst_harness_pull (b.rtp_out);
  g_assert_true (media_is_clear (buffer));
  gst_buffer_unref (buffer);
  buffer = gst_harness_pull (b.rtcp_out);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 8);
  gst_buffer_unref (buffer);
  buffer = gst_harness_pull (a.rtp_out);
  g_assert_cmpuint (media_seq (buffer), ==, 7);
  gst_buffer_unref (buffer);
  g_assert_cmpuint (end_count (&b, "received", NULL, "packets-received"), ==,
      2);
  end_close (&a);
  end_close (&b);
}

static void
test_lists_both_ways (void)
{
  End a, b;
  GstBufferList *list = gst_buffer_list_new (), *wire = gst_buffer_list_new ();
  GstBuffer *buffer;

  end_open (&a, "a");
  end_open (&b, "b");
  media_give_keys (a.link, GCM, 1, 2);
  gst_buffer_list_add (list, media_rtp (1, 1));
  gst_buffer_list_add (list, media_rtp (2, 1));
  g_assert_cmpint (gst_pad_push_list (a.rtp->srcpad, list), ==, GST_FLOW_OK);
  gst_harness_push (a.rtcp, media_rtcp (1));
  while ((buffer = gst_harness_try_pull (a.rtp)) != NULL)
    gst_buffer_list_add (wire, buffer);
  g_assert_cmpuint (gst_buffer_list_length (wire), ==, 3);
  media_give_keys (b.link, GCM, 2, 1);
  g_assert_cmpint (gst_pad_push_list (b.net->srcpad, wire), ==, GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtp_out), ==, 2);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtcp_out), ==, 1);
  end_close (&a);
  end_close (&b);
}

static void
test_forged_packet_is_dropped (void)
{
  End b;

  end_open (&b, "b");
  media_give_keys (b.link, GCM, 2, 1);
  g_assert_cmpint (gst_harness_push (b.net, media_rtp (1, 1)), ==, GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtp_out), ==, 0);
  g_assert_cmpuint (end_count (&b, "received", "dropped", "unauthentic"), ==,
      1);
  end_close (&b);
}

/* A packet that cannot be protected is no reason to stop. */
static void
test_packet_that_cannot_be_protected_is_no_error (void)
{
  End a;

  end_open (&a, "a");
  media_give_keys (a.link, GCM, 1, 2);
  g_assert_cmpint (gst_harness_push (a.rtp, gst_buffer_new ()), ==,
      GST_FLOW_OK);
  g_assert_cmpint (gst_harness_push (a.rtp, media_rtp (1, 1)), ==, GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (a.rtp), ==, 1);
  g_assert_cmpuint (end_count (&a, "sent", "dropped", "malformed"), ==, 1);
  end_close (&a);
}

static void
test_branch_that_nobody_links_does_no_harm (void)
{
  End a, b;

  end_open_keyed_pair (&a, &b);
  gst_pad_unlink (GST_PAD_PEER (b.rtp_out->sinkpad), b.rtp_out->sinkpad);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  gst_harness_push (a.rtcp, media_rtcp (1));
  end_carry (&a, &b);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtcp_out), ==, 1);
  end_close (&a);
  end_close (&b);
}

static void
assert_caps (GstHarness * harness, const gchar * expected)
{
  GstCaps *caps = gst_pad_get_current_caps (harness->sinkpad);
  GstCaps *wanted = gst_caps_from_string (expected);

  g_assert_true (gst_caps_is_equal (caps, wanted));
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
}

static void
test_caps (void)
{
  End a;

  end_open (&a, "a");
  media_give_keys (a.link, GCM, 1, 2);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  assert_caps (a.rtp, "application/x-srtp");
  assert_caps (a.rtp_out, "application/x-rtp, payload=96, clock-rate=90000");
  assert_caps (a.rtcp_out, "application/x-rtcp");
  end_close (&a);
}

static void
test_timestamps_become_running_time (void)
{
  End a;
  GstSegment segment;
  GstBuffer *buffer = media_rtp (1, 1);

  end_open (&a, "a");
  media_give_keys (a.link, GCM, 1, 2);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 10 * GST_SECOND;
  segment.base = GST_SECOND;
  gst_harness_push_event (a.rtp, gst_event_new_segment (&segment));
  GST_BUFFER_PTS (buffer) = 12 * GST_SECOND;
  gst_harness_push (a.rtp, buffer);
  buffer = gst_harness_pull (a.rtp);
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, 3 * GST_SECOND);
  gst_buffer_unref (buffer);
  end_close (&a);
}

static gboolean
src_is_eos (End * self)
{
  GstPad *src = gst_element_get_static_pad (self->element, "src");
  GstEvent *eos = gst_pad_get_sticky_event (src, GST_EVENT_EOS, 0);
  gboolean is_eos = eos != NULL;

  gst_clear_event (&eos);
  gst_object_unref (src);
  return is_eos;
}

static void
test_eos_waits_for_all_pads (void)
{
  End a;

  end_open (&a, "a");
  media_give_keys (a.link, GCM, 1, 2);
  gst_harness_push_event (a.rtp, gst_event_new_eos ());
  g_assert_false (src_is_eos (&a));
  g_assert_cmpint (gst_harness_push (a.rtcp, media_rtcp (1)), ==, GST_FLOW_OK);
  gst_harness_push_event (a.rtcp, gst_event_new_eos ());
  g_assert_true (src_is_eos (&a));
  end_close (&a);
}

static void
test_flush_keeps_segment_and_rollover_counter (void)
{
  End a, b;
  GstSegment segment;
  GstBuffer *buffer;
  GstEvent *event;
  guint i;

  end_open_keyed_pair (&a, &b);
  for (i = 0; i < 3; i++)
    gst_harness_push (a.rtp, media_rtp (65534 + i, 1));
  end_carry (&a, &b);
  gst_harness_push_event (a.rtp, gst_event_new_flush_start ());
  gst_harness_push_event (a.rtp, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (a.rtp, gst_event_new_segment (&segment));
  g_assert_cmpint (gst_harness_push (a.rtp, media_rtp (1, 1)), ==, GST_FLOW_OK);
  event = gst_pad_get_sticky_event (a.rtp->sinkpad, GST_EVENT_SEGMENT, 0);
  g_assert_nonnull (event);
  gst_event_unref (event);
  end_carry (&a, &b);
  for (i = 0; i < 4; i++) {
    buffer = gst_harness_pull (b.rtp_out);
    g_assert_cmpuint (media_seq (buffer), ==, (guint16) (65534 + i));
    gst_buffer_unref (buffer);
  }
  end_close (&a);
  end_close (&b);
}

static void
test_restart_keeps_the_session (void)
{
  End a, b;
  guint i;

  end_open_keyed_pair (&a, &b);
  for (i = 0; i < 3; i++)
    gst_harness_push (a.rtp, media_rtp (65534 + i, 1));
  gst_element_set_state (a.element, GST_STATE_NULL);
  gst_element_set_state (a.element, GST_STATE_PLAYING);
  g_assert_cmpint (gst_harness_push (a.rtp, media_rtp (1, 1)), ==, GST_FLOW_OK);
  end_carry (&a, &b);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtp_out), ==, 4);
  end_close (&a);
  end_close (&b);
}

static void
test_custom_events_pass (void)
{
  End a;
  GstEvent *event;
  gboolean found = FALSE;

  end_open (&a, "a");
  media_give_keys (a.link, GCM, 1, 2);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  gst_harness_push_event (a.rtp, gst_event_new_custom
      (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("x-custom")));
  while ((event = gst_harness_try_pull_event (a.rtp)) != NULL) {
    found |= gst_event_has_name (event, "x-custom");
    gst_event_unref (event);
  }
  g_assert_true (found);
  end_close (&a);
}

/* What downstream asks for reaches the media, and not the other direction. */
static void
test_upstream_events_reach_the_media (void)
{
  End a;
  GstEvent *event;

  end_open (&a, "a");
  media_keyframe_requests (a.rtp);
  while ((event = gst_harness_try_pull_upstream_event (a.net)) != NULL)
    gst_event_unref (event);
  gst_harness_push_upstream_event (a.rtp,
      gst_video_event_new_upstream_force_key_unit (0, TRUE, 0));
  g_assert_cmpuint (media_keyframe_requests (a.rtp), ==, 1);
  g_assert_cmpuint (media_keyframe_requests (a.net), ==, 0);
  end_close (&a);
}

static void
test_latency_passes (void)
{
  End a;

  end_open (&a, "a");
  gst_harness_set_upstream_latency (a.rtp, 40 * GST_MSECOND);
  gst_harness_set_upstream_latency (a.net, 7 * GST_MSECOND);
  g_assert_cmpuint (gst_harness_query_latency (a.rtp), ==, 40 * GST_MSECOND);
  g_assert_cmpuint (gst_harness_query_latency (a.rtp_out), ==, 7 * GST_MSECOND);
  end_close (&a);
}

static gboolean
answer_link (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstContext *context;

  if (GST_QUERY_TYPE (query) != GST_QUERY_CONTEXT)
    return FALSE;
  context = dtls_link_to_context (g_object_get_data (G_OBJECT (pad), "link"));
  gst_query_set_context (query, context);
  gst_context_unref (context);
  return TRUE;
}

static void
test_keys_by_link (void)
{
  GstElement *element = gst_element_factory_make ("srtpkeyer", NULL);
  GstPad *keys = gst_element_request_pad_simple (element, "keys");
  GstPad *peer = gst_pad_new ("keys", GST_PAD_SRC);
  DtlsLink *link = dtls_link_obtain ("a");
  GstHarness *harness;

  g_object_set_data (G_OBJECT (peer), "link", link);
  gst_pad_set_query_function (peer, answer_link);
  g_assert_cmpint (gst_pad_link (peer, keys), ==, GST_PAD_LINK_OK);
  harness = gst_harness_new_with_element (element, "rtp_sink_0", "src");
  gst_harness_set_src_caps_str (harness, "application/x-rtp");
  media_give_keys (link, GCM, 1, 2);
  gst_harness_push (harness, media_rtp (1, 1));
  g_assert_cmpuint (gst_harness_buffers_received (harness), ==, 1);
  gst_harness_teardown (harness);
  gst_element_release_request_pad (element, keys);
  gst_object_unref (keys);
  gst_object_unref (peer);
  gst_object_unref (element);
  g_object_unref (link);
}

static void
test_one_association_keys_several (void)
{
  End a, b;

  end_open (&a, "a");
  end_open (&b, "a");
  media_give_keys (a.link, GCM, 1, 2);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  gst_harness_push (b.rtp, media_rtp (1, 2));
  g_assert_cmpuint (gst_harness_buffers_received (a.rtp), ==, 1);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtp), ==, 1);
  end_close (&a);
  end_close (&b);
}

static void
test_pads_are_released (void)
{
  GstElement *element = gst_element_factory_make ("srtpkeyer", NULL);
  GstPad *first = gst_element_request_pad_simple (element, "rtp_sink_%u");
  GstPad *second = gst_element_request_pad_simple (element, "rtp_sink_%u");

  g_assert_cmpstr (GST_PAD_NAME (first), ==, "rtp_sink_0");
  g_assert_cmpstr (GST_PAD_NAME (second), ==, "rtp_sink_1");
  gst_element_release_request_pad (element, first);
  gst_object_unref (first);
  first = gst_element_request_pad_simple (element, "rtp_sink_%u");
  g_assert_cmpstr (GST_PAD_NAME (first), ==, "rtp_sink_0");
  gst_element_release_request_pad (element, first);
  gst_element_release_request_pad (element, second);
  g_assert_null (gst_element_get_static_pad (element, "rtp_sink_1"));
  gst_object_unref (first);
  gst_object_unref (second);
  gst_object_unref (element);
}

static gpointer
push_media (gpointer data)
{
  End *a = data;
  guint i;

  for (i = 1; i <= 2000; i++)
    g_assert_cmpint (gst_harness_push (a->rtp, media_rtp (i, 1)), ==,
        GST_FLOW_OK);
  return NULL;
}

static void
test_pads_come_and_go_while_media_flow (void)
{
  End a;
  GThread *thread;
  guint i;

  end_open (&a, "a");
  gst_harness_set_drop_buffers (a.rtp, TRUE);
  media_give_keys (a.link, GCM, 1, 2);
  thread = g_thread_new ("push", push_media, &a);
  for (i = 0; i < 50; i++) {
    GstHarness *late = gst_harness_new_with_element (a.element, "rtp_sink_9",
        NULL);

    gst_harness_set_src_caps_str (late, "application/x-rtp");
    g_assert_cmpint (gst_harness_push (late, media_rtp (i, 9)), ==,
        GST_FLOW_OK);
    gst_harness_teardown (late);
  }
  g_thread_join (thread);
  g_assert_cmpuint (end_count (&a, "sent", NULL, "packets-sent"), ==, 2050);
  end_close (&a);
}

static gpointer
push_one (gpointer data)
{
  End *a = data;

  gst_harness_push (a->rtp, media_rtp (2, 1));
  return NULL;
}

/* Gives the other input the time to get as far as it can. */
static GstPadProbeReturn
push_in_mid_flush (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  End *a = data;

  if (GST_EVENT_TYPE (info->data) == GST_EVENT_FLUSH_STOP) {
    a->thread = g_thread_new ("push", push_one, a);
    g_usleep (50 * 1000);
  }
  return GST_PAD_PROBE_OK;
}

/* Nothing of it leaves ahead of the segment that the flush took away. */
static void
test_flush_of_one_input_while_another_flows (void)
{
  End a;

  end_open (&a, "a");
  media_give_keys (a.link, GCM, 1, 2);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  gst_pad_add_probe (a.rtp->sinkpad, GST_PAD_PROBE_TYPE_EVENT_FLUSH,
      push_in_mid_flush, &a, NULL);
  gst_harness_push_event (a.rtcp, gst_event_new_flush_start ());
  gst_harness_push_event (a.rtcp, gst_event_new_flush_stop (TRUE));
  g_thread_join (a.thread);
  g_assert_cmpuint (gst_harness_buffers_received (a.rtp), ==, 2);
  end_close (&a);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (srtpkeyer, NULL);
#define ADD(name) g_test_add_func ("/srtpkeyer/" #name, test_##name)
  ADD (ready_without_id_fails);
  ADD (media_both_ways);
  ADD (lists_both_ways);
  ADD (forged_packet_is_dropped);
  ADD (packet_that_cannot_be_protected_is_no_error);
  ADD (branch_that_nobody_links_does_no_harm);
  ADD (caps);
  ADD (timestamps_become_running_time);
  ADD (eos_waits_for_all_pads);
  ADD (flush_keeps_segment_and_rollover_counter);
  ADD (restart_keeps_the_session);
  ADD (custom_events_pass);
  ADD (upstream_events_reach_the_media);
  ADD (latency_passes);
  ADD (keys_by_link);
  ADD (one_association_keys_several);
  ADD (pads_are_released);
  ADD (pads_come_and_go_while_media_flow);
  ADD (flush_of_one_input_while_another_flows);
#undef ADD
  return g_test_run ();
}
