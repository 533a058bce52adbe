/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See data-source.h.
 *
 * Locks: one, over the fields, and nothing is called under it. The pad's
 * stream lock is taken without it.
 */
#include "config.h"

#include "data-source.h"

#include "held-signal.h"
#include "worker.h"

struct _DtlsDataSource
{
  GObject parent;

  GstPad *sink;
  gulong handlers[2];
  GMutex lock;

  /* All below under the lock. */
  DtlsLink *link;               /* between open and close */
  GstPad *pad;                  /* not referenced: the element's */
  gboolean ended;               /* EOS is what there is to say */
  GstFlowReturn flow;           /* of the last data */
  GstClockTime pts;             /* of the last datagram */
  GstClockTime dts;
};

G_DEFINE_TYPE (DtlsDataSource, dtls_data_source, G_TYPE_OBJECT);

static GstPad *
source_ref_pad (DtlsDataSource * self)
{
  GstPad *pad;

  g_mutex_lock (&self->lock);
  pad = self->pad != NULL ? gst_object_ref (self->pad) : NULL;
  g_mutex_unlock (&self->lock);
  return pad;
}

static gboolean
pad_is_in_stream (GstPad * pad)
{
  GstEvent *segment = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  GstEvent *eos = gst_pad_get_sticky_event (pad, GST_EVENT_EOS, 0);
  gboolean is_in = segment != NULL && eos == NULL;

  gst_clear_event (&segment);
  gst_clear_event (&eos);
  return is_in;
}

/* Begins a stream where there is none: with the first data, after a flush,
 * and after the EOS of an earlier association. Time is that of @sink. */
static void
pad_ensure_stream (GstPad * pad, GstPad * sink)
{
  GstElement *element;
  GstEvent *segment;
  GstSegment bytes;
  gchar *id;

  if (pad_is_in_stream (pad) || !(element = gst_pad_get_parent_element (pad)))
    return;
  id = gst_pad_create_stream_id (pad, element, GST_PAD_NAME (pad));
  gst_pad_push_event (pad, gst_event_new_stream_start (id));
  g_free (id);
  gst_object_unref (element);
  segment = gst_pad_get_sticky_event (sink, GST_EVENT_SEGMENT, 0);
  if (segment == NULL) {
    gst_segment_init (&bytes, GST_FORMAT_BYTES);
    segment = gst_event_new_segment (&bytes);
  }
  gst_pad_push_event (pad, segment);
}

static GstBuffer *
source_wrap (DtlsDataSource * self, GBytes * bytes)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  g_mutex_lock (&self->lock);
  GST_BUFFER_PTS (buffer) = self->pts;
  GST_BUFFER_DTS (buffer) = self->dts;
  g_mutex_unlock (&self->lock);
  return buffer;
}

static void
source_push_on (DtlsDataSource * self, GstPad * pad, GBytes * bytes)
{
  GstFlowReturn flow;

  GST_PAD_STREAM_LOCK (pad);
  pad_ensure_stream (pad, self->sink);
  flow = gst_pad_push (pad, source_wrap (self, bytes));
  GST_PAD_STREAM_UNLOCK (pad);
  g_mutex_lock (&self->lock);
  self->flow = flow;
  self->ended = FALSE;
  g_mutex_unlock (&self->lock);
}

void
dtls_data_source_push (DtlsDataSource * self, GBytes * bytes)
{
  GstPad *pad = source_ref_pad (self);

  if (pad == NULL)
    return;
  if (g_bytes_get_size (bytes) > 0)
    source_push_on (self, pad, bytes);
  gst_object_unref (pad);
}

/* A link alone does not pass on an EOS that was pushed before it. */
static void
source_push_due_eos (DtlsDataSource * self)
{
  GstPad *pad = source_ref_pad (self);
  gboolean due;

  if (pad == NULL)
    return;
  g_mutex_lock (&self->lock);
  due = self->ended;
  g_mutex_unlock (&self->lock);
  GST_PAD_STREAM_LOCK (pad);
  if (due && gst_pad_is_linked (pad)) {
    pad_ensure_stream (pad, self->sink);
    gst_pad_push_event (pad, gst_event_new_eos ());
  }
  GST_PAD_STREAM_UNLOCK (pad);
  gst_object_unref (pad);
}

static void
source_run_push_eos (gpointer data)
{
  source_push_due_eos (data);
}

void
dtls_data_source_push_eos (DtlsDataSource * self)
{
  g_mutex_lock (&self->lock);
  self->ended = TRUE;
  g_mutex_unlock (&self->lock);
  source_push_due_eos (self);
}

static DtlsLink *
source_ref_link (DtlsDataSource * self)
{
  DtlsLink *link;

  g_mutex_lock (&self->lock);
  link = self->link != NULL ? g_object_ref (self->link) : NULL;
  g_mutex_unlock (&self->lock);
  return link;
}

static void
source_push_peer_eos (gpointer data)
{
  DtlsDataSource *self = data;
  g_autoptr (DtlsLink) link = source_ref_link (self);

  if (link != NULL && dtls_link_get_peer_closed (link))
    dtls_data_source_push_eos (self);
}

static void
source_on_data (DtlsLink * link, GBytes * bytes, DtlsDataSource * self)
{
  dtls_data_source_push (self, bytes);
}

/* A worker pushes the EOS, because this may come from a change of state. */
static void
source_on_peer_closed (DtlsLink * link, DtlsDataSource * self)
{
  dtls_worker_push (source_push_peer_eos, g_object_ref (self));
}

void
dtls_data_source_open (DtlsDataSource * self, DtlsLink * link,
    GstElement * owner)
{
  self->handlers[0] = dtls_connect_held (link, "data",
      G_CALLBACK (source_on_data), self, owner, G_CONNECT_AFTER);
  self->handlers[1] = dtls_connect_held (link, "peer-closed",
      G_CALLBACK (source_on_peer_closed), self, owner, G_CONNECT_AFTER);
  g_mutex_lock (&self->lock);
  self->link = g_object_ref (link);
  g_mutex_unlock (&self->lock);
}

void
dtls_data_source_close (DtlsDataSource * self)
{
  g_autoptr (DtlsLink) link = NULL;
  guint i;

  g_mutex_lock (&self->lock);
  link = g_steal_pointer (&self->link);
  g_mutex_unlock (&self->lock);
  for (i = 0; link != NULL && i < G_N_ELEMENTS (self->handlers); i++)
    g_signal_handler_disconnect (link, self->handlers[i]);
}

static void
source_on_linked (DtlsDataSource * self)
{
  dtls_worker_push (source_run_push_eos, g_object_ref (self));
}

static void
source_renew_segment (GstPad * pad, GstEvent * event)
{
  GST_PAD_STREAM_LOCK (pad);
  if (pad_is_in_stream (pad))
    gst_pad_push_event (pad, gst_event_ref (event));
  GST_PAD_STREAM_UNLOCK (pad);
}

/* It takes the segment away: not while somebody has sent it and is about to
 * push. */
static void
source_pass_flush_stop (GstPad * pad, GstEvent * event)
{
  GST_PAD_STREAM_LOCK (pad);
  gst_pad_push_event (pad, gst_event_ref (event));
  GST_PAD_STREAM_UNLOCK (pad);
}

/* What is said about the datagrams is not true of the data. */
static gboolean
event_is_for_data (GstEvent * event)
{
  return !GST_EVENT_IS_STICKY (event)
      && GST_EVENT_TYPE (event) != GST_EVENT_GAP;
}

void
dtls_data_source_event (DtlsDataSource * self, GstEvent * event)
{
  GstPad *pad;

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    dtls_data_source_push_eos (self);
  pad = source_ref_pad (self);
  if (pad == NULL)
    return;
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    source_renew_segment (pad, event);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    source_pass_flush_stop (pad, event);
  else if (event_is_for_data (event))
    /* Without a lock: a flush that begins ends a push that is blocked. */
    gst_pad_push_event (pad, gst_event_ref (event));
  gst_object_unref (pad);
}

gboolean
dtls_data_source_set_pad (DtlsDataSource * self, GstPad * pad)
{
  gboolean set;

  g_mutex_lock (&self->lock);
  set = pad == NULL || self->pad == NULL;
  if (set)
    self->pad = pad;
  g_mutex_unlock (&self->lock);
  if (set && pad != NULL)
    g_signal_connect_object (pad, "linked", G_CALLBACK (source_on_linked),
        self, G_CONNECT_SWAPPED);
  return set;
}

void
dtls_data_source_note_times (DtlsDataSource * self, GstBuffer * datagram)
{
  g_mutex_lock (&self->lock);
  self->pts = GST_BUFFER_PTS (datagram);
  self->dts = GST_BUFFER_DTS (datagram);
  g_mutex_unlock (&self->lock);
}

GstFlowReturn
dtls_data_source_take_flow (DtlsDataSource * self)
{
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  flow = self->flow;
  self->flow = GST_FLOW_OK;
  g_mutex_unlock (&self->lock);
  return flow == GST_FLOW_ERROR || flow == GST_FLOW_NOT_NEGOTIATED ?
      flow : GST_FLOW_OK;
}

void
dtls_data_source_reset (DtlsDataSource * self)
{
  g_mutex_lock (&self->lock);
  self->ended = FALSE;
  self->flow = GST_FLOW_OK;
  g_mutex_unlock (&self->lock);
}

DtlsDataSource *
dtls_data_source_new (GstPad * sink)
{
  DtlsDataSource *self = g_object_new (DTLS_TYPE_DATA_SOURCE, NULL);

  self->sink = gst_object_ref (sink);
  return self;
}

static void
dtls_data_source_finalize (GObject * object)
{
  DtlsDataSource *self = DTLS_DATA_SOURCE (object);

  g_clear_object (&self->link);
  gst_object_unref (self->sink);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (dtls_data_source_parent_class)->finalize (object);
}

static void
dtls_data_source_class_init (DtlsDataSourceClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = dtls_data_source_finalize;
}

static void
dtls_data_source_init (DtlsDataSource * self)
{
  g_mutex_init (&self->lock);
  self->pts = GST_CLOCK_TIME_NONE;
  self->dts = GST_CLOCK_TIME_NONE;
}
