/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A viewer is a peer that makes the offer.
 */
#include "config.h"

#include "whep-viewer.h"

#include <glib/gi18n-lib.h>

#include "whep-ice.h"

WhepPeer *
whep_viewer_new (const WhepPeerConfig * config, WhepOffer * offer,
    const WhepPeerFuncs * funcs, gpointer user_data, GError ** error)
{
  g_autoptr (WhepPeer) viewer = whep_peer_new (config, funcs, user_data, error);

  if (!viewer) {
    whep_offer_free (offer);
    return NULL;
  }
  if (!whep_peer_set_remote (viewer, offer, error))
    return NULL;
  whep_transport_gather (whep_peer_get_transport (viewer));
  return g_steal_pointer (&viewer);
}

gchar *
whep_viewer_answer (WhepPeer * viewer)
{
  g_auto (GStrv) candidates =
      whep_transport_get_candidates (whep_peer_get_transport (viewer));
  WhepLocal local = whep_peer_get_local (viewer);

  local.setup =
      whep_peer_get_remote (viewer)->dtls_client ? "passive" : "active";
  local.candidates = (const gchar * const *) candidates;
  whep_peer_connect (viewer);
  return whep_description_new (whep_peer_get_remote (viewer)->media, &local);
}

const gchar *
whep_viewer_get_etag (WhepPeer * viewer)
{
  return whep_transport_get_ufrag (whep_peer_get_transport (viewer));
}

gboolean
whep_viewer_trickle (WhepPeer * viewer, const gchar * etag,
    const gchar * fragment, GError ** error)
{
  g_autofree gchar *ufrag = NULL;
  g_auto (GStrv) candidates = whep_ice_parse_fragment (fragment, &ufrag);

  if (etag && !g_str_equal (etag, "*")
      && !g_str_equal (etag, whep_viewer_get_etag (viewer))) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_PRECONDITION,
        _("If-Match names another ICE session than this viewer's."));
    return FALSE;
  }
  if (ufrag && !g_str_equal (ufrag, whep_peer_get_remote (viewer)->ice_ufrag)) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
        _("An ICE restart is not possible here. Make a new offer."));
    return FALSE;
  }
  whep_transport_add_candidates (whep_peer_get_transport (viewer),
      (const gchar * const *) candidates);
  return TRUE;
}
