/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See srtp-receiver.h.
 *
 * Lock: one, around the session of this direction and all it needs; nothing
 * is pushed, emitted or waited for while it is held, and no other lock of
 * ours is taken under it.
 */
#include "config.h"

#include "srtp-receiver.h"

#include "buffer-protocol.h"
#include "packet-gather.h"
#include "srtp-slot.h"

struct _DtlsSrtpReceiver
{
  GMutex lock;
  DtlsSrtpSlot slot;
};

static void
receiver_clear (gpointer data)
{
  DtlsSrtpReceiver *self = data;

  dtls_srtp_slot_clear (&self->slot);
  g_mutex_clear (&self->lock);
}

static DtlsSrtpReceiver *
receiver_new (void)
{
  DtlsSrtpReceiver *self = g_atomic_rc_box_new0 (DtlsSrtpReceiver);

  g_mutex_init (&self->lock);
  dtls_srtp_slot_init (&self->slot, DTLS_SRTP_RECEIVE);
  return self;
}

static gpointer
receiver_new_for_link (void)
{
  return receiver_new ();
}

typedef struct
{
  DtlsSrtpReceiver *self;
  DtlsSrtpKind kind;            /* of the packet at hand */
  gboolean has_rtcp;            /* among all packets so far */
} UnprotectArgs;

static DtlsSrtpKind
packet_kind (const guint8 * data, gsize size)
{
  return dtls_demux (data, size) == DTLS_PROTOCOL_RTCP ?
      DTLS_SRTP_RTCP : DTLS_SRTP_RTP;
}

/* Must hold the lock, and there must be keys. */
static gboolean
receiver_unprotect_packet (DtlsPacket * packet, gpointer data)
{
  UnprotectArgs *args = data;

  args->kind = packet_kind (packet->data, packet->size);
  if (dtls_srtp_slot_unprotect (&args->self->slot, args->kind, packet->data,
          &packet->size) != DTLS_SRTP_OK)
    return FALSE;
  args->has_rtcp |= args->kind == DTLS_SRTP_RTCP;
  return TRUE;
}

/* The bytes that tell the kind are never encrypted. */
static gboolean
take_if_rtcp (GstBuffer ** buffer, guint index, gpointer rtcp)
{
  if (dtls_buffer_get_protocol (*buffer) == DTLS_PROTOCOL_RTCP)
    gst_buffer_list_add (rtcp, g_steal_pointer (buffer));
  return TRUE;
}

static gboolean
receiver_set_keys (gpointer data, DtlsSrtpKeys * keys, gboolean initial,
    GError ** error)
{
  DtlsSrtpReceiver *self = data;
  gboolean ok;

  g_mutex_lock (&self->lock);
  ok = dtls_srtp_slot_set_keys (&self->slot, keys, initial, error);
  g_mutex_unlock (&self->lock);
  return ok;
}

/* What the peer sent before its close_notify may come after it. */
static const DtlsSrtpSlotOwner receiver_owner = {
  .name = "dtls-srtp-receiver",
  .ends_with = 1 << DTLS_STATE_NEW | 1 << DTLS_STATE_FAILED,
  .make = receiver_new_for_link,
  .clear = receiver_clear,
  .set_keys = receiver_set_keys,
};

DtlsSrtpReceiver *
dtls_srtp_receiver_obtain (DtlsLink * link)
{
  return dtls_srtp_slot_owner_obtain (&receiver_owner, link);
}

DtlsSrtpReceiver *
dtls_srtp_receiver_new_static (DtlsSrtpKeys * keys, GError ** error)
{
  g_autoptr (DtlsSrtpReceiver) self = receiver_new ();

  if (!receiver_set_keys (self, keys, FALSE, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
dtls_srtp_receiver_set_keys (DtlsSrtpReceiver * self, DtlsSrtpKeys * keys,
    GError ** error)
{
  return receiver_set_keys (self, keys, FALSE, error);
}

DtlsSrtpReceiver *
dtls_srtp_receiver_ref (DtlsSrtpReceiver * self)
{
  return g_atomic_rc_box_acquire (self);
}

void
dtls_srtp_receiver_unref (DtlsSrtpReceiver * self)
{
  g_atomic_rc_box_release_full (self, receiver_clear);
}

void
dtls_srtp_receiver_set_replay_window (DtlsSrtpReceiver * self, guint packets)
{
  g_mutex_lock (&self->lock);
  self->slot.replay_window = packets;
  g_mutex_unlock (&self->lock);
}

gboolean
dtls_srtp_receiver_is_keyed (DtlsSrtpReceiver * self)
{
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  g_mutex_unlock (&self->lock);
  return keyed;
}

gboolean
dtls_srtp_receiver_unprotect (DtlsSrtpReceiver * self, GstBuffer ** buffer,
    DtlsSrtpKind * kind)
{
  UnprotectArgs args = { self, DTLS_SRTP_RTP, FALSE };
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  if (keyed)
    *buffer = dtls_packet_work (*buffer, 0, receiver_unprotect_packet, &args);
  dtls_srtp_slot_note_use (&self->slot);
  g_mutex_unlock (&self->lock);
  *kind = args.kind;
  return keyed;
}

gboolean
dtls_srtp_receiver_unprotect_list (DtlsSrtpReceiver * self,
    GstBufferList * list, GstBufferList ** rtp, GstBufferList ** rtcp)
{
  UnprotectArgs args = { self, DTLS_SRTP_RTP, FALSE };
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  if (keyed)
    *rtp = dtls_packet_work_list (list, 0, receiver_unprotect_packet, &args);
  dtls_srtp_slot_note_use (&self->slot);
  g_mutex_unlock (&self->lock);
  *rtcp = NULL;
  if (args.has_rtcp) {
    *rtcp = gst_buffer_list_new ();
    gst_buffer_list_foreach (*rtp, take_if_rtcp, *rtcp);
  }
  return keyed;
}

void
dtls_srtp_receiver_tell (DtlsSrtpReceiver * self, GstElement * element)
{
  dtls_srtp_slot_tell (&self->slot, element);
}

GstStructure *
dtls_srtp_receiver_get_stats (DtlsSrtpReceiver * self)
{
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  stats = dtls_srtp_slot_get_stats (&self->slot);
  g_mutex_unlock (&self->lock);
  return stats;
}
