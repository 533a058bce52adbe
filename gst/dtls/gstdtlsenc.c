/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending half of a DTLS association: handshake and encrypted data out.
 * It owns no protocol; it brings the role to the link, and has a pusher take
 * the link's datagrams to its src pad.
 *
 * Lock order: the object lock is taken with no other lock held, and nothing
 * is called with it but the alarm.
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
 * gst-launch-1.0 dtlsenc name=enc connection-id=peer is-client=true ! udpsink host=127.0.0.1 port=5000 bind-port=5001 sync=false async=false udpsrc port=5001 ! dtlsdec connection-id=peer ! fakesink fdsrc ! enc.
 * ]|
 * Sends what is typed to a DTLS server on port 5000.
 *
 * Since: 1.0
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "alarm.h"
#include "association-link.h"
#include "datagram-pusher.h"
#include "elements.h"
#include "enums.h"
#include "exported-keys.h"
#include "held-signal.h"
#include "link-stats.h"

GST_DEBUG_CATEGORY_STATIC (dtls_enc_debug);
#define GST_CAT_DEFAULT dtls_enc_debug

/* How long an EOS waits for the peer's answer to close_notify, which is sent
 * once and may be lost. */
#define EOS_TIMEOUT_US G_USEC_PER_SEC

#define DTLS_TYPE_ENC (dtls_enc_get_type ())
G_DECLARE_FINAL_TYPE (DtlsEnc, dtls_enc, DTLS, ENC, GstElement)
     typedef enum
     {
       EOS_NONE,
       EOS_RECEIVED,            /* close_notify is to be sent */
       EOS_WAITING,             /* for the peer to close */
       EOS_LATE,                /* it did not in time */
     } Eos;

     struct _DtlsEnc
     {
       GstElement parent;

       GstPad *src;
       DtlsPusher *pusher;

       /* All below under the object lock. */
       GstPad *sink;
       gchar *connection_id;
       gboolean is_client;
       gboolean export_keys;
       DtlsLink *link;          /* from READY on */
       gulong handlers[3];
       DtlsState state;         /* as last announced */
       DtlsAlarm *eos_alarm;
       Eos eos;
       gint warned_code;        /* of the last warning about data, or -1 */
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

     static GstStaticPadTemplate sink_template =
         GST_STATIC_PAD_TEMPLATE ("sink",
    GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);

G_DEFINE_TYPE_WITH_CODE (DtlsEnc, dtls_enc, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (dtls_enc_debug, "dtlsenc", 0, "DTLS encoder"));
GST_ELEMENT_REGISTER_DEFINE (dtlsenc, "dtlsenc", GST_RANK_NONE, DTLS_TYPE_ENC);

     static DtlsLink *ref_link (DtlsEnc * self)
{
  DtlsLink *link;

  GST_OBJECT_LOCK (self);
  link = self->link ? g_object_ref (self->link) : NULL;
  GST_OBJECT_UNLOCK (self);
  return link;
}

/* EOS */

static gboolean
take_eos_step (DtlsEnc * self, Eos from, Eos to)
{
  gboolean taken;

  GST_OBJECT_LOCK (self);
  taken = self->eos == from;
  if (taken) {
    self->eos = to;
    dtls_alarm_set (self->eos_alarm, to == EOS_WAITING ?
        dtls_alarm_get_now_us (self->eos_alarm) + EOS_TIMEOUT_US : -1);
  }
  GST_OBJECT_UNLOCK (self);
  return taken;
}

static gboolean
may_close (DtlsLink * link)
{
  switch (dtls_link_get_state (link)) {
    case DTLS_STATE_NEW:
      return !dtls_link_has_early_data (link);
    case DTLS_STATE_CONNECTING:
      return FALSE;
    default:
      return TRUE;
  }
}

/* Whenever something has happened that an EOS may wait for. */
static void
advance_eos (DtlsEnc * self, DtlsLink * link)
{
  gboolean connected = dtls_link_get_state (link) == DTLS_STATE_CONNECTED;

  if (may_close (link) && take_eos_step (self, EOS_RECEIVED, EOS_WAITING)) {
    dtls_link_close (link);
    dtls_pusher_push (self->pusher);
    if (!connected)
      take_eos_step (self, EOS_WAITING, EOS_LATE);
  }
  if (dtls_link_get_peer_closed (link))
    take_eos_step (self, EOS_WAITING, EOS_LATE);
  if (take_eos_step (self, EOS_LATE, EOS_NONE))
    dtls_pusher_push_event (self->pusher, gst_event_new_eos ());
}

static void
end_eos_wait (gpointer data)
{
  DtlsEnc *self = data;
  DtlsLink *link = ref_link (self);

  GST_DEBUG_OBJECT (self, "the peer does not answer the close_notify");
  if (take_eos_step (self, EOS_WAITING, EOS_LATE) && link)
    advance_eos (self, link);
  g_clear_object (&link);
}

/* What the link tells */

static void
announce_state (DtlsEnc * self, DtlsState state)
{
  gboolean is_new;

  GST_OBJECT_LOCK (self);
  is_new = self->state != state;
  self->state = state;
  GST_OBJECT_UNLOCK (self);
  if (is_new)
    g_object_notify (G_OBJECT (self), "connection-state");
}

/* A signal that was on its way may still come after the link was left. */
static gboolean
is_open (DtlsEnc * self, DtlsLink * link)
{
  gboolean open;

  GST_OBJECT_LOCK (self);
  open = self->link == link;
  GST_OBJECT_UNLOCK (self);
  return open;
}

static void
on_state (DtlsLink * link, gint state, const GError * error, DtlsEnc * self)
{
  if (!is_open (self, link))
    return;
  announce_state (self, state);
  advance_eos (self, link);
}

static void
on_peer_closed (DtlsLink * link, DtlsEnc * self)
{
  if (is_open (self, link))
    advance_eos (self, link);
}

static void
on_keys (DtlsLink * link, DtlsSrtpKeys * keys, DtlsEnc * self)
{
  if (is_open (self, link))
    g_signal_emit (self, signals[SIGNAL_ON_KEY_RECEIVED], 0);
}

/* Data */

/* One warning a cause, until data get through again. */
static void
warn_about_data (DtlsEnc * self, const GError * error)
{
  gboolean is_new;

  GST_OBJECT_LOCK (self);
  is_new = self->warned_code != error->code;
  self->warned_code = error->code;
  GST_OBJECT_UNLOCK (self);
  if (is_new)
    GST_ELEMENT_WARNING (self, STREAM, ENCODE, ("%s", error->message),
        ("data dropped; more of the same is not reported"));
  else
    GST_DEBUG_OBJECT (self, "data dropped: %s", error->message);
}

static void
forget_warning (DtlsEnc * self)
{
  GST_OBJECT_LOCK (self);
  self->warned_code = -1;
  GST_OBJECT_UNLOCK (self);
}

static GstFlowReturn
send_bytes (DtlsEnc * self, DtlsLink * link, const guint8 * data, gsize size)
{
  GError *error = NULL;

  if (size == 0) {
    GST_DEBUG_OBJECT (self, "empty buffer dropped");
    return GST_FLOW_OK;
  }
  if (dtls_link_get_peer_closed (link))
    return GST_FLOW_EOS;

  dtls_pusher_wait_for_room (self->pusher);
  if (!dtls_link_send_data (link, data, size, &error)) {
    warn_about_data (self, error);
    g_error_free (error);
    return GST_FLOW_OK;
  }
  forget_warning (self);
  return dtls_pusher_push (self->pusher);
}

static GstFlowReturn
dtls_enc_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  DtlsEnc *self = DTLS_ENC (parent);
  DtlsLink *link = ref_link (self);
  GstFlowReturn flow = GST_FLOW_FLUSHING;
  GstMapInfo map;

  if (link && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    flow = send_bytes (self, link, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  gst_buffer_unref (buffer);
  g_clear_object (&link);
  return flow;
}

static gboolean
handle_eos (DtlsEnc * self)
{
  DtlsLink *link = ref_link (self);

  take_eos_step (self, EOS_NONE, EOS_RECEIVED);
  if (link)
    advance_eos (self, link);
  g_clear_object (&link);
  return TRUE;
}

static gboolean
dtls_enc_sink_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  DtlsEnc *self = DTLS_ENC (parent);
  gboolean handled;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      gst_event_unref (event);
      return handle_eos (self);
    case GST_EVENT_FLUSH_STOP:
      take_eos_step (self, EOS_RECEIVED, EOS_NONE);
      /* fall through */
    case GST_EVENT_FLUSH_START:
      handled = gst_pad_push_event (self->src, event);
      dtls_pusher_kick (self->pusher);
      return handled;
    default:
      break;
  }
  /* What is said about the data is not true of the datagrams. */
  if (GST_EVENT_IS_STICKY (event) || GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
    gst_event_unref (event);
    return TRUE;
  }
  if (!GST_EVENT_IS_SERIALIZED (event))
    return gst_pad_event_default (pad, parent, event);
  dtls_pusher_push_event (self->pusher, event);
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
  if (GST_STATE (self) > GST_STATE_READY
      || GST_STATE_NEXT (self) > GST_STATE_READY)
    gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
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
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

/* Properties */

static DtlsSrtpKeys *
get_keys (DtlsEnc * self)
{
  DtlsLink *link = ref_link (self);
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
  DtlsLink *link = ref_link (self);

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
      g_value_set_enum (value, self->state);
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

static void
hold_link (DtlsEnc * self, DtlsLink * link)
{
  GST_OBJECT_LOCK (self);
  self->link = g_object_ref (link);
  GST_OBJECT_UNLOCK (self);
  self->handlers[0] = dtls_connect_held (link, "state",
      G_CALLBACK (on_state), self, self, 0);
  self->handlers[1] = dtls_connect_held (link, "keys",
      G_CALLBACK (on_keys), self, self, 0);
  self->handlers[2] = dtls_connect_held (link, "peer-closed",
      G_CALLBACK (on_peer_closed), self, self, 0);
  dtls_pusher_set_link (self->pusher, link);
}

static gboolean
open_link (DtlsEnc * self)
{
  DtlsLink *link = NULL;
  GError *error = NULL;
  gchar *id;

  g_object_get (self, "connection-id", &id, NULL);
  if (!id) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        (_("The property \"connection-id\" is not set. Set it to the same text "
                "on the encoder and on the decoder of one peer.")), (NULL));
    return FALSE;
  }

  link = dtls_link_obtain (id);
  g_free (id);
  if (dtls_link_attach (link, DTLS_SIDE_SENDER, self, &error)) {
    hold_link (self, link);
    announce_state (self, DTLS_STATE_NEW);
  } else {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
  }
  g_object_unref (link);
  if (!error)
    return TRUE;
  g_error_free (error);
  return FALSE;
}

static gboolean
start_link (DtlsEnc * self)
{
  DtlsLink *link = ref_link (self);
  GError *error = NULL;
  gboolean is_client;

  GST_OBJECT_LOCK (self);
  is_client = self->is_client;
  self->eos = EOS_NONE;
  self->warned_code = -1;
  GST_OBJECT_UNLOCK (self);

  dtls_link_set_role (link, is_client ? DTLS_ROLE_CLIENT : DTLS_ROLE_SERVER);
  dtls_pusher_start (self->pusher);
  if (!dtls_link_start (link, DTLS_SIDE_SENDER, &error))
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
  g_object_unref (link);
  if (!error)
    return TRUE;
  g_error_free (error);
  return FALSE;
}

static void
stop_link (DtlsEnc * self)
{
  DtlsLink *link = ref_link (self);

  if (link)
    dtls_link_stop (link, DTLS_SIDE_SENDER);
  dtls_pusher_stop (self->pusher);
  GST_OBJECT_LOCK (self);
  self->eos = EOS_NONE;
  dtls_alarm_set (self->eos_alarm, -1);
  GST_OBJECT_UNLOCK (self);
  g_clear_object (&link);
}

static void
close_link (DtlsEnc * self)
{
  DtlsLink *link = ref_link (self);
  guint i;

  if (!link)
    return;
  dtls_link_detach (link, DTLS_SIDE_SENDER, self);
  dtls_pusher_set_link (self->pusher, NULL);
  GST_OBJECT_LOCK (self);
  self->link = NULL;
  GST_OBJECT_UNLOCK (self);
  for (i = 0; i < G_N_ELEMENTS (self->handlers); i++)
    g_signal_handler_disconnect (link, self->handlers[i]);
  g_object_unref (link);
  g_object_unref (link);
  announce_state (self, DTLS_STATE_CLOSED);
}

static GstStateChangeReturn
dtls_enc_change_state (GstElement * element, GstStateChange transition)
{
  DtlsEnc *self = DTLS_ENC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !open_link (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop_link (self);

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

  dtls_alarm_free (self->eos_alarm);
  g_object_unref (self->pusher);
  g_free (self->connection_id);
  G_OBJECT_CLASS (dtls_enc_parent_class)->finalize (object);
}

static void
install_settings (GObjectClass * klass)
{
  g_object_class_install_property (klass, PROP_CONNECTION_ID,
      g_param_spec_string ("connection-id", _("Connection id"),
          _("Joins the encoder and the decoder of one peer; needed, and unique "
              "in the process"), NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (klass, PROP_IS_CLIENT,
      g_param_spec_boolean ("is-client", _("Is client"),
          _("Whether this end begins the handshake (a=setup:active in SDP)"),
          FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY));
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
      g_param_spec_enum ("connection-state", _("Connection state"),
          _("State of the DTLS association"), DTLS_TYPE_CONNECTION_STATE,
          DTLS_STATE_CLOSED, flags));
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
  g_object_class_install_property (klass, PROP_VERSION,
      g_param_spec_uint ("version", _("Version"),
          _("Negotiated DTLS version: 65277 (0xFEFD) for DTLS 1.2; 0 before"),
          0, G_MAXUINT16, 0, flags));
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

  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_use_fixed_caps (self->src);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  self->pusher = dtls_pusher_new (self->src, caps);
  self->eos_alarm = dtls_alarm_new (end_eos_wait, G_OBJECT (self));
  self->state = DTLS_STATE_CLOSED;
  self->warned_code = -1;
  gst_caps_unref (caps);
}
