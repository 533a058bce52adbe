/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SCTP over dtlsenc and dtlsdec, as WebRTC's data channels go: messages of
 * many packets arrive whole and in order, both ways.
 */
#include "config.h"

#include <gst/gst.h>

#include "peer.h"

#define MESSAGE_SIZE 20000
#define N_MESSAGES 10

typedef struct
{
  Peer *dtls;
  GstElement *sctpenc;
  GstElement *sctpdec;
  GstPad *out;                  /* messages to send */
  GstPad *in;                   /* messages that came */
  GMutex lock;
  GCond changed;
  gboolean established;
  gsize n_bytes;                /* of messages that came */
  gboolean is_right;
} End;

static guint8
byte_at (gsize position)
{
  return position * 7 + position / 251;
}

static GstFlowReturn
take_message (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  End *self = gst_pad_get_element_private (pad);
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
  for (gsize i = 0; i < map.size; i++)
    self->is_right &= map.data[i] == byte_at (self->n_bytes + i);
  self->n_bytes += map.size;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static void
on_stream (GstElement * sctpdec, GstPad * src, End * self)
{
  self->in = gst_object_ref_sink (gst_pad_new ("in", GST_PAD_SINK));
  gst_pad_set_element_private (self->in, self);
  gst_pad_set_chain_function (self->in, take_message);
  gst_pad_set_active (self->in, TRUE);
  g_assert_cmpint (gst_pad_link (src, self->in), ==, GST_PAD_LINK_OK);
}

static void
on_established (GstElement * sctpenc, gboolean established, End * self)
{
  g_mutex_lock (&self->lock);
  self->established = established;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
end_init (End * self, const gchar * id, gboolean is_client, guint association)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->is_right = TRUE;
  self->dtls = peer_new (id, is_client);
  g_object_set (self->dtls->dec, "srtp-profiles", "none", NULL);
  self->sctpenc = gst_object_ref_sink (gst_element_factory_make ("sctpenc",
          NULL));
  self->sctpdec = gst_object_ref_sink (gst_element_factory_make ("sctpdec",
          NULL));
  g_object_set (self->sctpenc, "sctp-association-id", association,
      "remote-sctp-port", 5000, "use-sock-stream", TRUE, NULL);
  g_object_set (self->sctpdec, "sctp-association-id", association,
      "local-sctp-port", 5000, NULL);
  g_signal_connect (self->sctpenc, "sctp-association-established",
      G_CALLBACK (on_established), self);
  g_signal_connect (self->sctpdec, "pad-added", G_CALLBACK (on_stream), self);
  g_assert_true (gst_element_link_pads (self->sctpenc, "src", self->dtls->enc,
          "sink"));
  g_assert_true (gst_element_link_pads (self->dtls->dec, "src", self->sctpdec,
          "sink"));
}

/* Who sends is up after whoever receives: sctpenc sends no more after a push
 * into a pad that is not active. */
static void
start_both (End ends[2])
{
  Peer *pair[] = { ends[0].dtls, ends[1].dtls };

  for (guint i = 0; i < 2; i++)
    gst_element_set_state (ends[i].sctpdec, GST_STATE_PLAYING);
  peer_start_pair (pair);
  for (guint i = 0; i < 2; i++)
    gst_element_set_state (ends[i].sctpenc, GST_STATE_PLAYING);
}

/* SCTP makes a stream only once both ends know each other. */
static void
end_wait_for_sctp (End * self)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (!self->established)
    if (!g_cond_wait_until (&self->changed, &self->lock, until_us))
      g_error ("no SCTP association");
  g_mutex_unlock (&self->lock);
}

static void
end_open_stream (End * self)
{
  GstPad *sink = gst_element_request_pad_simple (self->sctpenc, "sink_0");
  GstCaps *caps = gst_caps_from_string ("application/data, ordered=true, "
      "partially-reliability=(string)none, reliability-parameter=(uint)0");
  GstSegment segment;

  self->out = gst_object_ref_sink (gst_pad_new ("out", GST_PAD_SRC));
  gst_pad_set_active (self->out, TRUE);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  g_assert_cmpint (gst_pad_link (self->out, sink), ==, GST_PAD_LINK_OK);
  gst_pad_push_event (self->out, gst_event_new_stream_start ("messages"));
  gst_pad_push_event (self->out, gst_event_new_caps (caps));
  gst_pad_push_event (self->out, gst_event_new_segment (&segment));
  gst_caps_unref (caps);
  gst_object_unref (sink);
}

static void
end_send (End * self)
{
  for (guint n = 0; n < N_MESSAGES; n++) {
    guint8 *data = g_malloc (MESSAGE_SIZE);

    for (gsize i = 0; i < MESSAGE_SIZE; i++)
      data[i] = byte_at (n * MESSAGE_SIZE + i);
    g_assert_cmpint (gst_pad_push (self->out, gst_buffer_new_wrapped (data,
                MESSAGE_SIZE)), ==, GST_FLOW_OK);
  }
}

static void
end_wait (End * self)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (self->n_bytes < N_MESSAGES * MESSAGE_SIZE)
    if (!g_cond_wait_until (&self->changed, &self->lock, until_us))
      g_error ("%" G_GSIZE_FORMAT " bytes came", self->n_bytes);
  g_assert_true (self->is_right);
  g_assert_cmpuint (self->n_bytes, ==, N_MESSAGES * MESSAGE_SIZE);
  g_mutex_unlock (&self->lock);
}

static void
end_stop (End * self)
{
  gst_element_set_state (self->sctpenc, GST_STATE_NULL);
  gst_element_set_state (self->sctpdec, GST_STATE_NULL);
  g_assert_null (peer_pop_message (self->dtls, GST_MESSAGE_ERROR |
          GST_MESSAGE_WARNING));
  peer_free (self->dtls);
  gst_object_unref (self->sctpenc);
  gst_object_unref (self->sctpdec);
  gst_object_unref (self->out);
  gst_object_unref (self->in);
}

static void
test_messages_arrive_whole_both_ways (void)
{
  GstElementFactory *factory = gst_element_factory_find ("sctpenc");
  static End ends[2];           /* SCTP's threads may outlive this function */

  if (!factory) {
    g_test_skip ("sctpenc is not installed");
    return;
  }
  gst_object_unref (factory);
  end_init (&ends[0], "client", TRUE, 1);
  end_init (&ends[1], "server", FALSE, 2);
  peer_connect (ends[0].dtls, ends[1].dtls);
  start_both (ends);
  for (guint i = 0; i < 2; i++)
    end_wait_for_sctp (&ends[i]);
  for (guint i = 0; i < 2; i++)
    end_open_stream (&ends[i]);
  for (guint i = 0; i < 2; i++)
    end_send (&ends[i]);
  for (guint i = 0; i < 2; i++)
    end_wait (&ends[i]);
  for (guint i = 0; i < 2; i++)
    end_stop (&ends[i]);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();
  g_test_add_func ("/data-channel/messages-arrive-whole-both-ways",
      test_messages_arrive_whole_both_ways);
  return g_test_run ();
}
