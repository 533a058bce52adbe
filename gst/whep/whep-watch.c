/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches for a peer's silence, with a timer that rings once a period.
 *
 * Who is sent nothing need not report, so such periods count for neither.
 */
#include "config.h"

#include "whep-watch.h"

#include "whep-task.h"

static gboolean on_period (gpointer user_data);

static void
await_period (WhepWatch * watch)
{
  whep_task_clear_timer (&watch->timer);
  watch->timer = whep_task_timer (watch->context, watch->period_ms, on_period,
      watch);
}

static gboolean
on_period (gpointer user_data)
{
  WhepWatch *watch = user_data;
  gboolean sent = g_atomic_int_exchange (&watch->sent, FALSE);

  if (g_atomic_int_exchange (&watch->heard, FALSE))
    watch->periods = 0;
  else if (sent)
    watch->periods++;
  if (watch->periods < WHEP_WATCH_PERIODS) {
    await_period (watch);
  } else {
    whep_watch_stop (watch);
    watch->silent (watch->user_data);
  }
  return G_SOURCE_REMOVE;
}

void
whep_watch_start (WhepWatch * watch, GMainContext * context, guint period_ms,
    void (*silent) (gpointer user_data), gpointer user_data)
{
  watch->context = context;
  watch->period_ms = period_ms;
  watch->silent = silent;
  watch->user_data = user_data;
  watch->periods = 0;
  await_period (watch);
}

void
whep_watch_stop (WhepWatch * watch)
{
  whep_task_clear_timer (&watch->timer);
}

void
whep_watch_note_sent (WhepWatch * watch)
{
  g_atomic_int_set (&watch->sent, TRUE);
}

void
whep_watch_note_heard (WhepWatch * watch)
{
  g_atomic_int_set (&watch->heard, TRUE);
}
