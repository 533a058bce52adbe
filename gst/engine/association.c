/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public surface of an association, and its life.
 */
#include "config.h"

#include "association-private.h"

#include <glib/gi18n-lib.h>

#include "error.h"
#include "retransmit-clock.h"

/* Datagrams before the start: one ClientHello, however cut, and then some. */
#define ASSOCIATION_EARLY_MAX 16
#define ASSOCIATION_EARLY_BYTES_MAX (64 * 1024)

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

DtlsAssociation *
dtls_association_new (void)
{
  DtlsAssociation *self = g_new0 (DtlsAssociation, 1);

  self->early = dtls_datagram_queue_new (ASSOCIATION_EARLY_MAX,
      ASSOCIATION_EARLY_BYTES_MAX);
  self->outputs = dtls_output_queue_new ();
  self->next_until_us = -1;
  self->next_hello_us = G_MININT64;
  self->stats.handshake_duration_us = -1;
  return self;
}

void
dtls_association_free (DtlsAssociation * self)
{
  g_clear_pointer (&self->next, dtls_connection_free);
  g_clear_pointer (&self->current, dtls_connection_free);
  g_clear_pointer (&self->closing, dtls_connection_free);
  g_clear_pointer (&self->next_fingerprints, dtls_fingerprints_unref);
  g_clear_pointer (&self->accepted_certificate, g_bytes_unref);
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

  connection = dtls_association_new_connection (self, config, 0, 0, error);
  if (!connection)
    return FALSE;
  association_set_config (self, config);
  self->current = connection;
  self->started = TRUE;
  if (config->role == DTLS_ROLE_CLIENT) {
    dtls_connection_start (self->current, now_us);
    dtls_association_conclude_current (self, now_us);
  }
  dtls_association_take_early (self, now_us);
  return TRUE;
}

void
dtls_association_handle_datagram (DtlsAssociation * self,
    const guint8 * data, gsize size, gint64 now_us)
{
  self->stats.datagrams_received++;
  self->stats.bytes_received += size;

  if (size == 0)
    dtls_association_count_drop (self, DTLS_DROP_EMPTY, 1);
  else if (self->current)
    dtls_association_take_datagram (self, data, size, now_us);
  else if (self->closing)
    dtls_association_await_answer (self, data, size, now_us);
  else if (self->started)
    dtls_association_count_drop (self, DTLS_DROP_CLOSED, 1);
  else
    dtls_association_keep_early (self, data, size);
}

gint64
dtls_association_get_deadline_us (const DtlsAssociation * self)
{
  gint64 deadline_us = self->next_until_us;

  if (self->current)
    deadline_us = dtls_deadline_earlier (deadline_us,
        dtls_connection_get_deadline_us (self->current));
  if (self->next)
    deadline_us = dtls_deadline_earlier (deadline_us,
        dtls_connection_get_deadline_us (self->next));
  return deadline_us;
}

void
dtls_association_handle_deadline (DtlsAssociation * self, gint64 now_us)
{
  if (self->current) {
    dtls_connection_handle_deadline (self->current, now_us);
    dtls_association_conclude_current (self, now_us);
  }
  if (self->next) {
    dtls_connection_handle_deadline (self->next, now_us);
    dtls_association_conclude_next (self, now_us);
  }
  if (self->next && now_us >= self->next_until_us)
    dtls_association_give_up_next (self);
}

/* Returns: whether `next` has taken the place of `current`. */
static gboolean
association_judge_established_next (DtlsAssociation * self)
{
  return self->next
      && dtls_connection_get_phase (self->next) == DTLS_PHASE_ESTABLISHED
      && dtls_association_judge_next (self);
}

void
dtls_association_set_fingerprints (DtlsAssociation * self,
    DtlsFingerprints * fingerprints, gint64 now_us)
{
  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  g_clear_pointer (&self->next_fingerprints, dtls_fingerprints_unref);
  if (fingerprints)
    self->config.fingerprints = dtls_fingerprints_ref (fingerprints);

  if (association_judge_established_next (self))
    return;
  if (self->current
      && dtls_connection_get_phase (self->current) == DTLS_PHASE_ESTABLISHED)
    dtls_association_judge_current (self);
}

/* Whoever comes next is asked for. Where nobody has come yet, that is whom
 * `current` waits for. */
static void
association_await_restart (DtlsAssociation * self)
{
  g_clear_pointer (&self->accepted_certificate, g_bytes_unref);
  if (dtls_connection_get_phase (self->current) == DTLS_PHASE_ESTABLISHED) {
    association_judge_established_next (self);
  } else if (self->next_fingerprints) {
    g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
    self->config.fingerprints = g_steal_pointer (&self->next_fingerprints);
  }
}

gboolean
dtls_association_restart (DtlsAssociation * self,
    DtlsFingerprints * fingerprints, gint64 now_us, GError ** error)
{
  DtlsFingerprints *before;

  if (!self->current) {
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED,
        _("There is no association that could start anew."));
    return FALSE;
  }
  before = self->next_fingerprints;
  self->next_fingerprints = fingerprints
      ? dtls_fingerprints_ref (fingerprints) : NULL;

  if (self->config.role == DTLS_ROLE_SERVER) {
    association_await_restart (self);
  } else if (!dtls_association_start_next (self, 0, 0, now_us, error)) {
    /* An earlier restart may be under way. */
    g_clear_pointer (&self->next_fingerprints, dtls_fingerprints_unref);
    self->next_fingerprints = before;
    return FALSE;
  } else {
    g_clear_pointer (&self->accepted_certificate, g_bytes_unref);
    self->n_new_tries = 0;
  }
  g_clear_pointer (&before, dtls_fingerprints_unref);
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
        _("%zu bytes do not fit into one record, which takes 1 to %zu. Send "
            "less at a time, or raise the MTU."), size, size_max);
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
    dtls_association_end (self, DTLS_STATE_CLOSED, NULL);
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
