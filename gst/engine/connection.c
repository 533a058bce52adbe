/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records in, TLS session, flights out.
 *
 * Timers, all on the caller's clock:
 *   retransmit   from each flight until its answer; sends the flight again
 *   give up      from the first flight or ClientHello until established;
 *                fails with DTLS_ERROR_TIMEOUT
 *   held alert   from an alert in the clear until the next sign of progress;
 *                fails with DTLS_ERROR_ALERT
 * Once established there is none. A peer that repeats its flight has missed
 * ours: that is answered at once, but not more often than every 20 ms.
 */
#include "config.h"

#include "connection.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "datagram-queue.h"
#include "error.h"
#include "flight.h"
#include "gnutls-session.h"
#include "inbox.h"
#include "log.h"
#include "retransmit-clock.h"

#define US_PER_MS G_GINT64_CONSTANT (1000)
#define CONNECTION_REPEAT_MIN_US (20 * US_PER_MS)
#define CONNECTION_ALERT_HOLD_US (2000 * US_PER_MS)
#define CONNECTION_HUSH_US (1000 * US_PER_MS)

/* Data that comes before the peer is accepted. */
#define CONNECTION_HELD_DATA_MAX 256
#define CONNECTION_HELD_DATA_BYTES_MAX (256 * 1024)

#define ALERT_LEVEL_FATAL 2
#define ALERT_CLOSE_NOTIFY 0

struct _DtlsConnection
{
  const DtlsConnectionHooks *hooks;
  gpointer user_data;
  gboolean is_client;
  DtlsPhase phase;
  GError *error;
  DtlsInbox *inbox;
  DtlsFlight *flight;
  DtlsSession *session;
  DtlsRetransmitClock clock;
  gint64 handshake_timeout_us;  /* 0 for none */
  gint64 began_us;              /* -1 before */
  gint64 established_us;        /* -1 before */
  gint64 give_up_us;            /* -1 for never */
  gint64 alert_us;              /* -1 for no alert held */
  guint8 alert;
  gint64 sent_us;               /* the latest flight, first time or again */
  gboolean peer_repeats;
  guint16 first_message;
  gboolean has_random;
  guint8 random[DTLS_RANDOM_SIZE];      /* the client's; servers only */
  DtlsDatagramQueue *held_data; /* NULL once released */
  guint discarded;
  guint64 resent;
};

/* Hooks of the session and the flight. */

static void
connection_emit (gpointer user_data, GBytes * datagram)
{
  DtlsConnection *self = user_data;

  self->hooks->datagram (self, datagram, self->user_data);
}

static void
connection_push (gpointer user_data, const guint8 * records, gsize size)
{
  DtlsConnection *self = user_data;

  dtls_flight_add (self->flight, records, size);
}

static GBytes *
connection_pull (gpointer user_data)
{
  DtlsConnection *self = user_data;
  GBytes *record = dtls_inbox_pop (self->inbox);

  /* What is pushed after news from the peer is a new flight, if it is new. */
  if (record)
    dtls_flight_end (self->flight);
  return record;
}

static gboolean
connection_can_pull (gpointer user_data)
{
  DtlsConnection *self = user_data;

  return !dtls_inbox_is_empty (self->inbox);
}

static gboolean
connection_accept_peer (gpointer user_data, GBytes * certificate)
{
  DtlsConnection *self = user_data;

  return self->hooks->accept_peer (self, certificate, self->user_data);
}

static const DtlsSessionHooks session_hooks = {
  .push = connection_push,
  .pull = connection_pull,
  .can_pull = connection_can_pull,
  .accept_peer = connection_accept_peer,
};

DtlsConnection *
dtls_connection_new (const DtlsConfig * config, guint16 first_message,
    guint64 first_sequence, const DtlsConnectionHooks * hooks,
    gpointer user_data, GError ** error)
{
  g_autoptr (DtlsConnection) self = g_new0 (DtlsConnection, 1);

  self->hooks = hooks;
  self->user_data = user_data;
  self->is_client = config->role == DTLS_ROLE_CLIENT;
  self->first_message = first_message;
  self->phase = DTLS_PHASE_WAITING;
  self->began_us = self->established_us = -1;
  self->give_up_us = self->alert_us = -1;
  self->handshake_timeout_us = config->handshake_timeout_ms * US_PER_MS;
  dtls_retransmit_clock_init (&self->clock, config->retransmit_timeout_ms,
      config->retransmit_cap_ms);
  self->inbox = dtls_inbox_new (self->is_client, first_message);
  self->flight = dtls_flight_new (config->mtu, first_sequence, connection_emit,
      self);
  self->held_data = dtls_datagram_queue_new (CONNECTION_HELD_DATA_MAX,
      CONNECTION_HELD_DATA_BYTES_MAX);
  self->session = dtls_session_new (config, first_message, &session_hooks,
      self, error);
  return self->session ? g_steal_pointer (&self) : NULL;
}

void
dtls_connection_free (DtlsConnection * self)
{
  g_clear_pointer (&self->session, dtls_session_free);
  dtls_flight_free (self->flight);
  dtls_inbox_free (self->inbox);
  g_clear_pointer (&self->held_data, dtls_datagram_queue_free);
  g_clear_error (&self->error);
  g_free (self);
}

/* Ends. */

static void
connection_stop_clocks (DtlsConnection * self)
{
  dtls_retransmit_clock_stop (&self->clock);
  self->give_up_us = -1;
  self->alert_us = -1;
}

static void
connection_set_failed (DtlsConnection * self, GError * error)
{
  connection_stop_clocks (self);
  self->phase = DTLS_PHASE_FAILED;
  self->error = error;
}

void
dtls_connection_fail (DtlsConnection * self, const GError * error)
{
  dtls_session_send_failure_alert (self->session, error);
  dtls_flight_flush (self->flight);
  connection_set_failed (self, g_error_copy (error));
}

void
dtls_connection_close (DtlsConnection * self)
{
  if (self->phase != DTLS_PHASE_ESTABLISHED)
    return;
  dtls_session_send_close (self->session);
  dtls_flight_flush (self->flight);
}

static void
connection_closed_by_peer (DtlsConnection * self)
{
  dtls_connection_close (self);
  connection_stop_clocks (self);
  self->phase = DTLS_PHASE_CLOSED;
}

static void
connection_establish (DtlsConnection * self, gint64 now_us)
{
  dtls_inbox_establish (self->inbox);
  if (self->is_client)
    dtls_flight_forget (self->flight);
  connection_stop_clocks (self);
  self->established_us = now_us;
  self->phase = DTLS_PHASE_ESTABLISHED;
}

/* Data. */

static void
connection_hand_out (DtlsConnection * self, GBytes * data)
{
  if (!self->held_data) {
    self->hooks->data (self, data, self->user_data);
    return;
  }
  if (!dtls_datagram_queue_push_bytes (self->held_data, data))
    self->hooks->dropped (self, DTLS_DROP_QUEUE_FULL, self->user_data);
  g_bytes_unref (data);
}

void
dtls_connection_release (DtlsConnection * self)
{
  DtlsDatagramQueue *held = g_steal_pointer (&self->held_data);
  GBytes *data;

  while (held && (data = dtls_datagram_queue_pop (held)))
    connection_hand_out (self, data);
  g_clear_pointer (&held, dtls_datagram_queue_free);
}

/* Steps. */

static void
connection_begin (DtlsConnection * self, gint64 now_us)
{
  self->phase = DTLS_PHASE_HANDSHAKE;
  self->began_us = now_us;
  if (self->handshake_timeout_us > 0)
    self->give_up_us = now_us + self->handshake_timeout_us;
}

/* Settles with the clocks what has just been packed. */
static void
connection_note_news (DtlsConnection * self, gint64 now_us)
{
  DtlsFlightNews news = dtls_flight_take_news (self->flight);

  if (news.fresh || news.repeated)
    dtls_log (DTLS_LOG_DEBUG, "a flight was sent%s",
        news.fresh ? "" : " again");
  if (news.fresh) {
    dtls_inbox_flight_answered (self->inbox);
    dtls_retransmit_clock_flight_sent (&self->clock, now_us);
  }
  if (news.repeated)
    self->resent++;
  if (news.fresh || news.repeated)
    self->sent_us = now_us;
}

static void
connection_settle (DtlsConnection * self, DtlsSessionResult result,
    GError * error, gint64 now_us)
{
  connection_note_news (self, now_us);
  if (result == DTLS_SESSION_FAILED) {
    dtls_connection_fail (self, error);
    g_error_free (error);
  } else if (result == DTLS_SESSION_CLOSED) {
    connection_closed_by_peer (self);
  }
}

static void
connection_proceed_handshake (DtlsConnection * self, gint64 now_us)
{
  GError *error = NULL;
  DtlsSessionResult result = dtls_session_handshake (self->session, &error);

  connection_settle (self, result, error, now_us);
  if (result == DTLS_SESSION_DONE)
    connection_establish (self, now_us);
}

static void
connection_proceed_established (DtlsConnection * self, gint64 now_us)
{
  DtlsSessionResult result = DTLS_SESSION_AGAIN;
  GError *error = NULL;
  GBytes *data = NULL;

  /* The session answers a repeated Finished by itself. */
  dtls_flight_allow_repeats (self->flight,
      now_us - self->sent_us >= CONNECTION_REPEAT_MIN_US);
  while (connection_can_pull (self)
      && (result = dtls_session_receive (self->session, &data, &error))
      == DTLS_SESSION_DONE)
    connection_hand_out (self, g_steal_pointer (&data));
  dtls_flight_allow_repeats (self->flight, FALSE);
  connection_settle (self, result, error, now_us);
}

static void
connection_repeat_flight (DtlsConnection * self, gint64 now_us)
{
  guint64 before = self->resent;

  /* The session's own copies have new record numbers all through. It has
   * none when it knows that part of the answer has come. */
  dtls_flight_allow_repeats (self->flight, TRUE);
  if (self->phase == DTLS_PHASE_HANDSHAKE)
    connection_proceed_handshake (self, now_us);
  dtls_flight_allow_repeats (self->flight, FALSE);
  if (self->phase != DTLS_PHASE_FAILED && self->resent == before
      && dtls_flight_repeat (self->flight))
    connection_note_news (self, now_us);
}

static void
connection_answer_repeat (DtlsConnection * self, gint64 now_us)
{
  if (!self->peer_repeats)
    return;
  self->peer_repeats = FALSE;
  if (now_us - self->sent_us < CONNECTION_REPEAT_MIN_US)
    return;
  connection_repeat_flight (self, now_us);
  dtls_retransmit_clock_flight_repeated (&self->clock, now_us);
}

void
dtls_connection_start (DtlsConnection * self, gint64 now_us)
{
  connection_begin (self, now_us);
  connection_proceed_handshake (self, now_us);
  dtls_flight_flush (self->flight);
}

static void
connection_hold_alert (DtlsConnection * self, const DtlsRecord * record,
    gint64 now_us)
{
  if (self->phase != DTLS_PHASE_HANDSHAKE
      || (record->payload[0] != ALERT_LEVEL_FATAL
          && record->payload[1] != ALERT_CLOSE_NOTIFY))
    return;
  self->alert = record->payload[1];
  if (self->alert_us < 0)
    self->alert_us = now_us + CONNECTION_ALERT_HOLD_US;
}

static void
connection_note_client (DtlsConnection * self, const DtlsRecord * record)
{
  const guint8 *random;

  if (self->has_random || !dtls_record_is_client_hello (record, &random))
    return;
  memcpy (self->random, random, DTLS_RANDOM_SIZE);
  self->has_random = TRUE;
}

gboolean
dtls_connection_expects_client (const DtlsConnection * self,
    const guint8 * random)
{
  return !self->has_random
      || memcmp (self->random, random, DTLS_RANDOM_SIZE) == 0;
}

gboolean
dtls_connection_is_outdated_by (const DtlsConnection * self,
    guint16 hello_message)
{
  return self->first_message < hello_message
      && self->phase <= DTLS_PHASE_HANDSHAKE;
}

DtlsVerdict
dtls_connection_take_record (DtlsConnection * self, const DtlsRecord * record,
    gint64 now_us, DtlsDropCause * cause)
{
  DtlsVerdict verdict = dtls_inbox_take (self->inbox, record, cause);

  if (verdict == DTLS_VERDICT_ALERT)
    connection_hold_alert (self, record, now_us);
  if (verdict != DTLS_VERDICT_PASS && verdict != DTLS_VERDICT_REPEAT)
    return verdict;

  connection_note_client (self, record);
  self->peer_repeats |= verdict == DTLS_VERDICT_REPEAT;
  self->alert_us = -1;
  /* A whole message: a part of one could be anybody's and lead nowhere. */
  if (self->phase == DTLS_PHASE_WAITING && connection_can_pull (self))
    connection_begin (self, now_us);
  return verdict;
}

void
dtls_connection_hush (DtlsConnection * self, gint64 now_us)
{
  dtls_retransmit_clock_postpone (&self->clock, now_us + CONNECTION_HUSH_US);
}

void
dtls_connection_proceed (DtlsConnection * self, gint64 now_us)
{
  if (self->phase == DTLS_PHASE_HANDSHAKE && connection_can_pull (self))
    connection_proceed_handshake (self, now_us);
  if (self->phase == DTLS_PHASE_ESTABLISHED && connection_can_pull (self))
    connection_proceed_established (self, now_us);
  if (self->phase == DTLS_PHASE_HANDSHAKE
      || self->phase == DTLS_PHASE_ESTABLISHED)
    connection_answer_repeat (self, now_us);
  dtls_flight_flush (self->flight);
}

/* Deadlines. */

gint64
dtls_connection_get_deadline_us (const DtlsConnection * self)
{
  return dtls_deadline_earlier (self->clock.deadline_us,
      dtls_deadline_earlier (self->give_up_us, self->alert_us));
}

static gboolean
is_due (gint64 deadline_us, gint64 now_us)
{
  return deadline_us >= 0 && now_us >= deadline_us;
}

static GError *
connection_timeout_error (DtlsConnection * self)
{
  return g_error_new (DTLS_ERROR, DTLS_ERROR_TIMEOUT,
      _("The DTLS handshake did not finish within %u ms: the peer does not "
          "answer, or its packets do not get through."),
      (guint) (self->handshake_timeout_us / US_PER_MS));
}

void
dtls_connection_handle_deadline (DtlsConnection * self, gint64 now_us)
{
  if (is_due (self->alert_us, now_us)) {
    connection_set_failed (self, dtls_session_alert_error (self->alert));
  } else if (is_due (self->give_up_us, now_us)) {
    connection_set_failed (self, connection_timeout_error (self));
  } else if (dtls_retransmit_clock_is_due (&self->clock, now_us)) {
    connection_repeat_flight (self, now_us);
    if (self->phase == DTLS_PHASE_HANDSHAKE)
      dtls_retransmit_clock_flight_expired (&self->clock, now_us);
    dtls_flight_flush (self->flight);
  }
}

/* Questions and data. */

DtlsPhase
dtls_connection_get_phase (const DtlsConnection * self)
{
  return self->phase;
}

const GError *
dtls_connection_get_error (const DtlsConnection * self)
{
  return self->error;
}

gint64
dtls_connection_get_duration_us (const DtlsConnection * self)
{
  return self->established_us < 0 ? -1 : self->established_us - self->began_us;
}

guint
dtls_connection_take_discarded (DtlsConnection * self)
{
  guint total = dtls_session_get_discarded (self->session);
  guint fresh = total - self->discarded;        /* also where it wraps */

  self->discarded = total;
  return fresh;
}

guint64
dtls_connection_get_resent (const DtlsConnection * self)
{
  return self->resent;
}

gboolean
dtls_connection_send_data (DtlsConnection * self, const guint8 * data,
    gsize size, GError ** error)
{
  gboolean sent = dtls_session_send (self->session, data, size, error);

  dtls_flight_flush (self->flight);
  return sent;
}

gsize
dtls_connection_get_data_size_max (const DtlsConnection * self)
{
  return dtls_session_get_data_size_max (self->session);
}

GBytes *
dtls_connection_get_peer_certificate (DtlsConnection * self)
{
  return dtls_session_get_peer_certificate (self->session);
}

DtlsSrtpKeys *
dtls_connection_export_keys (DtlsConnection * self, GError ** error)
{
  return dtls_session_export_keys (self->session, error);
}

void
dtls_connection_get_facts (DtlsConnection * self, DtlsStats * stats)
{
  dtls_session_get_facts (self->session, stats);
}
