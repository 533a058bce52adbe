/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One pusher at a time, elected under the lock, pushing without it.
 *
 * Lock order: the pad's stream lock, the pusher's lock, then the link's or the
 * pad's object lock.
 */
#include "config.h"

#include "datagram-pusher.h"

#include "held-signal.h"
#include "worker.h"

/* From how many queued datagrams on a sender of data waits. */
#define ROOM 128

/* How long a stop lets the last datagrams leave. */
#define STOP_TIMEOUT_US (100 * G_TIME_SPAN_MILLISECOND)

struct _DtlsPusher
{
  GObject parent;

  GstPad *src;
  GstCaps *caps;
  gulong linked_handler;

  GMutex lock;
  GCond changed;

  /* All below under the lock. */
  DtlsLink *link;
  gulong ready_handler;
  gboolean running;
  gboolean scheduled;           /* a worker is on its way */
  GThread *pushing;             /* who pushes now */
  GQueue events;                /* follow the link's queue */
  gboolean ended;               /* EOS was sent; under the stream lock */
  GstFlowReturn flow;
};

G_DEFINE_TYPE (DtlsPusher, dtls_pusher, G_TYPE_OBJECT);

static gchar *
make_stream_id (DtlsPusher * self)
{
  gchar *id;

  g_mutex_lock (&self->lock);
  id = g_strconcat ("dtls/", self->link ? dtls_link_get_id (self->link) : "",
      NULL);
  g_mutex_unlock (&self->lock);
  return id;
}

void
dtls_pusher_ensure_prologue (DtlsPusher * self)
{
  GstEvent *event = gst_pad_get_sticky_event (self->src, GST_EVENT_SEGMENT, 0);
  GstSegment segment;
  gchar *id;

  if ((event && !self->ended) || !self->caps) {
    gst_clear_event (&event);
    return;
  }
  gst_clear_event (&event);
  self->ended = FALSE;
  id = make_stream_id (self);
  gst_pad_push_event (self->src, gst_event_new_stream_start (id));
  g_free (id);
  gst_pad_push_event (self->src, gst_event_new_caps (self->caps));
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
}

static GstFlowReturn
push_datagram (DtlsPusher * self, GBytes * bytes)
{
  GstFlowReturn flow;

  GST_PAD_STREAM_LOCK (self->src);
  dtls_pusher_ensure_prologue (self);
  flow = gst_pad_push (self->src, gst_buffer_new_wrapped_bytes (bytes));
  GST_PAD_STREAM_UNLOCK (self->src);
  g_bytes_unref (bytes);
  return flow;
}

static GstFlowReturn
push_event (DtlsPusher * self, GstEvent * event)
{
  gboolean is_eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;

  GST_PAD_STREAM_LOCK (self->src);
  dtls_pusher_ensure_prologue (self);
  gst_pad_push_event (self->src, event);
  self->ended = is_eos;
  GST_PAD_STREAM_UNLOCK (self->src);
  return is_eos ? GST_FLOW_EOS : GST_FLOW_OK;
}

/* The next four with the lock held. */

static gboolean
can_push (DtlsPusher * self)
{
  gboolean is_open;

  GST_OBJECT_LOCK (self->src);
  is_open = GST_PAD_IS_LINKED (self->src) && !GST_PAD_IS_FLUSHING (self->src);
  GST_OBJECT_UNLOCK (self->src);
  return is_open && self->running && self->link;
}

static gboolean
push_next (DtlsPusher * self)
{
  GBytes *bytes;
  GstEvent *event;
  GstFlowReturn flow;

  if (!can_push (self))
    return FALSE;
  bytes = dtls_link_pop_datagram (self->link);
  event = bytes ? NULL : g_queue_pop_head (&self->events);
  if (!bytes && !event)
    return FALSE;

  g_mutex_unlock (&self->lock);
  flow = bytes ? push_datagram (self, bytes) : push_event (self, event);
  g_mutex_lock (&self->lock);
  self->flow = flow;
  g_cond_broadcast (&self->changed);
  return TRUE;
}

static GstFlowReturn
push_all (DtlsPusher * self)
{
  if (self->pushing)
    return GST_FLOW_OK;

  self->pushing = g_thread_self ();
  self->flow = GST_FLOW_OK;
  while (push_next (self));
  self->pushing = NULL;
  g_cond_broadcast (&self->changed);
  return self->flow;
}

static gboolean
is_busy (DtlsPusher * self)
{
  return self->scheduled
      || (self->pushing && self->pushing != g_thread_self ());
}

static void
run_push (gpointer data)
{
  DtlsPusher *self = data;

  g_mutex_lock (&self->lock);
  self->scheduled = FALSE;
  push_all (self);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

GstFlowReturn
dtls_pusher_push (DtlsPusher * self)
{
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  flow = push_all (self);
  g_mutex_unlock (&self->lock);
  return flow;
}

void
dtls_pusher_kick (DtlsPusher * self)
{
  g_mutex_lock (&self->lock);
  if (!self->scheduled && !self->pushing && can_push (self)) {
    self->scheduled = TRUE;
    dtls_worker_push (run_push, g_object_ref (self));
  }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
dtls_pusher_wait_for_room (DtlsPusher * self)
{
  g_mutex_lock (&self->lock);
  while (self->link && can_push (self) && self->pushing
      && self->pushing != g_thread_self ()
      && dtls_link_get_n_datagrams (self->link) >= ROOM)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
dtls_pusher_push_event (DtlsPusher * self, GstEvent * event)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->events, event);
  push_all (self);
  g_mutex_unlock (&self->lock);
}

void
dtls_pusher_start (DtlsPusher * self)
{
  g_mutex_lock (&self->lock);
  self->running = TRUE;
  g_mutex_unlock (&self->lock);
  dtls_pusher_kick (self);
}

static void
clear_events (DtlsPusher * self)
{
  g_queue_clear_full (&self->events, (GDestroyNotify) gst_event_unref);
}

void
dtls_pusher_stop (DtlsPusher * self)
{
  gint64 end_us = g_get_monotonic_time () + STOP_TIMEOUT_US;

  g_mutex_lock (&self->lock);
  while (is_busy (self)
      && g_cond_wait_until (&self->changed, &self->lock, end_us));
  self->running = FALSE;
  clear_events (self);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
dtls_pusher_set_link (DtlsPusher * self, DtlsLink * link)
{
  DtlsLink *old;
  gulong old_handler, handler = 0;

  if (link)
    handler = dtls_connect_held (link, "datagrams-ready",
        G_CALLBACK (dtls_pusher_kick), self, self, G_CONNECT_SWAPPED);

  g_mutex_lock (&self->lock);
  old = self->link;
  old_handler = self->ready_handler;
  self->link = link ? g_object_ref (link) : NULL;
  self->ready_handler = handler;
  g_mutex_unlock (&self->lock);

  if (old) {
    g_signal_handler_disconnect (old, old_handler);
    g_object_unref (old);
  }
  dtls_pusher_kick (self);
}

DtlsPusher *
dtls_pusher_new (GstPad * src, GstCaps * caps)
{
  DtlsPusher *self = g_object_new (DTLS_TYPE_PUSHER, NULL);

  self->src = gst_object_ref (src);
  self->caps = caps ? gst_caps_ref (caps) : NULL;
  self->linked_handler = g_signal_connect_data (src, "linked",
      G_CALLBACK (dtls_pusher_kick), self, NULL, G_CONNECT_SWAPPED);
  return self;
}

static void
dtls_pusher_finalize (GObject * object)
{
  DtlsPusher *self = DTLS_PUSHER (object);

  g_signal_handler_disconnect (self->src, self->linked_handler);
  gst_object_unref (self->src);
  gst_clear_caps (&self->caps);
  g_clear_object (&self->link);
  clear_events (self);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (dtls_pusher_parent_class)->finalize (object);
}

static void
dtls_pusher_class_init (DtlsPusherClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = dtls_pusher_finalize;
}

static void
dtls_pusher_init (DtlsPusher * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}
