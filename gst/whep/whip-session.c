/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One publication: gather → offer → POST → answer → connect → DELETE.
 */
#include "config.h"

#include "whip-session.h"

#include <glib/gi18n-lib.h>

#include "whip-client.h"
#include "whip-offer.h"

struct _WhipSession
{
  GObject parent;

  WhipSessionFuncs funcs;
  gpointer user_data;
  WhepPeer *peer;
  WhipClient *client;
  GPtrArray *offered;

  /* On the context alone. */
  WhepEnd end;
  GError *error;
};

G_DEFINE_TYPE (WhipSession, whip_session, G_TYPE_OBJECT);

/* Ends it for a reason of its own. */
static void
fail (WhipSession * self, const GError * error)
{
  if (!self->error)
    self->error = g_error_copy (error);
  whep_peer_end (self->peer, WHEP_END_ERROR);
}

/* What a person can do about an end that nobody here wanted. */
static GError *
error_of_end (WhepEnd end, const gchar * detail)
{
  switch (end) {
    case WHEP_END_UNREACHABLE:
      return g_error_new_literal (WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
          _("The server took the offer, but no way for the media was found. "
              "Check the firewalls, or set stun-server or turn-server."));
    case WHEP_END_HANDSHAKE:
      return g_error_new (WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
          _("The server did not prove that it is who answered the offer, so "
              "nothing is sent to it: %s"),
          detail ? detail : _("The DTLS handshake took too long."));
    case WHEP_END_SILENT:
      return g_error_new_literal (WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
          _("The connection was lost: the server has not been heard of for 30 "
              "seconds. Start again when it is back."));
    case WHEP_END_CLOSED:
      return g_error_new_literal (WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
          _("The server has ended the session. Its operator knows why."));
    case WHEP_END_ERROR:
      return g_error_new (WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
          _("The stream cannot be sent: %s"),
          detail ? detail : _("The log says why."));
    default:
      return NULL;
  }
}

/* What the client tells */

/* The relays are beside that of the configuration. */
static void
connect_to (WhipSession * self, GPtrArray * relays)
{
  for (guint i = 0; i < relays->len; i++)
    whep_transport_add_relay (whep_peer_get_transport (self->peer),
        g_ptr_array_index (relays, i));
  whep_peer_connect (self->peer);
}

static void
on_answered (WhipClient * client, const gchar * answer, gsize size,
    GPtrArray * relays, gpointer user_data)
{
  WhipSession *self = user_data;
  g_autoptr (GError) cause = NULL;
  WhepOffer *remote =
      whep_offer_parse_answer (answer, size, self->offered, &cause);

  if (remote && whep_peer_set_remote (self->peer, remote, &cause)) {
    connect_to (self, relays);
    return;
  }
  g_autoptr (GError) error = g_error_new (WHEP_ERROR,
      WHEP_ERROR_NOT_ACCEPTABLE, _("The server's answer is of no use: %s"),
      cause->message);
  fail (self, error);
}

static void
on_refused (WhipClient * client, const GError * error, gpointer user_data)
{
  fail (user_data, error);
}

static void
on_left (WhipClient * client, gpointer user_data)
{
  g_autoptr (WhipSession) self = user_data;

  self->funcs.ended (self, self->end, self->error, self->user_data);
  /* It must not go with a last reference that some other thread has. */
  g_clear_object (&self->client);
}

static const WhipClientFuncs client_funcs = {
  on_answered, on_refused, on_left
};

/* What the peer tells */

static void
on_gathered (WhepPeer * peer, gpointer user_data)
{
  WhipSession *self = user_data;
  g_auto (GStrv) candidates =
      whep_transport_get_candidates (whep_peer_get_transport (peer));
  WhepLocal local = whep_peer_get_local (peer);
  g_autofree gchar *offer = NULL;

  local.setup = "actpass";
  local.candidates = (const gchar * const *) candidates;
  offer = whep_description_new (self->offered, &local);
  whip_client_offer (self->client, offer);
}

static void
on_connected (WhepPeer * peer, gpointer user_data)
{
  WhipSession *self = user_data;

  self->funcs.connected (self, self->user_data);
}

static void
on_keyframe (WhepPeer * peer, guint input, gpointer user_data)
{
  WhipSession *self = user_data;

  self->funcs.keyframe (self, input, self->user_data);
}

static void
on_bitrate (WhepPeer * peer, gpointer user_data)
{
  WhipSession *self = user_data;

  self->funcs.bitrate (self, self->user_data);
}

/* The reference is for on_left(). */
static void
on_ended (WhepPeer * peer, WhepEnd end, const gchar * detail,
    gpointer user_data)
{
  WhipSession *self = g_object_ref (user_data);

  self->end = end;
  if (!self->error)
    self->error = error_of_end (end, detail);
  whip_client_leave (self->client);
}

static const WhepPeerFuncs peer_funcs = {
  .gathered = on_gathered,
  .connected = on_connected,
  .keyframe = on_keyframe,
  .bitrate = on_bitrate,
  .ended = on_ended,
};

void
whip_session_end (WhipSession * self, WhepEnd end)
{
  whep_peer_end (self->peer, end);
}

void
whip_session_push (WhipSession * self, guint input, GstBuffer * buffer,
    GstCaps * caps)
{
  whep_peer_push (self->peer, input, buffer, caps);
}

guint
whip_session_get_bitrate (WhipSession * self)
{
  return whep_peer_get_bitrate (self->peer);
}

GstStructure *
whip_session_get_stats (WhipSession * self)
{
  return whep_peer_get_stats (self->peer);
}

WhipSession *
whip_session_new (const WhipSessionConfig * config,
    const WhepFormat * formats, guint n_formats,
    const WhipSessionFuncs * funcs, gpointer user_data, GError ** error)
{
  g_autoptr (WhipSession) self = g_object_new (WHIP_TYPE_SESSION, NULL);
  WhepPeerConfig peer = config->peer;

  self->funcs = *funcs;
  self->user_data = user_data;
  self->offered = whip_offer_new (formats, n_formats);
  peer.controlling = TRUE;
  self->peer = whep_peer_new (&peer, &peer_funcs, self, error);
  if (!self->peer)
    return NULL;
  WhipClientConfig client = {
    .context = peer.context,.location = config->location,
    .token = config->token,.authorities = config->authorities,
    .timeout_ms = peer.connect_timeout_ms,
  };
  self->client = whip_client_new (&client, &client_funcs, self);
  whep_transport_gather (whep_peer_get_transport (self->peer));
  return g_steal_pointer (&self);
}

static void
whip_session_finalize (GObject * object)
{
  WhipSession *self = WHIP_SESSION (object);

  g_clear_object (&self->peer);
  g_clear_object (&self->client);
  g_clear_pointer (&self->offered, g_ptr_array_unref);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (whip_session_parent_class)->finalize (object);
}

static void
whip_session_class_init (WhipSessionClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = whip_session_finalize;
}

static void
whip_session_init (WhipSession * self)
{
}
