/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A viewer by itself: it answers, it ends once, for the reason that came
 * first, and it takes buffers from nobody before it is connected.
 */
#include "config.h"

#include "whep/whep-viewer.h"

#include <string.h>

#include "offers.h"

typedef struct
{
  GMainContext *context;
  GThreadPool *cleaners;
  GstClock *clock;
  WhepViewer *viewer;
  gchar *etag;
  gchar *answer;
  guint answers;
  guint ends;
  WhepEnd end;
} Fixture;

static void
on_answer (WhepViewer * viewer, const gchar * etag, const gchar * answer,
    gpointer user_data)
{
  Fixture *f = user_data;

  f->answers++;
  f->etag = g_strdup (etag);
  f->answer = g_strdup (answer);
}

static void
on_keyframe (WhepViewer * viewer, guint input, gpointer user_data)
{
}

static void
on_ended (WhepViewer * viewer, WhepEnd end, const gchar * detail,
    gpointer user_data)
{
  Fixture *f = user_data;

  f->ends++;
  f->end = end;
}

static const WhepViewerFuncs funcs = {
  .answer = on_answer,.keyframe = on_keyframe,.ended = on_ended
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
setup (Fixture * f, gconstpointer timeout_ms)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  GError *error = NULL;

  f->context = g_main_context_new ();
  f->clock = gst_system_clock_obtain ();
  f->cleaners = g_thread_pool_new (whep_viewer_clean, NULL, 1, FALSE, NULL);
  WhepViewerConfig config = {
    .context = f->context,.cleaners = f->cleaners,.clock = f->clock,
    .connect_timeout_ms = GPOINTER_TO_UINT (timeout_ms),
  };
  f->viewer = whep_viewer_new (&config, offer_of (text), &funcs, f, &error);
  g_assert_no_error (error);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  if (f->ends == 0) {
    whep_viewer_end (f->viewer, WHEP_END_STOPPED);
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
  g_free (f->etag);
  g_free (f->answer);
}

static void
test_answer (Fixture * f, gconstpointer data)
{
  while (f->answers == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_nonnull (strstr (f->answer, "a=setup:passive"));
  g_assert_nonnull (strstr (f->answer, "a=candidate:"));
  g_assert_nonnull (strstr (f->answer, "a=fingerprint:sha-256 "));
  g_assert_nonnull (strstr (f->answer, f->etag));
  while (g_main_context_iteration (f->context, FALSE));
  g_assert_cmpuint (f->answers, ==, 1);
}

static void
test_ends_once (Fixture * f, gconstpointer data)
{
  whep_viewer_end (f->viewer, WHEP_END_LEFT);
  whep_viewer_end (f->viewer, WHEP_END_ERROR);
  g_assert_cmpuint (f->ends, ==, 0);
  while (g_main_context_iteration (f->context, FALSE));
  g_assert_cmpuint (f->ends, ==, 1);
  g_assert_cmpint (f->end, ==, WHEP_END_LEFT);
}

static void
test_timeout (Fixture * f, gconstpointer data)
{
  while (f->ends == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpint (f->end, ==, WHEP_END_UNREACHABLE);
}

static void
test_trickle (Fixture * f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  while (f->answers == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_true (whep_viewer_trickle (f->viewer, f->etag, "", NULL));
  g_assert_true (whep_viewer_trickle (f->viewer, "*", "", NULL));
  g_assert_true (whep_viewer_trickle (f->viewer, NULL,
          "a=ice-ufrag:bIgv\r\n", NULL));
  g_assert_false (whep_viewer_trickle (f->viewer, "other", "", &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_PRECONDITION);
  g_clear_error (&error);
  g_assert_false (whep_viewer_trickle (f->viewer, NULL, "a=ice-ufrag:new\r\n",
          &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE);
}

static void
test_stats (Fixture * f, gconstpointer data)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-vp8");
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 10, NULL);
  gboolean connected = TRUE;

  g_assert_true (whep_viewer_uses (f->viewer, 0));
  g_assert_false (whep_viewer_uses (f->viewer, 1));
  whep_viewer_push (f->viewer, 0, buffer, caps);
  whep_viewer_push (f->viewer, 1, buffer, caps);
  g_autoptr (GstStructure) stats = whep_viewer_get_stats (f->viewer);
  g_assert_cmpstr (gst_structure_get_string (stats, "id"), ==,
      whep_viewer_get_id (f->viewer));
  g_assert_cmpuint (strlen (whep_viewer_get_id (f->viewer)), ==, 32);
  g_assert_true (gst_structure_get_boolean (stats, "connected", &connected));
  g_assert_false (connected);
  g_assert_true (gst_structure_has_field (stats, "dtls"));
  g_assert_true (gst_structure_has_field (stats, "rtp"));
}

static void
test_end_names (void)
{
  for (guint i = 0; i < WHEP_N_ENDS; i++)
    g_assert_nonnull (whep_end_name (i));
  g_assert_cmpstr (whep_end_name (WHEP_END_SILENT), ==, "silent");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, timeout_ms, func) \
  g_test_add ("/whep/viewer/" name, Fixture, GUINT_TO_POINTER (timeout_ms), \
      setup, func, teardown)
  ADD ("answer", 20000, test_answer);
  ADD ("ends-once", 20000, test_ends_once);
  ADD ("timeout", 50, test_timeout);
  ADD ("trickle", 20000, test_trickle);
  ADD ("stats", 20000, test_stats);
#undef ADD
  g_test_add_func ("/whep/viewer/end-names", test_end_names);
  return g_test_run ();
}
