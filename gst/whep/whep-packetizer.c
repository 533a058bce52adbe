/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One stream as RTP packets: a payloader between two pads of ours, which work
 * in the caller's thread.
 *
 *   src ─ payloader ─ sink ─► packets
 *
 * Lock: its own, held for the history only, a leaf. All else belongs to the
 * stream's thread.
 */
#include "config.h"

#include "whep-packetizer.h"

#include <glib/gi18n-lib.h>
#include <gst/rtp/gstrtpbuffer.h>

GST_DEBUG_CATEGORY_STATIC (whep_packetizer_debug);
#define GST_CAT_DEFAULT whep_packetizer_debug

/* An RTP packet, before the tag of SRTP and the headers below it. */
#define RTP_MTU 1200
/* A second of 10 Mbit/s; a power of two, so that numbers wrap with it. */
#define HISTORY_SIZE 1024

struct _WhepPacketizer
{
  GObject parent;

  const WhepCodec *codec;
  guint32 ssrc;
  GstElement *payloader;
  GstPad *src;
  GstPad *sink;
  GstCaps *caps;
  GstBuffer *buffer;            /* what the packets were made of */
  GstBufferList *packets;
  gboolean ok;

  GMutex lock;
  GstBuffer *history[HISTORY_SIZE];     /* under the lock */
};

G_DEFINE_TYPE_WITH_CODE (WhepPacketizer, whep_packetizer, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (whep_packetizer_debug, "wheppacketizer", 0,
        "RTP packets of a stream"));

const WhepCodec *
whep_packetizer_get_codec (WhepPacketizer * self)
{
  return self->codec;
}

guint32
whep_packetizer_get_ssrc (WhepPacketizer * self)
{
  return self->ssrc;
}

/* What the payloader makes */

static GstFlowReturn
on_packet (GstPad * pad, GstObject * parent, GstBuffer * packet)
{
  WhepPacketizer *self = gst_pad_get_element_private (pad);

  gst_buffer_list_add (self->packets, packet);
  return GST_FLOW_OK;
}

static gboolean
add_packet (GstBuffer ** packet, guint index, gpointer packetizer)
{
  WhepPacketizer *self = packetizer;

  gst_buffer_list_add (self->packets, gst_buffer_ref (*packet));
  return TRUE;
}

static GstFlowReturn
on_packets (GstPad * pad, GstObject * parent, GstBufferList * packets)
{
  gst_buffer_list_foreach (packets, add_packet,
      gst_pad_get_element_private (pad));
  gst_buffer_list_unref (packets);
  return GST_FLOW_OK;
}

static gboolean
on_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

/* The history */

static gboolean
read_seq (GstBuffer * packet, guint16 * seq)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp))
    return FALSE;
  *seq = gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return TRUE;
}

static gboolean
remember (GstBuffer ** packet, guint index, gpointer packetizer)
{
  WhepPacketizer *self = packetizer;
  guint16 seq;

  if (read_seq (*packet, &seq))
    gst_buffer_replace (&self->history[seq % HISTORY_SIZE], *packet);
  return TRUE;
}

GstBuffer *
whep_packetizer_find (WhepPacketizer * self, guint16 seq)
{
  GstBuffer *packet = NULL;
  guint16 found;

  g_mutex_lock (&self->lock);
  gst_buffer_replace (&packet, self->history[seq % HISTORY_SIZE]);
  g_mutex_unlock (&self->lock);

  if (packet && (!read_seq (packet, &found) || found != seq))
    gst_clear_buffer (&packet);
  return packet;
}

/* What it is given */

static gboolean
set_caps (WhepPacketizer * self, GstCaps * caps)
{
  GstSegment segment;

  if (self->caps == caps)
    return TRUE;
  gst_caps_replace (&self->caps, caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_pad_push_event (self->src, gst_event_new_caps (caps))
      && gst_pad_push_event (self->src, gst_event_new_segment (&segment));
}

GstBufferList *
whep_packetizer_get_packets (WhepPacketizer * self, GstBuffer * buffer,
    GstCaps * caps)
{
  if (self->buffer == buffer)
    return self->ok ? self->packets : NULL;
  gst_buffer_replace (&self->buffer, buffer);
  g_clear_pointer (&self->packets, gst_buffer_list_unref);
  self->packets = gst_buffer_list_new ();
  self->ok = set_caps (self, caps)
      && gst_pad_push (self->src, gst_buffer_ref (buffer)) == GST_FLOW_OK;
  if (!self->ok) {
    GST_WARNING ("%s takes no %" GST_PTR_FORMAT,
        GST_ELEMENT_NAME (self->payloader), caps);
    return NULL;
  }
  g_mutex_lock (&self->lock);
  gst_buffer_list_foreach (self->packets, remember, self);
  g_mutex_unlock (&self->lock);
  return self->packets;
}

/* Making one */

static void
set_if_there (GstElement * element, const gchar * property, const gchar * value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), property))
    gst_util_set_object_arg (G_OBJECT (element), property, value);
}

static void
configure_payloader (WhepPacketizer * self, gint payload_type)
{
  g_object_set (self->payloader, "pt", payload_type, "ssrc", self->ssrc,
      "mtu", RTP_MTU, NULL);
  set_if_there (self->payloader, "picture-id-mode", "15-bit");
  set_if_there (self->payloader, "config-interval", "-1");
  set_if_there (self->payloader, "aggregate-mode", "zero-latency");
}

static void
connect_pads (WhepPacketizer * self)
{
  g_autoptr (GstPad) in = gst_element_get_static_pad (self->payloader, "sink");
  g_autoptr (GstPad) out = gst_element_get_static_pad (self->payloader, "src");

  self->src = gst_pad_new ("src", GST_PAD_SRC);
  self->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_object_ref_sink (self->src);
  gst_object_ref_sink (self->sink);
  gst_pad_set_element_private (self->sink, self);
  gst_pad_set_chain_function (self->sink, on_packet);
  gst_pad_set_chain_list_function (self->sink, on_packets);
  gst_pad_set_event_function (self->sink, on_event);
  gst_pad_link (self->src, in);
  gst_pad_link (out, self->sink);
  gst_pad_set_active (self->sink, TRUE);
  gst_element_set_state (self->payloader, GST_STATE_PLAYING);
  gst_pad_set_active (self->src, TRUE);
}

WhepPacketizer *
whep_packetizer_new (const WhepCodec * codec, gint payload_type,
    guint32 ssrc, GError ** error)
{
  GstElement *payloader = gst_element_factory_make (codec->payloader, NULL);
  WhepPacketizer *self;

  if (!payloader) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        _("The element %s is missing. Check your GStreamer installation."),
        codec->payloader);
    return NULL;
  }
  self = g_object_new (WHEP_TYPE_PACKETIZER, NULL);
  self->codec = codec;
  self->ssrc = ssrc;
  self->payloader = gst_object_ref_sink (payloader);
  configure_payloader (self, payload_type);
  connect_pads (self);
  gst_pad_push_event (self->src, gst_event_new_stream_start ("stream"));
  return self;
}

static void
whep_packetizer_finalize (GObject * object)
{
  WhepPacketizer *self = WHEP_PACKETIZER (object);

  gst_pad_set_active (self->src, FALSE);
  gst_element_set_state (self->payloader, GST_STATE_NULL);
  gst_pad_set_active (self->sink, FALSE);
  gst_clear_object (&self->src);
  gst_clear_object (&self->sink);
  gst_clear_object (&self->payloader);
  gst_caps_replace (&self->caps, NULL);
  gst_clear_buffer (&self->buffer);
  g_clear_pointer (&self->packets, gst_buffer_list_unref);
  for (guint i = 0; i < HISTORY_SIZE; i++)
    gst_clear_buffer (&self->history[i]);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (whep_packetizer_parent_class)->finalize (object);
}

static void
whep_packetizer_class_init (WhepPacketizerClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = whep_packetizer_finalize;
}

static void
whep_packetizer_init (WhepPacketizer * self)
{
  g_mutex_init (&self->lock);
}
