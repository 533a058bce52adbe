/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way to one peer.
 *
 * Threads: what the agent tells comes from threads of its users too, not
 * always in its order, and is taken to the context.
 *
 * Timer, on the context: after GATHERING_TIMEOUT_MS the candidates that there
 * are must do.
 *
 * Lock: `lock` guards `closed` and is a leaf.
 */
#include "config.h"

#include "whep-transport.h"

#include <gst/gst.h>

#include "whep-ice.h"
#include "whep-task.h"

GST_DEBUG_CATEGORY_STATIC (whep_transport_debug);
#define GST_CAT_DEFAULT whep_transport_debug

#define GATHERING_TIMEOUT_MS 1000
/* What relays have to hear that they are not needed any more. */
#define CLOSE_TIMEOUT_US (500 * G_TIME_SPAN_MILLISECOND)

struct _WhepTransport
{
  GObject parent;

  GMainContext *context;
  WhepTransportFuncs funcs;
  gpointer user_data;
  NiceAgent *agent;
  guint stream_id;
  gchar *ufrag;
  gchar *pwd;
  gchar *remote_ufrag;
  gboolean relayed;             /* it may have an address of a relay */

  GMutex lock;
  GCond closed_changed;
  gboolean closed;              /* under the lock */

  /* On the context alone. */
  GSource *gathering_timer;
  gboolean gathered;
  gboolean heard;
  gboolean connected;
  gboolean stopped;
};

G_DEFINE_TYPE_WITH_CODE (WhepTransport, whep_transport, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (whep_transport_debug, "wheptransport", 0,
        "ICE towards one peer"));

static void
set_gathered (gpointer object, guint unused)
{
  WhepTransport *self = object;

  whep_task_clear_timer (&self->gathering_timer);
  if (self->gathered || self->stopped)
    return;
  self->gathered = TRUE;
  self->funcs.gathered (self, self->user_data);
}

static void
on_gathering_done (NiceAgent * agent, guint stream_id, WhepTransport * self)
{
  whep_task_later (self->context, self, set_gathered, 0);
}

static gboolean
on_gathering_timeout (gpointer user_data)
{
  WhepTransport *self = user_data;

  GST_INFO ("%s: gathering takes long; what there is must do", self->ufrag);
  set_gathered (self, 0);
  return G_SOURCE_REMOVE;
}

static void
set_heard (gpointer object, guint unused)
{
  WhepTransport *self = object;

  if (self->heard || self->stopped)
    return;
  self->heard = TRUE;
  if (self->funcs.heard)
    self->funcs.heard (self, self->user_data);
}

static void
set_connected (gpointer object, guint unused)
{
  WhepTransport *self = object;

  if (self->connected || self->stopped)
    return;
  /* Its first request may have come before there was anybody to hear it. */
  set_heard (self, 0);
  if (self->stopped)
    return;
  self->connected = TRUE;
  GST_DEBUG ("%s: connected", self->ufrag);
  self->funcs.connected (self, self->user_data);
}

static void
on_first_request (NiceAgent * agent, guint stream_id, WhepTransport * self)
{
  whep_task_later (self->context, self, set_heard, 0);
}

/* The agent reads nothing, checks included, without somebody for the data.
 * Whoever uses it takes the place. */
static void
on_early_data (NiceAgent * agent, guint stream_id, guint component_id,
    guint size, gchar * data, gpointer unused)
{
  GST_DEBUG ("%u bytes before there is anybody to read them", size);
}

static void
set_failed (gpointer object, guint unused)
{
  WhepTransport *self = object;

  if (!self->stopped)
    self->funcs.failed (self, self->user_data);
}

/* What is told may be over: a way was found since, or is looked for anew. */
static gboolean
has_failed (WhepTransport * self)
{
  return nice_agent_get_component_state (self->agent, self->stream_id,
      WHEP_ICE_COMPONENT) == NICE_COMPONENT_STATE_FAILED;
}

/* An answer to a check that comes after the failure ends the process in an
 * assertion of libnice (0.1.21), so nothing is read from here on. */
static void
stop_reading (WhepTransport * self)
{
  g_autoptr (GMainContext) nobody = g_main_context_new ();

  nice_agent_attach_recv (self->agent, self->stream_id, WHEP_ICE_COMPONENT,
      nobody, NULL, NULL);
}

/* Before the thread that brought the state reads more. */
static void
on_state (NiceAgent * agent, guint stream_id, guint component_id, guint state,
    WhepTransport * self)
{
  if (state == NICE_COMPONENT_STATE_CONNECTED
      || state == NICE_COMPONENT_STATE_READY) {
    whep_task_later (self->context, self, set_connected, 0);
  } else if (state == NICE_COMPONENT_STATE_FAILED && has_failed (self)) {
    stop_reading (self);
    whep_task_later (self->context, self, set_failed, 0);
  }
}

static void
read_credentials (WhepTransport * self)
{
  g_clear_pointer (&self->ufrag, g_free);
  g_clear_pointer (&self->pwd, g_free);
  nice_agent_get_local_credentials (self->agent, self->stream_id,
      &self->ufrag, &self->pwd);
}

WhepTransport *
whep_transport_new (const WhepTransportConfig * config,
    const WhepTransportFuncs * funcs, gpointer user_data)
{
  WhepTransport *self = g_object_new (WHEP_TYPE_TRANSPORT, NULL);

  self->context = g_main_context_ref (config->context);
  self->funcs = *funcs;
  self->user_data = user_data;
  self->agent = whep_ice_agent_new (config->context, config->servers,
      &self->stream_id);
  self->relayed = config->servers && config->servers->turn;
  g_object_set (self->agent, "controlling-mode", config->controlling, "ice-tcp",
      config->ice_tcp, NULL);
  g_signal_connect_object (self->agent, "candidate-gathering-done",
      G_CALLBACK (on_gathering_done), self, 0);
  g_signal_connect_object (self->agent, "component-state-changed",
      G_CALLBACK (on_state), self, 0);
  g_signal_connect_object (self->agent, "initial-binding-request-received",
      G_CALLBACK (on_first_request), self, 0);
  nice_agent_attach_recv (self->agent, self->stream_id, WHEP_ICE_COMPONENT,
      self->context, on_early_data, NULL);
  read_credentials (self);
  return self;
}

void
whep_transport_gather (WhepTransport * self)
{
  self->gathering_timer = whep_task_timer (self->context,
      GATHERING_TIMEOUT_MS, on_gathering_timeout, self);
  nice_agent_gather_candidates (self->agent, self->stream_id);
}

NiceAgent *
whep_transport_get_agent (WhepTransport * self)
{
  return self->agent;
}

guint
whep_transport_get_stream_id (WhepTransport * self)
{
  return self->stream_id;
}

const gchar *
whep_transport_get_ufrag (WhepTransport * self)
{
  return self->ufrag;
}

const gchar *
whep_transport_get_pwd (WhepTransport * self)
{
  return self->pwd;
}

gchar **
whep_transport_get_candidates (WhepTransport * self)
{
  return whep_ice_get_candidates (self->agent, self->stream_id);
}

void
whep_transport_set_remote (WhepTransport * self, const gchar * ufrag,
    const gchar * pwd, const gchar * const *candidates)
{
  g_free (self->remote_ufrag);
  self->remote_ufrag = g_strdup (ufrag);
  nice_agent_set_remote_credentials (self->agent, self->stream_id, ufrag, pwd);
  whep_transport_add_candidates (self, candidates);
}

const gchar *
whep_transport_get_remote_ufrag (WhepTransport * self)
{
  return self->remote_ufrag;
}

void
whep_transport_restart (WhepTransport * self)
{
  nice_agent_restart_stream (self->agent, self->stream_id);
  read_credentials (self);
  GST_INFO ("%s: a new ICE session", self->ufrag);
}

void
whep_transport_add_relay (WhepTransport * self, GUri * turn)
{
  GST_INFO ("%s: a relay at %s", self->ufrag, g_uri_get_host (turn));
  self->relayed = TRUE;
  whep_ice_servers_add_relay (turn, self->agent, self->stream_id);
}

void
whep_transport_add_candidates (WhepTransport * self,
    const gchar * const *candidates)
{
  whep_ice_add_candidates (self->agent, self->stream_id, candidates);
}

gboolean
whep_transport_is_connected (WhepTransport * self)
{
  return self->connected;
}

void
whep_transport_stop (WhepTransport * self)
{
  self->stopped = TRUE;
  whep_task_clear_timer (&self->gathering_timer);
}

static void
on_closed (GObject * agent, GAsyncResult * result, gpointer user_data)
{
  g_autoptr (WhepTransport) self = user_data;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_cond_broadcast (&self->closed_changed);
  g_mutex_unlock (&self->lock);
}

static void
close_agent (gpointer object, guint unused)
{
  WhepTransport *self = object;

  nice_agent_close_async (self->agent, on_closed, g_object_ref (self));
}

/* Until the relays were told, or have not listened. */
static void
give_up_relays (WhepTransport * self)
{
  gint64 end_us = g_get_monotonic_time () + CLOSE_TIMEOUT_US;

  whep_task_later (self->context, self, close_agent, 0);
  g_mutex_lock (&self->lock);
  while (!self->closed
      && g_cond_wait_until (&self->closed_changed, &self->lock, end_us));
  if (!self->closed)
    GST_INFO ("%s: a relay does not answer any more", self->ufrag);
  g_mutex_unlock (&self->lock);
}

void
whep_transport_close (WhepTransport * self)
{
  g_signal_handlers_disconnect_by_data (self->agent, self);
  nice_agent_remove_stream (self->agent, self->stream_id);
  if (self->relayed)
    give_up_relays (self);
}

static void
whep_transport_finalize (GObject * object)
{
  WhepTransport *self = WHEP_TRANSPORT (object);

  whep_task_clear_timer (&self->gathering_timer);
  g_clear_object (&self->agent);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->ufrag);
  g_free (self->pwd);
  g_free (self->remote_ufrag);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->closed_changed);
  G_OBJECT_CLASS (whep_transport_parent_class)->finalize (object);
}

static void
whep_transport_class_init (WhepTransportClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = whep_transport_finalize;
}

static void
whep_transport_init (WhepTransport * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->closed_changed);
}
