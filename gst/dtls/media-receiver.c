/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See media-receiver.h.
 *
 * Locks: the sink pad's stream lock serialises all that pushes, also the
 * thread that lets early packets go, and so keeps packets in order. The
 * element's object lock guards receiver and counters; nothing is called
 * under it.
 */
#include "config.h"

#include "media-receiver.h"

#include "branch-flow.h"
#include "sticky-events.h"

struct _DtlsMediaReceiver
{
  GstElement *element;
  GstPad *sink;
  GstPad *rtp_src;
  GstPad *rtcp_src;
  DtlsSrtpReceiver *receiver;

  /* Under the stream lock. */
  GstFlowCombiner *combiner;
  GQueue early;
  gboolean rtp_is_ready;
  gboolean rtcp_is_ready;

  /* Under the object lock. */
  guint early_max;
  guint64 n_early;
  guint64 n_early_dropped;

  gint has_early;               /* atomic */
};

static GstCaps *
receiver_caps_for (DtlsMediaReceiver * self, GstPad * src, GstCaps * caps)
{
  const gchar *name = NULL;

  if (src == self->rtcp_src)
    return gst_caps_new_empty_simple ("application/x-rtcp");
  if (caps != NULL && gst_caps_get_size (caps) > 0)
    name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  if (g_strcmp0 (name, "application/x-srtp") == 0
      || g_strcmp0 (name, "application/x-rtp") == 0)
    return dtls_sticky_retarget_caps (caps, "application/x-rtp");
  return gst_caps_new_empty_simple ("application/x-rtp");
}

static void
receiver_ensure (DtlsMediaReceiver * self, GstPad * src, GstFormat format)
{
  g_autoptr (GstCaps) caps = receiver_caps_for (self, src, NULL);

  dtls_sticky_ensure (src, caps, format);
}

static void
receiver_prepare (DtlsMediaReceiver * self, GstPad * src)
{
  gboolean *ready = src == self->rtp_src ?
      &self->rtp_is_ready : &self->rtcp_is_ready;

  if (*ready)
    return;
  receiver_ensure (self, src, GST_FORMAT_TIME);
  *ready = TRUE;
}

static GstFlowReturn
receiver_push (DtlsMediaReceiver * self, DtlsSrtpKind kind, GstBuffer * buffer)
{
  GstPad *src = kind == DTLS_SRTP_RTP ? self->rtp_src : self->rtcp_src;

  receiver_prepare (self, src);
  return dtls_branch_flow_combine (self->combiner, self->sink, src,
      gst_pad_push (src, buffer));
}

static GstFlowReturn
receiver_push_list (DtlsMediaReceiver * self, DtlsSrtpKind kind,
    GstBufferList * list)
{
  GstPad *src = kind == DTLS_SRTP_RTP ? self->rtp_src : self->rtcp_src;

  if (list == NULL || gst_buffer_list_length (list) == 0) {
    gst_clear_buffer_list (&list);
    return GST_FLOW_OK;
  }
  receiver_prepare (self, src);
  return dtls_branch_flow_combine (self->combiner, self->sink, src,
      gst_pad_push_list (src, list));
}

/* The oldest stay: a stream that begins with its keyframe is worth more than
 * one that ends with the newest packet. */
static void
receiver_keep (DtlsMediaReceiver * self, GstBuffer * buffer)
{
  gboolean fits;

  GST_OBJECT_LOCK (self->element);
  fits = self->early.length < self->early_max;
  self->n_early += fits;
  self->n_early_dropped += !fits;
  GST_OBJECT_UNLOCK (self->element);
  if (!fits) {
    gst_buffer_unref (buffer);
    return;
  }
  g_queue_push_tail (&self->early, buffer);
  g_atomic_int_set (&self->has_early, TRUE);
}

/* Returns FALSE when there are no keys; @buffer is not taken then. */
static gboolean
receiver_try (DtlsMediaReceiver * self, GstBuffer * buffer,
    GstFlowReturn * flow)
{
  DtlsSrtpKind kind;

  if (self->receiver == NULL
      || !dtls_srtp_receiver_unprotect (self->receiver, &buffer, &kind))
    return FALSE;
  dtls_srtp_receiver_tell (self->receiver, self->element);
  *flow = buffer != NULL ? receiver_push (self, kind, buffer) : GST_FLOW_OK;
  return TRUE;
}

/* Must hold the stream lock. */
static GstFlowReturn
receiver_release_early (DtlsMediaReceiver * self)
{
  GstFlowReturn flow = GST_FLOW_OK;

  if (!g_atomic_int_get (&self->has_early))
    return GST_FLOW_OK;
  while (flow == GST_FLOW_OK && self->early.head != NULL
      && receiver_try (self, self->early.head->data, &flow))
    g_queue_pop_head (&self->early);
  g_atomic_int_set (&self->has_early, self->early.head != NULL);
  return flow;
}

GstFlowReturn
dtls_media_receiver_chain (DtlsMediaReceiver * self, GstBuffer * buffer)
{
  GstFlowReturn flow = receiver_release_early (self);

  if (flow == GST_FLOW_OK && receiver_try (self, buffer, &flow))
    return flow;
  if (flow != GST_FLOW_OK) {
    gst_buffer_unref (buffer);
    return flow;
  }
  receiver_keep (self, buffer);
  /* Keys that came in between have looked for early packets in vain. */
  return receiver_release_early (self);
}

static GstFlowReturn
receiver_keep_list (DtlsMediaReceiver * self, GstBufferList * list)
{
  guint i;

  for (i = 0; i < gst_buffer_list_length (list); i++)
    receiver_keep (self, gst_buffer_ref (gst_buffer_list_get (list, i)));
  gst_buffer_list_unref (list);
  return receiver_release_early (self);
}

GstFlowReturn
dtls_media_receiver_chain_list (DtlsMediaReceiver * self, GstBufferList * list)
{
  GstFlowReturn flow = receiver_release_early (self);
  GstBufferList *rtp, *rtcp;

  if (flow != GST_FLOW_OK) {
    gst_buffer_list_unref (list);
    return flow;
  }
  if (self->receiver == NULL
      || !dtls_srtp_receiver_unprotect_list (self->receiver, list, &rtp, &rtcp))
    return receiver_keep_list (self, list);
  dtls_srtp_receiver_tell (self->receiver, self->element);
  flow = receiver_push_list (self, DTLS_SRTP_RTP, rtp);
  if (flow != GST_FLOW_OK) {
    gst_clear_buffer_list (&rtcp);
    return flow;
  }
  return receiver_push_list (self, DTLS_SRTP_RTCP, rtcp);
}

static GstEvent *
receiver_event_for (DtlsMediaReceiver * self, GstPad * src, GstEvent * event)
{
  const GstSegment *segment;
  GstSegment time;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      return dtls_sticky_stream_start (src, event);
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      caps = receiver_caps_for (self, src, caps);
      event = gst_event_new_caps (caps);
      gst_caps_unref (caps);
      return event;
    case GST_EVENT_SEGMENT:
      receiver_ensure (self, src, GST_FORMAT_UNDEFINED);
      gst_event_parse_segment (event, &segment);
      if (segment->format == GST_FORMAT_TIME)
        return gst_event_ref (event);
      gst_segment_init (&time, GST_FORMAT_TIME);
      return gst_event_new_segment (&time);
    default:
      return gst_event_ref (event);
  }
}

static void
receiver_drop_early (DtlsMediaReceiver * self)
{
  g_queue_clear_full (&self->early, (GDestroyNotify) gst_buffer_unref);
  g_atomic_int_set (&self->has_early, FALSE);
}

static void
receiver_forget (DtlsMediaReceiver * self)
{
  gst_flow_combiner_reset (self->combiner);
  self->rtp_is_ready = self->rtcp_is_ready = FALSE;
  receiver_drop_early (self);
}

void
dtls_media_receiver_event (DtlsMediaReceiver * self, GstEvent * event)
{
  gst_pad_push_event (self->rtp_src,
      receiver_event_for (self, self->rtp_src, event));
  gst_pad_push_event (self->rtcp_src,
      receiver_event_for (self, self->rtcp_src, event));
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    receiver_forget (self);
}

static void
receiver_release_in_thread (GstElement * element, gpointer data)
{
  DtlsMediaReceiver *self = data;

  GST_PAD_STREAM_LOCK (self->sink);
  receiver_release_early (self);
  GST_PAD_STREAM_UNLOCK (self->sink);
}

void
dtls_media_receiver_keys_came (DtlsMediaReceiver * self)
{
  if (g_atomic_int_get (&self->has_early))
    gst_element_call_async (self->element, receiver_release_in_thread, self,
        NULL);
}

void
dtls_media_receiver_reset (DtlsMediaReceiver * self)
{
  GST_PAD_STREAM_LOCK (self->sink);
  receiver_forget (self);
  GST_PAD_STREAM_UNLOCK (self->sink);
}

static GstIterator *
receiver_src_links (GstPad * src, GstObject * parent)
{
  GValue value = G_VALUE_INIT;
  GstIterator *links;

  g_value_init (&value, GST_TYPE_PAD);
  g_value_set_object (&value,
      ((DtlsMediaReceiver *) gst_pad_get_element_private (src))->sink);
  links = gst_iterator_new_single (GST_TYPE_PAD, &value);
  g_value_unset (&value);
  return links;
}

static gint
value_is_not_ours (gconstpointer value, gconstpointer ours)
{
  GstPad *pad = g_value_get_object (value);

  return gst_pad_get_element_private (pad) == g_value_get_pointer (ours) ?
      0 : 1;
}

static GstIterator *
receiver_sink_links (GstPad * sink, GstObject * parent)
{
  GValue ours = G_VALUE_INIT;
  GstIterator *links;

  g_value_init (&ours, G_TYPE_POINTER);
  g_value_set_pointer (&ours, gst_pad_get_element_private (sink));
  links = gst_iterator_filter (gst_element_iterate_src_pads (GST_ELEMENT
          (parent)), value_is_not_ours, &ours);
  g_value_unset (&ours);
  return links;
}

static void
receiver_add_src (DtlsMediaReceiver * self, GstPad * src)
{
  gst_pad_use_fixed_caps (src);
  gst_pad_set_element_private (src, self);
  gst_pad_set_iterate_internal_links_function (src, receiver_src_links);
  gst_flow_combiner_add_pad (self->combiner, src);
}

DtlsMediaReceiver *
dtls_media_receiver_new (GstElement * element, GstPad * sink,
    GstPad * rtp_src, GstPad * rtcp_src)
{
  DtlsMediaReceiver *self = g_new0 (DtlsMediaReceiver, 1);

  self->element = element;
  self->sink = sink;
  self->rtp_src = rtp_src;
  self->rtcp_src = rtcp_src;
  self->early_max = DTLS_EARLY_PACKETS_MAX;
  self->combiner = gst_flow_combiner_new ();
  g_queue_init (&self->early);
  gst_pad_set_element_private (sink, self);
  gst_pad_set_iterate_internal_links_function (sink, receiver_sink_links);
  receiver_add_src (self, rtp_src);
  receiver_add_src (self, rtcp_src);
  return self;
}

void
dtls_media_receiver_free (DtlsMediaReceiver * self)
{
  receiver_drop_early (self);
  gst_flow_combiner_free (self->combiner);
  g_clear_pointer (&self->receiver, dtls_srtp_receiver_unref);
  g_free (self);
}

void
dtls_media_receiver_set_receiver (DtlsMediaReceiver * self,
    DtlsSrtpReceiver * receiver)
{
  DtlsSrtpReceiver *old;

  GST_PAD_STREAM_LOCK (self->sink);
  GST_OBJECT_LOCK (self->element);
  old = self->receiver;
  self->receiver = receiver != NULL ? dtls_srtp_receiver_ref (receiver) : NULL;
  GST_OBJECT_UNLOCK (self->element);
  GST_PAD_STREAM_UNLOCK (self->sink);
  g_clear_pointer (&old, dtls_srtp_receiver_unref);
}

void
dtls_media_receiver_set_early_packets (DtlsMediaReceiver * self, guint packets)
{
  GST_OBJECT_LOCK (self->element);
  self->early_max = packets;
  GST_OBJECT_UNLOCK (self->element);
}

GstStructure *
dtls_media_receiver_get_stats (DtlsMediaReceiver * self)
{
  DtlsSrtpReceiver *receiver = NULL;
  guint64 n_early, n_early_dropped;
  GstStructure *stats;

  GST_OBJECT_LOCK (self->element);
  if (self->receiver != NULL)
    receiver = dtls_srtp_receiver_ref (self->receiver);
  n_early = self->n_early;
  n_early_dropped = self->n_early_dropped;
  GST_OBJECT_UNLOCK (self->element);
  if (receiver == NULL)
    return NULL;
  stats = dtls_srtp_receiver_get_stats (receiver);
  dtls_srtp_receiver_unref (receiver);
  gst_structure_set (stats, "early-packets", G_TYPE_UINT64, n_early,
      "early-packets-dropped", G_TYPE_UINT64, n_early_dropped, NULL);
  return stats;
}
