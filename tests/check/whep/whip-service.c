/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service of a sink that publishes, without the element: which settings
 * it begins with, what makes a session and what makes none, and what it tells
 * of the end.
 */
#include "config.h"

#include "whep/whip-service.h"

#include <string.h>

#include "packets.h"
#include "test-whip-server.h"

GST_DEBUG_CATEGORY_EXTERN (whip_sink_debug);

/* A sink that has the pads, and nothing else of whipsink. */
typedef GstBin TestSink;
typedef GstBinClass TestSinkClass;

static GType test_sink_get_type (void);

G_DEFINE_TYPE (TestSink, test_sink, GST_TYPE_BIN);

static void
test_sink_class_init (TestSinkClass * klass)
{
  whep_inputs_add_templates (GST_ELEMENT_CLASS (klass));
}

static void
test_sink_init (TestSink * self)
{
}

typedef struct
{
  TestWhipServer *server;
  GstElement *sink;
  WhipSettings settings;
  WhepInputs *inputs;
  GstPad *video;
  GstPad *audio;
  GstCaps *caps;
  WhipService *service;
  GAsyncQueue *told;            /* what it told, one string each */
} Fixture;

/* What the service tells */

static void
on_connected (gpointer user_data)
{
  g_async_queue_push (((Fixture *) user_data)->told, g_strdup ("connected"));
}

static void
on_bitrate (guint bitrate, gpointer user_data)
{
  g_async_queue_push (((Fixture *) user_data)->told,
      g_strdup_printf ("bitrate %u", bitrate));
}

static void
on_failed (const GError * error, gpointer user_data)
{
  g_async_queue_push (((Fixture *) user_data)->told,
      g_strdup_printf ("failed: %s", error->message));
}

static void
on_lost (const GError * error, guint attempt, guint delay_ms,
    gpointer user_data)
{
  g_assert_cmpuint (delay_ms, >=, 1000);
  g_async_queue_push (((Fixture *) user_data)->told,
      g_strdup_printf ("lost %u: %s", attempt, error->message));
}

static const WhipServiceFuncs funcs = {
  on_connected, on_bitrate, on_failed, on_lost
};

/* What inputs tell; the frames here come from elsewhere. */

static void
on_input_buffer (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
    gpointer user_data)
{
}

static void
on_input_format (WhepInput * input, gpointer user_data)
{
  whip_service_compare_formats (((Fixture *) user_data)->service);
}

static void
on_input_eos (WhepInput * input, gpointer user_data)
{
}

static const WhepInputFuncs input_funcs = {
  on_input_buffer, on_input_format, on_input_eos
};

static void
setup (Fixture * f, gconstpointer token)
{
  f->server = test_whip_server_new (TEST_WHIP_SOUND, token);
  f->sink = gst_object_ref_sink (g_object_new (test_sink_get_type (), NULL));
  whep_setting_table_init (whip_settings, &f->settings);
  f->settings.location = test_whip_server_uri (f->server, "/whip");
  f->settings.token = g_strdup (token);
  f->inputs = whep_inputs_new (GST_BIN (f->sink), &input_funcs, f);
  f->caps = packets_caps (0);
  f->told = g_async_queue_new_full (g_free);
  f->service = whip_service_new (f->sink, &f->settings, f->inputs, &funcs, f);
  whip_service_start (f->service);
}

static void
begin (Fixture * f)
{
  GError *error = NULL;

  whip_service_begin (f->service, &error);
  g_assert_no_error (error);
  whep_inputs_set_open (f->inputs, TRUE);
}

static void
end (Fixture * f)
{
  whep_inputs_set_open (f->inputs, FALSE);
  whip_service_end (f->service);
}

static void
release (Fixture * f, GstPad * pad)
{
  if (pad)
    whep_inputs_release_pad (f->inputs, pad);
}

/* Nothing more was told than a test has waited for. */
static void
teardown (Fixture * f, gconstpointer token)
{
  end (f);
  gst_element_set_state (f->sink, GST_STATE_NULL);
  release (f, f->video);
  release (f, f->audio);
  whip_service_stop (f->service);
  whep_inputs_free (f->inputs);
  whip_service_free (f->service);
  g_assert_null (g_async_queue_try_pop (f->told));
  g_async_queue_unref (f->told);
  whep_setting_table_clear (whip_settings, &f->settings);
  gst_caps_unref (f->caps);
  gst_object_unref (f->sink);
  test_whip_server_free (f->server);
}

static GstPad *
add_stream (Fixture * f, const gchar * templ, const gchar * name, guint input)
{
  g_autoptr (GstCaps) caps = packets_caps (input);
  GstSegment segment;
  GstPad *pad = whep_inputs_request_pad (f->inputs,
      gst_element_get_pad_template (f->sink, templ), name);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_element_set_state (f->sink, GST_STATE_PLAYING);
  gst_pad_send_event (pad, gst_event_new_stream_start (name));
  g_assert_true (gst_pad_send_event (pad, gst_event_new_caps (caps)));
  gst_pad_send_event (pad, gst_event_new_segment (&segment));
  return pad;
}

static void
begin_with_video (Fixture * f)
{
  f->video = add_stream (f, "video_%u", "video_0", 0);
  begin (f);
}

static void
push (Fixture * f)
{
  g_autoptr (GstBuffer) frame = packets_frame (FALSE);

  whip_service_push (f->service, 0, frame, f->caps);
}

/* Goes on sending until it was told, with @what in it and nothing else. */
static void
await (Fixture * f, const gchar * what)
{
  g_autofree gchar *told = NULL;

  while (!(told = g_async_queue_timeout_pop (f->told, 1000)))
    push (f);
  if (!strstr (told, what))
    g_error ("\"%s\" is not in \"%s\"", what, told);
}

static void
assert_stats (Fixture * f, gboolean connected, guint64 sessions)
{
  g_autoptr (GstStructure) stats = whip_service_get_stats (f->service);
  gboolean is_connected;
  guint64 n;

  g_assert_true (gst_structure_get (stats, "connected", G_TYPE_BOOLEAN,
          &is_connected, "sessions", G_TYPE_UINT64, &n, NULL));
  g_assert_cmpint (is_connected, ==, connected);
  g_assert_cmpuint (n, ==, sessions);
  g_assert_cmpint (gst_structure_has_field (stats, "peer"), ==, connected);
}

static void
replace (gchar ** setting, const gchar * value)
{
  g_free (*setting);
  *setting = g_strdup (value);
}

static void
check_setting (Fixture * f, gchar ** setting, const gchar * value,
    const gchar * word)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *before = g_strdup (*setting);

  replace (setting, value);
  g_assert_false (whip_service_begin (f->service, &error));
  if (!strstr (error->message, word))
    g_error ("\"%s\" is not in \"%s\"", word, error->message);
  g_assert_null (strstr (error->message, "s3cret"));
  replace (setting, before);
}

static void
test_names_what_is_wrong (Fixture * f, gconstpointer token)
{
  WhipSettings *s = &f->settings;

  check_setting (f, &s->location, NULL, "Set the property location");
  check_setting (f, &s->location, "example.org/whip", "example.org/whip");
  check_setting (f, &s->location, "ftp://example.org", "ftp://example.org");
  check_setting (f, &s->token, "s3cret\r\nX: y", "token");
  check_setting (f, &s->stun_server, "here", "stun://HOST");
  check_setting (f, &s->tls_ca_file, "/no/such.pem", "/no/such.pem");
  begin (f);
}

/* Two that are wrong are one error. */
static void
test_names_the_first (Fixture * f, gconstpointer token)
{
  f->settings.tls_ca_file = g_strdup ("/no/such.pem");
  check_setting (f, &f->settings.location, "nowhere", "nowhere");
  replace (&f->settings.tls_ca_file, NULL);
  begin (f);
}

static void
test_publish (Fixture * f, gconstpointer token)
{
  assert_stats (f, FALSE, 0);
  begin_with_video (f);
  await (f, "connected");
  assert_stats (f, TRUE, 1);
  g_assert_cmpuint (whep_inputs_get_keyframe_requests (f->inputs), >, 0);
  end (f);
  assert_stats (f, FALSE, 1);
  g_assert_cmpuint (test_whip_server_deletes (f->server), ==, 1);

  begin (f);
  await (f, "connected");
  assert_stats (f, TRUE, 2);
}

/* Neither before there are streams nor after the end. */
static void
test_nothing_to_publish (Fixture * f, gconstpointer token)
{
  begin (f);
  push (f);
  end (f);
  f->video = add_stream (f, "video_%u", "video_0", 0);
  push (f);
  end (f);
  assert_stats (f, FALSE, 0);
  g_assert_cmpuint (test_whip_server_posts (f->server), ==, 0);
}

/* The streams are there still, and make no other session. */
static void
assert_quiet (Fixture * f)
{
  gboolean over = FALSE;

  while (!over) {
    g_autoptr (GstStructure) stats = whip_service_get_stats (f->service);

    over = !gst_structure_has_field (stats, "peer");
  }
  push (f);
  whip_service_end (f->service);
  assert_stats (f, FALSE, 1);
}

/* After an error all is quiet until the next begin. */
static void
test_failed (Fixture * f, gconstpointer token)
{
  replace (&f->settings.token, "s3cret-not");
  begin_with_video (f);
  await (f, "failed: ");
  assert_quiet (f);

  replace (&f->settings.token, token);
  begin (f);
  await (f, "connected");
  assert_stats (f, TRUE, 2);
}

static void
test_lost (Fixture * f, gconstpointer token)
{
  f->settings.reconnect = TRUE;
  begin_with_video (f);
  await (f, "connected");
  test_whip_server_hang_up (f->server);
  await (f, "lost 1: ");
  await (f, "connected");
  assert_stats (f, TRUE, 2);
  g_assert_false (test_whip_server_overlapped (f->server));
}

static void
test_lost_for_good (Fixture * f, gconstpointer token)
{
  begin_with_video (f);
  await (f, "connected");
  test_whip_server_hang_up (f->server);
  await (f, "failed: ");
  assert_quiet (f);
}

/* It looks at the streams, and leaves a session alone that has them. */
static void
test_other_streams (Fixture * f, gconstpointer token)
{
  begin_with_video (f);
  await (f, "connected");
  whip_service_compare_formats (f->service);
  while (test_whip_server_count (f->server, "video") == 0) {
    push (f);
    g_usleep (1000);
  }
  test_whip_server_report_bitrate (f->server, 512000);
  await (f, "bitrate 512000");
  assert_stats (f, TRUE, 1);

  f->audio = add_stream (f, "audio_%u", "audio_0", 1);
  await (f, "connected");
  assert_stats (f, TRUE, 2);
  g_autofree gchar *offer = test_whip_server_offer (f->server);
  g_assert_nonnull (strstr (offer, "m=audio"));
}

static void
test_end_of_streams (Fixture * f, gconstpointer token)
{
  begin_with_video (f);
  await (f, "connected");
  whip_service_end_streams (f->service);
  while (test_whip_server_deletes (f->server) == 0)
    g_usleep (1000);
  whip_service_end_streams (f->service);
  end (f);
  assert_stats (f, FALSE, 1);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_DEBUG_CATEGORY_INIT (whip_sink_debug, "whipsink", 0, NULL);
#define ADD(name, func) g_test_add ("/whip/service/" name, Fixture, "s3cret", \
      setup, func, teardown)
  ADD ("names-what-is-wrong", test_names_what_is_wrong);
  ADD ("names-the-first", test_names_the_first);
  ADD ("publish", test_publish);
  ADD ("nothing-to-publish", test_nothing_to_publish);
  ADD ("failed", test_failed);
  ADD ("lost", test_lost);
  ADD ("lost-for-good", test_lost_for_good);
  ADD ("other-streams", test_other_streams);
  ADD ("end-of-streams", test_end_of_streams);
#undef ADD
  return g_test_run ();
}
