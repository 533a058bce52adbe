/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What several threads do with whepsink and whipsink at once: offers, pads,
 * queries and changes of state that come at a bad moment.
 */
#include "config.h"

#include <gst/gst.h>
#include <sys/random.h>

#include "test-sink.h"

#define ROUNDS 100

#define ENCODED "videotestsrc ! " \
  "video/x-raw,format=I420,width=64,height=48 ! vp8enc deadline=1"
#define VIDEO ENCODED " ! "

/* In the place of the C library's: a viewer is made behind this gate. */
static GMutex gate_lock;
static GCond gate_changed;
static gboolean gate_closed;
static gboolean gate_reached;

__attribute__((visibility ("default")))
     int getentropy (void *bytes, size_t size)
{
  g_mutex_lock (&gate_lock);
  gate_reached = TRUE;
  g_cond_broadcast (&gate_changed);
  while (gate_closed)
    g_cond_wait (&gate_changed, &gate_lock);
  g_mutex_unlock (&gate_lock);
  return getrandom (bytes, size, 0) == (ssize_t) size ? 0 : -1;
}

static void
gate_close (void)
{
  g_mutex_lock (&gate_lock);
  gate_closed = TRUE;
  gate_reached = FALSE;
  g_mutex_unlock (&gate_lock);
}

static void
gate_await (void)
{
  g_mutex_lock (&gate_lock);
  while (!gate_reached)
    g_cond_wait (&gate_changed, &gate_lock);
  g_mutex_unlock (&gate_lock);
}

static void
gate_open (void)
{
  g_mutex_lock (&gate_lock);
  gate_closed = FALSE;
  g_cond_broadcast (&gate_changed);
  g_mutex_unlock (&gate_lock);
}

/* Offers */

typedef struct
{
  TestViewer *viewer;
  guint port;
} Offer;

static gpointer
ask (gpointer data)
{
  Offer *offer = data;

  return GUINT_TO_POINTER (test_viewer_ask (offer->viewer, offer->port));
}

static gpointer
stop (gpointer pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return NULL;
}

/* Whoever comes too late to be seen by those who stop the sink is answered,
 * and told of, all the same. */
static void
test_offer_while_stopping (void)
{
  TestSink *sink = test_sink_start (VIDEO "whepsink name=sink port=0");
  TestViewer *first = test_sink_add_viewer (sink);
  Offer offer = { test_viewer_new (), sink->port };

  gate_close ();
  GThread *asker = g_thread_new ("asker", ask, &offer);
  gate_await ();
  GThread *stopper = g_thread_new ("stopper", stop, sink->pipeline);
  g_usleep (50000);
  gate_open ();
  guint status = GPOINTER_TO_UINT (g_thread_join (asker));
  g_assert_true (status == 201 || status == 503);
  g_thread_join (stopper);
  g_assert_cmpuint (sink->added->len, ==, 2);
  test_viewer_free (offer.viewer);
  test_viewer_free (first);
  test_sink_stop (sink);
}

/* States */

/* Two of them, each by itself. */
static gpointer
start_and_stop (gpointer unused)
{
  for (guint i = 0; i < 5; i++)
    test_sink_stop (test_sink_start (VIDEO "whepsink name=sink port=0"));
  return NULL;
}

static void
test_two_sinks (void)
{
  GThread *other = g_thread_new ("other", start_and_stop, NULL);

  start_and_stop (NULL);
  g_thread_join (other);
}

/* Pads */

static GstElement *
sink_new (const gchar * factory)
{
  GstElement *sink = gst_object_ref_sink (gst_element_factory_make (factory,
          NULL));

  if (g_str_equal (factory, "whipsink"))
    g_object_set (sink, "location", "http://127.0.0.1:9/whip", NULL);
  else
    g_object_set (sink, "port", 0, NULL);
  return sink;
}

static void
release_pad (GstElement * sink, GstPad * pad)
{
  gst_element_release_request_pad (sink, pad);
  gst_object_unref (pad);
}

static gpointer
request_and_release (gpointer sink)
{
  for (guint i = 0; i < ROUNDS; i++) {
    GstPad *pad = gst_element_request_pad_simple (sink, "video_%u");

    g_assert_nonnull (pad);
    release_pad (sink, pad);
  }
  return NULL;
}

static void
test_pads_from_two_threads (gconstpointer factory)
{
  GstElement *sink = sink_new (factory);
  GThread *other = g_thread_new ("other", request_and_release, sink);

  request_and_release (sink);
  g_thread_join (other);
  g_assert_cmpuint (sink->numpads, ==, 0);
  gst_object_unref (sink);
}

static void
test_pads_while_stopping (gconstpointer factory)
{
  GstElement *sink = sink_new (factory);
  GThread *other = g_thread_new ("other", request_and_release, sink);

  for (guint i = 0; i < 10; i++) {
    gst_element_set_state (sink, GST_STATE_READY);
    gst_element_set_state (sink, GST_STATE_NULL);
  }
  g_thread_join (other);
  gst_object_unref (sink);
}

static gboolean queried;        /* atomic */

static gpointer
query_caps (gpointer pad)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-vp8");

  while (!g_atomic_int_get (&queried))
    gst_pad_peer_query_accept_caps (pad, caps);
  return NULL;
}

/* Anybody may ask a pad, without a stream's lock. */
static void
test_queries_while_pads_go (gconstpointer factory)
{
  GstElement *sink = sink_new (factory);
  g_autoptr (GstPad) src = gst_pad_new ("src", GST_PAD_SRC);

  gst_object_ref_sink (src);
  gst_element_set_state (sink, GST_STATE_READY);
  g_atomic_int_set (&queried, FALSE);
  GThread *other = g_thread_new ("other", query_caps, src);
  for (guint i = 0; i < ROUNDS; i++) {
    GstPad *pad = gst_element_request_pad_simple (sink, "video_%u");

    gst_pad_set_active (pad, TRUE);
    g_assert_cmpint (gst_pad_link (src, pad), ==, GST_PAD_LINK_OK);
    g_thread_yield ();
    release_pad (sink, pad);
  }
  g_atomic_int_set (&queried, TRUE);
  g_thread_join (other);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_object_unref (sink);
}

static GstPadProbeReturn
on_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer count)
{
  g_atomic_int_inc ((gint *) count);
  return GST_PAD_PROBE_OK;
}

/* The stream's thread waits in the sink then. */
static void
test_pad_released_while_paused (gconstpointer factory)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_parse_bin_from_description (ENCODED, TRUE, NULL);
  GstElement *sink = sink_new (factory);
  GstPad *pad = gst_element_request_pad_simple (sink, "video_%u");
  g_autoptr (GstPad) src = gst_element_get_static_pad (source, "src");
  gint buffers = 0;

  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, &buffers, NULL);
  g_assert_cmpint (gst_pad_link (src, pad), ==, GST_PAD_LINK_OK);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PAUSED), !=,
      GST_STATE_CHANGE_FAILURE);
  while (!g_atomic_int_get (&buffers))
    g_usleep (1000);
  g_usleep (10000);
  release_pad (sink, pad);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
}

int
main (int argc, char **argv)
{
  static const gchar *const sinks[] = { "whepsink", "whipsink" };

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/threads/offer-while-stopping",
      test_offer_while_stopping);
  g_test_add_func ("/whep/threads/two-sinks", test_two_sinks);
  for (guint i = 0; i < G_N_ELEMENTS (sinks); i++) {
#define ADD(name, func) G_STMT_START { \
    g_autofree gchar *path = \
        g_strdup_printf ("/whep/threads/%s/%s", sinks[i], name); \
    g_test_add_data_func (path, sinks[i], func); \
  } G_STMT_END
    ADD ("pads-from-two-threads", test_pads_from_two_threads);
    ADD ("pads-while-stopping", test_pads_while_stopping);
    ADD ("queries-while-pads-go", test_queries_while_pads_go);
    ADD ("pad-released-while-paused", test_pad_released_while_paused);
#undef ADD
  }
  return g_test_run ();
}
