/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-dtlssrtpdec
 * @title: dtlssrtpdec
 * @short_description: everything that comes from one peer
 *
 * Takes DTLS, SRTP and SRTCP from one socket (RFC 7983, RFC 5761) and gives
 * media in the clear and application data. It does the work of a
 * dtlssrtpdemux, of a dtlsdec and of the receiving half of a srtpkeyer.
 *
 *                +----------------+
 *  from the      |sink     rtp_src| RTP in clear
 *  network       |        rtcp_src| RTCP in clear
 *                |        data_src| data
 *                +----------------+
 *
 * A dtlssrtpenc with the same `connection-id` is needed beside it. Media that
 * overtake the end of the handshake wait for it, up to a bound.
 *
 * With `key` the key is set by hand, and there is no DTLS.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 udpsrc port=5000 ! dtlssrtpdec connection-id=peer ! \
 *   rtpvp8depay ! vp8dec ! autovideosink \
 *   dtlssrtpenc connection-id=peer ! udpsink host=127.0.0.1 port=5001
 * ]|
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "buffer-protocol.h"
#include "common-properties.h"
#include "data-source.h"
#include "element-pads.h"
#include "elements.h"
#include "held-signal.h"
#include "media-receiver.h"
#include "receiver-settings.h"
#include "static-keys.h"

#include <string.h>

GST_DEBUG_CATEGORY_STATIC (dtlssrtpdec_debug);
#define GST_CAT_DEFAULT dtlssrtpdec_debug

enum
{
  PROP_0,
  PROP_DTLS_VERSION,
  PROP_STATIC_KEYS,             /* the first of static-keys */
  PROP_SETTINGS = PROP_STATIC_KEYS + DTLS_STATIC_KEYS_N_PROPERTIES,
};

#define DTLS_TYPE_SRTP_DEC (dtls_srtp_dec_get_type ())
G_DECLARE_FINAL_TYPE (DtlsSrtpDec, dtls_srtp_dec, DTLS, SRTP_DEC, GstElement);

struct _DtlsSrtpDec
{
  GstElement parent;

  GstPad *sink;
  DtlsReceiverSettings *settings;
  DtlsMediaReceiver *media;
  DtlsDataSource *data;
  DtlsStaticKeys *static_keys;
  gulong keys_handler;

  /* Under the object lock; what a streaming thread needs does not change
   * while it runs. */
  DtlsLink *link;               /* from READY on, with DTLS */
  DtlsSrtpReceiver *static_receiver;    /* from READY on, without DTLS */
  guint64 dropped[DTLS_N_PROTOCOLS];
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate rtp_src_template =
GST_STATIC_PAD_TEMPLATE ("rtp_src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtp"));

static GstStaticPadTemplate rtcp_src_template =
GST_STATIC_PAD_TEMPLATE ("rtcp_src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("application/x-rtcp"));

static GstStaticPadTemplate data_src_template =
GST_STATIC_PAD_TEMPLATE ("data_src", GST_PAD_SRC, GST_PAD_REQUEST,
    GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE (DtlsSrtpDec, dtls_srtp_dec, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (dtlssrtpdec, "dtlssrtpdec", GST_RANK_NONE,
    DTLS_TYPE_SRTP_DEC);

static DtlsLink *
dec_ref_link (DtlsSrtpDec * self)
{
  DtlsLink *link;

  GST_OBJECT_LOCK (self);
  link = self->link != NULL ? g_object_ref (self->link) : NULL;
  GST_OBJECT_UNLOCK (self);
  return link;
}

/* Media without a taker must not end the handshake or the data. */
static GstFlowReturn
media_flow (GstFlowReturn flow)
{
  return flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_EOS ?
      GST_FLOW_OK : flow;
}

static void
dec_drop (DtlsSrtpDec * self, DtlsProtocol protocol, GstBuffer * buffer)
{
  GST_OBJECT_LOCK (self);
  self->dropped[protocol]++;
  GST_OBJECT_UNLOCK (self);
  gst_buffer_unref (buffer);
}

static GstFlowReturn
dec_handle_dtls (DtlsSrtpDec * self, GstBuffer * buffer)
{
  GstMapInfo map;

  if (self->link == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    dec_drop (self, DTLS_PROTOCOL_DTLS, buffer);
    return GST_FLOW_OK;
  }
  dtls_data_source_note_times (self->data, buffer);
  dtls_link_handle_datagram (self->link, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return dtls_data_source_take_flow (self->data);
}

static GstFlowReturn
dec_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (parent);
  DtlsProtocol protocol = dtls_buffer_get_protocol (buffer);

  if (dtls_protocol_is_media (protocol))
    return media_flow (dtls_media_receiver_chain (self->media, buffer));
  if (protocol == DTLS_PROTOCOL_DTLS)
    return dec_handle_dtls (self, buffer);
  dec_drop (self, protocol, buffer);
  return GST_FLOW_OK;
}

typedef struct
{
  DtlsSrtpDec *self;
  GstFlowReturn flow;
} Sorting;

/* What stays in the list is media. */
static gboolean
dec_sort (GstBuffer ** buffer, guint index, gpointer data)
{
  Sorting *sorting = data;
  DtlsProtocol protocol = dtls_buffer_get_protocol (*buffer);
  GstFlowReturn flow;

  if (dtls_protocol_is_media (protocol))
    return TRUE;
  if (protocol != DTLS_PROTOCOL_DTLS) {
    dec_drop (sorting->self, protocol, g_steal_pointer (buffer));
    return TRUE;
  }
  flow = dec_handle_dtls (sorting->self, g_steal_pointer (buffer));
  if (flow != GST_FLOW_OK)
    sorting->flow = flow;
  return TRUE;
}

/* DTLS first: it may carry what the media needs. */
static GstFlowReturn
dec_chain_list (GstPad * pad, GstObject * parent, GstBufferList * list)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (parent);
  Sorting sorting = { self, GST_FLOW_OK };
  GstFlowReturn flow;

  list = gst_buffer_list_make_writable (list);
  gst_buffer_list_foreach (list, dec_sort, &sorting);
  flow = media_flow (dtls_media_receiver_chain_list (self->media, list));
  return sorting.flow != GST_FLOW_OK ? sorting.flow : flow;
}

static gboolean
dec_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (parent);

  dtls_media_receiver_event (self->media, event);
  dtls_data_source_event (self->data, event);
  gst_event_unref (event);
  return TRUE;
}

static void
dec_on_keys (DtlsLink * link, DtlsSrtpKeys * keys, DtlsSrtpDec * self)
{
  GST_INFO_OBJECT (self, "keys have come");
  dtls_media_receiver_keys_came (self->media);
}

static gboolean
dec_open_static (DtlsSrtpDec * self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsSrtpKeys) keys = NULL;
  DtlsSrtpReceiver *receiver = NULL;

  keys = dtls_static_keys_make (self->static_keys, &error);
  if (keys != NULL)
    receiver = dtls_srtp_receiver_new_static (keys, &error);
  if (receiver == NULL) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->static_receiver = receiver;
  GST_OBJECT_UNLOCK (self);
  dtls_media_receiver_set_receiver (self->media, receiver);
  return TRUE;
}

/* After the encoder's handlers: its key comes first. */
static void
dec_hold_link (DtlsSrtpDec * self, DtlsLink * link)
{
  dtls_data_source_open (self->data, link, GST_ELEMENT (self));
  self->keys_handler = dtls_connect_held (link, "keys",
      G_CALLBACK (dec_on_keys), self, self, G_CONNECT_AFTER);
  GST_OBJECT_LOCK (self);
  self->link = link;
  GST_OBJECT_UNLOCK (self);
}

static gboolean
dec_open (DtlsSrtpDec * self)
{
  g_autoptr (DtlsSrtpReceiver) receiver = NULL;
  DtlsLink *link;

  if (dtls_static_keys_are_used (self->static_keys))
    return dec_open_static (self);
  link = dtls_receiver_settings_open (self->settings);
  if (link == NULL)
    return FALSE;
  receiver = dtls_srtp_receiver_obtain (link);
  dtls_media_receiver_set_receiver (self->media, receiver);
  dec_hold_link (self, link);
  return TRUE;
}

static void
dec_close (DtlsSrtpDec * self)
{
  g_autoptr (DtlsSrtpReceiver) static_receiver = NULL;
  g_autoptr (DtlsLink) link = NULL;

  GST_OBJECT_LOCK (self);
  link = g_steal_pointer (&self->link);
  static_receiver = g_steal_pointer (&self->static_receiver);
  GST_OBJECT_UNLOCK (self);
  dtls_media_receiver_set_receiver (self->media, NULL);
  if (link == NULL)
    return;
  dtls_data_source_close (self->data);
  g_signal_handler_disconnect (link, self->keys_handler);
  dtls_receiver_settings_close (self->settings);
}

static gboolean
dec_start (DtlsSrtpDec * self)
{
  return self->link == NULL || dtls_receiver_settings_start (self->settings);
}

static GstStateChangeReturn
dec_change_state (GstElement * element, GstStateChange transition)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !dec_open (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    dtls_receiver_settings_stop (self->settings);
  result = GST_ELEMENT_CLASS (dtls_srtp_dec_parent_class)->change_state
      (element, transition);
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    dtls_data_source_reset (self->data);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !dec_start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    dtls_media_receiver_reset (self->media);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    dec_close (self);
  return result;
}

static GstIterator *
dec_data_links (GstPad * pad, GstObject * parent)
{
  return dtls_pad_iterate_link (DTLS_SRTP_DEC (parent)->sink);
}

static GstPad *
dec_request_new_pad (GstElement * element, GstPadTemplate * template,
    const gchar * name, const GstCaps * caps)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (element);
  GstPad *pad = gst_pad_new_from_template (template, "data_src");

  if (!dtls_data_source_set_pad (self->data, pad)) {
    GST_ERROR_OBJECT (self, "there is a pad \"data_src\" already");
    gst_object_unref (pad);
    return NULL;
  }
  gst_pad_set_iterate_internal_links_function (pad, dec_data_links);
  dtls_element_add_request_pad (element, pad);
  return pad;
}

static void
dec_release_pad (GstElement * element, GstPad * pad)
{
  dtls_data_source_set_pad (DTLS_SRTP_DEC (element)->data, NULL);
  dtls_element_remove_request_pad (element, pad);
}

/* While READY or above, new keys take the place of the old ones as soon as
 * all values fit together. */
static void
dec_static_keys_changed (DtlsSrtpDec * self)
{
  g_autoptr (DtlsSrtpReceiver) receiver = NULL;
  g_autoptr (DtlsSrtpKeys) keys = NULL;
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  if (self->static_receiver != NULL)
    receiver = dtls_srtp_receiver_ref (self->static_receiver);
  GST_OBJECT_UNLOCK (self);
  if (receiver == NULL)
    return;
  keys = dtls_static_keys_make (self->static_keys, &error);
  if (keys != NULL)
    dtls_srtp_receiver_set_keys (receiver, keys, &error);
  if (error != NULL)
    GST_WARNING_OBJECT (self, "the former key stays in use: %s",
        error->message);
}

static void
dec_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (object);

  if (dtls_static_keys_set_property (self->static_keys, id, value)) {
    dec_static_keys_changed (self);
    return;
  }
  if (!dtls_receiver_settings_set_property (self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static GstStructure *
dec_get_dropped (DtlsSrtpDec * self)
{
  GstStructure *dropped = gst_structure_new_empty ("dropped");
  guint64 counts[DTLS_N_PROTOCOLS];
  guint i;

  GST_OBJECT_LOCK (self);
  memcpy (counts, self->dropped, sizeof (counts));
  GST_OBJECT_UNLOCK (self);
  for (i = 0; i < DTLS_N_PROTOCOLS; i++) {
    if (!dtls_protocol_is_media (i))
      gst_structure_set (dropped, dtls_protocol_name (i), G_TYPE_UINT64,
          counts[i], NULL);
  }
  return dropped;
}

static GstStructure *
dec_get_stats (DtlsSrtpDec * self)
{
  g_autoptr (DtlsLink) link = dec_ref_link (self);
  g_autoptr (GstStructure) dropped = dec_get_dropped (self);
  g_autoptr (GstStructure) received =
      dtls_media_receiver_get_stats (self->media);
  GstStructure *stats = link != NULL ? dtls_link_get_stats (link) :
      gst_structure_new_empty ("application/x-dtls-stats");

  gst_structure_set (stats, "dropped-protocols", GST_TYPE_STRUCTURE, dropped,
      NULL);
  if (received != NULL)
    gst_structure_set (stats, "received", GST_TYPE_STRUCTURE, received, NULL);
  return stats;
}

static guint
dec_get_version (DtlsSrtpDec * self)
{
  g_autoptr (DtlsLink) link = dec_ref_link (self);

  return link != NULL ? dtls_link_get_version (link) : 0;
}

static void
dec_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (object);

  /* The settings have one of that name, which knows nothing of media. */
  if (g_str_equal (pspec->name, "stats"))
    g_value_take_boxed (value, dec_get_stats (self));
  else if (id == PROP_DTLS_VERSION)
    g_value_set_uint (value, dec_get_version (self));
  else if (!dtls_static_keys_get_property (self->static_keys, id, value)
      && !dtls_receiver_settings_get_property (self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
dec_finalize (GObject * object)
{
  DtlsSrtpDec *self = DTLS_SRTP_DEC (object);

  dtls_media_receiver_free (self->media);
  g_object_unref (self->data);
  dtls_receiver_settings_free (self->settings);
  dtls_static_keys_free (self->static_keys);
  G_OBJECT_CLASS (dtls_srtp_dec_parent_class)->finalize (object);
}

static gboolean
dec_restart (GstElement * element, const gchar * peer_fingerprint)
{
  return dtls_receiver_settings_restart (DTLS_SRTP_DEC (element)->settings,
      peer_fingerprint);
}

static void
dec_install_properties (GObjectClass * klass)
{
  dtls_receiver_settings_install (klass, PROP_SETTINGS, dec_restart);
  dtls_static_keys_install (klass, PROP_STATIC_KEYS);

  /**
   * DtlsSrtpDec:dtls-version:
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_DTLS_VERSION,
      dtls_param_dtls_version ());
}

static void
dtls_srtp_dec_class_init (DtlsSrtpDecClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (dtlssrtpdec_debug, "dtlssrtpdec", 0,
      "DTLS-SRTP decoder");
  object_class->set_property = dec_set_property;
  object_class->get_property = dec_get_property;
  object_class->finalize = dec_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (dec_change_state);
  element_class->request_new_pad = GST_DEBUG_FUNCPTR (dec_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (dec_release_pad);
  dec_install_properties (object_class);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &rtp_src_template);
  gst_element_class_add_static_pad_template (element_class, &rtcp_src_template);
  gst_element_class_add_static_pad_template (element_class, &data_src_template);
  gst_element_class_set_static_metadata (element_class,
      _("DTLS-SRTP decoder"), "Decoder/Network/DTLS/SRTP",
      _("Receives the handshake, media and data of one DTLS-SRTP peer"),
      GST_PACKAGE_NAME);
}

static void
dtls_srtp_dec_init (DtlsSrtpDec * self)
{
  GstElement *element = GST_ELEMENT (self);
  GstPad *rtp_src = dtls_element_add_pad (element, &rtp_src_template);
  GstPad *rtcp_src = dtls_element_add_pad (element, &rtcp_src_template);

  self->sink = dtls_element_add_pad (element, &sink_template);
  gst_pad_set_chain_function (self->sink, GST_DEBUG_FUNCPTR (dec_chain));
  gst_pad_set_chain_list_function (self->sink,
      GST_DEBUG_FUNCPTR (dec_chain_list));
  gst_pad_set_event_function (self->sink, GST_DEBUG_FUNCPTR (dec_sink_event));
  self->settings = dtls_receiver_settings_new (element, PROP_SETTINGS);
  self->static_keys = dtls_static_keys_new (PROP_STATIC_KEYS);
  self->data = dtls_data_source_new (self->sink);
  self->media = dtls_media_receiver_new (element, self->sink, rtp_src,
      rtcp_src);
}
