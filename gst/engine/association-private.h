/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An association from the inside, for the three files that make it up:
 *
 *   association.c        its life and public surface
 *   association-input.c  whose a record is; ClientHellos of a peer that starts
 *                        anew; datagrams before the start
 *   association-peer.c   who is accepted, what is told of it, what ends
 *
 * There are at most two connections. `current` is the one whose state is the
 * association's. `next` is a handshake beside it: the peer has restarted
 * (RFC 6347 section 4.2.8) or the application wants a new association
 * (RFC 8842). Nothing of it is told until it is established and accepted;
 * then it takes the place of `current`, which has served until that moment.
 */
#ifndef DTLS_ASSOCIATION_PRIVATE_H
#define DTLS_ASSOCIATION_PRIVATE_H

#include "association.h"
#include "connection.h"
#include "datagram-queue.h"
#include "hello-cookie.h"
#include "output-queue.h"

G_BEGIN_DECLS

struct _DtlsAssociation
{
  DtlsConfig config;            /* holds references */
  gboolean started;
  DtlsState state;
  guint n_new_tries;            /* of a client, after a failed handshake */
  gboolean accepted;            /* keys and data of `current` may leave */
  gboolean certificate_shown;   /* that of `current` */
  GBytes *accepted_certificate; /* of the latest peer; NULL for whoever comes */
  DtlsConnection *current;
  DtlsConnection *next;
  DtlsFingerprints *next_fingerprints;  /* NULL for those of the config */
  gint64 next_until_us;         /* when `next` is given up; -1 without one */
  gint64 next_hello_us;         /* when a peer may start anew again */
  DtlsConnection *closing;      /* closed by this end; an answer may come */
  GQueue *held_datagrams;       /* while `current` answers a first hello */
  DtlsHelloCookie *cookie;      /* made when first needed */
  DtlsDatagramQueue *early;     /* NULL once started */
  DtlsOutputQueue *outputs;
  DtlsStats stats;
};

/* association-input.c */

/** dtls_association_take_datagram: one datagram, for either connection. */
void dtls_association_take_datagram (DtlsAssociation * self,
    const guint8 * data, gsize size, gint64 now_us);

/** dtls_association_await_answer: one datagram after this end has closed. */
void dtls_association_await_answer (DtlsAssociation * self,
    const guint8 * data, gsize size, gint64 now_us);

/** dtls_association_keep_early: one datagram before the start. */
void dtls_association_keep_early (DtlsAssociation * self,
    const guint8 * data, gsize size);

/** dtls_association_take_early: those that were kept. */
void dtls_association_take_early (DtlsAssociation * self, gint64 now_us);

/**
 * dtls_association_start_next:
 *
 * Makes a second connection, in place of another; or a first one again,
 * where none is established. A client sends its first flight. Where that
 * fails, nothing has changed.
 */
gboolean dtls_association_start_next (DtlsAssociation * self,
    guint16 first_message, guint64 first_sequence, gint64 now_us,
    GError ** error);

/* association-peer.c */

void dtls_association_count_drop (DtlsAssociation * self, DtlsDropCause cause,
    guint64 n);

/**
 * dtls_association_try_current:
 *
 * Lets `current` work on what it took, as dtls_association_proceed_current(),
 * but where that fails, neither an alert leaves nor does a state change: the
 * connection is a new one that has taken nothing.
 *
 * Returns: whether it has not failed.
 */
gboolean dtls_association_try_current (DtlsAssociation * self, gint64 now_us);

/** @bytes: (transfer full) */
void dtls_association_put_datagram (DtlsAssociation * self, GBytes * bytes);

/** dtls_association_new_connection: see dtls_connection_new(). */
DtlsConnection *dtls_association_new_connection (DtlsAssociation * self,
    const DtlsConfig * config, guint16 first_message, guint64 first_sequence,
    GError ** error);

/** dtls_association_free_connection: @connection may point to %NULL. */
void dtls_association_free_connection (DtlsAssociation * self,
    DtlsConnection ** connection);

void dtls_association_drop_next (DtlsAssociation * self);

/** dtls_association_give_up_next: with an alert. */
void dtls_association_give_up_next (DtlsAssociation * self);

/** dtls_association_promote_next: in place of `current`, not yet accepted. */
void dtls_association_promote_next (DtlsAssociation * self);

/** dtls_association_end: the end of all connections. */
void dtls_association_end (DtlsAssociation * self, DtlsState state,
    const GError * error);

/** dtls_association_judge_current: when its certificate or fingerprints are
 * news. */
void dtls_association_judge_current (DtlsAssociation * self);

/** Returns: whether `next` has taken the place of `current`. */
gboolean dtls_association_judge_next (DtlsAssociation * self);

/* What a connection has just done has consequences. */
void dtls_association_conclude_current (DtlsAssociation * self, gint64 now_us);
void dtls_association_conclude_next (DtlsAssociation * self, gint64 now_us);

/* Lets a connection work on what it took, and concludes; it may be NULL. */
void dtls_association_proceed_current (DtlsAssociation * self, gint64 now_us);
void dtls_association_proceed_next (DtlsAssociation * self, gint64 now_us);

G_END_DECLS

#endif
