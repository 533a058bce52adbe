/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Does by intent what ThreadSanitizer is to find, so that its silence about
 * the elements means something. The argument says what: "race" is data without
 * a lock, "order" is two locks taken both ways round, "nothing" is neither.
 */
#include "config.h"

#include <gst/gst.h>

static GMutex mutex;
static GRecMutex recursive;
static guint unguarded;

static gpointer
count (gpointer data)
{
  unguarded++;
  return NULL;
}

static void
race (void)
{
  GThread *threads[2];

  threads[0] = g_thread_new ("one", count, NULL);
  threads[1] = g_thread_new ("other", count, NULL);
  g_thread_join (threads[0]);
  g_thread_join (threads[1]);
}

static void
take_one_way (void)
{
  g_mutex_lock (&mutex);
  g_rec_mutex_lock (&recursive);
  g_rec_mutex_unlock (&recursive);
  g_mutex_unlock (&mutex);
}

static void
take_other_way (void)
{
  g_rec_mutex_lock (&recursive);
  g_mutex_lock (&mutex);
  g_mutex_unlock (&mutex);
  g_rec_mutex_unlock (&recursive);
}

int
main (int argc, char **argv)
{
  const gchar *what = argc > 1 ? argv[1] : "";

  take_one_way ();
  if (g_str_equal (what, "race"))
    race ();
  else if (g_str_equal (what, "order"))
    take_other_way ();
  else if (!g_str_equal (what, "nothing"))
    return 2;
  return 0;
}
