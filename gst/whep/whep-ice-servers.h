/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The servers that help a way to be found: one for STUN (RFC 8489), one for
 * TURN (RFC 8656), as a person writes them, an ICE agent uses them and a
 * client of WHEP is told of them.
 */
#ifndef WHEP_ICE_SERVERS_H
#define WHEP_ICE_SERVERS_H

#include <nice/agent.h>

G_BEGIN_DECLS

/** Each is %NULL where there is none. */
typedef struct
{
  GUri *stun;
  GUri *turn;
} WhepIceServers;

/**
 * whep_ice_servers_parse:
 * @self: (out): to be cleared, also after an error
 * @stun: (nullable): "stun://HOST:PORT"
 * @turn: (nullable): "turn://USER:PASSWORD@HOST:PORT", with "?transport=tcp"
 *   for TCP
 * @share_turn: whether clients are told of @turn; only then it may be
 *   "turns://…", for TLS, which libnice has none of
 * @error: of #GIOErrorEnum; names what is wrong without its password
 */
gboolean whep_ice_servers_parse (WhepIceServers * self, const gchar * stun,
    const gchar * turn, gboolean share_turn, GError ** error);

void whep_ice_servers_clear (WhepIceServers * self);

/**
 * whep_ice_servers_check_turn:
 * @turn: with its user and password
 *
 * Returns: whether whep_ice_servers_parse() could have made it.
 */
gboolean whep_ice_servers_check_turn (GUri * turn, GError ** error);

/**
 * whep_ice_servers_apply:
 *
 * For the component RTP of the stream. A relay with TLS is for clients alone.
 */
void whep_ice_servers_apply (const WhepIceServers * self, NiceAgent * agent,
    guint stream_id);

/**
 * whep_ice_servers_add_relay:
 * @turn: of whep_ice_servers_check_turn()
 *
 * One more relay, also for an agent that has gathered its candidates; those of
 * the relay come later then.
 */
void whep_ice_servers_add_relay (GUri * turn, NiceAgent * agent,
    guint stream_id);

/**
 * whep_ice_servers_get_links:
 * @with_turn: whether user and password of the TURN server are told
 *
 * Returns: (transfer full): what tells a client of WHEP of each, as values of
 * the header Link (draft-ietf-wish-whep, RFC 9725 section 4.6).
 */
gchar **whep_ice_servers_get_links (const WhepIceServers * self,
    gboolean with_turn);

G_END_DECLS

#endif
