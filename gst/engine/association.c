/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public surface: states, events in order, what may leave only once the
 * peer is accepted, and a peer that starts anew. Handshakes themselves live
 * in connection.c.
 *
 * There are at most two connections. `current` is the one whose state is the
 * association's. `next` is a handshake beside it: the peer has restarted
 * (RFC 6347 section 4.2.8) or the application wants a new association
 * (RFC 8842). Nothing of it is told until it is established and accepted;
 * then it takes the place of `current`, which has served until that moment.
 */
#include "config.h"

#include "association.h"

#include <glib/gi18n-lib.h>

#include "connection.h"
#include "datagram-queue.h"
#include "error.h"
#include "hello-cookie.h"
#include "log.h"
#include "output-queue.h"
#include "verification.h"

#define US_PER_MS G_GINT64_CONSTANT (1000)

/* Datagrams before the start: one ClientHello, however cut, and then some. */
#define ASSOCIATION_EARLY_MAX 16
#define ASSOCIATION_EARLY_BYTES_MAX (64 * 1024)

/* How long `next` may wait for its fingerprints where handshakes have no
 * time limit. */
#define ASSOCIATION_NEXT_PATIENCE_MS 30000

struct _DtlsAssociation
{
  DtlsConfig config;            /* holds references */
  gboolean started;
  DtlsState state;
  gboolean accepted;            /* keys and data of `current` may leave */
  gboolean certificate_shown;   /* that of `current` */
  DtlsConnection *current;
  DtlsConnection *next;
  DtlsFingerprints *next_fingerprints;  /* NULL for those of the config */
  DtlsConnection *closing;      /* closed by this end; an answer may come */
  gint64 next_until_us;         /* when `next` is given up; -1 without one */
  DtlsHelloCookie *cookie;      /* made when first needed */
  DtlsDatagramQueue *early;     /* NULL once started */
  DtlsOutputQueue *outputs;
  DtlsStats stats;
};

static void
association_set_state (DtlsAssociation * self, DtlsState state,
    const GError * error)
{
  static const gchar *const names[] =
      { "new", "closed", "failed", "connecting", "connected" };

  if (self->state == state)
    return;
  self->state = state;
  dtls_log (DTLS_LOG_INFO, "%s%s%s", names[state], error ? ": " : "",
      error ? error->message : "");
  dtls_output_queue_put_state (self->outputs, state, error);
}

static void
association_count_drop (DtlsAssociation * self, DtlsDropCause cause, guint64 n)
{
  if (n == 0)
    return;
  self->stats.dropped[cause] += n;
  dtls_log (DTLS_LOG_TRACE, "dropped, %s", dtls_drop_cause_name (cause));
}

static void
association_put_datagram (DtlsAssociation * self, GBytes * bytes)
{
  self->stats.datagrams_sent++;
  self->stats.bytes_sent += g_bytes_get_size (bytes);
  dtls_output_queue_put_bytes (self->outputs, DTLS_OUTPUT_DATAGRAM, bytes);
}

static void
association_show_certificate (DtlsAssociation * self, GBytes * certificate)
{
  if (self->certificate_shown)
    return;
  self->certificate_shown = TRUE;
  dtls_output_queue_put_bytes (self->outputs, DTLS_OUTPUT_PEER_CERTIFICATE,
      g_bytes_ref (certificate));
}

/* Hooks of a connection. */

static void
association_on_datagram (DtlsConnection * connection, GBytes * bytes,
    gpointer user_data)
{
  association_put_datagram (user_data, bytes);
}

static void
association_on_data (DtlsConnection * connection, GBytes * bytes,
    gpointer user_data)
{
  DtlsAssociation *self = user_data;

  if (connection == self->closing)
    g_bytes_unref (bytes);
  else
    dtls_output_queue_put_bytes (self->outputs, DTLS_OUTPUT_DATA, bytes);
}

static void
association_on_dropped (DtlsConnection * connection, DtlsDropCause cause,
    gpointer user_data)
{
  association_count_drop (user_data, cause, 1);
}

/* Asked in the middle of the handshake: what is known to be wrong goes no
 * further. Everything else is decided when the handshake is complete and the
 * peer has proved that the certificate is its own. */
static gboolean
association_accept_peer (DtlsConnection * connection, GBytes * certificate,
    gpointer user_data)
{
  DtlsAssociation *self = user_data;

  /* The signalling of a restart may be late; `next` can wait for it. */
  if (connection != self->current
      || dtls_verification_judge (self->config.verify,
          self->config.fingerprints, certificate) != DTLS_JUDGEMENT_MISMATCH)
    return TRUE;
  association_show_certificate (self, certificate);
  return FALSE;
}

static const DtlsConnectionHooks connection_hooks = {
  .datagram = association_on_datagram,
  .data = association_on_data,
  .dropped = association_on_dropped,
  .accept_peer = association_accept_peer,
};

/* Ends of connections. */

static void
association_free_connection (DtlsAssociation * self,
    DtlsConnection ** connection)
{
  if (!*connection)
    return;
  self->stats.flights_resent += dtls_connection_get_resent (*connection);
  g_clear_pointer (connection, dtls_connection_free);
}

static void
association_drop_next (DtlsAssociation * self)
{
  association_free_connection (self, &self->next);
  self->next_until_us = -1;
}

/* The end of it all. */
static void
association_end (DtlsAssociation * self, DtlsState state, const GError * error)
{
  association_set_state (self, state, error);
  association_drop_next (self);
  association_free_connection (self, &self->current);
  self->accepted = FALSE;
}

static void
association_promote_next (DtlsAssociation * self)
{
  association_free_connection (self, &self->current);
  self->current = g_steal_pointer (&self->next);
  self->next_until_us = -1;
  self->accepted = FALSE;
  self->certificate_shown = FALSE;
  if (self->next_fingerprints) {
    g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
    self->config.fingerprints = g_steal_pointer (&self->next_fingerprints);
  }
}

/* `current` is at its end; a handshake beside it lives on in its place. */
static void
association_lose_current (DtlsAssociation * self, DtlsState state,
    const GError * error)
{
  if (!self->next) {
    association_end (self, state, error);
    return;
  }
  association_promote_next (self);
  association_set_state (self, DTLS_STATE_CONNECTING, NULL);
}

static void
association_refuse (DtlsAssociation * self, GError * error)
{
  dtls_connection_fail (self->current, error);
  association_end (self, DTLS_STATE_FAILED, error);
  g_error_free (error);
}

static GError *
association_mismatch_error (void)
{
  return g_error_new_literal (DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH,
      _("The peer's certificate is not the one that the signalling "
          "announced: somebody may be in between."));
}

/* Verification. */

static void
association_accept (DtlsAssociation * self, gboolean verified)
{
  GError *error = NULL;
  DtlsSrtpKeys *keys = dtls_connection_export_keys (self->current, &error);

  if (error) {
    association_refuse (self, error);
    return;
  }
  self->accepted = TRUE;
  self->stats.verified = verified;
  self->stats.handshake_duration_us =
      dtls_connection_get_duration_us (self->current);
  dtls_connection_get_facts (self->current, &self->stats);
  if (keys)
    dtls_output_queue_put_keys (self->outputs, keys);
  association_set_state (self, DTLS_STATE_CONNECTED, NULL);
  dtls_connection_release (self->current);
}

/* On a complete handshake, and whenever the fingerprints change. */
static void
association_judge_current (DtlsAssociation * self)
{
  g_autoptr (GBytes) certificate =
      dtls_connection_get_peer_certificate (self->current);
  DtlsJudgement judgement = dtls_verification_judge (self->config.verify,
      self->config.fingerprints, certificate);

  association_show_certificate (self, certificate);
  if (judgement == DTLS_JUDGEMENT_MISMATCH)
    association_refuse (self, association_mismatch_error ());
  else if (judgement != DTLS_JUDGEMENT_HOLD && !self->accepted)
    association_accept (self, judgement == DTLS_JUDGEMENT_VERIFIED);
  else if (judgement == DTLS_JUDGEMENT_VERIFIED)
    self->stats.verified = TRUE;
}

/* Returns: whether `next` has taken the place of `current`. */
static gboolean
association_judge_next (DtlsAssociation * self)
{
  g_autoptr (GBytes) certificate =
      dtls_connection_get_peer_certificate (self->next);
  DtlsFingerprints *fingerprints = self->next_fingerprints
      ? self->next_fingerprints : self->config.fingerprints;
  DtlsJudgement judgement = dtls_verification_judge (self->config.verify,
      fingerprints, certificate);

  if (judgement != DTLS_JUDGEMENT_VERIFIED
      && judgement != DTLS_JUDGEMENT_UNVERIFIED)
    return FALSE;
  dtls_log (DTLS_LOG_INFO, "the peer has started anew and takes over");
  association_promote_next (self);
  association_show_certificate (self, certificate);
  association_accept (self, judgement == DTLS_JUDGEMENT_VERIFIED);
  return TRUE;
}

/* Conclusions from what a connection has just done. */

static void
association_conclude_current (DtlsAssociation * self)
{
  switch (dtls_connection_get_phase (self->current)) {
    case DTLS_PHASE_WAITING:
      break;
    case DTLS_PHASE_HANDSHAKE:
      association_set_state (self, DTLS_STATE_CONNECTING, NULL);
      break;
    case DTLS_PHASE_ESTABLISHED:
      if (!self->certificate_shown)
        association_judge_current (self);
      break;
    case DTLS_PHASE_CLOSED:
      if (!self->next)
        dtls_output_queue_put_peer_closed (self->outputs);
      association_lose_current (self, DTLS_STATE_CLOSED, NULL);
      break;
    case DTLS_PHASE_FAILED:
      association_lose_current (self, DTLS_STATE_FAILED,
          dtls_connection_get_error (self->current));
      break;
  }
}

static void
association_conclude_next (DtlsAssociation * self)
{
  switch (dtls_connection_get_phase (self->next)) {
    case DTLS_PHASE_WAITING:
    case DTLS_PHASE_HANDSHAKE:
      break;
    case DTLS_PHASE_ESTABLISHED:
      association_judge_next (self);
      break;
    case DTLS_PHASE_CLOSED:
    case DTLS_PHASE_FAILED:
      dtls_log (DTLS_LOG_INFO, "a second handshake has failed");
      association_drop_next (self);
      break;
  }
}

static void
association_proceed_current (DtlsAssociation * self, gint64 now_us)
{
  if (!self->current)
    return;
  if (dtls_connection_get_phase (self->current) == DTLS_PHASE_HANDSHAKE)
    association_set_state (self, DTLS_STATE_CONNECTING, NULL);
  dtls_connection_proceed (self->current, now_us);
  association_count_drop (self, DTLS_DROP_UNAUTHENTIC,
      dtls_connection_take_discarded (self->current));
  association_conclude_current (self);
}

static void
association_proceed_next (DtlsAssociation * self, gint64 now_us)
{
  if (!self->next)
    return;
  dtls_connection_proceed (self->next, now_us);
  association_count_drop (self, DTLS_DROP_UNAUTHENTIC,
      dtls_connection_take_discarded (self->next));
  association_conclude_next (self);
}

/* Restarts. */

static gboolean
association_start_next (DtlsAssociation * self, guint16 first_message,
    guint64 first_sequence, gint64 now_us, GError ** error)
{
  guint patience_ms = self->config.handshake_timeout_ms
      ? self->config.handshake_timeout_ms : ASSOCIATION_NEXT_PATIENCE_MS;
  DtlsConnection *next = dtls_connection_new (&self->config, first_message,
      first_sequence, &connection_hooks, self, error);

  if (!next)
    return FALSE;
  association_drop_next (self);
  self->next = next;
  self->next_until_us = now_us + patience_ms * US_PER_MS;
  /* Nothing is lost where nothing is established. */
  if (dtls_connection_get_phase (self->current) != DTLS_PHASE_ESTABLISHED)
    association_promote_next (self);
  return TRUE;
}

static void
association_ask_for_cookie (DtlsAssociation * self, const DtlsRecord * hello)
{
  GBytes *request = dtls_hello_cookie_request (self->cookie, hello);

  if (request)
    association_put_datagram (self, request);
}

/* Returns: the connection that the ClientHello belongs to, if any. */
static DtlsConnection *
association_route_hello (DtlsAssociation * self, const DtlsRecord * hello,
    const guint8 * random, gint64 now_us)
{
  if (self->next && dtls_connection_expects_client (self->next, random))
    return self->next;
  if (dtls_connection_expects_client (self->current, random))
    return self->current;

  if (!self->cookie)
    self->cookie = dtls_hello_cookie_new ();
  if (!dtls_hello_cookie_check (self->cookie, hello)) {
    association_ask_for_cookie (self, hello);
    return NULL;
  }
  if (!association_start_next (self, 1, hello->sequence + 1, now_us, NULL))
    return NULL;
  return self->next ? self->next : self->current;
}

/* Input. */

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
      association_count_drop (self, DTLS_DROP_ALERT, 1);
      break;
    case DTLS_VERDICT_DROP:
      association_count_drop (self, cause, 1);
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
  association_conclude_current (self);
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
    association_count_drop (self, DTLS_DROP_HANDSHAKE, 1);
  else if (record->epoch > 0 && self->next)
    association_try_record (self, record, now_us);
  else
    association_give_record (self, connection, record, now_us);
}

static void
association_take_datagram (DtlsAssociation * self, const guint8 * data,
    gsize size, gint64 now_us)
{
  DtlsRecord record;

  while (self->current && dtls_record_parse (data, size, &record)) {
    association_take_record (self, &record, now_us);
    data += record.size;
    size -= record.size;
  }
  if (self->current && size > 0)
    association_count_drop (self, DTLS_DROP_MALFORMED, 1);
  /* In this order: where `current` is lost, what came for `next` is done. */
  association_proceed_next (self, now_us);
  association_proceed_current (self, now_us);
}

/* After this end has closed, only the peer's close_notify is of interest. */
static void
association_await_answer (DtlsAssociation * self, const guint8 * data,
    gsize size, gint64 now_us)
{
  DtlsRecord record;

  while (dtls_record_parse (data, size, &record)) {
    association_give_record (self, self->closing, &record, now_us);
    data += record.size;
    size -= record.size;
  }
  dtls_connection_proceed (self->closing, now_us);
  if (dtls_connection_get_phase (self->closing) != DTLS_PHASE_CLOSED)
    return;
  association_free_connection (self, &self->closing);
  dtls_output_queue_put_peer_closed (self->outputs);
}

/* A ClientHello makes all that came before it stale. */
static void
association_keep_early (DtlsAssociation * self, const guint8 * data, gsize size)
{
  DtlsRecord record;
  const guint8 *random;

  if (dtls_record_parse (data, size, &record)
      && dtls_record_is_client_hello (&record, &random))
    association_count_drop (self, DTLS_DROP_QUEUE_FULL,
        dtls_datagram_queue_clear (self->early));
  if (!dtls_datagram_queue_push (self->early, data, size))
    association_count_drop (self, DTLS_DROP_QUEUE_FULL, 1);
}

static void
association_take_early (DtlsAssociation * self, gint64 now_us)
{
  g_autoptr (DtlsDatagramQueue) early = g_steal_pointer (&self->early);
  GBytes *bytes;

  while (self->current && (bytes = dtls_datagram_queue_pop (early))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    association_take_datagram (self, data, size, now_us);
    g_bytes_unref (bytes);
  }
}

/* Life. */

DtlsAssociation *
dtls_association_new (void)
{
  DtlsAssociation *self = g_new0 (DtlsAssociation, 1);

  self->early = dtls_datagram_queue_new (ASSOCIATION_EARLY_MAX,
      ASSOCIATION_EARLY_BYTES_MAX);
  self->outputs = dtls_output_queue_new ();
  self->next_until_us = -1;
  self->stats.handshake_duration_us = -1;
  return self;
}

static void
association_set_config (DtlsAssociation * self, const DtlsConfig * config)
{
  /* Fingerprints may have been given before the start. */
  DtlsFingerprints *fingerprints = config->fingerprints
      ? dtls_fingerprints_ref (config->fingerprints)
      : g_steal_pointer (&self->config.fingerprints);

  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  self->config = *config;
  self->config.certificate = dtls_certificate_ref (config->certificate);
  self->config.fingerprints = fingerprints;
  self->config.priority = g_strdup (config->priority);
  self->config.mtu = CLAMP (config->mtu, DTLS_MTU_MIN, DTLS_MTU_MAX);
}

static void
association_clear_config (DtlsAssociation * self)
{
  g_clear_pointer (&self->config.certificate, dtls_certificate_unref);
  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  g_free ((gchar *) self->config.priority);
  self->config.priority = NULL;
}

void
dtls_association_free (DtlsAssociation * self)
{
  g_clear_pointer (&self->next, dtls_connection_free);
  g_clear_pointer (&self->current, dtls_connection_free);
  g_clear_pointer (&self->closing, dtls_connection_free);
  g_clear_pointer (&self->next_fingerprints, dtls_fingerprints_unref);
  g_clear_pointer (&self->cookie, dtls_hello_cookie_free);
  g_clear_pointer (&self->early, dtls_datagram_queue_free);
  association_clear_config (self);
  dtls_output_queue_free (self->outputs);
  g_free (self);
}

gboolean
dtls_association_start (DtlsAssociation * self, const DtlsConfig * config,
    gint64 now_us, GError ** error)
{
  DtlsConnection *connection;

  g_return_val_if_fail (!self->started, FALSE);
  g_return_val_if_fail (config->certificate != NULL, FALSE);

  connection = dtls_connection_new (config, 0, 0, &connection_hooks, self,
      error);
  if (!connection)
    return FALSE;
  association_set_config (self, config);
  self->current = connection;
  self->started = TRUE;
  if (config->role == DTLS_ROLE_CLIENT) {
    dtls_connection_start (self->current, now_us);
    association_conclude_current (self);
  }
  association_take_early (self, now_us);
  return TRUE;
}

void
dtls_association_handle_datagram (DtlsAssociation * self,
    const guint8 * data, gsize size, gint64 now_us)
{
  self->stats.datagrams_received++;
  self->stats.bytes_received += size;

  if (size == 0)
    association_count_drop (self, DTLS_DROP_EMPTY, 1);
  else if (self->current)
    association_take_datagram (self, data, size, now_us);
  else if (self->closing)
    association_await_answer (self, data, size, now_us);
  else if (self->started)
    association_count_drop (self, DTLS_DROP_CLOSED, 1);
  else
    association_keep_early (self, data, size);
}

static gint64
earlier (gint64 a, gint64 b)
{
  return a < 0 || b < 0 ? MAX (a, b) : MIN (a, b);
}

gint64
dtls_association_get_deadline_us (const DtlsAssociation * self)
{
  gint64 deadline_us = self->next_until_us;

  if (self->current)
    deadline_us = earlier (deadline_us,
        dtls_connection_get_deadline_us (self->current));
  if (self->next)
    deadline_us = earlier (deadline_us,
        dtls_connection_get_deadline_us (self->next));
  return deadline_us;
}

/* Its certificate was not the one, or nobody said what it should be. */
static void
association_give_up_next (DtlsAssociation * self)
{
  g_autoptr (GError) error = association_mismatch_error ();

  dtls_connection_fail (self->next, error);
  association_drop_next (self);
}

void
dtls_association_handle_deadline (DtlsAssociation * self, gint64 now_us)
{
  if (self->current) {
    dtls_connection_handle_deadline (self->current, now_us);
    association_conclude_current (self);
  }
  if (self->next) {
    dtls_connection_handle_deadline (self->next, now_us);
    association_conclude_next (self);
  }
  if (self->next && now_us >= self->next_until_us)
    association_give_up_next (self);
}

void
dtls_association_set_fingerprints (DtlsAssociation * self,
    DtlsFingerprints * fingerprints, gint64 now_us)
{
  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  if (fingerprints)
    self->config.fingerprints = dtls_fingerprints_ref (fingerprints);

  if (self->next
      && dtls_connection_get_phase (self->next) == DTLS_PHASE_ESTABLISHED
      && association_judge_next (self))
    return;
  if (self->current
      && dtls_connection_get_phase (self->current) == DTLS_PHASE_ESTABLISHED)
    association_judge_current (self);
}

gboolean
dtls_association_restart (DtlsAssociation * self,
    DtlsFingerprints * fingerprints, gint64 now_us, GError ** error)
{
  if (!self->current) {
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED,
        _("There is no association that could start anew."));
    return FALSE;
  }
  g_clear_pointer (&self->next_fingerprints, dtls_fingerprints_unref);
  if (fingerprints)
    self->next_fingerprints = dtls_fingerprints_ref (fingerprints);

  if (self->config.role == DTLS_ROLE_CLIENT) {
    if (!association_start_next (self, 0, 0, now_us, error))
      return FALSE;
    dtls_connection_start (self->next ? self->next : self->current, now_us);
  } else if (self->next
      && dtls_connection_get_phase (self->next) == DTLS_PHASE_ESTABLISHED) {
    association_judge_next (self);
  }
  return TRUE;
}

gsize
dtls_association_get_data_size_max (const DtlsAssociation * self)
{
  if (!self->accepted)
    return 0;
  return dtls_connection_get_data_size_max (self->current);
}

gboolean
dtls_association_send_data (DtlsAssociation * self, const guint8 * data,
    gsize size, GError ** error)
{
  gsize size_max = dtls_association_get_data_size_max (self);

  if (!self->accepted) {
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED,
        _("There is no connection that data could be sent on."));
    return FALSE;
  }
  if (size == 0 || size > size_max) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_DATA_SIZE,
        _("%" G_GSIZE_FORMAT " bytes do not fit into one record, which takes "
            "1 to %" G_GSIZE_FORMAT ". Send less at a time, or raise the "
            "MTU."), size, size_max);
    return FALSE;
  }
  return dtls_connection_send_data (self->current, data, size, error);
}

void
dtls_association_close (DtlsAssociation * self)
{
  self->started = TRUE;
  g_clear_pointer (&self->early, dtls_datagram_queue_free);
  if (self->current)
    dtls_connection_close (self->current);
  if (self->accepted)
    self->closing = g_steal_pointer (&self->current);
  if (self->state != DTLS_STATE_FAILED)
    association_end (self, DTLS_STATE_CLOSED, NULL);
}

gboolean
dtls_association_poll (DtlsAssociation * self, DtlsOutput * output)
{
  return dtls_output_queue_pop (self->outputs, output);
}

DtlsState
dtls_association_get_state (const DtlsAssociation * self)
{
  return self->state;
}

void
dtls_association_get_stats (const DtlsAssociation * self, DtlsStats * stats)
{
  *stats = self->stats;
  if (self->current)
    stats->flights_resent += dtls_connection_get_resent (self->current);
  if (self->next)
    stats->flights_resent += dtls_connection_get_resent (self->next);
}
