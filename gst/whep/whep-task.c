/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work for the thread of a context.
 */
#include "config.h"

#include "whep-task.h"

typedef struct
{
  GObject *object;
  WhepTaskFunc func;
  guint value;
} Task;

static gboolean
task_run (gpointer data)
{
  Task *task = data;

  task->func (task->object, task->value);
  return G_SOURCE_REMOVE;
}

static void
task_free (gpointer data)
{
  Task *task = data;

  g_object_unref (task->object);
  g_free (task);
}

/* Not g_main_context_invoke(), which may call at once. */
void
whep_task_call (GMainContext * context, GSourceFunc func, gpointer user_data,
    GDestroyNotify destroy)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, user_data, destroy);
  g_source_attach (source, context);
  g_source_unref (source);
}

void
whep_task_later (GMainContext * context, gpointer object, WhepTaskFunc func,
    guint value)
{
  Task *task = g_new (Task, 1);

  task->object = g_object_ref (object);
  task->func = func;
  task->value = value;
  whep_task_call (context, task_run, task, task_free);
}

GSource *
whep_task_timer (GMainContext * context, guint timeout_ms, GSourceFunc func,
    gpointer user_data)
{
  GSource *source = g_timeout_source_new (timeout_ms);

  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, context);
  return source;
}

void
whep_task_clear_timer (GSource ** timer)
{
  if (*timer)
    g_source_destroy (*timer);
  g_clear_pointer (timer, g_source_unref);
}
