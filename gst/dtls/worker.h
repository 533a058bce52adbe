/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads for work that must not be done where it is found: in a clock's
 * callback, in a state change, or under somebody's lock. One pool for the
 * process, without a limit, so that a job which blocks delays no other; its
 * threads go when there is nothing to do.
 */
#ifndef DTLS_WORKER_H
#define DTLS_WORKER_H

#include <glib-object.h>

G_BEGIN_DECLS

typedef void (*DtlsWorkerFunc) (gpointer object);

/**
 * dtls_worker_push:
 * @object: (transfer full): a #GObject
 *
 * Runs @func in another thread, soon, and gives the reference back there.
 * Thread-safe, never blocks.
 */
void dtls_worker_push (DtlsWorkerFunc func, gpointer object);

G_END_DECLS

#endif
