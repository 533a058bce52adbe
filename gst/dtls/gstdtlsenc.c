/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending half of a DTLS association: handshake and encrypted data out.
 * It owns no protocol: sender-link does the work, and here are the pads, the
 * properties and the states.
 *
 * Locks: the object lock over the fields, with nothing called under it.
 */

/**
 * SECTION:element-dtlsenc
 * @title: dtlsenc
 * @short_description: sends the DTLS of one peer
 *
 * Encrypts what comes in at its request pad `sink`, one buffer a DTLS record,
 * and sends it and the handshake as DTLS datagrams. It works together with the
 * #element-dtlsdec that has the same #DtlsEnc:connection-id.
 *
 *     application data ──► sink  dtlsenc  src ──► datagrams to the peer
 *
 * Data that come before the handshake is finished wait, up to 256 kB. A
 * buffer that does not fit into one datagram is refused with a warning.
 * An EOS is answered with a close_notify and leaves when the peer has closed
 * as well, or a second later. A stop (PAUSED to READY) sends close_notify too,
 * where what comes after `src` still takes datagrams.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 dtlsenc name=enc connection-id=peer is-client=true ! udpsink host=127.0.0.1 port=5000 sync=false async=false udpsrc port=5001 ! dtlsdec connection-id=peer ! fakesink fdsrc ! enc.
 * ]|
 * Sends what is typed to a DTLS server on port 5000.
 *
 * Since: 1.0
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "common-properties.h"
#include "element-pads.h"
#include "elements.h"
#include "exported-keys.h"
#include "held-signal.h"
#include "link-stats.h"
#include "sender-link.h"

GST_DEBUG_CATEGORY_STATIC (dtls_enc_debug);
#define GST_CAT_DEFAULT dtls_enc_debug

#define DTLS_TYPE_ENC (dtls_enc_get_type ())
G_DECLARE_FINAL_TYPE (DtlsEnc, dtls_enc, DTLS, ENC, GstElement);
struct _DtlsEnc
{
  GstElement parent;

  GstPad *src;
  DtlsSenderLink *sender;

  /* All below under the object lock. */
  GstPad *sink;
  gchar *connection_id;
  gboolean is_client;
  gboolean export_keys;
  gulong keys_handler;
};

enum
{
  PROP_0,
  PROP_CONNECTION_ID,
  PROP_IS_CLIENT,
  PROP_CONNECTION_STATE,
  PROP_ENCODER_KEY,
  PROP_SRTP_CIPHER,
  PROP_SRTP_AUTH,
  PROP_EXPORT_KEYS,
  PROP_VERSION,
  PROP_STATS,
};

enum
{
  SIGNAL_ON_KEY_RECEIVED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-dtls"));

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE_WITH_CODE (DtlsEnc, dtls_enc, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (dtls_enc_debug, "dtlsenc", 0, "DTLS encoder"));
GST_ELEMENT_REGISTER_DEFINE (dtlsenc, "dtlsenc", GST_RANK_NONE, DTLS_TYPE_ENC);

static void
on_keys (DtlsLink * link, DtlsSrtpKeys * keys, DtlsEnc * self)
{
  g_signal_emit (self, signals[SIGNAL_ON_KEY_RECEIVED], 0);
}

/* The sink pad */

static GstFlowReturn
dtls_enc_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  return dtls_sender_link_send (DTLS_ENC (parent)->sender, buffer);
}

/* What is said about the data is not true of the datagrams. */
static gboolean
is_about_data (GstEvent * event)
{
  return GST_EVENT_IS_STICKY (event)
      || GST_EVENT_TYPE (event) == GST_EVENT_GAP;
}

/* A flush takes the segment away: not while somebody has sent it and is about
 * to push. */
static gboolean
pass_flush_stop (DtlsEnc * self, GstEvent * event)
{
  gboolean handled;

  GST_PAD_STREAM_LOCK (self->src);
  handled = gst_pad_push_event (self->src, event);
  GST_PAD_STREAM_UNLOCK (self->src);
  dtls_sender_link_flushed (self->sender);
  return handled;
}

static gboolean
dtls_enc_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  DtlsEnc *self = DTLS_ENC (parent);
  gboolean handled;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      gst_event_unref (event);
      dtls_sender_link_handle_eos (self->sender);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      return pass_flush_stop (self, event);
    case GST_EVENT_FLUSH_START:
      handled = gst_pad_push_event (self->src, event);
      dtls_sender_link_flushed (self->sender);
      return handled;
    default:
      break;
  }
  if (is_about_data (event)) {
    gst_event_unref (event);
    return TRUE;
  }
  if (!GST_EVENT_IS_SERIALIZED (event))
    return gst_pad_event_default (pad, parent, event);
  dtls_sender_link_push_event (self->sender, event);
  return TRUE;
}

static gboolean
dtls_enc_send_event (GstElement * element, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS
      || !GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE))
    return GST_ELEMENT_CLASS (dtls_enc_parent_class)->send_event (element,
        event);
  gst_event_unref (event);
  dtls_sender_link_handle_eos (DTLS_ENC (element)->sender);
  return TRUE;
}

/* Pads */

static GstPad *
dtls_enc_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  DtlsEnc *self = DTLS_ENC (element);
  GstPad *pad = gst_pad_new_from_template (templ, "sink");
  gboolean is_first;

  GST_OBJECT_LOCK (self);
  is_first = self->sink == NULL;
  if (is_first)
    self->sink = pad;
  GST_OBJECT_UNLOCK (self);
  if (!is_first) {
    gst_object_unref (pad);
    return NULL;
  }

  gst_pad_set_chain_function (pad, dtls_enc_chain);
  gst_pad_set_event_function (pad, dtls_enc_sink_event);
  dtls_element_add_request_pad (element, pad);
  dtls_element_update_source_flag (element);
  return pad;
}

static void
dtls_enc_release_pad (GstElement * element, GstPad * pad)
{
  DtlsEnc *self = DTLS_ENC (element);

  GST_OBJECT_LOCK (self);
  if (self->sink == pad)
    self->sink = NULL;
  GST_OBJECT_UNLOCK (self);
  dtls_element_remove_request_pad (element, pad);
  dtls_element_update_source_flag (element);
}

/* Properties */

static DtlsSrtpKeys *
get_keys (DtlsEnc * self)
{
  DtlsLink *link = dtls_sender_link_ref_link (self->sender);
  DtlsSrtpKeys *keys = link ? dtls_link_get_keys (link) : NULL;

  g_clear_object (&link);
  return keys;
}

static void
get_key_property (DtlsEnc * self, guint id, GValue * value)
{
  DtlsSrtpKeys *keys = get_keys (self);
  gboolean export_keys;

  GST_OBJECT_LOCK (self);
  export_keys = self->export_keys;
  GST_OBJECT_UNLOCK (self);

  if (id == PROP_SRTP_CIPHER)
    g_value_set_uint (value, dtls_export_srtp_cipher (keys));
  else if (id == PROP_SRTP_AUTH)
    g_value_set_uint (value, dtls_export_srtp_auth (keys));
  else if (keys && export_keys)
    g_value_take_boxed (value, dtls_export_key (keys->local));
  g_clear_pointer (&keys, dtls_srtp_keys_unref);
}

static void
get_link_property (DtlsEnc * self, guint id, GValue * value)
{
  DtlsLink *link = dtls_sender_link_ref_link (self->sender);

  if (link && id == PROP_VERSION)
    g_value_set_uint (value, dtls_link_get_version (link));
  else if (id == PROP_STATS)
    g_value_take_boxed (value, link ? dtls_link_get_stats (link)
        : dtls_link_stats_new_empty ());
  g_clear_object (&link);
}

static void
dtls_enc_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  DtlsEnc *self = DTLS_ENC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CONNECTION_ID:
      g_free (self->connection_id);
      self->connection_id = g_value_dup_string (value);
      break;
    case PROP_IS_CLIENT:
      self->is_client = g_value_get_boolean (value);
      break;
    case PROP_EXPORT_KEYS:
      self->export_keys = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
dtls_enc_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  DtlsEnc *self = DTLS_ENC (object);

  if (id == PROP_VERSION || id == PROP_STATS) {
    get_link_property (self, id, value);
    return;
  }
  if (id == PROP_ENCODER_KEY || id == PROP_SRTP_CIPHER || id == PROP_SRTP_AUTH) {
    get_key_property (self, id, value);
    return;
  }

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CONNECTION_ID:
      g_value_set_string (value, self->connection_id);
      break;
    case PROP_IS_CLIENT:
      g_value_set_boolean (value, self->is_client);
      break;
    case PROP_CONNECTION_STATE:
      g_value_set_enum (value, dtls_sender_link_get_state (self->sender));
      break;
    case PROP_EXPORT_KEYS:
      g_value_set_boolean (value, self->export_keys);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

/* Changes of state */

static gboolean
open_link (DtlsEnc * self)
{
  DtlsLink *link;
  gchar *id;

  g_object_get (self, "connection-id", &id, NULL);
  link = dtls_sender_link_open (self->sender, id);
  g_free (id);
  if (!link)
    return FALSE;
  self->keys_handler = dtls_connect_held (link, "keys", G_CALLBACK (on_keys),
      self, self, 0);
  g_object_unref (link);
  return TRUE;
}

static gboolean
start_link (DtlsEnc * self)
{
  gboolean is_client;

  g_object_get (self, "is-client", &is_client, NULL);
  return dtls_sender_link_start (self->sender,
      is_client ? DTLS_ROLE_CLIENT : DTLS_ROLE_SERVER);
}

static void
close_link (DtlsEnc * self)
{
  DtlsLink *link = dtls_sender_link_ref_link (self->sender);

  if (!link)
    return;
  g_signal_handler_disconnect (link, self->keys_handler);
  g_object_unref (link);
  dtls_sender_link_close (self->sender);
}

static GstStateChangeReturn
dtls_enc_change_state (GstElement * element, GstStateChange transition)
{
  DtlsEnc *self = DTLS_ENC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !open_link (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    dtls_sender_link_stop (self->sender);

  ret = GST_ELEMENT_CLASS (dtls_enc_parent_class)->change_state (element,
      transition);

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      && ret != GST_STATE_CHANGE_FAILURE && !start_link (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    close_link (self);
  return ret;
}

static void
dtls_enc_finalize (GObject * object)
{
  DtlsEnc *self = DTLS_ENC (object);

  g_object_unref (self->sender);
  g_free (self->connection_id);
  G_OBJECT_CLASS (dtls_enc_parent_class)->finalize (object);
}

static void
install_settings (GObjectClass * klass)
{
  g_object_class_install_property (klass, PROP_CONNECTION_ID,
      dtls_param_connection_id ());
  g_object_class_install_property (klass, PROP_IS_CLIENT,
      dtls_param_is_client ());
  g_object_class_install_property (klass, PROP_EXPORT_KEYS,
      g_param_spec_boolean ("export-keys", _("Export keys"),
          _("Whether \"encoder-key\" shows the key, for applications that feed "
              "an SRTP element of their own"), FALSE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
install_reports (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (klass, PROP_CONNECTION_STATE,
      dtls_param_connection_state ());
  g_object_class_install_property (klass, PROP_ENCODER_KEY,
      g_param_spec_boxed ("encoder-key", _("Encoder key"),
          _("SRTP master key and salt of this end; none unless "
              "\"export-keys\" is set"), GST_TYPE_BUFFER, flags));
  g_object_class_install_property (klass, PROP_SRTP_CIPHER,
      g_param_spec_uint ("srtp-cipher", _("SRTP cipher"),
          _("Negotiated SRTP cipher, as srtpenc numbers them; 0 before"),
          0, DTLS_EXPORT_SRTP_CIPHER_MAX, 0, flags));
  g_object_class_install_property (klass, PROP_SRTP_AUTH,
      g_param_spec_uint ("srtp-auth", _("SRTP authentication"),
          _("Negotiated SRTP authentication, as srtpenc numbers them; 0 before "
              "and with GCM"), 0, DTLS_EXPORT_SRTP_AUTH_MAX, 0, flags));
  g_object_class_install_property (klass, PROP_VERSION, dtls_param_version ());
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("What was negotiated, and counters of DTLS datagrams"),
          GST_TYPE_STRUCTURE, flags));
}

static void
dtls_enc_class_init (DtlsEncClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = dtls_enc_set_property;
  object_class->get_property = dtls_enc_get_property;
  object_class->finalize = dtls_enc_finalize;
  element_class->change_state = dtls_enc_change_state;
  element_class->send_event = dtls_enc_send_event;
  element_class->request_new_pad = dtls_enc_request_new_pad;
  element_class->release_pad = dtls_enc_release_pad;

  install_settings (object_class);
  install_reports (object_class);

  /**
   * DtlsEnc::on-key-received:
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

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, _("DTLS encoder"),
      "Encoder/Network/DTLS",
      _("Sends the handshake and encrypted data of one DTLS peer"),
      GST_PACKAGE_NAME);
}

static void
dtls_enc_init (DtlsEnc * self)
{
  GstCaps *caps = gst_static_pad_template_get_caps (&src_template);

  self->src = dtls_element_add_pad (GST_ELEMENT (self), &src_template);
  gst_pad_use_fixed_caps (self->src);
  dtls_element_update_source_flag (GST_ELEMENT (self));
  self->sender = dtls_sender_link_new (GST_ELEMENT (self), self->src, caps);
  gst_caps_unref (caps);
}
