/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See media-sender.h.
 *
 * Locks: the element's object lock guards what several threads touch: the
 * pads' ends, sender, latency. Nothing is called under it. Whoever pushes on
 * the source pad holds that pad's stream lock: without it, a buffer of one
 * input could overtake the events that go ahead of another's.
 */
#include "config.h"

#include "media-sender.h"

#include <gst/video/video-event.h>

#include "element-pads.h"
#include "input-segment.h"
#include "sticky-events.h"

struct _DtlsMediaSender
{
  GstElement *element;
  GstPad *src;
  GstCaps *caps;
  DtlsSrtpSender *sender;
  gint sync;                    /* atomic: read for each packet */
  GstClockTime latency;
  const DtlsMediaSenderFuncs *funcs;
};

/* What has no remark above belongs to the streaming thread of the pad. */
struct _DtlsMediaPad
{
  GstPad parent;

  DtlsMediaSender *owner;
  DtlsSrtpKind kind;
  DtlsInputSegment segment;
  gboolean is_eos;
  DtlsClockWait wait;
};

G_DEFINE_TYPE (DtlsMediaPad, dtls_media_pad, GST_TYPE_PAD);

/* Returns FALSE when the pad flushes. */
static gboolean
media_pad_sync (DtlsMediaPad * pad, GstBuffer * buffer)
{
  DtlsMediaSender *self = pad->owner;
  GstClockTime time, latency;

  if (!g_atomic_int_get (&self->sync) || pad->kind != DTLS_SRTP_RTP
      || !dtls_input_segment_is_time (&pad->segment))
    return TRUE;
  GST_OBJECT_LOCK (self->element);
  latency = self->latency;
  GST_OBJECT_UNLOCK (self->element);
  time = dtls_input_segment_running_time (&pad->segment,
      GST_BUFFER_DTS_OR_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time))
    time += latency;
  return dtls_clock_wait_until (&pad->wait, self->element, time);
}

static GstFlowReturn
media_sender_push (DtlsMediaSender * self, GstBuffer * buffer)
{
  GstFlowReturn flow;

  GST_PAD_STREAM_LOCK (self->src);
  flow = gst_pad_push (self->src, buffer);
  GST_PAD_STREAM_UNLOCK (self->src);
  return flow;
}

static GstFlowReturn
media_sender_push_list (DtlsMediaSender * self, GstBufferList * list)
{
  GstFlowReturn flow;

  GST_PAD_STREAM_LOCK (self->src);
  flow = gst_pad_push_list (self->src, list);
  GST_PAD_STREAM_UNLOCK (self->src);
  return flow;
}

static GstFlowReturn
media_pad_chain (GstPad * gst_pad, GstObject * parent, GstBuffer * buffer)
{
  DtlsMediaPad *pad = DTLS_MEDIA_PAD (gst_pad);
  DtlsMediaSender *self = pad->owner;

  if (self->sender == NULL || !media_pad_sync (pad, buffer)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_FLUSHING;
  }
  buffer = dtls_srtp_sender_protect (self->sender, pad->kind, buffer);
  dtls_srtp_sender_tell (self->sender, self->element);
  if (buffer == NULL)
    return GST_FLOW_OK;
  dtls_input_segment_restamp (&pad->segment, buffer);
  return media_sender_push (self, buffer);
}

static GstFlowReturn
media_pad_chain_list (GstPad * gst_pad, GstObject * parent,
    GstBufferList * list)
{
  DtlsMediaPad *pad = DTLS_MEDIA_PAD (gst_pad);
  DtlsMediaSender *self = pad->owner;

  if (self->sender == NULL || (gst_buffer_list_length (list) > 0
          && !media_pad_sync (pad, gst_buffer_list_get (list, 0)))) {
    gst_buffer_list_unref (list);
    return GST_FLOW_FLUSHING;
  }
  list = dtls_srtp_sender_protect_list (self->sender, pad->kind, list);
  dtls_srtp_sender_tell (self->sender, self->element);
  if (list == NULL || gst_buffer_list_length (list) == 0) {
    gst_clear_buffer_list (&list);
    return GST_FLOW_OK;
  }
  dtls_input_segment_restamp_list (&pad->segment, list);
  return media_sender_push_list (self, list);
}

static void
media_sender_store_segment (DtlsMediaSender * self)
{
  GstSegment segment;
  GstEvent *event;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  event = gst_event_new_segment (&segment);
  gst_pad_store_sticky_event (self->src, event);
  gst_event_unref (event);
}

/* Stored, not pushed: they go ahead of the first buffer, whoever pushes it. */
static void
media_sender_store_events (DtlsMediaSender * self)
{
  GstEvent *start = dtls_sticky_stream_start (self->src, NULL);
  GstEvent *caps = gst_event_new_caps (self->caps);

  gst_pad_store_sticky_event (self->src, start);
  gst_pad_store_sticky_event (self->src, caps);
  gst_event_unref (start);
  gst_event_unref (caps);
  media_sender_store_segment (self);
}

static gboolean
media_sender_activate_src (GstPad * pad, GstObject * parent, GstPadMode mode,
    gboolean active)
{
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  if (active)
    media_sender_store_events (gst_pad_get_element_private (pad));
  return TRUE;
}

/* Must hold the object lock. */
static gboolean
media_sender_has_ended (DtlsMediaSender * self)
{
  guint n = 0, n_ended = 0;
  GList *item;

  for (item = self->element->sinkpads; item != NULL; item = item->next) {
    if (!DTLS_IS_MEDIA_PAD (item->data))
      continue;
    n++;
    n_ended += DTLS_MEDIA_PAD (item->data)->is_eos;
  }
  return n > 0 && n == n_ended;
}

void
dtls_media_sender_push_eos (DtlsMediaSender * self)
{
  GST_PAD_STREAM_LOCK (self->src);
  gst_pad_push_event (self->src, gst_event_new_eos ());
  GST_PAD_STREAM_UNLOCK (self->src);
}

static void
media_sender_end (DtlsMediaSender * self)
{
  if (self->funcs != NULL)
    self->funcs->ended (self->element);
  else
    dtls_media_sender_push_eos (self);
}

static void
media_sender_handle_eos (DtlsMediaSender * self, DtlsMediaPad * pad)
{
  gboolean has_ended;

  GST_OBJECT_LOCK (self->element);
  pad->is_eos = TRUE;
  has_ended = media_sender_has_ended (self);
  GST_OBJECT_UNLOCK (self->element);
  if (has_ended)
    media_sender_end (self);
}

static void
media_pad_begin (DtlsMediaPad * pad)
{
  GstElement *element = pad->owner->element;

  dtls_input_segment_init (&pad->segment);
  GST_OBJECT_LOCK (element);
  pad->is_eos = FALSE;
  GST_OBJECT_UNLOCK (element);
}

/* A stream that begins after all have ended needs a source pad that begins
 * anew as well. */
static void
media_pad_start_stream (DtlsMediaPad * pad)
{
  DtlsMediaSender *self = pad->owner;

  media_pad_begin (pad);
  if (!GST_PAD_IS_EOS (self->src))
    return;
  GST_PAD_STREAM_LOCK (self->src);
  media_sender_store_events (self);
  GST_PAD_STREAM_UNLOCK (self->src);
}

/* A flush drops what is on its way. The session, and with it the rollover
 * counter, knows nothing of it. Other inputs wait for the segment that it
 * takes away. */
static gboolean
media_pad_flush_stop (DtlsMediaPad * pad, GstObject * parent, GstEvent * event)
{
  gboolean handled;

  dtls_clock_wait_set_flushing (&pad->wait, FALSE);
  media_pad_begin (pad);
  GST_PAD_STREAM_LOCK (pad->owner->src);
  handled = gst_pad_event_default (GST_PAD (pad), parent, event);
  media_sender_store_segment (pad->owner);
  GST_PAD_STREAM_UNLOCK (pad->owner->src);
  if (pad->owner->funcs != NULL)
    pad->owner->funcs->flushed (pad->owner->element);
  return handled;
}

/* A sink would wait for a time that is not of its segment. */
static gboolean
media_pad_gap (DtlsMediaPad * pad, GstObject * parent, GstEvent * event)
{
  event = dtls_input_segment_restamp_gap (&pad->segment, event);
  return event == NULL || gst_pad_event_default (GST_PAD (pad), parent, event);
}

/* The source pad has its own stream-start, caps, segment and tags. */
static gboolean
media_pad_event (GstPad * gst_pad, GstObject * parent, GstEvent * event)
{
  DtlsMediaPad *pad = DTLS_MEDIA_PAD (gst_pad);
  const GstSegment *segment;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEGMENT:
      gst_event_parse_segment (event, &segment);
      dtls_input_segment_set (&pad->segment, segment);
      break;
    case GST_EVENT_EOS:
      media_sender_handle_eos (pad->owner, pad);
      break;
    case GST_EVENT_STREAM_START:
      media_pad_start_stream (pad);
      break;
    case GST_EVENT_CAPS:
    case GST_EVENT_TAG:
    case GST_EVENT_TOC:
    case GST_EVENT_STREAM_COLLECTION:
    case GST_EVENT_STREAM_GROUP_DONE:
      break;
    case GST_EVENT_FLUSH_START:
      dtls_clock_wait_set_flushing (&pad->wait, TRUE);
      return gst_pad_event_default (gst_pad, parent, event);
    case GST_EVENT_FLUSH_STOP:
      return media_pad_flush_stop (pad, parent, event);
    case GST_EVENT_GAP:
      return media_pad_gap (pad, parent, event);
    default:
      return gst_pad_event_default (gst_pad, parent, event);
  }
  gst_event_unref (event);
  return TRUE;
}

static GstIterator *
media_pad_links (GstPad * pad, GstObject * parent)
{
  GValue value = G_VALUE_INIT;
  GstIterator *links;

  g_value_init (&value, GST_TYPE_PAD);
  g_value_set_object (&value, DTLS_MEDIA_PAD (pad)->owner->src);
  links = gst_iterator_new_single (GST_TYPE_PAD, &value);
  g_value_unset (&value);
  return links;
}

static gint
value_is_no_media_pad (gconstpointer value, gconstpointer data)
{
  return DTLS_IS_MEDIA_PAD (g_value_get_object (value)) ? 0 : 1;
}

static GstIterator *
media_sender_links (GstPad * src, GstObject * parent)
{
  return gst_iterator_filter (gst_element_iterate_sink_pads (GST_ELEMENT
          (parent)), value_is_no_media_pad, NULL);
}

/* RTP that waits for the clock here must wait as long as its sources need. */
static gboolean
media_sender_src_query (GstPad * src, GstObject * parent, GstQuery * query)
{
  DtlsMediaSender *self = gst_pad_get_element_private (src);
  gboolean handled = gst_pad_query_default (src, parent, query);
  GstClockTime min, max;
  gboolean live;

  if (!handled || GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return handled;
  gst_query_parse_latency (query, &live, &min, &max);
  GST_OBJECT_LOCK (self->element);
  self->latency = live && GST_CLOCK_TIME_IS_VALID (min) ? min : 0;
  GST_OBJECT_UNLOCK (self->element);
  live |= g_atomic_int_get (&self->sync);
  gst_query_set_latency (query, live, min, max);
  return TRUE;
}

static gboolean
media_pad_activate (GstPad * gst_pad, GstObject * parent, GstPadMode mode,
    gboolean active)
{
  DtlsMediaPad *pad = DTLS_MEDIA_PAD (gst_pad);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  dtls_clock_wait_set_flushing (&pad->wait, !active);
  if (active)
    media_pad_begin (pad);
  return TRUE;
}

static gboolean
media_pad_set_playing (GstElement * element, GstPad * pad, gpointer playing)
{
  if (DTLS_IS_MEDIA_PAD (pad))
    dtls_clock_wait_set_playing (&DTLS_MEDIA_PAD (pad)->wait,
        GPOINTER_TO_INT (playing));
  return TRUE;
}

static gboolean
media_pad_request_keyframe (GstElement * element, GstPad * pad, gpointer data)
{
  if (DTLS_IS_MEDIA_PAD (pad) && gst_pad_is_linked (pad)
      && DTLS_MEDIA_PAD (pad)->kind == DTLS_SRTP_RTP)
    gst_pad_push_event (pad, gst_video_event_new_upstream_force_key_unit
        (GST_CLOCK_TIME_NONE, TRUE, 0));
  return TRUE;
}

static gboolean
element_is_running (GstElement * element)
{
  return GST_STATE (element) > GST_STATE_READY
      || GST_STATE_NEXT (element) > GST_STATE_READY;
}

DtlsMediaSender *
dtls_media_sender_new (GstElement * element, GstPad * src, GstCaps * caps)
{
  DtlsMediaSender *self = g_new0 (DtlsMediaSender, 1);

  self->element = element;
  self->src = src;
  self->caps = caps;
  gst_pad_use_fixed_caps (src);
  gst_pad_set_element_private (src, self);
  gst_pad_set_activatemode_function (src, media_sender_activate_src);
  gst_pad_set_query_function (src, media_sender_src_query);
  gst_pad_set_iterate_internal_links_function (src, media_sender_links);
  return self;
}

void
dtls_media_sender_free (DtlsMediaSender * self)
{
  g_clear_pointer (&self->sender, dtls_srtp_sender_unref);
  gst_caps_unref (self->caps);
  g_free (self);
}

GstPad *
dtls_media_sender_add_pad (DtlsMediaSender * self, GstPadTemplate * template,
    const gchar * name, DtlsSrtpKind kind, GstPadChainFunction chain)
{
  DtlsMediaPad *pad = g_object_new (DTLS_TYPE_MEDIA_PAD, "name", name,
      "direction", GST_PAD_SINK, "template", template, NULL);

  pad->owner = self;
  pad->kind = kind;
  gst_pad_set_chain_function (GST_PAD (pad),
      chain != NULL ? chain : media_pad_chain);
  if (chain == NULL)
    gst_pad_set_chain_list_function (GST_PAD (pad), media_pad_chain_list);
  gst_pad_set_event_function (GST_PAD (pad), media_pad_event);
  gst_pad_set_activatemode_function (GST_PAD (pad), media_pad_activate);
  gst_pad_set_iterate_internal_links_function (GST_PAD (pad), media_pad_links);
  media_pad_set_playing (self->element, GST_PAD (pad),
      GINT_TO_POINTER (GST_STATE (self->element) == GST_STATE_PLAYING));
  if (element_is_running (self->element))
    gst_pad_set_active (GST_PAD (pad), TRUE);
  if (!gst_element_add_pad (self->element, GST_PAD (pad)))
    return NULL;
  return GST_PAD (pad);
}

void
dtls_media_sender_remove_pad (DtlsMediaSender * self, GstPad * pad)
{
  gboolean had_ended, has_ended;

  GST_OBJECT_LOCK (self->element);
  had_ended = media_sender_has_ended (self);
  GST_OBJECT_UNLOCK (self->element);
  dtls_element_remove_request_pad (self->element, pad);
  GST_OBJECT_LOCK (self->element);
  has_ended = media_sender_has_ended (self);
  GST_OBJECT_UNLOCK (self->element);
  if (has_ended && !had_ended && element_is_running (self->element))
    media_sender_end (self);
}

void
dtls_media_sender_set_sender (DtlsMediaSender * self, DtlsSrtpSender * sender)
{
  DtlsSrtpSender *old;

  GST_OBJECT_LOCK (self->element);
  old = self->sender;
  self->sender = sender != NULL ? dtls_srtp_sender_ref (sender) : NULL;
  GST_OBJECT_UNLOCK (self->element);
  g_clear_pointer (&old, dtls_srtp_sender_unref);
}

void
dtls_media_sender_set_sync (DtlsMediaSender * self, gboolean sync)
{
  g_atomic_int_set (&self->sync, sync);
}

void
dtls_media_sender_set_funcs (DtlsMediaSender * self,
    const DtlsMediaSenderFuncs * funcs)
{
  self->funcs = funcs;
}

void
dtls_media_sender_change_state (DtlsMediaSender * self,
    GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    gst_element_foreach_sink_pad (self->element, media_pad_set_playing,
        GINT_TO_POINTER (TRUE));
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    gst_element_foreach_sink_pad (self->element, media_pad_set_playing,
        GINT_TO_POINTER (FALSE));
}

void
dtls_media_sender_request_keyframes (DtlsMediaSender * self)
{
  gst_element_foreach_sink_pad (self->element, media_pad_request_keyframe,
      NULL);
}

GstStructure *
dtls_media_sender_get_stats (DtlsMediaSender * self)
{
  DtlsSrtpSender *sender = NULL;
  GstStructure *stats;

  GST_OBJECT_LOCK (self->element);
  if (self->sender != NULL)
    sender = dtls_srtp_sender_ref (self->sender);
  GST_OBJECT_UNLOCK (self->element);
  if (sender == NULL)
    return NULL;
  stats = dtls_srtp_sender_get_stats (sender);
  dtls_srtp_sender_unref (sender);
  return stats;
}

static void
dtls_media_pad_finalize (GObject * object)
{
  dtls_clock_wait_clear (&DTLS_MEDIA_PAD (object)->wait);
  G_OBJECT_CLASS (dtls_media_pad_parent_class)->finalize (object);
}

static void
dtls_media_pad_class_init (DtlsMediaPadClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = dtls_media_pad_finalize;
}

static void
dtls_media_pad_init (DtlsMediaPad * pad)
{
  dtls_clock_wait_init (&pad->wait);
  dtls_input_segment_init (&pad->segment);
}
