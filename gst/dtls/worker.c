/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A GThreadPool that is shared by the process, and jobs that own their object.
 */
#include "config.h"

#include "worker.h"

typedef struct
{
  DtlsWorkerFunc func;
  gpointer object;
} Job;

static void
run_job (gpointer data, gpointer user_data)
{
  Job *job = data;

  job->func (job->object);
  g_object_unref (job->object);
  g_free (job);
}

static GThreadPool *
get_pool (void)
{
  static gsize pool;

  if (g_once_init_enter (&pool)) {
    /* A pool that is not exclusive shares its idle threads with GLib's other
     * pools, and cannot fail to be made. */
    GThreadPool *new_pool = g_thread_pool_new (run_job, NULL, -1, FALSE, NULL);

    g_once_init_leave (&pool, (gsize) new_pool);
  }
  return (GThreadPool *) pool;
}

void
dtls_worker_push (DtlsWorkerFunc func, gpointer object)
{
  Job *job = g_new (Job, 1);

  job->func = func;
  job->object = object;
  g_thread_pool_push (get_pool (), job, NULL);
}
