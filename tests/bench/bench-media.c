/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU time of a packet through two elements or bins that protect it and
 * unprotect it again, in one thread.
 *
 *   bench-media bins|keyer|sink PROFILES PAYLOAD_SIZE LIST_SIZE SECONDS
 *
 * "bins" is dtlssrtpenc to dtlssrtpdec, "keyer" is srtpkeyer to srtpkeyer;
 * "sink" has nothing in between, and is what it costs to free the packets.
 * PROFILES is a value of srtp-profiles or "default". With a LIST_SIZE above 1
 * packets are pushed in buffer lists; with "--split" they come to the
 * receiving end one by one, for a receiver that cannot take lists.
 *
 * A packet is what a payloader makes: a header of its own, and a part of a
 * larger frame. Making it is not part of what is measured. Every packet is
 * compared before and after the measurement.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "bench-util.h"

#define BATCH 64
#define HEADER_SIZE 12
#define SSRC 0x01020304
#define CONNECT_TIMEOUT_US (20 * G_USEC_PER_SEC)
#define CONNECT_POLL_US 2000

typedef struct
{
  guint payload_size;
  guint list_size;
  gboolean split;
  gboolean check;
  guint16 seq;
  guint8 *frame;
  GstMemory *frame_memory;
  GstPad *input;                /* a sink pad, of what protects */
  GstPad *output;               /* our sink pad, behind what unprotects */
  guint64 n_out;
  GstClockTime pts;
} Bench;

/* ------------------------------------------------ packets */

static GstBuffer *
make_packet (Bench * bench)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, HEADER_SIZE, NULL);
  guint offset = bench->seq % 16;
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  memset (map.data, 0, HEADER_SIZE);
  map.data[0] = 0x80;
  map.data[1] = 96;
  GST_WRITE_UINT16_BE (map.data + 2, bench->seq);
  GST_WRITE_UINT32_BE (map.data + 8, SSRC);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_append_memory (buffer, gst_memory_share (bench->frame_memory,
          offset, bench->payload_size));
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = bench->pts;
  bench->pts += GST_MSECOND;
  bench->seq++;
  return buffer;
}

static void
check_packet (Bench * bench, GstBuffer * buffer)
{
  GstMapInfo map;
  guint16 seq;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  seq = map.size > HEADER_SIZE ? GST_READ_UINT16_BE (map.data + 2) : 0;
  if (map.size != HEADER_SIZE + bench->payload_size
      || memcmp (map.data + HEADER_SIZE, bench->frame + seq % 16,
          bench->payload_size) != 0)
    g_error ("packet %u came back changed", seq);
  gst_buffer_unmap (buffer, &map);
}

static GstFlowReturn
output_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  Bench *bench = GST_PAD_ELEMENT_PRIVATE (pad);

  if (bench->check)
    check_packet (bench, buffer);
  bench->n_out++;
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
output_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  Bench *bench = GST_PAD_ELEMENT_PRIVATE (pad);
  guint length = gst_buffer_list_length (list);

  if (bench->check)
    for (guint i = 0; i < length; i++)
      check_packet (bench, gst_buffer_list_get (list, i));
  bench->n_out += length;
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static void
open_output (Bench * bench, GstPad * src)
{
  bench->output = gst_pad_new ("output", GST_PAD_SINK);
  GST_PAD_ELEMENT_PRIVATE (bench->output) = bench;
  gst_pad_set_chain_function (bench->output, output_chain);
  gst_pad_set_chain_list_function (bench->output, output_chain_list);
  gst_pad_set_active (bench->output, TRUE);
  if (src != NULL && gst_pad_link (src, bench->output) != GST_PAD_LINK_OK)
    g_error ("the output does not link");
}

/* Passes packets on one by one, each without another owner. */
static GstFlowReturn
splitter_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  return gst_pad_push (GST_PAD_ELEMENT_PRIVATE (pad), buffer);
}

static gboolean
splitter_push_stolen (GstBuffer ** buffer, guint index, gpointer src)
{
  gst_pad_push (src, g_steal_pointer (buffer));
  return TRUE;
}

static GstFlowReturn
splitter_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  list = gst_buffer_list_make_writable (list);
  gst_buffer_list_foreach (list, splitter_push_stolen,
      GST_PAD_ELEMENT_PRIVATE (pad));
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

static gboolean
splitter_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  return gst_pad_push_event (GST_PAD_ELEMENT_PRIVATE (pad), event);
}

static void
link_split (GstElement * from, GstElement * to)
{
  g_autoptr (GstPad) from_pad = gst_element_get_static_pad (from, "src");
  g_autoptr (GstPad) to_pad = gst_element_get_static_pad (to, "sink");
  GstPad *sink = gst_pad_new ("splitter-sink", GST_PAD_SINK);
  GstPad *src = gst_pad_new ("splitter-src", GST_PAD_SRC);

  GST_PAD_ELEMENT_PRIVATE (sink) = src;
  gst_pad_set_chain_function (sink, splitter_chain);
  gst_pad_set_chain_list_function (sink, splitter_chain_list);
  gst_pad_set_event_function (sink, splitter_event);
  gst_pad_set_active (src, TRUE);
  gst_pad_set_active (sink, TRUE);
  gst_pad_link (src, to_pad);
  gst_pad_link (from_pad, sink);
}

/* ------------------------------------------------ the run */

static GstFlowReturn
push (Bench * bench, gpointer data)
{
  if (bench->list_size > 1)
    return gst_pad_chain_list (bench->input, data);
  return gst_pad_chain (bench->input, data);
}

static gpointer
make_item (Bench * bench)
{
  GstBufferList *list;

  if (bench->list_size <= 1)
    return make_packet (bench);
  list = gst_buffer_list_new_sized (bench->list_size);
  for (guint i = 0; i < bench->list_size; i++)
    gst_buffer_list_add (list, make_packet (bench));
  return list;
}

/* Returns: CPU time of pushing one batch. */
static gint64
run_batch (Bench * bench)
{
  guint n_items = BATCH / bench->list_size;
  gpointer items[BATCH];
  gint64 begin;

  for (guint i = 0; i < n_items; i++)
    items[i] = make_item (bench);
  begin = bench_cpu_us ();
  for (guint i = 0; i < n_items; i++)
    push (bench, items[i]);
  return bench_cpu_us () - begin;
}

static void
wait_until_connected (Bench * bench)
{
  gint64 end = g_get_monotonic_time () + CONNECT_TIMEOUT_US;

  while (bench->n_out == 0) {
    if (g_get_monotonic_time () > end)
      g_error ("no packet came through");
    gst_pad_chain (bench->input, make_packet (bench));
    g_usleep (CONNECT_POLL_US);
  }
}

static void
run (Bench * bench, gdouble seconds)
{
  gint64 end, cpu_us = 0;
  guint64 n_in = 0;

  wait_until_connected (bench);
  bench->check = TRUE;
  run_batch (bench);
  bench->check = FALSE;
  bench->n_out = 0;

  end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < end) {
    cpu_us += run_batch (bench);
    n_in += BATCH / bench->list_size * bench->list_size;
  }
  if (bench->n_out != n_in)
    g_error ("%" G_GUINT64_FORMAT " packets went in, %" G_GUINT64_FORMAT
        " came out", n_in, bench->n_out);
  bench->check = TRUE;
  run_batch (bench);
  bench_print ("packet", 1000.0 * cpu_us / n_in, "ns");
}

/* ------------------------------------------------ set-ups */

static void
open_bins (Bench * bench, GstElement * pipeline, const gchar * profiles)
{
  BenchPeer client, server;

  bench_peer_open (&client, pipeline, "client", TRUE, profiles);
  bench_peer_open (&server, pipeline, "server", FALSE, profiles);
  bench_peer_start_rtp (&client);
  if (bench->split) {
    link_split (client.enc, server.dec);
    gst_element_link_pads (server.enc, "src", client.dec, "sink");
  } else {
    bench_peers_link (&client, &server);
  }
  open_output (bench, gst_element_get_static_pad (server.dec, "rtp_src"));
  bench->input = client.rtp_sink;
}

/* dtlsdec for DTLS, srtpkeyer for SRTP, dtlsenc and srtpkeyer into a funnel */
typedef struct
{
  GstElement *dtlsdec;
  GstElement *dtlsenc;
  GstElement *keyer;
} KeyerPeer;

static void
keyer_peer_open (KeyerPeer * peer, GstElement * pipeline,
    const gchar * connection_id, gboolean is_client, const gchar * profiles)
{
  peer->dtlsdec = bench_make ("dtlsdec");
  peer->dtlsenc = bench_make ("dtlsenc");
  peer->keyer = bench_make ("srtpkeyer");
  g_object_set (peer->dtlsdec, "connection-id", connection_id, NULL);
  g_object_set (peer->dtlsenc, "connection-id", connection_id, "is-client",
      is_client, NULL);
  g_object_set (peer->keyer, "connection-id", connection_id, NULL);
  bench_set (peer->dtlsdec, "srtp-profiles", profiles);
  bench_set (peer->dtlsdec, "verify", "none");
  gst_bin_add_many (GST_BIN (pipeline), peer->dtlsdec, peer->dtlsenc,
      peer->keyer, NULL);
}

static void
open_keyer (Bench * bench, GstElement * pipeline, const gchar * profiles)
{
  KeyerPeer client, server;

  keyer_peer_open (&client, pipeline, "client", TRUE, profiles);
  keyer_peer_open (&server, pipeline, "server", FALSE, profiles);
  gst_element_link_pads (client.dtlsenc, "src", server.dtlsdec, "sink");
  gst_element_link_pads (server.dtlsenc, "src", client.dtlsdec, "sink");
  bench->input = gst_element_request_pad_simple (client.keyer, "rtp_sink_0");
  gst_element_link_pads (client.keyer, "src", server.keyer, "sink");
  open_output (bench, gst_element_get_static_pad (server.keyer, "rtp_src"));
}

static void
open_sink (Bench * bench)
{
  open_output (bench, NULL);
  bench->input = bench->output;
}

static GstElement *
open_bench (Bench * bench, const gchar * what, const gchar * profiles)
{
  GstElement *pipeline = gst_pipeline_new (NULL);

  bench->frame = g_malloc (bench->payload_size + 16);
  for (guint i = 0; i < bench->payload_size + 16; i++)
    bench->frame[i] = g_random_int ();
  bench->frame_memory = gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY,
      bench->frame, bench->payload_size + 16, 0, bench->payload_size + 16,
      NULL, NULL);
  if (g_str_equal (what, "bins"))
    open_bins (bench, pipeline, profiles);
  else if (g_str_equal (what, "sink"))
    open_sink (bench);
  else
    open_keyer (bench, pipeline, profiles);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  bench_send_stream_start (bench->input, BENCH_RTP_CAPS);
  return pipeline;
}

int
main (int argc, char **argv)
{
  Bench bench = { 0, };
  GstElement *pipeline;
  const gchar *profiles;

  gst_init (&argc, &argv);
  if (argc != 6 && !(argc == 7 && g_str_equal (argv[6], "--split")))
    g_error
        ("usage: bench-media bins|keyer|sink PROFILES PAYLOAD_SIZE LIST_SIZE "
        "SECONDS [--split]");
  profiles = g_str_equal (argv[2], "default") ? NULL : argv[2];
  bench.payload_size = atoi (argv[3]);
  bench.list_size = CLAMP (atoi (argv[4]), 1, BATCH);
  bench.split = argc == 7;

  bench_print_plugin ();
  pipeline = open_bench (&bench, argv[1], profiles);
  run (&bench, g_ascii_strtod (argv[5], NULL));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return 0;
}
