/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The relays that a server of WHIP offers to whoever publishes to it, in Link
 * headers of its answer (RFC 9725 section 4.6):
 *
 *   Link: <turn:relay.example.org:3478?transport=udp>; rel="ice-server";
 *         username="u"; credential="p"; credential-type="password"
 */
#ifndef WHIP_LINKS_H
#define WHIP_LINKS_H

#include <libsoup/soup.h>

G_BEGIN_DECLS

/** The most that are taken; with one of a user's own, libnice has no more. */
#define WHIP_LINKS_MAX 7

/**
 * whip_links_get_relays:
 * @headers: of a response; input of a stranger
 *
 * What cannot be used is passed over, with a line in the log that says why and
 * holds no credentials: what is malformed, TURN over TLS, which libnice does
 * not speak, and STUN, which it asks while it gathers addresses, so before
 * there is an answer.
 *
 * Returns: (transfer full) (element-type GUri): at most %WHIP_LINKS_MAX, as of
 * whep_ice_servers_check_turn() wants them, in the server's order.
 */
GPtrArray *whip_links_get_relays (SoupMessageHeaders * headers);

G_END_DECLS

#endif
