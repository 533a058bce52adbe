/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handshakes of dtlsenc and dtlsdec over links that lose datagrams: many pairs
 * at once, in real time, 25 ms one way. Which datagrams of a direction get
 * lost is the same in every run. All must connect; how long it took is told, not judged.
 *
 * Lock: that of the network, around what is in flight; pads are pushed
 * without it.
 */
#include "config.h"

#include <stdlib.h>

#include <gst/gst.h>

#include "dtls/elements.h"
#include "engine/association.h"

#define PAIRS 100
#define DELAY_US (25 * G_TIME_SPAN_MILLISECOND)
/* Longer than a handshake may take. */
#define LIMIT_US (40 * G_TIME_SPAN_SECOND)

typedef struct
{
  GMutex lock;
  GCond changed;
  GQueue flying;                /* Datagram, by arrival */
  gboolean ended;
  guint loss_percent;
  GThread *thread;
} Network;

/* One direction of one pair. */
typedef struct
{
  Network *network;
  GstPad *in;
  GstPad *out;
  GRand *rand;
} Wire;

typedef struct
{
  gint64 arrives_us;
  GstPad *out;
  GstBuffer *buffer;
} Datagram;

typedef struct
{
  GstElement *enc;
  GstElement *dec;
} End;

typedef struct
{
  End ends[2];                  /* client, server */
  Wire wires[2];                /* from the client, from the server */
  gint64 connected_us;          /* 0 before */
} Pair;

/* The network */

static GstFlowReturn
wire_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Wire *self = gst_pad_get_element_private (pad);
  Datagram *datagram;

  g_mutex_lock (&self->network->lock);
  if (g_rand_int_range (self->rand, 0, 100)
      < (gint) self->network->loss_percent) {
    gst_buffer_unref (buffer);
  } else {
    datagram = g_new0 (Datagram, 1);
    datagram->arrives_us = g_get_monotonic_time () + DELAY_US;
    datagram->out = gst_object_ref (self->out);
    datagram->buffer = buffer;
    g_queue_push_tail (&self->network->flying, datagram);
    g_cond_signal (&self->network->changed);
  }
  g_mutex_unlock (&self->network->lock);
  return GST_FLOW_OK;
}

/* Must hold the lock. Returns: (nullable): the next one, once it is there. */
static Datagram *
network_wait (Network * self)
{
  while (!self->ended) {
    Datagram *first = g_queue_peek_head (&self->flying);

    if (!first)
      g_cond_wait (&self->changed, &self->lock);
    else if (g_get_monotonic_time () >= first->arrives_us)
      return g_queue_pop_head (&self->flying);
    else
      g_cond_wait_until (&self->changed, &self->lock, first->arrives_us);
  }
  return NULL;
}

static gpointer
network_run (gpointer data)
{
  Network *self = data;
  Datagram *datagram;

  g_mutex_lock (&self->lock);
  while ((datagram = network_wait (self))) {
    g_mutex_unlock (&self->lock);
    gst_pad_push (datagram->out, datagram->buffer);
    gst_object_unref (datagram->out);
    g_free (datagram);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
network_start (Network * self, guint loss_percent)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->flying);
  self->ended = FALSE;
  self->loss_percent = loss_percent;
  self->thread = g_thread_new ("network", network_run, self);
}

static void
datagram_free (gpointer data)
{
  Datagram *datagram = data;

  gst_object_unref (datagram->out);
  gst_buffer_unref (datagram->buffer);
  g_free (datagram);
}

static void
network_stop (Network * self)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
}

static void
network_clear (Network * self)
{
  g_queue_clear_full (&self->flying, datagram_free);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

/* Pairs */

static void
wire_open (Wire * self, Network * network, GstElement * enc, GstElement * dec,
    guint32 seed)
{
  GstPad *src = gst_element_get_static_pad (enc, "src");
  GstPad *sink = gst_element_get_static_pad (dec, "sink");
  GstSegment segment;

  self->network = network;
  self->rand = g_rand_new_with_seed (seed);
  self->in = gst_pad_new ("in", GST_PAD_SINK);
  self->out = gst_pad_new ("out", GST_PAD_SRC);
  gst_pad_set_element_private (self->in, self);
  gst_pad_set_chain_function (self->in, wire_chain);
  gst_pad_set_active (self->in, TRUE);
  gst_pad_set_active (self->out, TRUE);
  g_assert_cmpint (gst_pad_link (src, self->in), ==, GST_PAD_LINK_OK);
  g_assert_cmpint (gst_pad_link (self->out, sink), ==, GST_PAD_LINK_OK);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->out, gst_event_new_stream_start ("wire"));
  gst_pad_push_event (self->out, gst_event_new_segment (&segment));
  gst_object_unref (src);
  gst_object_unref (sink);
}

static void
wire_close (Wire * self)
{
  gst_pad_set_active (self->in, FALSE);
  gst_pad_set_active (self->out, FALSE);
  gst_object_unref (self->in);
  gst_object_unref (self->out);
  g_rand_free (self->rand);
}

static void
end_open (End * self, guint number, gboolean is_client)
{
  g_autofree gchar *id = g_strdup_printf ("%s %u", is_client ? "client"
      : "server", number);

  self->enc = gst_element_factory_make ("dtlsenc", NULL);
  self->dec = gst_element_factory_make ("dtlsdec", NULL);
  g_object_set (self->enc, "connection-id", id, "is-client", is_client, NULL);
  g_object_set (self->dec, "connection-id", id, "verify", DTLS_VERIFY_NONE,
      NULL);
}

static void
end_set_state (End * self, GstState state)
{
  g_assert_cmpint (gst_element_set_state (self->dec, state), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (gst_element_set_state (self->enc, state), ==,
      GST_STATE_CHANGE_SUCCESS);
}

static gboolean
end_is_connected (End * self)
{
  DtlsState state;

  g_object_get (self->dec, "connection-state", &state, NULL);
  g_assert_cmpint (state, !=, DTLS_STATE_FAILED);
  return state == DTLS_STATE_CONNECTED;
}

static void
pair_open (Pair * self, Network * network, guint number)
{
  for (guint i = 0; i < 2; i++)
    end_open (&self->ends[i], number, i == 0);
  for (guint i = 0; i < 2; i++)
    wire_open (&self->wires[i], network, self->ends[i].enc,
        self->ends[!i].dec, 2 * number + i);
}

static void
pair_close (Pair * self)
{
  for (guint i = 0; i < 2; i++) {
    end_set_state (&self->ends[i], GST_STATE_NULL);
    wire_close (&self->wires[i]);
  }
  for (guint i = 0; i < 2; i++) {
    gst_object_unref (self->ends[i].enc);
    gst_object_unref (self->ends[i].dec);
  }
}

/* Returns: how many pairs are connected. */
static guint
look_at_pairs (Pair * pairs)
{
  guint connected = 0;

  for (guint i = 0; i < PAIRS; i++) {
    if (pairs[i].connected_us == 0 && end_is_connected (&pairs[i].ends[0])
        && end_is_connected (&pairs[i].ends[1]))
      pairs[i].connected_us = g_get_monotonic_time ();
    connected += pairs[i].connected_us != 0;
  }
  return connected;
}

static gint
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *x = a, *y = b;

  return x->connected_us < y->connected_us ? -1
      : x->connected_us > y->connected_us;
}

static void
tell_times (Pair * pairs, gint64 start_us, guint loss_percent)
{
  static const gint of_100[] = { 50, 99 };
  gint64 ms[2];

  qsort (pairs, PAIRS, sizeof *pairs, compare_pairs);
  for (guint i = 0; i < 2; i++)
    ms[i] = (pairs[PAIRS * of_100[i] / 100].connected_us - start_us) / 1000;
  g_test_message ("%u %% loss, %u pairs at once: median %" G_GINT64_FORMAT
      " ms, 99th percentile %" G_GINT64_FORMAT " ms", loss_percent, PAIRS,
      ms[0], ms[1]);
}

static void
test_loss (gconstpointer data)
{
  Network network;
  Pair *pairs = g_new0 (Pair, PAIRS);
  gint64 start_us;

  network_start (&network, GPOINTER_TO_UINT (data));
  for (guint i = 0; i < PAIRS; i++)
    pair_open (&pairs[i], &network, i);
  for (guint i = 0; i < PAIRS; i++)
    end_set_state (&pairs[i].ends[1], GST_STATE_PLAYING);
  start_us = g_get_monotonic_time ();
  for (guint i = 0; i < PAIRS; i++)
    end_set_state (&pairs[i].ends[0], GST_STATE_PLAYING);
  while (look_at_pairs (pairs) < PAIRS) {
    g_assert_cmpint (g_get_monotonic_time (), <, start_us + LIMIT_US);
    g_usleep (2000);
  }
  network_stop (&network);
  for (guint i = 0; i < PAIRS; i++)
    pair_close (&pairs[i]);
  network_clear (&network);
  tell_times (pairs, start_us, GPOINTER_TO_UINT (data));
  g_free (pairs);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (dtlsenc, NULL);
  GST_ELEMENT_REGISTER (dtlsdec, NULL);
  g_test_add_data_func ("/loss/10", GUINT_TO_POINTER (10), test_loss);
  g_test_add_data_func ("/loss/30", GUINT_TO_POINTER (30), test_loss);
  g_test_add_data_func ("/loss/50", GUINT_TO_POINTER (50), test_loss);
  return g_test_run ();
}
