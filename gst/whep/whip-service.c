/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a whipsink does for the server it publishes to.
 *
 * Threads: HTTP, ICE and all decisions are on one of its own; streams' threads
 * hand their buffers to the session of that moment.
 *
 * Locks: `lock` guards the context and the session and is a leaf. The sink's
 * object lock guards the settings and is taken alone, as whep-inputs' own is.
 */
#include "config.h"

#include "whip-service.h"

#include "whep-remb.h"
#include "whep-task.h"
#include "whip-client.h"
#include "whip-retry.h"
#include "whip-session.h"
#include "whip-trust.h"

GST_DEBUG_CATEGORY_EXTERN (whip_sink_debug);
#define GST_CAT_DEFAULT whip_sink_debug

struct _WhipService
{
  GstElement *sink;
  const WhipSettings *settings; /* under the sink's object lock */
  WhepInputs *inputs;
  WhipServiceFuncs funcs;
  gpointer user_data;

  /* From start() on; changed in state changes only. */
  GMainLoop *loop;
  GThread *thread;
  GThreadPool *cleaners;

  /* The settings as begin() found them; not changed while inputs are open. */
  WhipSettings now;
  GUri *location;
  WhepIceServers servers;
  GTlsDatabase *authorities;    /* NULL: those of the system */

  /* Of its own thread. */
  WhepFormat formats[WHEP_INPUTS_MAX];
  guint bitrate;
  GSource *retry_timer;
  gint64 connected_at_us;       /* 0: no session was connected since begin() */
  guint attempt;                /* to connect again */

  gint asked;                   /* atomic: publish() is on its way */
  gint held;                    /* atomic: nothing is begun; after an error
                                 * until begin(), after a loss for a time */

  GMutex lock;
  GCond idle_changed;
  /* All below under the lock. */
  GMainContext *context;        /* from start() on */
  WhipSession *session;
  gboolean stopping;
  gboolean idle;                /* what end() waits for */
  gboolean connected;
  guint64 sessions;
};

static WhipSession *
ref_session (WhipService * self)
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
later (WhipService * self, GSourceFunc func)
{
  g_autoptr (GMainContext) context = NULL;

  g_mutex_lock (&self->lock);
  if (self->context)
    context = g_main_context_ref (self->context);
  g_mutex_unlock (&self->lock);
  if (context)
    whep_task_call (context, func, self, NULL);
}

static void
fail (WhipService * self, const GError * error)
{
  g_atomic_int_set (&self->held, TRUE);
  self->funcs.failed (error, self->user_data);
}

static void
end_session (WhipService * self, WhepEnd end)
{
  g_autoptr (WhipSession) session = ref_session (self);

  if (session)
    whip_session_end (session, end);
}

/* What a session tells */

static void
on_connected (WhipSession * session, gpointer user_data)
{
  WhipService *self = user_data;

  g_mutex_lock (&self->lock);
  self->connected = TRUE;
  g_mutex_unlock (&self->lock);
  self->connected_at_us = g_get_monotonic_time ();
  self->funcs.connected (self->user_data);
}

static void
on_keyframe (WhipSession * session, guint input, gpointer user_data)
{
  WhipService *self = user_data;

  whep_inputs_request_keyframe (self->inputs, input);
}

static void
on_bitrate (WhipSession * session, gpointer user_data)
{
  WhipService *self = user_data;

  if (whep_remb_differs (self->bitrate, whip_session_get_bitrate (session))) {
    self->bitrate = whip_session_get_bitrate (session);
    self->funcs.bitrate (self->bitrate, self->user_data);
  }
}

static gboolean
on_retry (gpointer user_data)
{
  WhipService *self = user_data;

  whep_task_clear_timer (&self->retry_timer);
  g_atomic_int_set (&self->held, FALSE);
  return G_SOURCE_REMOVE;
}

/* One that was never connected is not lost: something is set wrong. */
static gboolean
may_retry (WhipService * self, WhepEnd end, const GError * error)
{
  return self->now.reconnect && self->connected_at_us > 0
      && whip_retry_may_help (end, error);
}

/* The first buffer after that time begins another session. */
static void
retry_later (WhipService * self, gboolean was_connected, const GError * error)
{
  gint64 age_us = g_get_monotonic_time () - self->connected_at_us;

  if (was_connected && age_us >= WHIP_RETRY_STABLE_MS * 1000)
    self->attempt = 0;
  guint delay_ms = whip_retry_delay_ms (self->attempt++);

  g_atomic_int_set (&self->held, TRUE);
  self->retry_timer = whep_task_timer (g_main_loop_get_context (self->loop),
      delay_ms, on_retry, self);
  self->funcs.lost (error, self->attempt, delay_ms, self->user_data);
}

static void
on_session_ended (WhipSession * session, WhepEnd end, const GError * error,
    gpointer user_data)
{
  WhipService *self = user_data;

  GST_INFO_OBJECT (self->sink, "session ended: %s", whep_end_name (end));
  g_mutex_lock (&self->lock);
  gboolean was_connected = self->connected;
  gboolean stopping = self->stopping;
  self->connected = FALSE;
  g_mutex_unlock (&self->lock);
  if (error && !may_retry (self, end, error))
    fail (self, error);
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
make_session (WhipService * self, guint n_formats, GError ** error)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (self->sink);
  GMainContext *context = g_main_loop_get_context (self->loop);
  WhipSessionConfig config = { 0 };

  if (!clock)
    clock = gst_system_clock_obtain ();
  config.peer.context = context;
  config.peer.cleaners = self->cleaners;
  config.peer.clock = clock;
  config.peer.servers = &self->servers;
  config.peer.ssrcs = whep_inputs_get_ssrcs (self->inputs);
  config.peer.obtain_packetizer = whep_inputs_obtain_packetizer;
  config.peer.packets_data = self->inputs;
  config.peer.connect_timeout_ms = self->now.connect_timeout_ms;
  config.location = self->location;
  config.token = self->now.token;
  config.authorities = self->authorities;
  return whip_session_new (&config, self->formats, n_formats, &session_funcs,
      self, error);
}

/* Begins a session if there is none and there is something to send. */
static gboolean
publish (gpointer user_data)
{
  WhipService *self = user_data;
  g_autoptr (WhipSession) present = ref_session (self);
  g_autoptr (GError) error = NULL;
  guint n_formats;

  g_atomic_int_set (&self->asked, FALSE);
  if (present || g_atomic_int_get (&self->held)
      || (n_formats = whep_inputs_read_formats (self->inputs,
              self->formats)) == 0)
    return G_SOURCE_REMOVE;
  WhipSession *session = make_session (self, n_formats, &error);
  if (!session) {
    fail (self, error);
    return G_SOURCE_REMOVE;
  }
  g_mutex_lock (&self->lock);
  self->session = session;
  self->sessions++;
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* A server is told of other streams by another offer. */
static gboolean
compare_formats (gpointer user_data)
{
  WhipService *self = user_data;
  g_autoptr (WhipSession) session = ref_session (self);
  WhepFormat formats[WHEP_INPUTS_MAX];

  whep_inputs_read_formats (self->inputs, formats);
  for (guint i = 0; session && i < WHEP_INPUTS_MAX; i++) {
    if (!whep_format_equal (&formats[i], &self->formats[i])) {
      whip_session_end (session, WHEP_END_FORMAT);
      break;
    }
  }
  return G_SOURCE_REMOVE;
}

/* After publish(), if that was on its way. */
static gboolean
stop_publishing (gpointer user_data)
{
  WhipService *self = user_data;

  whep_task_clear_timer (&self->retry_timer);
  end_session (self, WHEP_END_STOPPED);
  g_mutex_lock (&self->lock);
  self->idle = self->session == NULL;
  g_cond_broadcast (&self->idle_changed);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static gboolean
quit (gpointer user_data)
{
  WhipService *self = user_data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
run (gpointer data)
{
  WhipService *self = data;
  GMainContext *context = g_main_loop_get_context (self->loop);

  g_main_context_push_thread_default (context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* States of the sink */

static gboolean
read_settings (WhipService * self, GError ** error)
{
  GST_OBJECT_LOCK (self->sink);
  whep_setting_table_copy (whip_settings, self->settings, &self->now);
  GST_OBJECT_UNLOCK (self->sink);
  if (!(self->location =
          whip_client_parse_location (self->now.location, error)))
    return FALSE;
  if (self->now.tls_ca_file && !(self->authorities =
          whip_trust_load (self->now.tls_ca_file, error)))
    return FALSE;
  return whip_client_check_token (self->now.token, error)
      && whep_ice_servers_parse (&self->servers, self->now.stun_server,
      self->now.turn_server, FALSE, error);
}

static void
forget_settings (WhipService * self)
{
  g_clear_pointer (&self->location, g_uri_unref);
  g_clear_object (&self->authorities);
  whep_ice_servers_clear (&self->servers);
  whep_setting_table_clear (whip_settings, &self->now);
}

static void
stop_thread (WhipService * self)
{
  later (self, quit);
  g_thread_join (g_steal_pointer (&self->thread));
  g_mutex_lock (&self->lock);
  GMainContext *context = g_steal_pointer (&self->context);
  g_mutex_unlock (&self->lock);
  g_main_context_unref (context);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

WhipService *
whip_service_new (GstElement * sink, const WhipSettings * settings,
    WhepInputs * inputs, const WhipServiceFuncs * funcs, gpointer user_data)
{
  WhipService *self = g_new0 (WhipService, 1);

  self->sink = sink;
  self->settings = settings;
  self->inputs = inputs;
  self->funcs = *funcs;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle_changed);
  return self;
}

void
whip_service_free (WhipService * self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle_changed);
  g_free (self);
}

void
whip_service_start (WhipService * self)
{
  GMainContext *context = g_main_context_new ();

  self->cleaners = g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
  self->loop = g_main_loop_new (context, FALSE);
  self->thread = g_thread_new ("whipsink", run, self);
  g_mutex_lock (&self->lock);
  self->context = context;
  g_mutex_unlock (&self->lock);
}

void
whip_service_stop (WhipService * self)
{
  /* Before the thread that they leave tasks for. */
  if (self->cleaners)
    g_thread_pool_free (g_steal_pointer (&self->cleaners), FALSE, TRUE);
  if (self->thread)
    stop_thread (self);
  forget_settings (self);
}

gboolean
whip_service_begin (WhipService * self, GError ** error)
{
  forget_settings (self);
  if (!read_settings (self, error))
    return FALSE;
  self->connected_at_us = 0;
  self->attempt = 0;
  g_mutex_lock (&self->lock);
  self->stopping = FALSE;
  g_mutex_unlock (&self->lock);
  g_atomic_int_set (&self->held, FALSE);
  return TRUE;
}

void
whip_service_end (WhipService * self)
{
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

/* Streams */

/* Each buffer that nobody takes asks for a session. */
void
whip_service_push (WhipService * self, guint input, GstBuffer * buffer,
    GstCaps * caps)
{
  g_autoptr (WhipSession) session = ref_session (self);

  if (session)
    whip_session_push (session, input, buffer, caps);
  else if (!g_atomic_int_get (&self->held)
      && g_atomic_int_compare_and_exchange (&self->asked, FALSE, TRUE))
    later (self, publish);
}

void
whip_service_compare_formats (WhipService * self)
{
  later (self, compare_formats);
}

void
whip_service_end_streams (WhipService * self)
{
  end_session (self, WHEP_END_EOS);
}

GstStructure *
whip_service_get_stats (WhipService * self)
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
