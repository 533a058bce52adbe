/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The watch for a peer's silence: media without reports are silence, and
 * neither reports nor a pause of the media.
 */
#include "config.h"

#include "whep/whep-watch.h"

#define PERIOD_MS 5
/* Enough for any silence to be noted. */
#define LONG_MS (PERIOD_MS * WHEP_WATCH_PERIODS * 10)

typedef struct
{
  GMainContext *context;
  WhepWatch watch;
  gboolean over;
  guint silences;
} Fixture;

static void
on_silent (gpointer user_data)
{
  Fixture *f = user_data;

  f->silences++;
}

static void
setup (Fixture * f, gconstpointer data)
{
  f->context = g_main_context_new ();
  whep_watch_start (&f->watch, f->context, PERIOD_MS, on_silent, f);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  whep_watch_stop (&f->watch);
  g_main_context_unref (f->context);
}

static gboolean
set_over (gpointer user_data)
{
  ((Fixture *) user_data)->over = TRUE;
  return G_SOURCE_REMOVE;
}

static void
spend (Fixture * f, gboolean sent, gboolean heard)
{
  g_autoptr (GSource) end = g_timeout_source_new (LONG_MS);

  f->over = FALSE;
  g_source_set_callback (end, set_over, f, NULL);
  g_source_attach (end, f->context);
  while (!f->over && f->silences == 0) {
    if (sent)
      whep_watch_note_sent (&f->watch);
    if (heard)
      whep_watch_note_heard (&f->watch);
    g_main_context_iteration (f->context, TRUE);
  }
  g_source_destroy (end);
}

static void
test_silence (Fixture * f, gconstpointer data)
{
  spend (f, TRUE, FALSE);
  g_assert_cmpuint (f->silences, ==, 1);
  g_assert_null (f->watch.timer);
}

static void
test_reports (Fixture * f, gconstpointer data)
{
  spend (f, TRUE, TRUE);
  g_assert_cmpuint (f->silences, ==, 0);
  spend (f, TRUE, FALSE);
  g_assert_cmpuint (f->silences, ==, 1);
}

static void
test_pause (Fixture * f, gconstpointer data)
{
  spend (f, FALSE, FALSE);
  g_assert_cmpuint (f->silences, ==, 0);
  spend (f, TRUE, FALSE);
  g_assert_cmpuint (f->silences, ==, 1);
}

static void
test_stopped (Fixture * f, gconstpointer data)
{
  WhepWatch none = { NULL };

  whep_watch_note_sent (&none);
  whep_watch_stop (&none);
  whep_watch_stop (&f->watch);
  spend (f, TRUE, FALSE);
  g_assert_cmpuint (f->silences, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/whep/watch/" name, Fixture, NULL, setup, func, teardown)
  ADD ("silence", test_silence);
  ADD ("reports", test_reports);
  ADD ("pause", test_pause);
  ADD ("stopped", test_stopped);
#undef ADD
  return g_test_run ();
}
