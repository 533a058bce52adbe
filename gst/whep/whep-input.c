/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One stream that a sink is given. A real sink keeps it to the clock, so
 * that EOS, latency, flushing and pausing are what they are everywhere, and
 * so that a file is played no faster than a camera.
 */
#include "config.h"

#include "whep-input.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

GST_DEBUG_CATEGORY_STATIC (whep_input_debug);
#define GST_CAT_DEFAULT whep_input_debug

/* Peers that come or lose packets together share one keyframe. */
#define KEYFRAME_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)

#define PAYLOAD_TYPES 128

struct _WhepInput
{
  GObject parent;

  GstBin *bin;                  /* borrowed: it owns us */
  guint index;
  GstPad *pad;
  GstElement *appsink;
  GstElement *parser;
  WhepInputFuncs funcs;
  gpointer user_data;

  GMutex lock;
  /* All below under the lock. */
  WhepFormat format;
  gboolean eos;
  gboolean keyframe_wanted;
  gint64 keyframe_requested_us;
  guint64 keyframe_requests;
  GWeakRef packetizers[PAYLOAD_TYPES];  /* by payload type */
};

G_DEFINE_TYPE_WITH_CODE (WhepInput, whep_input, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (whep_input_debug, "whepinput", 0,
        "streams that a sink is given"));

GstPad *
whep_input_get_pad (WhepInput * self)
{
  return self->pad;
}

guint
whep_input_get_index (WhepInput * self)
{
  return self->index;
}

WhepFormat
whep_input_get_format (WhepInput * self)
{
  g_mutex_lock (&self->lock);
  WhepFormat format = self->format;
  g_mutex_unlock (&self->lock);
  return format;
}

gboolean
whep_input_is_eos (WhepInput * self)
{
  g_mutex_lock (&self->lock);
  gboolean eos = self->eos;
  g_mutex_unlock (&self->lock);
  return eos;
}

guint64
whep_input_get_keyframe_requests (WhepInput * self)
{
  g_mutex_lock (&self->lock);
  guint64 requests = self->keyframe_requests;
  g_mutex_unlock (&self->lock);
  return requests;
}

/* The packetizer of @payload_type for @codec. Where there is none, @made
 * (nullable) becomes it. */
static WhepPacketizer *
find_packetizer (WhepInput * self, gint payload_type, const WhepCodec * codec,
    WhepPacketizer * made)
{
  GWeakRef *place = &self->packetizers[payload_type];
  g_autoptr (WhepPacketizer) other = NULL;

  g_mutex_lock (&self->lock);
  WhepPacketizer *found = g_weak_ref_get (place);
  if (found && whep_packetizer_get_codec (found) != codec)
    other = g_steal_pointer (&found);
  if (!found && made) {
    g_weak_ref_set (place, made);
    found = g_object_ref (made);
  }
  g_mutex_unlock (&self->lock);
  return found;
}

WhepPacketizer *
whep_input_obtain_packetizer (WhepInput * self, gint payload_type, guint32 ssrc)
{
  const WhepCodec *codec = whep_input_get_format (self).codec;
  WhepPacketizer *found;
  g_autoptr (WhepPacketizer) made = NULL;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (payload_type >= 0 && payload_type < PAYLOAD_TYPES,
      NULL);
  if (!codec)
    return NULL;
  if ((found = find_packetizer (self, payload_type, codec, NULL)))
    return found;
  made = whep_packetizer_new (codec, payload_type, ssrc, &error);
  if (made)
    return find_packetizer (self, payload_type, codec, made);
  GST_WARNING_OBJECT (self->pad, "%s", error->message);
  return NULL;
}

/* Whether a request is due now; with the lock. */
static gboolean
take_keyframe_request (WhepInput * self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!self->keyframe_wanted || (self->keyframe_requests > 0
          && now_us - self->keyframe_requested_us < KEYFRAME_INTERVAL_US))
    return FALSE;
  self->keyframe_requested_us = now_us;
  self->keyframe_requests++;
  return TRUE;
}

static void
send_keyframe_request (WhepInput * self)
{
  GST_DEBUG_OBJECT (self->pad, "asking for a keyframe");
  gst_pad_push_event (self->pad,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          0));
}

void
whep_input_request_keyframe (WhepInput * self)
{
  g_mutex_lock (&self->lock);
  self->keyframe_wanted = TRUE;
  gboolean due = take_keyframe_request (self);
  g_mutex_unlock (&self->lock);

  if (due)
    send_keyframe_request (self);
}

/* Ends or repeats a request, by what the stream brings. */
static void
follow_keyframes (WhepInput * self, GstBuffer * buffer)
{
  gboolean due = FALSE;

  g_mutex_lock (&self->lock);
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT))
    self->keyframe_wanted = FALSE;
  else
    due = take_keyframe_request (self);
  g_mutex_unlock (&self->lock);

  if (due)
    send_keyframe_request (self);
}

static GstClockTime
clock_time_of (WhepInput * self, GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstClockTime running_time =
      gst_segment_to_running_time (gst_sample_get_segment (sample),
      GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  GstClockTime base_time = gst_element_get_base_time (self->appsink);

  if (!GST_CLOCK_TIME_IS_VALID (running_time)) {
    g_autoptr (GstClock) clock = gst_element_get_clock (self->appsink);

    return clock ? gst_clock_get_time (clock) : GST_CLOCK_TIME_NONE;
  }
  return base_time + running_time;
}

static GstFlowReturn
on_new_sample (GstAppSink * appsink, gpointer user_data)
{
  WhepInput *self = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (appsink);

  if (!sample || !gst_sample_get_buffer (sample))
    return GST_FLOW_OK;
  g_autoptr (GstBuffer) buffer =
      gst_buffer_copy (gst_sample_get_buffer (sample));

  follow_keyframes (self, buffer);
  GST_BUFFER_PTS (buffer) = clock_time_of (self, sample);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  self->funcs.buffer (self, buffer, gst_sample_get_caps (sample),
      self->user_data);
  return GST_FLOW_OK;
}

static void
on_eos (GstAppSink * appsink, gpointer user_data)
{
  WhepInput *self = user_data;

  g_mutex_lock (&self->lock);
  self->eos = TRUE;
  g_mutex_unlock (&self->lock);
  self->funcs.eos (self, self->user_data);
}

static void
set_format (WhepInput * self, const GstCaps * caps)
{
  WhepFormat format = whep_format_from_caps (caps);
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = !whep_format_equal (&self->format, &format);
  self->format = format;
  g_mutex_unlock (&self->lock);

  if (changed)
    self->funcs.format (self, self->user_data);
}

/* At the sink: the caps that peers are served. */
static GstPadProbeReturn
on_sink_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_autoptr (WhepInput) self = g_weak_ref_get (user_data);
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (!self)
    return GST_PAD_PROBE_OK;
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    set_format (self, caps);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START
      || GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    g_mutex_lock (&self->lock);
    self->eos = FALSE;
    g_mutex_unlock (&self->lock);
  }
  return GST_PAD_PROBE_OK;
}

/* Caps may leave out what ours limit; the base class would refuse them. */
static GstPadProbeReturn
on_sink_query (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_autoptr (WhepInput) self = g_weak_ref_get (user_data);
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  g_autoptr (GstCaps) ours = NULL;
  GstCaps *caps;

  if (!self || GST_QUERY_TYPE (query) != GST_QUERY_ACCEPT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_query_parse_accept_caps (query, &caps);
  ours = gst_app_sink_get_caps (GST_APP_SINK (self->appsink));
  gst_query_set_accept_caps_result (query,
      !ours || gst_caps_can_intersect (ours, caps));
  return GST_PAD_PROBE_HANDLED;
}

/* A parser finds profile and keyframes, and that of H.264 repeats parameter
 * sets with each keyframe, for those that come late. */
static gboolean
insert_parser (WhepInput * self, const WhepCodec * codec)
{
  GstElement *parser = gst_element_factory_make (codec->parser, NULL);
  g_autoptr (GstCaps) parsed = gst_caps_from_string (codec->parsed);
  g_autoptr (GstPad) sink = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (parser),
          "config-interval"))
    g_object_set (parser, "config-interval", -1, NULL);
  g_object_set (self->appsink, "caps", parsed, NULL);
  gst_bin_add (self->bin, parser);
  self->parser = gst_object_ref (parser);
  sink = gst_element_get_static_pad (parser, "sink");
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->pad), sink);
  gst_element_link (parser, self->appsink);
  return gst_element_sync_state_with_parent (parser);
}

static gboolean
prepare_for (WhepInput * self, const WhepCodec * codec)
{
  g_autoptr (GError) error = NULL;

  if (!codec || self->parser)
    return TRUE;
  if (whep_codec_check (codec, &error))
    return !codec->parser || insert_parser (self, codec);
  GST_ELEMENT_ERROR (self->bin, CORE, MISSING_PLUGIN, ("%s", error->message),
      (NULL));
  return FALSE;
}

/* At the ghost pad: the caps as they are given. */
static GstPadProbeReturn
on_ghost_event (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  g_autoptr (WhepInput) self = g_weak_ref_get (user_data);
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (!self || GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  return prepare_for (self, whep_format_from_caps (caps).codec) ?
      GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static void
whep_input_finalize (GObject * object)
{
  WhepInput *self = WHEP_INPUT (object);

  gst_clear_object (&self->pad);
  gst_clear_object (&self->appsink);
  gst_clear_object (&self->parser);
  for (guint i = 0; i < PAYLOAD_TYPES; i++)
    g_weak_ref_clear (&self->packetizers[i]);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (whep_input_parent_class)->finalize (object);
}

static void
whep_input_class_init (WhepInputClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = whep_input_finalize;
}

static void
whep_input_init (WhepInput * self)
{
  g_mutex_init (&self->lock);
  for (guint i = 0; i < PAYLOAD_TYPES; i++)
    g_weak_ref_init (&self->packetizers[i], NULL);
}

static void
configure_sink (WhepInput * self, GstPadTemplate * templ)
{
  GstAppSinkCallbacks callbacks = {.eos = on_eos,.new_sample = on_new_sample };
  g_autoptr (GstCaps) caps = gst_pad_template_get_caps (templ);

  g_object_set (self->appsink, "caps", caps, "async", FALSE, "sync", TRUE,
      "qos", FALSE, "enable-last-sample", FALSE, "max-buffers", 1u,
      "processing-deadline", (guint64) 0, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (self->appsink), &callbacks, self,
      NULL);
}

static void
weak_ref_free (gpointer ref)
{
  g_weak_ref_clear (ref);
  g_free (ref);
}

/* Anybody may ask a pad at any time, without the stream's lock: who does so
 * while the pad is released must find us or nothing. */
static void
add_probe (WhepInput * self, GstPad * pad, GstPadProbeType mask,
    GstPadProbeCallback callback)
{
  GWeakRef *ref = g_new (GWeakRef, 1);

  g_weak_ref_init (ref, self);
  gst_pad_add_probe (pad, mask, callback, ref, weak_ref_free);
}

WhepInput *
whep_input_new (GstBin * bin, guint index, GstPadTemplate * templ,
    const gchar * name, const WhepInputFuncs * funcs, gpointer user_data)
{
  GstElement *appsink = gst_element_factory_make ("appsink", NULL);
  g_autoptr (GstPad) sink = NULL;
  WhepInput *self;

  if (!appsink)
    return NULL;
  self = g_object_new (WHEP_TYPE_INPUT, NULL);
  self->bin = bin;
  self->index = index;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->appsink = gst_object_ref_sink (appsink);
  configure_sink (self, templ);
  gst_bin_add (bin, appsink);

  sink = gst_element_get_static_pad (appsink, "sink");
  self->pad = gst_ghost_pad_new_from_template (name, sink, templ);
  gst_object_ref_sink (self->pad);
  GST_PAD_SET_ACCEPT_INTERSECT (self->pad);
  add_probe (self, sink, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
      GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_sink_event);
  add_probe (self, sink, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, on_sink_query);
  add_probe (self, self->pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_ghost_event);
  gst_element_sync_state_with_parent (appsink);
  return self;
}

static void
stop_element (GstElement * element)
{
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
}

/* A bin that is going away has let go of it already. */
static void
remove_element (GstBin * bin, GstElement * element)
{
  if (!gst_object_has_as_parent (GST_OBJECT (element), GST_OBJECT (bin)))
    return;
  stop_element (element);
  gst_bin_remove (bin, element);
}

void
whep_input_remove (WhepInput * self)
{
  /* First where the stream's thread may wait for the clock or for the end of
   * a pause; the pad waits for that thread. */
  stop_element (self->appsink);
  gst_pad_set_active (self->pad, FALSE);
  gst_ghost_pad_set_target (GST_GHOST_PAD (self->pad), NULL);
  if (self->parser)
    remove_element (self->bin, self->parser);
  remove_element (self->bin, self->appsink);
}
