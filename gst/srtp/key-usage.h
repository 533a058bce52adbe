/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How much one master key has been used, against the limits of RFC 3711
 * section 9.2 and RFC 7714 section 11: 2^48 SRTP and 2^31 SRTCP packets,
 * whichever comes first, over all SSRCs.
 */
#ifndef DTLS_SRTP_KEY_USAGE_H
#define DTLS_SRTP_KEY_USAGE_H

#include "srtp-session.h"

G_BEGIN_DECLS

#define DTLS_KEY_RTP_PACKETS_MAX (G_GUINT64_CONSTANT (1) << 48)
#define DTLS_KEY_RTCP_PACKETS_MAX (G_GUINT64_CONSTANT (1) << 31)

/** Packets of either kind that are left when a key is nearly exhausted. */
#define DTLS_KEY_PACKETS_RESERVE (G_GUINT64_CONSTANT (1) << 24)

/**
 * DtlsKeyUsage:
 * @packets: packets under the key, by #DtlsSrtpKind
 *
 * Plain value; all zero for a new key.
 */
typedef struct
{
  guint64 packets[2];
} DtlsKeyUsage;

/** Returns: whether the key must not be used any more. */
gboolean dtls_key_usage_is_exhausted (const DtlsKeyUsage * self);

/** Returns: whether it is time for a new handshake. */
gboolean dtls_key_usage_is_nearly_exhausted (const DtlsKeyUsage * self);

G_END_DECLS

#endif
