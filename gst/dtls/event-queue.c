/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See event-queue.h.
 */
#include "config.h"

#include "event-queue.h"

static void
event_free (gpointer data)
{
  dtls_output_clear (data);
  g_free (data);
}

static DtlsOutput *
take_event (DtlsEventQueue * self, DtlsEmit what)
{
  DtlsOutput *event = g_queue_peek_head (&self->events);

  if (!event || what == DTLS_EMIT_NOTHING)
    return NULL;
  if (what == DTLS_EMIT_STATES && event->type != DTLS_OUTPUT_STATE)
    return NULL;
  return g_queue_pop_head (&self->events);
}

gboolean
dtls_event_queue_dispatch (DtlsEventQueue * self, DtlsEmit what,
    DtlsEventFunc func, gpointer owner)
{
  DtlsOutput *event;

  if (self->dispatching)
    return FALSE;

  self->dispatching = TRUE;
  while ((event = take_event (self, what))) {
    g_mutex_unlock (self->lock);
    func (owner, event);
    event_free (event);
    g_mutex_lock (self->lock);
  }
  self->dispatching = FALSE;
  return !g_queue_is_empty (&self->events);
}

gboolean
dtls_event_queue_push (DtlsEventQueue * self, DtlsOutput * event)
{
  if (event->type == DTLS_OUTPUT_DATA
      && g_queue_get_length (&self->events) >= DTLS_EVENT_QUEUE_DATA_MAX) {
    dtls_output_clear (event);
    return FALSE;
  }
  g_queue_push_tail (&self->events, g_memdup2 (event, sizeof (*event)));
  return TRUE;
}

void
dtls_event_queue_init (DtlsEventQueue * self, GMutex * lock)
{
  self->lock = lock;
  g_queue_init (&self->events);
  self->dispatching = FALSE;
}

void
dtls_event_queue_clear (DtlsEventQueue * self)
{
  g_queue_clear_full (&self->events, event_free);
}
