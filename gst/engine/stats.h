/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an association counts and what it negotiated. Plain values; strings
 * are static.
 */
#ifndef DTLS_STATS_H
#define DTLS_STATS_H

#include "profile.h"

G_BEGIN_DECLS

/** Why a datagram or record was dropped. */
typedef enum
{
  DTLS_DROP_EMPTY,              /* a datagram of no bytes */
  DTLS_DROP_MALFORMED,          /* a record that is cut, or no record at all */
  DTLS_DROP_VERSION,            /* neither DTLS 1.0 nor 1.2 in the header */
  DTLS_DROP_EPOCH,              /* not an epoch of this moment */
  DTLS_DROP_SEQUENCE,           /* of a flight that is over, or too far ahead */
  DTLS_DROP_CONTENT_TYPE,       /* a type that has no place here */
  DTLS_DROP_HANDSHAKE,          /* no plausible handshake message */
  DTLS_DROP_ALERT,              /* an alert in the clear, held back */
  DTLS_DROP_UNAUTHENTIC,        /* did not decrypt */
  DTLS_DROP_QUEUE_FULL,         /* must wait, and there is no room for it */
  DTLS_DROP_CLOSED,             /* came after the end */
} DtlsDropCause;

#define DTLS_N_DROP_CAUSES (DTLS_DROP_CLOSED + 1)

/** dtls_drop_cause_name: Returns: (transfer none): e.g. "content-type". */
const gchar *dtls_drop_cause_name (DtlsDropCause cause);

/**
 * DtlsStats:
 * @datagrams_sent: of DTLS, not media; likewise the next three
 * @bytes_sent: bytes of those datagrams
 * @datagrams_received: including the dropped ones
 * @bytes_received: bytes of those datagrams
 * @dropped: by #DtlsDropCause
 * @flights_resent: whole flights sent again
 * @handshake_duration_us: first datagram or start to connected; -1 before
 * @version: 0xFEFD once known, otherwise 0
 * @cipher: (nullable): the IANA name of the cipher suite
 * @group: (nullable): the key exchange group, e.g. "X25519"
 * @profile: (nullable): the SRTP protection profile
 * @verified: whether a fingerprint from the signalling matched
 */
typedef struct
{
  guint64 datagrams_sent;
  guint64 bytes_sent;
  guint64 datagrams_received;
  guint64 bytes_received;
  guint64 dropped[DTLS_N_DROP_CAUSES];
  guint64 flights_resent;
  gint64 handshake_duration_us;
  guint16 version;
  const gchar *cipher;
  const gchar *group;
  const DtlsProfile *profile;
  gboolean verified;
} DtlsStats;

G_END_DECLS

#endif
