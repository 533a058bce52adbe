/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * whipsink as a whole: what a server gets, and which settings it gets nothing
 * with. What a server may have wrong is in whipsink-faults.c.
 */
#include "config.h"

#include "whep/gstwhipsink.h"

#include <string.h>

#include "publisher.h"
#include "test-authority.h"
#include "test-whip-server.h"

/* What a server gets */

static void
publish_to (TestWhipServer * server, const gchar * description,
    const gchar * path, gboolean audio)
{
  g_autofree gchar *uri = test_whip_server_uri (server, path);
  GstElement *pipeline = publish (description, uri, NULL);
  g_autoptr (GstMessage) message = NULL;

  test_whip_server_await (server, "video", 10);
  if (audio)
    test_whip_server_await (server, "audio", 10);
  message = await_message (pipeline, GST_MESSAGE_ELEMENT);
  g_assert_true (gst_message_has_name (message, "whipsink-connected"));
  stop (pipeline);
  g_assert_cmpuint (test_whip_server_posts (server), ==, 1);
}

static void
check_publishing (const gchar * description, TestWhipFault fault,
    const gchar * path, gboolean audio)
{
  TestWhipServer *server = test_whip_server_new (fault, NULL);

  publish_to (server, description, path, audio);
  g_assert_cmpuint (test_whip_server_deletes (server), ==,
      fault == TEST_WHIP_NO_LOCATION ? 0 : 1);
  test_whip_server_free (server);
}

static void
test_video (void)
{
  check_publishing (ONE, TEST_WHIP_SOUND, "/whip", FALSE);
}

static void
test_both (void)
{
  check_publishing (BOTH, TEST_WHIP_SOUND, "/whip", TRUE);
}

static void
test_passive_server (void)
{
  check_publishing (ONE, TEST_WHIP_PASSIVE, "/whip", FALSE);
}

static void
test_redirection (void)
{
  check_publishing (ONE, TEST_WHIP_SOUND, "/moved", FALSE);
}

static void
test_no_location (void)
{
  check_publishing (ONE, TEST_WHIP_NO_LOCATION, "/whip", FALSE);
}

static void
test_h264 (void)
{
  check_publishing ("videotestsrc is-live=true ! video/x-raw,format=I420,"
      "width=64,height=48 ! x264enc tune=zerolatency speed-preset=ultrafast "
      "! video/x-h264,profile=constrained-baseline ! whipsink name=sink",
      TEST_WHIP_SOUND, "/whip", FALSE);
}

static void
test_https (void)
{
  TestAuthority *authority = test_authority_new ();
  g_autoptr (GTlsCertificate) identity =
      test_authority_certify (authority, "127.0.0.1", 1);
  TestWhipServer *server = test_whip_server_new_https (identity);

  test_authority_trust (authority);
  publish_to (server, ONE, "/whip", FALSE);
  g_assert_cmpuint (test_whip_server_deletes (server), ==, 1);
  test_whip_server_free (server);
  test_authority_free (authority);
}

static void
test_token (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, "s3cret");
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, "s3cret");

  test_whip_server_await (server, "video", 1);
  stop (pipeline);
  g_assert_cmpuint (test_whip_server_deletes (server), ==, 1);
  test_whip_server_free (server);
}

static void
test_offer (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (BOTH, uri, NULL);
  g_autofree gchar *offer = NULL;

  test_whip_server_await (server, "video", 1);
  offer = test_whip_server_offer (server);
  for (const gchar * const *line = (const gchar * const[]) {
        "a=group:BUNDLE 0 1", "a=setup:actpass", "a=sendonly", "a=rtcp-mux",
        "a=fingerprint:sha-256 ", "a=candidate:", "a=rtcp-fb:96 nack pli",
        "VP8/90000", "opus/48000/2", NULL
      }; *line; line++)
    g_assert_nonnull (strstr (offer, *line));
  g_assert_null (strstr (offer, "a=setup:active"));
  stop (pipeline);
  test_whip_server_free (server);
}

static void
test_keyframe (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);
  guint64 before;

  test_whip_server_await (server, "video", 30);
  before = stat_of (pipeline, "keyframe-requests");
  while (stat_of (pipeline, "keyframe-requests") == before) {
    test_whip_server_request_keyframe (server);
    g_usleep (50000);
  }
  stop (pipeline);
  test_whip_server_free (server);
}

static guint64
retransmitted (GstElement * pipeline)
{
  g_autoptr (GstStructure) stats = stats_of (pipeline);
  g_autoptr (GstStructure) peer = NULL;
  guint64 n = 0;

  g_assert_true (gst_structure_get (stats, "peer", GST_TYPE_STRUCTURE, &peer,
          NULL));
  g_assert_true (gst_structure_get_uint64 (peer, "packets-retransmitted", &n));
  return n;
}

/* What gets lost on the way is sent again to who asks for it. */
static void
test_loss (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_LOSING, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);
  guint lost, recovered;

  do {
    g_usleep (10000);
    test_whip_server_losses (server, &lost, &recovered);
  } while (recovered < 10);
  g_assert_cmpuint (lost, >=, recovered);
  g_assert_cmpuint (retransmitted (pipeline), >=, recovered);
  stop (pipeline);
  test_whip_server_free (server);
}

static void
test_loss_unasked (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_RESIGNED, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);
  guint lost, recovered;

  test_whip_server_await (server, "video", 60);
  test_whip_server_losses (server, &lost, &recovered);
  g_assert_cmpuint (lost, >=, 5);
  g_assert_cmpuint (recovered, ==, 0);
  g_assert_cmpuint (retransmitted (pipeline), ==, 0);
  stop (pipeline);
  test_whip_server_free (server);
}

/* Near enough to the one before it not to be told. */
#define SAME_BITRATE 522240

static void
on_suggested_bitrate (GstElement * sink, guint bitrate, gint * last)
{
  g_assert_cmpuint (bitrate, !=, SAME_BITRATE);
  g_atomic_int_set (last, bitrate);
}

static guint
bitrate_of (GstElement * pipeline)
{
  g_autoptr (GstStructure) stats = stats_of (pipeline);
  guint bitrate;

  g_assert_true (gst_structure_get_uint (stats, "suggested-bitrate", &bitrate));
  return bitrate;
}

/* What the server says is told when it is another by a twentieth, in both
 * directions, and is in the statistics in any case. */
static void
test_suggested_bitrate (void)
{
  static const guint bitrates[] = { 512000, SAME_BITRATE, 5120000, 256000 };
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);
  g_autoptr (GstElement) sink =
      gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gint last = 0;

  g_signal_connect (sink, "suggested-bitrate",
      G_CALLBACK (on_suggested_bitrate), &last);
  test_whip_server_await (server, "video", 10);
  g_assert_cmpuint (bitrate_of (pipeline), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (bitrates); i++) {
    gint told = bitrates[i] == SAME_BITRATE ? 512000 : bitrates[i];

    while (bitrate_of (pipeline) != bitrates[i]
        || g_atomic_int_get (&last) != told) {
      test_whip_server_report_bitrate (server, bitrates[i]);
      g_usleep (50000);
    }
  }
  stop (pipeline);
  test_whip_server_free (server);
}

/* The end of the streams is told, and twice is the same as once. */
static void
test_eos_and_again (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);

  test_whip_server_await (server, "video", 1);
  gst_element_send_event (pipeline, gst_event_new_eos ());
  gst_message_unref (await_message (pipeline, GST_MESSAGE_EOS));
  while (test_whip_server_deletes (server) == 0)
    g_usleep (1000);
  gst_element_set_state (pipeline, GST_STATE_READY);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  test_whip_server_await (server, "video",
      test_whip_server_count (server, "video") + 10);
  g_assert_cmpuint (test_whip_server_posts (server), ==, 2);
  stop (pipeline);
  g_assert_cmpuint (test_whip_server_deletes (server), ==, 2);
  test_whip_server_free (server);
}

/* Other streams make another session. */
static void
test_format_change (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish ("whipsink name=sink " VIDEO
      "queue ! sink. " AUDIO "queue name=queue ! sink.", uri, NULL);
  g_autoptr (GstElement) sink =
      gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_autoptr (GstElement) queue =
      gst_bin_get_by_name (GST_BIN (pipeline), "queue");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (queue, "src");
  g_autoptr (GstPad) peer = gst_pad_get_peer (pad);

  test_whip_server_await (server, "audio", 10);
  gst_element_set_locked_state (queue, TRUE);
  gst_pad_unlink (pad, peer);
  gst_element_release_request_pad (sink, peer);
  gst_element_set_state (queue, GST_STATE_NULL);
  while (test_whip_server_posts (server) < 2)
    g_usleep (1000);
  test_whip_server_await (server, "video",
      test_whip_server_count (server, "video") + 10);
  g_autofree gchar *offer = test_whip_server_offer (server);
  g_assert_null (strstr (offer, "m=audio"));
  g_assert_cmpuint (stat_of (pipeline, "sessions"), ==, 2);
  g_assert_cmpuint (test_whip_server_deletes (server), ==, 1);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  test_whip_server_free (server);
}

/* Settings */

/* Each of them is in whip-service.c. */
static void
test_settings (void)
{
  assert_error (publish (ONE, NULL, NULL),
      (const gchar * const[]) { "Set the property location", NULL });
  assert_error (publish (ONE, "http://127.0.0.1:1", "s3cret\r\nX: y"),
      (const gchar * const[]) { "token", NULL });
}

/* What is set in READY is what the next session is made with. */
static void
test_settings_in_ready (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, "s3cret");
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, "s3cret-not");
  g_autoptr (GstElement) sink =
      gst_bin_get_by_name (GST_BIN (pipeline), "sink");

  await_error (pipeline, (const gchar * const[]) { "token", NULL });
  gst_element_set_state (pipeline, GST_STATE_READY);
  g_object_set (sink, "location", "nowhere", NULL);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==,
      GST_STATE_CHANGE_FAILURE);
  g_autoptr (GstMessage) unusable = await_message (pipeline, GST_MESSAGE_ERROR);
  gst_element_set_state (pipeline, GST_STATE_READY);
  g_object_set (sink, "location", uri, "token", "s3cret", NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  test_whip_server_await (server, "video", 1);
  stop (pipeline);
  test_whip_server_free (server);
}

static void
test_secrets_cannot_be_read (void)
{
  g_autoptr (GstElement) sink =
      gst_object_ref_sink (gst_element_factory_make ("whipsink", NULL));

  for (const gchar * const *name = (const gchar * const[]) {
        "token", "turn-server", NULL
      }; *name; name++) {
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (sink),
        *name);

    g_assert_false (spec->flags & G_PARAM_READABLE);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/whip/sink/" name, func)
  ADD ("video", test_video);
  ADD ("both", test_both);
  ADD ("h264", test_h264);
  ADD ("passive-server", test_passive_server);
  ADD ("redirection", test_redirection);
  ADD ("no-location", test_no_location);
  ADD ("https", test_https);
  ADD ("token", test_token);
  ADD ("offer", test_offer);
  ADD ("keyframe", test_keyframe);
  ADD ("loss", test_loss);
  ADD ("loss-unasked", test_loss_unasked);
  ADD ("suggested-bitrate", test_suggested_bitrate);
  ADD ("eos-and-again", test_eos_and_again);
  ADD ("format-change", test_format_change);
  ADD ("settings", test_settings);
  ADD ("settings-in-ready", test_settings_in_ready);
  ADD ("secrets-cannot-be-read", test_secrets_cannot_be_read);
#undef ADD
  return g_test_run ();
}
