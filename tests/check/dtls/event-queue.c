/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events in order, one thread at a time, without the lock.
 */
#include "config.h"

#include "event-queue.h"

typedef struct
{
  GMutex lock;
  DtlsEventQueue queue;
  GString *seen;
  gboolean nest;
} Fixture;

static void
push (Fixture * self, DtlsOutputType type, DtlsState state)
{
  DtlsOutput event = {.type = type,.state = state };

  g_assert_true (dtls_event_queue_push (&self->queue, &event));
}

static void
see (gpointer owner, const DtlsOutput * event)
{
  Fixture *self = owner;

  g_assert_true (g_mutex_trylock (&self->lock));
  g_string_append_c (self->seen, event->type == DTLS_OUTPUT_STATE ?
      '0' + event->state : event->type == DTLS_OUTPUT_KEYS ? 'k' : 'd');
  if (self->nest) {
    self->nest = FALSE;
    push (self, DTLS_OUTPUT_STATE, DTLS_STATE_CLOSED);
    g_assert_false (dtls_event_queue_dispatch (&self->queue, DTLS_EMIT_ALL,
            see, self));
  }
  g_mutex_unlock (&self->lock);
}

static gboolean
dispatch (Fixture * self, DtlsEmit what)
{
  return dtls_event_queue_dispatch (&self->queue, what, see, self);
}

static void
set_up (Fixture * self, gconstpointer data)
{
  g_mutex_init (&self->lock);
  dtls_event_queue_init (&self->queue, &self->lock);
  self->seen = g_string_new ("");
  g_mutex_lock (&self->lock);
  push (self, DTLS_OUTPUT_STATE, DTLS_STATE_CONNECTING);
  push (self, DTLS_OUTPUT_KEYS, 0);
  push (self, DTLS_OUTPUT_STATE, DTLS_STATE_CONNECTED);
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  g_mutex_unlock (&self->lock);
  dtls_event_queue_clear (&self->queue);
  g_string_free (self->seen, TRUE);
  g_mutex_clear (&self->lock);
}

static void
test_all_in_order (Fixture * self, gconstpointer data)
{
  g_assert_false (dispatch (self, DTLS_EMIT_ALL));
  g_assert_cmpstr (self->seen->str, ==, "3k4");
}

static void
test_states_stop_at_keys (Fixture * self, gconstpointer data)
{
  g_assert_true (dispatch (self, DTLS_EMIT_STATES));
  g_assert_cmpstr (self->seen->str, ==, "3");
  g_assert_true (dispatch (self, DTLS_EMIT_NOTHING));
  g_assert_cmpstr (self->seen->str, ==, "3");
}

static void
test_nested_events_wait_their_turn (Fixture * self, gconstpointer data)
{
  self->nest = TRUE;
  g_assert_false (dispatch (self, DTLS_EMIT_ALL));
  g_assert_cmpstr (self->seen->str, ==, "3k41");
}

static void
test_only_data_are_bounded (Fixture * self, gconstpointer data)
{
  DtlsOutput event = {.type = DTLS_OUTPUT_DATA };
  guint n = 0;

  while (n <= DTLS_EVENT_QUEUE_DATA_MAX
      && dtls_event_queue_push (&self->queue, &event))
    n++;
  g_assert_cmpuint (n, <=, DTLS_EVENT_QUEUE_DATA_MAX);
  push (self, DTLS_OUTPUT_STATE, DTLS_STATE_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) \
  g_test_add ("/event-queue/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("all-in-order", test_all_in_order);
  ADD ("states-stop-at-keys", test_states_stop_at_keys);
  ADD ("nested-events-wait-their-turn", test_nested_events_wait_their_turn);
  ADD ("only-data-are-bounded", test_only_data_are_bounded);
  return g_test_run ();
}
