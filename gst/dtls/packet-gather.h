/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Turns a packet, however its memory is cut up and shared, into one buffer
 * whose bytes may be changed in place and may grow at the end. Memory that is
 * that already is taken as it is; any other is copied, once. Timestamps,
 * flags and metas stay.
 */
#ifndef DTLS_PACKET_GATHER_H
#define DTLS_PACKET_GATHER_H

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * DtlsPacket:
 * @data: the bytes, writable, 4-byte aligned
 * @size: how many of them are the packet; to be set before it is closed
 * @room: how many there are in all, at least @size
 *
 * A buffer under work; belongs to whoever opened it. The rest is private.
 */
typedef struct
{
  guint8 *data;
  gsize size;
  gsize room;
  GstBuffer *buffer;
  GstMapInfo map;
} DtlsPacket;

/**
 * dtls_packet_open:
 * @buffer: (transfer full): the packet
 * @tail: bytes by which it may grow
 * @packet: (out): to be ended with dtls_packet_close() or dtls_packet_drop()
 *
 * Returns: %FALSE when the memory cannot be had or read; @buffer is gone then.
 */
gboolean dtls_packet_open (GstBuffer * buffer, gsize tail,
    DtlsPacket * packet);

/** Returns: (transfer full): the buffer, @packet->size bytes of it. */
GstBuffer *dtls_packet_close (DtlsPacket * packet);

void dtls_packet_drop (DtlsPacket * packet);

G_END_DECLS

#endif
