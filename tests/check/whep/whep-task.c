/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work for the thread of a context: later, in order, with a reference, and
 * timers that can be stopped.
 */
#include "config.h"

#include "whep/whep-task.h"

static GString *calls;

static void
note (gpointer object, guint value)
{
  g_assert_true (G_IS_OBJECT (object));
  g_string_append_printf (calls, "%u ", value);
}

static void
test_later (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_add_weak_pointer (object, (gpointer *) & object);
  calls = g_string_new (NULL);
  whep_task_later (context, object, note, 1);
  whep_task_later (context, object, note, 2);
  g_object_unref (object);
  g_assert_nonnull (object);
  g_assert_cmpstr (calls->str, ==, "");
  while (g_main_context_iteration (context, FALSE));
  g_assert_cmpstr (calls->str, ==, "1 2 ");
  g_assert_null (object);
  g_string_free (calls, TRUE);
}

static gboolean
set_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_timers (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  gboolean rang = FALSE, stopped = FALSE;
  GSource *bell = whep_task_timer (context, 10, set_flag, &rang);
  GSource *none = whep_task_timer (context, 1, set_flag, &stopped);

  whep_task_clear_timer (&none);
  g_assert_null (none);
  whep_task_clear_timer (&none);
  while (!rang)
    g_main_context_iteration (context, TRUE);
  g_assert_false (stopped);
  whep_task_clear_timer (&bell);
  g_assert_null (bell);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/task/later", test_later);
  g_test_add_func ("/whep/task/timers", test_timers);
  return g_test_run ();
}
