/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a pusher does with the datagrams of a link, and when it lets them be.
 */
#include "config.h"

#include "datagram-pusher.h"

typedef struct
{
  GstPad *src;
  GstPad *sink;
  DtlsPusher *pusher;
  DtlsLink *link;
  GMutex lock;
  GCond changed;
  GString *seen;                /* b for a buffer, or a letter of an event */
  gboolean hold;                /* buffers do not return */
} Fixture;

static void
see (Fixture * self, gchar what)
{
  g_mutex_lock (&self->lock);
  g_string_append_c (self->seen, what);
  g_cond_broadcast (&self->changed);
  while (what == 'b' && self->hold)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static GstFlowReturn
chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  see (gst_pad_get_element_private (pad), 'b');
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
take_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  see (gst_pad_get_element_private (pad), GST_EVENT_TYPE_NAME (event)[0]);
  gst_event_unref (event);
  return TRUE;
}

static void
wait_until_seen (Fixture * self, const gchar * expected)
{
  g_mutex_lock (&self->lock);
  while (self->seen->len < strlen (expected))
    g_cond_wait (&self->changed, &self->lock);
  g_assert_cmpstr (self->seen->str, ==, expected);
  g_mutex_unlock (&self->lock);
}

/* A client that is started has its first flight to send. */
static void
make_a_flight (Fixture * self)
{
  DtlsConfig config = {.mtu = DTLS_MTU_DEFAULT,.verify = DTLS_VERIFY_NONE,
    .retransmit_timeout_ms = 60000,.retransmit_cap_ms = 60000
  };

  config.certificate = dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 1,
      NULL);
  dtls_link_set_role (self->link, DTLS_ROLE_CLIENT);
  dtls_link_configure (self->link, &config);
  dtls_certificate_unref (config.certificate);
  g_assert_true (dtls_link_start (self->link, DTLS_SIDE_RECEIVER, NULL));
  g_assert_true (dtls_link_start (self->link, DTLS_SIDE_SENDER, NULL));
}

static void
set_up (Fixture * self, gconstpointer data)
{
  GstCaps *caps = gst_caps_new_empty_simple ("application/x-dtls");

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->seen = g_string_new ("");
  self->src = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  self->sink = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  gst_pad_set_element_private (self->sink, self);
  gst_pad_set_chain_function (self->sink, chain);
  gst_pad_set_event_function (self->sink, take_event);
  gst_pad_set_active (self->src, TRUE);
  gst_pad_set_active (self->sink, TRUE);
  self->pusher = dtls_pusher_new (self->src, caps);
  self->link = dtls_link_obtain ("pushed");
  dtls_pusher_set_link (self->pusher, self->link);
  gst_caps_unref (caps);
}

static void
link_pads (Fixture * self)
{
  g_assert_cmpint (gst_pad_link (self->src, self->sink), ==, GST_PAD_LINK_OK);
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  dtls_pusher_stop (self->pusher);
  dtls_pusher_set_link (self->pusher, NULL);
  gst_pad_set_active (self->src, FALSE);
  gst_pad_set_active (self->sink, FALSE);
  g_object_unref (self->pusher);
  g_object_unref (self->link);
  gst_object_unref (self->src);
  gst_object_unref (self->sink);
  g_string_free (self->seen, TRUE);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

static void
test_prologue_then_datagram (Fixture * self, gconstpointer data)
{
  link_pads (self);
  dtls_pusher_start (self->pusher);
  make_a_flight (self);
  wait_until_seen (self, "scsb");
}

static void
test_not_before_the_start (Fixture * self, gconstpointer data)
{
  link_pads (self);
  make_a_flight (self);
  dtls_pusher_push (self->pusher);
  g_assert_cmpstr (self->seen->str, ==, "");
  g_assert_cmpuint (dtls_link_get_n_datagrams (self->link), ==, 1);
  dtls_pusher_start (self->pusher);
  wait_until_seen (self, "scsb");
}

static void
test_link_of_the_pads_is_noticed (Fixture * self, gconstpointer data)
{
  dtls_pusher_start (self->pusher);
  make_a_flight (self);
  dtls_pusher_push (self->pusher);
  g_assert_cmpuint (dtls_link_get_n_datagrams (self->link), ==, 1);
  link_pads (self);
  wait_until_seen (self, "scsb");
}

static void
test_nothing_while_flushing (Fixture * self, gconstpointer data)
{
  link_pads (self);
  dtls_pusher_start (self->pusher);
  gst_pad_push_event (self->src, gst_event_new_flush_start ());
  make_a_flight (self);
  dtls_pusher_push (self->pusher);
  g_assert_cmpstr (self->seen->str, ==, "f");
  gst_pad_push_event (self->src, gst_event_new_flush_stop (TRUE));
  dtls_pusher_kick (self->pusher);
  wait_until_seen (self, "ffscsb");
}

static void
test_events_follow_datagrams (Fixture * self, gconstpointer data)
{
  self->hold = TRUE;
  link_pads (self);
  dtls_pusher_start (self->pusher);
  make_a_flight (self);
  wait_until_seen (self, "scsb");
  /* Somebody pushes: this is left to them. */
  dtls_pusher_push_event (self->pusher, gst_event_new_eos ());
  g_assert_cmpstr (self->seen->str, ==, "scsb");
  g_mutex_lock (&self->lock);
  self->hold = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  wait_until_seen (self, "scsbe");
}

static void
test_stop_does_not_wait_for_a_blocked_pad (Fixture * self, gconstpointer data)
{
  self->hold = TRUE;
  link_pads (self);
  dtls_pusher_start (self->pusher);
  make_a_flight (self);
  wait_until_seen (self, "scsb");
  dtls_pusher_stop (self->pusher);
  g_mutex_lock (&self->lock);
  self->hold = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/datagram-pusher/" path, Fixture, NULL, \
    set_up, test, tear_down)
  ADD ("prologue-then-datagram", test_prologue_then_datagram);
  ADD ("not-before-the-start", test_not_before_the_start);
  ADD ("link-of-the-pads-is-noticed", test_link_of_the_pads_is_noticed);
  ADD ("nothing-while-flushing", test_nothing_while_flushing);
  ADD ("events-follow-datagrams", test_events_follow_datagrams);
  ADD ("stop-does-not-wait-for-a-blocked-pad",
      test_stop_does_not_wait_for_a_blocked_pad);
  return g_test_run ();
}
