/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See data-source.h.
 *
 * Locks: the element's object lock guards the fields, and nothing is called
 * under it. The pad's stream lock is taken without it.
 */
#include "config.h"

#include "data-source.h"

struct _DtlsDataSource
{
  GstElement *element;
  GstPad *sink;

  /* All below under the object lock. */
  GstPad *pad;
  GstFlowReturn flow;           /* of the last data */
  GstClockTime pts;             /* of the last datagram */
  GstClockTime dts;
};

static GstPad *
source_ref_pad (DtlsDataSource * self)
{
  GstPad *pad;

  GST_OBJECT_LOCK (self->element);
  pad = self->pad != NULL ? gst_object_ref (self->pad) : NULL;
  GST_OBJECT_UNLOCK (self->element);
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
 * and after the EOS of an earlier association. Time is that of upstream. */
static void
source_ensure_stream (DtlsDataSource * self, GstPad * pad)
{
  GstEvent *segment;
  GstSegment bytes;
  gchar *id;

  if (pad_is_in_stream (pad))
    return;
  id = gst_pad_create_stream_id (pad, self->element, GST_PAD_NAME (pad));
  gst_pad_push_event (pad, gst_event_new_stream_start (id));
  g_free (id);
  segment = gst_pad_get_sticky_event (self->sink, GST_EVENT_SEGMENT, 0);
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

  GST_OBJECT_LOCK (self->element);
  GST_BUFFER_PTS (buffer) = self->pts;
  GST_BUFFER_DTS (buffer) = self->dts;
  GST_OBJECT_UNLOCK (self->element);
  return buffer;
}

static void
source_push_on (DtlsDataSource * self, GstPad * pad, GBytes * bytes)
{
  GstFlowReturn flow;

  GST_PAD_STREAM_LOCK (pad);
  source_ensure_stream (self, pad);
  flow = gst_pad_push (pad, source_wrap (self, bytes));
  GST_PAD_STREAM_UNLOCK (pad);
  GST_OBJECT_LOCK (self->element);
  self->flow = flow;
  GST_OBJECT_UNLOCK (self->element);
}

void
dtls_data_source_push (DtlsDataSource * self, GBytes * bytes)
{
  GstPad *pad = source_ref_pad (self);

  if (pad == NULL)
    return;
  source_push_on (self, pad, bytes);
  gst_object_unref (pad);
}

void
dtls_data_source_push_eos (DtlsDataSource * self)
{
  GstPad *pad = source_ref_pad (self);

  if (pad == NULL)
    return;
  GST_PAD_STREAM_LOCK (pad);
  source_ensure_stream (self, pad);
  gst_pad_push_event (pad, gst_event_new_eos ());
  GST_PAD_STREAM_UNLOCK (pad);
  gst_object_unref (pad);
}

static void
source_renew_segment (GstPad * pad, GstEvent * event)
{
  GST_PAD_STREAM_LOCK (pad);
  if (pad_is_in_stream (pad))
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
  GstPad *pad = source_ref_pad (self);

  if (pad == NULL)
    return;
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    dtls_data_source_push_eos (self);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    source_renew_segment (pad, event);
  else if (event_is_for_data (event))
    /* Without a lock: a flush has to pass a push that is blocked. */
    gst_pad_push_event (pad, gst_event_ref (event));
  gst_object_unref (pad);
}

gboolean
dtls_data_source_set_pad (DtlsDataSource * self, GstPad * pad)
{
  gboolean set;

  GST_OBJECT_LOCK (self->element);
  set = pad == NULL || self->pad == NULL;
  if (set)
    self->pad = pad;
  GST_OBJECT_UNLOCK (self->element);
  return set;
}

void
dtls_data_source_note_times (DtlsDataSource * self, GstBuffer * datagram)
{
  GST_OBJECT_LOCK (self->element);
  self->pts = GST_BUFFER_PTS (datagram);
  self->dts = GST_BUFFER_DTS (datagram);
  GST_OBJECT_UNLOCK (self->element);
}

GstFlowReturn
dtls_data_source_take_flow (DtlsDataSource * self)
{
  GstFlowReturn flow;

  GST_OBJECT_LOCK (self->element);
  flow = self->flow;
  self->flow = GST_FLOW_OK;
  GST_OBJECT_UNLOCK (self->element);
  return flow == GST_FLOW_ERROR || flow == GST_FLOW_NOT_NEGOTIATED ?
      flow : GST_FLOW_OK;
}

DtlsDataSource *
dtls_data_source_new (GstElement * element, GstPad * sink)
{
  DtlsDataSource *self = g_new0 (DtlsDataSource, 1);

  self->element = element;
  self->sink = sink;
  self->pts = GST_CLOCK_TIME_NONE;
  self->dts = GST_CLOCK_TIME_NONE;
  return self;
}

void
dtls_data_source_free (DtlsDataSource * self)
{
  g_free (self);
}
