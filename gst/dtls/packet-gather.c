/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See packet-gather.h. What a payloader makes is nearly always two pieces, a
 * header of its own and a part of the encoder's frame that it shares with the
 * other packets of that frame, so the copy is the usual case when sending;
 * what a network source makes is one piece with no other owner.
 *
 * This runs for every packet, so it works on the one GstMemory itself: the
 * functions of GstBuffer look at all its memory again in each call. There is
 * no GstBufferPool: it is no faster than the allocator, and each one costs
 * two file descriptors.
 */
#include "config.h"

#include "packet-gather.h"

static gboolean
packet_is_usable (const DtlsPacket * packet, gsize tail)
{
  return packet->room - packet->size >= tail
      && ((guintptr) packet->data & 3) == 0;
}

static gboolean
packet_map (DtlsPacket * packet, GstBuffer * buffer, GstMemory * memory)
{
  if (!gst_memory_map (memory, &packet->map, GST_MAP_READWRITE))
    return FALSE;
  packet->buffer = buffer;
  packet->data = packet->map.data;
  packet->size = packet->map.size;
  packet->room = packet->map.maxsize;
  return TRUE;
}

/* Returns FALSE, and has changed nothing, when @buffer must be copied. */
static gboolean
packet_open_in_place (DtlsPacket * packet, GstBuffer * buffer, gsize tail)
{
  GstMemory *memory;

  if (gst_buffer_n_memory (buffer) != 1 || !gst_buffer_is_writable (buffer))
    return FALSE;
  memory = gst_buffer_peek_memory (buffer, 0);
  if (!gst_memory_is_writable (memory) || !packet_map (packet, buffer, memory))
    return FALSE;
  if (packet_is_usable (packet, tail))
    return TRUE;
  gst_memory_unmap (memory, &packet->map);
  return FALSE;
}

/* Takes @buffer. Its shell is used again unless that belongs to a pool, which
 * would miss the memory. */
static GstBuffer *
buffer_with_memory (GstBuffer * buffer, GstMemory * memory)
{
  GstBuffer *shell;

  if (buffer->pool == NULL && gst_buffer_is_writable (buffer)) {
    gst_buffer_replace_all_memory (buffer, memory);
    return buffer;
  }
  shell = gst_buffer_new ();
  gst_buffer_append_memory (shell, memory);
  gst_buffer_copy_into (shell, buffer, GST_BUFFER_COPY_METADATA, 0, -1);
  gst_buffer_unref (buffer);
  return shell;
}

static gboolean
packet_open_copy (DtlsPacket * packet, GstBuffer * buffer, gsize tail)
{
  gsize size = gst_buffer_get_size (buffer);
  GstMemory *memory = gst_allocator_alloc (NULL, size + tail, NULL);

  if (memory == NULL || !packet_map (packet, NULL, memory)) {
    g_clear_pointer (&memory, gst_memory_unref);
    return FALSE;
  }
  if (gst_buffer_extract (buffer, 0, packet->data, size) != size) {
    gst_memory_unmap (memory, &packet->map);
    gst_memory_unref (memory);
    return FALSE;
  }
  packet->size = size;
  packet->buffer = buffer_with_memory (buffer, memory);
  return TRUE;
}

gboolean
dtls_packet_open (GstBuffer * buffer, gsize tail, DtlsPacket * packet)
{
  if (packet_open_in_place (packet, buffer, tail)
      || packet_open_copy (packet, buffer, tail))
    return TRUE;
  gst_buffer_unref (buffer);
  return FALSE;
}

GstBuffer *
dtls_packet_close (DtlsPacket * packet)
{
  GstMemory *memory = packet->map.memory;

  gst_memory_unmap (memory, &packet->map);
  gst_memory_resize (memory, 0, packet->size);
  return packet->buffer;
}

void
dtls_packet_drop (DtlsPacket * packet)
{
  gst_buffer_unref (dtls_packet_close (packet));
}
