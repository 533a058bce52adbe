/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose a record is. While there is one connection that is simple; a
 * ClientHello of somebody else must return a cookie before it gets one.
 */
#include "config.h"

#include "association-private.h"

#define US_PER_MS G_GINT64_CONSTANT (1000)

/* How long `next` may wait for its fingerprints where handshakes have no
 * time limit. */
#define ASSOCIATION_NEXT_PATIENCE_MS 30000

/* How soon one ClientHello with a cookie may follow another. */
#define ASSOCIATION_RESTART_MIN_US (200 * US_PER_MS)

/* Restarts. */

/* Returns: a connection that has sent what it has to say first. */
static DtlsConnection *
association_begin_next (DtlsAssociation * self, guint16 first_message,
    guint64 first_sequence, gint64 now_us, GError ** error)
{
  g_autoptr (DtlsConnection) next = dtls_association_new_connection (self,
      &self->config, first_message, first_sequence, error);

  if (!next)
    return NULL;
  if (self->config.role == DTLS_ROLE_CLIENT)
    dtls_connection_start (next, now_us);
  if (dtls_connection_get_phase (next) != DTLS_PHASE_FAILED)
    return g_steal_pointer (&next);
  g_propagate_error (error, g_error_copy (dtls_connection_get_error (next)));
  return NULL;
}

gboolean
dtls_association_start_next (DtlsAssociation * self, guint16 first_message,
    guint64 first_sequence, gint64 now_us, GError ** error)
{
  guint patience_ms = self->config.handshake_timeout_ms
      ? self->config.handshake_timeout_ms : ASSOCIATION_NEXT_PATIENCE_MS;
  DtlsConnection *next = association_begin_next (self, first_message,
      first_sequence, now_us, error);

  if (!next)
    return FALSE;
  dtls_association_drop_next (self);
  self->next = next;
  self->next_until_us = now_us + patience_ms * US_PER_MS;
  /* Nothing is lost where nothing is established. */
  if (dtls_connection_get_phase (self->current) != DTLS_PHASE_ESTABLISHED)
    dtls_association_promote_next (self);
  return TRUE;
}

static void
association_ask_for_cookie (DtlsAssociation * self, const DtlsRecord * hello)
{
  GBytes *request;

  if (!self->cookie)
    self->cookie = dtls_hello_cookie_new ();
  request = dtls_hello_cookie_request (self->cookie, hello);
  if (request)
    dtls_association_put_datagram (self, request);
}

static gboolean
association_has_cookie (DtlsAssociation * self, const DtlsRecord * hello)
{
  return self->cookie && hello->size > 0
      && dtls_hello_cookie_check (self->cookie, hello);
}

static gboolean
association_is_fresh_server (DtlsAssociation * self)
{
  return self->config.role == DTLS_ROLE_SERVER && !self->next
      && dtls_connection_get_phase (self->current) == DTLS_PHASE_WAITING;
}

static guint16
hello_message (const DtlsRecord * hello)
{
  DtlsFragment fragment;

  return dtls_fragment_parse (hello->payload, hello->payload_size, &fragment)
      ? fragment.sequence : 0;
}

/* A client says hello again with what looked to it like this end's cookie. An
 * outsider can bring that about, but does not know the client's random. */
static DtlsConnection *
association_route_expected_hello (DtlsAssociation * self,
    const DtlsRecord * hello, gint64 now_us)
{
  if (hello_message (hello) == 1
      && dtls_connection_is_outdated_by (self->current, 1))
    dtls_association_start_next (self, 1, hello->sequence + 1, now_us, NULL);
  return self->current;
}

/* Returns: the connection that the ClientHello belongs to, if any. */
static DtlsConnection *
association_route_hello (DtlsAssociation * self, const DtlsRecord * hello,
    const guint8 * random, gint64 now_us)
{
  if (self->next && dtls_connection_expects_client (self->next, random))
    return self->next;
  if (dtls_connection_expects_client (self->current, random))
    return association_route_expected_hello (self, hello, now_us);

  dtls_connection_hush (self->next ? self->next : self->current, now_us);
  if (!association_has_cookie (self, hello)) {
    association_ask_for_cookie (self, hello);
    return NULL;
  }
  if (now_us < self->next_hello_us)
    return NULL;
  self->next_hello_us = now_us + ASSOCIATION_RESTART_MIN_US;
  if (!dtls_association_start_next (self, 1, hello->sequence + 1, now_us, NULL))
    return NULL;
  return self->next ? self->next : self->current;
}

/* Records. */

static void
association_give_record (DtlsAssociation * self, DtlsConnection * connection,
    const DtlsRecord * record, gint64 now_us)
{
  DtlsDropCause cause = DTLS_DROP_MALFORMED;

  switch (dtls_connection_take_record (connection, record, now_us, &cause)) {
    case DTLS_VERDICT_PASS:
    case DTLS_VERDICT_REPEAT:
      break;
    case DTLS_VERDICT_ALERT:
      dtls_association_count_drop (self, DTLS_DROP_ALERT, 1);
      break;
    case DTLS_VERDICT_DROP:
      dtls_association_count_drop (self, cause, 1);
      break;
  }
}

/* While there are two, only decryption tells whose an encrypted record is. */
static void
association_try_record (DtlsAssociation * self, const DtlsRecord * record,
    gint64 now_us)
{
  DtlsConnection *current = self->current;

  association_give_record (self, current, record, now_us);
  dtls_connection_proceed (current, now_us);
  if (dtls_connection_take_discarded (current) > 0)
    association_give_record (self, self->next, record, now_us);
  dtls_association_conclude_current (self, now_us);
}

static void
association_take_record (DtlsAssociation * self, const DtlsRecord * record,
    gint64 now_us)
{
  DtlsConnection *connection = self->next ? self->next : self->current;
  const guint8 *random;

  if (self->config.role == DTLS_ROLE_SERVER
      && dtls_record_is_client_hello (record, &random))
    connection = association_route_hello (self, record, random, now_us);

  if (!connection)
    dtls_association_count_drop (self, DTLS_DROP_HANDSHAKE, 1);
  else if (record->epoch > 0 && self->next)
    association_try_record (self, record, now_us);
  else
    association_give_record (self, connection, record, now_us);
}

/* Anybody can say hello in the name of somebody else. Where it leads to
 * nothing, it is as if it had not come; whoever is there says it again with
 * the cookie, and then a failure is one. */
static void
association_try_hello (DtlsAssociation * self, const DtlsRecord * hello,
    gint64 now_us)
{
  if (dtls_association_try_current (self, now_us))
    return;
  dtls_association_count_drop (self, DTLS_DROP_HANDSHAKE, 1);
  if (hello->size > 0)
    association_ask_for_cookie (self, hello);
}

static gboolean
record_is_hello (const DtlsRecord * record)
{
  const guint8 *random;

  return dtls_record_is_client_hello (record, &random);
}

void
dtls_association_take_datagram (DtlsAssociation * self, const guint8 * data,
    gsize size, gint64 now_us)
{
  gboolean is_fresh = association_is_fresh_server (self);
  DtlsRecord record, hello = { 0 };

  while (self->current && dtls_record_parse (data, size, &record)) {
    if (record_is_hello (&record))
      hello = record;
    association_take_record (self, &record, now_us);
    data += record.size;
    size -= record.size;
  }
  if (self->current && size > 0)
    dtls_association_count_drop (self, DTLS_DROP_MALFORMED, 1);
  /* In this order: where `current` is lost, what came for `next` is done. */
  dtls_association_proceed_next (self, now_us);
  if (is_fresh && self->current && !association_has_cookie (self, &hello))
    association_try_hello (self, &hello, now_us);
  else
    dtls_association_proceed_current (self, now_us);
}

/* GnuTLS cannot answer a repeated Finished once it has closed: it would give
 * up. The repeated flight is seen by its messages in the clear. */
static gboolean
record_is_of_interest_after_close (const DtlsRecord * record)
{
  return record->epoch == 0 || record->type == DTLS_CONTENT_ALERT;
}

/* After this end has closed, only the peer's close_notify is of interest, and
 * whether the peer has missed the end of the handshake. */
void
dtls_association_await_answer (DtlsAssociation * self, const guint8 * data,
    gsize size, gint64 now_us)
{
  DtlsRecord record;
  DtlsPhase phase;

  while (dtls_record_parse (data, size, &record)) {
    if (record_is_of_interest_after_close (&record))
      association_give_record (self, self->closing, &record, now_us);
    data += record.size;
    size -= record.size;
  }
  dtls_connection_proceed (self->closing, now_us);
  phase = dtls_connection_get_phase (self->closing);
  if (phase == DTLS_PHASE_ESTABLISHED)
    return;
  dtls_association_free_connection (self, &self->closing);
  if (phase == DTLS_PHASE_CLOSED)
    dtls_output_queue_put_peer_closed (self->outputs);
}

/* Datagrams before the start. */

/* A ClientHello makes all that came before it stale. */
void
dtls_association_keep_early (DtlsAssociation * self, const guint8 * data,
    gsize size)
{
  DtlsRecord record;
  const guint8 *random;

  if (dtls_record_parse (data, size, &record)
      && dtls_record_is_client_hello (&record, &random))
    dtls_association_count_drop (self, DTLS_DROP_QUEUE_FULL,
        dtls_datagram_queue_clear (self->early));
  if (!dtls_datagram_queue_push (self->early, data, size))
    dtls_association_count_drop (self, DTLS_DROP_QUEUE_FULL, 1);
}

void
dtls_association_take_early (DtlsAssociation * self, gint64 now_us)
{
  g_autoptr (DtlsDatagramQueue) early = g_steal_pointer (&self->early);
  GBytes *bytes;

  while (self->current && (bytes = dtls_datagram_queue_pop (early))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    dtls_association_take_datagram (self, data, size, now_us);
    g_bytes_unref (bytes);
  }
}
