/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One DTLS 1.2 association with one peer (RFC 6347, RFC 5764), without
 * threads, sockets, clocks or GStreamer.
 *
 *   in :  start, handle_datagram, handle_deadline, set_fingerprints,
 *         send_data, close
 *   out:  poll (datagrams and events, in order), get_deadline_us
 *
 * The caller serialises all calls, and after every call of the first kind
 * polls until there is nothing more and sets its alarm to the new deadline.
 * Times are of one monotonic clock of the caller's choice, in microseconds.
 *
 * Nothing that comes from the network asserts, aborts or ends an association
 * by itself: what is not plausible is counted (see stats.h) and dropped.
 */
#ifndef DTLS_ASSOCIATION_H
#define DTLS_ASSOCIATION_H

#include "certificate.h"
#include "fingerprint.h"
#include "profile.h"
#include "srtp-keys.h"
#include "stats.h"

G_BEGIN_DECLS

typedef struct _DtlsAssociation DtlsAssociation;

/** Who sends the first ClientHello; a=setup:active is the client (RFC 5763). */
typedef enum
{
  DTLS_ROLE_SERVER,
  DTLS_ROLE_CLIENT,
} DtlsRole;

/** The integers are part of the elements' interface: readers compare them. */
typedef enum
{
  DTLS_STATE_NEW = 0,
  DTLS_STATE_CLOSED = 1,
  DTLS_STATE_FAILED = 2,
  DTLS_STATE_CONNECTING = 3,
  DTLS_STATE_CONNECTED = 4,
} DtlsState;

/**
 * DtlsVerify:
 * @DTLS_VERIFY_AUTO: strict when fingerprints are given; otherwise the peer is
 *   accepted and marked unverified
 * @DTLS_VERIFY_REQUIRED: keys and data are held until fingerprints are given
 *   and match
 * @DTLS_VERIFY_NONE: any certificate is accepted, fingerprints are not looked
 *   at
 */
typedef enum
{
  DTLS_VERIFY_AUTO,
  DTLS_VERIFY_REQUIRED,
  DTLS_VERIFY_NONE,
} DtlsVerify;

/**
 * DtlsConfig:
 * @role: client or server
 * @certificate: what this end shows
 * @profiles: SRTP protection profiles in this end's order, which is decisive
 *   where this end is the server; none for a plain data connection
 * @verify: see #DtlsVerify
 * @fingerprints: (nullable): the peer's, when known already
 * @mtu: largest datagram of a handshake, in bytes, 200 to 16384; see also
 *   DTLS_DATA_MTU()
 * @retransmit_timeout_ms: first interval before a flight is sent again
 * @retransmit_cap_ms: what the interval may grow to in the first seconds
 * @handshake_timeout_ms: how long a handshake may take, from the first flight
 *   of a client or the first ClientHello of a server on; 0 for any time. A
 *   server waits for the ClientHello without limit, in state NEW
 * @priority: (nullable): a GnuTLS priority string in place of the default;
 *   DTLS 1.2 with ephemeral key exchange and certificates is what can work
 *
 * Only borrowed: dtls_association_start() takes the references it needs.
 */
typedef struct
{
  DtlsRole role;
  DtlsCertificate *certificate;
  DtlsProfiles profiles;
  DtlsVerify verify;
  DtlsFingerprints *fingerprints;
  guint mtu;
  guint retransmit_timeout_ms;
  guint retransmit_cap_ms;
  guint handshake_timeout_ms;
  const gchar *priority;
} DtlsConfig;

#define DTLS_MTU_DEFAULT 1200
#define DTLS_MTU_MIN 200
#define DTLS_MTU_MAX 16384

/**
 * DTLS_DATA_MTU:
 *
 * The largest datagram with application data, whose size is not ours to
 * choose: SCTP makes packets that a record takes beyond 1200 bytes. What fits
 * Ethernet with IPv6 and UDP may leave, unless @mtu says that the path is
 * narrower than most.
 */
#define DTLS_DATA_MTU(mtu) \
    ((mtu) < DTLS_MTU_DEFAULT ? (mtu) : MAX ((mtu), 1452))

#define DTLS_RETRANSMIT_TIMEOUT_MS 50
#define DTLS_RETRANSMIT_CAP_MS 200
#define DTLS_HANDSHAKE_TIMEOUT_MS 30000

/**
 * DtlsOutputType:
 * @DTLS_OUTPUT_DATAGRAM: bytes to send to the peer as one datagram
 * @DTLS_OUTPUT_STATE: the state is a new one; FAILED comes with an error
 * @DTLS_OUTPUT_PEER_CERTIFICATE: bytes are the peer's leaf certificate in DER
 *   form; before anything is decided about it
 * @DTLS_OUTPUT_KEYS: SRTP keys, only once the peer is accepted; before state
 *   CONNECTED, and again when the peer has restarted
 * @DTLS_OUTPUT_DATA: bytes are application data of one record
 * @DTLS_OUTPUT_PEER_CLOSED: the peer's close_notify, which may also answer
 *   that of this end
 *
 * The order of a handshake: state CONNECTING, PEER_CERTIFICATE, KEYS, state
 * CONNECTED, DATA. A peer that closes first: PEER_CLOSED, state CLOSED; this
 * end first: state CLOSED, PEER_CLOSED when the answer comes.
 */
typedef enum
{
  DTLS_OUTPUT_DATAGRAM,
  DTLS_OUTPUT_STATE,
  DTLS_OUTPUT_PEER_CERTIFICATE,
  DTLS_OUTPUT_KEYS,
  DTLS_OUTPUT_DATA,
  DTLS_OUTPUT_PEER_CLOSED,
} DtlsOutputType;

/**
 * DtlsOutput:
 * @bytes: (nullable): for DATAGRAM, PEER_CERTIFICATE, DATA
 * @keys: (nullable): for KEYS
 * @state: for STATE
 * @error: (nullable): for state FAILED
 */
typedef struct
{
  DtlsOutputType type;
  GBytes *bytes;
  DtlsSrtpKeys *keys;
  DtlsState state;
  GError *error;
} DtlsOutput;

/** dtls_output_clear: frees what @output owns. */
void dtls_output_clear (DtlsOutput * output);

/**
 * dtls_association_new:
 *
 * Returns: (transfer full): an association in state NEW. Datagrams may be
 * given to it from now on; they wait, bounded, for dtls_association_start().
 */
DtlsAssociation *dtls_association_new (void);

/** dtls_association_free: without a word to the peer; see close. */
void dtls_association_free (DtlsAssociation * self);

/**
 * dtls_association_start:
 * @error: %DTLS_ERROR_INVALID_PRIORITY, %DTLS_ERROR_RESOURCES
 *
 * Once in the life of an association. A client goes to CONNECTING and sends
 * its first flight; a server does with the first ClientHello.
 */
gboolean dtls_association_start (DtlsAssociation * self,
    const DtlsConfig * config, gint64 now_us, GError ** error);

/**
 * dtls_association_handle_datagram:
 *
 * Takes one datagram of any content and size; @data is only borrowed.
 */
void dtls_association_handle_datagram (DtlsAssociation * self,
    const guint8 * data, gsize size, gint64 now_us);

/**
 * dtls_association_get_deadline_us:
 *
 * Returns: when to call dtls_association_handle_deadline(), or -1 for never.
 */
gint64 dtls_association_get_deadline_us (const DtlsAssociation * self);

/** dtls_association_handle_deadline: harmless when called too early. */
void dtls_association_handle_deadline (DtlsAssociation * self, gint64 now_us);

/**
 * dtls_association_set_fingerprints:
 * @fingerprints: (nullable): the peer's, %NULL to withdraw
 *
 * At any time, also before the start; it replaces what a restart was told, too.
 * On a live association a value that does
 * not match ends it: state FAILED with %DTLS_ERROR_FINGERPRINT_MISMATCH and a
 * fatal alert. To withdraw them takes nothing back from a peer that was
 * accepted; it counts from the next handshake on.
 */
void dtls_association_set_fingerprints (DtlsAssociation * self,
    DtlsFingerprints * fingerprints, gint64 now_us);

/**
 * dtls_association_restart:
 * @fingerprints: (nullable): the peer's for the new association, %NULL for
 *   those that hold already
 * @error: %DTLS_ERROR_NOT_CONNECTED, %DTLS_ERROR_RESOURCES,
 *   %DTLS_ERROR_HANDSHAKE; nothing has changed then
 *
 * Asks for a new DTLS association with the peer (RFC 8842 section 5.1). A
 * client starts a handshake beside the live connection, a server awaits the
 * peer's ClientHello. What is live goes on until the new one is established
 * and accepted; then PEER_CERTIFICATE and KEYS come again, while the state
 * stays CONNECTED. When it comes to nothing all remains as it was. A peer with
 * another certificate than @fingerprints say is refused in mid-handshake, so
 * that it does not give up what is live either.
 *
 * A peer that starts anew by itself is served in the same way, once it has
 * returned a cookie (RFC 6347 section 4.2.8).
 */
gboolean dtls_association_restart (DtlsAssociation * self,
    DtlsFingerprints * fingerprints, gint64 now_us, GError ** error);

/**
 * dtls_association_send_data:
 * @size: 1 to dtls_association_get_data_size_max()
 * @error: %DTLS_ERROR_NOT_CONNECTED, %DTLS_ERROR_DATA_SIZE
 *
 * Encrypts one record of application data; poll has it as a datagram.
 */
gboolean dtls_association_send_data (DtlsAssociation * self,
    const guint8 * data, gsize size, GError ** error);

/** Returns: bytes of data that one record can carry; 0 unless connected. */
gsize dtls_association_get_data_size_max (const DtlsAssociation * self);

/**
 * dtls_association_close:
 *
 * Sends close_notify where there is a connection; state CLOSED. For good.
 */
void dtls_association_close (DtlsAssociation * self);

/**
 * dtls_association_poll:
 * @output: (out): to be freed with dtls_output_clear()
 *
 * Returns: %FALSE when there is nothing (more).
 */
gboolean dtls_association_poll (DtlsAssociation * self, DtlsOutput * output);

DtlsState dtls_association_get_state (const DtlsAssociation * self);

/** dtls_association_get_stats: fills in @stats, a plain value. */
void dtls_association_get_stats (const DtlsAssociation * self,
    DtlsStats * stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsAssociation, dtls_association_free)

G_END_DECLS

#endif
