/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See srtp-sender.h.
 *
 * Lock: one, around the session of this direction and all it needs; nothing
 * is pushed, emitted or waited for while it is held, and no other lock of
 * ours is taken under it.
 */
#include "config.h"

#include "srtp-sender.h"

#include "packet-gather.h"
#include "srtp-slot.h"

struct _DtlsSrtpSender
{
  GMutex lock;
  DtlsSrtpSlot slot;
};

static void
sender_clear (gpointer data)
{
  DtlsSrtpSender *self = data;

  dtls_srtp_slot_clear (&self->slot);
  g_mutex_clear (&self->lock);
}

static DtlsSrtpSender *
sender_new (void)
{
  DtlsSrtpSender *self = g_atomic_rc_box_new0 (DtlsSrtpSender);

  g_mutex_init (&self->lock);
  dtls_srtp_slot_init (&self->slot, DTLS_SRTP_SEND);
  return self;
}

static gpointer
sender_new_for_link (void)
{
  return sender_new ();
}

typedef struct
{
  DtlsSrtpSender *self;
  DtlsSrtpKind kind;
} ProtectArgs;

/* Must hold the lock, and there must be keys. */
static gboolean
sender_protect_packet (DtlsPacket * packet, gpointer data)
{
  ProtectArgs *args = data;

  return dtls_srtp_session_protect (args->self->slot.session, args->kind,
      packet->data, &packet->size, packet->room) == DTLS_SRTP_OK;
}

static gboolean
sender_set_keys (gpointer data, DtlsSrtpKeys * keys, gboolean initial,
    GError ** error)
{
  DtlsSrtpSender *self = data;
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = dtls_srtp_slot_set_keys (&self->slot, keys, initial, error);
  g_mutex_unlock (&self->lock);
  return ok;
}

static const DtlsSrtpSlotOwner sender_owner = {
  .name = "dtls-srtp-sender",
  .ends_with = 1 << DTLS_STATE_NEW | 1 << DTLS_STATE_FAILED
      | 1 << DTLS_STATE_CLOSED,
  .make = sender_new_for_link,
  .clear = sender_clear,
  .set_keys = sender_set_keys,
};

DtlsSrtpSender *
dtls_srtp_sender_obtain (DtlsLink * link)
{
  return dtls_srtp_slot_owner_obtain (&sender_owner, link);
}

DtlsSrtpSender *
dtls_srtp_sender_new_static (DtlsSrtpKeys * keys, GError ** error)
{
  g_autoptr (DtlsSrtpSender) self = sender_new ();

  if (!sender_set_keys (self, keys, FALSE, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
dtls_srtp_sender_set_keys (DtlsSrtpSender * self, DtlsSrtpKeys * keys,
    GError ** error)
{
  return sender_set_keys (self, keys, FALSE, error);
}

DtlsSrtpSender *
dtls_srtp_sender_ref (DtlsSrtpSender * self)
{
  return g_atomic_rc_box_acquire (self);
}

void
dtls_srtp_sender_unref (DtlsSrtpSender * self)
{
  g_atomic_rc_box_release_full (self, sender_clear);
}

gboolean
dtls_srtp_sender_is_keyed (DtlsSrtpSender * self)
{
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  g_mutex_unlock (&self->lock);
  return keyed;
}

GstBuffer *
dtls_srtp_sender_protect (DtlsSrtpSender * self, DtlsSrtpKind kind,
    GstBuffer * buffer)
{
  ProtectArgs args = { self, kind };
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  if (keyed)
    buffer = dtls_packet_work (buffer, DTLS_SRTP_OVERHEAD_MAX,
        sender_protect_packet, &args);
  else
    self->slot.n_without_keys++;
  dtls_srtp_slot_note_use (&self->slot);
  g_mutex_unlock (&self->lock);
  if (!keyed)
    gst_clear_buffer (&buffer);
  return buffer;
}

GstBufferList *
dtls_srtp_sender_protect_list (DtlsSrtpSender * self, DtlsSrtpKind kind,
    GstBufferList * list)
{
  ProtectArgs args = { self, kind };
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  if (keyed)
    list = dtls_packet_work_list (list, DTLS_SRTP_OVERHEAD_MAX,
        sender_protect_packet, &args);
  else
    self->slot.n_without_keys += gst_buffer_list_length (list);
  dtls_srtp_slot_note_use (&self->slot);
  g_mutex_unlock (&self->lock);
  if (!keyed)
    gst_clear_buffer_list (&list);
  return list;
}

void
dtls_srtp_sender_tell (DtlsSrtpSender * self, GstElement * element)
{
  dtls_srtp_slot_tell (&self->slot, element);
}

GstStructure *
dtls_srtp_sender_get_stats (DtlsSrtpSender * self)
{
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  stats = dtls_srtp_slot_get_stats (&self->slot);
  g_mutex_unlock (&self->lock);
  return stats;
}
