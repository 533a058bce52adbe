/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs run elsewhere, own their object, and do not wait for each other.
 */
#include "config.h"

#include "worker.h"

typedef struct
{
  GMutex lock;
  GCond changed;
  GThread *thread;
  gboolean may_end;
  guint n_done;
} Board;

static Board board;

static void
post (guint * count)
{
  g_mutex_lock (&board.lock);
  board.thread = g_thread_self ();
  (*count)++;
  g_cond_broadcast (&board.changed);
  g_mutex_unlock (&board.lock);
}

static void
do_job (gpointer object)
{
  g_assert_true (G_IS_OBJECT (object));
  post (&board.n_done);
}

static void
wait_to_end (gpointer object)
{
  g_mutex_lock (&board.lock);
  while (!board.may_end)
    g_cond_wait (&board.changed, &board.lock);
  g_mutex_unlock (&board.lock);
  post (&board.n_done);
}

static void
wait_for_jobs (guint n)
{
  g_mutex_lock (&board.lock);
  while (board.n_done < n)
    g_cond_wait (&board.changed, &board.lock);
  g_mutex_unlock (&board.lock);
}

static void
on_gone (gpointer data, GObject * object)
{
  post (data);
}

static void
test_job_owns_its_object (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  guint n_gone = 0;

  g_object_weak_ref (object, on_gone, &n_gone);
  dtls_worker_push (do_job, object);
  g_mutex_lock (&board.lock);
  while (n_gone == 0)
    g_cond_wait (&board.changed, &board.lock);
  g_mutex_unlock (&board.lock);
  g_assert_cmpuint (board.n_done, ==, 1);
  g_assert_true (board.thread != g_thread_self ());
  board.n_done = 0;
}

static void
test_blocked_jobs_delay_no_other (void)
{
  const guint n_blocked = 50;

  for (guint i = 0; i < n_blocked; i++)
    dtls_worker_push (wait_to_end, g_object_new (G_TYPE_OBJECT, NULL));
  dtls_worker_push (do_job, g_object_new (G_TYPE_OBJECT, NULL));
  wait_for_jobs (1);
  g_assert_cmpuint (board.n_done, ==, 1);
  g_mutex_lock (&board.lock);
  board.may_end = TRUE;
  g_cond_broadcast (&board.changed);
  g_mutex_unlock (&board.lock);
  wait_for_jobs (n_blocked + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/job-owns-its-object", test_job_owns_its_object);
  g_test_add_func ("/worker/blocked-jobs-delay-no-other",
      test_blocked_jobs_delay_no_other);
  return g_test_run ();
}
