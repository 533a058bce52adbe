/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * srtpkeyer: what leaves and what does not, before the keys and after them.
 * Keys are given to the link by hand, so no handshake is needed here.
 */
#include "config.h"

#include <gst/video/video-event.h>

#include "media.h"
#include "dtls/elements.h"
#include "dtls/link-context.h"

#define GCM DTLS_PROFILE_AEAD_AES_128_GCM

/* One end: an element with its pads in harnesses, and the link it uses. */
typedef struct
{
  GstElement *element;
  DtlsLink *link;
  GstHarness *rtp;              /* rtp_sink_0 to src */
  GstHarness *rtcp;             /* rtcp_sink_0 */
  GstHarness *net;              /* sink */
  GstHarness *rtp_out;          /* rtp_src */
  GstHarness *rtcp_out;         /* rtcp_src */
  gint stop;                    /* atomic, for push_until_told() */
} End;

static void
end_open (End * self, const gchar * id)
{
  self->stop = FALSE;
  self->link = dtls_link_obtain (id);
  self->element = gst_element_factory_make ("srtpkeyer", NULL);
  g_object_set (self->element, "connection-id", id, NULL);
  self->rtp = gst_harness_new_with_element (self->element, "rtp_sink_0", "src");
  self->rtcp = gst_harness_new_with_element (self->element, "rtcp_sink_0",
      NULL);
  self->net = gst_harness_new_with_element (self->element, "sink", NULL);
  self->rtp_out = gst_harness_new_with_element (self->element, NULL, "rtp_src");
  self->rtcp_out = gst_harness_new_with_element (self->element, NULL,
      "rtcp_src");
  gst_harness_set_src_caps_str (self->rtp, "application/x-rtp");
  gst_harness_set_src_caps_str (self->rtcp, "application/x-rtcp");
  gst_harness_set_src_caps_str (self->net,
      "application/x-srtp, payload=96, clock-rate=90000, srtp-auth=null");
}

static void
end_close (End * self)
{
  gst_harness_teardown (self->rtcp_out);
  gst_harness_teardown (self->rtp_out);
  gst_harness_teardown (self->net);
  gst_harness_teardown (self->rtcp);
  gst_harness_teardown (self->rtp);
  gst_object_unref (self->element);
  g_object_unref (self->link);
}

static guint64
end_count (End * self, const gchar * side, const gchar * inner,
    const gchar * name)
{
  GstStructure *stats = NULL;
  guint64 count;

  g_object_get (self->element, "stats", &stats, NULL);
  count = media_count (gst_value_get_structure (gst_structure_get_value
          (stats, side)), inner, name);
  gst_structure_free (stats);
  return count;
}

/* Carries what @from has sent to @to. */
static void
carry (End * from, End * to)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (from->rtp)) != NULL)
    g_assert_cmpint (gst_harness_push (to->net, buffer), ==, GST_FLOW_OK);
}

static guint
keyframe_requests (GstHarness * harness)
{
  GstEvent *event;
  guint count = 0;

  while ((event = gst_harness_try_pull_upstream_event (harness)) != NULL) {
    count += gst_video_event_is_force_key_unit (event);
    gst_event_unref (event);
  }
  return count;
}

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
test_nothing_leaves_before_the_keys (void)
{
  End a;

  end_open (&a, "a");
  g_assert_cmpint (gst_harness_push (a.rtp, media_rtp (1, 1)), ==, GST_FLOW_OK);
  g_assert_cmpint (gst_harness_push (a.rtcp, media_rtcp (1)), ==, GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (a.rtp), ==, 0);
  g_assert_cmpuint (end_count (&a, "sent", "dropped", "no-keys"), ==, 2);
  end_close (&a);
}

static void
test_keyframe_is_asked_for_with_the_keys (void)
{
  End a;

  end_open (&a, "a");
  keyframe_requests (a.rtp);
  media_give_keys (a.link, GCM, 1, 2);
  g_assert_cmpuint (keyframe_requests (a.rtp), ==, 1);
  g_assert_cmpuint (keyframe_requests (a.rtcp), ==, 0);
  end_close (&a);
}

static void
test_media_both_ways (void)
{
  End a, b;
  GstBuffer *buffer;

  end_open (&a, "a");
  end_open (&b, "b");
  media_give_keys (a.link, GCM, 1, 2);
  media_give_keys (b.link, GCM, 2, 1);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  gst_harness_push (a.rtcp, media_rtcp (1));
  gst_harness_push (b.rtp, media_rtp (7, 2));
  g_assert_cmpuint (gst_harness_buffers_in_queue (a.rtp), ==, 2);
  carry (&a, &b);
  carry (&b, &a);
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

/* Packets of @a, protected, in @wire. */
static void
make_wire (End * a, GstBuffer ** wire, guint count)
{
  guint i;

  media_give_keys (a->link, GCM, 1, 2);
  for (i = 0; i < count; i++) {
    gst_harness_push (a->rtp, media_rtp (1 + i, 1));
    wire[i] = gst_harness_pull (a->rtp);
  }
}

static void
test_early_packets_leave_in_order (void)
{
  End a, b;
  GstBuffer *wire[5], *buffer;
  guint i;

  end_open (&a, "a");
  end_open (&b, "b");
  make_wire (&a, wire, 5);
  for (i = 0; i < 5; i++)
    g_assert_cmpint (gst_harness_push (b.net, wire[i]), ==, GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtp_out), ==, 0);
  media_give_keys (b.link, GCM, 2, 1);
  for (i = 0; i < 5; i++) {
    buffer = gst_harness_pull (b.rtp_out);
    g_assert_cmpuint (media_seq (buffer), ==, 1 + i);
    gst_buffer_unref (buffer);
  }
  end_close (&a);
  end_close (&b);
}

static void
test_early_list_is_kept (void)
{
  End a, b;
  GstBuffer *wire[3];
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  end_open (&a, "a");
  end_open (&b, "b");
  make_wire (&a, wire, 3);
  for (i = 0; i < 3; i++)
    gst_buffer_list_add (list, wire[i]);
  gst_pad_push_list (b.net->srcpad, list);
  media_give_keys (b.link, GCM, 2, 1);
  for (i = 0; i < 3; i++)
    gst_buffer_unref (gst_harness_pull (b.rtp_out));
  end_close (&a);
  end_close (&b);
}

static void
test_early_packets_are_bounded (void)
{
  End a, b;
  GstBuffer *wire[5], *buffer;
  guint i;

  end_open (&a, "a");
  b.element = NULL;
  end_open (&b, "b");
  gst_element_set_state (b.element, GST_STATE_NULL);
  g_object_set (b.element, "early-packets", 2, NULL);
  gst_element_set_state (b.element, GST_STATE_PLAYING);
  make_wire (&a, wire, 5);
  for (i = 0; i < 5; i++)
    gst_harness_push (b.net, wire[i]);
  g_assert_cmpuint (end_count (&b, "received", NULL, "early-packets"), ==, 2);
  g_assert_cmpuint (end_count (&b, "received", NULL,
          "early-packets-dropped"), ==, 3);
  media_give_keys (b.link, GCM, 2, 1);
  for (i = 0; i < 2; i++) {
    buffer = gst_harness_pull (b.rtp_out);
    g_assert_cmpuint (media_seq (buffer), ==, 1 + i);
    gst_buffer_unref (buffer);
  }
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

  end_open (&a, "a");
  end_open (&b, "b");
  media_give_keys (a.link, GCM, 1, 2);
  media_give_keys (b.link, GCM, 2, 1);
  gst_pad_unlink (GST_PAD_PEER (b.rtp_out->sinkpad), b.rtp_out->sinkpad);
  gst_harness_push (a.rtp, media_rtp (1, 1));
  gst_harness_push (a.rtcp, media_rtcp (1));
  carry (&a, &b);
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

  end_open (&a, "a");
  end_open (&b, "b");
  media_give_keys (a.link, GCM, 1, 2);
  media_give_keys (b.link, GCM, 2, 1);
  for (i = 0; i < 3; i++)
    gst_harness_push (a.rtp, media_rtp (65534 + i, 1));
  carry (&a, &b);
  gst_harness_push_event (a.rtp, gst_event_new_flush_start ());
  gst_harness_push_event (a.rtp, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (a.rtp, gst_event_new_segment (&segment));
  g_assert_cmpint (gst_harness_push (a.rtp, media_rtp (1, 1)), ==, GST_FLOW_OK);
  event = gst_pad_get_sticky_event (a.rtp->sinkpad, GST_EVENT_SEGMENT, 0);
  g_assert_nonnull (event);
  gst_event_unref (event);
  carry (&a, &b);
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

  end_open (&a, "a");
  end_open (&b, "b");
  media_give_keys (a.link, GCM, 1, 2);
  media_give_keys (b.link, GCM, 2, 1);
  for (i = 0; i < 3; i++)
    gst_harness_push (a.rtp, media_rtp (65534 + i, 1));
  gst_element_set_state (a.element, GST_STATE_NULL);
  gst_element_set_state (a.element, GST_STATE_PLAYING);
  g_assert_cmpint (gst_harness_push (a.rtp, media_rtp (1, 1)), ==, GST_FLOW_OK);
  carry (&a, &b);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtp_out), ==, 4);
  end_close (&a);
  end_close (&b);
}

/* The association has started anew: both ends get other keys. */
static void
renew_keys (End * a, End * b)
{
  media_give_keys (a->link, GCM, 3, 4);
  media_give_keys (b->link, GCM, 4, 3);
}

static void
open_keyed_pair (End * a, End * b)
{
  end_open (a, "a");
  end_open (b, "b");
  media_give_keys (a->link, GCM, 1, 2);
  media_give_keys (b->link, GCM, 2, 1);
}

static GstBuffer *
protect_rtp (End * self, guint16 seq)
{
  g_assert_cmpint (gst_harness_push (self->rtp, media_rtp (seq, 1)), ==,
      GST_FLOW_OK);
  return gst_harness_pull (self->rtp);
}

/* Pushes a packet from the network. Returns: whether it came out, in clear. */
static gboolean
is_taken (End * self, GstBuffer * buffer)
{
  g_assert_cmpint (gst_harness_push (self->net, buffer), ==, GST_FLOW_OK);
  buffer = gst_harness_try_pull (self->rtp_out);
  if (buffer == NULL)
    return FALSE;
  g_assert_true (media_is_clear (buffer));
  gst_buffer_unref (buffer);
  return TRUE;
}

static gboolean
buffers_are_equal (GstBuffer * a, GstBuffer * b)
{
  GstMapInfo map;
  gboolean equal;

  g_assert_true (gst_buffer_map (b, &map, GST_MAP_READ));
  equal = gst_buffer_get_size (a) == map.size
      && gst_buffer_memcmp (a, 0, map.data, map.size) == 0;
  gst_buffer_unmap (b, &map);
  return equal;
}

/* Three rounds of sequence numbers under the old key are none under the new:
 * what leaves is what a sender without a past would send. */
static void
test_rollover_counter_is_of_a_key (void)
{
  End a, b, fresh;
  GstBuffer *packet, *expected;

  open_keyed_pair (&a, &b);
  for (guint i = 0; i < 3 * 65536; i += 16384)
    g_assert_true (is_taken (&b, protect_rtp (&a, i)));
  renew_keys (&a, &b);
  end_open (&fresh, "fresh");
  media_give_keys (fresh.link, GCM, 3, 4);
  packet = protect_rtp (&a, 7);
  expected = protect_rtp (&fresh, 7);
  g_assert_true (buffers_are_equal (packet, expected));
  g_assert_true (is_taken (&b, packet));
  for (guint i = 0; i < 65536 + 16384; i += 16384)
    g_assert_true (is_taken (&b, protect_rtp (&a, 8 + i)));
  gst_buffer_unref (expected);
  end_close (&fresh);
  end_close (&a);
  end_close (&b);
}

/* They left before the keys changed, and arrive after it. */
static void
test_old_packets_in_flight_arrive (void)
{
  End a, b;
  GstBuffer *old[3], *replayed;

  open_keyed_pair (&a, &b);
  for (guint i = 0; i < 3; i++)
    old[i] = protect_rtp (&a, 65535 + i);
  replayed = gst_buffer_copy_deep (old[0]);
  renew_keys (&a, &b);
  g_assert_true (is_taken (&b, old[0]));
  g_assert_true (is_taken (&b, old[1]));
  g_assert_false (is_taken (&b, replayed));
  g_assert_true (is_taken (&b, protect_rtp (&a, 2)));
  /* From now on the old key opens nothing. */
  g_assert_false (is_taken (&b, old[2]));
  g_assert_true (is_taken (&b, protect_rtp (&a, 3)));
  g_assert_cmpuint (end_count (&b, "received", "dropped", "unauthentic"), ==,
      2);
  g_assert_cmpuint (end_count (&b, "received", NULL, "packets-received"), ==,
      4);
  end_close (&a);
  end_close (&b);
}

/* What was received under the old key cannot be played again under the new. */
static void
test_replay_over_new_keys (void)
{
  End a, b;
  GstBuffer *packet, *copy, *report, *report_copy;

  open_keyed_pair (&a, &b);
  packet = protect_rtp (&a, 1);
  copy = gst_buffer_copy_deep (packet);
  g_assert_true (is_taken (&b, packet));
  gst_harness_push (a.rtcp, media_rtcp (1));
  report = gst_harness_pull (a.rtp);
  report_copy = gst_buffer_copy_deep (report);
  gst_harness_push (b.net, report);
  renew_keys (&a, &b);
  g_assert_false (is_taken (&b, copy));
  gst_harness_push (b.net, report_copy);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtcp_out), ==, 1);
  g_assert_true (is_taken (&b, protect_rtp (&a, 2)));
  end_close (&a);
  end_close (&b);
}

/* One end has the new keys before the other; nobody stays behind. */
static void
test_new_keys_at_one_end_first (void)
{
  End a, b;

  open_keyed_pair (&a, &b);
  media_give_keys (b.link, GCM, 4, 3);
  g_assert_true (is_taken (&b, protect_rtp (&a, 1)));
  g_assert_false (is_taken (&a, protect_rtp (&b, 1)));
  media_give_keys (a.link, GCM, 3, 4);
  g_assert_true (is_taken (&b, protect_rtp (&a, 2)));
  g_assert_true (is_taken (&a, protect_rtp (&b, 2)));
  end_close (&a);
  end_close (&b);
}

/* In place of a key's own count, which takes years. */
static gboolean key_is_used_up;

gboolean __wrap_dtls_key_usage_is_nearly_exhausted (gconstpointer usage);

gboolean
__wrap_dtls_key_usage_is_nearly_exhausted (gconstpointer usage)
{
  return key_is_used_up;
}

static void
assert_tells (GstBus * bus, const gchar * direction)
{
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT);
  const GstStructure *structure;

  if (direction == NULL) {
    g_assert_null (message);
    return;
  }
  g_assert_nonnull (message);
  structure = gst_message_get_structure (message);
  g_assert_true (gst_structure_has_name (structure,
          "srtp-key-nearly-exhausted"));
  g_assert_cmpstr (gst_structure_get_string (structure, "direction"), ==,
      direction);
  gst_message_unref (message);
}

static void
send_one (End * from, End * to, guint16 seq, gboolean as_list)
{
  GstBufferList *list = gst_buffer_list_new (), *wire = gst_buffer_list_new ();

  if (as_list) {
    gst_buffer_list_add (list, media_rtp (seq, 1));
    gst_pad_push_list (from->rtp->srcpad, list);
    gst_buffer_list_add (wire, gst_harness_pull (from->rtp));
    gst_pad_push_list (to->net->srcpad, wire);
  } else {
    g_assert_true (is_taken (to, protect_rtp (from, seq)));
    gst_buffer_list_unref (list);
    gst_buffer_list_unref (wire);
  }
}

/* Once a key and direction, in time for a new association. */
static void
test_key_that_is_nearly_used_up_is_told (void)
{
  End a, b;
  GstBus *bus = gst_bus_new ();
  guint16 seq = 0;

  open_keyed_pair (&a, &b);
  gst_element_set_bus (a.element, bus);
  gst_element_set_bus (b.element, bus);
  for (guint as_list = 0; as_list < 2; as_list++) {
    key_is_used_up = FALSE;
    send_one (&a, &b, seq++, as_list);
    assert_tells (bus, NULL);
    key_is_used_up = TRUE;
    send_one (&a, &b, seq++, as_list);
    assert_tells (bus, "sent");
    assert_tells (bus, "received");
    send_one (&a, &b, seq++, as_list);
    assert_tells (bus, NULL);
    renew_keys (&a, &b);
  }
  key_is_used_up = FALSE;
  gst_element_set_bus (a.element, NULL);
  gst_element_set_bus (b.element, NULL);
  gst_object_unref (bus);
  end_close (&a);
  end_close (&b);
}

static gpointer
push_until_told (gpointer data)
{
  End *a = data;
  guint16 seq = 0;

  while (!g_atomic_int_get (&a->stop)) {
    if (gst_harness_buffers_in_queue (a->rtp) < 50)
      g_assert_cmpint (gst_harness_push (a->rtp, media_rtp (seq++, 1)), ==,
          GST_FLOW_OK);
    else
      g_thread_yield ();
  }
  return NULL;
}

/* Each packet leaves whole under one key or the other. */
static void
test_new_keys_while_media_flow (void)
{
  End a, b;
  GThread *thread;
  GstBuffer *buffer;
  guint taken = 0, n;

  open_keyed_pair (&a, &b);
  thread = g_thread_new ("push", push_until_told, &a);
  for (guint i = 1; i <= 20; i++) {
    while (gst_harness_buffers_in_queue (a.rtp) < 10)
      g_thread_yield ();
    media_give_keys (a.link, GCM, 10 * i, 10 * i + 1);
    /* What is there was sent under the former key, or is the new one's. */
    for (n = gst_harness_buffers_in_queue (a.rtp); n > 0; n--) {
      buffer = gst_harness_pull (a.rtp);
      if (!is_taken (&b, gst_buffer_copy_deep (buffer))) {
        media_give_keys (b.link, GCM, 10 * i + 1, 10 * i);
        g_assert_true (is_taken (&b, gst_buffer_copy_deep (buffer)));
      }
      gst_buffer_unref (buffer);
      taken++;
    }
    media_give_keys (b.link, GCM, 10 * i + 1, 10 * i);
  }
  g_atomic_int_set (&a.stop, TRUE);
  g_thread_join (thread);
  g_assert_cmpuint (taken, >=, 200);
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
  keyframe_requests (a.rtp);
  while ((event = gst_harness_try_pull_upstream_event (a.net)) != NULL)
    gst_event_unref (event);
  gst_harness_push_upstream_event (a.rtp,
      gst_video_event_new_upstream_force_key_unit (0, TRUE, 0));
  g_assert_cmpuint (keyframe_requests (a.rtp), ==, 1);
  g_assert_cmpuint (keyframe_requests (a.net), ==, 0);
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

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (srtpkeyer, NULL);
#define ADD(name) g_test_add_func ("/srtpkeyer/" #name, test_##name)
  ADD (ready_without_id_fails);
  ADD (nothing_leaves_before_the_keys);
  ADD (keyframe_is_asked_for_with_the_keys);
  ADD (media_both_ways);
  ADD (lists_both_ways);
  ADD (early_packets_leave_in_order);
  ADD (early_list_is_kept);
  ADD (early_packets_are_bounded);
  ADD (forged_packet_is_dropped);
  ADD (packet_that_cannot_be_protected_is_no_error);
  ADD (branch_that_nobody_links_does_no_harm);
  ADD (caps);
  ADD (timestamps_become_running_time);
  ADD (eos_waits_for_all_pads);
  ADD (flush_keeps_segment_and_rollover_counter);
  ADD (restart_keeps_the_session);
  ADD (rollover_counter_is_of_a_key);
  ADD (old_packets_in_flight_arrive);
  ADD (replay_over_new_keys);
  ADD (new_keys_at_one_end_first);
  ADD (new_keys_while_media_flow);
  ADD (key_that_is_nearly_used_up_is_told);
  ADD (custom_events_pass);
  ADD (upstream_events_reach_the_media);
  ADD (latency_passes);
  ADD (keys_by_link);
  ADD (one_association_keys_several);
  ADD (pads_are_released);
  ADD (pads_come_and_go_while_media_flow);
#undef ADD
  return g_test_run ();
}
