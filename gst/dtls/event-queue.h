/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events of one association on their way from under its lock to those who
 * listen, without the lock and in order: one thread at a time emits, and a
 * thread that finds another at it leaves its events to that one.
 */
#ifndef DTLS_EVENT_QUEUE_H
#define DTLS_EVENT_QUEUE_H

#include "engine/association.h"

G_BEGIN_DECLS

/** Private; every function is called with @lock held. */
typedef struct
{
  GMutex *lock;
  GQueue events;
  gboolean dispatching;
} DtlsEventQueue;

/** Which events may be emitted in the calling thread. */
typedef enum
{
  DTLS_EMIT_NOTHING,
  DTLS_EMIT_STATES,
  DTLS_EMIT_ALL,
} DtlsEmit;

typedef void (*DtlsEventFunc) (gpointer owner, const DtlsOutput * event);

/** Data beyond so many events are dropped; nothing else ever is. */
#define DTLS_EVENT_QUEUE_DATA_MAX 1024

/** @lock: of the association; not owned */
void dtls_event_queue_init (DtlsEventQueue * self, GMutex * lock);
void dtls_event_queue_clear (DtlsEventQueue * self);

/**
 * dtls_event_queue_push:
 * @event: its contents are taken
 *
 * Returns: %FALSE for data that were dropped.
 */
gboolean dtls_event_queue_push (DtlsEventQueue * self, DtlsOutput * event);

/**
 * dtls_event_queue_dispatch:
 *
 * Calls @func for each event, with the lock released meanwhile.
 *
 * Returns: whether there are events left that another thread has to emit.
 */
gboolean dtls_event_queue_dispatch (DtlsEventQueue * self, DtlsEmit what,
    DtlsEventFunc func, gpointer owner);

G_END_DECLS

#endif
