/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See packet-gather.h. What a payloader makes is nearly always two pieces, a
 * header of its own and a part of the encoder's frame that it shares with the
 * other packets of that frame, so the copy is the usual case and the pool
 * pays; what a network source makes is one piece with no other owner.
 */
#include "config.h"

#include "packet-gather.h"

/* Room for what an Ethernet frame can carry and for the tag. */
#define POOL_BUFFER_SIZE 1600

struct _DtlsPacketGather
{
  GstBufferPool *pool;
};

static gboolean
buffer_is_usable (GstBuffer * buffer, gsize tail)
{
  gsize offset, max_size;
  gsize size = gst_buffer_get_sizes (buffer, &offset, &max_size);

  return gst_buffer_n_memory (buffer) == 1 && gst_buffer_is_writable (buffer)
      && gst_buffer_is_all_memory_writable (buffer)
      && max_size - offset - size >= tail;
}

static GstBuffer *
gather_allocate (DtlsPacketGather * self, gsize size)
{
  GstBuffer *buffer;

  if (size > POOL_BUFFER_SIZE)
    return gst_buffer_new_allocate (NULL, size, NULL);
  if (gst_buffer_pool_acquire_buffer (self->pool, &buffer, NULL) != GST_FLOW_OK)
    return NULL;
  return buffer;
}

/* Takes @buffer; its first @size bytes are those of the copy. */
static GstBuffer *
gather_copy (DtlsPacketGather * self, GstBuffer * buffer, gsize size,
    gsize tail)
{
  GstBuffer *copy = gather_allocate (self, size + tail);
  GstMapInfo map;

  if (copy != NULL && gst_buffer_map (copy, &map, GST_MAP_WRITE)) {
    gsize copied = gst_buffer_extract (buffer, 0, map.data, size);

    gst_buffer_unmap (copy, &map);
    if (copied == size)
      gst_buffer_copy_into (copy, buffer, GST_BUFFER_COPY_METADATA, 0, -1);
    else
      gst_clear_buffer (&copy);
  } else {
    gst_clear_buffer (&copy);
  }
  gst_buffer_unref (buffer);
  return copy;
}

static gboolean
packet_map (DtlsPacket * packet, GstBuffer * buffer, gsize size, gsize tail)
{
  gst_buffer_set_size (buffer, size + tail);
  if (!gst_buffer_map (buffer, &packet->map, GST_MAP_READWRITE)) {
    gst_buffer_unref (buffer);
    return FALSE;
  }
  packet->buffer = buffer;
  packet->data = packet->map.data;
  packet->size = size;
  packet->room = packet->map.size;
  return TRUE;
}

static gboolean
packet_is_aligned (const DtlsPacket * packet)
{
  return ((guintptr) packet->data & 3) == 0;
}

DtlsPacketGather *
dtls_packet_gather_new (void)
{
  DtlsPacketGather *self = g_new0 (DtlsPacketGather, 1);
  GstStructure *config;

  self->pool = gst_buffer_pool_new ();
  config = gst_buffer_pool_get_config (self->pool);
  gst_buffer_pool_config_set_params (config, NULL, POOL_BUFFER_SIZE, 0, 0);
  gst_buffer_pool_set_config (self->pool, config);
  gst_buffer_pool_set_active (self->pool, TRUE);
  return self;
}

void
dtls_packet_gather_free (DtlsPacketGather * self)
{
  gst_buffer_pool_set_active (self->pool, FALSE);
  gst_object_unref (self->pool);
  g_free (self);
}

gboolean
dtls_packet_gather_open (DtlsPacketGather * self, GstBuffer * buffer,
    gsize tail, DtlsPacket * packet)
{
  gsize size = gst_buffer_get_size (buffer);

  if (buffer_is_usable (buffer, tail)) {
    if (!packet_map (packet, buffer, size, tail))
      return FALSE;
    if (packet_is_aligned (packet))
      return TRUE;
    buffer = dtls_packet_close (packet);
  }
  buffer = gather_copy (self, buffer, size, tail);
  return buffer != NULL && packet_map (packet, buffer, size, tail);
}

GstBuffer *
dtls_packet_close (DtlsPacket * packet)
{
  gst_buffer_unmap (packet->buffer, &packet->map);
  gst_buffer_set_size (packet->buffer, packet->size);
  return packet->buffer;
}

void
dtls_packet_drop (DtlsPacket * packet)
{
  gst_buffer_unref (dtls_packet_close (packet));
}
