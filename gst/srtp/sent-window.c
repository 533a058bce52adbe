/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A ring of tags, one slot a sequence number. Its size is a power of two, so
 * that slots stay in order where sequence numbers wrap.
 */
#include "config.h"

#include "sent-window.h"

#define NOT_SENT 0

struct _DtlsSentWindow
{
  gboolean is_empty;
  guint16 highest;
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

/* Forgets the slots between the highest number and the new one. */
static void
sent_window_advance (DtlsSentWindow * self, guint16 seq)
{
  guint steps = (guint16) (seq - self->highest);

  if (self->is_empty || steps > self->mask)
    steps = self->mask + 1;
  for (guint i = 0; i < steps; i++)
    self->tags[(seq - i) & self->mask] = NOT_SENT;
  self->highest = seq;
  self->is_empty = FALSE;
}

/* What is older than the ring is new too: the replay check has passed it. */
static gboolean
sent_window_is_new (const DtlsSentWindow * self, guint16 seq)
{
  gint distance = (gint16) (seq - self->highest);

  return self->is_empty || distance > 0 || distance < -(gint) self->mask;
}

gboolean
dtls_sent_window_add (DtlsSentWindow * self, guint16 seq, guint32 tag)
{
  guint32 *slot = &self->tags[seq & self->mask];

  if (tag == NOT_SENT)
    tag = ~NOT_SENT;
  if (sent_window_is_new (self, seq))
    sent_window_advance (self, seq);
  if (*slot != NOT_SENT && *slot != tag)
    return FALSE;
  *slot = tag;
  return TRUE;
}
