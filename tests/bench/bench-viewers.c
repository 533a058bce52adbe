/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CPU time of sending one VP8 stream of 2.5 Mbit/s to many receivers.
 *
 *   bench-viewers whepsink|udpsink COUNT SECONDS
 *   bench-viewers watch COUNT PORT    the receivers of whepsink
 *   bench-viewers listen COUNT 0      the receivers of udpsink; both are run
 *                                     by the first form, in another process
 *
 * The stream is encoded beforehand and played in a loop. What the process
 * costs with one receiver is measured first and taken off; COUNT are added.
 * udpsink sends the same packets in the clear, over the same network, to
 * receivers that take them from it likewise. To be run in
 * tests/interop/isolated.sh, so that nobody else hears of it.
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
/* Until then, ICE has found the best way. */
#define PACKETS_BEFORE_START 500

#define ENCODER "videotestsrc pattern=snow num-buffers=" \
    G_STRINGIFY (FRAMES) " ! video/x-raw, format=I420, width=640, " \
    "height=360, framerate=" G_STRINGIFY (FRAMES_PER_SECOND) "/1 ! " \
    "vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=2500000 " \
    "keyframe-max-dist=30 ! appsink name=out sync=false"

#define SOURCE "appsrc name=src is-live=true format=time do-timestamp=true ! "

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

/* ------------------------------------------------ receivers */

typedef struct
{
  GSubprocess *process;
  GDataInputStream *says;
} Receivers;

static void
receivers_start (Receivers * receivers, const gchar * program,
    const gchar * how, guint count, guint port)
{
  g_autofree gchar *port_text = g_strdup_printf ("%u", port);
  g_autofree gchar *count_text = g_strdup_printf ("%u", count);
  g_autoptr (GError) error = NULL;

  receivers->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
      | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, how, count_text,
      port_text, NULL);
  g_assert_no_error (error);
  receivers->says = g_data_input_stream_new (g_subprocess_get_stdout_pipe
      (receivers->process));
}

static gchar *
receivers_read (Receivers * receivers)
{
  gchar *line =
      g_data_input_stream_read_line (receivers->says, NULL, NULL, NULL);

  if (!line)
    g_error ("the receivers are gone");
  return line;
}

static void
receivers_expect (Receivers * receivers, const gchar * expected)
{
  g_autofree gchar *line = receivers_read (receivers);

  if (!g_str_equal (line, expected))
    g_error ("the receivers say \"%s\" instead of \"%s\"", line, expected);
}

static void
receivers_stop (Receivers * receivers)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (receivers->process),
      NULL, NULL);
  receivers_expect (receivers, "all received");
  g_object_unref (receivers->says);
  g_object_unref (receivers->process);
}

/* In the receivers' process. */
static void
say (const gchar * text)
{
  printf ("%s\n", text);
  fflush (stdout);
}

static void
await_end_of_input (void)
{
  while (getchar () != EOF);
}

/* ------------------------------------------------ udpsink */

static guint64
count_rendered (GstElement * pipeline)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline),
      "sink");
  g_autoptr (GstStructure) stats = NULL;
  guint64 rendered = 0;

  g_object_get (sink, "stats", &stats, NULL);
  gst_structure_get_uint64 (stats, "rendered", &rendered);
  return rendered;
}

/* Where whepsink's viewers are reached, too, in isolated.sh. */
static const gchar *
udp_address (void)
{
  const gchar *address = g_getenv ("TEST_ADDRESS6");

  return address ? address : "127.0.0.1";
}

/* Says its port. */
static GstElement *
udp_receiver_new (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = g_strdup_printf ("udpsrc name=src address=%s "
      "port=0 ! fakesink name=sink sync=false async=false", udp_address ());
  GstElement *pipeline = gst_parse_launch (text, &error);
  g_autoptr (GstElement) src = NULL;
  g_autofree gchar *port_text = NULL;
  guint port;

  g_assert_no_error (error);
  src = gst_bin_get_by_name (GST_BIN (pipeline), "src");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_object_get (src, "port", &port, NULL);
  port_text = g_strdup_printf ("%u", port);
  say (port_text);
  return pipeline;
}

static void
listen_udp (guint count)
{
  g_autoptr (GPtrArray) pipelines = g_ptr_array_new ();

  for (guint i = 0; i < count; i++)
    g_ptr_array_add (pipelines, udp_receiver_new ());
  for (guint i = 0; i < count; i++)
    while (count_rendered (g_ptr_array_index (pipelines, i)) <
        PACKETS_BEFORE_START)
      g_usleep (10000);
  say ("all receive");
  await_end_of_input ();
  say ("all received");
}

static void
add_udp_receivers (Server * server, Receivers * receivers,
    const gchar * program, guint count)
{
  receivers_start (receivers, program, "listen", count, 0);
  for (guint i = 0; i < count; i++) {
    g_autofree gchar *port = receivers_read (receivers);

    g_signal_emit_by_name (server->sink, "add", udp_address (), atoi (port));
  }
  receivers_expect (receivers, "all receive");
}

/* ------------------------------------------------ whepsink */

static void
add_viewers (Server * server, Receivers * receivers, const gchar * program,
    guint count)
{
  guint port;

  g_object_get (server->sink, "port", &port, NULL);
  receivers_start (receivers, program, "watch", count, port);
  receivers_expect (receivers, "all receive");
}

/* Until standard input ends; then every viewer must have got more. */
static void
watch (guint count, guint port)
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
  say ("all receive");
  await_end_of_input ();
  for (guint i = 0; i < count; i++)
    if (test_viewer_count (g_ptr_array_index (viewers, i),
            VP8_PAYLOAD_TYPE) <= before[i])
      g_error ("viewer %u got nothing more", i);
  say ("all received");
}

/* ------------------------------------------------ both */

static void
bench (const gchar * program, gboolean udpsink, guint count, gdouble seconds)
{
  Server server = { 0, };
  Receivers first, others;
  GThread *player;
  gdouble without;

  if (udpsink)
    open_server (&server, SOURCE "rtpvp8pay pt=96 ! multiudpsink name=sink "
        "sync=false async=false");
  else
    open_server (&server, SOURCE "whepsink name=sink port=0 max-viewers=1000 "
        "connect-timeout=120000");
  player = g_thread_new ("player", play_frames, &server);
  (udpsink ? add_udp_receivers : add_viewers) (&server, &first, program, 1);
  without = measure (seconds);
  (udpsink ? add_udp_receivers : add_viewers) (&server, &others, program,
      count);
  print_per_receiver (measure (seconds), without, count);
  receivers_stop (&others);
  receivers_stop (&first);
  close_server (&server, player);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  if (argc != 4)
    g_error ("usage: bench-viewers whepsink|udpsink COUNT SECONDS");
  if (g_str_equal (argv[1], "watch"))
    watch (atoi (argv[2]), atoi (argv[3]));
  else if (g_str_equal (argv[1], "listen"))
    listen_udp (atoi (argv[2]));
  else
    bench (argv[0], g_str_equal (argv[1], "udpsink"), atoi (argv[2]),
        g_ascii_strtod (argv[3], NULL));
  return 0;
}
