/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A second, slow implementation of SRTP and SRTCP protection (RFC 3711,
 * RFC 7714), written from the RFCs on top of nettle, to compare with. It keeps
 * no state: the caller says which index a packet has.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <glib.h>

#include "engine/profile.h"
#include "srtp/srtp-session.h"

G_BEGIN_DECLS

/**
 * ReferenceKeys:
 *
 * Session keys of one kind of packet.
 */
typedef struct
{
  guint8 cipher[32];
  guint8 auth[20];
  guint8 salt[14];
} ReferenceKeys;

/** AES in counter mode (RFC 3711 section 4.1.1), in place. */
void reference_aes_cm (const guint8 * key, gsize key_size,
    const guint8 iv[16], guint8 * data, gsize size);

/** Key derivation, RFC 3711 section 4.3 and RFC 7714 section 11. */
void reference_derive (const DtlsProfile * profile, const guint8 * master,
    DtlsSrtpKind kind, ReferenceKeys * keys);

/**
 * reference_protect:
 * @index: ROC and sequence number of RTP, or the SRTCP index
 *
 * Returns: (transfer full): the protected packet.
 */
GByteArray *reference_protect (const DtlsProfile * profile,
    const ReferenceKeys * keys, DtlsSrtpKind kind, guint64 index,
    const guint8 * packet, gsize size);

/** Returns: (transfer full): the bytes that @hex spells; spaces may divide. */
GByteArray *reference_bytes (const gchar * hex);

G_END_DECLS

#endif
