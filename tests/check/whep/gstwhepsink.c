/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * whepsink as a whole: pads, states, and viewers that come, watch and go. What
 * viewers may offer is in whepsink-offers.c.
 */
#include "config.h"

#include "whep/gstwhepsink.h"

#include <glib/gstdio.h>

#include <libsoup/soup.h>
#include <string.h>

#include "identity.h"
#include "streams.h"
#include "test-sink.h"
#include "test-viewer.h"

#define VP8 96
#define RTX 97
#define OPUS 111

static void
failing_sink (const gchar * description, const gchar * word)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);
  g_autofree gchar *debug = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, &debug);
  g_assert_nonnull (strstr (error->message, word));
  g_error_free (error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
test_media (void)
{
  TestSink *server = test_sink_start ("whepsink name=sink port=0 "
      VIDEO "sink. " AUDIO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);

  test_viewer_await (viewer, VP8, 20);
  test_viewer_await (viewer, OPUS, 20);
  g_assert_true (test_viewer_began_with_keyframe (viewer));
  g_assert_cmpuint (test_sink_stat (server, "viewers"), ==, 1);
  g_assert_cmpuint (test_sink_stat (server, "viewers-total"), ==, 1);
  g_assert_cmpuint (test_viewer_leave (viewer, server->port), ==, 200);
  test_sink_await_removed (server, 1, " left");
  g_assert_cmpuint (test_viewer_leave (viewer, server->port), ==, 404);
  g_assert_cmpuint (test_sink_stat (server, "viewers"), ==, 0);
  g_assert_cmpuint (test_sink_stat (server, "ended-left"), ==, 1);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_viewers_come_and_go (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *first = test_sink_add_viewer (server);

  test_viewer_await (first, VP8, 10);
  TestViewer *late = test_sink_add_viewer (server);
  test_viewer_await (late, VP8, 10);
  g_assert_true (test_viewer_began_with_keyframe (late));

  test_viewer_close (first);
  test_sink_await_removed (server, 1, " closed");
  test_viewer_await (late, VP8, test_viewer_count (late, VP8) + 10);
  test_viewer_free (first);
  test_viewer_free (late);
  test_sink_stop (server);
}

static void
test_keyframe_on_request (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);

  test_viewer_await (viewer, VP8, 5);
  guint64 before = test_sink_stat (server, "keyframe-requests");
  test_viewer_request_keyframe (viewer);
  while (test_sink_stat (server, "keyframe-requests") == before)
    test_viewer_await (viewer, VP8, test_viewer_count (viewer, VP8) + 1);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

/* Two viewers share the packets, and only who asks gets one again. */
static void
test_retransmission (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);
  TestViewer *other = test_sink_add_viewer (server);

  test_viewer_await (viewer, VP8, 10);
  test_viewer_await (other, VP8, 10);
  g_assert_cmpuint (test_viewer_count (viewer, RTX), ==, 0);
  test_viewer_request_again (viewer);
  test_viewer_await (viewer, RTX, 1);
  g_assert_cmpuint (test_viewer_count (other, RTX), ==, 0);
  test_viewer_free (viewer);
  test_viewer_free (other);
  test_sink_stop (server);
}

static void
on_suggested_bitrate (GstElement * sink, guint bitrate, gint * last)
{
  g_atomic_int_set (last, bitrate);
}

static void
test_suggested_bitrate (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *fast = test_sink_add_viewer (server);
  TestViewer *slow = test_sink_add_viewer (server);
  gint last = 0;

  g_signal_connect (server->sink, "suggested-bitrate",
      G_CALLBACK (on_suggested_bitrate), &last);
  test_viewer_await (fast, VP8, 5);
  test_viewer_await (slow, VP8, 5);
  test_viewer_report_bitrate (slow, 512000);
  while (g_atomic_int_get (&last) != 512000)
    test_viewer_await (slow, VP8, test_viewer_count (slow, VP8) + 1);
  test_viewer_report_bitrate (fast, 5120000);
  g_assert_cmpuint (test_sink_stat (server, "suggested-bitrate"), ==, 512000);
  /* The next slowest counts when the slowest has gone. */
  while (g_atomic_int_get (&last) != 5120000) {
    if (test_sink_stat (server, "ended-left") == 0)
      test_viewer_leave (slow, server->port);
    test_viewer_await (fast, VP8, test_viewer_count (fast, VP8) + 1);
  }
  test_viewer_free (fast);
  test_viewer_free (slow);
  test_sink_stop (server);
}

static gboolean
accept_any (SoupMessage * message, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer unused)
{
  return TRUE;
}

/* Returns: the status of a request over HTTPS. */
static guint
ask_over_https (TestSink * server, SoupSession * session, const gchar * path,
    const gchar * offer)
{
  g_autofree gchar *uri = g_strdup_printf ("https://127.0.0.1:%u%s",
      server->port, path);
  g_autoptr (SoupMessage) message =
      soup_message_new (offer ? "POST" : "GET", uri);
  g_autoptr (GError) error = NULL;

  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_any),
      NULL);
  if (offer) {
    g_autoptr (GBytes) body = g_bytes_new (offer, strlen (offer));

    soup_message_set_request_body_from_bytes (message, "application/sdp", body);
  }
  g_autoptr (GBytes) response =
      soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (response), >, 0);
  return soup_message_get_status (message);
}

static void
test_https (void)
{
  gchar *file = test_identity_new ();
  g_autofree gchar *line = g_strdup_printf ("whepsink name=sink port=0 "
      "tls-certificate=%s " VIDEO "sink.", file);
  TestSink *server = test_sink_start (line);
  TestViewer *viewer = test_viewer_new ();
  g_autoptr (SoupSession) session = soup_session_new ();
  guint status;

  g_assert_cmpuint (ask_over_https (server, session, "/", NULL), ==, 200);
  while ((status = ask_over_https (server, session, "/whep",
              test_viewer_get_offer (viewer))) == 503)
    g_usleep (10000);
  g_assert_cmpuint (status, ==, 201);
  /* Over plain HTTP it says what to write instead. */
  g_assert_cmpuint (test_viewer_ask (viewer, server->port), ==, 400);
  g_assert_nonnull (strstr (test_viewer_get_body (viewer), "https://"));
  test_viewer_free (viewer);
  test_sink_stop (server);
  test_identity_free (file);
}

static void
test_https_without_certificate (void)
{
  g_autofree gchar *file =
      g_build_filename (g_get_tmp_dir (), "whepsink-XXXXXX", NULL);
  g_autofree gchar *text = NULL;
  gint fd = g_mkstemp (file);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  text = g_strdup_printf ("fakesrc ! fakesink whepsink port=0 "
      "tls-certificate=%s", file);
  failing_sink (text, file);
  g_unlink (file);
}

static GstMessage *
await_message (TestSink * server, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (server->pipeline);
  GstMessage *message =
      gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, types);

  g_assert_nonnull (message);
  return message;
}

static void
test_eos (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);

  test_viewer_await (viewer, VP8, 5);
  gst_element_send_event (server->pipeline, gst_event_new_eos ());
  gst_message_unref (await_message (server, GST_MESSAGE_EOS));
  test_sink_await_removed (server, 1, " eos");
  g_assert_cmpuint (test_viewer_ask (viewer, server->port), ==, 503);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_restart (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);

  test_viewer_await (viewer, VP8, 5);
  gst_element_set_state (server->pipeline, GST_STATE_READY);
  test_sink_await_removed (server, 1, " stopped");
  test_viewer_free (viewer);
  viewer = test_viewer_new ();
  g_assert_cmpuint (test_viewer_ask (viewer, server->port), ==, 503);
  g_assert_nonnull (strstr (test_viewer_get_body (viewer), "not started"));

  gst_element_set_state (server->pipeline, GST_STATE_NULL);
  gst_element_set_state (server->pipeline, GST_STATE_PLAYING);
  g_object_get (server->sink, "port", &server->port, NULL);
  test_viewer_free (viewer);
  viewer = test_sink_add_viewer (server);
  test_viewer_await (viewer, VP8, 5);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_pause (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);

  test_viewer_await (viewer, VP8, 5);
  gst_element_set_state (server->pipeline, GST_STATE_PAUSED);
  gst_element_get_state (server->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  gst_element_set_state (server->pipeline, GST_STATE_PLAYING);
  test_viewer_await (viewer, VP8, test_viewer_count (viewer, VP8) + 10);
  g_assert_cmpuint (server->removed->len, ==, 0);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_h264_parser (void)
{
  TestSink *server = test_sink_start ("whepsink name=sink port=0 "
      "videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! "
      "x264enc tune=zerolatency ! video/x-h264,stream-format=avc ! sink.");
  TestViewer *viewer = test_viewer_new ();
  guint status;

  while ((status = test_viewer_ask (viewer, server->port)) == 503)
    g_usleep (10000);
  /* The offer has constrained baseline alone; x264enc made High of it. */
  g_assert_cmpuint (status, ==, 406);
  test_viewer_free (viewer);
  test_sink_stop (server);

  server = test_sink_start ("whepsink name=sink port=0 "
      "videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! "
      "x264enc tune=zerolatency ! "
      "video/x-h264,stream-format=avc,profile=constrained-baseline ! sink.");
  viewer = test_sink_add_viewer (server);
  test_viewer_await (viewer, 102, 10);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

/* Live streams are refused nothing while nobody watches. */
static void
test_no_viewers (void)
{
  TestSink *server = test_sink_start ("whepsink name=sink port=0 "
      "videotestsrc num-buffers=3 ! video/x-raw,width=64,height=48 ! vp8enc ! "
      "sink.");

  gst_message_unref (await_message (server, GST_MESSAGE_EOS));
  test_sink_stop (server);
}

static void
test_pads (void)
{
  GstElement *sink = gst_element_factory_make ("whepsink", NULL);
  GstPad *video, *more, *audio;

  gst_object_ref_sink (sink);
  video = gst_element_request_pad_simple (sink, "video_%u");
  more = gst_element_request_pad_simple (sink, "video_%u");
  audio = gst_element_request_pad_simple (sink, "audio_7");
  g_assert_cmpstr (GST_PAD_NAME (video), ==, "video_0");
  g_assert_cmpstr (GST_PAD_NAME (more), ==, "video_1");
  g_assert_cmpstr (GST_PAD_NAME (audio), ==, "audio_7");
  gst_element_release_request_pad (sink, video);
  gst_object_unref (video);
  video = gst_element_request_pad_simple (sink, "video_%u");
  g_assert_cmpstr (GST_PAD_NAME (video), ==, "video_0");
  g_assert_true (GST_OBJECT_FLAG_IS_SET (sink, GST_ELEMENT_FLAG_SINK));
  gst_object_unref (video);
  gst_object_unref (more);
  gst_object_unref (audio);
  gst_object_unref (sink);
}

static void
test_pad_released_while_watched (void)
{
  TestSink *server = test_sink_start ("whepsink name=sink port=0 "
      "videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! "
      "vp8enc deadline=1 ! tee name=t t. ! queue ! fakesink async=false "
      "t. ! queue name=q ! sink. " AUDIO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);
  g_autoptr (GstElement) queue =
      gst_bin_get_by_name (GST_BIN (server->pipeline), "q");
  g_autoptr (GstPad) src = gst_element_get_static_pad (queue, "src");
  g_autoptr (GstPad) sink = gst_pad_get_peer (src);

  test_viewer_await (viewer, OPUS, 5);
  test_viewer_await (viewer, VP8, 1);
  gst_pad_unlink (src, sink);
  gst_element_set_locked_state (queue, TRUE);
  gst_element_set_state (queue, GST_STATE_NULL);
  gst_element_release_request_pad (server->sink, sink);
  test_sink_await_removed (server, 1, " format");
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_settings_that_do_not_work (void)
{
  TestSink *server = test_sink_start ("whepsink name=sink port=0 "
      "fakesrc is-live=true ! fakesink async=false");
  g_autofree gchar *busy =
      g_strdup_printf ("fakesrc ! fakesink whepsink port=%u", server->port);

  failing_sink (busy, "in use");
  failing_sink ("fakesrc ! fakesink whepsink port=0 address=a.host", "a.host");
  failing_sink ("fakesrc ! fakesink whepsink port=0 path=whep", "whep");
  failing_sink ("fakesrc ! fakesink whepsink port=0 path=/", "/");
  failing_sink ("fakesrc ! fakesink whepsink port=0 stun-server=http://x",
      "http://x");
  failing_sink ("fakesrc ! fakesink whepsink port=0 turn-server=turn://x",
      "turn://x");
  test_sink_stop (server);
}

/* In a process of its own, which does not find this project's elements. */
static void
test_other_dtls_elements (void)
{
  if (g_test_subprocess ()) {
    gst_init (NULL, NULL);
    GST_ELEMENT_REGISTER (whepsink, NULL);
    failing_sink ("fakesrc ! fakesink whepsink port=0", "dtls");
    return;
  }
  g_autofree gchar *registry =
      g_build_filename (g_get_tmp_dir (), "whepsink-XXXXXX", NULL);
  gint file = g_mkstemp (registry);
  g_autofree gchar *own = g_strdup (g_getenv ("GST_REGISTRY"));
  g_autofree gchar *path = g_strdup (g_getenv ("GST_PLUGIN_PATH_1_0"));

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  g_setenv ("GST_REGISTRY", registry, TRUE);
  g_unsetenv ("GST_PLUGIN_PATH_1_0");
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  if (own)
    g_setenv ("GST_REGISTRY", own, TRUE);
  if (path)
    g_setenv ("GST_PLUGIN_PATH_1_0", path, TRUE);
  g_unlink (registry);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!g_test_subprocess ())
    gst_init (&argc, &argv);
  g_test_add_func ("/whep/sink/pads", test_pads);
  g_test_add_func ("/whep/sink/settings-that-do-not-work",
      test_settings_that_do_not_work);
  g_test_add_func ("/whep/sink/other-dtls-elements", test_other_dtls_elements);
  g_test_add_func ("/whep/sink/media", test_media);
  g_test_add_func ("/whep/sink/viewers-come-and-go", test_viewers_come_and_go);
  g_test_add_func ("/whep/sink/keyframe-on-request", test_keyframe_on_request);
  g_test_add_func ("/whep/sink/retransmission", test_retransmission);
  g_test_add_func ("/whep/sink/suggested-bitrate", test_suggested_bitrate);
  g_test_add_func ("/whep/sink/https", test_https);
  g_test_add_func ("/whep/sink/https-without-certificate",
      test_https_without_certificate);
  g_test_add_func ("/whep/sink/eos", test_eos);
  g_test_add_func ("/whep/sink/restart", test_restart);
  g_test_add_func ("/whep/sink/pause", test_pause);
  g_test_add_func ("/whep/sink/h264-parser", test_h264_parser);
  g_test_add_func ("/whep/sink/no-viewers", test_no_viewers);
  g_test_add_func ("/whep/sink/pad-released-while-watched",
      test_pad_released_while_watched);
  return g_test_run ();
}
