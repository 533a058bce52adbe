/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A ring of slots, one a message number. A slot has one mark per byte of the
 * message: the sizes are small and the code has no intervals to get wrong.
 */
#include "config.h"

#include "reassembly.h"

#include <string.h>

typedef struct
{
  gboolean used;
  guint8 type;
  guint32 length;
  guint32 missing;
  guint8 *body;
  guint8 *present;              /* 1 for each byte that has come */
} ReassemblySlot;

struct _DtlsReassembly
{
  ReassemblySlot slots[DTLS_REASSEMBLY_WINDOW];
  guint16 next;
  gsize bytes;
};

DtlsReassembly *
dtls_reassembly_new (guint16 first_number)
{
  DtlsReassembly *self = g_new0 (DtlsReassembly, 1);

  self->next = first_number;
  return self;
}

static void
reassembly_clear_slot (DtlsReassembly * self, ReassemblySlot * slot)
{
  if (!slot->used)
    return;
  self->bytes -= slot->length;
  g_free (slot->body);
  g_free (slot->present);
  memset (slot, 0, sizeof *slot);
}

void
dtls_reassembly_discard (DtlsReassembly * self)
{
  for (guint i = 0; i < DTLS_REASSEMBLY_WINDOW; i++)
    reassembly_clear_slot (self, &self->slots[i]);
}

void
dtls_reassembly_free (DtlsReassembly * self)
{
  dtls_reassembly_discard (self);
  g_free (self);
}

static gboolean
reassembly_open_slot (DtlsReassembly * self, ReassemblySlot * slot,
    const DtlsFragment * fragment)
{
  if (slot->used && slot->type == fragment->type
      && slot->length == fragment->length)
    return TRUE;
  if (fragment->length > DTLS_REASSEMBLY_BYTES_MAX)
    return FALSE;
  reassembly_clear_slot (self, slot);
  /* Two small fragments can claim all the room there is. */
  if (fragment->length > DTLS_REASSEMBLY_BYTES_MAX - self->bytes)
    dtls_reassembly_discard (self);
  slot->used = TRUE;
  slot->type = fragment->type;
  slot->length = fragment->length;
  slot->missing = fragment->length;
  slot->body = g_malloc (MAX (fragment->length, 1));
  slot->present = g_malloc0 (MAX (fragment->length, 1));
  self->bytes += fragment->length;
  return TRUE;
}

/* The first copy of a byte is kept. */
static void
reassembly_fill_slot (ReassemblySlot * slot, const DtlsFragment * fragment)
{
  for (guint32 i = 0; i < fragment->size; i++) {
    guint32 at = fragment->offset + i;

    if (slot->present[at])
      continue;
    slot->present[at] = 1;
    slot->body[at] = fragment->body[i];
    slot->missing--;
  }
}

gboolean
dtls_reassembly_add (DtlsReassembly * self, const DtlsFragment * fragment)
{
  ReassemblySlot *slot;

  if (fragment->sequence < self->next
      || fragment->sequence - self->next >= DTLS_REASSEMBLY_WINDOW)
    return FALSE;
  slot = &self->slots[fragment->sequence % DTLS_REASSEMBLY_WINDOW];
  if (!reassembly_open_slot (self, slot, fragment))
    return FALSE;
  reassembly_fill_slot (slot, fragment);
  return TRUE;
}

static ReassemblySlot *
reassembly_next_slot (const DtlsReassembly * self)
{
  return (ReassemblySlot *) & self->slots[self->next % DTLS_REASSEMBLY_WINDOW];
}

gboolean
dtls_reassembly_peek (const DtlsReassembly * self, guint8 * type)
{
  const ReassemblySlot *slot = reassembly_next_slot (self);

  if (!slot->used || slot->missing > 0)
    return FALSE;
  *type = slot->type;
  return TRUE;
}

gboolean
dtls_reassembly_pop (DtlsReassembly * self, DtlsMessage * message)
{
  ReassemblySlot *slot = reassembly_next_slot (self);

  if (!dtls_reassembly_peek (self, &message->type))
    return FALSE;
  message->number = self->next;
  message->length = slot->length;
  message->body = g_steal_pointer (&slot->body);
  reassembly_clear_slot (self, slot);
  self->next++;
  return TRUE;
}

guint16
dtls_reassembly_get_next (const DtlsReassembly * self)
{
  return self->next;
}
