/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU time of sending one VP8 stream of 2.5 Mbit/s to many receivers.
 *
 *   bench-viewers whepsink|udpsink COUNT SECONDS
 *   bench-viewers watch PORT COUNT    the receivers of whepsink; run by the
 *                                     first form, in a process of its own
 *
 * The stream is encoded beforehand and played in a loop. What the process
 * costs without receivers is measured first and taken off. udpsink sends the
 * same packets in the clear to COUNT addresses.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gio/gio.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include "bench-util.h"
#include "test-viewer.h"

#define VP8_PAYLOAD_TYPE 96
#define FRAMES 150
#define FRAMES_PER_SECOND 30
#define PACKETS_BEFORE_START 30

#define ENCODER "videotestsrc pattern=snow num-buffers=" \
    G_STRINGIFY (FRAMES) " ! video/x-raw, format=I420, width=640, " \
    "height=360, framerate=" G_STRINGIFY (FRAMES_PER_SECOND) "/1 ! " \
    "vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=2500000 " \
    "keyframe-max-dist=30 ! appsink name=out sync=false"

typedef struct
{
  GPtrArray *frames;            /* of GstBuffer */
  GstCaps *caps;
  GstElement *pipeline;
  GstElement *sink;
  GstAppSrc *src;
  gint is_over;                 /* atomic */
} Server;

/* ------------------------------------------------ the stream */

static void
encode_frames (Server * server)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (ENCODER, &error);
  g_autoptr (GstElement) out = NULL;
  GstSample *sample;

  g_assert_no_error (error);
  out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  server->frames = g_ptr_array_new_with_free_func
      ((GDestroyNotify) gst_buffer_unref);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (out)))) {
    GstBuffer *frame = gst_buffer_copy (gst_sample_get_buffer (sample));

    GST_BUFFER_PTS (frame) = GST_BUFFER_DTS (frame) = GST_CLOCK_TIME_NONE;
    g_ptr_array_add (server->frames, frame);
    gst_caps_replace (&server->caps, gst_sample_get_caps (sample));
    gst_sample_unref (sample);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_assert_cmpuint (server->frames->len, ==, FRAMES);
}

static gpointer
play_frames (gpointer data)
{
  Server *server = data;
  gint64 next = g_get_monotonic_time ();

  for (guint i = 0; !g_atomic_int_get (&server->is_over); i++) {
    gint64 now = g_get_monotonic_time ();

    if (now < next)
      g_usleep (next - now);
    next += G_USEC_PER_SEC / FRAMES_PER_SECOND;
    gst_app_src_push_buffer (server->src,
        gst_buffer_copy (g_ptr_array_index (server->frames,
                i % server->frames->len)));
  }
  return NULL;
}

static void
open_server (Server * server, const gchar * description)
{
  g_autoptr (GError) error = NULL;

  encode_frames (server);
  server->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  server->sink = gst_bin_get_by_name (GST_BIN (server->pipeline), "sink");
  server->src = GST_APP_SRC (gst_bin_get_by_name (GST_BIN (server->pipeline),
          "src"));
  gst_app_src_set_caps (server->src, server->caps);
  gst_element_set_state (server->pipeline, GST_STATE_PLAYING);
}

/* Returns: CPU time a second, in us. */
static gdouble
measure (gdouble seconds)
{
  gint64 cpu = bench_cpu_us ();

  g_usleep (seconds * G_USEC_PER_SEC);
  return (bench_cpu_us () - cpu) / seconds;
}

static void
print_per_receiver (gdouble with, gdouble without, guint count)
{
  bench_print ("receiver-cpu", (with - without) / count / 1e4, "percent");
  bench_print ("base-cpu", without / 1e4, "percent");
}

static void
close_server (Server * server, GThread * player)
{
  g_atomic_int_set (&server->is_over, TRUE);
  g_thread_join (player);
  gst_element_set_state (server->pipeline, GST_STATE_NULL);
}

/* ------------------------------------------------ udpsink */

static GSocket *
open_udp_receiver (GstElement * sink)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) any = g_inet_address_new_loopback
      (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (any, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, FALSE, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  g_signal_emit_by_name (sink, "add", "127.0.0.1",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  return socket;
}

static void
bench_udpsink (guint count, gdouble seconds)
{
  g_autoptr (GPtrArray) sockets =
      g_ptr_array_new_with_free_func (g_object_unref);
  Server server = { 0, };
  GThread *player;
  gdouble without;

  open_server (&server, "appsrc name=src is-live=true format=time "
      "do-timestamp=true ! rtpvp8pay pt=96 ! multiudpsink name=sink "
      "sync=false async=false");
  player = g_thread_new ("player", play_frames, &server);
  without = measure (seconds);
  for (guint i = 0; i < count; i++)
    g_ptr_array_add (sockets, open_udp_receiver (server.sink));
  print_per_receiver (measure (seconds), without, count);
  close_server (&server, player);
}

/* ------------------------------------------------ whepsink */

static void
expect_line (GDataInputStream * stream, const gchar * expected)
{
  g_autofree gchar *line =
      g_data_input_stream_read_line (stream, NULL, NULL, NULL);

  if (g_strcmp0 (line, expected) != 0)
    g_error ("the receivers say \"%s\" instead of \"%s\"", line, expected);
}

static GSubprocess *
start_receivers (const gchar * program, guint port, guint count)
{
  g_autofree gchar *port_text = g_strdup_printf ("%u", port);
  g_autofree gchar *count_text = g_strdup_printf ("%u", count);
  g_autoptr (GError) error = NULL;
  GSubprocess *receivers = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
      | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "watch", port_text,
      count_text, NULL);

  g_assert_no_error (error);
  return receivers;
}

static void
bench_whepsink (const gchar * program, guint count, gdouble seconds)
{
  g_autoptr (GSubprocess) receivers = NULL;
  g_autoptr (GDataInputStream) says = NULL;
  Server server = { 0, };
  GThread *player;
  gdouble without;
  guint port;

  open_server (&server, "appsrc name=src is-live=true format=time "
      "do-timestamp=true ! whepsink name=sink port=0 max-viewers=1000");
  player = g_thread_new ("player", play_frames, &server);
  without = measure (seconds);
  g_object_get (server.sink, "port", &port, NULL);
  receivers = start_receivers (program, port, count);
  says = g_data_input_stream_new (g_subprocess_get_stdout_pipe (receivers));
  expect_line (says, "all receive");
  print_per_receiver (measure (seconds), without, count);
  g_output_stream_close (g_subprocess_get_stdin_pipe (receivers), NULL, NULL);
  expect_line (says, "all received");
  close_server (&server, player);
}

/* Until standard input ends; then every viewer must have got more. */
static void
watch (guint port, guint count)
{
  g_autoptr (GPtrArray) viewers = g_ptr_array_new_with_free_func
      ((GDestroyNotify) test_viewer_free);
  g_autofree guint *before = g_new0 (guint, count);

  for (guint i = 0; i < count; i++) {
    TestViewer *viewer = test_viewer_new ();

    if (test_viewer_ask (viewer, port) != 201)
      g_error ("viewer %u was refused", i);
    g_ptr_array_add (viewers, viewer);
  }
  for (guint i = 0; i < count; i++)
    test_viewer_await (g_ptr_array_index (viewers, i), VP8_PAYLOAD_TYPE,
        PACKETS_BEFORE_START);
  for (guint i = 0; i < count; i++)
    before[i] = test_viewer_count (g_ptr_array_index (viewers, i),
        VP8_PAYLOAD_TYPE);
  printf ("all receive\n");
  fflush (stdout);
  while (getchar () != EOF);
  for (guint i = 0; i < count; i++)
    if (test_viewer_count (g_ptr_array_index (viewers, i),
            VP8_PAYLOAD_TYPE) <= before[i])
      g_error ("viewer %u got nothing more", i);
  printf ("all received\n");
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc != 4)
    g_error ("usage: bench-viewers whepsink|udpsink COUNT SECONDS");
  if (g_str_equal (argv[1], "watch"))
    watch (atoi (argv[2]), atoi (argv[3]));
  else if (g_str_equal (argv[1], "udpsink"))
    bench_udpsink (atoi (argv[2]), g_ascii_strtod (argv[3], NULL));
  else
    bench_whepsink (argv[0], atoi (argv[2]), g_ascii_strtod (argv[3], NULL));
  return 0;
}
