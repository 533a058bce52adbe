/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells ThreadSanitizer what GLib synchronises. GLib's mutexes are futexes,
 * its reference counts are atomic, and its thread pool hands jobs over under a
 * lock of its own; in a GLib that is built without the sanitizer none of that
 * is seen. Linked into a program, these functions stand before GLib's.
 */
#include "config.h"

#include <dlfcn.h>
#include <gst/gst.h>
#include <sanitizer/tsan_interface.h>

#define EXPORT __attribute__ ((visibility ("default")))
#define REAL(name) ((__typeof__ (&name)) g_atomic_pointer_get (&real_##name))
#define FIND(name) \
  static gpointer real_##name; \
  if (!g_atomic_pointer_get (&real_##name)) \
    g_atomic_pointer_set (&real_##name, dlsym (RTLD_NEXT, #name))

/* Mutexes and conditions */

EXPORT void
g_mutex_lock (GMutex * mutex)
{
  FIND (g_mutex_lock);
  __tsan_mutex_pre_lock (mutex, 0);
  REAL (g_mutex_lock) (mutex);
  __tsan_mutex_post_lock (mutex, 0, 0);
}

EXPORT gboolean
g_mutex_trylock (GMutex * mutex)
{
  gboolean locked;

  FIND (g_mutex_trylock);
  __tsan_mutex_pre_lock (mutex, __tsan_mutex_try_lock);
  locked = REAL (g_mutex_trylock) (mutex);
  __tsan_mutex_post_lock (mutex, __tsan_mutex_try_lock
      | (locked ? 0 : __tsan_mutex_try_lock_failed), 0);
  return locked;
}

EXPORT void
g_mutex_unlock (GMutex * mutex)
{
  FIND (g_mutex_unlock);
  __tsan_mutex_pre_unlock (mutex, 0);
  REAL (g_mutex_unlock) (mutex);
  __tsan_mutex_post_unlock (mutex, 0);
}

/* What is at the same address later is another mutex. Whoever clears one has
 * it alone, after all who ever held it: as if by a lock that cannot wait. */
static void
end_mutex (gpointer mutex)
{
  __tsan_mutex_pre_lock (mutex, __tsan_mutex_try_lock);
  __tsan_mutex_post_lock (mutex, __tsan_mutex_try_lock, 0);
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
  __tsan_mutex_destroy (mutex, 0);
}

EXPORT void
g_mutex_clear (GMutex * mutex)
{
  FIND (g_mutex_clear);
  end_mutex (mutex);
  REAL (g_mutex_clear) (mutex);
}

EXPORT void
g_rec_mutex_lock (GRecMutex * mutex)
{
  FIND (g_rec_mutex_lock);
  __tsan_mutex_pre_lock (mutex, __tsan_mutex_write_reentrant);
  REAL (g_rec_mutex_lock) (mutex);
  __tsan_mutex_post_lock (mutex, __tsan_mutex_write_reentrant, 0);
}

EXPORT gboolean
g_rec_mutex_trylock (GRecMutex * mutex)
{
  const unsigned flags = __tsan_mutex_write_reentrant | __tsan_mutex_try_lock;
  gboolean locked;

  FIND (g_rec_mutex_trylock);
  __tsan_mutex_pre_lock (mutex, flags);
  locked = REAL (g_rec_mutex_trylock) (mutex);
  __tsan_mutex_post_lock (mutex,
      flags | (locked ? 0 : __tsan_mutex_try_lock_failed), 0);
  return locked;
}

EXPORT void
g_rec_mutex_unlock (GRecMutex * mutex)
{
  FIND (g_rec_mutex_unlock);
  __tsan_mutex_pre_unlock (mutex, 0);
  REAL (g_rec_mutex_unlock) (mutex);
  __tsan_mutex_post_unlock (mutex, 0);
}

EXPORT void
g_rec_mutex_clear (GRecMutex * mutex)
{
  FIND (g_rec_mutex_clear);
  end_mutex (mutex);
  REAL (g_rec_mutex_clear) (mutex);
}

static void
leave_mutex (GMutex * mutex)
{
  __tsan_mutex_pre_unlock (mutex, 0);
  __tsan_mutex_post_unlock (mutex, 0);
}

static void
enter_mutex (GMutex * mutex)
{
  __tsan_mutex_pre_lock (mutex, 0);
  __tsan_mutex_post_lock (mutex, 0, 0);
}

EXPORT void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  FIND (g_cond_wait);
  leave_mutex (mutex);
  REAL (g_cond_wait) (cond, mutex);
  enter_mutex (mutex);
}

EXPORT gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  gboolean signalled;

  FIND (g_cond_wait_until);
  leave_mutex (mutex);
  signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  enter_mutex (mutex);
  return signalled;
}

EXPORT gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean first;

  FIND (g_once_init_enter);
  first = REAL (g_once_init_enter) (location);
  __tsan_acquire ((void *) location);
  return first;
}

EXPORT void (g_once_init_leave) (volatile void *location, gsize result)
{
  FIND (g_once_init_leave);
  __tsan_release ((void *) location);
  REAL (g_once_init_leave) (location, result);
}

/* Reference counts: what was done before a reference went is seen by the one
 * who drops the last. */

#define COUNT(name, type) \
EXPORT void \
name (type object) \
{ \
  FIND (name); \
  __tsan_release ((void *) object); \
  __tsan_acquire ((void *) object); \
  REAL (name) (object); \
}

COUNT (g_object_unref, gpointer)
    COUNT (gst_object_unref, gpointer)
    COUNT (gst_mini_object_unref, GstMiniObject *)
    COUNT (g_bytes_unref, GBytes *)
    COUNT (g_closure_unref, GClosure *)
    COUNT (g_main_context_unref, GMainContext *)
     EXPORT gpointer (g_weak_ref_get) (GWeakRef * weak_ref)
{
  gpointer object;

  FIND (g_weak_ref_get);
  object = REAL (g_weak_ref_get) (weak_ref);
  if (object)
    __tsan_acquire (object);
  return object;
}

/* Thread pools */

typedef struct
{
  GFunc func;
  gpointer user_data;
} Pool;

static void
run_pool (gpointer data, gpointer user_data)
{
  Pool *pool = user_data;

  __tsan_acquire (data);
  pool->func (data, pool->user_data);
}

EXPORT GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads,
    gboolean exclusive, GError ** error)
{
  Pool *pool = g_new (Pool, 1);

  FIND (g_thread_pool_new);
  pool->func = func;
  pool->user_data = user_data;
  return REAL (g_thread_pool_new) (run_pool, pool, max_threads, exclusive,
      error);
}

EXPORT gboolean
g_thread_pool_push (GThreadPool * pool, gpointer data, GError ** error)
{
  FIND (g_thread_pool_push);
  __tsan_release (data);
  return REAL (g_thread_pool_push) (pool, data, error);
}

/* Sources: who dispatches one sees what was done before it was attached. Each
 * table of functions has a twin that says so. */

typedef struct
{
  GSourceFuncs twin;            /* first: what sources point to */
  const GSourceFuncs *original;
} Twin;

static gboolean
dispatch_source (GSource * source, GSourceFunc callback, gpointer user_data)
{
  __tsan_acquire (source);
  const Twin *twin = (const Twin *) source->source_funcs;
  return twin->original->dispatch (source, callback, user_data);
}

/* GLib's own lock, of which the sanitizer must not hear: it would put all
 * sources of a program in order. */
__attribute__ ((no_sanitize_thread))
static const GSourceFuncs *
find_twin (const GSourceFuncs * original)
{
  static GMutex lock;
  static Twin twins[64];
  guint i = 0;

  FIND (g_mutex_lock);
  FIND (g_mutex_unlock);
  REAL (g_mutex_lock) (&lock);
  while (i < G_N_ELEMENTS (twins) && twins[i].original
      && twins[i].original != original)
    i++;
  if (i < G_N_ELEMENTS (twins)) {
    twins[i].twin = *original;
    twins[i].twin.dispatch = dispatch_source;
    twins[i].original = original;
  }
  REAL (g_mutex_unlock) (&lock);
  return i < G_N_ELEMENTS (twins) ? &twins[i].twin : original;
}

EXPORT guint
g_source_attach (GSource * source, GMainContext * context)
{
  FIND (g_source_attach);
  if (source->source_funcs->dispatch != dispatch_source)
    source->source_funcs = find_twin (source->source_funcs);
  __tsan_release (source);
  return REAL (g_source_attach) (source, context);
}
