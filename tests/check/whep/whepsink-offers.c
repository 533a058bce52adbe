/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What viewers may offer to a whepsink: early, often, falsely, without end,
 * and with more to say later.
 */
#include "config.h"

#include <string.h>

#include "streams.h"
#include "test-sink.h"
#include "test-viewer.h"

#define VP8 96
#define OPUS 111

static void
test_falsified_fingerprint (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_viewer_new ();
  gchar *offer = g_strdup (test_viewer_get_offer (viewer));

  for (gchar * at = offer; (at = strstr (at, "sha-256 ")); at++)
    at[8] = at[8] == 'F' ? 'E' : 'F';
  test_viewer_take_offer (viewer, offer);
  while (test_viewer_ask (viewer, server->port) == 503)
    g_usleep (10000);
  test_sink_await_removed (server, 1, " handshake");
  g_assert_cmpuint (test_viewer_count (viewer, VP8), ==, 0);
  g_assert_cmpuint (test_sink_stat (server, "ended-handshake"), ==, 1);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_viewer_that_never_connects (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 connect-timeout=100 "
      VIDEO "sink.");
  TestViewer *viewer = test_viewer_new ();
  gchar **parts = g_strsplit (test_viewer_get_offer (viewer), "a=ice-pwd:",
      -1);

  test_viewer_take_offer (viewer, g_strjoinv ("a=ice-pwd:wrong", parts));
  g_strfreev (parts);
  while (test_viewer_ask (viewer, server->port) == 503)
    g_usleep (10000);
  test_sink_await_removed (server, 1, " unreachable");
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_most_viewers (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 max-viewers=1 " VIDEO
      "sink.");
  TestViewer *first = test_sink_add_viewer (server);
  TestViewer *second = test_viewer_new ();

  g_assert_cmpuint (test_viewer_ask (second, server->port), ==, 503);
  g_assert_nonnull (strstr (test_viewer_get_body (second), "1 viewers"));
  g_assert_cmpuint (test_viewer_leave (first, server->port), ==, 200);
  test_sink_await_removed (server, 1, " left");
  g_assert_cmpuint (test_viewer_ask (second, server->port), ==, 201);
  test_viewer_await (second, VP8, 5);
  test_viewer_free (first);
  test_viewer_free (second);
  test_sink_stop (server);
}

static void
test_refused_offers (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " AUDIO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);
  TestViewer *other = test_viewer_new ();

  test_viewer_take_offer (other, g_strdup ("v=0\r\n"));
  g_assert_cmpuint (test_viewer_ask (other, server->port), ==, 400);
  test_viewer_take_offer (other, g_strnfill (70000, 'x'));
  g_assert_cmpuint (test_viewer_ask (other, server->port), ==, 413);
  g_assert_cmpuint (test_sink_stat (server, "offers-refused"), >=, 1);
  test_viewer_await (viewer, OPUS, 10);
  test_viewer_free (viewer);
  test_viewer_free (other);
  test_sink_stop (server);
}

/* Found when a loaded machine gave sound its caps long before the picture:
 * a viewer that asked in between never saw one. */
static void
test_early_viewer_gets_all_streams (void)
{
  TestSink *server = test_sink_start ("whepsink name=sink port=0 "
      "videotestsrc is-live=true ! video/x-raw,width=64,height=48 ! "
      "valve name=gate drop=true ! vp8enc deadline=1 ! sink. " AUDIO "sink.");
  TestViewer *viewer = test_viewer_new ();
  g_autoptr (GstElement) gate =
      gst_bin_get_by_name (GST_BIN (server->pipeline), "gate");

  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (test_viewer_ask (viewer, server->port), ==, 503);
  g_object_set (gate, "drop", FALSE, NULL);
  while (test_viewer_ask (viewer, server->port) == 503)
    g_usleep (10000);
  test_viewer_await (viewer, VP8, 5);
  test_viewer_await (viewer, OPUS, 5);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

static void
test_offers_per_minute (void)
{
  TestSink *server = test_sink_start ("whepsink name=sink port=0 "
      "offers-per-minute=3 " VIDEO "sink.");
  TestViewer *viewer = test_viewer_new ();
  guint asked = 0;

  while (test_viewer_ask (viewer, server->port) != 429)
    g_assert_cmpuint (++asked, <=, 3);
  g_assert_cmpuint (asked, ==, 3);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

/* Offers that never connect, and leaving at random: an honest viewer's
 * picture goes on, and nothing is left of the others. */
static void
test_flood_of_offers (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 max-viewers=20 "
      "connect-timeout=60000 " VIDEO "sink.");
  TestViewer *honest = test_sink_add_viewer (server);
  TestViewer *flood = test_viewer_new ();
  GRand *rand = g_rand_new_with_seed (3);
  guint accepted = 0, full = 0;

  test_viewer_ignore_answers (flood);
  test_viewer_await (honest, VP8, 5);
  for (guint i = 0; i < 200; i++) {
    guint status = test_viewer_ask (flood, server->port);

    g_assert_true (status == 201 || status == 503);
    accepted += status == 201;
    full += status == 503;
    if (g_rand_boolean (rand))
      test_viewer_leave (flood, server->port);
  }
  g_assert_cmpuint (accepted, >=, 19);
  g_assert_cmpuint (full, >, 0);
  test_viewer_await (honest, VP8, test_viewer_count (honest, VP8) + 10);
  g_rand_free (rand);
  test_viewer_free (honest);
  test_viewer_free (flood);
  test_sink_stop (server);
}

static void
test_trickle (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);

  g_assert_cmpuint (test_viewer_patch (viewer, server->port, "\"*\"",
          "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n"), ==, 204);
  g_assert_cmpuint (test_viewer_patch (viewer, server->port, NULL,
          "a=candidate:1 1 udp 1 some.local 9 typ host\r\n"), ==, 204);
  g_assert_cmpuint (test_viewer_patch (viewer, server->port, NULL,
          "nonsense"), ==, 204);
  g_assert_cmpuint (test_viewer_patch (viewer, server->port, "\"other\"",
          "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n"), ==, 412);
  g_assert_cmpuint (test_viewer_patch (viewer, server->port, NULL,
          "a=ice-ufrag:new1\r\n"), ==, 412);
  test_viewer_await (viewer, VP8, 5);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

/* The leg goes on, by a way that was found anew. */
static void
test_ice_restart (void)
{
  TestSink *server =
      test_sink_start ("whepsink name=sink port=0 " VIDEO "sink.");
  TestViewer *viewer = test_sink_add_viewer (server);

  test_viewer_await (viewer, VP8, 5);
  g_assert_cmpuint (test_viewer_restart_ice (viewer, server->port, "\"x\""), ==,
      412);
  g_assert_cmpuint (test_viewer_restart_ice (viewer, server->port, "*"), ==,
      200);
  test_viewer_await_way (viewer);
  test_viewer_await (viewer, VP8, test_viewer_count (viewer, VP8) + 20);
  g_assert_cmpuint (server->removed->len, ==, 0);
  test_viewer_free (viewer);
  test_sink_stop (server);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/offers/falsified-fingerprint",
      test_falsified_fingerprint);
  g_test_add_func ("/whep/offers/viewer-that-never-connects",
      test_viewer_that_never_connects);
  g_test_add_func ("/whep/offers/most-viewers", test_most_viewers);
  g_test_add_func ("/whep/offers/refused-offers", test_refused_offers);
  g_test_add_func ("/whep/offers/early-viewer-gets-all-streams",
      test_early_viewer_gets_all_streams);
  g_test_add_func ("/whep/offers/offers-per-minute", test_offers_per_minute);
  g_test_add_func ("/whep/offers/flood-of-offers", test_flood_of_offers);
  g_test_add_func ("/whep/offers/trickle", test_trickle);
  g_test_add_func ("/whep/offers/ice-restart", test_ice_restart);
  return g_test_run ();
}
