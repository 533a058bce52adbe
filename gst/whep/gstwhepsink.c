/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-whepsink
 * @title: whepsink
 * @short_description: serves a stream to browsers, encrypted
 *
 * Serves the streams it is given to any number of viewers, over WHEP (WebRTC
 * HTTP egress), and a page that plays them. Open it with any browser.
 *
 *               +----------+
 *   VP8, VP9,   | video_%u | ══► HTTP: the page, offers and answers
 *   H.264, AV1  |          |
 *     Opus or   | audio_%u | ══► one encrypted leg a viewer: ICE, DTLS, SRTP
 *     G.711     +----------+
 *
 * Nothing is transcoded. A stream is made into RTP packets once, and each
 * viewer gets them under keys of its own. Who views must have the certificate
 * that its offer announced. A viewer that comes late starts with a keyframe,
 * which is asked for upstream. One that leaves, closes its tab or falls silent
 * is removed with all it holds, and none disturbs another.
 *
 * The HTTP side listens at #WhepSink:address, this machine alone by default.
 * Media go directly between the viewer and all addresses of this machine,
 * also then, because browsers use none of the loopback addresses.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! whepsink port=8080
 * ]|
 * Open http://127.0.0.1:8080/ to see the test picture.
 *
 * |[
 * gst-launch-1.0 whepsink name=sink \
 *   videotestsrc is-live=true ! vp8enc deadline=1 ! queue ! sink. \
 *   audiotestsrc is-live=true ! opusenc ! queue ! sink.
 * ]|
 * The same with sound.
 *
 * Since: 1.0
 */
/*
 * Threads: what the service tells comes from the HTTP server's thread;
 * streams' threads hand buffers to the viewers there are at that moment.
 *
 * Locks: the object lock guards the settings and is taken alone. whep-inputs
 * and whep-viewers have their own.
 */
#include "config.h"

#include "gstwhepsink.h"

#include <glib/gi18n-lib.h>

#include "whep-leg.h"
#include "whep-service.h"

GST_DEBUG_CATEGORY (whep_sink_debug);
#define GST_CAT_DEFAULT whep_sink_debug

struct _WhepSink
{
  GstBin parent;

  WhepSettings settings;        /* under the object lock */
  WhepInputs *inputs;
  WhepViewers *viewers;

  WhepService *service;         /* from READY on; of state changes only */
  guint bound_port;             /* atomic */
};

enum
{
  PROP_0,
  PROP_STATS,
  PROP_SETTINGS,                /* the first of whep-settings */
};

enum
{
  SIGNAL_VIEWER_ADDED,
  SIGNAL_VIEWER_REMOVED,
  SIGNAL_SUGGESTED_BITRATE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_CODE (WhepSink, whep_sink, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (whep_sink_debug, "whepsink", 0, "WHEP sink"));
GST_ELEMENT_REGISTER_DEFINE (whepsink, "whepsink", GST_RANK_NONE,
    WHEP_TYPE_SINK);

static void
post_message (WhepSink * self, GstStructure * structure)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

/* What the service tells */

static void
on_viewer_added (const gchar * id, gpointer user_data)
{
  WhepSink *self = user_data;

  g_signal_emit (self, signals[SIGNAL_VIEWER_ADDED], 0, id);
  post_message (self, gst_structure_new ("whepsink-viewer-added",
          "id", G_TYPE_STRING, id, NULL));
}

static void
on_viewer_removed (const gchar * id, const gchar * reason,
    const gchar * detail, gpointer user_data)
{
  WhepSink *self = user_data;

  g_signal_emit (self, signals[SIGNAL_VIEWER_REMOVED], 0, id, reason);
  post_message (self, gst_structure_new ("whepsink-viewer-removed",
          "id", G_TYPE_STRING, id, "reason", G_TYPE_STRING, reason,
          "detail", G_TYPE_STRING, detail, NULL));
}

static void
on_suggested_bitrate (guint bitrate, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_SUGGESTED_BITRATE], 0, bitrate);
}

static const WhepServiceFuncs service_funcs = {
  on_viewer_added, on_viewer_removed, on_suggested_bitrate
};

/* What inputs tell */

static void
on_input_buffer (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
    gpointer user_data)
{
  WhepSink *self = user_data;
  g_autoptr (GPtrArray) viewers = whep_viewers_ref_all (self->viewers);

  for (guint i = 0; i < viewers->len; i++)
    whep_peer_push (g_ptr_array_index (viewers, i),
        whep_input_get_index (input), buffer, caps);
}

static void
on_input_format (WhepInput * input, gpointer user_data)
{
  WhepSink *self = user_data;

  whep_viewers_end_users (self->viewers, whep_input_get_index (input),
      WHEP_END_FORMAT);
}

static void
on_input_eos (WhepInput * input, gpointer user_data)
{
  WhepSink *self = user_data;

  if (whep_inputs_are_eos (self->inputs))
    whep_viewers_end_all (self->viewers, WHEP_END_EOS);
}

static const WhepInputFuncs input_funcs = {
  on_input_buffer, on_input_format, on_input_eos
};

/* Pads */

static GstPad *
whep_sink_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  return whep_inputs_request_pad (WHEP_SINK (element)->inputs, templ, name);
}

static void
whep_sink_release_pad (GstElement * element, GstPad * pad)
{
  whep_inputs_release_pad (WHEP_SINK (element)->inputs, pad);
}

/* States */

static void
announce (WhepSink * self)
{
  g_autofree gchar *uri = whep_service_get_uri (self->service);
  guint port = whep_service_get_port (self->service);

  g_atomic_int_set ((gint *) & self->bound_port, port);
  GST_INFO_OBJECT (self, "open %s to view", uri);
  post_message (self, gst_structure_new ("whepsink-listening",
          "uri", G_TYPE_STRING, uri, "port", G_TYPE_UINT, port, NULL));
  g_object_notify (G_OBJECT (self), "port");
}

static gboolean
whep_sink_start (WhepSink * self)
{
  g_autoptr (GError) error = NULL;

  if (!whep_leg_check_elements (&error)) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  self->service = whep_service_new (GST_ELEMENT (self), &self->settings,
      self->inputs, self->viewers, &service_funcs, self, &error);
  if (!self->service) {
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_READ_WRITE,
        ("%s", error->message), (NULL));
    return FALSE;
  }
  announce (self);
  return TRUE;
}

/* Ends all viewers and waits until they are gone. */
static void
whep_sink_stop_serving (WhepSink * self)
{
  whep_inputs_set_open (self->inputs, FALSE);
  if (self->service)
    whep_service_end_viewers (self->service);
}

static void
whep_sink_stop (WhepSink * self)
{
  whep_inputs_set_open (self->inputs, FALSE);
  g_clear_pointer (&self->service, whep_service_free);
  g_atomic_int_set ((gint *) & self->bound_port, 0);
}

static GstStateChangeReturn
whep_sink_change_state (GstElement * element, GstStateChange transition)
{
  WhepSink *self = WHEP_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !whep_sink_start (self)) {
    whep_sink_stop (self);
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    whep_inputs_set_open (self->inputs, TRUE);

  result = GST_ELEMENT_CLASS (whep_sink_parent_class)->change_state (element,
      transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    whep_sink_stop_serving (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      || (transition == GST_STATE_CHANGE_NULL_TO_READY
          && result == GST_STATE_CHANGE_FAILURE))
    whep_sink_stop (self);
  return result;
}

/* Properties */

static GstStructure *
whep_sink_get_stats (WhepSink * self)
{
  GstStructure *stats = gst_structure_new_empty ("whepsink-stats");

  whep_viewers_add_stats (self->viewers, stats);
  gst_structure_set (stats, "keyframe-requests", G_TYPE_UINT64,
      whep_inputs_get_keyframe_requests (self->inputs), "suggested-bitrate",
      G_TYPE_UINT, whep_viewers_get_bitrate (self->viewers), NULL);
  return stats;
}

static void
whep_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  WhepSink *self = WHEP_SINK (object);
  guint bound_port = g_atomic_int_get ((gint *) & self->bound_port);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, whep_sink_get_stats (self));
    return;
  }
  if (bound_port != 0 && g_str_equal (pspec->name, "port")) {
    g_value_set_uint (value, bound_port);
    return;
  }
  GST_OBJECT_LOCK (self);
  whep_setting_table_get (whep_settings, id - PROP_SETTINGS, &self->settings,
      value);
  GST_OBJECT_UNLOCK (self);
}

static void
whep_sink_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  WhepSink *self = WHEP_SINK (object);

  GST_OBJECT_LOCK (self);
  whep_setting_table_set (whep_settings, id - PROP_SETTINGS, &self->settings,
      value);
  GST_OBJECT_UNLOCK (self);
}

static void
whep_sink_finalize (GObject * object)
{
  WhepSink *self = WHEP_SINK (object);

  whep_inputs_free (self->inputs);
  whep_viewers_free (self->viewers);
  whep_setting_table_clear (whep_settings, &self->settings);
  G_OBJECT_CLASS (whep_sink_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass * klass)
{
  /**
   * WhepSink:stats:
   *
   * * `viewers` (uint): how many there are
   * * `viewers-total` (uint64): how many there were, in all
   * * `offers-refused` (uint64): offers that got an error
   * * `ended-REASON` (uint64): viewers that ended, by reason; see
   *   #WhepSink::viewer-removed
   * * `keyframe-requests` (uint64): how many went upstream
   * * `suggested-bitrate` (uint): what the slowest viewer can receive, in
   *   bits per second, 0 while none says
   * * `viewer-stats` (list of structures): one for each viewer there is
   *
   * In each structure of `viewer-stats`:
   *
   * * `id` (string): of the viewer
   * * `connected` (boolean): whether its DTLS handshake is done
   * * `age-ms` (uint64): since its offer
   * * `bitrate-estimate` (uint): what it says it can receive (REMB), in bits
   *   per second, 0 while it says nothing
   * * `buffers-dropped` (uint64): frames it was not sent, because it waited
   *   for a keyframe or its network took no more
   * * `packets-retransmitted` (uint64): what it was sent again (RFC 4588)
   * * `retransmissions-refused` (uint64): what it wanted again beyond as much
   *   as it was sent
   * * `dtls` (structure): once a way to it was found, the `stats` of its
   *   dtlsdec
   * * `rtp` (structure): likewise the `stats` of its rtpsession
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("Viewers in numbers, and what each was sent"),
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  whep_setting_table_install (whep_settings, klass, PROP_SETTINGS);
}

static void
install_signals (GObjectClass * klass)
{
  /**
   * WhepSink::viewer-added:
   * @sink: the whepsink
   * @id: of the viewer
   *
   * An offer was accepted. Emitted on the HTTP server's thread, which must
   * not be kept waiting, nor change this element's state.
   *
   * Since: 1.0
   */
  signals[SIGNAL_VIEWER_ADDED] = g_signal_new ("viewer-added",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * WhepSink::viewer-removed:
   * @sink: the whepsink
   * @id: of the viewer
   * @reason: `left` (DELETE), `closed` (by the viewer's end of DTLS),
   *   `silent` (no RTCP for 30 seconds), `unreachable` (no way to it was
   *   found), `handshake` (DTLS failed, or it was not who it said), `format`
   *   (the stream changed), `eos`, `stopped`, `error`
   *
   * On the same thread as #WhepSink::viewer-added.
   *
   * Since: 1.0
   */
  signals[SIGNAL_VIEWER_REMOVED] = g_signal_new ("viewer-removed",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * WhepSink::suggested-bitrate:
   * @sink: the whepsink
   * @bitrate: in bits per second
   *
   * What the slowest viewer says it can receive (REMB) has changed by more
   * than a twentieth. An encoder may follow it. On the same thread as
   * #WhepSink::viewer-added.
   *
   * Since: 1.0
   */
  signals[SIGNAL_SUGGESTED_BITRATE] = g_signal_new ("suggested-bitrate",
      G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
whep_sink_class_init (WhepSinkClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->get_property = whep_sink_get_property;
  object_class->set_property = whep_sink_set_property;
  object_class->finalize = whep_sink_finalize;
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (whep_sink_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR (whep_sink_release_pad);
  element_class->change_state = GST_DEBUG_FUNCPTR (whep_sink_change_state);

  install_properties (object_class);
  install_signals (object_class);
  whep_inputs_add_templates (element_class);
  gst_element_class_set_static_metadata (element_class, _("WHEP sink"),
      "Sink/Network/WebRTC",
      _("Serves a stream to browsers over WHEP, encrypted with DTLS-SRTP"),
      GST_PACKAGE_NAME);
}

static void
whep_sink_init (WhepSink * self)
{
  self->inputs = whep_inputs_new (GST_BIN (self), &input_funcs, self);
  self->viewers = whep_viewers_new ();
  whep_setting_table_init (whep_settings, &self->settings);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
