/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A viewer gets one answer, and may say more about itself alone.
 */
#include "config.h"

#include "whep/whep-viewer.h"

#include <string.h>

#include "offers.h"
#include "packets.h"

typedef struct
{
  GMainContext *context;
  GThreadPool *cleaners;
  GstClock *clock;
  WhepPeer *viewer;
  gchar *answer;
  guint answers;
  guint ends;
} Fixture;

static void
on_gathered (WhepPeer * viewer, gpointer user_data)
{
  Fixture *f = user_data;

  f->answers++;
  f->answer = whep_viewer_answer (viewer);
}

static void
on_keyframe (WhepPeer * viewer, guint input, gpointer user_data)
{
}

static void
on_ended (WhepPeer * viewer, WhepEnd end, const gchar * detail,
    gpointer user_data)
{
  Fixture *f = user_data;

  f->ends++;
}

static const WhepPeerFuncs funcs = {
  .gathered = on_gathered,
  .keyframe = on_keyframe,.ended = on_ended
};

static WhepOffer *
offer_of (const gchar * text)
{
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8");
  WhepFormat format = whep_format_from_caps (vp8);
  GError *error = NULL;
  WhepOffer *offer = whep_offer_parse (text, strlen (text), &format, 1, &error);

  g_assert_no_error (error);
  return offer;
}

static void
setup (Fixture * f, gconstpointer role)
{
  g_autofree gchar *loaded = offer_load ("chromium.sdp");
  g_autofree gchar *text = offer_replace (loaded, "actpass", role);
  GError *error = NULL;

  f->context = g_main_context_new ();
  f->clock = gst_system_clock_obtain ();
  f->cleaners = g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
  WhepPeerConfig config = {
    .context = f->context,.cleaners = f->cleaners,.clock = f->clock,
    .ssrcs = test_ssrcs,.obtain_packetizer = packets_obtain,
    .connect_timeout_ms = 20000,
  };
  f->viewer = whep_viewer_new (&config, offer_of (text), &funcs, f, &error);
  g_assert_no_error (error);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  if (f->ends == 0) {
    whep_peer_end (f->viewer, WHEP_END_STOPPED);
    while (f->ends == 0)
      g_main_context_iteration (f->context, TRUE);
  }
  g_thread_pool_free (f->cleaners, FALSE, TRUE);
  g_object_add_weak_pointer (G_OBJECT (f->viewer), (gpointer *) & f->viewer);
  g_object_unref (f->viewer);
  while (f->viewer)
    g_main_context_iteration (f->context, TRUE);
  gst_object_unref (f->clock);
  g_main_context_unref (f->context);
  g_free (f->answer);
}

static void
test_answer (Fixture * f, gconstpointer role)
{
  gboolean active = g_str_equal (role, "passive");

  while (f->answers == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_nonnull (strstr (f->answer,
          active ? "a=setup:active" : "a=setup:passive"));
  g_assert_nonnull (strstr (f->answer, "a=candidate:"));
  g_assert_nonnull (strstr (f->answer, "a=fingerprint:sha-256 "));
  g_assert_nonnull (strstr (f->answer, whep_viewer_get_etag (f->viewer)));
  while (g_main_context_iteration (f->context, FALSE));
  g_assert_cmpuint (f->answers, ==, 1);
}

#define PWD "a=ice-pwd:0123456789012345678901\r\n"

static gboolean
trickle (Fixture * f, const gchar * etag, const gchar * fragment,
    gchar ** answer, GError ** error)
{
  return whep_viewer_trickle (f->viewer, etag, fragment, answer, error);
}

static void
await_answer (Fixture * f)
{
  while (f->answers == 0)
    g_main_context_iteration (f->context, TRUE);
}

static void
test_trickle (Fixture * f, gconstpointer data)
{
  gchar *answer = NULL;
  g_autoptr (GError) error = NULL;

  await_answer (f);
  g_assert_true (trickle (f, whep_viewer_get_etag (f->viewer), "", &answer,
          NULL));
  g_assert_true (trickle (f, "*", "", &answer, NULL));
  g_assert_true (trickle (f, NULL, "a=ice-ufrag:bIgv\r\n", &answer, NULL));
  g_assert_null (answer);
  g_assert_false (trickle (f, "other", "", &answer, &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_PRECONDITION);
}

static void
test_ice_restart (Fixture * f, gconstpointer data)
{
  g_autofree gchar *etag = NULL;
  g_autofree gchar *answer = NULL;
  g_autofree gchar *line = NULL;

  await_answer (f);
  etag = g_strdup (whep_viewer_get_etag (f->viewer));
  g_assert_true (trickle (f, "*", "a=ice-ufrag:new1\r\n" PWD, &answer, NULL));
  g_assert_cmpstr (whep_viewer_get_etag (f->viewer), !=, etag);
  line = g_strconcat ("a=ice-ufrag:", whep_viewer_get_etag (f->viewer),
      "\r\n", NULL);
  g_assert_nonnull (strstr (answer, line));
  g_assert_nonnull (strstr (answer, "a=candidate:"));
  /* The same again is a candidate that comes late, not another restart. */
  g_clear_pointer (&answer, g_free);
  g_assert_true (trickle (f, "*", "a=ice-ufrag:new1\r\n" PWD, &answer, NULL));
  g_assert_null (answer);
}

static void
test_ice_restart_refused (Fixture * f, gconstpointer data)
{
  g_autofree gchar *etag = NULL;
  gchar *answer = NULL;
  g_autoptr (GError) error = NULL;

  await_answer (f);
  etag = g_strdup (whep_viewer_get_etag (f->viewer));
  g_assert_false (trickle (f, NULL, "a=ice-ufrag:new1\r\n" PWD, &answer,
          &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_PRECONDITION);
  g_clear_error (&error);
  g_assert_false (trickle (f, "other", "a=ice-ufrag:new1\r\n" PWD, &answer,
          &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_PRECONDITION);
  g_clear_error (&error);
  g_assert_false (trickle (f, "*", "a=ice-ufrag:new1\r\n", &answer, &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE);
  g_assert_null (answer);
  g_assert_cmpstr (whep_viewer_get_etag (f->viewer), ==, etag);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, role, func) \
  g_test_add ("/whep/viewer/" name, Fixture, role, \
      setup, func, teardown)
  ADD ("answer", "actpass", test_answer);
  ADD ("answer-to-active", "active", test_answer);
  ADD ("answer-to-passive", "passive", test_answer);
  ADD ("trickle", "actpass", test_trickle);
  ADD ("ice-restart", "actpass", test_ice_restart);
  ADD ("ice-restart-refused", "actpass", test_ice_restart_refused);
#undef ADD
  return g_test_run ();
}
