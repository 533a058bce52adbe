/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A ring of tags, one slot a packet index. Its size is a power of two, so
 * that slots stay in order where sequence numbers wrap.
 *
 * Slots go by index, not by sequence number: a sender that jumps by about
 * half of the numbers comes to the same ones in another round.
 */
#include "config.h"

#include "sent-window.h"

#define NOT_SENT 0
#define SEQ_RANGE 65536

struct _DtlsSentWindow
{
  gboolean is_empty;
  guint64 highest;              /* index */
  guint mask;
  guint32 tags[];
};

DtlsSentWindow *
dtls_sent_window_new (guint packets)
{
  guint size = 1u << g_bit_storage (packets - 1);
  DtlsSentWindow *self = g_malloc0 (sizeof *self + size * sizeof (guint32));

  self->is_empty = TRUE;
  self->mask = size - 1;
  return self;
}

void
dtls_sent_window_free (DtlsSentWindow * self)
{
  g_free (self);
}

/* RFC 3711 section 3.3.1: of the indices that end in these 16 bits, the one
 * that is nearest to the highest. Like libsrtp2's, it is never below zero, and
 * where two are as near it is the one ahead: the other is too old to pass. */
static guint64
sent_window_index (const DtlsSentWindow * self, guint16 seq)
{
  gint distance = (gint16) (seq - (guint16) self->highest);
  gint64 index;

  if (distance == G_MININT16)
    distance = -distance;
  index = (gint64) self->highest + distance;
  return index < 0 ? index + SEQ_RANGE : index;
}

/* Forgets the slots between the highest index and the new one. */
static void
sent_window_advance (DtlsSentWindow * self, guint64 index)
{
  guint64 steps = index - self->highest;

  if (self->is_empty || steps > self->mask)
    steps = self->mask + 1;
  for (guint64 i = 0; i < steps; i++)
    self->tags[(index - i) & self->mask] = NOT_SENT;
  self->highest = index;
  self->is_empty = FALSE;
}

gboolean
dtls_sent_window_add (DtlsSentWindow * self, guint16 seq, guint32 tag)
{
  guint64 index = sent_window_index (self, seq);
  guint32 *slot = &self->tags[index & self->mask];

  if (tag == NOT_SENT)
    tag = ~NOT_SENT;
  if (self->is_empty || index > self->highest)
    sent_window_advance (self, index);
  if (*slot != NOT_SENT && *slot != tag)
    return FALSE;
  *slot = tag;
  return TRUE;
}
