/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of viewers: who is in it, who was, and who waits for whom.
 */
#include "config.h"

#include "whep/whep-viewers.h"

#include <string.h>

#include "offers.h"
#include "packets.h"
#include "whep/whep-viewer.h"

static void
on_gathered (WhepPeer * viewer, gpointer user_data)
{
}

static void
on_ended (WhepPeer * viewer, WhepEnd end, const gchar * detail,
    gpointer user_data)
{
  WhepViewers *viewers = user_data;

  whep_viewers_remove (viewers, viewer, end);
  whep_viewers_settle (viewers);
}

static const WhepPeerFuncs funcs = {
  .gathered = on_gathered,.ended = on_ended
};

static WhepPeer *
viewer_new (GMainContext * context, GThreadPool * cleaners,
    WhepViewers * viewers)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8");
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  WhepFormat format = whep_format_from_caps (vp8);
  WhepPeerConfig config = {
    .context = context,.cleaners = cleaners,.clock = clock,
    .ssrcs = test_ssrcs,.obtain_packetizer = packets_obtain,
    .connect_timeout_ms = 60000,
  };
  GError *error = NULL;
  WhepPeer *viewer = whep_viewer_new (&config,
      whep_offer_parse (text, strlen (text), &format, 1, &error), &funcs,
      viewers, &error);

  g_assert_no_error (error);
  return viewer;
}

static guint
count (WhepViewers * viewers)
{
  g_autoptr (GPtrArray) list = whep_viewers_ref_all (viewers);

  return list->len;
}

static gpointer
wait_settled (gpointer viewers)
{
  whep_viewers_wait_settled (viewers);
  return NULL;
}

static void
test_life (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GThreadPool *cleaners =
      g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
  WhepViewers *viewers = whep_viewers_new ();
  g_autoptr (WhepPeer) first = viewer_new (context, cleaners, viewers);
  g_autoptr (WhepPeer) second = viewer_new (context, cleaners, viewers);
  g_autoptr (GPtrArray) before = whep_viewers_ref_all (viewers);
  WhepExchange *exchange = (WhepExchange *) & context;

  whep_viewers_wait_settled (viewers);
  whep_viewers_add (viewers, first, exchange);
  whep_viewers_add (viewers, second, NULL);
  g_assert_cmpuint (before->len, ==, 0);
  g_assert_cmpuint (count (viewers), ==, 2);
  g_assert_true (whep_viewers_take_exchange (viewers, first) == exchange);
  g_assert_null (whep_viewers_take_exchange (viewers, first));
  g_assert_null (whep_viewers_take_exchange (viewers, second));

  g_autoptr (WhepPeer) found =
      whep_viewers_find (viewers, whep_peer_get_id (second));
  g_assert_true (found == second);
  g_assert_null (whep_viewers_find (viewers, "nobody"));
  g_assert_cmpuint (whep_viewers_get_bitrate (viewers), ==, 0);

  whep_viewers_end_users (viewers, 1, WHEP_END_FORMAT);
  while (g_main_context_iteration (context, FALSE));
  g_assert_cmpuint (count (viewers), ==, 2);
  whep_viewers_end_users (viewers, 0, WHEP_END_FORMAT);
  GThread *waiter = g_thread_new ("waiter", wait_settled, viewers);
  while (count (viewers) > 0)
    g_main_context_iteration (context, TRUE);
  g_thread_join (waiter);

  guint64 ended, total;
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  whep_viewers_count_refused (viewers);
  whep_viewers_add_stats (viewers, stats);
  g_assert_true (gst_structure_get_uint64 (stats, "ended-format", &ended));
  g_assert_true (gst_structure_get_uint64 (stats, "viewers-total", &total));
  g_assert_cmpuint (ended, ==, 2);
  g_assert_cmpuint (total, ==, 2);
  g_thread_pool_free (cleaners, FALSE, TRUE);
  while (g_main_context_iteration (context, FALSE));
  whep_viewers_free (viewers);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/viewers/life", test_life);
  return g_test_run ();
}
