/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work for the thread of a context: elements and the ICE agent tell things
 * from threads of theirs, and decisions are made in one.
 */
#ifndef WHEP_TASK_H
#define WHEP_TASK_H

#include <glib-object.h>

G_BEGIN_DECLS

typedef void (*WhepTaskFunc) (gpointer object, guint value);

/**
 * whep_task_later:
 * @object: is kept until @func was called
 *
 * Calls @func (@object, @value) on @context: always later, so that no
 * element's thread takes itself down; in the order of the calls.
 */
void whep_task_later (GMainContext * context, gpointer object,
    WhepTaskFunc func, guint value);

/**
 * whep_task_call:
 * @func: is called once, when it returns %G_SOURCE_REMOVE
 * @destroy: (nullable): for @user_data
 *
 * The same for what is no object.
 */
void whep_task_call (GMainContext * context, GSourceFunc func,
    gpointer user_data, GDestroyNotify destroy);

/**
 * whep_task_timer:
 *
 * Returns: (transfer full): a source that calls @func once, on @context,
 * unless it is cleared before.
 */
GSource *whep_task_timer (GMainContext * context, guint timeout_ms,
    GSourceFunc func, gpointer user_data);

/** whep_task_clear_timer: stops it, if there is one. */
void whep_task_clear_timer (GSource ** timer);

G_END_DECLS

#endif
