/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which protocol a datagram speaks: by its first byte (RFC 7983 section 7),
 * and RTP from RTCP by its second (RFC 5761 section 4).
 */
#ifndef DTLS_DEMUX_H
#define DTLS_DEMUX_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  DTLS_PROTOCOL_UNKNOWN,
  DTLS_PROTOCOL_STUN,           /* 0 to 3 */
  DTLS_PROTOCOL_ZRTP,           /* 16 to 19 */
  DTLS_PROTOCOL_DTLS,           /* 20 to 63 */
  DTLS_PROTOCOL_TURN_CHANNEL,   /* 64 to 79 */
  DTLS_PROTOCOL_RTP,            /* 128 to 191 */
  DTLS_PROTOCOL_RTCP,           /* the same, second byte 192 to 223 */
} DtlsProtocol;

#define DTLS_N_PROTOCOLS (DTLS_PROTOCOL_RTCP + 1)

/**
 * dtls_demux:
 * @data: the first bytes of a datagram; two tell RTP from RTCP
 * @size: how many there are; 0 is %DTLS_PROTOCOL_UNKNOWN
 */
DtlsProtocol dtls_demux (const guint8 * data, gsize size);

/** dtls_protocol_name: Returns: (transfer none): e.g. "turn-channel". */
const gchar *dtls_protocol_name (DtlsProtocol protocol);

G_END_DECLS

#endif
