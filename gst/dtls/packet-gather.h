/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Works on packets in place. Each, however its memory is cut up and shared,
 * is shown as one block of bytes that may be changed and may grow at the end.
 * Memory that is that already is taken as it is; any other is copied, once.
 * Timestamps, flags and metas stay. What others see of a packet, or of a list,
 * that they share does not change.
 */
#ifndef DTLS_PACKET_GATHER_H
#define DTLS_PACKET_GATHER_H

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * DtlsPacket:
 * @data: the bytes, writable, 4-byte aligned
 * @size: how many of them are the packet; to be changed with it
 * @room: how many there are in all, at least @size and the tail asked for
 */
typedef struct
{
  guint8 *data;
  gsize size;
  gsize room;
} DtlsPacket;

/** DtlsPacketFunc: Returns: %FALSE when the packet is to be dropped. */
typedef gboolean (*DtlsPacketFunc) (DtlsPacket * packet, gpointer data);

/**
 * dtls_packet_work:
 * @buffer: (transfer full): the packet
 * @tail: bytes by which it may grow
 * @func: is called once, unless the memory cannot be had or read
 *
 * Returns: (transfer full) (nullable): the buffer with what @func made of it;
 * %NULL when it was dropped.
 */
GstBuffer *dtls_packet_work (GstBuffer * buffer, gsize tail,
    DtlsPacketFunc func, gpointer data);

/**
 * dtls_packet_work_list:
 * @list: (transfer full): packets, each one worked on in turn
 *
 * Returns: (transfer full): what was not dropped, in order.
 */
GstBufferList *dtls_packet_work_list (GstBufferList * list, gsize tail,
    DtlsPacketFunc func, gpointer data);

G_END_DECLS

#endif
