/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for packets that are copied, one block each. Blocks are of one size,
 * which suits whatever fits into a datagram of a usual network, and each
 * thread keeps some that were freed in it: a packet of 1200 bytes is too large
 * for what malloc() keeps that way, and GStreamer's own pools cost two file
 * descriptors each and several locks a packet.
 */
#ifndef DTLS_PACKET_MEMORY_H
#define DTLS_PACKET_MEMORY_H

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * dtls_packet_memory_new:
 * @room: bytes
 * @data: (out): they; as long as nobody else has the memory they may be used
 *   without mapping it
 *
 * Returns: (transfer full): system memory with @room bytes, of size 0. From
 * any thread, and to be freed in any.
 */
GstMemory *dtls_packet_memory_new (gsize room, guint8 ** data);

G_END_DECLS

#endif
