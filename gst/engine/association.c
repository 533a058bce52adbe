/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public surface: states, events in order, and what may leave only once
 * the peer is accepted. The handshake itself lives in connection.c.
 */
#include "config.h"

#include "association.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "connection.h"
#include "datagram-queue.h"
#include "error.h"
#include "log.h"
#include "verification.h"

/* Datagrams before the start: one ClientHello, however cut, and then some. */
#define ASSOCIATION_EARLY_MAX 16
#define ASSOCIATION_EARLY_BYTES_MAX (64 * 1024)

/* Data that comes before the peer is accepted. */
#define ASSOCIATION_HELD_DATA_MAX 256
#define ASSOCIATION_HELD_DATA_BYTES_MAX (256 * 1024)

struct _DtlsAssociation
{
  DtlsConfig config;            /* holds references */
  gboolean started;
  DtlsState state;
  gboolean accepted;            /* keys and data may leave */
  gboolean certificate_shown;
  DtlsConnection *current;
  DtlsConnection *closed;       /* by this end; its peer's answer may come */
  DtlsDatagramQueue *early;
  DtlsDatagramQueue *held_data;
  GQueue outputs;               /* DtlsOutput */
  DtlsStats stats;
};

/* Output. */

void
dtls_output_clear (DtlsOutput * output)
{
  g_clear_pointer (&output->bytes, g_bytes_unref);
  g_clear_pointer (&output->keys, dtls_srtp_keys_unref);
  g_clear_error (&output->error);
}

static DtlsOutput *
association_put (DtlsAssociation * self, DtlsOutputType type)
{
  DtlsOutput *output = g_new0 (DtlsOutput, 1);

  output->type = type;
  g_queue_push_tail (&self->outputs, output);
  return output;
}

static void
association_put_bytes (DtlsAssociation * self, DtlsOutputType type,
    GBytes * bytes)
{
  association_put (self, type)->bytes = bytes;
}

static void
association_set_state (DtlsAssociation * self, DtlsState state,
    const GError * error)
{
  DtlsOutput *output;

  if (self->state == state)
    return;
  self->state = state;
  output = association_put (self, DTLS_OUTPUT_STATE);
  output->state = state;
  if (error)
    output->error = g_error_copy (error);
}

static void
association_count_drop (DtlsAssociation * self, DtlsDropCause cause, guint64 n)
{
  if (n == 0)
    return;
  self->stats.dropped[cause] += n;
  dtls_log (DTLS_LOG_TRACE, "dropped: %s", dtls_drop_cause_name (cause));
}

/* Hooks of a connection. */

static void
association_on_datagram (DtlsConnection * connection, GBytes * bytes,
    gpointer user_data)
{
  DtlsAssociation *self = user_data;

  self->stats.datagrams_sent++;
  self->stats.bytes_sent += g_bytes_get_size (bytes);
  association_put_bytes (self, DTLS_OUTPUT_DATAGRAM, bytes);
}

static void
association_on_data (DtlsConnection * connection, GBytes * bytes,
    gpointer user_data)
{
  DtlsAssociation *self = user_data;

  if (connection == self->closed) {
    g_bytes_unref (bytes);
    return;
  }
  if (self->accepted) {
    association_put_bytes (self, DTLS_OUTPUT_DATA, bytes);
    return;
  }
  if (!dtls_datagram_queue_push_bytes (self->held_data, bytes))
    association_count_drop (self, DTLS_DROP_QUEUE_FULL, 1);
  g_bytes_unref (bytes);
}

static void
association_show_certificate (DtlsAssociation * self, GBytes * certificate)
{
  if (self->certificate_shown)
    return;
  self->certificate_shown = TRUE;
  association_put_bytes (self, DTLS_OUTPUT_PEER_CERTIFICATE,
      g_bytes_ref (certificate));
}

/* Asked in the middle of the handshake: what is known to be wrong goes no
 * further. Everything else is decided when the handshake is complete and the
 * peer has proved that the certificate is its own. */
static gboolean
association_accept_peer (DtlsConnection * connection, GBytes * certificate,
    gpointer user_data)
{
  DtlsAssociation *self = user_data;

  if (dtls_verification_judge (self->config.verify, self->config.fingerprints,
          certificate) != DTLS_JUDGEMENT_MISMATCH)
    return TRUE;
  association_show_certificate (self, certificate);
  return FALSE;
}

static const DtlsConnectionHooks connection_hooks = {
  .datagram = association_on_datagram,
  .data = association_on_data,
  .accept_peer = association_accept_peer,
};

/* Life. */

DtlsAssociation *
dtls_association_new (void)
{
  DtlsAssociation *self = g_new0 (DtlsAssociation, 1);

  self->early = dtls_datagram_queue_new (ASSOCIATION_EARLY_MAX,
      ASSOCIATION_EARLY_BYTES_MAX);
  self->held_data = dtls_datagram_queue_new (ASSOCIATION_HELD_DATA_MAX,
      ASSOCIATION_HELD_DATA_BYTES_MAX);
  g_queue_init (&self->outputs);
  self->stats.handshake_duration_us = -1;
  return self;
}

static void
association_clear_config (DtlsAssociation * self)
{
  g_clear_pointer (&self->config.certificate, dtls_certificate_unref);
  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  g_free ((gchar *) self->config.priority);
  self->config.priority = NULL;
}

static void
association_set_config (DtlsAssociation * self, const DtlsConfig * config)
{
  /* Fingerprints may have been given before the start. */
  DtlsFingerprints *fingerprints = config->fingerprints
      ? dtls_fingerprints_ref (config->fingerprints)
      : g_steal_pointer (&self->config.fingerprints);

  association_clear_config (self);
  self->config = *config;
  self->config.certificate = dtls_certificate_ref (config->certificate);
  self->config.fingerprints = fingerprints;
  self->config.priority = g_strdup (config->priority);
  self->config.mtu = CLAMP (config->mtu, DTLS_MTU_MIN, DTLS_MTU_MAX);
}

static void
association_output_free (gpointer data)
{
  dtls_output_clear (data);
  g_free (data);
}

void
dtls_association_free (DtlsAssociation * self)
{
  g_clear_pointer (&self->current, dtls_connection_free);
  g_clear_pointer (&self->closed, dtls_connection_free);
  association_clear_config (self);
  dtls_datagram_queue_free (self->early);
  dtls_datagram_queue_free (self->held_data);
  g_queue_clear_full (&self->outputs, association_output_free);
  g_free (self);
}

/* Ends and beginnings. */

static void
association_drop_connection (DtlsAssociation * self)
{
  if (self->current) {
    self->stats.flights_resent += dtls_connection_get_resent (self->current);
    g_clear_pointer (&self->current, dtls_connection_free);
  }
  self->accepted = FALSE;
  dtls_datagram_queue_clear (self->held_data);
}

static void
association_set_failed (DtlsAssociation * self, const GError * error)
{
  association_set_state (self, DTLS_STATE_FAILED, error);
  association_drop_connection (self);
}

static void
association_refuse (DtlsAssociation * self, GError * error)
{
  dtls_connection_fail (self->current, error);
  association_set_failed (self, error);
  g_error_free (error);
}

static void
association_release_data (DtlsAssociation * self)
{
  GBytes *bytes;

  while ((bytes = dtls_datagram_queue_pop (self->held_data)))
    association_put_bytes (self, DTLS_OUTPUT_DATA, bytes);
}

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
    association_put (self, DTLS_OUTPUT_KEYS)->keys = keys;
  association_set_state (self, DTLS_STATE_CONNECTED, NULL);
  association_release_data (self);
}

static GError *
association_mismatch_error (void)
{
  return g_error_new_literal (DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH,
      _("The peer's certificate is not the one that the signalling "
          "announced: somebody may be in between."));
}

/* On a complete handshake, and whenever the fingerprints change. */
static void
association_judge (DtlsAssociation * self)
{
  g_autoptr (GBytes) certificate =
      dtls_connection_get_peer_certificate (self->current);
  DtlsJudgement judgement;

  association_show_certificate (self, certificate);
  judgement = dtls_verification_judge (self->config.verify,
      self->config.fingerprints, certificate);
  if (judgement == DTLS_JUDGEMENT_MISMATCH)
    association_refuse (self, association_mismatch_error ());
  else if (judgement != DTLS_JUDGEMENT_HOLD && !self->accepted)
    association_accept (self, judgement == DTLS_JUDGEMENT_VERIFIED);
  else if (judgement == DTLS_JUDGEMENT_VERIFIED)
    self->stats.verified = TRUE;
}

/* Draws the conclusions from what a connection has just done. */
static void
association_conclude (DtlsAssociation * self)
{
  switch (dtls_connection_get_phase (self->current)) {
    case DTLS_PHASE_WAITING:
      break;
    case DTLS_PHASE_HANDSHAKE:
      association_set_state (self, DTLS_STATE_CONNECTING, NULL);
      break;
    case DTLS_PHASE_ESTABLISHED:
      if (!self->accepted && !self->certificate_shown)
        association_judge (self);
      break;
    case DTLS_PHASE_CLOSED:
      association_put (self, DTLS_OUTPUT_PEER_CLOSED);
      association_set_state (self, DTLS_STATE_CLOSED, NULL);
      association_drop_connection (self);
      break;
    case DTLS_PHASE_FAILED:
      association_set_failed (self, dtls_connection_get_error (self->current));
      break;
  }
}

/* Input. */

static void
association_take_record (DtlsAssociation * self, DtlsConnection * connection,
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

static void
association_take_records (DtlsAssociation * self, DtlsConnection * connection,
    const guint8 * data, gsize size, gint64 now_us)
{
  DtlsRecord record;

  while (size > 0 && dtls_record_parse (data, size, &record)) {
    association_take_record (self, connection, &record, now_us);
    data += record.size;
    size -= record.size;
  }
  if (size > 0)
    association_count_drop (self, DTLS_DROP_MALFORMED, 1);
}

/* After this end has closed, only the peer's close_notify is of interest. */
static void
association_await_answer (DtlsAssociation * self, const guint8 * data,
    gsize size, gint64 now_us)
{
  association_take_records (self, self->closed, data, size, now_us);
  dtls_connection_proceed (self->closed, now_us);
  if (dtls_connection_get_phase (self->closed) != DTLS_PHASE_CLOSED)
    return;
  g_clear_pointer (&self->closed, dtls_connection_free);
  association_put (self, DTLS_OUTPUT_PEER_CLOSED);
}

static void
association_take_datagram (DtlsAssociation * self, const guint8 * data,
    gsize size, gint64 now_us)
{
  association_take_records (self, self->current, data, size, now_us);
  if (dtls_connection_get_phase (self->current) == DTLS_PHASE_HANDSHAKE)
    association_set_state (self, DTLS_STATE_CONNECTING, NULL);

  dtls_connection_proceed (self->current, now_us);
  association_count_drop (self, DTLS_DROP_UNAUTHENTIC,
      dtls_connection_take_discarded (self->current));
  association_conclude (self);
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
  else if (self->closed)
    association_await_answer (self, data, size, now_us);
  else if (self->started)
    association_count_drop (self, DTLS_DROP_CLOSED, 1);
  else
    association_keep_early (self, data, size);
}

static void
association_take_early (DtlsAssociation * self, gint64 now_us)
{
  GBytes *bytes;

  while (self->current && (bytes = dtls_datagram_queue_pop (self->early))) {
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    association_take_datagram (self, data, size, now_us);
    g_bytes_unref (bytes);
  }
  dtls_datagram_queue_clear (self->early);
}

gboolean
dtls_association_start (DtlsAssociation * self, const DtlsConfig * config,
    gint64 now_us, GError ** error)
{
  g_return_val_if_fail (!self->started, FALSE);
  g_return_val_if_fail (config->certificate != NULL, FALSE);

  association_set_config (self, config);
  self->current = dtls_connection_new (&self->config, 0, &connection_hooks,
      self, error);
  if (!self->current)
    return FALSE;
  self->started = TRUE;
  if (config->role == DTLS_ROLE_CLIENT) {
    association_set_state (self, DTLS_STATE_CONNECTING, NULL);
    dtls_connection_start (self->current, now_us);
    association_conclude (self);
  }
  association_take_early (self, now_us);
  return TRUE;
}

gint64
dtls_association_get_deadline_us (const DtlsAssociation * self)
{
  return self->current ? dtls_connection_get_deadline_us (self->current) : -1;
}

void
dtls_association_handle_deadline (DtlsAssociation * self, gint64 now_us)
{
  if (!self->current)
    return;
  dtls_connection_handle_deadline (self->current, now_us);
  association_conclude (self);
}

void
dtls_association_set_fingerprints (DtlsAssociation * self,
    DtlsFingerprints * fingerprints, gint64 now_us)
{
  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  if (fingerprints)
    self->config.fingerprints = dtls_fingerprints_ref (fingerprints);
  if (self->current && dtls_connection_get_phase (self->current)
      == DTLS_PHASE_ESTABLISHED)
    association_judge (self);
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
  if (self->current)
    dtls_connection_close (self->current);
  if (self->state != DTLS_STATE_FAILED)
    association_set_state (self, DTLS_STATE_CLOSED, NULL);
  if (self->accepted) {
    self->stats.flights_resent += dtls_connection_get_resent (self->current);
    self->closed = g_steal_pointer (&self->current);
  }
  association_drop_connection (self);
  dtls_datagram_queue_clear (self->early);
}

gboolean
dtls_association_poll (DtlsAssociation * self, DtlsOutput * output)
{
  DtlsOutput *next = g_queue_pop_head (&self->outputs);

  if (!next)
    return FALSE;
  *output = *next;
  g_free (next);
  return TRUE;
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
}
