/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A GQueue of GBytes and two bounds.
 */
#include "config.h"

#include "datagram-queue.h"

struct _DtlsDatagramQueue
{
  GQueue items;
  guint count_max;
  gsize bytes_max;
  gsize bytes;
};

DtlsDatagramQueue *
dtls_datagram_queue_new (guint count_max, gsize bytes_max)
{
  DtlsDatagramQueue *self = g_new0 (DtlsDatagramQueue, 1);

  g_queue_init (&self->items);
  self->count_max = count_max;
  self->bytes_max = bytes_max;
  return self;
}

void
dtls_datagram_queue_free (DtlsDatagramQueue * self)
{
  dtls_datagram_queue_clear (self);
  g_free (self);
}

static gboolean
datagram_queue_has_room (const DtlsDatagramQueue * self, gsize size)
{
  return self->items.length < self->count_max
      && size <= self->bytes_max - self->bytes;
}

gboolean
dtls_datagram_queue_push (DtlsDatagramQueue * self, const guint8 * data,
    gsize size)
{
  if (!datagram_queue_has_room (self, size))
    return FALSE;
  g_queue_push_tail (&self->items, g_bytes_new (data, size));
  self->bytes += size;
  return TRUE;
}

gboolean
dtls_datagram_queue_push_bytes (DtlsDatagramQueue * self, GBytes * bytes)
{
  if (!datagram_queue_has_room (self, g_bytes_get_size (bytes)))
    return FALSE;
  g_queue_push_tail (&self->items, g_bytes_ref (bytes));
  self->bytes += g_bytes_get_size (bytes);
  return TRUE;
}

GBytes *
dtls_datagram_queue_pop (DtlsDatagramQueue * self)
{
  GBytes *bytes = g_queue_pop_head (&self->items);

  if (bytes)
    self->bytes -= g_bytes_get_size (bytes);
  return bytes;
}

guint
dtls_datagram_queue_get_length (const DtlsDatagramQueue * self)
{
  return self->items.length;
}

guint
dtls_datagram_queue_clear (DtlsDatagramQueue * self)
{
  guint n = self->items.length;

  g_queue_clear_full (&self->items, (GDestroyNotify) g_bytes_unref);
  self->bytes = 0;
  return n;
}
