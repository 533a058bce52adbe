/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two peers, each a dtlssrtpenc and a dtlssrtpdec, and the wire between them,
 * which a test moves along by hand.
 */
#ifndef DTLS_CHECK_PAIR_H
#define DTLS_CHECK_PAIR_H

#include "../lib/patience.h"
#include "dtls/elements.h"
#include "element-values.h"
#include "engine/association.h"
#include "engine/record.h"
#include "media.h"


typedef struct
{
  GstElement *enc;
  GstElement *dec;
  GstHarness *rtp;              /* enc.rtp_sink_0 to enc.src */
  GstHarness *rtcp;             /* enc.rtcp_sink_0 */
  GstHarness *data;             /* enc.data_sink */
  GstHarness *net;              /* dec.sink to dec.rtp_src */
  GstHarness *rtcp_out;         /* dec.rtcp_src */
  GstHarness *data_out;         /* dec.data_src */
} Peer;

typedef struct
{
  Peer a;                       /* client */
  Peer b;                       /* server */
} Pair;

static inline void
pair_test_init (int *argc, char ***argv)
{
  gst_init (argc, argv);
  g_test_init (argc, argv, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpenc, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpdec, NULL);
}

/* The elements in state NULL, for a test to set up. */
static inline void
peer_make (Peer * self, const gchar * id, gboolean is_client)
{
  self->enc = gst_element_factory_make ("dtlssrtpenc", NULL);
  self->dec = gst_element_factory_make ("dtlssrtpdec", NULL);
  g_object_set (self->enc, "connection-id", id, "is-client", is_client, NULL);
  g_object_set (self->dec, "connection-id", id, NULL);
}

/* A server is up before its client: in life the first flight is sent again. */
static inline void
peer_start (Peer * self)
{
  self->net = gst_harness_new_with_element (self->dec, "sink", "rtp_src");
  self->rtcp_out = gst_harness_new_with_element (self->dec, NULL, "rtcp_src");
  self->data_out = gst_harness_new_with_element (self->dec, NULL, "data_src");
  self->rtp = gst_harness_new_with_element (self->enc, "rtp_sink_0", "src");
  self->rtcp = gst_harness_new_with_element (self->enc, "rtcp_sink_0", NULL);
  self->data = gst_harness_new_with_element (self->enc, "data_sink", NULL);
  gst_harness_set_src_caps_str (self->net, "application/x-rtp");
  gst_harness_set_src_caps_str (self->rtp, "application/x-rtp");
  gst_harness_set_src_caps_str (self->rtcp, "application/x-rtcp");
  gst_harness_set_src_caps_str (self->data, "application/x-data");
}

static inline void
peer_stop (Peer * self)
{
  gst_harness_teardown (self->data);
  gst_harness_teardown (self->rtcp);
  gst_harness_teardown (self->rtp);
  gst_harness_teardown (self->data_out);
  gst_harness_teardown (self->rtcp_out);
  gst_harness_teardown (self->net);
  gst_object_unref (self->enc);
  gst_object_unref (self->dec);
}

static inline gint
element_state (GstElement * element)
{
  gint state;

  g_object_get (element, "connection-state", &state, NULL);
  return state;
}

/* An element with settings that cannot be used says so. */
static inline void
element_assert_does_not_start (GstElement * element)
{
  GstBus *bus = gst_bus_new ();
  GstMessage *message;

  gst_element_set_bus (element, bus);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_unref (message);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
}

static inline void
pair_make (Pair * self)
{
  memset (self, 0, sizeof (*self));
  peer_make (&self->a, "a", TRUE);
  peer_make (&self->b, "b", FALSE);
}

static inline void
pair_start (Pair * self)
{
  peer_start (&self->b);
  peer_start (&self->a);
}

static inline void
pair_stop (Pair * self)
{
  peer_stop (&self->a);
  peer_stop (&self->b);
}

static inline void
peer_carry (Peer * from, Peer * to)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (from->rtp)) != NULL)
    gst_harness_push (to->net, buffer);
}

static inline void
pair_carry (Pair * self)
{
  peer_carry (&self->a, &self->b);
  peer_carry (&self->b, &self->a);
}

/* Of a packet that carries a record; of others a byte that no record has. */
static inline guint8
packet_content_type (GstBuffer * packet)
{
  guint8 type;

  g_assert_cmpuint (gst_buffer_extract (packet, 0, &type, 1), ==, 1);
  return type;
}

static inline gboolean
packet_is_of_handshake (GstBuffer * packet)
{
  guint8 type = packet_content_type (packet);

  return type == DTLS_CONTENT_CHANGE_CIPHER_SPEC
      || type == DTLS_CONTENT_HANDSHAKE;
}

/* Takes the next packet of media, or record of data, of @self off the wire.
 * What is of the handshake is lost on the way: on a slow machine a flight may
 * be sent again at any time, so one may come after the handshake is done. */
static inline GstBuffer *
peer_pull (Peer * self)
{
  GstBuffer *packet = gst_harness_pull (self->rtp);

  g_assert_nonnull (packet);
  if (!packet_is_of_handshake (packet))
    return packet;
  gst_buffer_unref (packet);
  return peer_pull (self);
}

/* Moves the wire along until @condition. */
#define pair_until(self, condition) G_STMT_START { \
  gint64 end_us_ = g_get_monotonic_time () + PATIENCE_US; \
  pair_carry (self); \
  while (!(condition)) { \
    g_assert_cmpint (g_get_monotonic_time (), <, end_us_); \
    g_usleep (1000); \
    pair_carry (self); \
  } \
} G_STMT_END

static inline gboolean
pair_is_in_state (Pair * self, gint state)
{
  return element_state (self->a.enc) == state
      && element_state (self->a.dec) == state
      && element_state (self->b.enc) == state
      && element_state (self->b.dec) == state;
}

static inline void
pair_connect (Pair * self)
{
  pair_until (self, pair_is_in_state (self, DTLS_STATE_CONNECTED));
}

/* A connected pair from nothing. */
static inline void
pair_open (Pair * self)
{
  pair_make (self);
  pair_start (self);
  pair_connect (self);
}

/* Fails unless RTP, RTCP and data of @from reach @to, the RTP in the clear. */
static inline void
pair_assert_flow (Pair * self, Peer * from, Peer * to, guint16 seq)
{
  GstBuffer *buffer;

  gst_harness_push (from->rtp, media_rtp (seq, 1));
  gst_harness_push (from->rtcp, media_rtcp (1));
  gst_harness_push (from->data, gst_buffer_new_wrapped (g_strdup ("data"),
          4));
  pair_until (self, gst_harness_buffers_in_queue (to->net) > 0
      && gst_harness_buffers_in_queue (to->rtcp_out) > 0
      && gst_harness_buffers_in_queue (to->data_out) > 0);
  buffer = gst_harness_pull (to->net);
  g_assert_true (media_is_clear (buffer));
  g_assert_cmpuint (media_seq (buffer), ==, seq);
  gst_buffer_unref (buffer);
  buffer = gst_harness_pull (to->rtcp_out);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 8);
  gst_buffer_unref (buffer);
  buffer = gst_harness_pull (to->data_out);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, "data", 4), ==, 0);
  gst_buffer_unref (buffer);
}

#endif
