/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One DTLS session of GnuTLS. The file behind this header is the only one
 * that knows GnuTLS's session API; the functions here are what another TLS
 * library would have to provide.
 *
 * The session neither keeps time nor sees datagrams: records go in and out
 * through hooks, which are called from inside the functions below and must
 * not call them.
 */
#ifndef DTLS_GNUTLS_SESSION_H
#define DTLS_GNUTLS_SESSION_H

#include "association.h"

G_BEGIN_DECLS

typedef struct _DtlsSession DtlsSession;

/**
 * DtlsSessionHooks:
 * @push: takes records to send, all of them; borrowed
 * @pull: (transfer full) (nullable): the peer's next record
 * @can_pull: whether @pull has one
 * @accept_peer: whether a handshake with the owner of this certificate may
 *   go on; called once, in the middle of the handshake
 */
typedef struct
{
  void (*push) (gpointer user_data, const guint8 * records, gsize size);
  GBytes *(*pull) (gpointer user_data);
  gboolean (*can_pull) (gpointer user_data);
  gboolean (*accept_peer) (gpointer user_data, GBytes * certificate);
} DtlsSessionHooks;

/**
 * dtls_session_new:
 * @config: only borrowed; its fingerprints and times are not looked at
 * @first_message: number of the peer's first message; 1 after a cookie
 * @error: %DTLS_ERROR_INVALID_PRIORITY, %DTLS_ERROR_RESOURCES
 */
DtlsSession *dtls_session_new (const DtlsConfig * config,
    guint16 first_message, const DtlsSessionHooks * hooks, gpointer user_data,
    GError ** error);
void dtls_session_free (DtlsSession * self);

/**
 * DtlsSessionResult:
 * @DTLS_SESSION_AGAIN: nothing more to do before there is something to pull
 * @DTLS_SESSION_DONE: the handshake is complete, or one record was read
 * @DTLS_SESSION_CLOSED: the peer sent close_notify
 * @DTLS_SESSION_FAILED: with an error; the session is of no further use,
 *   except for dtls_session_send_failure_alert()
 */
typedef enum
{
  DTLS_SESSION_AGAIN,
  DTLS_SESSION_DONE,
  DTLS_SESSION_CLOSED,
  DTLS_SESSION_FAILED,
} DtlsSessionResult;

/**
 * dtls_session_handshake:
 *
 * Goes on with the handshake. Where there is nothing to pull, the flight
 * that waits for an answer, if any, is pushed again.
 */
DtlsSessionResult dtls_session_handshake (DtlsSession * self, GError ** error);

/**
 * dtls_session_receive:
 * @data: (out): with %DTLS_SESSION_DONE: data of one record
 */
DtlsSessionResult dtls_session_receive (DtlsSession * self, GBytes ** data,
    GError ** error);

/** dtls_session_send: one record; @error: %DTLS_ERROR_RESOURCES */
gboolean dtls_session_send (DtlsSession * self, const guint8 * data,
    gsize size, GError ** error);

/** dtls_session_send_close: close_notify, once. */
void dtls_session_send_close (DtlsSession * self);

/** dtls_session_alert_error: what to say about a fatal alert of the peer. */
GError *dtls_session_alert_error (guint8 alert);

/** dtls_session_send_failure_alert: a fatal alert that fits @error. */
void dtls_session_send_failure_alert (DtlsSession * self,
    const GError * error);

/** Returns: bytes of data that one record can carry within the MTU. */
gsize dtls_session_get_data_size_max (DtlsSession * self);

/** Returns: records so far that did not decrypt or were seen before; wraps. */
guint dtls_session_get_discarded (DtlsSession * self);

/** Returns: (transfer full) (nullable): the peer's leaf certificate, DER. */
GBytes *dtls_session_get_peer_certificate (DtlsSession * self);

/**
 * dtls_session_export_keys:
 *
 * Returns: (transfer full) (nullable): the SRTP keys (RFC 5764 section 4.2),
 * %NULL without use_srtp, or with @error set.
 */
DtlsSrtpKeys *dtls_session_export_keys (DtlsSession * self, GError ** error);

/** dtls_session_get_facts: fills in version, cipher, group, profile. */
void dtls_session_get_facts (DtlsSession * self, DtlsStats * stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsSession, dtls_session_free)

G_END_DECLS

#endif
