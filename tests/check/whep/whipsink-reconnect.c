/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * whipsink comes back when it is asked to: after which losses it does, after
 * which it does not, and that a server never has two sessions of it.
 */
#include "config.h"

#include "publisher.h"
#include "test-whip-server.h"

#define AGAIN VIDEO "whipsink name=sink reconnect=true"

typedef struct
{
  TestWhipServer *server;
  GstElement *pipeline;
} Fixture;

static void
setup (Fixture * f, gconstpointer token)
{
  g_autofree gchar *uri = NULL;

  f->server = test_whip_server_new (TEST_WHIP_SOUND, token);
  uri = test_whip_server_uri (f->server, "/whip");
  f->pipeline = publish (AGAIN, uri, token);
  test_whip_server_await (f->server, "video", 10);
}

static void
teardown (Fixture * f, gconstpointer token)
{
  g_assert_false (test_whip_server_overlapped (f->server));
  if (f->pipeline)
    stop (f->pipeline);
  test_whip_server_free (f->server);
}

/* The warning of the @attempt-th time says why and when. */
static void
await_warning (Fixture * f, guint attempt, const gchar * word)
{
  g_autoptr (GstMessage) message =
      await_message (f->pipeline, GST_MESSAGE_WARNING);
  g_autoptr (GError) warning = NULL;
  g_autofree gchar *debug = NULL;
  const GstStructure *details;
  guint number, delay_ms;

  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &warning, &debug);
  g_assert_nonnull (strstr (warning->message, "Publishing again"));
  if (!strstr (debug, word))
    g_error ("\"%s\" is not in \"%s\"", word, debug);
  gst_message_parse_warning_details (message, &details);
  g_assert_true (gst_structure_get (details, "attempt", G_TYPE_UINT, &number,
          "delay-ms", G_TYPE_UINT, &delay_ms, NULL));
  g_assert_cmpuint (number, ==, attempt);
  g_assert_cmpuint (delay_ms, >=, 1000);
  g_assert_cmpuint (delay_ms, <=, 30000);
}

/* Ended by the server, and busy the next time. */
static void
test_busy_server (Fixture * f, gconstpointer token)
{
  guint before;

  test_whip_server_refuse (f->server, 503);
  test_whip_server_hang_up (f->server);
  await_warning (f, 1, "has ended");
  await_warning (f, 2, "503");
  test_whip_server_refuse (f->server, 0);
  before = test_whip_server_count (f->server, "video");
  test_whip_server_await (f->server, "video", before + 10);
  g_assert_cmpuint (test_whip_server_posts (f->server), ==, 2);
  g_assert_cmpuint (test_whip_server_deletes (f->server), ==, 1);
}

static void
test_server_gone (Fixture * f, gconstpointer token)
{
  guint port = test_whip_server_port (f->server);

  test_whip_server_hang_up (f->server);
  await_warning (f, 1, "has ended");
  test_whip_server_free (f->server);
  await_warning (f, 2, "cannot be reached");
  f->server = test_whip_server_new_at (port);
  test_whip_server_await (f->server, "video", 10);
}

static void
test_silence (Fixture * f, gconstpointer token)
{
  test_whip_server_vanish (f->server);
  await_warning (f, 1, "was lost");
  test_whip_server_await (f->server, "video",
      test_whip_server_count (f->server, "video") + 10);
  g_assert_cmpuint (test_whip_server_deletes (f->server), ==, 1);
}

static void
check_giving_up (Fixture * f, guint status, const gchar * word)
{
  test_whip_server_refuse (f->server, status);
  test_whip_server_hang_up (f->server);
  await_warning (f, 1, "has ended");
  assert_error (f->pipeline, (const gchar * const[]) { word, NULL });
  f->pipeline = NULL;
  g_assert_cmpuint (test_whip_server_posts (f->server), ==, 1);
}

/* What is set wrong is not tried again. */
static void
test_token_refused (Fixture * f, gconstpointer token)
{
  check_giving_up (f, 401, "does not take the token");
}

static void
test_forbidden (Fixture * f, gconstpointer token)
{
  check_giving_up (f, 403, "403");
}

/* Stopped while it waits: nobody is asked any more. */
static void
test_stop_while_waiting (Fixture * f, gconstpointer token)
{
  test_whip_server_hang_up (f->server);
  await_warning (f, 1, "has ended");
  gst_element_set_state (f->pipeline, GST_STATE_READY);
  g_assert_cmpuint (test_whip_server_posts (f->server), ==, 1);
  g_assert_cmpuint (test_whip_server_deletes (f->server), ==, 1);

  /* The next begin is at once, and no loss of the one before counts. */
  test_whip_server_refuse (f->server, 503);
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
  assert_error (f->pipeline, (const gchar * const[]) { "503", NULL });
  f->pipeline = NULL;
}

/* What was never there is not lost. */
static void
test_first_time (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/status/503");

  assert_error (publish (AGAIN, uri, NULL),
      (const gchar * const[]) { "503", NULL });
  test_whip_server_free (server);
}

/* It is not what happens unasked. */
static void
test_off (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);

  test_whip_server_await (server, "video", 10);
  test_whip_server_hang_up (server);
  assert_error (pipeline, (const gchar * const[]) { "has ended", NULL });
  g_assert_cmpuint (test_whip_server_posts (server), ==, 1);
  test_whip_server_free (server);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/whip/reconnect/" name, Fixture, \
      "s3cret", setup, func, teardown)
  ADD ("busy-server", test_busy_server);
  ADD ("silence", test_silence);
  ADD ("token-refused", test_token_refused);
  ADD ("forbidden", test_forbidden);
  ADD ("stop-while-waiting", test_stop_while_waiting);
#undef ADD
  g_test_add ("/whip/reconnect/server-gone", Fixture, NULL, setup,
      test_server_gone, teardown);
  g_test_add_func ("/whip/reconnect/first-time", test_first_time);
  g_test_add_func ("/whip/reconnect/off", test_off);
  return g_test_run ();
}
