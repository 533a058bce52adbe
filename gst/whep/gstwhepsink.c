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
 * viewer gets them under keys of its own. Who views must have the certificate that its offer announced. A
 * viewer that comes late starts with a keyframe, which is asked for upstream.
 * One that leaves, closes its tab or falls silent is removed with all it
 * holds, and none disturbs another.
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
 * Threads: the server's thread makes, tells of and ends viewers; streams'
 * threads hand buffers to the viewers there are at that moment.
 *
 * Locks: the object lock guards the settings and is taken alone. whep-inputs
 * and whep-viewers have their own.
 */
#include "config.h"

#include "gstwhepsink.h"

#include <glib/gi18n-lib.h>

#include "whep-ice.h"
#include "whep-inputs.h"
#include "whep-leg.h"
#include "whep-remb.h"
#include "whep-server.h"
#include "whep-settings.h"
#include "whep-tls.h"
#include "whep-viewer.h"
#include "whep-viewers.h"

GST_DEBUG_CATEGORY_STATIC (whep_sink_debug);
#define GST_CAT_DEFAULT whep_sink_debug

#define CLEANERS_MAX 2
#define OFFERS_WINDOW_US G_TIME_SPAN_MINUTE

struct _WhepSink
{
  GstBin parent;

  WhepSettings settings;        /* under the object lock */
  WhepInputs *inputs;
  WhepViewers *viewers;

  /* From READY on; changed in state changes only. */
  WhepServer *server;
  GThreadPool *cleaners;
  GUri *stun;
  GUri *turn;
  guint bound_port;             /* atomic */

  /* Of the server's thread. */
  gint64 offers_since_us;
  guint offers;
  guint bitrate;
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

/* A setting that is one number, read at any time. */
static guint
read_number (WhepSink * self, const guint * field)
{
  GST_OBJECT_LOCK (self);
  guint value = *field;
  GST_OBJECT_UNLOCK (self);
  return value;
}

static void
post_message (WhepSink * self, GstStructure * structure)
{
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

/* What viewers tell */

static void
on_viewer_gathered (WhepPeer * viewer, gpointer user_data)
{
  WhepSink *self = user_data;
  WhepExchange *exchange = whep_viewers_take_exchange (self->viewers, viewer);
  g_autofree gchar *answer = NULL;

  if (!exchange)
    return;
  answer = whep_viewer_answer (viewer);
  whep_exchange_answer (exchange, whep_peer_get_id (viewer),
      whep_viewer_get_etag (viewer), answer);
}

static void
on_viewer_keyframe (WhepPeer * viewer, guint index, gpointer user_data)
{
  WhepSink *self = user_data;

  whep_inputs_request_keyframe (self->inputs, index);
}

/* The slowest viewer decides; small changes are not worth a new encoding. */
static void
update_bitrate (WhepSink * self)
{
  guint bitrate = whep_viewers_get_bitrate (self->viewers);

  if (!whep_remb_differs (self->bitrate, bitrate))
    return;
  self->bitrate = bitrate;
  if (bitrate > 0)
    g_signal_emit (self, signals[SIGNAL_SUGGESTED_BITRATE], 0, bitrate);
}

static void
on_viewer_bitrate (WhepPeer * viewer, gpointer user_data)
{
  update_bitrate (user_data);
}

static void
refuse (WhepExchange * exchange, WhepError status, const gchar * text)
{
  g_autoptr (GError) error = g_error_new_literal (WHEP_ERROR, status, text);

  whep_exchange_refuse (exchange, error);
}

static void
on_viewer_ended (WhepPeer * viewer, WhepEnd end, const gchar * detail,
    gpointer user_data)
{
  WhepSink *self = user_data;
  const gchar *id = whep_peer_get_id (viewer);
  WhepExchange *exchange = whep_viewers_take_exchange (self->viewers, viewer);

  if (exchange)
    refuse (exchange, WHEP_ERROR_UNAVAILABLE, _("The stream is ending."));
  whep_viewers_remove (self->viewers, viewer, end);
  g_signal_emit (self, signals[SIGNAL_VIEWER_REMOVED], 0, id,
      whep_end_name (end));
  post_message (self, gst_structure_new ("whepsink-viewer-removed",
          "id", G_TYPE_STRING, id,
          "reason", G_TYPE_STRING, whep_end_name (end),
          "detail", G_TYPE_STRING, detail, NULL));
  update_bitrate (self);
  whep_viewers_settle (self->viewers);
}

static const WhepPeerFuncs viewer_funcs = {
  .gathered = on_viewer_gathered,
  .keyframe = on_viewer_keyframe,
  .bitrate = on_viewer_bitrate,
  .ended = on_viewer_ended,
};

/* What the server tells */

static gboolean
check_rate (WhepSink * self, GError ** error)
{
  guint max = read_number (self, &self->settings.offers_per_minute);
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->offers_since_us >= OFFERS_WINDOW_US) {
    self->offers_since_us = now_us;
    self->offers = 0;
  }
  if (max == 0 || ++self->offers <= max)
    return TRUE;
  g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_TOO_MANY,
      _("There were too many offers in this minute. Try again in the next."));
  return FALSE;
}

static gboolean
check_room (WhepSink * self, GError ** error)
{
  g_autoptr (GPtrArray) viewers = whep_viewers_ref_all (self->viewers);
  guint max = read_number (self, &self->settings.max_viewers);

  if (max == 0 || viewers->len < max)
    return TRUE;
  g_set_error (error, WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
      _("There are %u viewers already, which is all there may be."), max);
  return FALSE;
}

static WhepPeer *
make_viewer (WhepSink * self, const gchar * text, gsize size, GError ** error)
{
  WhepFormat formats[WHEP_INPUTS_MAX];
  guint n_formats = whep_inputs_read_formats (self->inputs, formats);
  WhepOffer *offer;

  if (!check_rate (self, error) || !check_room (self, error)
      || !(offer = whep_offer_parse (text, size, formats, n_formats, error)))
    return NULL;
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  if (!clock)
    clock = gst_system_clock_obtain ();
  WhepPeerConfig config = {
    .context = whep_server_get_context (self->server),
    .cleaners = self->cleaners,.clock = clock,
    .ice_tcp = read_number (self, (guint *) & self->settings.ice_tcp),
    .ssrcs = whep_inputs_get_ssrcs (self->inputs),
    .obtain_packetizer = whep_inputs_obtain_packetizer,
    .packets_data = self->inputs,
    .stun = self->stun,.turn = self->turn,
    .connect_timeout_ms =
        read_number (self, &self->settings.connect_timeout_ms),
  };
  return whep_viewer_new (&config, offer, &viewer_funcs, self, error);
}

static void
on_offer (WhepExchange * exchange, const gchar * text, gsize size,
    gpointer user_data)
{
  WhepSink *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WhepPeer) viewer = make_viewer (self, text, size, &error);

  if (!viewer) {
    GST_INFO_OBJECT (self, "refused an offer: %s", error->message);
    whep_viewers_count_refused (self->viewers);
    whep_exchange_refuse (exchange, error);
    return;
  }
  const gchar *id = whep_peer_get_id (viewer);
  whep_viewers_add (self->viewers, viewer, exchange);
  g_signal_emit (self, signals[SIGNAL_VIEWER_ADDED], 0, id);
  post_message (self, gst_structure_new ("whepsink-viewer-added",
          "id", G_TYPE_STRING, id, NULL));
  /* Those who stop serving afterwards find it among the viewers. */
  if (!whep_inputs_are_open (self->inputs))
    whep_peer_end (viewer, WHEP_END_STOPPED);
}

static gboolean
on_trickle (const gchar * id, gchar ** etag, const gchar * fragment,
    gchar ** answer, GError ** error, gpointer user_data)
{
  WhepSink *self = user_data;
  g_autoptr (WhepPeer) viewer = whep_viewers_find (self->viewers, id);

  if (!viewer) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_NOT_FOUND,
        _("No such viewer."));
    return FALSE;
  }
  if (!whep_viewer_trickle (viewer, *etag, fragment, answer, error))
    return FALSE;
  g_free (*etag);
  *etag = g_strdup (whep_viewer_get_etag (viewer));
  return TRUE;
}

static gboolean
on_remove (const gchar * id, gpointer user_data)
{
  WhepSink *self = user_data;
  g_autoptr (WhepPeer) viewer = whep_viewers_find (self->viewers, id);

  if (viewer)
    whep_peer_end (viewer, WHEP_END_LEFT);
  return viewer != NULL;
}

static const WhepServerHandler server_handler = {
  on_offer, on_trickle, on_remove
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
  g_autofree gchar *uri = whep_server_get_uri (self->server);
  guint port = whep_server_get_port (self->server);

  g_atomic_int_set ((gint *) & self->bound_port, port);
  GST_INFO_OBJECT (self, "open %s to view", uri);
  post_message (self, gst_structure_new ("whepsink-listening",
          "uri", G_TYPE_STRING, uri, "port", G_TYPE_UINT, port, NULL));
  g_object_notify (G_OBJECT (self), "port");
}

static gboolean
read_ice_servers (WhepSink * self, const WhepSettings * settings,
    GError ** error)
{
  if (settings->stun_server
      && !(self->stun = whep_ice_parse_server (settings->stun_server, error)))
    return FALSE;
  if (settings->turn_server
      && !(self->turn = whep_ice_parse_server (settings->turn_server, error)))
    return FALSE;
  return TRUE;
}

/* A path of its own, that needs no escaping. */
static gboolean
check_path (const gchar * path, GError ** error)
{
  if (path && g_regex_match_simple ("^(/[A-Za-z0-9._~-]+)+$", path, 0, 0))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      _("\"%s\" cannot be the path of the endpoint. Write it like /whep."),
      path ? path : "");
  return FALSE;
}

static gboolean
read_tls (const WhepSettings * settings, GTlsCertificate ** certificate,
    GError ** error)
{
  const gchar *file = settings->tls_certificate;

  if (!file)
    return TRUE;
  *certificate = whep_tls_load (file, settings->tls_key ? settings->tls_key :
      file, error);
  return *certificate != NULL;
}

/* What viewers are told of. */
static gchar **
make_links (WhepSink * self, const WhepSettings * settings)
{
  g_autoptr (GStrvBuilder) links = g_strv_builder_new ();
  g_autofree gchar *stun = self->stun ? whep_ice_link_new (self->stun) : NULL;
  g_autofree gchar *turn = self->turn && settings->share_turn_server ?
      whep_ice_link_new (self->turn) : NULL;

  if (stun)
    g_strv_builder_add (links, stun);
  if (turn)
    g_strv_builder_add (links, turn);
  return g_strv_builder_end (links);
}

static WhepServer *
make_server (WhepSink * self, const WhepSettings * settings, GError ** error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_auto (GStrv) links = NULL;

  if (!check_path (settings->path, error)
      || !read_ice_servers (self, settings, error)
      || !read_tls (settings, &certificate, error))
    return NULL;
  links = make_links (self, settings);
  WhepServerConfig config = {
    .address = settings->address ? settings->address : "",
    .port = settings->port,.path = settings->path,
    .access = {settings->allowed_origins, settings->token, FALSE},
    .tls_certificate = certificate,.links = (const gchar * const *) links,
  };
  return whep_server_new (&config, &server_handler, self, error);
}

static gboolean
whep_sink_start (WhepSink * self)
{
  g_autoptr (GError) error = NULL;
  WhepSettings settings;

  if (!whep_leg_check_elements (&error)) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  GST_OBJECT_LOCK (self);
  whep_settings_copy (&self->settings, &settings);
  GST_OBJECT_UNLOCK (self);
  self->cleaners = g_thread_pool_new (whep_peer_clean, NULL, CLEANERS_MAX,
      FALSE, NULL);
  self->server = make_server (self, &settings, &error);
  whep_settings_clear (&settings);
  if (!self->server) {
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
  if (!self->server)
    return;
  whep_viewers_end_all (self->viewers, WHEP_END_STOPPED);
  whep_viewers_wait_settled (self->viewers);
}

static void
whep_sink_stop (WhepSink * self)
{
  whep_sink_stop_serving (self);
  g_clear_pointer (&self->server, whep_server_free);
  if (self->cleaners)
    g_thread_pool_free (g_steal_pointer (&self->cleaners), FALSE, TRUE);
  g_clear_pointer (&self->stun, g_uri_unref);
  g_clear_pointer (&self->turn, g_uri_unref);
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
  if (id == PROP_SETTINGS + whep_settings_port_index () && bound_port != 0) {
    g_value_set_uint (value, bound_port);
    return;
  }
  GST_OBJECT_LOCK (self);
  whep_settings_get (&self->settings, id - PROP_SETTINGS, value);
  GST_OBJECT_UNLOCK (self);
}

static void
whep_sink_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  WhepSink *self = WHEP_SINK (object);

  GST_OBJECT_LOCK (self);
  whep_settings_set (&self->settings, id - PROP_SETTINGS, value);
  GST_OBJECT_UNLOCK (self);
}

static void
whep_sink_finalize (GObject * object)
{
  WhepSink *self = WHEP_SINK (object);

  whep_inputs_free (self->inputs);
  whep_viewers_free (self->viewers);
  whep_settings_clear (&self->settings);
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
   * * `dtls` (structure): the `stats` of its dtlsdec
   * * `rtp` (structure): the `stats` of its rtpsession
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("Viewers in numbers, and what each was sent"),
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  whep_settings_install (klass, PROP_SETTINGS);
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
   *   `silent` (nothing heard for half a minute), `unreachable` (no way to it
   *   was found), `handshake` (DTLS failed, or it was not who it said),
   *   `format` (the stream changed), `eos`, `stopped`, `error`
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
  whep_settings_init (&self->settings);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
