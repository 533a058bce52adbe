/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * srtpkeyer and the keys: what happens before they come, and when others take
 * their place.
 */
#include "config.h"

#include "dtls/elements.h"
#include "keyer-end.h"

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
  media_keyframe_requests (a.rtp);
  media_give_keys (a.link, GCM, 1, 2);
  g_assert_cmpuint (media_keyframe_requests (a.rtp), ==, 1);
  g_assert_cmpuint (media_keyframe_requests (a.rtcp), ==, 0);
  end_close (&a);
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

/* The association has started anew: both ends get other keys. */
static void
renew_keys (End * a, End * b)
{
  media_give_keys (a->link, GCM, 3, 4);
  media_give_keys (b->link, GCM, 4, 3);
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

  end_open_keyed_pair (&a, &b);
  for (guint i = 0; i < 3 * 65536; i += 16384)
    g_assert_true (end_takes (&b, end_protect_rtp (&a, i)));
  renew_keys (&a, &b);
  end_open (&fresh, "fresh");
  media_give_keys (fresh.link, GCM, 3, 4);
  packet = end_protect_rtp (&a, 7);
  expected = end_protect_rtp (&fresh, 7);
  g_assert_true (buffers_are_equal (packet, expected));
  g_assert_true (end_takes (&b, packet));
  for (guint i = 0; i < 65536 + 16384; i += 16384)
    g_assert_true (end_takes (&b, end_protect_rtp (&a, 8 + i)));
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

  end_open_keyed_pair (&a, &b);
  for (guint i = 0; i < 3; i++)
    old[i] = end_protect_rtp (&a, 65535 + i);
  replayed = gst_buffer_copy_deep (old[0]);
  renew_keys (&a, &b);
  g_assert_true (end_takes (&b, old[0]));
  g_assert_true (end_takes (&b, old[1]));
  g_assert_false (end_takes (&b, replayed));
  g_assert_true (end_takes (&b, end_protect_rtp (&a, 2)));
  /* From now on the old key opens nothing. */
  g_assert_false (end_takes (&b, old[2]));
  g_assert_true (end_takes (&b, end_protect_rtp (&a, 3)));
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

  end_open_keyed_pair (&a, &b);
  packet = end_protect_rtp (&a, 1);
  copy = gst_buffer_copy_deep (packet);
  g_assert_true (end_takes (&b, packet));
  gst_harness_push (a.rtcp, media_rtcp (1));
  report = gst_harness_pull (a.rtp);
  report_copy = gst_buffer_copy_deep (report);
  gst_harness_push (b.net, report);
  renew_keys (&a, &b);
  g_assert_false (end_takes (&b, copy));
  gst_harness_push (b.net, report_copy);
  g_assert_cmpuint (gst_harness_buffers_received (b.rtcp_out), ==, 1);
  g_assert_true (end_takes (&b, end_protect_rtp (&a, 2)));
  end_close (&a);
  end_close (&b);
}

/* One end has the new keys before the other; nobody stays behind. */
static void
test_new_keys_at_one_end_first (void)
{
  End a, b;

  end_open_keyed_pair (&a, &b);
  media_give_keys (b.link, GCM, 4, 3);
  g_assert_true (end_takes (&b, end_protect_rtp (&a, 1)));
  g_assert_false (end_takes (&a, end_protect_rtp (&b, 1)));
  media_give_keys (a.link, GCM, 3, 4);
  g_assert_true (end_takes (&b, end_protect_rtp (&a, 2)));
  g_assert_true (end_takes (&a, end_protect_rtp (&b, 2)));
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
    g_assert_true (end_takes (to, end_protect_rtp (from, seq)));
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

  end_open_keyed_pair (&a, &b);
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

  end_open_keyed_pair (&a, &b);
  thread = g_thread_new ("push", push_until_told, &a);
  for (guint i = 1; i <= 20; i++) {
    while (gst_harness_buffers_in_queue (a.rtp) < 10)
      g_thread_yield ();
    media_give_keys (a.link, GCM, 10 * i, 10 * i + 1);
    /* What is there was sent under the former key, or is the new one's. */
    for (n = gst_harness_buffers_in_queue (a.rtp); n > 0; n--) {
      buffer = gst_harness_pull (a.rtp);
      if (!end_takes (&b, gst_buffer_copy_deep (buffer))) {
        media_give_keys (b.link, GCM, 10 * i + 1, 10 * i);
        g_assert_true (end_takes (&b, gst_buffer_copy_deep (buffer)));
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

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (srtpkeyer, NULL);
#define ADD(name) g_test_add_func ("/srtpkeyer-keys/" #name, test_##name)
  ADD (nothing_leaves_before_the_keys);
  ADD (keyframe_is_asked_for_with_the_keys);
  ADD (early_packets_leave_in_order);
  ADD (early_list_is_kept);
  ADD (early_packets_are_bounded);
  ADD (rollover_counter_is_of_a_key);
  ADD (old_packets_in_flight_arrive);
  ADD (replay_over_new_keys);
  ADD (new_keys_at_one_end_first);
  ADD (new_keys_while_media_flow);
  ADD (key_that_is_nearly_used_up_is_told);
#undef ADD
  return g_test_run ();
}
