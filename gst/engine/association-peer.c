/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who the peer is: which connection counts, whether its owner is accepted,
 * and what the application is told of it.
 */
#include "config.h"

#include "association-private.h"

#include "error.h"
#include "log.h"
#include "verification.h"

/* How often a client tries anew by itself before it gives up. */
#define ASSOCIATION_NEW_TRIES_MAX 8

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

void
dtls_association_count_drop (DtlsAssociation * self, DtlsDropCause cause,
    guint64 n)
{
  if (n == 0)
    return;
  self->stats.dropped[cause] += n;
  dtls_log (DTLS_LOG_TRACE, "dropped, %s", dtls_drop_cause_name (cause));
}

void
dtls_association_put_datagram (DtlsAssociation * self, GBytes * bytes)
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
  DtlsAssociation *self = user_data;

  if (self->held_datagrams)
    g_queue_push_tail (self->held_datagrams, bytes);
  else
    dtls_association_put_datagram (self, bytes);
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
  dtls_association_count_drop (user_data, cause, 1);
}

/* Asked in the middle of the handshake: what is known to be wrong goes no
 * further. Everything else is decided when the handshake is complete and the
 * peer has proved that the certificate is its own. */
static gboolean
association_accept_peer (DtlsConnection * connection, GBytes * certificate,
    gpointer user_data)
{
  DtlsAssociation *self = user_data;
  gboolean is_current = connection == self->current;
  DtlsFingerprints *fingerprints = is_current
      ? self->config.fingerprints : self->next_fingerprints;

  /* The signalling of a restart may be late; `next` can wait for it. */
  if (!is_current && !fingerprints)
    return TRUE;
  if (dtls_verification_judge (self->config.verify, fingerprints, NULL,
          certificate) != DTLS_JUDGEMENT_MISMATCH)
    return TRUE;
  if (is_current)
    association_show_certificate (self, certificate);
  return FALSE;
}

static const DtlsConnectionHooks connection_hooks = {
  .datagram = association_on_datagram,
  .data = association_on_data,
  .dropped = association_on_dropped,
  .accept_peer = association_accept_peer,
};

DtlsConnection *
dtls_association_new_connection (DtlsAssociation * self,
    const DtlsConfig * config, guint16 first_message, guint64 first_sequence,
    GError ** error)
{
  return dtls_connection_new (config, first_message, first_sequence,
      &connection_hooks, self, error);
}

/* Ends of connections. */

void
dtls_association_free_connection (DtlsAssociation * self,
    DtlsConnection ** connection)
{
  if (!*connection)
    return;
  self->stats.flights_resent += dtls_connection_get_resent (*connection);
  g_clear_pointer (connection, dtls_connection_free);
}

void
dtls_association_drop_next (DtlsAssociation * self)
{
  dtls_association_free_connection (self, &self->next);
  self->next_until_us = -1;
}

void
dtls_association_end (DtlsAssociation * self, DtlsState state,
    const GError * error)
{
  association_set_state (self, state, error);
  dtls_association_drop_next (self);
  dtls_association_free_connection (self, &self->current);
  self->accepted = FALSE;
}

void
dtls_association_promote_next (DtlsAssociation * self)
{
  dtls_association_free_connection (self, &self->current);
  self->current = g_steal_pointer (&self->next);
  self->next_until_us = -1;
  self->accepted = FALSE;
  self->certificate_shown = FALSE;
  self->stats.verified = FALSE;
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
    dtls_association_end (self, state, error);
    return;
  }
  dtls_association_promote_next (self);
  association_set_state (self, DTLS_STATE_CONNECTING, NULL);
}

static void
association_refuse (DtlsAssociation * self, GError * error)
{
  dtls_connection_fail (self->current, error);
  dtls_association_end (self, DTLS_STATE_FAILED, error);
  g_error_free (error);
}

/* Verification. */

/* How it got in, once it is in. */
static void
association_note_acceptance (DtlsAssociation * self, gboolean verified)
{
  self->accepted = TRUE;
  self->stats.verified = verified;
  g_clear_pointer (&self->accepted_certificate, g_bytes_unref);
  self->accepted_certificate =
      dtls_connection_get_peer_certificate (self->current);
  if (!verified && self->config.verify == DTLS_VERIFY_AUTO)
    dtls_log (DTLS_LOG_WARNING, "the peer is accepted whoever it is: no "
        "fingerprint says what its certificate should be");
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
  association_note_acceptance (self, verified);
  self->stats.handshake_duration_us =
      dtls_connection_get_duration_us (self->current);
  dtls_connection_get_facts (self->current, &self->stats);
  if (keys)
    dtls_output_queue_put_keys (self->outputs, keys);
  association_set_state (self, DTLS_STATE_CONNECTED, NULL);
  dtls_connection_release (self->current);
}

void
dtls_association_judge_current (DtlsAssociation * self)
{
  g_autoptr (GBytes) certificate =
      dtls_connection_get_peer_certificate (self->current);
  DtlsJudgement judgement = dtls_verification_judge (self->config.verify,
      self->config.fingerprints, self->accepted_certificate, certificate);

  association_show_certificate (self, certificate);
  if (judgement == DTLS_JUDGEMENT_MISMATCH)
    association_refuse (self, dtls_verification_mismatch_error ());
  else if (judgement == DTLS_JUDGEMENT_STRANGER)
    association_refuse (self, dtls_verification_stranger_error ());
  else if (judgement != DTLS_JUDGEMENT_HOLD && !self->accepted)
    association_accept (self, judgement == DTLS_JUDGEMENT_VERIFIED);
  else if (judgement == DTLS_JUDGEMENT_VERIFIED)
    self->stats.verified = TRUE;
}

gboolean
dtls_association_judge_next (DtlsAssociation * self)
{
  g_autoptr (GBytes) certificate =
      dtls_connection_get_peer_certificate (self->next);
  DtlsFingerprints *fingerprints = self->next_fingerprints
      ? self->next_fingerprints : self->config.fingerprints;
  DtlsJudgement judgement = dtls_verification_judge (self->config.verify,
      fingerprints, self->accepted_certificate, certificate);

  if (judgement != DTLS_JUDGEMENT_VERIFIED
      && judgement != DTLS_JUDGEMENT_UNVERIFIED)
    return FALSE;
  dtls_log (DTLS_LOG_INFO, "the peer has started anew and takes over");
  dtls_association_promote_next (self);
  association_show_certificate (self, certificate);
  association_accept (self, judgement == DTLS_JUDGEMENT_VERIFIED);
  return TRUE;
}

/* Its certificate was not the one, or nobody said what it should be. */
void
dtls_association_give_up_next (DtlsAssociation * self)
{
  g_autoptr (GError) error = dtls_verification_mismatch_error ();

  dtls_log (DTLS_LOG_WARNING, "a peer that wanted to take over is given up: "
      "it is not known whether its certificate is right");
  dtls_connection_fail (self->next, error);
  dtls_association_drop_next (self);
}

/* Conclusions from what a connection has just done. */

static void
association_renew_current (DtlsAssociation * self)
{
  g_autoptr (GError) error = NULL;

  dtls_association_free_connection (self, &self->current);
  self->current = dtls_association_new_connection (self, &self->config, 0, 0,
      &error);
  if (!self->current)
    dtls_association_end (self, DTLS_STATE_FAILED, error);
}

/* What is on its way from a handshake before, or is forged, fits into this one
 * until a signature is wrong. The next one has another random. */
static gboolean
association_may_try_anew (DtlsAssociation * self, DtlsConnection * failed)
{
  const GError *error = dtls_connection_get_error (failed);

  if (self->config.role == DTLS_ROLE_SERVER
      || self->n_new_tries == ASSOCIATION_NEW_TRIES_MAX
      || dtls_connection_get_duration_us (failed) >= 0
      || !g_error_matches (error, DTLS_ERROR, DTLS_ERROR_HANDSHAKE))
    return FALSE;
  dtls_log (DTLS_LOG_INFO, "begins anew: %s", error->message);
  self->n_new_tries++;
  return TRUE;
}

static gboolean
association_try_current_anew (DtlsAssociation * self, gint64 now_us)
{
  if (self->next || !association_may_try_anew (self, self->current))
    return FALSE;
  association_renew_current (self);
  if (self->current) {
    dtls_connection_start (self->current, now_us);
    dtls_association_conclude_current (self, now_us);
  }
  return TRUE;
}

void
dtls_association_conclude_current (DtlsAssociation * self, gint64 now_us)
{
  switch (dtls_connection_get_phase (self->current)) {
    case DTLS_PHASE_WAITING:
      break;
    case DTLS_PHASE_HANDSHAKE:
      association_set_state (self, DTLS_STATE_CONNECTING, NULL);
      break;
    case DTLS_PHASE_ESTABLISHED:
      if (!self->certificate_shown)
        dtls_association_judge_current (self);
      break;
    case DTLS_PHASE_CLOSED:
      if (!self->next)
        dtls_output_queue_put_peer_closed (self->outputs);
      association_lose_current (self, DTLS_STATE_CLOSED, NULL);
      break;
    case DTLS_PHASE_FAILED:
      if (!association_try_current_anew (self, now_us))
        association_lose_current (self, DTLS_STATE_FAILED,
            dtls_connection_get_error (self->current));
      break;
  }
}

static gboolean
association_try_next_anew (DtlsAssociation * self, gint64 now_us)
{
  return association_may_try_anew (self, self->next)
      && dtls_association_start_next (self, 0, 0, now_us, NULL);
}

void
dtls_association_conclude_next (DtlsAssociation * self, gint64 now_us)
{
  switch (dtls_connection_get_phase (self->next)) {
    case DTLS_PHASE_WAITING:
    case DTLS_PHASE_HANDSHAKE:
      break;
    case DTLS_PHASE_ESTABLISHED:
      dtls_association_judge_next (self);
      break;
    case DTLS_PHASE_CLOSED:
    case DTLS_PHASE_FAILED:
      if (association_try_next_anew (self, now_us))
        break;
      dtls_log (DTLS_LOG_INFO, "a second handshake has failed");
      dtls_association_drop_next (self);
      break;
  }
}

void
dtls_association_proceed_current (DtlsAssociation * self, gint64 now_us)
{
  if (!self->current)
    return;
  if (dtls_connection_get_phase (self->current) == DTLS_PHASE_HANDSHAKE)
    association_set_state (self, DTLS_STATE_CONNECTING, NULL);
  dtls_connection_proceed (self->current, now_us);
  dtls_association_count_drop (self, DTLS_DROP_UNAUTHENTIC,
      dtls_connection_take_discarded (self->current));
  dtls_association_conclude_current (self, now_us);
}

static void
association_release_datagrams (DtlsAssociation * self, GQueue * held)
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (held)))
    dtls_association_put_datagram (self, bytes);
}

gboolean
dtls_association_try_current (DtlsAssociation * self, gint64 now_us)
{
  GQueue held = G_QUEUE_INIT;
  gboolean failed;

  self->held_datagrams = &held;
  dtls_connection_proceed (self->current, now_us);
  self->held_datagrams = NULL;
  failed = dtls_connection_get_phase (self->current) == DTLS_PHASE_FAILED;
  if (!failed) {
    association_release_datagrams (self, &held);
    dtls_association_conclude_current (self, now_us);
    return TRUE;
  }
  dtls_log (DTLS_LOG_DEBUG, "a first ClientHello came to nothing: %s",
      dtls_connection_get_error (self->current)->message);
  g_queue_clear_full (&held, (GDestroyNotify) g_bytes_unref);
  association_renew_current (self);
  return FALSE;
}

void
dtls_association_proceed_next (DtlsAssociation * self, gint64 now_us)
{
  if (!self->next)
    return;
  dtls_connection_proceed (self->next, now_us);
  dtls_association_count_drop (self, DTLS_DROP_UNAUTHENTIC,
      dtls_connection_take_discarded (self->next));
  dtls_association_conclude_next (self, now_us);
}
