/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-dtlssrtpdemux
 * @title: dtlssrtpdemux
 * @short_description: tells DTLS from SRTP on one socket
 *
 * Media and handshake of WebRTC share one port. This element looks at the
 * first byte of each datagram (RFC 7983 section 7): DTLS goes to `dtls_src`,
 * for a dtlsdec; SRTP and SRTCP go to `rtp_src`, for a srtpkeyer. The rest,
 * STUN and TURN for example, is counted by protocol and dropped.
 *
 *              +---------------+
 *   datagrams -|sink   dtls_src|- dtlsdec
 *              |        rtp_src|- srtpkeyer
 *              +---------------+
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 udpsrc port=5000 ! dtlssrtpdemux name=demux \
 *   demux.dtls_src ! dtlsdec connection-id=peer \
 *   demux.rtp_src ! srtpkeyer connection-id=peer ! rtpvp8depay ! fakesink
 * ]|
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "branch-flow.h"
#include "buffer-protocol.h"
#include "element-pads.h"
#include "elements.h"
#include "sticky-events.h"

#include <string.h>

GST_DEBUG_CATEGORY_STATIC (dtlssrtpdemux_debug);
#define GST_CAT_DEFAULT dtlssrtpdemux_debug

enum
{
  PROP_0,
  PROP_STATS,
};

#define DTLS_TYPE_SRTP_DEMUX (dtls_srtp_demux_get_type ())
G_DECLARE_FINAL_TYPE (DtlsSrtpDemux, dtls_srtp_demux, DTLS, SRTP_DEMUX,
    GstElement);

/* The object lock guards the counters. What has no remark belongs to the
 * streaming thread. */
struct _DtlsSrtpDemux
{
  GstElement parent;

  GstPad *sink;
  GstPad *dtls_src;
  GstPad *rtp_src;
  GstFlowCombiner *combiner;
  gboolean dtls_is_ready;
  gboolean rtp_is_ready;

  guint64 packets[DTLS_N_PROTOCOLS];
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate rtp_src_template =
    GST_STATIC_PAD_TEMPLATE ("rtp_src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp; application/x-rtcp; "
        "application/x-srtp; application/x-srtcp"));

static GstStaticPadTemplate dtls_src_template =
GST_STATIC_PAD_TEMPLATE ("dtls_src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-dtls"));

G_DEFINE_TYPE (DtlsSrtpDemux, dtls_srtp_demux, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (dtlssrtpdemux, "dtlssrtpdemux", GST_RANK_NONE,
    DTLS_TYPE_SRTP_DEMUX);

/* The caps that tell the truth, unless what is linked there insists on those
 * that came in: some label everything from the network application/x-rtp. */
static GstCaps *
demux_rtp_caps (DtlsSrtpDemux * self, GstCaps * caps)
{
  GstCaps *template, *truth;

  if (caps == NULL)
    return gst_caps_new_empty_simple ("application/x-srtp");
  template = gst_static_pad_template_get_caps (&rtp_src_template);
  if (gst_caps_is_any (caps) || !gst_caps_is_subset (caps, template)) {
    truth = gst_caps_new_empty_simple ("application/x-srtp");
  } else {
    truth = dtls_sticky_retarget_caps (caps, "application/x-srtp");
    if (!gst_pad_peer_query_accept_caps (self->rtp_src, truth))
      gst_caps_replace (&truth, caps);
  }
  gst_caps_unref (template);
  return truth;
}

static GstCaps *
demux_caps_for (DtlsSrtpDemux * self, GstPad * src, GstCaps * caps)
{
  if (src == self->dtls_src)
    return gst_caps_new_empty_simple ("application/x-dtls");
  return demux_rtp_caps (self, caps);
}

static void
demux_prepare (DtlsSrtpDemux * self, GstPad * src)
{
  gboolean *ready = src == self->dtls_src ?
      &self->dtls_is_ready : &self->rtp_is_ready;
  g_autoptr (GstCaps) caps = NULL;

  if (*ready)
    return;
  caps = demux_caps_for (self, src, NULL);
  dtls_sticky_ensure (src, caps, GST_FORMAT_TIME);
  *ready = TRUE;
}

static GstFlowReturn
demux_push (DtlsSrtpDemux * self, GstPad * src, GstBuffer * buffer)
{
  demux_prepare (self, src);
  return dtls_branch_flow_combine (self->combiner, self->sink, src,
      gst_pad_push (src, buffer));
}

static GstFlowReturn
demux_push_list (DtlsSrtpDemux * self, GstPad * src, GstBufferList * list)
{
  if (gst_buffer_list_length (list) == 0) {
    gst_buffer_list_unref (list);
    return GST_FLOW_OK;
  }
  demux_prepare (self, src);
  return dtls_branch_flow_combine (self->combiner, self->sink, src,
      gst_pad_push_list (src, list));
}

static GstFlowReturn
demux_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  DtlsSrtpDemux *self = DTLS_SRTP_DEMUX (parent);
  DtlsProtocol protocol = dtls_buffer_get_protocol (buffer);

  GST_OBJECT_LOCK (self);
  self->packets[protocol]++;
  GST_OBJECT_UNLOCK (self);
  if (dtls_protocol_is_media (protocol))
    return demux_push (self, self->rtp_src, buffer);
  if (protocol == DTLS_PROTOCOL_DTLS)
    return demux_push (self, self->dtls_src, buffer);
  GST_LOG_OBJECT (self, "dropping %s, %" G_GSIZE_FORMAT " bytes",
      dtls_protocol_name (protocol), gst_buffer_get_size (buffer));
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

typedef struct
{
  guint packets[DTLS_N_PROTOCOLS];
  GstBufferList *dtls;
} Sorting;

/* What stays in the list is media. */
static gboolean
demux_sort (GstBuffer ** buffer, guint index, gpointer data)
{
  Sorting *sorting = data;
  DtlsProtocol protocol = dtls_buffer_get_protocol (*buffer);

  sorting->packets[protocol]++;
  if (protocol == DTLS_PROTOCOL_DTLS) {
    gst_buffer_list_add (sorting->dtls, g_steal_pointer (buffer));
  } else if (!dtls_protocol_is_media (protocol)) {
    gst_clear_buffer (buffer);
  }
  return TRUE;
}

/* DTLS first: it may carry what the media needs. */
static GstFlowReturn
demux_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  DtlsSrtpDemux *self = DTLS_SRTP_DEMUX (parent);
  Sorting sorting = { {0}, gst_buffer_list_new () };
  guint i;

  list = gst_buffer_list_make_writable (list);
  gst_buffer_list_foreach (list, demux_sort, &sorting);
  GST_OBJECT_LOCK (self);
  for (i = 0; i < DTLS_N_PROTOCOLS; i++)
    self->packets[i] += sorting.packets[i];
  GST_OBJECT_UNLOCK (self);
  demux_push_list (self, self->dtls_src, sorting.dtls);
  demux_push_list (self, self->rtp_src, list);
  return gst_flow_combiner_update_flow (self->combiner, GST_FLOW_OK);
}

static GstEvent *
demux_event_for (DtlsSrtpDemux * self, GstPad * src, GstEvent * event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      return dtls_sticky_stream_start (src, event);
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      caps = demux_caps_for (self, src, caps);
      event = gst_event_new_caps (caps);
      gst_caps_unref (caps);
      return event;
    default:
      return gst_event_ref (event);
  }
}

/* Caps must stand before a segment does. */
static void
demux_prepare_segment (DtlsSrtpDemux * self, GstPad * src)
{
  g_autoptr (GstCaps) caps = demux_caps_for (self, src, NULL);

  dtls_sticky_ensure (src, caps, GST_FORMAT_UNDEFINED);
}

static gboolean
demux_forward_event (DtlsSrtpDemux * self, GstPad * src, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
    demux_prepare_segment (self, src);
  return gst_pad_push_event (src, demux_event_for (self, src, event));
}

/* A flush takes the segment away: what is missing is looked for again before
 * the next packet. */
static gboolean
demux_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  DtlsSrtpDemux *self = DTLS_SRTP_DEMUX (parent);

  demux_forward_event (self, self->dtls_src, event);
  demux_forward_event (self, self->rtp_src, event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    gst_flow_combiner_reset (self->combiner);
    self->dtls_is_ready = self->rtp_is_ready = FALSE;
  }
  gst_event_unref (event);
  return TRUE;
}

static GstStructure *
demux_get_stats (DtlsSrtpDemux * self)
{
  g_autoptr (GstStructure) dropped = gst_structure_new_empty ("dropped");
  guint64 packets[DTLS_N_PROTOCOLS];
  guint i;

  GST_OBJECT_LOCK (self);
  memcpy (packets, self->packets, sizeof (packets));
  GST_OBJECT_UNLOCK (self);
  for (i = 0; i < DTLS_N_PROTOCOLS; i++) {
    if (i != DTLS_PROTOCOL_DTLS && !dtls_protocol_is_media (i))
      gst_structure_set (dropped, dtls_protocol_name (i), G_TYPE_UINT64,
          packets[i], NULL);
  }
  return gst_structure_new ("application/x-dtlssrtpdemux-stats",
      "dtls", G_TYPE_UINT64, packets[DTLS_PROTOCOL_DTLS],
      "rtp", G_TYPE_UINT64, packets[DTLS_PROTOCOL_RTP],
      "rtcp", G_TYPE_UINT64, packets[DTLS_PROTOCOL_RTCP],
      "dropped", GST_TYPE_STRUCTURE, dropped, NULL);
}

static GstStateChangeReturn
demux_change_state (GstElement * element, GstStateChange transition)
{
  DtlsSrtpDemux *self = DTLS_SRTP_DEMUX (element);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    gst_flow_combiner_reset (self->combiner);
    self->dtls_is_ready = self->rtp_is_ready = FALSE;
  }
  return GST_ELEMENT_CLASS (dtls_srtp_demux_parent_class)->change_state
      (element, transition);
}

static void
demux_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  switch (id) {
    case PROP_STATS:
      g_value_take_boxed (value, demux_get_stats (DTLS_SRTP_DEMUX (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
demux_finalize (GObject * object)
{
  gst_flow_combiner_free (DTLS_SRTP_DEMUX (object)->combiner);
  G_OBJECT_CLASS (dtls_srtp_demux_parent_class)->finalize (object);
}

static GstPad *
demux_add_pad (DtlsSrtpDemux * self, GstStaticPadTemplate * template)
{
  GstPad *pad = dtls_element_add_pad (GST_ELEMENT (self), template);

  if (template->direction == GST_PAD_SRC) {
    gst_pad_use_fixed_caps (pad);
    gst_flow_combiner_add_pad (self->combiner, pad);
  }
  return pad;
}

static void
dtls_srtp_demux_class_init (DtlsSrtpDemuxClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (dtlssrtpdemux_debug, "dtlssrtpdemux", 0,
      "tells DTLS from SRTP");
  object_class->get_property = demux_get_property;
  object_class->finalize = demux_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (demux_change_state);

  /**
   * DtlsSrtpDemux:stats:
   *
   * Datagrams by protocol: "dtls", "rtp", "rtcp" (guint64), and "dropped", a
   * structure with a guint64 for each protocol that has no pad here.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("How many datagrams came, by protocol"), GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &dtls_src_template);
  gst_element_class_add_static_pad_template (element_class, &rtp_src_template);
  gst_element_class_set_static_metadata (element_class,
      _("DTLS-SRTP demultiplexer"), "Demuxer/Network/DTLS/SRTP",
      _("Tells the DTLS from the SRTP that share one socket"),
      GST_PACKAGE_NAME);
}

static void
dtls_srtp_demux_init (DtlsSrtpDemux * self)
{
  self->combiner = gst_flow_combiner_new ();
  self->sink = demux_add_pad (self, &sink_template);
  self->rtp_src = demux_add_pad (self, &rtp_src_template);
  self->dtls_src = demux_add_pad (self, &dtls_src_template);
  gst_pad_set_chain_function (self->sink, GST_DEBUG_FUNCPTR (demux_chain));
  gst_pad_set_chain_list_function (self->sink,
      GST_DEBUG_FUNCPTR (demux_chain_list));
  gst_pad_set_event_function (self->sink, GST_DEBUG_FUNCPTR (demux_sink_event));
}
