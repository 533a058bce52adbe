/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See packet-gather.h. What a payloader makes is nearly always two pieces, a
 * header of its own and a part of the encoder's frame that it shares with the
 * other packets of that frame, so the copy is the usual case when sending;
 * what a network source makes is one piece with no other owner.
 *
 * This runs for every packet, so it works on the GstMemory itself: functions
 * of GstBuffer and GstBufferList ask anew in each call whether the memory, its
 * buffer and its list may be changed, at the price of several atomic
 * operations. There is no GstBufferPool: it is no faster than the allocator,
 * and each one costs two file descriptors.
 */
#include "config.h"

#include "packet-gather.h"

#include <string.h>

#include "packet-memory.h"

/* A packet under work, and what is needed to put it back. */
typedef struct
{
  DtlsPacket packet;
  GstMapInfo map;               /* of memory that is in the buffer */
  GstMemory *copy;              /* or else this, which is in no buffer yet */
} Work;

/* Returns FALSE, and has changed nothing, when @buffer must be copied. Memory
 * that is read-only or has another owner cannot be mapped for writing. */
static gboolean
work_open_in_place (Work * work, GstBuffer * buffer, gsize tail)
{
  GstMapInfo *map = &work->map;

  if (gst_buffer_n_memory (buffer) != 1
      || !gst_memory_map (gst_buffer_peek_memory (buffer, 0), map,
          GST_MAP_READWRITE))
    return FALSE;
  if (map->maxsize - map->size < tail || ((guintptr) map->data & 3) != 0) {
    gst_memory_unmap (map->memory, map);
    return FALSE;
  }
  work->packet.data = map->data;
  work->packet.size = map->size;
  work->packet.room = map->maxsize;
  work->copy = NULL;
  return TRUE;
}

static gsize
buffer_size (GstBuffer * buffer)
{
  guint n = gst_buffer_n_memory (buffer), i;
  gsize size = 0;

  for (i = 0; i < n; i++)
    size += gst_buffer_peek_memory (buffer, i)->size;
  return size;
}

static gboolean
work_append (Work * work, GstMemory * memory)
{
  DtlsPacket *packet = &work->packet;
  GstMapInfo map;
  gboolean fits;

  if (!gst_memory_map (memory, &map, GST_MAP_READ))
    return FALSE;
  fits = map.size <= packet->room - packet->size;
  if (fits) {
    memcpy (packet->data + packet->size, map.data, map.size);
    packet->size += map.size;
  }
  gst_memory_unmap (memory, &map);
  return fits;
}

static gboolean
work_open_copy (Work * work, GstBuffer * buffer, gsize tail)
{
  gsize size = buffer_size (buffer);
  guint n = gst_buffer_n_memory (buffer), i = 0;

  work->copy = dtls_packet_memory_new (size + tail, &work->packet.data);
  work->packet.size = 0;
  work->packet.room = size;
  while (i < n && work_append (work, gst_buffer_peek_memory (buffer, i)))
    i++;
  work->packet.room += tail;
  if (i == n)
    return TRUE;
  gst_memory_unref (work->copy);
  return FALSE;
}

/* Returns: (transfer full): @buffer, or one that looks like it, with @memory.
 * A pool's buffer is left as it is, or the pool would miss its memory. */
static GstBuffer *
buffer_with_memory (GstBuffer * buffer, gboolean is_ours, GstMemory * memory)
{
  GstBuffer *shell;

  if (is_ours && buffer->pool == NULL) {
    gst_buffer_replace_all_memory (buffer, memory);
    return buffer;
  }
  shell = gst_buffer_new ();
  gst_buffer_append_memory (shell, memory);
  gst_buffer_copy_into (shell, buffer, GST_BUFFER_COPY_METADATA, 0, -1);
  return shell;
}

/* Returns: the memory that was worked on. It is known to be writable and the
 * size to fit, which gst_memory_resize() would find out again. */
static GstMemory *
work_close (Work * work)
{
  GstMemory *memory = work->copy;

  if (memory == NULL) {
    memory = work->map.memory;
    gst_memory_unmap (memory, &work->map);
  }
  GST_MEMORY_FLAG_UNSET (memory, GST_MEMORY_FLAG_ZERO_PADDED);
  memory->size = work->packet.size;
  return memory;
}

/*
 * @is_ours: nobody else has @buffer, so that it may be changed
 *
 * Returns: @buffer itself, a new one in its place, or NULL when there is
 * nothing to keep. @buffer is not released.
 */
static GstBuffer *
buffer_work (GstBuffer * buffer, gboolean is_ours, gsize tail,
    DtlsPacketFunc func, gpointer data)
{
  Work work;                    /* filled by either way of opening */
  GstMemory *memory;
  gboolean keep;

  if (!(is_ours && work_open_in_place (&work, buffer, tail))
      && !work_open_copy (&work, buffer, tail))
    return NULL;
  keep = func (&work.packet, data);
  memory = work_close (&work);
  if (work.copy == NULL)
    return keep ? buffer : NULL;
  if (keep)
    return buffer_with_memory (buffer, is_ours, memory);
  gst_memory_unref (memory);
  return NULL;
}

GstBuffer *
dtls_packet_work (GstBuffer * buffer, gsize tail, DtlsPacketFunc func,
    gpointer data)
{
  GstBuffer *result = buffer_work (buffer, gst_buffer_is_writable (buffer),
      tail, func, data);

  if (result != buffer)
    gst_buffer_unref (buffer);
  return result;
}

GstBufferList *
dtls_packet_work_list (GstBufferList * list, gsize tail, DtlsPacketFunc func,
    gpointer data)
{
  GstBuffer *buffer, *result;
  guint n, i = 0;

  list = gst_buffer_list_make_writable (list);
  for (n = gst_buffer_list_length (list); n > 0; n--) {
    buffer = gst_buffer_list_get (list, i);
    /* the one reference is the list's, and nobody else has the list */
    result = buffer_work (buffer, GST_MINI_OBJECT_REFCOUNT_VALUE (buffer) == 1,
        tail, func, data);
    if (result != buffer)
      gst_buffer_list_remove (list, i, 1);
    if (result != buffer && result != NULL)
      gst_buffer_list_insert (list, i, result);
    if (result != NULL)
      i++;
  }
  return list;
}
