/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One stream as RTP packets of one payload type, made once for all who are
 * sent them, and remembered for a while for those who ask again.
 *
 * SRTP gives each receiver a key of its own, so nothing is lost by what they
 * share: SSRC, sequence numbers and timestamps.
 */
#ifndef WHEP_PACKETIZER_H
#define WHEP_PACKETIZER_H

#include "whep-format.h"

G_BEGIN_DECLS

#define WHEP_TYPE_PACKETIZER (whep_packetizer_get_type ())
G_DECLARE_FINAL_TYPE (WhepPacketizer, whep_packetizer, WHEP, PACKETIZER,
    GObject);

/**
 * whep_packetizer_new:
 * @codec: of the stream
 * @payload_type: of the packets, 0 to 127
 * @ssrc: of the packets
 * @error: of #GstCoreError
 *
 * Returns: (transfer full) (nullable): a packetizer, or %NULL when the
 * payloader is missing.
 */
WhepPacketizer *whep_packetizer_new (const WhepCodec * codec,
    gint payload_type, guint32 ssrc, GError ** error);

/** Returns: (transfer none): what it was made for. */
const WhepCodec *whep_packetizer_get_codec (WhepPacketizer * self);

/** Returns: what it was made for. */
guint32 whep_packetizer_get_ssrc (WhepPacketizer * self);

/**
 * whep_packetizer_get_packets:
 * @buffer: of the stream, with a timestamp
 * @caps: of the stream
 *
 * The first one to ask has the packets made, the others are given the same.
 * To be called from the stream's thread alone.
 *
 * Returns: (transfer none) (nullable): the packets, until the next call; none
 * for what does not become a packet yet, %NULL for what cannot become one.
 */
GstBufferList *whep_packetizer_get_packets (WhepPacketizer * self,
    GstBuffer * buffer, GstCaps * caps);

/**
 * whep_packetizer_find:
 * @seq: an RTP sequence number
 *
 * From any thread.
 *
 * Returns: (transfer full) (nullable): the packet that had it, if it is not
 * too long ago.
 */
GstBuffer *whep_packetizer_find (WhepPacketizer * self, guint16 seq);

G_END_DECLS

#endif
