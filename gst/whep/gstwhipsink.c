/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-whipsink
 * @title: whipsink
 * @short_description: publishes a stream to a server, encrypted
 *
 * Publishes the streams it is given to a server that speaks WHIP (WebRTC HTTP
 * ingestion, RFC 9725), such as an SFU, which carries them to as many viewers
 * as it can.
 *
 *               +----------+
 *   VP8, VP9 or | video_%u | ══► HTTP: the offer to location, the answer
 *   H.264       |          |
 *     Opus or   | audio_%u | ══► one encrypted leg: ICE, DTLS, SRTP
 *     G.711     +----------+
 *
 * Nothing is transcoded. Nothing is sent before the server has proved with
 * its certificate that it is who answered the offer. A keyframe is asked for
 * upstream when the server wants one.
 *
 * An offer is made when all streams have caps. When one of them becomes
 * another, the session is ended and a new one is begun. It ends with the
 * streams, and with the state READY; the server is told so.
 *
 * What goes wrong is an error of this element that says what to do: nobody at
 * the address, a token that is refused, an answer without a fingerprint, a
 * server that shows another certificate, a connection that is lost. With
 * `reconnect` a connection that is lost is a warning, and comes back.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! whipsink location=https://example.org/whip token=secret
 * ]|
 *
 * Since: 1.0
 */
/*
 * Threads: what the service tells comes from a thread of its own; streams'
 * threads hand buffers to the service.
 *
 * Locks: the object lock guards the settings and is taken alone. whep-inputs
 * and whip-service have their own.
 */
#include "config.h"

#include "gstwhipsink.h"

#include <glib/gi18n-lib.h>

#include "whep-error.h"
#include "whep-leg.h"
#include "whip-service.h"

GST_DEBUG_CATEGORY (whip_sink_debug);
#define GST_CAT_DEFAULT whip_sink_debug

struct _WhipSink
{
  GstBin parent;

  WhipSettings settings;        /* under the object lock */
  WhepInputs *inputs;
  WhipService *service;
};

enum
{
  PROP_0,
  PROP_STATS,
  PROP_SETTINGS,                /* the first of whip-settings */
};

enum
{
  SIGNAL_SUGGESTED_BITRATE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_CODE (WhipSink, whip_sink, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (whip_sink_debug, "whipsink", 0, "WHIP sink"));
GST_ELEMENT_REGISTER_DEFINE (whipsink, "whipsink", GST_RANK_NONE,
    WHIP_TYPE_SINK);

/* What the service tells */

static void
on_connected (gpointer user_data)
{
  gst_element_post_message (GST_ELEMENT (user_data),
      gst_message_new_element (GST_OBJECT (user_data),
          gst_structure_new_empty ("whipsink-connected")));
}

static void
on_suggested_bitrate (guint bitrate, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_SUGGESTED_BITRATE], 0, bitrate);
}

static void
on_failed (const GError * error, gpointer user_data)
{
  WhipSink *self = user_data;

  if (error->code == WHEP_ERROR_UNAUTHORIZED
      || error->code == WHEP_ERROR_FORBIDDEN)
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_AUTHORIZED,
        ("%s", error->message), (NULL));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE, ("%s", error->message),
        (NULL));
}

static void
on_lost (const GError * error, guint attempt, guint delay_ms,
    gpointer user_data)
{
  WhipSink *self = user_data;

  GST_ELEMENT_WARNING_WITH_DETAILS (self, RESOURCE, OPEN_WRITE,
      (_("The connection was lost. Publishing again in %u s."),
          (delay_ms + 999) / 1000), ("%s", error->message),
      ("attempt", G_TYPE_UINT, attempt, "delay-ms", G_TYPE_UINT, delay_ms,
          NULL));
}

static const WhipServiceFuncs service_funcs = {
  on_connected, on_suggested_bitrate, on_failed, on_lost
};

/* What inputs tell */

static void
on_input_buffer (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
    gpointer user_data)
{
  WhipSink *self = user_data;

  whip_service_push (self->service, whep_input_get_index (input), buffer, caps);
}

static void
on_input_format (WhepInput * input, gpointer user_data)
{
  WhipSink *self = user_data;

  whip_service_compare_formats (self->service);
}

static void
on_input_eos (WhepInput * input, gpointer user_data)
{
  WhipSink *self = user_data;

  if (whep_inputs_are_eos (self->inputs))
    whip_service_end_streams (self->service);
}

static const WhepInputFuncs input_funcs = {
  on_input_buffer, on_input_format, on_input_eos
};

/* Pads */

static GstPad *
whip_sink_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  return whep_inputs_request_pad (WHIP_SINK (element)->inputs, templ, name);
}

static void
whip_sink_release_pad (GstElement * element, GstPad * pad)
{
  whep_inputs_release_pad (WHIP_SINK (element)->inputs, pad);
}

/* States */

static gboolean
whip_sink_start (WhipSink * self)
{
  g_autoptr (GError) error = NULL;

  if (!whep_leg_check_elements (&error)) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  whip_service_start (self->service);
  return TRUE;
}

static gboolean
whip_sink_begin (WhipSink * self)
{
  g_autoptr (GError) error = NULL;

  if (!whip_service_begin (self->service, &error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  whep_inputs_set_open (self->inputs, TRUE);
  return TRUE;
}

/* Ends the session and waits until the server was told. */
static void
whip_sink_end (WhipSink * self)
{
  whep_inputs_set_open (self->inputs, FALSE);
  whip_service_end (self->service);
}

static GstStateChangeReturn
whip_sink_change_state (GstElement * element, GstStateChange transition)
{
  WhipSink *self = WHIP_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !whip_sink_start (self)) {
    whip_service_stop (self->service);
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !whip_sink_begin (self))
    return GST_STATE_CHANGE_FAILURE;

  result = GST_ELEMENT_CLASS (whip_sink_parent_class)->change_state (element,
      transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    whip_sink_end (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      || (transition == GST_STATE_CHANGE_NULL_TO_READY
          && result == GST_STATE_CHANGE_FAILURE))
    whip_service_stop (self->service);
  return result;
}

/* Properties */

static void
whip_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  WhipSink *self = WHIP_SINK (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, whip_service_get_stats (self->service));
    return;
  }
  GST_OBJECT_LOCK (self);
  whep_setting_table_get (whip_settings, id - PROP_SETTINGS, &self->settings,
      value);
  GST_OBJECT_UNLOCK (self);
}

static void
whip_sink_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  WhipSink *self = WHIP_SINK (object);

  GST_OBJECT_LOCK (self);
  whep_setting_table_set (whip_settings, id - PROP_SETTINGS, &self->settings,
      value);
  GST_OBJECT_UNLOCK (self);
}

static void
whip_sink_finalize (GObject * object)
{
  WhipSink *self = WHIP_SINK (object);

  whep_inputs_free (self->inputs);
  whip_service_free (self->service);
  whep_setting_table_clear (whip_settings, &self->settings);
  G_OBJECT_CLASS (whip_sink_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * klass)
{
  /**
   * WhipSink:stats:
   *
   * * `connected` (boolean): whether media go to the server
   * * `sessions` (uint64): how many were begun
   * * `keyframe-requests` (uint64): how many went upstream
   * * `suggested-bitrate` (uint): what the server can receive, in bits per
   *   second, 0 while it does not say
   * * `peer` (structure): while there is a session: `id`, `connected`,
   *   `age-ms`, `buffers-dropped`, `packets-retransmitted`,
   *   `retransmissions-refused`, `bitrate-estimate`, the `stats` of its
   *   dtlsdec as `dtls` and of its rtpsession as `rtp`
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("The session in numbers, and what was sent"),
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  whep_setting_table_install (whip_settings, klass, PROP_SETTINGS);
}

static void
install_signals (GObjectClass * klass)
{
  /**
   * WhipSink::suggested-bitrate:
   * @sink: the whipsink
   * @bitrate: in bits per second
   *
   * What the server says it can receive (REMB) has changed by more than a
   * twentieth. An encoder may follow it. Emitted on the thread of HTTP and
   * ICE, which must not be kept waiting, nor change this element's state.
   *
   * Since: 1.0
   */
  signals[SIGNAL_SUGGESTED_BITRATE] = g_signal_new ("suggested-bitrate",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
whip_sink_class_init (WhipSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->get_property = whip_sink_get_property;
  object_class->set_property = whip_sink_set_property;
  object_class->finalize = whip_sink_finalize;
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (whip_sink_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (whip_sink_release_pad);
  element_class->change_state = GST_DEBUG_FUNCPTR (whip_sink_change_state);

  install_properties (object_class);
  install_signals (object_class);
  whep_inputs_add_templates (element_class);
  gst_element_class_set_static_metadata (element_class, _("WHIP sink"),
      "Sink/Network/WebRTC",
      _("Publishes a stream to a server over WHIP, encrypted with DTLS-SRTP"),
      GST_PACKAGE_NAME);
}

static void
whip_sink_init (WhipSink * self)
{
  self->inputs = whep_inputs_new (GST_BIN (self), &input_funcs, self);
  whep_setting_table_init (whip_settings, &self->settings);
  self->service = whip_service_new (GST_ELEMENT (self), &self->settings,
      self->inputs, &service_funcs, self);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
