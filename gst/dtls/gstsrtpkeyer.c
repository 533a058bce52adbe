/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-srtpkeyer
 * @title: srtpkeyer
 * @short_description: SRTP with the keys of a DTLS association
 *
 * Protects and unprotects media with the keys that a dtlsenc and a dtlsdec
 * agreed on with the peer (RFC 5764). It finds them by their `connection-id`,
 * or by a link from dtlsdec's pad `keys` to its own; no key is in a property,
 * in caps or in an event.
 *
 *                +---------------------+
 *   RTP in clear |rtp_sink_%u       src| SRTP and SRTCP, to the network
 *  RTCP in clear |rtcp_sink_%u         |
 *                |                     |
 * SRTP and SRTCP |sink          rtp_src| RTP in clear
 *                |             rtcp_src| RTCP in clear
 *   dtlsdec.keys |keys                 |
 *                +---------------------+
 *
 * Before the keys come, nothing leaves by `src`: what comes in is dropped,
 * and the moment they come a keyframe is asked for upstream. What comes from
 * the peer before the keys waits, up to `early-packets`.
 *
 * Both directions can be in one element or in two; a pad that is not linked
 * does no harm.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay ! \
 *   srtpkeyer connection-id=peer ! udpsink host=127.0.0.1 port=5000
 * ]|
 * together with a dtlsenc and a dtlsdec of the same connection-id.
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "association-link.h"
#include "element-pads.h"
#include "elements.h"
#include "held-signal.h"
#include "link-context.h"
#include "media-receiver.h"
#include "media-sender.h"

GST_DEBUG_CATEGORY_STATIC (srtpkeyer_debug);
#define GST_CAT_DEFAULT srtpkeyer_debug

enum
{
  PROP_0,
  PROP_CONNECTION_ID,
  PROP_REPLAY_WINDOW,
  PROP_EARLY_PACKETS,
  PROP_STATS,
};

#define SRTP_TYPE_KEYER (srtp_keyer_get_type ())
G_DECLARE_FINAL_TYPE (SrtpKeyer, srtp_keyer, SRTP, KEYER, GstElement);

/* The object lock guards the properties. link is set while READY or above. */
struct _SrtpKeyer
{
  GstElement parent;

  GstPad *sink;
  GstPad *src;
  DtlsMediaSender *sender;
  DtlsMediaReceiver *receiver;
  DtlsLink *link;
  gulong keys_id;

  gchar *connection_id;
  guint replay_window;
  guint early_packets;
};

static GstStaticPadTemplate rtp_sink_template =
GST_STATIC_PAD_TEMPLATE ("rtp_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("application/x-rtp"));

static GstStaticPadTemplate rtcp_sink_template =
GST_STATIC_PAD_TEMPLATE ("rtcp_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("application/x-rtcp"));

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-srtp; application/x-srtcp"));

static GstStaticPadTemplate keys_template = GST_STATIC_PAD_TEMPLATE ("keys",
    GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS (DTLS_LINK_CAPS));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-srtp; application/x-srtcp"));

static GstStaticPadTemplate rtp_src_template =
GST_STATIC_PAD_TEMPLATE ("rtp_src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp"));

static GstStaticPadTemplate rtcp_src_template =
GST_STATIC_PAD_TEMPLATE ("rtcp_src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtcp"));

G_DEFINE_TYPE (SrtpKeyer, srtp_keyer, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (srtpkeyer, "srtpkeyer", GST_RANK_NONE,
    SRTP_TYPE_KEYER);

static GstFlowReturn
keyer_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  return dtls_media_receiver_chain (SRTP_KEYER (parent)->receiver, buffer);
}

static GstFlowReturn
keyer_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  return dtls_media_receiver_chain_list (SRTP_KEYER (parent)->receiver, list);
}

static gboolean
keyer_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  dtls_media_receiver_event (SRTP_KEYER (parent)->receiver, event);
  gst_event_unref (event);
  return TRUE;
}

/* Nothing flows over the pad `keys`; a source that is linked there by mistake
 * is told so. */
static GstFlowReturn
keyer_keys_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_NOT_SUPPORTED;
}

/* "keys" of the link; the sender and the receiver have them already. */
static void
keyer_on_keys (DtlsLink * link, DtlsSrtpKeys * keys, SrtpKeyer * self)
{
  GST_INFO_OBJECT (self, "keys have come");
  dtls_media_receiver_keys_came (self->receiver);
  dtls_media_sender_request_keyframes (self->sender);
}

/* Asks what is linked to the pad `keys`. */
static DtlsLink *
keyer_query_link (SrtpKeyer * self)
{
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (self), "keys");
  GstContext *context = NULL;
  DtlsLink *link = NULL;
  GstQuery *query;

  if (pad == NULL)
    return NULL;
  query = gst_query_new_context (DTLS_LINK_CONTEXT_TYPE);
  if (gst_pad_peer_query (pad, query)) {
    gst_query_parse_context (query, &context);
    if (context != NULL)
      link = dtls_link_from_context (context);
  }
  gst_query_unref (query);
  gst_object_unref (pad);
  return link;
}

static DtlsLink *
keyer_find_link (SrtpKeyer * self)
{
  g_autofree gchar *id = NULL;

  GST_OBJECT_LOCK (self);
  id = g_strdup (self->connection_id);
  GST_OBJECT_UNLOCK (self);
  if (id != NULL)
    return dtls_link_obtain (id);
  return keyer_query_link (self);
}

static gboolean
keyer_open (SrtpKeyer * self)
{
  g_autoptr (DtlsSrtpSender) sender = NULL;
  g_autoptr (DtlsSrtpReceiver) receiver = NULL;
  guint replay_window, early_packets;

  self->link = keyer_find_link (self);
  if (self->link == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS,
        (_("This element does not know whose keys to use.")),
        ("set connection-id to that of a dtlsdec, or link dtlsdec.keys to the "
            "pad keys"));
    return FALSE;
  }
  sender = dtls_srtp_sender_obtain (self->link);
  receiver = dtls_srtp_receiver_obtain (self->link);
  g_object_get (self, "replay-window", &replay_window,
      "early-packets", &early_packets, NULL);
  dtls_srtp_receiver_set_replay_window (receiver, replay_window);
  dtls_media_sender_set_sender (self->sender, sender);
  dtls_media_receiver_set_early_packets (self->receiver, early_packets);
  dtls_media_receiver_set_receiver (self->receiver, receiver);
  self->keys_id = dtls_connect_held (self->link, "keys",
      G_CALLBACK (keyer_on_keys), self, self, 0);
  return TRUE;
}

static void
keyer_close (SrtpKeyer * self)
{
  if (self->link == NULL)
    return;
  g_clear_signal_handler (&self->keys_id, self->link);
  dtls_media_sender_set_sender (self->sender, NULL);
  dtls_media_receiver_set_receiver (self->receiver, NULL);
  g_clear_object (&self->link);
}

/* For one that joins when the keys are there already. */
static void
keyer_begin (SrtpKeyer * self)
{
  DtlsSrtpKeys *keys = dtls_link_get_keys (self->link);

  if (keys == NULL)
    return;
  dtls_media_sender_request_keyframes (self->sender);
  dtls_srtp_keys_unref (keys);
}

static GstStateChangeReturn
keyer_change_state (GstElement * element, GstStateChange transition)
{
  SrtpKeyer *self = SRTP_KEYER (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !keyer_open (self))
    return GST_STATE_CHANGE_FAILURE;
  dtls_media_sender_change_state (self->sender, transition);
  result = GST_ELEMENT_CLASS (srtp_keyer_parent_class)->change_state (element,
      transition);
  if (result == GST_STATE_CHANGE_FAILURE) {
    if (transition == GST_STATE_CHANGE_NULL_TO_READY)
      keyer_close (self);
    return result;
  }
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      keyer_begin (self);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      dtls_media_receiver_reset (self->receiver);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      keyer_close (self);
      break;
    default:
      break;
  }
  return result;
}

static GstPad *
keyer_request_keys_pad (SrtpKeyer * self, GstPadTemplate * template)
{
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (self), "keys");

  if (pad != NULL) {
    gst_object_unref (pad);
    return NULL;
  }
  pad = gst_pad_new_from_template (template, "keys");
  gst_pad_set_chain_function (pad, GST_DEBUG_FUNCPTR (keyer_keys_chain));
  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

static GstPad *
keyer_request_new_pad (GstElement * element, GstPadTemplate * template,
    const gchar * wanted, const GstCaps * caps)
{
  SrtpKeyer *self = SRTP_KEYER (element);
  const gchar *pattern = GST_PAD_TEMPLATE_NAME_TEMPLATE (template);
  gboolean is_rtp = g_str_equal (pattern, "rtp_sink_%u");
  g_autofree gchar *name = NULL;

  if (g_str_equal (pattern, "keys"))
    return keyer_request_keys_pad (self, template);
  name = dtls_element_name_pad (element, template, wanted);
  return dtls_media_sender_add_pad (self->sender, template, name,
      is_rtp ? DTLS_SRTP_RTP : DTLS_SRTP_RTCP, NULL);
}

static void
keyer_release_pad (GstElement * element, GstPad * pad)
{
  dtls_media_sender_remove_pad (SRTP_KEYER (element)->sender, pad);
}

/* "sent" and "received" are those of the association: several elements may
 * share it. */
static GstStructure *
keyer_get_stats (SrtpKeyer * self)
{
  GstStructure *stats = gst_structure_new_empty ("application/x-srtp-stats");
  GstStructure *sent = dtls_media_sender_get_stats (self->sender);
  GstStructure *received = dtls_media_receiver_get_stats (self->receiver);

  if (sent != NULL)
    gst_structure_set (stats, "sent", GST_TYPE_STRUCTURE, sent, NULL);
  if (received != NULL)
    gst_structure_set (stats, "received", GST_TYPE_STRUCTURE, received, NULL);
  g_clear_pointer (&sent, gst_structure_free);
  g_clear_pointer (&received, gst_structure_free);
  return stats;
}

static void
keyer_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  SrtpKeyer *self = SRTP_KEYER (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CONNECTION_ID:
      g_free (self->connection_id);
      self->connection_id = g_value_dup_string (value);
      break;
    case PROP_REPLAY_WINDOW:
      self->replay_window = g_value_get_uint (value);
      break;
    case PROP_EARLY_PACKETS:
      self->early_packets = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
keyer_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  SrtpKeyer *self = SRTP_KEYER (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, keyer_get_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CONNECTION_ID:
      g_value_set_string (value, self->connection_id);
      break;
    case PROP_REPLAY_WINDOW:
      g_value_set_uint (value, self->replay_window);
      break;
    case PROP_EARLY_PACKETS:
      g_value_set_uint (value, self->early_packets);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
keyer_finalize (GObject * object)
{
  SrtpKeyer *self = SRTP_KEYER (object);

  dtls_media_sender_free (self->sender);
  dtls_media_receiver_free (self->receiver);
  g_free (self->connection_id);
  G_OBJECT_CLASS (srtp_keyer_parent_class)->finalize (object);
}

static void
keyer_install_properties (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
      | GST_PARAM_MUTABLE_READY;

  /**
   * SrtpKeyer:connection-id:
   *
   * The connection-id of the dtlsenc and dtlsdec whose keys are used. Not
   * needed when the pad `keys` is linked.
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_CONNECTION_ID,
      g_param_spec_string ("connection-id", _("Connection id"),
          _("That of the dtlsenc and dtlsdec whose keys are used"), NULL,
          flags));

  /**
   * SrtpKeyer:replay-window:
   *
   * How many packets late a packet may come, for each SSRC; counts for the
   * keys that come after it is set (RFC 3711 section 3.3.2).
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_REPLAY_WINDOW,
      g_param_spec_uint ("replay-window", _("Replay window"),
          _("How many packets late a packet may come, in packets"), 64, 32767,
          DTLS_SRTP_REPLAY_WINDOW, flags));

  /**
   * SrtpKeyer:early-packets:
   *
   * How many packets of the peer may wait for the keys; further ones are
   * dropped.
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_EARLY_PACKETS,
      g_param_spec_uint ("early-packets", _("Early packets"),
          _("How many packets of the peer may wait for the keys"), 0, 65535,
          DTLS_EARLY_PACKETS_MAX, flags));

  /**
   * SrtpKeyer:stats:
   *
   * Two structures, "sent" and "received", while READY or above: packets,
   * bytes, SSRCs, whether the key is nearly used up (RFC 3711 section 9.2), and
   * how many packets were dropped for which cause. They are
   * the association's: all elements that use it count together.
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("What was sent, received and dropped"), GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
srtp_keyer_class_init (SrtpKeyerClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstStaticPadTemplate *templates[] = { &rtp_sink_template,
    &rtcp_sink_template, &sink_template, &keys_template, &src_template,
    &rtp_src_template, &rtcp_src_template
  };
  guint i;

  GST_DEBUG_CATEGORY_INIT (srtpkeyer_debug, "srtpkeyer", 0,
      "SRTP with the keys of a DTLS association");
  object_class->set_property = keyer_set_property;
  object_class->get_property = keyer_get_property;
  object_class->finalize = keyer_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (keyer_change_state);
  element_class->request_new_pad = GST_DEBUG_FUNCPTR (keyer_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (keyer_release_pad);
  keyer_install_properties (object_class);
  for (i = 0; i < G_N_ELEMENTS (templates); i++)
    gst_element_class_add_static_pad_template (element_class, templates[i]);
  gst_element_class_set_static_metadata (element_class, _("SRTP keyer"),
      "Encoder/Decoder/Network/SRTP",
      _("Protects and unprotects media with the keys of a DTLS association"),
      GST_PACKAGE_NAME);
}

static void
srtp_keyer_init (SrtpKeyer * self)
{
  GstElement *element = GST_ELEMENT (self);
  GstPad *rtp_src, *rtcp_src;

  self->replay_window = DTLS_SRTP_REPLAY_WINDOW;
  self->early_packets = DTLS_EARLY_PACKETS_MAX;
  self->src = dtls_element_add_pad (element, &src_template);
  rtp_src = dtls_element_add_pad (element, &rtp_src_template);
  rtcp_src = dtls_element_add_pad (element, &rtcp_src_template);
  self->sink = dtls_element_add_pad (element, &sink_template);
  gst_pad_set_chain_function (self->sink, GST_DEBUG_FUNCPTR (keyer_chain));
  gst_pad_set_chain_list_function (self->sink,
      GST_DEBUG_FUNCPTR (keyer_chain_list));
  gst_pad_set_event_function (self->sink, GST_DEBUG_FUNCPTR (keyer_sink_event));
  self->sender = dtls_media_sender_new (GST_ELEMENT (self), self->src,
      gst_caps_new_empty_simple ("application/x-srtp"));
  self->receiver = dtls_media_receiver_new (GST_ELEMENT (self), self->sink,
      rtp_src, rtcp_src);
}
