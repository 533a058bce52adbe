/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way to one peer: an ICE agent with one stream, from gathering to the
 * end. It knows neither HTTP nor media.
 *
 * Threads: made and told things on its context, where its callbacks come too;
 * whep_transport_close() may be called from any thread.
 */
#ifndef WHEP_TRANSPORT_H
#define WHEP_TRANSPORT_H

#include "whep-ice-servers.h"

G_BEGIN_DECLS

#define WHEP_TYPE_TRANSPORT (whep_transport_get_type ())
G_DECLARE_FINAL_TYPE (WhepTransport, whep_transport, WHEP, TRANSPORT, GObject)

/**
 * WhepTransportFuncs:
 * @gathered: our candidates are there, or those that came in time; once
 * @connected: a way to the peer was found; once
 * @failed: there is no way to the peer, or not any more; it is not heard any
 *   more
 * @heard: (nullable): the peer has sent what only one can who knows our
 *   password; once, before @connected
 */
typedef struct
{
  void (*gathered) (WhepTransport * transport, gpointer user_data);
  void (*connected) (WhepTransport * transport, gpointer user_data);
  void (*failed) (WhepTransport * transport, gpointer user_data);
  void (*heard) (WhepTransport * transport, gpointer user_data);
} WhepTransportFuncs;

/**
 * WhepTransportConfig:
 * @context: where its timers and callbacks run
 * @controlling: whether it decides which way is taken, as who makes the offer
 *   does (RFC 8445 section 6.1.1)
 * @ice_tcp: whether there are candidates for TCP (RFC 6544)
 * @servers: (nullable): for gathering candidates
 */
typedef struct
{
  GMainContext *context;
  gboolean controlling;
  gboolean ice_tcp;
  const WhepIceServers *servers;
} WhepTransportConfig;

/** Returns: (transfer full): one that has credentials and no candidates. */
WhepTransport *whep_transport_new (const WhepTransportConfig * config,
    const WhepTransportFuncs * funcs, gpointer user_data);

/** whep_transport_gather: starts; see @gathered. */
void whep_transport_gather (WhepTransport * self);

/** Returns: (transfer none): the agent, for those who send and receive. */
NiceAgent *whep_transport_get_agent (WhepTransport * self);

/** Returns: the agent's one stream. */
guint whep_transport_get_stream_id (WhepTransport * self);

/**
 * Returns: (transfer none): our user fragment, which names the ICE session;
 * until whep_transport_restart().
 */
const gchar *whep_transport_get_ufrag (WhepTransport * self);

/** Returns: (transfer none): the password to it. */
const gchar *whep_transport_get_pwd (WhepTransport * self);

/** Returns: (transfer full): "candidate:…" lines, all there are so far. */
gchar **whep_transport_get_candidates (WhepTransport * self);

/**
 * whep_transport_set_remote:
 * @candidates: (array zero-terminated=1): "candidate:…" lines
 *
 * What the peer announced; connecting begins.
 */
void whep_transport_set_remote (WhepTransport * self, const gchar * ufrag,
    const gchar * pwd, const gchar * const *candidates);

/** Returns: (transfer none) (nullable): of whep_transport_set_remote(). */
const gchar *whep_transport_get_remote_ufrag (WhepTransport * self);

/**
 * whep_transport_restart:
 *
 * Begins a new ICE session (RFC 8445 section 2.4), with credentials of its
 * own and the same addresses; whep_transport_set_remote() is to follow. Media
 * take the old way as long as there is no new one.
 */
void whep_transport_restart (WhepTransport * self);

/**
 * whep_transport_add_relay:
 * @turn: of whep_ice_servers_check_turn()
 *
 * One more relay, at any time. Ways over it are tried like all others.
 */
void whep_transport_add_relay (WhepTransport * self, GUri * turn);

/** whep_transport_add_candidates: more of the peer's, at any time. */
void whep_transport_add_candidates (WhepTransport * self,
    const gchar * const *candidates);

/** whep_transport_is_connected: whether a way was ever found. */
gboolean whep_transport_is_connected (WhepTransport * self);

/** whep_transport_stop: no callback comes any more. */
void whep_transport_stop (WhepTransport * self);

/**
 * whep_transport_close:
 *
 * Gives up the addresses and relays it holds; after whep_transport_stop(),
 * and when nobody uses the agent any more. Relays are told, for which it waits
 * half a second at most: on another thread than its context's, which must run.
 */
void whep_transport_close (WhepTransport * self);

G_END_DECLS

#endif
