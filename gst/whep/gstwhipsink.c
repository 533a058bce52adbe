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
 * Threads: HTTP, ICE and all decisions are on one of its own, from READY on;
 * streams' threads hand their buffers to the session of that moment.
 *
 * Locks: `lock` guards the context and the session and is a leaf. The object
 * lock guards the settings and is taken alone. whep-inputs has its own.
 */
#include "config.h"

#include "gstwhipsink.h"

#include <glib/gi18n-lib.h>

#include "whep-inputs.h"
#include "whep-leg.h"
#include "whep-remb.h"
#include "whep-task.h"
#include "whip-client.h"
#include "whip-retry.h"
#include "whip-session.h"
#include "whip-settings.h"
#include "whip-trust.h"

GST_DEBUG_CATEGORY_STATIC (whip_sink_debug);
#define GST_CAT_DEFAULT whip_sink_debug

struct _WhipSink
{
  GstBin parent;

  WhipSettings settings;        /* under the object lock */
  WhepInputs *inputs;

  /* From READY on; changed in state changes only. */
  GMainLoop *loop;
  GThread *thread;
  GThreadPool *cleaners;

  /* The settings as PAUSED was reached; not changed while inputs are open. */
  WhipSettings now;
  GUri *location;
  WhepIceServers servers;
  GTlsDatabase *authorities;    /* NULL: those of the system */

  /* Of its own thread. */
  WhepFormat formats[WHEP_INPUTS_MAX];
  guint bitrate;
  GSource *retry_timer;
  gint64 connected_at_us;       /* 0: no session was connected since PAUSED */
  guint attempt;                /* to connect again */

  gint asked;                   /* atomic: publish() is on its way */
  gint held;                    /* atomic: nothing is begun; after an error
                                 * until PAUSED, after a loss for a time */

  GMutex lock;
  GCond idle_changed;
  /* All below under the lock. */
  GMainContext *context;        /* from READY on */
  WhipSession *session;
  gboolean stopping;
  gboolean idle;                /* what end() waits for */
  gboolean connected;
  guint64 sessions;
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

/* From any thread; there may be no context any more. */
static void
later (WhipSink * self, WhepTaskFunc func)
{
  g_autoptr (GMainContext) context = NULL;

  g_mutex_lock (&self->lock);
  if (self->context)
    context = g_main_context_ref (self->context);
  g_mutex_unlock (&self->lock);
  if (context)
    whep_task_later (context, self, func, 0);
}

static void
post_error (WhipSink * self, const GError * error)
{
  g_atomic_int_set (&self->held, TRUE);
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
  self->connected_at_us = g_get_monotonic_time ();
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

static gboolean
on_retry (gpointer user_data)
{
  WhipSink *self = user_data;

  whep_task_clear_timer (&self->retry_timer);
  g_atomic_int_set (&self->held, FALSE);
  return G_SOURCE_REMOVE;
}

/* One that was never connected is not lost: something is set wrong. */
static gboolean
may_retry (WhipSink * self, WhepEnd end, const GError * error)
{
  return self->now.reconnect && self->connected_at_us > 0
      && whip_retry_may_help (end, error);
}

/* The first buffer after that time begins another session. */
static void
retry_later (WhipSink * self, gboolean was_connected, const GError * error)
{
  gint64 age_us = g_get_monotonic_time () - self->connected_at_us;

  if (was_connected && age_us >= WHIP_RETRY_STABLE_MS * 1000)
    self->attempt = 0;
  guint delay_ms = whip_retry_delay_ms (self->attempt++);

  g_atomic_int_set (&self->held, TRUE);
  self->retry_timer = whep_task_timer (g_main_loop_get_context (self->loop),
      delay_ms, on_retry, self);
  GST_ELEMENT_WARNING_WITH_DETAILS (self, RESOURCE, OPEN_WRITE,
      (_("The connection was lost. Publishing again in %u s."),
          (delay_ms + 999) / 1000), ("%s", error->message),
      ("attempt", G_TYPE_UINT, self->attempt, "delay-ms", G_TYPE_UINT, delay_ms,
          NULL));
}

static void
on_session_ended (WhipSession * session, WhepEnd end, const GError * error,
    gpointer user_data)
{
  WhipSink *self = user_data;

  GST_INFO_OBJECT (self, "session ended: %s", whep_end_name (end));
  g_mutex_lock (&self->lock);
  gboolean was_connected = self->connected;
  gboolean stopping = self->stopping;
  self->connected = FALSE;
  g_mutex_unlock (&self->lock);
  if (error && !may_retry (self, end, error))
    post_error (self, error);
  else if (error && !stopping)
    retry_later (self, was_connected, error);
  g_mutex_lock (&self->lock);
  g_assert (self->session == session);
  self->session = NULL;
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
  GMainContext *context = g_main_loop_get_context (self->loop);

  if (!clock)
    clock = gst_system_clock_obtain ();
  WhipSessionConfig config = {
    .peer = {.context = context,.cleaners = self->cleaners,
          .clock = clock,.servers = &self->servers,
          .ssrcs = whep_inputs_get_ssrcs (self->inputs),
          .obtain_packetizer = whep_inputs_obtain_packetizer,
          .packets_data = self->inputs,
        .connect_timeout_ms = self->now.connect_timeout_ms},
    .location = self->location,.token = self->now.token,
    .authorities = self->authorities,
  };
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
  if (present || g_atomic_int_get (&self->held)
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

  whep_task_clear_timer (&self->retry_timer);
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
  GMainContext *context = g_main_loop_get_context (self->loop);

  g_main_context_push_thread_default (context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (context);
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
  else if (!g_atomic_int_get (&self->held)
      && g_atomic_int_compare_and_exchange (&self->asked, FALSE, TRUE))
    later (self, publish);
}

static void
on_input_format (WhepInput * input, gpointer user_data)
{
  later (user_data, compare_formats);
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
read_settings (WhipSink * self, GError ** error)
{
  GST_OBJECT_LOCK (self);
  whep_setting_table_copy (whip_settings, &self->settings, &self->now);
  GST_OBJECT_UNLOCK (self);
  self->location = whip_client_parse_location (self->now.location, error);
  if (self->now.tls_ca_file && !(self->authorities =
          whip_trust_load (self->now.tls_ca_file, error)))
    return FALSE;
  return self->location && whip_client_check_token (self->now.token, error)
      && whep_ice_servers_parse (&self->servers, self->now.stun_server,
      self->now.turn_server, FALSE, error);
}

static void
forget_settings (WhipSink * self)
{
  g_clear_pointer (&self->location, g_uri_unref);
  g_clear_object (&self->authorities);
  whep_ice_servers_clear (&self->servers);
  whep_setting_table_clear (whip_settings, &self->now);
}

static void
start_thread (WhipSink * self)
{
  GMainContext *context = g_main_context_new ();

  self->loop = g_main_loop_new (context, FALSE);
  self->thread = g_thread_new ("whipsink", run, self);
  g_mutex_lock (&self->lock);
  self->context = context;
  g_mutex_unlock (&self->lock);
}

static void
stop_thread (WhipSink * self)
{
  later (self, quit);
  g_thread_join (g_steal_pointer (&self->thread));
  g_mutex_lock (&self->lock);
  GMainContext *context = g_steal_pointer (&self->context);
  g_mutex_unlock (&self->lock);
  g_main_context_unref (context);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

static gboolean
whip_sink_start (WhipSink * self)
{
  g_autoptr (GError) error = NULL;

  if (!whep_leg_check_elements (&error)) {
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  self->cleaners = g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
  start_thread (self);
  return TRUE;
}

static gboolean
whip_sink_begin (WhipSink * self)
{
  g_autoptr (GError) error = NULL;

  forget_settings (self);
  if (!read_settings (self, &error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message),
        (NULL));
    return FALSE;
  }
  self->connected_at_us = 0;
  self->attempt = 0;
  g_mutex_lock (&self->lock);
  self->stopping = FALSE;
  g_mutex_unlock (&self->lock);
  g_atomic_int_set (&self->held, FALSE);
  whep_inputs_set_open (self->inputs, TRUE);
  return TRUE;
}

/* Ends the session and waits until the server was told. */
static void
whip_sink_end (WhipSink * self)
{
  whep_inputs_set_open (self->inputs, FALSE);
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  self->idle = FALSE;
  g_mutex_unlock (&self->lock);
  later (self, stop_publishing);
  g_mutex_lock (&self->lock);
  while (!self->idle)
    g_cond_wait (&self->idle_changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
whip_sink_stop (WhipSink * self)
{
  /* Before the thread that they leave tasks for. */
  if (self->cleaners)
    g_thread_pool_free (g_steal_pointer (&self->cleaners), FALSE, TRUE);
  if (self->thread)
    stop_thread (self);
  forget_settings (self);
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
  whep_setting_table_clear (whip_settings, &self->settings);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle_changed);
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
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle_changed);
  self->inputs = whep_inputs_new (GST_BIN (self), &input_funcs, self);
  whep_setting_table_init (whip_settings, &self->settings);
  gst_bin_set_suppressed_flags (GST_BIN (self),
      GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
