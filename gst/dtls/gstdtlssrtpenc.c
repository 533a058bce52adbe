/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-dtlssrtpenc
 * @title: dtlssrtpenc
 * @short_description: everything that one peer is sent
 *
 * Sends the DTLS handshake, SRTP, SRTCP and application data of one peer by
 * one pad. It does the work of a dtlsenc and of the sending half of a
 * srtpkeyer, with a single chain function from `rtp_sink_%d` to `src`.
 *
 *               +-----------------+
 *   RTP in clear|rtp_sink_%d   src| DTLS, SRTP and SRTCP, to the network
 *  RTCP in clear|rtcp_sink_%d     |
 *           data|data_sink        |
 *               +-----------------+
 *
 * A dtlssrtpdec with the same `connection-id` is needed beside it. Before the
 * keys come, media are dropped; the moment they come, `on-key-set` is emitted
 * and a keyframe is asked for upstream.
 *
 * With `key` the key is set by hand, and there is no DTLS.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay ! \
 *   dtlssrtpenc connection-id=peer is-client=true ! \
 *   udpsink host=127.0.0.1 port=5000 sync=false async=false \
 *   udpsrc port=5001 ! dtlssrtpdec connection-id=peer
 * ]|
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "common-properties.h"
#include "element-pads.h"
#include "elements.h"
#include "held-signal.h"
#include "media-sender.h"
#include "sender-link.h"
#include "static-keys.h"

GST_DEBUG_CATEGORY_STATIC (dtlssrtpenc_debug);
#define GST_CAT_DEFAULT dtlssrtpenc_debug

enum
{
  PROP_0,
  PROP_CONNECTION_ID,
  PROP_CONNECTION_STATE,
  PROP_IS_CLIENT,
  PROP_RTP_SYNC,
  PROP_DTLS_VERSION,
  PROP_STATS,
  PROP_STATIC_KEYS,             /* the first of static-keys */
};

enum
{
  SIGNAL_ON_KEY_SET,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

#define DTLS_TYPE_SRTP_ENC (dtls_srtp_enc_get_type ())
G_DECLARE_FINAL_TYPE (DtlsSrtpEnc, dtls_srtp_enc, DTLS, SRTP_ENC, GstElement);

struct _DtlsSrtpEnc
{
  GstElement parent;

  GstPad *src;
  DtlsSenderLink *dtls;
  DtlsMediaSender *media;
  DtlsStaticKeys *static_keys;
  gulong keys_handler;

  /* Under the object lock. */
  gchar *connection_id;
  gboolean is_client;
  gboolean rtp_sync;
  DtlsSrtpSender *static_sender;        /* from READY on, without DTLS */
};

static GstStaticPadTemplate rtp_sink_template =
    GST_STATIC_PAD_TEMPLATE ("rtp_sink_%d", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("application/x-rtp; application/x-rtcp"));

static GstStaticPadTemplate rtcp_sink_template =
    GST_STATIC_PAD_TEMPLATE ("rtcp_sink_%d", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("application/x-rtp; application/x-rtcp"));

static GstStaticPadTemplate data_sink_template =
GST_STATIC_PAD_TEMPLATE ("data_sink", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE (DtlsSrtpEnc, dtls_srtp_enc, GST_TYPE_ELEMENT);
GST_ELEMENT_REGISTER_DEFINE (dtlssrtpenc, "dtlssrtpenc", GST_RANK_NONE,
    DTLS_TYPE_SRTP_ENC);

static gboolean
enc_is_static (DtlsSrtpEnc * self)
{
  gboolean is_static;

  GST_OBJECT_LOCK (self);
  is_static = self->static_sender != NULL;
  GST_OBJECT_UNLOCK (self);
  return is_static;
}

static GstFlowReturn
enc_data_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  DtlsSrtpEnc *self = DTLS_SRTP_ENC (parent);

  if (!enc_is_static (self))
    return dtls_sender_link_send (self->dtls, buffer);
  gst_buffer_unref (buffer);
  GST_ELEMENT_ERROR (self, STREAM, ENCODE,
      (_("Data needs DTLS, which the property \"key\" has switched off.")),
      (NULL));
  return GST_FLOW_ERROR;
}

static void
enc_media_ended (GstElement * element)
{
  DtlsSrtpEnc *self = DTLS_SRTP_ENC (element);

  if (enc_is_static (self))
    dtls_media_sender_push_eos (self->media);
  else
    dtls_sender_link_handle_eos (self->dtls);
}

static void
enc_media_flushed (GstElement * element)
{
  dtls_sender_link_flushed (DTLS_SRTP_ENC (element)->dtls);
}

static const DtlsMediaSenderFuncs media_funcs = {
  .ended = enc_media_ended,
  .flushed = enc_media_flushed,
};

/* "keys" of the link, never from inside a state change; the sender has them
 * already. */
static void
enc_on_keys (DtlsLink * link, DtlsSrtpKeys * keys, DtlsSrtpEnc * self)
{
  GST_INFO_OBJECT (self, "keys have come");
  g_signal_emit (self, signals[SIGNAL_ON_KEY_SET], 0);
  dtls_media_sender_request_keyframes (self->media);
}

static gboolean
enc_open_static (DtlsSrtpEnc * self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsSrtpKeys) keys = NULL;
  DtlsSrtpSender *sender = NULL;

  keys = dtls_static_keys_make (self->static_keys, &error);
  if (keys != NULL)
    sender = dtls_srtp_sender_new_static (keys, &error);
  if (sender == NULL) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  self->static_sender = sender;
  GST_OBJECT_UNLOCK (self);
  dtls_media_sender_set_sender (self->media, sender);
  return TRUE;
}

static gboolean
enc_open_dtls (DtlsSrtpEnc * self)
{
  g_autoptr (DtlsSrtpSender) sender = NULL;
  g_autoptr (DtlsLink) link = NULL;
  g_autofree gchar *id = NULL;

  g_object_get (self, "connection-id", &id, NULL);
  link = dtls_sender_link_open (self->dtls, id);
  if (link == NULL)
    return FALSE;
  sender = dtls_srtp_sender_obtain (link);
  dtls_media_sender_set_sender (self->media, sender);
  self->keys_handler = dtls_connect_held (link, "keys",
      G_CALLBACK (enc_on_keys), self, self, 0);
  return TRUE;
}

static gboolean
enc_open (DtlsSrtpEnc * self)
{
  if (dtls_static_keys_are_used (self->static_keys))
    return enc_open_static (self);
  return enc_open_dtls (self);
}

static void
enc_close (DtlsSrtpEnc * self)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self->dtls);
  DtlsSrtpSender *sender;

  if (link != NULL)
    g_clear_signal_handler (&self->keys_handler, link);
  dtls_sender_link_close (self->dtls);
  dtls_media_sender_set_sender (self->media, NULL);
  GST_OBJECT_LOCK (self);
  sender = g_steal_pointer (&self->static_sender);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&sender, dtls_srtp_sender_unref);
}

static gboolean
enc_start (DtlsSrtpEnc * self)
{
  gboolean is_client;

  if (enc_is_static (self))
    return TRUE;
  GST_OBJECT_LOCK (self);
  is_client = self->is_client;
  GST_OBJECT_UNLOCK (self);
  return dtls_sender_link_start (self->dtls,
      is_client ? DTLS_ROLE_CLIENT : DTLS_ROLE_SERVER);
}

static GstStateChangeReturn
enc_change_state (GstElement * element, GstStateChange transition)
{
  DtlsSrtpEnc *self = DTLS_SRTP_ENC (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !enc_open (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    dtls_sender_link_stop (self->dtls);
  dtls_media_sender_change_state (self->media, transition);
  result = GST_ELEMENT_CLASS (dtls_srtp_enc_parent_class)->change_state
      (element, transition);
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !enc_start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_NULL)
    enc_close (self);
  return result;
}

static gboolean
enc_send_event (GstElement * element, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS
      || !GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE))
    return GST_ELEMENT_CLASS (dtls_srtp_enc_parent_class)->send_event (element,
        event);
  gst_event_unref (event);
  enc_media_ended (element);
  return TRUE;
}

static GstPad *
enc_add_pad (DtlsSrtpEnc * self, GstPadTemplate * template, const gchar * name)
{
  const gchar *pattern = GST_PAD_TEMPLATE_NAME_TEMPLATE (template);

  if (g_str_equal (pattern, "data_sink"))
    return dtls_media_sender_add_pad (self->media, template, name,
        DTLS_SRTP_RTCP, enc_data_chain);
  return dtls_media_sender_add_pad (self->media, template, name,
      g_str_equal (pattern, "rtp_sink_%d") ? DTLS_SRTP_RTP : DTLS_SRTP_RTCP,
      NULL);
}

static GstPad *
enc_request_new_pad (GstElement * element, GstPadTemplate * template,
    const gchar * wanted, const GstCaps * caps)
{
  DtlsSrtpEnc *self = DTLS_SRTP_ENC (element);
  g_autofree gchar *name = dtls_element_name_pad (element, template, wanted);
  GstPad *taken = gst_element_get_static_pad (element, name), *pad;

  if (taken != NULL) {
    GST_ERROR_OBJECT (self, "there is a pad \"%s\" already", name);
    gst_object_unref (taken);
    return NULL;
  }
  pad = enc_add_pad (self, template, name);
  dtls_element_update_source_flag (element);
  return pad;
}

static void
enc_release_pad (GstElement * element, GstPad * pad)
{
  dtls_media_sender_remove_pad (DTLS_SRTP_ENC (element)->media, pad);
  dtls_element_update_source_flag (element);
}

/* While READY or above, new keys take the place of the old ones as soon as
 * all values fit together. */
static void
enc_static_keys_changed (DtlsSrtpEnc * self)
{
  g_autoptr (DtlsSrtpSender) sender = NULL;
  g_autoptr (DtlsSrtpKeys) keys = NULL;
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  if (self->static_sender != NULL)
    sender = dtls_srtp_sender_ref (self->static_sender);
  GST_OBJECT_UNLOCK (self);
  if (sender == NULL)
    return;
  keys = dtls_static_keys_make (self->static_keys, &error);
  if (keys != NULL)
    dtls_srtp_sender_set_keys (sender, keys, &error);
  if (error != NULL)
    GST_WARNING_OBJECT (self, "the former key stays in use: %s",
        error->message);
}

static void
enc_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  DtlsSrtpEnc *self = DTLS_SRTP_ENC (object);

  if (dtls_static_keys_set_property (self->static_keys, id, value)) {
    enc_static_keys_changed (self);
    return;
  }
  if (id == PROP_RTP_SYNC)
    dtls_media_sender_set_sync (self->media, g_value_get_boolean (value));
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_CONNECTION_ID:
      g_free (self->connection_id);
      self->connection_id = g_value_dup_string (value);
      break;
    case PROP_IS_CLIENT:
      self->is_client = g_value_get_boolean (value);
      break;
    case PROP_RTP_SYNC:
      self->rtp_sync = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static guint
enc_get_version (DtlsSrtpEnc * self)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self->dtls);

  return link != NULL ? dtls_link_get_version (link) : 0;
}

static GstStructure *
enc_get_stats (DtlsSrtpEnc * self)
{
  g_autoptr (DtlsLink) link = dtls_sender_link_ref_link (self->dtls);
  g_autoptr (GstStructure) sent = dtls_media_sender_get_stats (self->media);
  GstStructure *stats = link != NULL ? dtls_link_get_stats (link) :
      gst_structure_new_empty ("application/x-dtls-stats");

  if (sent != NULL)
    gst_structure_set (stats, "sent", GST_TYPE_STRUCTURE, sent, NULL);
  return stats;
}

static void
enc_get_field (DtlsSrtpEnc * self, guint id, GValue * value)
{
  GST_OBJECT_LOCK (self);
  if (id == PROP_CONNECTION_ID)
    g_value_set_string (value, self->connection_id);
  else if (id == PROP_IS_CLIENT)
    g_value_set_boolean (value, self->is_client);
  else
    g_value_set_boolean (value, self->rtp_sync);
  GST_OBJECT_UNLOCK (self);
}

static void
enc_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  DtlsSrtpEnc *self = DTLS_SRTP_ENC (object);

  switch (id) {
    case PROP_CONNECTION_ID:
    case PROP_IS_CLIENT:
    case PROP_RTP_SYNC:
      enc_get_field (self, id, value);
      break;
    case PROP_CONNECTION_STATE:
      g_value_set_enum (value, dtls_sender_link_get_state (self->dtls));
      break;
    case PROP_DTLS_VERSION:
      g_value_set_uint (value, enc_get_version (self));
      break;
    case PROP_STATS:
      g_value_take_boxed (value, enc_get_stats (self));
      break;
    default:
      if (!dtls_static_keys_get_property (self->static_keys, id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
enc_finalize (GObject * object)
{
  DtlsSrtpEnc *self = DTLS_SRTP_ENC (object);

  dtls_media_sender_free (self->media);
  g_object_unref (self->dtls);
  dtls_static_keys_free (self->static_keys);
  g_free (self->connection_id);
  G_OBJECT_CLASS (dtls_srtp_enc_parent_class)->finalize (object);
}

static void
enc_install_settings (GObjectClass * klass)
{
  /**
   * DtlsSrtpEnc:connection-id:
   *
   * Joins this element and the dtlssrtpdec of the same peer.
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_CONNECTION_ID,
      dtls_param_connection_id ());

  /**
   * DtlsSrtpEnc:is-client:
   *
   * Whether this end begins the handshake. Notified on every setting, also to
   * the same value: webrtcbin waits for that.
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_IS_CLIENT,
      dtls_param_is_client ());

  /**
   * DtlsSrtpEnc:rtp-sync:
   *
   * Whether RTP waits for its time on the pipeline's clock before it leaves.
   * RTCP and data never wait.
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_RTP_SYNC,
      g_param_spec_boolean ("rtp-sync", _("Synchronise RTP"),
          _("Whether RTP, but not RTCP, waits for the pipeline's clock"), FALSE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
enc_install_reports (GObjectClass * klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * DtlsSrtpEnc:connection-state:
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_CONNECTION_STATE,
      dtls_param_connection_state ());

  /**
   * DtlsSrtpEnc:dtls-version:
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_DTLS_VERSION,
      dtls_param_dtls_version ());

  /**
   * DtlsSrtpEnc:stats:
   *
   * What was negotiated, counters of DTLS, and "sent", a structure about
   * media.
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("What was negotiated, and counters of DTLS and of media sent"),
          GST_TYPE_STRUCTURE, flags));
}

static void
dtls_srtp_enc_class_init (DtlsSrtpEncClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (dtlssrtpenc_debug, "dtlssrtpenc", 0,
      "DTLS-SRTP encoder");
  object_class->set_property = enc_set_property;
  object_class->get_property = enc_get_property;
  object_class->finalize = enc_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR (enc_change_state);
  element_class->send_event = GST_DEBUG_FUNCPTR (enc_send_event);
  element_class->request_new_pad = GST_DEBUG_FUNCPTR (enc_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (enc_release_pad);
  enc_install_settings (object_class);
  enc_install_reports (object_class);
  dtls_static_keys_install (object_class, PROP_STATIC_KEYS);

  /**
   * DtlsSrtpEnc::on-key-set:
   * @object: the element
   *
   * The peer is accepted, the keys are there, and media will leave from now
   * on. Comes from a worker or a streaming thread, never from a change of
   * state, and without a lock.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ON_KEY_SET] = g_signal_new ("on-key-set",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 0);

  gst_element_class_add_static_pad_template (element_class, &rtp_sink_template);
  gst_element_class_add_static_pad_template (element_class,
      &rtcp_sink_template);
  gst_element_class_add_static_pad_template (element_class,
      &data_sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      _("DTLS-SRTP encoder"), "Encoder/Network/DTLS/SRTP",
      _("Sends the handshake, media and data of one DTLS-SRTP peer"),
      GST_PACKAGE_NAME);
}

static void
dtls_srtp_enc_init (DtlsSrtpEnc * self)
{
  self->src = dtls_element_add_pad (GST_ELEMENT (self), &src_template);
  self->media = dtls_media_sender_new (GST_ELEMENT (self), self->src,
      gst_caps_new_empty_simple ("application/x-srtp"));
  dtls_media_sender_set_funcs (self->media, &media_funcs);
  self->dtls = dtls_sender_link_new (GST_ELEMENT (self), self->src, NULL);
  self->static_keys = dtls_static_keys_new (PROP_STATIC_KEYS);
  dtls_element_update_source_flag (GST_ELEMENT (self));
}
