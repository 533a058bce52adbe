/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving half of a DTLS association: datagrams in, application data
 * out. It owns no protocol; the link does. receiver-settings has most of the
 * properties, data-source feeds the src pad.
 *
 * Locks: the object lock over the fields, with nothing called under it.
 */

/**
 * SECTION:element-dtlsdec
 * @title: dtlsdec
 * @short_description: receives the DTLS of one peer
 *
 * Takes the DTLS datagrams of one peer, does the handshake together with the
 * #element-dtlsenc of the same connection-id, and gives the peer's application
 * data to its request pad `src`, one buffer a record. Without that pad the
 * data are dropped.
 *
 *                         dtlscertgen ──► certificate ┐
 *     datagrams of the peer ──► sink               dtlsdec  src ──► data
 *                                                     └ keys ──► srtpkeyer
 *
 * Over `certificate` and `keys` flows nothing secret: the elements there find
 * each other by a context query.
 *
 * Each new state of the association is posted as an element message
 * `dtls-state` with the fields `connection-id` (string), `state` (enum),
 * `verified` (boolean), and where it failed `error` and `error-message`
 * (strings). A peer that fails is never an error of the pipeline.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 udpsrc port=5000 ! dtlsdec connection-id=peer srtp-profiles=none ! fdsink dtlsenc connection-id=peer ! udpsink host=127.0.0.1 port=5001 sync=false async=false
 * ]|
 * Prints what a DTLS client on port 5001 sends to port 5000.
 *
 * Since: 1.0
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "certificate-source.h"
#include "common-properties.h"
#include "data-source.h"
#include "element-pads.h"
#include "elements.h"
#include "exported-keys.h"
#include "held-signal.h"
#include "link-context.h"
#include "receiver-settings.h"

GST_DEBUG_CATEGORY_STATIC (dtls_dec_debug);
#define GST_CAT_DEFAULT dtls_dec_debug

#define DTLS_TYPE_DEC (dtls_dec_get_type ())
G_DECLARE_FINAL_TYPE (DtlsDec, dtls_dec, DTLS, DEC, GstElement);
struct _DtlsDec
{
  GstElement parent;

  GstPad *sink;
  DtlsReceiverSettings *settings;
  DtlsDataSource *data;

  /* Under the object lock. */
  GstPad *src;
  GstPad *certificate;
  GstPad *keys;
  DtlsLink *link;               /* from READY on */
  gulong keys_handler;
  gboolean export_keys;
};

enum
{
  SIGNAL_ON_KEY_RECEIVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

enum
{
  PROP_0,
  PROP_DECODER_KEY,
  PROP_SRTP_CIPHER,
  PROP_SRTP_AUTH,
  PROP_EXPORT_KEYS,
  PROP_VERSION,
  PROP_SETTINGS,                /* the first of receiver-settings */
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-dtls"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate certificate_template =
GST_STATIC_PAD_TEMPLATE ("certificate", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS (DTLS_CERTIFICATE_CAPS));

static GstStaticPadTemplate keys_template = GST_STATIC_PAD_TEMPLATE ("keys",
    GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS (DTLS_LINK_CAPS));

G_DEFINE_TYPE_WITH_CODE (DtlsDec, dtls_dec, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (dtls_dec_debug, "dtlsdec", 0, "DTLS decoder"));
GST_ELEMENT_REGISTER_DEFINE (dtlsdec, "dtlsdec", GST_RANK_NONE, DTLS_TYPE_DEC);

static DtlsLink *
ref_link (DtlsDec * self)
{
  DtlsLink *link;

  GST_OBJECT_LOCK (self);
  link = self->link ? g_object_ref (self->link) : NULL;
  GST_OBJECT_UNLOCK (self);
  return link;
}

static GstPad *
ref_src (DtlsDec * self)
{
  GstPad *src;

  GST_OBJECT_LOCK (self);
  src = self->src ? gst_object_ref (self->src) : NULL;
  GST_OBJECT_UNLOCK (self);
  return src;
}

/* What the link tells */

static void
on_keys (DtlsLink * link, DtlsSrtpKeys * keys, DtlsDec * self)
{
  g_signal_emit (self, signals[SIGNAL_ON_KEY_RECEIVED], 0);
}

/* The sink pad */

static GstFlowReturn
dtls_dec_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  DtlsDec *self = DTLS_DEC (parent);
  DtlsLink *link = ref_link (self);
  GstFlowReturn flow = GST_FLOW_FLUSHING;
  GstMapInfo map;

  if (link && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    dtls_data_source_note_times (self->data, buffer);
    dtls_link_handle_datagram (link, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
    flow = dtls_link_get_peer_closed (link) ? GST_FLOW_EOS :
        dtls_data_source_take_flow (self->data);
  }
  gst_buffer_unref (buffer);
  g_clear_object (&link);
  return flow;
}

static gboolean
dtls_dec_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  dtls_data_source_event (DTLS_DEC (parent)->data, event);
  gst_event_unref (event);
  return TRUE;
}

/* Request pads */

static gboolean
dtls_dec_keys_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  DtlsDec *self = DTLS_DEC (parent);
  const gchar *type;
  DtlsLink *link;
  GstContext *context;

  if (GST_QUERY_TYPE (query) != GST_QUERY_CONTEXT)
    return gst_pad_query_default (pad, parent, query);
  gst_query_parse_context_type (query, &type);
  link = dtls_receiver_settings_obtain_link (self->settings);
  if (!link || g_strcmp0 (type, DTLS_LINK_CONTEXT_TYPE) != 0) {
    g_clear_object (&link);
    return FALSE;
  }
  context = dtls_link_to_context (link);
  gst_query_set_context (query, context);
  gst_context_unref (context);
  g_object_unref (link);
  return TRUE;
}

/* A dtlscertgen sends its certificate as text too; what counts is its answer
 * to the query. */
static GstFlowReturn
dtls_dec_certificate_chain (GstPad * pad, GstObject * parent,
    GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
dtls_dec_certificate_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

/* Data flow between sink and src alone. */
static GstIterator *
dtls_dec_iterate_internal_links (GstPad * pad, GstObject * parent)
{
  DtlsDec *self = DTLS_DEC (parent);
  GstPad *src = ref_src (self);
  GstPad *other = NULL;
  GstIterator *iterator;

  if (pad == self->sink)
    other = src;
  else if (pad == src)
    other = self->sink;

  iterator = dtls_pad_iterate_link (other);
  gst_clear_object (&src);
  return iterator;
}

static GstPad **
find_slot (DtlsDec * self, const gchar * name)
{
  if (g_str_equal (name, "src"))
    return &self->src;
  return g_str_equal (name, "keys") ? &self->keys : &self->certificate;
}

static void
set_up_pad (DtlsDec * self, GstPad * pad, GstPad ** slot)
{
  gst_pad_set_iterate_internal_links_function (pad,
      dtls_dec_iterate_internal_links);
  if (slot == &self->keys) {
    gst_pad_set_query_function (pad, dtls_dec_keys_query);
  } else if (slot == &self->certificate) {
    gst_pad_set_chain_function (pad, dtls_dec_certificate_chain);
    gst_pad_set_event_function (pad, dtls_dec_certificate_event);
    dtls_receiver_settings_set_certificate_pad (self->settings, pad);
  } else {
    dtls_data_source_set_pad (self->data, pad);
  }
}

static GstPad *
dtls_dec_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  DtlsDec *self = DTLS_DEC (element);
  const gchar *pad_name = GST_PAD_TEMPLATE_NAME_TEMPLATE (templ);
  GstPad **slot = find_slot (self, pad_name);
  GstPad *pad = gst_pad_new_from_template (templ, pad_name);
  gboolean is_first;

  GST_OBJECT_LOCK (self);
  is_first = *slot == NULL;
  if (is_first)
    *slot = pad;
  GST_OBJECT_UNLOCK (self);
  if (!is_first) {
    gst_object_unref (pad);
    return NULL;
  }

  set_up_pad (self, pad, slot);
  dtls_element_add_request_pad (element, pad);
  return pad;
}

static void
dtls_dec_release_pad (GstElement * element, GstPad * pad)
{
  DtlsDec *self = DTLS_DEC (element);
  GstPad **slot = find_slot (self, GST_PAD_NAME (pad));

  GST_OBJECT_LOCK (self);
  if (*slot == pad)
    *slot = NULL;
  GST_OBJECT_UNLOCK (self);
  if (slot == &self->certificate)
    dtls_receiver_settings_set_certificate_pad (self->settings, NULL);
  else if (slot == &self->src)
    dtls_data_source_set_pad (self->data, NULL);
  dtls_element_remove_request_pad (element, pad);
}

/* Properties */

static void
get_key_property (DtlsDec * self, guint id, GValue * value)
{
  DtlsLink *link = ref_link (self);
  DtlsSrtpKeys *keys = link ? dtls_link_get_keys (link) : NULL;
  gboolean export_keys;

  GST_OBJECT_LOCK (self);
  export_keys = self->export_keys;
  GST_OBJECT_UNLOCK (self);

  if (id == PROP_SRTP_CIPHER)
    g_value_set_uint (value, dtls_export_srtp_cipher (keys));
  else if (id == PROP_SRTP_AUTH)
    g_value_set_uint (value, dtls_export_srtp_auth (keys));
  else if (keys && export_keys)
    g_value_take_boxed (value, dtls_export_key (keys->remote));
  g_clear_pointer (&keys, dtls_srtp_keys_unref);
  g_clear_object (&link);
}

static void
get_version (DtlsDec * self, GValue * value)
{
  DtlsLink *link = ref_link (self);

  if (link)
    g_value_set_uint (value, dtls_link_get_version (link));
  g_clear_object (&link);
}

static void
dtls_dec_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  DtlsDec *self = DTLS_DEC (object);

  if (dtls_receiver_settings_set_property (self->settings, id, value))
    return;
  switch (id) {
    case PROP_EXPORT_KEYS:
      GST_OBJECT_LOCK (self);
      self->export_keys = g_value_get_boolean (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
dtls_dec_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  DtlsDec *self = DTLS_DEC (object);

  if (dtls_receiver_settings_get_property (self->settings, id, value))
    return;
  switch (id) {
    case PROP_DECODER_KEY:
    case PROP_SRTP_CIPHER:
    case PROP_SRTP_AUTH:
      get_key_property (self, id, value);
      break;
    case PROP_EXPORT_KEYS:
      GST_OBJECT_LOCK (self);
      g_value_set_boolean (value, self->export_keys);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_VERSION:
      get_version (self, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

/* Changes of state */

/* After the encoder's handlers: its key comes first. */
static gboolean
open_link (DtlsDec * self)
{
  DtlsLink *link = dtls_receiver_settings_open (self->settings);

  if (!link)
    return FALSE;
  dtls_data_source_open (self->data, link, GST_ELEMENT (self));
  self->keys_handler = dtls_connect_held (link, "keys",
      G_CALLBACK (on_keys), self, self, G_CONNECT_AFTER);
  GST_OBJECT_LOCK (self);
  self->link = link;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static void
close_link (DtlsDec * self)
{
  DtlsLink *link;

  GST_OBJECT_LOCK (self);
  link = g_steal_pointer (&self->link);
  GST_OBJECT_UNLOCK (self);
  if (!link)
    return;
  dtls_data_source_close (self->data);
  g_signal_handler_disconnect (link, self->keys_handler);
  g_object_unref (link);
  dtls_receiver_settings_close (self->settings);
}

static GstStateChangeReturn
dtls_dec_change_state (GstElement * element, GstStateChange transition)
{
  DtlsDec *self = DTLS_DEC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !open_link (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    dtls_receiver_settings_stop (self->settings);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    dtls_data_source_reset (self->data);

  ret = GST_ELEMENT_CLASS (dtls_dec_parent_class)->change_state (element,
      transition);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && ret != GST_STATE_CHANGE_FAILURE
      && !dtls_receiver_settings_start (self->settings))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    close_link (self);
  return ret;
}

static void
dtls_dec_finalize (GObject * object)
{
  DtlsDec *self = DTLS_DEC (object);

  dtls_receiver_settings_free (self->settings);
  g_object_unref (self->data);
  G_OBJECT_CLASS (dtls_dec_parent_class)->finalize (object);
}

static gboolean
dtls_dec_restart (GstElement * element, const gchar * peer_fingerprint)
{
  return dtls_receiver_settings_restart (DTLS_DEC (element)->settings,
      peer_fingerprint);
}

static void
install_properties (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (klass, PROP_DECODER_KEY,
      g_param_spec_boxed ("decoder-key", _("Decoder key"),
          _("SRTP master key and salt of the peer; none unless "
              "\"export-keys\" is set"), GST_TYPE_BUFFER, flags));
  g_object_class_install_property (klass, PROP_SRTP_CIPHER,
      g_param_spec_uint ("srtp-cipher", _("SRTP cipher"),
          _("Negotiated SRTP cipher, as srtpdec numbers them; 0 before"),
          0, DTLS_EXPORT_SRTP_CIPHER_MAX, 0, flags));
  g_object_class_install_property (klass, PROP_SRTP_AUTH,
      g_param_spec_uint ("srtp-auth", _("SRTP authentication"),
          _("Negotiated SRTP authentication, as srtpdec numbers them; 0 before "
              "and with GCM"), 0, DTLS_EXPORT_SRTP_AUTH_MAX, 0, flags));
  g_object_class_install_property (klass, PROP_EXPORT_KEYS,
      g_param_spec_boolean ("export-keys", _("Export keys"),
          _("Whether \"decoder-key\" shows the key, for applications that feed "
              "an SRTP element of their own"), FALSE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (klass, PROP_VERSION, dtls_param_version ());
  dtls_receiver_settings_install (klass, PROP_SETTINGS, dtls_dec_restart);
}

static void
dtls_dec_class_init (DtlsDecClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = dtls_dec_set_property;
  object_class->get_property = dtls_dec_get_property;
  object_class->finalize = dtls_dec_finalize;
  element_class->change_state = dtls_dec_change_state;
  element_class->request_new_pad = dtls_dec_request_new_pad;
  element_class->release_pad = dtls_dec_release_pad;

  install_properties (object_class);

  /**
   * DtlsDec::on-key-received:
   * @object: the element
   *
   * The peer is accepted and the SRTP keys are there. Comes from a worker or a
   * streaming thread, without a lock.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ON_KEY_RECEIVED] = g_signal_new ("on-key-received",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 0);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_add_static_pad_template (element_class,
      &certificate_template);
  gst_element_class_add_static_pad_template (element_class, &keys_template);
  gst_element_class_set_static_metadata (element_class, _("DTLS decoder"),
      "Decoder/Network/DTLS",
      _("Does the handshake with one DTLS peer and receives its data"),
      GST_PACKAGE_NAME);
}

static void
dtls_dec_init (DtlsDec * self)
{
  self->settings = dtls_receiver_settings_new (GST_ELEMENT (self),
      PROP_SETTINGS);
  self->sink = dtls_element_add_pad (GST_ELEMENT (self), &sink_template);
  gst_pad_set_chain_function (self->sink, dtls_dec_chain);
  gst_pad_set_event_function (self->sink, dtls_dec_sink_event);
  gst_pad_set_iterate_internal_links_function (self->sink,
      dtls_dec_iterate_internal_links);
  self->data = dtls_data_source_new (self->sink);
}
