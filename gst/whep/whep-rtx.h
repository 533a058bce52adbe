/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An RTP packet sent again, in the stream of retransmissions (RFC 4588).
 */
#ifndef WHEP_RTX_H
#define WHEP_RTX_H

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * whep_rtx_new:
 * @packet: as it was sent first
 * @payload_type: of retransmissions
 * @ssrc: of the stream of retransmissions
 * @seq: sequence number in that stream
 *
 * Returns: (transfer full) (nullable): the packet to send; %NULL when @packet
 * is none of RTP.
 */
GstBuffer *whep_rtx_new (GstBuffer * packet, guint payload_type,
    guint32 ssrc, guint16 seq);

G_END_DECLS

#endif
