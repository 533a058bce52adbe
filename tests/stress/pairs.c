/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Peers that come and go by the thousand while others stream, and a pair that
 * starts and stops again and again. Nothing may be left: no GStreamer object
 * (leaks tracer), no thread, no file descriptor, no connection-id.
 */
#include "config.h"

#include <gst/gst.h>

#include "link-table.h"
#include "../check/dtls/peer.h"

#define N_STREAMS 3

static guint n_peers = 1000;
static guint n_cycles = 200;
static guint n_threads_at_start;        /* without that of the clock */

/* What the process has */

static guint
count_entries (const gchar * path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);
  return n;
}

/* Workers that have nothing to do stay for a while; these go at once. */
static void
wait_for_threads (guint n)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  g_thread_pool_set_max_idle_time (1);
  g_thread_pool_stop_unused_threads ();
  while (count_entries ("/proc/self/task") > n) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_usleep (1000);
  }
}

static guint
count_live_objects (void)
{
  GList *tracers = gst_tracing_get_active_tracers ();
  guint n = 0;

  for (GList * l = tracers; l; l = l->next) {
    GstStructure *info = NULL;
    const GValue *objects;

    if (g_strcmp0 (G_OBJECT_TYPE_NAME (l->data), "GstLeaksTracer") != 0)
      continue;
    g_signal_emit_by_name (l->data, "get-live-objects", &info);
    objects = gst_structure_get_value (info, "live-objects-list");
    n = gst_value_list_get_size (objects);
    for (guint i = 0; i < n; i++) {
      gchar *text = gst_value_serialize (gst_value_list_get_value (objects, i));

      g_test_message ("alive: %s", text);
      g_free (text);
    }
    gst_structure_free (info);
  }
  g_list_free_full (tracers, gst_object_unref);
  return n;
}

/* Streams that go on meanwhile */

static GstPadProbeReturn
count_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer count)
{
  g_atomic_int_inc ((gint *) count);
  return GST_PAD_PROBE_OK;
}

static GstElement *
start_stream (guint index, gint * count)
{
  gchar *line = g_strdup_printf ("fakesrc is-live=true sizetype=fixed "
      "sizemax=500 ! identity sleep-time=1000 ! dtlsenc "
      "connection-id=stream-client-%u is-client=true ! dtlsdec "
      "connection-id=stream-server-%u verify=none ! fakesink name=sink "
      "sync=false async=false dtlsenc connection-id=stream-server-%u ! "
      "dtlsdec connection-id=stream-client-%u verify=none", index, index,
      index, index);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_buffer, count, NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  g_free (line);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=,
      GST_STATE_CHANGE_FAILURE);
  return pipeline;
}

static void
wait_for_count (gint * count, gint n)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  while (g_atomic_int_get (count) < n) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_usleep (1000);
  }
}

static void
stop_stream (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);

  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR));
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* A peer's life */

static GstFlowReturn
take_data (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  g_atomic_int_inc ((gint *) g_object_get_data (G_OBJECT (pad), "count"));
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstPad *
add_sink (Peer * peer, gint * count)
{
  GstPad *src = gst_element_request_pad_simple (peer->dec, "src");
  GstPad *sink = gst_pad_new ("sink", GST_PAD_SINK);

  g_object_set_data (G_OBJECT (sink), "count", count);
  gst_pad_set_chain_function (sink, take_data);
  gst_pad_set_active (sink, TRUE);
  g_assert_cmpint (gst_pad_link (src, sink), ==, GST_PAD_LINK_OK);
  gst_object_unref (src);
  return sink;
}

static void
live_a_life (guint index)
{
  gchar *ids[] = {
    g_strdup_printf ("c%u", index), g_strdup_printf ("s%u", index)
  };
  Peer *client = peer_new (ids[0], TRUE), *server = peer_new (ids[1], FALSE);
  DtlsLink *link;
  gint count = 0;
  GstPad *sink = add_sink (server, &count);

  peer_connect (client, server);
  peer_set_state (server, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  peer_wait_for_state (client, DTLS_STATE_CONNECTED);
  link = dtls_link_obtain (ids[0]);
  g_assert_true (dtls_link_send_data (link, (const guint8 *) "hello", 5, NULL));
  g_signal_emit_by_name (link, "datagrams-ready");
  g_object_unref (link);
  wait_for_count (&count, 1);

  peer_free (client);
  peer_free (server);
  gst_object_unref (sink);
  g_free (ids[0]);
  g_free (ids[1]);
}

static void
test_peers_come_and_go (void)
{
  gint counts[N_STREAMS] = { 0, };
  GstElement *streams[N_STREAMS];
  guint n_threads, n_files;

  for (guint i = 0; i < N_STREAMS; i++) {
    streams[i] = start_stream (i, &counts[i]);
    wait_for_count (&counts[i], g_atomic_int_get (&counts[i]) + 1);
  }
  live_a_life (0);
  wait_for_threads (count_entries ("/proc/self/task"));
  n_threads = count_entries ("/proc/self/task");
  n_files = count_entries ("/proc/self/fd");

  for (guint i = 1; i <= n_peers; i++)
    live_a_life (i);

  wait_for_threads (n_threads);
  g_assert_cmpuint (count_entries ("/proc/self/fd"), ==, n_files);
  for (guint i = 0; i < N_STREAMS; i++) {
    wait_for_count (&counts[i], g_atomic_int_get (&counts[i]) + 1);
    stop_stream (streams[i]);
  }
}

static void
test_a_pair_starts_and_stops (void)
{
  static const GstState downs[] = { GST_STATE_READY, GST_STATE_NULL };
  Peer *pair[2];
  guint n_threads, n_files;

  peer_new_pair (pair);
  n_threads = count_entries ("/proc/self/task");
  n_files = count_entries ("/proc/self/fd");
  for (guint i = 0; i < n_cycles; i++) {
    guint first = i / 2 % 2;

    peer_set_state (pair[first], downs[i % 2]);
    peer_set_state (pair[!first], downs[i % 2]);
    peer_set_state (pair[!first], GST_STATE_PLAYING);
    peer_set_state (pair[first], GST_STATE_PLAYING);
    peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
    peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  }
  wait_for_threads (n_threads);
  g_assert_cmpuint (count_entries ("/proc/self/fd"), ==, n_files);
  peer_free_pair (pair);
}

static void
test_nothing_is_left (void)
{
  wait_for_threads (n_threads_at_start + 1);
  g_assert_cmpuint (dtls_link_table_size (), ==, 0);
  g_assert_cmpuint (count_live_objects (), ==, 0);
}

static void
test_what_is_left_is_seen (void)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new ("left", GST_PAD_SRC));
  DtlsLink *link = dtls_link_obtain ("left");

  /* GStreamer 1.22's tracer gives away a reference that it does not have. */
  gst_object_ref (pad);
  g_assert_cmpuint (count_live_objects (), ==, 1);
  g_assert_cmpuint (dtls_link_table_size (), ==, 1);
  g_object_unref (link);
  gst_object_unref (pad);
  g_assert_cmpuint (count_live_objects (), ==, 0);
}

static gpointer
do_nothing (gpointer data)
{
  return NULL;
}

int
main (int argc, char **argv)
{
  g_setenv ("GST_TRACERS", "leaks(filters=\"GstElement,GstPad,GstBus,GstEvent,"
      "GstBuffer,GstMessage,GstCaps\")", FALSE);
  /* A sanitizer's own thread comes with the first other one. */
  g_thread_join (g_thread_new ("first", do_nothing, NULL));
  n_threads_at_start = count_entries ("/proc/self/task");
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();
  /* Fewer under a sanitizer, which makes all of it many times slower. */
  if (g_getenv ("STRESS_PERCENT")) {
    guint percent = g_ascii_strtoull (g_getenv ("STRESS_PERCENT"), NULL, 10);

    n_peers = MAX (n_peers * percent / 100, 1);
    n_cycles = MAX (n_cycles * percent / 100, 4);
  }

  g_test_add_func ("/stress/peers-come-and-go", test_peers_come_and_go);
  g_test_add_func ("/stress/a-pair-starts-and-stops",
      test_a_pair_starts_and_stops);
  g_test_add_func ("/stress/nothing-is-left", test_nothing_is_left);
  g_test_add_func ("/stress/what-is-left-is-seen", test_what_is_left_is_seen);
  return g_test_run ();
}
