/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A viewer is a peer that makes the offer: how it comes by its answer, and
 * what it may say later. Called on the peer's context.
 */
#ifndef WHEP_VIEWER_H
#define WHEP_VIEWER_H

#include "whep-peer.h"

G_BEGIN_DECLS

/**
 * whep_viewer_new:
 * @offer: (transfer full): what it asks for
 *
 * Returns: (transfer full) (nullable): a peer that gathers candidates; see
 * whep_viewer_answer().
 */
WhepPeer *whep_viewer_new (const WhepPeerConfig * config, WhepOffer * offer,
    const WhepPeerFuncs * funcs, gpointer user_data, GError ** error);

/**
 * whep_viewer_answer:
 *
 * To be called when candidates are gathered; connecting begins.
 *
 * Returns: (transfer full): the SDP for it.
 */
gchar *whep_viewer_answer (WhepPeer * viewer);

/** Returns: (transfer none): names its ICE session. */
const gchar *whep_viewer_get_etag (WhepPeer * viewer);

/**
 * whep_viewer_trickle:
 * @etag: (nullable): the ICE session that is meant; %NULL or "*" for any
 * @fragment: see whep_ice_parse_fragment()
 * @answer: (out) (transfer full) (nullable): a fragment of ours, when @fragment
 *   restarted ICE with credentials that were not heard of before; the etag is
 *   another one then
 */
gboolean whep_viewer_trickle (WhepPeer * viewer, const gchar * etag,
    const gchar * fragment, gchar ** answer, GError ** error);

G_END_DECLS

#endif
