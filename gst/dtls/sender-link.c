/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See sender-link.h.
 *
 * Locks: one, over what an EOS and a warning wait for. The link, the pusher
 * and the element are called without it; the alarm's lock is taken under it.
 *
 * Timer: eos_alarm, set when close_notify was sent before an EOS; the peer's
 * answer may be lost, so the EOS leaves without it then.
 */
#include "config.h"

#include "sender-link.h"

#include <glib/gi18n-lib.h>

#include "alarm.h"
#include "datagram-pusher.h"
#include "held-link.h"
#include "held-signal.h"

#define EOS_TIMEOUT_US G_USEC_PER_SEC

typedef enum
{
  EOS_NONE,
  EOS_RECEIVED,                 /* close_notify is to be sent */
  EOS_WAITING,                  /* for the peer to close */
  EOS_LATE,                     /* it did not in time */
} Eos;

struct _DtlsSenderLink
{
  GObject parent;

  GstElement *element;
  DtlsPusher *pusher;
  DtlsAlarm *eos_alarm;

  DtlsHeldLink held;            /* between open and close */

  GMutex lock;

  /* All below under the lock. */
  Eos eos;
  gint warned_code;             /* of the last warning about data, or -1 */
};

G_DEFINE_TYPE (DtlsSenderLink, dtls_sender_link, G_TYPE_OBJECT);

DtlsLink *
dtls_sender_link_ref_link (DtlsSenderLink * self)
{
  return dtls_held_link_ref (&self->held);
}

DtlsState
dtls_sender_link_get_state (DtlsSenderLink * self)
{
  return dtls_held_link_get_state (&self->held);
}

static gboolean
sender_step_eos (DtlsSenderLink * self, Eos from, Eos to)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = self->eos == from;
  if (taken) {
    self->eos = to;
    dtls_alarm_set (self->eos_alarm, to == EOS_WAITING ?
        dtls_alarm_get_now_us (self->eos_alarm) + EOS_TIMEOUT_US : -1);
  }
  g_mutex_unlock (&self->lock);
  return taken;
}

static gboolean
link_may_close (DtlsLink * link)
{
  switch (dtls_link_get_state (link)) {
    case DTLS_STATE_NEW:
      return !dtls_link_has_early_data (link);
    case DTLS_STATE_CONNECTING:
      return FALSE;
    default:
      return TRUE;
  }
}

/* Whenever something has happened that an EOS may wait for. */
static void
sender_advance_eos (DtlsSenderLink * self, DtlsLink * link)
{
  gboolean connected = dtls_link_get_state (link) == DTLS_STATE_CONNECTED;

  if (link_may_close (link)
      && sender_step_eos (self, EOS_RECEIVED, EOS_WAITING)) {
    dtls_link_close (link);
    dtls_pusher_push (self->pusher);
    if (!connected)
      sender_step_eos (self, EOS_WAITING, EOS_LATE);
  }
  if (dtls_link_get_peer_closed (link))
    sender_step_eos (self, EOS_WAITING, EOS_LATE);
  if (sender_step_eos (self, EOS_LATE, EOS_NONE))
    dtls_pusher_push_event (self->pusher, gst_event_new_eos ());
}

static void
sender_end_eos_wait (gpointer data)
{
  DtlsSenderLink *self = data;

  if (sender_step_eos (self, EOS_WAITING, EOS_NONE))
    dtls_pusher_push_event (self->pusher, gst_event_new_eos ());
}

static void
sender_on_state (DtlsLink * link, gint state, const GError * error,
    DtlsSenderLink * self)
{
  if (!dtls_held_link_is (&self->held, link))
    return;
  dtls_held_link_announce (&self->held, state);
  sender_advance_eos (self, link);
}

static void
sender_on_peer_closed (DtlsLink * link, DtlsSenderLink * self)
{
  if (dtls_held_link_is (&self->held, link))
    sender_advance_eos (self, link);
}

/* One warning a cause, until data get through again. */
static void
sender_warn (DtlsSenderLink * self, const GError * error)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = self->warned_code != error->code;
  self->warned_code = error->code;
  g_mutex_unlock (&self->lock);
  if (is_new)
    GST_ELEMENT_WARNING (self->element, STREAM, ENCODE,
        ("%s", error->message),
        ("data dropped; more of the same is not reported"));
}

static void
sender_forget_warning (DtlsSenderLink * self)
{
  g_mutex_lock (&self->lock);
  self->warned_code = -1;
  g_mutex_unlock (&self->lock);
}

static GstFlowReturn
sender_send_bytes (DtlsSenderLink * self, DtlsLink * link,
    const guint8 * data, gsize size)
{
  g_autoptr (GError) error = NULL;

  if (size == 0)
    return GST_FLOW_OK;
  if (dtls_link_get_peer_closed (link))
    return GST_FLOW_EOS;
  dtls_pusher_wait_for_room (self->pusher);
  if (!dtls_link_send_data (link, data, size, &error)) {
    sender_warn (self, error);
    return GST_FLOW_OK;
  }
  sender_forget_warning (self);
  return dtls_pusher_push (self->pusher);
}

GstFlowReturn
dtls_sender_link_send (DtlsSenderLink * self, GstBuffer * buffer)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self);
  GstFlowReturn flow = GST_FLOW_FLUSHING;
  GstMapInfo map;

  if (link != NULL && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    flow = sender_send_bytes (self, link, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_unref (buffer);
  return flow;
}

void
dtls_sender_link_handle_eos (DtlsSenderLink * self)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self);

  sender_step_eos (self, EOS_NONE, EOS_RECEIVED);
  if (link != NULL)
    sender_advance_eos (self, link);
}

void
dtls_sender_link_push_event (DtlsSenderLink * self, GstEvent * event)
{
  dtls_pusher_push_event (self->pusher, event);
}

void
dtls_sender_link_flushed (DtlsSenderLink * self)
{
  sender_step_eos (self, EOS_RECEIVED, EOS_NONE);
  dtls_pusher_kick (self->pusher);
}

static void
sender_hold_link (DtlsSenderLink * self, DtlsLink * link)
{
  dtls_connect_held (link, "state", G_CALLBACK (sender_on_state), self,
      self->element, 0);
  dtls_connect_held (link, "peer-closed", G_CALLBACK (sender_on_peer_closed),
      self, self->element, 0);
  dtls_held_link_set (&self->held, link);
  dtls_pusher_set_link (self->pusher, link);
  dtls_held_link_announce (&self->held, DTLS_STATE_NEW);
}

DtlsLink *
dtls_sender_link_open (DtlsSenderLink * self, const gchar * connection_id)
{
  g_autoptr (DtlsLink) link = NULL;
  g_autoptr (GError) error = NULL;

  if (connection_id == NULL) {
    GST_ELEMENT_ERROR (self->element, LIBRARY, SETTINGS,
        (_("The property \"connection-id\" is not set. Set it to the same text "
                "on the encoder and on the decoder of one peer.")), (NULL));
    return NULL;
  }
  link = dtls_link_obtain (connection_id);
  if (!dtls_link_attach (link, DTLS_SIDE_SENDER, self->element, &error)) {
    GST_ELEMENT_ERROR (self->element, LIBRARY, SETTINGS,
        ("%s", error->message), (NULL));
    return NULL;
  }
  sender_hold_link (self, link);
  return g_steal_pointer (&link);
}

gboolean
dtls_sender_link_start (DtlsSenderLink * self, DtlsRole role)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self);
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  self->eos = EOS_NONE;
  self->warned_code = -1;
  g_mutex_unlock (&self->lock);
  dtls_link_set_role (link, role);
  dtls_pusher_start (self->pusher);
  if (dtls_link_start (link, DTLS_SIDE_SENDER, &error))
    return TRUE;
  GST_ELEMENT_ERROR (self->element, LIBRARY, SETTINGS,
      ("%s", error->message), (NULL));
  return FALSE;
}

void
dtls_sender_link_stop (DtlsSenderLink * self)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self);

  if (link != NULL)
    dtls_link_stop (link, DTLS_SIDE_SENDER);
  dtls_pusher_stop (self->pusher);
  g_mutex_lock (&self->lock);
  self->eos = EOS_NONE;
  dtls_alarm_set (self->eos_alarm, -1);
  g_mutex_unlock (&self->lock);
}

void
dtls_sender_link_close (DtlsSenderLink * self)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self);

  if (link == NULL)
    return;
  dtls_link_detach (link, DTLS_SIDE_SENDER, self->element);
  dtls_pusher_set_link (self->pusher, NULL);
  dtls_held_link_set (&self->held, NULL);
  g_signal_handlers_disconnect_by_data (link, self);
  dtls_held_link_announce (&self->held, DTLS_STATE_CLOSED);
}

DtlsSenderLink *
dtls_sender_link_new (GstElement * element, GstPad * src, GstCaps * caps)
{
  DtlsSenderLink *self = g_object_new (DTLS_TYPE_SENDER_LINK, NULL);

  self->element = element;
  dtls_held_link_init (&self->held, element);
  self->pusher = dtls_pusher_new (src, caps);
  return self;
}

static void
dtls_sender_link_finalize (GObject * object)
{
  DtlsSenderLink *self = DTLS_SENDER_LINK (object);

  dtls_alarm_free (self->eos_alarm);
  g_clear_object (&self->pusher);
  dtls_held_link_clear (&self->held);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (dtls_sender_link_parent_class)->finalize (object);
}

static void
dtls_sender_link_class_init (DtlsSenderLinkClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = dtls_sender_link_finalize;
}

static void
dtls_sender_link_init (DtlsSenderLink * self)
{
  g_mutex_init (&self->lock);
  self->eos_alarm = dtls_alarm_new (sender_end_eos_wait, G_OBJECT (self));
  self->warned_code = -1;
}
