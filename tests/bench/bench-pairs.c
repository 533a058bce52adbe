/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What associations cost: pairs of dtlssrtpenc and dtlssrtpdec, both ends in
 * this process, datagrams handed over in memory.
 *
 *   bench-pairs certificate          a process's first element with its
 *                                    certificate
 *   bench-pairs handshake COUNT      COUNT pairs one after the other: built,
 *                                    connected, torn down
 *   bench-pairs many COUNT SECONDS   COUNT pairs at once: time to connect
 *                                    all, then memory and threads, then CPU
 *                                    time while nothing happens
 *   bench-pairs loss COUNT PERCENT SEED TIMEOUT_S
 *                                    COUNT pairs at once, each datagram lost
 *                                    with this probability
 */
#include "config.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "bench-util.h"

#define CONNECT_TIMEOUT_US (120 * G_USEC_PER_SEC)
#define POLL_US 500
#define SETTLE_US (500 * 1000)

typedef struct
{
  GstElement *bin;
  BenchPeer client;
  BenchPeer server;
  gdouble loss;
  GRand *random[2];
  gint64 start_us;
  gint64 connected_us;          /* since start; 0 while it is not */
} Pair;

/* ------------------------------------------------ a pair */

static GstPadProbeReturn
lose_some (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GRand *random = data;
  gdouble loss = *(gdouble *) g_object_get_data (G_OBJECT (pad), "loss");

  return g_rand_double (random) < loss ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void
make_lossy (Pair * pair, GstElement * enc, GRand * random)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (enc, "src");

  g_object_set_data (G_OBJECT (pad), "loss", &pair->loss);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, lose_some, random, NULL);
}

/* In a bin of its own, as in webrtcbin: with thousands of elements in one bin
 * it is GStreamer's search for a name twice that grows. */
static void
pair_open (Pair * pair, GstElement * pipeline, guint number)
{
  g_autofree gchar *client = g_strdup_printf ("client-%u", number);
  g_autofree gchar *server = g_strdup_printf ("server-%u", number);

  pair->bin = gst_bin_new (NULL);
  gst_bin_add (GST_BIN (pipeline), pair->bin);
  gst_element_sync_state_with_parent (pair->bin);
  bench_peer_open (&pair->client, pair->bin, client, TRUE, NULL);
  bench_peer_open (&pair->server, pair->bin, server, FALSE, NULL);
  bench_peers_link (&pair->client, &pair->server);
}

/* The server is ready before the client's first datagram. */
static void
pair_start (Pair * pair)
{
  pair->start_us = g_get_monotonic_time ();
  gst_element_sync_state_with_parent (pair->server.dec);
  gst_element_sync_state_with_parent (pair->server.enc);
  gst_element_sync_state_with_parent (pair->client.dec);
  gst_element_sync_state_with_parent (pair->client.enc);
}

static void
pair_close (Pair * pair)
{
  bench_peer_close (&pair->client);
  bench_peer_close (&pair->server);
  bench_remove (pair->bin);
}

static gboolean
pair_is_connected (Pair * pair)
{
  return bench_peer_is_connected (&pair->client)
      && bench_peer_is_connected (&pair->server);
}

/* Notes when each pair connects. Returns: how many did in time. */
static guint
watch_pairs (Pair * pairs, guint count, gint64 timeout_us)
{
  gint64 begin = g_get_monotonic_time (), now = begin;
  guint n_connected = 0;

  while (n_connected < count && now - begin <= timeout_us) {
    now = g_get_monotonic_time ();
    for (guint i = 0; i < count; i++) {
      if (pairs[i].connected_us == 0 && pair_is_connected (&pairs[i])) {
        pairs[i].connected_us = now - pairs[i].start_us;
        n_connected++;
      }
    }
    g_usleep (POLL_US);
  }
  return n_connected;
}

/* Looks at one pair at a time, so that looking costs next to nothing. */
static void
wait_for_pairs (Pair * pairs, guint count)
{
  gint64 end = g_get_monotonic_time () + CONNECT_TIMEOUT_US;

  for (guint i = 0; i < count; i++) {
    while (!pair_is_connected (&pairs[i])) {
      if (g_get_monotonic_time () > end)
        g_error ("pair %u did not connect", i);
      g_usleep (POLL_US);
    }
  }
}

static GstElement *
make_pipeline (void)
{
  GstElement *pipeline = gst_pipeline_new (NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static void
free_pipeline (GstElement * pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* ------------------------------------------------ what is measured */

static void
bench_certificate (void)
{
  gint64 cpu = bench_cpu_us ();
  gint64 begin = g_get_monotonic_time ();
  GstElement *dec = bench_make ("dtlsdec");
  g_autofree gchar *pem = NULL;

  g_object_get (dec, "pem", &pem, NULL);
  bench_print ("first-element", g_get_monotonic_time () - begin, "us");
  bench_print ("first-element-cpu", bench_cpu_us () - cpu, "us");
  if (pem == NULL || !g_str_has_prefix (pem, "-----BEGIN CERTIFICATE"))
    g_error ("there is no certificate");
  gst_object_unref (dec);
}

static void
run_handshake (GstElement * pipeline, guint number)
{
  Pair pair;

  memset (&pair, 0, sizeof pair);
  pair_open (&pair, pipeline, number);
  pair_start (&pair);
  wait_for_pairs (&pair, 1);
  pair_close (&pair);
}

/* The first pair makes what the process makes once: it is not counted. */
static void
bench_handshake (guint count)
{
  GstElement *pipeline = make_pipeline ();
  gint64 cpu;

  run_handshake (pipeline, 0);
  cpu = bench_cpu_us ();
  for (guint i = 1; i <= count; i++)
    run_handshake (pipeline, i);
  bench_print ("handshake-cpu", (gdouble) (bench_cpu_us () - cpu) / count,
      "us");
  free_pipeline (pipeline);
}

static void
bench_many (guint count, gdouble seconds)
{
  GstElement *pipeline = make_pipeline ();
  g_autofree Pair *pairs = g_new0 (Pair, count);
  guint64 threads, memory_kb;
  gint64 begin, cpu;

  run_handshake (pipeline, count);
  malloc_trim (0);
  threads = bench_proc_status ("Threads");
  memory_kb = bench_proc_status ("RssAnon");
  begin = g_get_monotonic_time ();
  cpu = bench_cpu_us ();

  for (guint i = 0; i < count; i++)
    pair_open (&pairs[i], pipeline, i);
  for (guint i = 0; i < count; i++)
    pair_start (&pairs[i]);
  wait_for_pairs (pairs, count);
  bench_print ("connect-all", (g_get_monotonic_time () - begin) / 1000.0, "ms");
  bench_print ("connect-cpu-per-pair",
      (gdouble) (bench_cpu_us () - cpu) / count, "us");

  g_usleep (SETTLE_US);
  malloc_trim (0);
  bench_print ("threads-added",
      (gdouble) bench_proc_status ("Threads") - threads, "threads");
  bench_print ("memory-per-pair",
      ((gdouble) bench_proc_status ("RssAnon") - memory_kb) / count, "kB");

  cpu = bench_cpu_us ();
  g_usleep (seconds * G_USEC_PER_SEC);
  bench_print ("idle-cpu", (bench_cpu_us () - cpu) / (seconds * 1e4),
      "percent");
  for (guint i = 0; i < count; i++)
    pair_close (&pairs[i]);
  free_pipeline (pipeline);
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* A pair that never connects counts as one that took the whole time. */
static void
print_times (const Pair * pairs, guint count, gdouble timeout_s)
{
  g_autofree gint64 *times = g_new (gint64, count);

  for (guint i = 0; i < count; i++)
    times[i] = pairs[i].connected_us ? pairs[i].connected_us :
        (gint64) (timeout_s * G_USEC_PER_SEC);
  qsort (times, count, sizeof *times, compare_times);
  bench_print ("connect-median", times[count / 2] / 1000.0, "ms");
  bench_print ("connect-p95", times[count * 95 / 100] / 1000.0, "ms");
}

static void
bench_loss (guint count, gdouble loss, guint32 seed, gdouble timeout_s)
{
  GstElement *pipeline = make_pipeline ();
  g_autofree Pair *pairs = g_new0 (Pair, count);
  guint n_connected;

  run_handshake (pipeline, count);
  for (guint i = 0; i < count; i++) {
    pair_open (&pairs[i], pipeline, i);
    pairs[i].loss = loss;
    for (guint j = 0; j < 2; j++)
      pairs[i].random[j] = g_rand_new_with_seed (seed + 2 * i + j);
    make_lossy (&pairs[i], pairs[i].client.enc, pairs[i].random[0]);
    make_lossy (&pairs[i], pairs[i].server.enc, pairs[i].random[1]);
  }
  for (guint i = 0; i < count; i++)
    pair_start (&pairs[i]);
  n_connected = watch_pairs (pairs, count, timeout_s * G_USEC_PER_SEC);
  bench_print ("connected", 100.0 * n_connected / count, "percent");
  print_times (pairs, count, timeout_s);

  for (guint i = 0; i < count; i++) {
    pair_close (&pairs[i]);
    g_rand_free (pairs[i].random[0]);
    g_rand_free (pairs[i].random[1]);
  }
  free_pipeline (pipeline);
}

int
main (int argc, char **argv)
{
  const gchar *what;

  gst_init (&argc, &argv);
  what = argc > 1 ? argv[1] : "";
  bench_print_plugin ();
  if (argc == 2 && g_str_equal (what, "certificate"))
    bench_certificate ();
  else if (argc == 3 && g_str_equal (what, "handshake"))
    bench_handshake (atoi (argv[2]));
  else if (argc == 4 && g_str_equal (what, "many"))
    bench_many (atoi (argv[2]), g_ascii_strtod (argv[3], NULL));
  else if (argc == 6 && g_str_equal (what, "loss"))
    bench_loss (atoi (argv[2]), g_ascii_strtod (argv[3], NULL) / 100,
        atoi (argv[4]), g_ascii_strtod (argv[5], NULL));
  else
    g_error ("usage: bench-pairs certificate | handshake COUNT | "
        "many COUNT SECONDS | loss COUNT PERCENT SEED TIMEOUT_S");
  return 0;
}
