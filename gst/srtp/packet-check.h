/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether bytes have the shape of one RTP packet (RFC 3550 section 5.1) or of
 * one compound RTCP packet (section 6.1), before anything computes with them.
 */
#ifndef DTLS_SRTP_PACKET_CHECK_H
#define DTLS_SRTP_PACKET_CHECK_H

#include <glib.h>

G_BEGIN_DECLS

/** The largest packet: what one UDP datagram can carry. */
#define DTLS_PACKET_SIZE_MAX 65535

#define DTLS_RTP_HEADER_SIZE 12
#define DTLS_RTCP_HEADER_SIZE 8

/**
 * dtls_packet_is_rtp:
 *
 * Returns: whether the version is 2 and the header, with its CSRCs and its
 * extension, ends within @size.
 */
gboolean dtls_packet_is_rtp (const guint8 * packet, gsize size);

/**
 * dtls_packet_is_rtcp:
 *
 * Returns: whether the version is 2 and @size is that of whole 32-bit words,
 * at least two.
 */
gboolean dtls_packet_is_rtcp (const guint8 * packet, gsize size);

G_END_DECLS

#endif
