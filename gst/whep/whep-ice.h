/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ICE agent of one peer (RFC 8445), on libnice: made for our needs, and
 * its candidates as lines of SDP in both directions.
 *
 * Which local addresses it uses: all that the machine has, whatever address
 * the HTTP side listens at, because a browser sends from such an address even
 * to a server on the same machine; loopback only where there is no other.
 */
#ifndef WHEP_ICE_H
#define WHEP_ICE_H

#include "whep-ice-servers.h"

G_BEGIN_DECLS

/** The one component: RTP and RTCP share it (RFC 5761). */
#define WHEP_ICE_COMPONENT NICE_COMPONENT_TYPE_RTP

/**
 * whep_ice_agent_new:
 * @context: where its timers run
 * @servers: (nullable): for gathering candidates
 * @stream_id: (out): its one stream, with one component
 *
 * Returns: (transfer full): an agent in the controlled role, that expects
 * the peer's candidates at any time. It does not ask whether the peer is still
 * there: see whep-watch.h.
 */
NiceAgent *whep_ice_agent_new (GMainContext * context,
    const WhepIceServers * servers, guint * stream_id);

/**
 * whep_ice_get_candidates:
 *
 * Returns: (transfer full): lines "candidate:…", all there are so far.
 */
gchar **whep_ice_get_candidates (NiceAgent * agent, guint stream_id);

/**
 * whep_ice_add_candidates:
 * @lines: (array zero-terminated=1): "candidate:…" lines of the peer
 *
 * What cannot be used is passed over: names nobody can resolve, as browsers
 * hide their addresses behind, become known when the peer's checks arrive.
 */
void whep_ice_add_candidates (NiceAgent * agent, guint stream_id,
    const gchar * const *lines);

/**
 * whep_ice_parse_fragment:
 * @text: a body of application/trickle-ice-sdpfrag (RFC 8840)
 * @ufrag: (out) (transfer full) (nullable): the ICE user fragment in it
 * @pwd: (out) (transfer full) (nullable): the password to it
 *
 * Returns: (transfer full): the "candidate:…" lines in it.
 */
gchar **whep_ice_parse_fragment (const gchar * text, gchar ** ufrag,
    gchar ** pwd);

/**
 * whep_ice_fragment_new:
 * @kind: of the m= section that stands for all of a BUNDLE, "video"
 * @mid: (nullable): its a=mid
 * @candidates: (array zero-terminated=1): "candidate:…" lines, all there are
 *
 * Returns: (transfer full): a body of application/trickle-ice-sdpfrag.
 */
gchar *whep_ice_fragment_new (const gchar * ufrag, const gchar * pwd,
    const gchar * kind, const gchar * mid, const gchar * const *candidates);

/**
 * whep_ice_check_credentials:
 *
 * Returns: whether both are there, long enough and of the characters that ICE
 * allows (RFC 8839 section 5.4).
 */
gboolean whep_ice_check_credentials (const gchar * ufrag, const gchar * pwd);

G_END_DECLS

#endif
