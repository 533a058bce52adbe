/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The place where one direction of a peer keeps its SRTP session: what the
 * sender and the receiver have in common. Keys that come again are no reason
 * to start again, so a session lives until other keys come. What the peer has
 * sent under the former keys may then still be on its way (RFC 5764 section
 * 5.2): a slot that receives takes it until the first packet under the new
 * keys, for a second at most.
 *
 * A slot has no lock; the sender or receiver that owns it has.
 */
#ifndef DTLS_SRTP_SLOT_H
#define DTLS_SRTP_SLOT_H

#include "association-link.h"
#include "srtp/srtp-session.h"

G_BEGIN_DECLS

/**
 * DtlsSrtpSlot:
 * @direction: which of the two keys is its own
 * @replay_window: packets, for sessions from now on
 * @session: (nullable): %NULL without keys
 * @secret: (nullable): the key of @session
 * @former: (nullable): the session before @session, for late packets
 * @former_until_us: monotonic time, until when
 * @past: what the sessions before @session counted
 * @n_without_keys: packets that came when there was no session
 * @is_nearly_exhausted: the key of @session, as has been noted
 * @has_notice: atomic; that is still to be told
 */
typedef struct
{
  DtlsSrtpDirection direction;
  guint replay_window;
  DtlsSrtpSession *session;
  DtlsSecret *secret;
  DtlsSrtpSession *former;
  gint64 former_until_us;
  DtlsSrtpStats past;
  guint64 n_without_keys;
  gboolean is_nearly_exhausted;
  gint has_notice;
} DtlsSrtpSlot;

void dtls_srtp_slot_init (DtlsSrtpSlot * self, DtlsSrtpDirection direction);
void dtls_srtp_slot_clear (DtlsSrtpSlot * self);
gboolean dtls_srtp_slot_is_keyed (const DtlsSrtpSlot * self);

/**
 * dtls_srtp_slot_set_keys:
 * @keys: (nullable): %NULL closes the slot
 * @initial: leave it as it is when it has keys
 *
 * Returns: %FALSE with @error set when the keys are of no use; the slot is
 * closed then.
 */
gboolean dtls_srtp_slot_set_keys (DtlsSrtpSlot * self, DtlsSrtpKeys * keys,
    gboolean initial, GError ** error);

/**
 * dtls_srtp_slot_unprotect:
 *
 * See dtls_srtp_session_unprotect(); for a slot that has keys.
 */
DtlsSrtpStatus dtls_srtp_slot_unprotect (DtlsSrtpSlot * self,
    DtlsSrtpKind kind, guint8 * packet, gsize * size);

/** dtls_srtp_slot_note_use: after packets. */
void dtls_srtp_slot_note_use (DtlsSrtpSlot * self);

/**
 * dtls_srtp_slot_tell:
 *
 * Lets @element post a message when the key is nearly used up, once a key. No
 * lock is needed, and none may be held.
 */
void dtls_srtp_slot_tell (DtlsSrtpSlot * self, GstElement * element);

/** Returns: (transfer full): see dtls_srtp_sender_get_stats(). */
GstStructure *dtls_srtp_slot_get_stats (const DtlsSrtpSlot * self);

/**
 * DtlsSrtpSlotOwner:
 * @name: under which it is kept with the link
 * @ends_with: the states of the link in which the keys are void
 * @make: makes one, an atomic reference counted box
 * @clear: ends one
 * @set_keys: gives it keys, %NULL to close it; with @initial only when it has
 *   none yet, because newer ones may have come first
 *
 * How the owner of a slot is tied to a link.
 */
typedef struct
{
  const gchar *name;
  guint ends_with;              /* bits, 1 << DtlsState */
  gpointer (*make) (void);
  void (*clear) (gpointer owner);
  gboolean (*set_keys) (gpointer owner, DtlsSrtpKeys * keys, gboolean initial,
      GError ** error);
} DtlsSrtpSlotOwner;

/**
 * dtls_srtp_slot_owner_obtain:
 *
 * Returns: (transfer full): the one of its kind that @link has, made and
 * subscribed to the link's keys when it had none.
 */
gpointer dtls_srtp_slot_owner_obtain (const DtlsSrtpSlotOwner * kind,
    DtlsLink * link);

G_END_DECLS

#endif
