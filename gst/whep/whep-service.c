/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a whepsink does for those who come over HTTP.
 *
 * Threads: all that viewers and the server tell comes on the server's thread.
 * Locks: the sink's object lock, for its settings, and taken alone.
 */
#include "config.h"

#include "whep-service.h"

#include <glib/gi18n-lib.h>

#include "whep-remb.h"
#include "whep-server.h"
#include "whep-task.h"
#include "whep-tls.h"
#include "whep-viewer.h"

GST_DEBUG_CATEGORY_EXTERN (whep_sink_debug);
#define GST_CAT_DEFAULT whep_sink_debug

#define CLEANERS_MAX 2
#define OFFERS_WINDOW_US G_TIME_SPAN_MINUTE

struct _WhepService
{
  GstElement *sink;
  const WhepSettings *settings; /* under the sink's object lock */
  WhepInputs *inputs;
  WhepViewers *viewers;
  WhepServiceFuncs funcs;
  gpointer user_data;

  WhepServer *server;
  GThreadPool *cleaners;
  WhepIceServers servers;

  /* Of the server's thread. */
  gint64 offers_since_us;
  guint offers;
  guint bitrate;
};

/* What viewers tell */

static void
on_viewer_gathered (WhepPeer * viewer, gpointer user_data)
{
  WhepService *self = user_data;
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
  WhepService *self = user_data;

  whep_inputs_request_keyframe (self->inputs, index);
}

/* The slowest viewer decides; small changes are not worth a new encoding. */
static void
update_bitrate (WhepService * self)
{
  guint bitrate = whep_viewers_get_bitrate (self->viewers);

  if (!whep_remb_differs (self->bitrate, bitrate))
    return;
  self->bitrate = bitrate;
  if (bitrate > 0)
    self->funcs.bitrate (bitrate, self->user_data);
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
  WhepService *self = user_data;
  const gchar *id = whep_peer_get_id (viewer);
  WhepExchange *exchange = whep_viewers_take_exchange (self->viewers, viewer);

  if (exchange)
    refuse (exchange, WHEP_ERROR_UNAVAILABLE, _("The stream is ending."));
  whep_viewers_remove (self->viewers, viewer, end);
  self->funcs.removed (id, whep_end_name (end), detail, self->user_data);
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

/* The settings that may change at any time, as they are with one offer. */
typedef struct
{
  guint max_viewers;
  guint offers_per_minute;
  guint connect_timeout_ms;
  gboolean ice_tcp;
} Terms;

static Terms
read_terms (WhepService * self)
{
  const WhepSettings *settings = self->settings;

  GST_OBJECT_LOCK (self->sink);
  Terms terms = {
    .max_viewers = settings->max_viewers,
    .offers_per_minute = settings->offers_per_minute,
    .connect_timeout_ms = settings->connect_timeout_ms,
    .ice_tcp = settings->ice_tcp,
  };
  GST_OBJECT_UNLOCK (self->sink);
  return terms;
}

static gboolean
check_rate (WhepService * self, guint max, GError ** error)
{
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
check_room (WhepService * self, guint max, GError ** error)
{
  g_autoptr (GPtrArray) viewers = whep_viewers_ref_all (self->viewers);

  if (max == 0 || viewers->len < max)
    return TRUE;
  g_set_error (error, WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
      _("There are %u viewers already, which is all there may be."), max);
  return FALSE;
}

static WhepPeer *
make_viewer (WhepService * self, const gchar * text, gsize size,
    GError ** error)
{
  WhepFormat formats[WHEP_INPUTS_MAX];
  guint n_formats = whep_inputs_read_formats (self->inputs, formats);
  Terms terms = read_terms (self);
  WhepOffer *offer;

  if (!check_rate (self, terms.offers_per_minute, error)
      || !check_room (self, terms.max_viewers, error)
      || !(offer = whep_offer_parse (text, size, formats, n_formats, error)))
    return NULL;
  g_autoptr (GstClock) clock = gst_element_get_clock (self->sink);
  if (!clock)
    clock = gst_system_clock_obtain ();
  WhepPeerConfig config = {
    .context = whep_server_get_context (self->server),
    .cleaners = self->cleaners,.clock = clock,
    .ice_tcp = terms.ice_tcp,
    .ssrcs = whep_inputs_get_ssrcs (self->inputs),
    .obtain_packetizer = whep_inputs_obtain_packetizer,
    .packets_data = self->inputs,
    .servers = &self->servers,
    .connect_timeout_ms = terms.connect_timeout_ms,
  };
  return whep_viewer_new (&config, offer, &viewer_funcs, self, error);
}

static void
on_offer (WhepExchange * exchange, const gchar * text, gsize size,
    gpointer user_data)
{
  WhepService *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WhepPeer) viewer = make_viewer (self, text, size, &error);

  if (!viewer) {
    GST_INFO_OBJECT (self->sink, "refused an offer: %s", error->message);
    whep_viewers_count_refused (self->viewers);
    whep_exchange_refuse (exchange, error);
    return;
  }
  const gchar *id = whep_peer_get_id (viewer);
  whep_viewers_add (self->viewers, viewer, exchange);
  self->funcs.added (id, self->user_data);
}

static gboolean
on_trickle (const gchar * id, gchar ** etag, const gchar * fragment,
    gchar ** answer, GError ** error, gpointer user_data)
{
  WhepService *self = user_data;
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
  WhepService *self = user_data;
  g_autoptr (WhepPeer) viewer = whep_viewers_find (self->viewers, id);

  if (viewer)
    whep_peer_end (viewer, WHEP_END_LEFT);
  return viewer != NULL;
}

static const WhepServerHandler server_handler = {
  on_offer, on_trickle, on_remove
};

/* Making one */

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

static WhepServer *
make_server (WhepService * self, const WhepSettings * settings, GError ** error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_auto (GStrv) links = NULL;

  if (!check_path (settings->path, error)
      || !whep_ice_servers_parse (&self->servers, settings->stun_server,
          settings->turn_server, settings->share_turn_server, error)
      || !read_tls (settings, &certificate, error))
    return NULL;
  links = whep_ice_servers_get_links (&self->servers,
      settings->share_turn_server);
  WhepServerConfig config = {
    .address = settings->address ? settings->address : "",
    .port = settings->port,.path = settings->path,
    .access = {settings->allowed_origins, settings->token, FALSE},
    .tls_certificate = certificate,.links = (const gchar * const *) links,
  };
  return whep_server_new (&config, &server_handler, self, error);
}

WhepService *
whep_service_new (GstElement * sink, const WhepSettings * settings,
    WhepInputs * inputs, WhepViewers * viewers,
    const WhepServiceFuncs * funcs, gpointer user_data, GError ** error)
{
  WhepService *self = g_new0 (WhepService, 1);
  WhepSettings now;

  self->sink = sink;
  self->settings = settings;
  self->inputs = inputs;
  self->viewers = viewers;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->cleaners = g_thread_pool_new (whep_peer_clean, NULL, CLEANERS_MAX,
      FALSE, NULL);
  GST_OBJECT_LOCK (sink);
  whep_setting_table_copy (whep_settings, settings, &now);
  GST_OBJECT_UNLOCK (sink);
  self->server = make_server (self, &now, error);
  whep_setting_table_clear (whep_settings, &now);
  if (!self->server)
    g_clear_pointer (&self, whep_service_free);
  return self;
}

guint
whep_service_get_port (WhepService * self)
{
  return whep_server_get_port (self->server);
}

gchar *
whep_service_get_uri (WhepService * self)
{
  return whep_server_get_uri (self->server);
}

static gboolean
end_all (gpointer user_data)
{
  WhepService *self = user_data;

  whep_viewers_end_all (self->viewers, WHEP_END_STOPPED);
  whep_viewers_settle (self->viewers);
  return G_SOURCE_REMOVE;
}

/* On the server's thread, after an offer that it may be looking at. */
void
whep_service_end_viewers (WhepService * self)
{
  whep_viewers_unsettle (self->viewers);
  whep_task_call (whep_server_get_context (self->server), end_all, self, NULL);
  whep_viewers_wait_settled (self->viewers);
}

void
whep_service_free (WhepService * self)
{
  if (self->server)
    whep_service_end_viewers (self);
  /* Before the thread that they leave tasks for. */
  g_thread_pool_free (self->cleaners, FALSE, TRUE);
  g_clear_pointer (&self->server, whep_server_free);
  whep_ice_servers_clear (&self->servers);
  g_free (self);
}
