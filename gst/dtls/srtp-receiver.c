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

#include "engine/demux.h"
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

/* Takes @buffer. Must hold the lock, and there must be keys. */
static GstBuffer *
receiver_unprotect_locked (DtlsSrtpReceiver * self, GstBuffer * buffer,
    DtlsSrtpKind * kind)
{
  DtlsPacket packet;
  DtlsSrtpStatus status;

  if (!dtls_packet_open (buffer, 0, &packet))
    return NULL;
  *kind = dtls_demux (packet.data, packet.size) == DTLS_PROTOCOL_RTCP ?
      DTLS_SRTP_RTCP : DTLS_SRTP_RTP;
  status = dtls_srtp_slot_unprotect (&self->slot, *kind, packet.data,
      &packet.size);
  if (status == DTLS_SRTP_OK)
    return dtls_packet_close (&packet);
  dtls_packet_drop (&packet);
  return NULL;
}

typedef struct
{
  DtlsSrtpReceiver *self;
  GstBufferList *rtcp;
} UnprotectArgs;

/* What stays in the list is RTP. */
static gboolean
receiver_unprotect_item (GstBuffer ** buffer, guint index, gpointer data)
{
  UnprotectArgs *args = data;
  DtlsSrtpKind kind;

  *buffer = receiver_unprotect_locked (args->self, *buffer, &kind);
  if (*buffer != NULL && kind == DTLS_SRTP_RTCP)
    gst_buffer_list_add (args->rtcp, g_steal_pointer (buffer));
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
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  if (keyed)
    *buffer = receiver_unprotect_locked (self, *buffer, kind);
  g_mutex_unlock (&self->lock);
  return keyed;
}

gboolean
dtls_srtp_receiver_unprotect_list (DtlsSrtpReceiver * self,
    GstBufferList * list, GstBufferList ** rtp, GstBufferList ** rtcp)
{
  UnprotectArgs args = { self, NULL };
  gboolean keyed;

  g_mutex_lock (&self->lock);
  keyed = dtls_srtp_slot_is_keyed (&self->slot);
  if (keyed) {
    args.rtcp = gst_buffer_list_new ();
    list = gst_buffer_list_make_writable (list);
    gst_buffer_list_foreach (list, receiver_unprotect_item, &args);
  }
  g_mutex_unlock (&self->lock);
  if (keyed) {
    *rtp = list;
    *rtcp = args.rtcp;
  }
  return keyed;
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
