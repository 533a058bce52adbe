/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One handshake with the peer and the connection that comes of it: an inbox,
 * a TLS session, a flight and the clocks. An association has one of these,
 * and for a while two when the peer starts anew.
 *
 * Whether the peer is the right one is not decided here.
 */
#ifndef DTLS_CONNECTION_H
#define DTLS_CONNECTION_H

#include "association.h"
#include "record-gate.h"

G_BEGIN_DECLS

typedef struct _DtlsConnection DtlsConnection;

typedef enum
{
  DTLS_PHASE_WAITING,           /* a server before the first ClientHello */
  DTLS_PHASE_HANDSHAKE,
  DTLS_PHASE_ESTABLISHED,
  DTLS_PHASE_CLOSED,            /* by the peer */
  DTLS_PHASE_FAILED,
} DtlsPhase;

/**
 * DtlsConnectionHooks: called from inside the functions below; they must not
 * call them.
 * @datagram: to send; @bytes is (transfer full)
 * @data: application data of one record, once the connection is released;
 *   @bytes is (transfer full)
 * @dropped: data that nobody could keep
 * @accept_peer: whether the handshake with the owner of this certificate may
 *   go on; %FALSE ends it with %DTLS_ERROR_FINGERPRINT_MISMATCH
 */
typedef struct
{
  void (*datagram) (DtlsConnection * connection, GBytes * bytes,
      gpointer user_data);
  void (*data) (DtlsConnection * connection, GBytes * bytes,
      gpointer user_data);
  void (*dropped) (DtlsConnection * connection, DtlsDropCause cause,
      gpointer user_data);
  gboolean (*accept_peer) (DtlsConnection * connection, GBytes * certificate,
      gpointer user_data);
} DtlsConnectionHooks;

/**
 * dtls_connection_new:
 * @config: only borrowed; its fingerprints are not looked at
 * @first_message: number of the peer's first message; 1 after a cookie
 * @first_sequence: number of the first record to send
 * @error: %DTLS_ERROR_INVALID_PRIORITY, %DTLS_ERROR_RESOURCES
 */
DtlsConnection *dtls_connection_new (const DtlsConfig * config,
    guint16 first_message, guint64 first_sequence,
    const DtlsConnectionHooks * hooks, gpointer user_data, GError ** error);
void dtls_connection_free (DtlsConnection * self);

/** dtls_connection_start: a client sends its first flight. */
void dtls_connection_start (DtlsConnection * self, gint64 now_us);

/**
 * dtls_connection_take_record:
 * @cause: (out): set with %DTLS_VERDICT_DROP
 *
 * Only queues; see dtls_connection_proceed().
 */
DtlsVerdict dtls_connection_take_record (DtlsConnection * self,
    const DtlsRecord * record, gint64 now_us, DtlsDropCause * cause);

/**
 * dtls_connection_expects_client:
 * @random: a ClientHello's
 *
 * Returns: whether the ClientHello is, or may become, this connection's.
 */
gboolean dtls_connection_expects_client (const DtlsConnection * self,
    const guint8 * random);

/**
 * dtls_connection_is_outdated_by:
 * @hello_message: number of a ClientHello that this connection expects
 *
 * Returns: whether the client has been told to say hello again, by somebody
 * else than this connection, which can only begin anew with it.
 */
gboolean dtls_connection_is_outdated_by (const DtlsConnection * self,
    guint16 hello_message);

/**
 * dtls_connection_release: the peer is accepted; data that waited is handed
 * out, and from now on at once.
 */
void dtls_connection_release (DtlsConnection * self);

/**
 * dtls_connection_hush:
 *
 * The peer may have begun another handshake. In that one, what this one sends
 * again by itself would look like an answer. It is silent for a second, but
 * for answers: whoever still needs its flight asks for it.
 */
void dtls_connection_hush (DtlsConnection * self, gint64 now_us);

/** dtls_connection_proceed: works on what has been taken. */
void dtls_connection_proceed (DtlsConnection * self, gint64 now_us);

/** Returns: records that did not decrypt since the last call. */
guint dtls_connection_take_discarded (DtlsConnection * self);

/** Returns: how many times a whole flight was sent again. */
guint64 dtls_connection_get_resent (const DtlsConnection * self);

/** Returns: -1 for never. */
gint64 dtls_connection_get_deadline_us (const DtlsConnection * self);
void dtls_connection_handle_deadline (DtlsConnection * self, gint64 now_us);

DtlsPhase dtls_connection_get_phase (const DtlsConnection * self);

/** Returns: (transfer none): why the phase is FAILED. */
const GError *dtls_connection_get_error (const DtlsConnection * self);

/** Returns: from the first flight to established; -1 before. */
gint64 dtls_connection_get_duration_us (const DtlsConnection * self);

gboolean dtls_connection_send_data (DtlsConnection * self,
    const guint8 * data, gsize size, GError ** error);
gsize dtls_connection_get_data_size_max (const DtlsConnection * self);

/** dtls_connection_close: sends close_notify if established. */
void dtls_connection_close (DtlsConnection * self);

/** dtls_connection_fail: sends a fatal alert that fits @error. */
void dtls_connection_fail (DtlsConnection * self, const GError * error);

/** Returns: (transfer full) (nullable): the peer's leaf certificate, DER. */
GBytes *dtls_connection_get_peer_certificate (DtlsConnection * self);

/** dtls_connection_export_keys: see dtls_session_export_keys(). */
DtlsSrtpKeys *dtls_connection_export_keys (DtlsConnection * self,
    GError ** error);

/** dtls_connection_get_facts: fills in what was negotiated. */
void dtls_connection_get_facts (DtlsConnection * self, DtlsStats * stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsConnection, dtls_connection_free)

G_END_DECLS

#endif
