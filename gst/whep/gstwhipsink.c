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
 * server that shows another certificate, a connection that is lost.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! vp8enc deadline=1 ! whipsink location=https://example.org/whip token=secret
 * ]|
 *
 * Since: 1.0
 */
/*
 * Threads: HTTP, ICE and all decisions are on one of its own, from READY on;
 * streams' threads hand their buffers to the session of that moment.
 *
 * Locks: `lock` guards the session and is a leaf. The object lock guards the
 * settings and is taken alone. whep-inputs has its own.
 */
#include "config.h"

#include "gstwhipsink.h"

#include <glib/gi18n-lib.h>

#include "whep-ice.h"
#include "whep-inputs.h"
#include "whep-leg.h"
#include "whep-remb.h"
#include "whep-task.h"
#include "whip-client.h"
#include "whip-session.h"

GST_DEBUG_CATEGORY_STATIC (whip_sink_debug);
#define GST_CAT_DEFAULT whip_sink_debug

#define CONNECT_TIMEOUT_MS 20000

/* What a person sets. */
typedef struct
{
  gchar *location;
  gchar *token;
  gchar *stun_server;
  gchar *turn_server;
  guint connect_timeout_ms;
} Settings;

struct _WhipSink
{
  GstBin parent;

  Settings settings;            /* under the object lock */
  WhepInputs *inputs;

  /* From READY on; changed in state changes only. */
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GThreadPool *cleaners;
  GUri *location;
  GUri *stun;
  GUri *turn;
  gchar *token;

  /* Of its own thread. */
  WhepFormat formats[WHEP_INPUTS_MAX];
  guint bitrate;

  gint asked;                   /* atomic: publish() is on its way */
  gint failed;                  /* atomic: nothing more until PAUSED */

  GMutex lock;
  GCond idle_changed;
  /* All below under the lock. */
  WhipSession *session;
  gboolean idle;                /* what end() waits for */
  gboolean connected;
  guint64 sessions;
};

enum
{
  PROP_0,
  PROP_LOCATION,
  PROP_TOKEN,
  PROP_STUN_SERVER,
  PROP_TURN_SERVER,
  PROP_CONNECT_TIMEOUT,
  PROP_STATS,
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

static WhipSession *
ref_session (WhipSink * self)
{
  WhipSession *session = NULL;

  g_mutex_lock (&self->lock);
  if (self->session)
    session = g_object_ref (self->session);
  g_mutex_unlock (&self->lock);
  return session;
}

static void
post_error (WhipSink * self, const GError * error)
{
  g_atomic_int_set (&self->failed, TRUE);
  if (error->code == WHEP_ERROR_UNAUTHORIZED
      || error->code == WHEP_ERROR_FORBIDDEN)
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_AUTHORIZED,
        ("%s", error->message), (NULL));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE, ("%s", error->message),
        (NULL));
}

/* What a session tells */

static void
on_connected (WhipSession * session, gpointer user_data)
{
  WhipSink *self = user_data;

  g_mutex_lock (&self->lock);
  self->connected = TRUE;
  g_mutex_unlock (&self->lock);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          gst_structure_new_empty ("whipsink-connected")));
}

static void
on_keyframe (WhipSession * session, guint input, gpointer user_data)
{
  WhipSink *self = user_data;

  whep_inputs_request_keyframe (self->inputs, input);
}

static void
on_bitrate (WhipSession * session, gpointer user_data)
{
  WhipSink *self = user_data;

  if (whep_remb_differs (self->bitrate, whip_session_get_bitrate (session))) {
    self->bitrate = whip_session_get_bitrate (session);
    g_signal_emit (self, signals[SIGNAL_SUGGESTED_BITRATE], 0, self->bitrate);
  }
}

static void
on_session_ended (WhipSession * session, WhepEnd end, const GError * error,
    gpointer user_data)
{
  WhipSink *self = user_data;

  GST_INFO_OBJECT (self, "session ended: %s", whep_end_name (end));
  if (error)
    post_error (self, error);
  g_mutex_lock (&self->lock);
  g_assert (self->session == session);
  self->session = NULL;
  self->connected = FALSE;
  self->idle = TRUE;
  g_cond_broadcast (&self->idle_changed);
  g_mutex_unlock (&self->lock);
  g_object_unref (session);
}

static const WhipSessionFuncs session_funcs = {
  on_connected, on_keyframe, on_bitrate, on_session_ended
};

/* On its own thread */

static WhipSession *
make_session (WhipSink * self, guint n_formats, GError ** error)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));

  if (!clock)
    clock = gst_system_clock_obtain ();
  WhipSessionConfig config = {
    .peer = {.context = self->context,.cleaners = self->cleaners,
        .clock = clock,.stun = self->stun,.turn = self->turn,
        .ssrcs = whep_inputs_get_ssrcs (self->inputs),
        .obtain_packetizer = whep_inputs_obtain_packetizer,
        .packets_data = self->inputs},
    .location = self->location,.token = self->token,
  };
  GST_OBJECT_LOCK (self);
  config.peer.connect_timeout_ms = self->settings.connect_timeout_ms;
  GST_OBJECT_UNLOCK (self);
  return whip_session_new (&config, self->formats, n_formats, &session_funcs,
      self, error);
}

/* Begins a session if there is none and there is something to send. */
static void
publish (gpointer sink, guint unused)
{
  WhipSink *self = sink;
  g_autoptr (WhipSession) present = ref_session (self);
  g_autoptr (GError) error = NULL;
  guint n_formats;

  g_atomic_int_set (&self->asked, FALSE);
  if (present || g_atomic_int_get (&self->failed)
      || (n_formats = whep_inputs_read_formats (self->inputs,
              self->formats)) == 0)
    return;
  WhipSession *session = make_session (self, n_formats, &error);
  if (!session) {
    post_error (self, error);
    return;
  }
  g_mutex_lock (&self->lock);
  self->session = session;
  self->sessions++;
  g_mutex_unlock (&self->lock);
}

/* A server is told of other streams by another offer. */
static void
compare_formats (gpointer sink, guint unused)
{
  WhipSink *self = sink;
  g_autoptr (WhipSession) session = ref_session (self);
  WhepFormat formats[WHEP_INPUTS_MAX];

  whep_inputs_read_formats (self->inputs, formats);
  for (guint i = 0; session && i < WHEP_INPUTS_MAX; i++) {
    if (!whep_format_equal (&formats[i], &self->formats[i])) {
      whip_session_end (session, WHEP_END_FORMAT);
      return;
    }
  }
}

static void
end_session (WhipSink * self, WhepEnd end)
{
  g_autoptr (WhipSession) session = ref_session (self);

  if (session)
    whip_session_end (session, end);
}

/* After publish(), if that was on its way. */
static void
stop_publishing (gpointer sink, guint unused)
{
  WhipSink *self = sink;

  end_session (self, WHEP_END_STOPPED);
  g_mutex_lock (&self->lock);
  self->idle = self->session == NULL;
  g_cond_broadcast (&self->idle_changed);
  g_mutex_unlock (&self->lock);
}

static void
quit (gpointer sink, guint unused)
{
  g_main_loop_quit (WHIP_SINK (sink)->loop);
}

static gpointer
run (gpointer data)
{
  WhipSink *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

/* What inputs tell */

/* Each buffer that nobody takes asks for a session. */
static void
on_input_buffer (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
    gpointer user_data)
{
  WhipSink *self = user_data;
  g_autoptr (WhipSession) session = ref_session (self);

  if (session)
    whip_session_push (session, whep_input_get_index (input), buffer, caps);
  else if (!g_atomic_int_get (&self->failed)
      && g_atomic_int_compare_and_exchange (&self->asked, FALSE, TRUE))
    whep_task_later (self->context, self, publish, 0);
}

static void
on_input_format (WhepInput * input, gpointer user_data)
{
  WhipSink *self = user_data;

  if (self->context)
    whep_task_later (self->context, self, compare_formats, 0);
}

static void
on_input_eos (WhepInput * input, gpointer user_data)
{
  WhipSink *self = user_data;

  if (whep_inputs_are_eos (self->inputs))
    end_session (self, WHEP_END_EOS);
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
read_settings (WhipSink * self, const Settings * settings, GError ** error)
{
  self->location = whip_client_parse_location (settings->location, error);
  if (!self->location || !whip_client_check_token (settings->token, error))
    return FALSE;
  self->token = g_strdup (settings->token);
  if (settings->stun_server
      && !(self->stun = whep_ice_parse_server (settings->stun_server, error)))
    return FALSE;
  if (settings->turn_server
      && !(self->turn = whep_ice_parse_server (settings->turn_server, error)))
    return FALSE;
  return TRUE;
}

static void
settings_copy (WhipSink * self, Settings * copy)
{
  GST_OBJECT_LOCK (self);
  *copy = (Settings) {
  .location = g_strdup (self->settings.location),.token =
        g_strdup (self->settings.token),.stun_server =
        g_strdup (self->settings.stun_server),.turn_server =
        g_strdup (self->settings.turn_server),};
  GST_OBJECT_UNLOCK (self);
}

static void
settings_clear (Settings * settings)
{
  g_free (settings->location);
  g_free (settings->token);
  g_free (settings->stun_server);
  g_free (settings->turn_server);
}

static gboolean
whip_sink_start (WhipSink * self)
{
  g_autoptr (GError) error = NULL;
  Settings settings;
  gboolean ok;

  if (!whep_leg_check_elements (&error)) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  settings_copy (self, &settings);
  ok = read_settings (self, &settings, &error);
  settings_clear (&settings);
  if (!ok) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  self->cleaners = g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("whipsink", run, self);
  return TRUE;
}

static void
whip_sink_begin (WhipSink * self)
{
  g_atomic_int_set (&self->failed, FALSE);
  whep_inputs_set_open (self->inputs, TRUE);
}

/* Ends the session and waits until the server was told. */
static void
whip_sink_end (WhipSink * self)
{
  whep_inputs_set_open (self->inputs, FALSE);
  g_mutex_lock (&self->lock);
  self->idle = FALSE;
  whep_task_later (self->context, self, stop_publishing, 0);
  while (!self->idle)
    g_cond_wait (&self->idle_changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
whip_sink_stop (WhipSink * self)
{
  if (self->thread) {
    whep_task_later (self->context, self, quit, 0);
    g_thread_join (g_steal_pointer (&self->thread));
  }
  if (self->cleaners)
    g_thread_pool_free (g_steal_pointer (&self->cleaners), FALSE, TRUE);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->location, g_uri_unref);
  g_clear_pointer (&self->stun, g_uri_unref);
  g_clear_pointer (&self->turn, g_uri_unref);
  g_clear_pointer (&self->token, g_free);
}

static GstStateChangeReturn
whip_sink_change_state (GstElement * element, GstStateChange transition)
{
  WhipSink *self = WHIP_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !whip_sink_start (self)) {
    whip_sink_stop (self);
    return GST_STATE_CHANGE_FAILURE;
  }
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    whip_sink_begin (self);

  result = GST_ELEMENT_CLASS (whip_sink_parent_class)->change_state (element,
      transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY
      || (transition == GST_STATE_CHANGE_READY_TO_PAUSED
          && result == GST_STATE_CHANGE_FAILURE))
    whip_sink_end (self);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL
      || (transition == GST_STATE_CHANGE_NULL_TO_READY
          && result == GST_STATE_CHANGE_FAILURE))
    whip_sink_stop (self);
  return result;
}

/* Properties */

static GstStructure *
whip_sink_get_stats (WhipSink * self)
{
  g_autoptr (WhipSession) session = ref_session (self);
  GstStructure *stats;

  g_mutex_lock (&self->lock);
  stats = gst_structure_new ("whipsink-stats",
      "connected", G_TYPE_BOOLEAN, self->connected,
      "sessions", G_TYPE_UINT64, self->sessions, NULL);
  g_mutex_unlock (&self->lock);
  gst_structure_set (stats, "keyframe-requests", G_TYPE_UINT64,
      whep_inputs_get_keyframe_requests (self->inputs), "suggested-bitrate",
      G_TYPE_UINT, session ? whip_session_get_bitrate (session) : 0, NULL);
  if (session) {
    g_autoptr (GstStructure) peer = whip_session_get_stats (session);

    gst_structure_set (stats, "peer", GST_TYPE_STRUCTURE, peer, NULL);
  }
  return stats;
}

static void
whip_sink_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  WhipSink *self = WHIP_SINK (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, whip_sink_get_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string (value, self->settings.location);
      break;
    case PROP_STUN_SERVER:
      g_value_set_string (value, self->settings.stun_server);
      break;
    case PROP_CONNECT_TIMEOUT:
      g_value_set_uint (value, self->settings.connect_timeout_ms);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

/* An empty text is none. */
static void
set_text (gchar ** field, const GValue * value)
{
  const gchar *text = g_value_get_string (value);

  g_free (*field);
  *field = text && *text ? g_strdup (text) : NULL;
}

static void
whip_sink_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  WhipSink *self = WHIP_SINK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOCATION:
      set_text (&self->settings.location, value);
      break;
    case PROP_TOKEN:
      set_text (&self->settings.token, value);
      break;
    case PROP_STUN_SERVER:
      set_text (&self->settings.stun_server, value);
      break;
    case PROP_TURN_SERVER:
      set_text (&self->settings.turn_server, value);
      break;
    case PROP_CONNECT_TIMEOUT:
      self->settings.connect_timeout_ms = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
whip_sink_finalize (GObject * object)
{
  WhipSink *self = WHIP_SINK (object);

  whep_inputs_free (self->inputs);
  settings_clear (&self->settings);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle_changed);
  G_OBJECT_CLASS (whip_sink_parent_class)->finalize (object);
}

static void
install_text (GObjectClass * klass, guint id, GParamFlags access,
    const gchar * name, const gchar * nick, const gchar * blurb)
{
  g_object_class_install_property (klass, id,
      g_param_spec_string (name, nick, blurb, NULL,
          access | GST_PARAM_MUTABLE_READY | G_PARAM_STATIC_STRINGS));
}

/* What is secret can be written, not read. */
static void
install_settings (GObjectClass * klass)
{
  install_text (klass, PROP_LOCATION, G_PARAM_READWRITE, "location",
      _("Location"),
      _("Address to publish to, such as https://example.org/whip"));
  install_text (klass, PROP_TOKEN, G_PARAM_WRITABLE, "token", _("Token"),
      _("What the server expects of those who publish (a bearer token)"));
  install_text (klass, PROP_STUN_SERVER, G_PARAM_READWRITE, "stun-server",
      _("STUN server"),
      _("When this end is behind address translation: stun://HOST:PORT"));
  install_text (klass, PROP_TURN_SERVER, G_PARAM_WRITABLE, "turn-server",
      _("TURN server"),
      _("Relay of last resort: turn://USER:PASSWORD@HOST:PORT, turns:// "
          "for TLS, with ?transport=tcp for TCP"));
  g_object_class_install_property (klass, PROP_CONNECT_TIMEOUT,
      g_param_spec_uint ("connect-timeout", _("Connect timeout"),
          _("Milliseconds that the server may take for its answer, and then "
              "until it is connected"), 1, G_MAXUINT, CONNECT_TIMEOUT_MS,
          G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY |
          G_PARAM_STATIC_STRINGS));
}

static void
install_stats (GObjectClass * klass)
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
   *   `age-ms`, `buffers-dropped`, `bitrate-estimate`, the `stats` of its
   *   dtlsdec as `dtls` and of its rtpsession as `rtp`
   *
   * Since: 1.0
   */
  g_object_class_install_property (klass, PROP_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("The session in numbers, and what was sent"),
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
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

  install_settings (object_class);
  install_stats (object_class);
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
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle_changed);
  self->inputs = whep_inputs_new (GST_BIN (self), &input_funcs, self);
  self->settings.connect_timeout_ms = CONNECT_TIMEOUT_MS;
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
