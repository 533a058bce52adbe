/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See srtp-slot.h.
 *
 * Lock: obtain_lock, so that a link gets one owner of a kind. The owner's own
 * lock is taken under it, never the other way round.
 */
#include "config.h"

#include "srtp-slot.h"

#include <string.h>

#include "srtp/srtp-crypto.h"
#include "worker.h"

#define FORMER_US (1 * G_USEC_PER_SEC)

static GMutex obtain_lock;

static gboolean
secrets_are_equal (DtlsSecret * a, DtlsSecret * b)
{
  return a != NULL && b != NULL && dtls_secret_size (a) == dtls_secret_size (b)
      && memcmp (dtls_secret_bytes (a), dtls_secret_bytes (b),
      dtls_secret_size (a)) == 0;
}

/* The session's counters must outlive it. */
static void
slot_retire (DtlsSrtpSlot * self)
{
  DtlsSrtpStats stats;
  guint i;

  g_clear_pointer (&self->former, dtls_srtp_session_free);
  if (self->session == NULL)
    return;
  dtls_srtp_session_get_stats (self->session, &stats);
  for (i = 0; i < DTLS_SRTP_N_STATUS; i++)
    self->past.packets[i] += stats.packets[i];
  self->past.bytes += stats.bytes;
  self->former = g_steal_pointer (&self->session);
  self->former_until_us = g_get_monotonic_time () + FORMER_US;
  self->is_nearly_exhausted = FALSE;
  g_clear_pointer (&self->secret, dtls_secret_unref);
}

static void
slot_close (DtlsSrtpSlot * self)
{
  slot_retire (self);
  g_clear_pointer (&self->former, dtls_srtp_session_free);
}

void
dtls_srtp_slot_init (DtlsSrtpSlot * self, DtlsSrtpDirection direction)
{
  memset (self, 0, sizeof (*self));
  self->direction = direction;
  self->replay_window = DTLS_SRTP_REPLAY_WINDOW;
}

void
dtls_srtp_slot_clear (DtlsSrtpSlot * self)
{
  slot_close (self);
}

gboolean
dtls_srtp_slot_is_keyed (const DtlsSrtpSlot * self)
{
  return self->session != NULL;
}

gboolean
dtls_srtp_slot_set_keys (DtlsSrtpSlot * self, DtlsSrtpKeys * keys,
    gboolean initial, GError ** error)
{
  DtlsSecret *secret;

  if (keys == NULL) {
    slot_close (self);
    return TRUE;
  }
  secret = self->direction == DTLS_SRTP_SEND ? keys->local : keys->remote;
  if (secrets_are_equal (self->secret, secret)
      || (initial && self->session != NULL))
    return TRUE;
  slot_retire (self);
  self->session = dtls_srtp_session_new (keys->profile, secret,
      self->direction, self->replay_window, error);
  if (self->session == NULL || self->direction == DTLS_SRTP_SEND)
    g_clear_pointer (&self->former, dtls_srtp_session_free);
  if (self->session == NULL)
    return FALSE;
  self->secret = dtls_secret_ref (secret);
  return TRUE;
}

/* On a copy, because a wrong key may leave anything in the packet. A failure
 * is not counted: the session in force decides. */
static gboolean
slot_try_former (DtlsSrtpSlot * self, DtlsSrtpKind kind, guint8 * packet,
    gsize * size)
{
  g_autofree guint8 *copy = NULL;
  gsize copy_size = *size;

  if (g_get_monotonic_time () >= self->former_until_us)
    g_clear_pointer (&self->former, dtls_srtp_session_free);
  if (self->former == NULL)
    return FALSE;
  copy = g_memdup2 (packet, *size);
  if (dtls_srtp_session_unprotect (self->former, kind, copy, &copy_size)
      != DTLS_SRTP_OK)
    return FALSE;
  self->past.packets[DTLS_SRTP_OK]++;
  self->past.bytes += *size;
  memcpy (packet, copy, copy_size);
  *size = copy_size;
  return TRUE;
}

DtlsSrtpStatus
dtls_srtp_slot_unprotect (DtlsSrtpSlot * self, DtlsSrtpKind kind,
    guint8 * packet, gsize * size)
{
  DtlsSrtpStatus status;

  if (self->former != NULL && slot_try_former (self, kind, packet, size))
    return DTLS_SRTP_OK;
  status = dtls_srtp_session_unprotect (self->session, kind, packet, size);
  if (status == DTLS_SRTP_OK)
    g_clear_pointer (&self->former, dtls_srtp_session_free);
  return status;
}

void
dtls_srtp_slot_note_use (DtlsSrtpSlot * self)
{
  if (self->session == NULL || self->is_nearly_exhausted
      || !dtls_srtp_session_is_nearly_exhausted (self->session))
    return;
  self->is_nearly_exhausted = TRUE;
  g_atomic_int_set (&self->has_notice, TRUE);
}

void
dtls_srtp_slot_tell (DtlsSrtpSlot * self, GstElement * element)
{
  if (G_LIKELY (!g_atomic_int_get (&self->has_notice))
      || !g_atomic_int_compare_and_exchange (&self->has_notice, TRUE, FALSE))
    return;
  gst_element_post_message (element,
      gst_message_new_element (GST_OBJECT (element),
          gst_structure_new ("srtp-key-nearly-exhausted", "direction",
              G_TYPE_STRING, self->direction == DTLS_SRTP_SEND ? "sent" :
              "received", NULL)));
}

GstStructure *
dtls_srtp_slot_get_stats (const DtlsSrtpSlot * self)
{
  DtlsSrtpStats now = { 0 };
  g_autoptr (GstStructure) dropped = gst_structure_new ("dropped",
      "no-keys", G_TYPE_UINT64, self->n_without_keys, NULL);
  const gchar *packets = "packets-sent", *bytes = "bytes-sent";
  guint i;

  if (self->direction == DTLS_SRTP_RECEIVE) {
    packets = "packets-received";
    bytes = "bytes-received";
  }
  if (self->session != NULL)
    dtls_srtp_session_get_stats (self->session, &now);
  for (i = DTLS_SRTP_OK + 1; i < DTLS_SRTP_N_STATUS; i++)
    gst_structure_set (dropped, dtls_srtp_status_name (i), G_TYPE_UINT64,
        self->past.packets[i] + now.packets[i], NULL);
  return gst_structure_new ("srtp-direction",
      packets, G_TYPE_UINT64,
      self->past.packets[DTLS_SRTP_OK] + now.packets[DTLS_SRTP_OK],
      bytes, G_TYPE_UINT64, self->past.bytes + now.bytes,
      "ssrcs", G_TYPE_UINT, now.ssrcs,
      "key-nearly-exhausted", G_TYPE_BOOLEAN, now.key_is_nearly_exhausted,
      "dropped", GST_TYPE_STRUCTURE, dropped, NULL);
}

/* What ties an owner to its link; lives as long as the link. */
typedef struct
{
  const DtlsSrtpSlotOwner *kind;
  gpointer owner;
} Tie;

static void
tie_free (gpointer data)
{
  Tie *tie = data;

  g_atomic_rc_box_release_full (tie->owner, tie->kind->clear);
  g_free (tie);
}

static void
tie_set_keys (Tie * tie, DtlsLink * link, DtlsSrtpKeys * keys, gboolean initial)
{
  g_autoptr (GError) error = NULL;

  if (!tie->kind->set_keys (tie->owner, keys, initial, &error))
    GST_ERROR ("%s: keys that cannot be used: %s", dtls_link_get_id (link),
        error->message);
}

static void
tie_keys (DtlsLink * link, DtlsSrtpKeys * keys, Tie * tie)
{
  tie_set_keys (tie, link, keys, FALSE);
}

static void
run_crypto_init (gpointer link)
{
  dtls_srtp_crypto_init ();
}

/* libsrtp2 tests itself for some 30 ms when it is first used: the process's
 * first handshake can go on meanwhile. */
static void
prepare_crypto (DtlsLink * link)
{
  static gint is_asked_for;

  if (g_atomic_int_compare_and_exchange (&is_asked_for, FALSE, TRUE))
    dtls_worker_push (run_crypto_init, g_object_ref (link));
}

/* NEW is the state of an association that takes the place of another. */
static void
tie_state (DtlsLink * link, gint state, GError * error, Tie * tie)
{
  if (state == DTLS_STATE_CONNECTING)
    prepare_crypto (link);
  if (tie->kind->ends_with & (1u << state))
    tie_set_keys (tie, link, NULL, FALSE);
}

static Tie *
tie_new (const DtlsSrtpSlotOwner * kind, DtlsLink * link)
{
  Tie *tie = g_new0 (Tie, 1);

  tie->kind = kind;
  tie->owner = kind->make ();
  g_object_set_data_full (G_OBJECT (link), kind->name, tie, tie_free);
  g_signal_connect (link, "keys", G_CALLBACK (tie_keys), tie);
  g_signal_connect (link, "state", G_CALLBACK (tie_state), tie);
  return tie;
}

gpointer
dtls_srtp_slot_owner_obtain (const DtlsSrtpSlotOwner * kind, DtlsLink * link)
{
  DtlsSrtpKeys *keys;
  gpointer owner;
  Tie *tie;

  g_mutex_lock (&obtain_lock);
  tie = g_object_get_data (G_OBJECT (link), kind->name);
  if (tie == NULL) {
    tie = tie_new (kind, link);
    keys = dtls_link_get_keys (link);
    if (keys != NULL) {
      tie_set_keys (tie, link, keys, TRUE);
      dtls_srtp_keys_unref (keys);
    }
  }
  owner = g_atomic_rc_box_acquire (tie->owner);
  g_mutex_unlock (&obtain_lock);
  return owner;
}
