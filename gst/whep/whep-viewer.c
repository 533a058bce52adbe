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

static gboolean
is_etag_of (WhepPeer * viewer, const gchar * etag)
{
  return g_str_equal (etag, "*")
      || g_str_equal (etag, whep_viewer_get_etag (viewer));
}

/* The section whose transport all share. */
static const WhepMedia *
first_accepted (WhepPeer * viewer)
{
  const WhepOffer *offer = whep_peer_get_remote (viewer);

  for (guint i = 0; i < offer->media->len; i++) {
    const WhepMedia *media = g_ptr_array_index (offer->media, i);

    if (media->input >= 0)
      return media;
  }
  return NULL;
}

static gchar *
describe_transport (WhepPeer * viewer)
{
  WhepTransport *transport = whep_peer_get_transport (viewer);
  const WhepMedia *media = first_accepted (viewer);
  g_auto (GStrv) candidates = whep_transport_get_candidates (transport);

  return whep_ice_fragment_new (whep_transport_get_ufrag (transport),
      whep_transport_get_pwd (transport), media->kind, media->mid,
      (const gchar * const *) candidates);
}

/* RFC 9725 section 4.3.3, which the draft of WHEP shares. An If-Match is
 * asked for, so that candidates that come late start nothing. */
static gboolean
restart (WhepPeer * viewer, const gchar * etag, const gchar * ufrag,
    const gchar * pwd, const gchar * const *candidates, GError ** error)
{
  WhepTransport *transport = whep_peer_get_transport (viewer);

  if (!etag) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_PRECONDITION,
        _("An ICE restart needs the header If-Match: *."));
    return FALSE;
  }
  if (!whep_ice_check_credentials (ufrag, pwd)) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE,
        _("The fragment has no usable a=ice-ufrag and a=ice-pwd."));
    return FALSE;
  }
  whep_transport_restart (transport);
  whep_transport_set_remote (transport, ufrag, pwd, candidates);
  return TRUE;
}

gboolean
whep_viewer_trickle (WhepPeer * viewer, const gchar * etag,
    const gchar * fragment, gchar ** answer, GError ** error)
{
  WhepTransport *transport = whep_peer_get_transport (viewer);
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  g_auto (GStrv) lines = whep_ice_parse_fragment (fragment, &ufrag, &pwd);
  const gchar *const *candidates = (const gchar * const *) lines;

  *answer = NULL;
  if (etag && !is_etag_of (viewer, etag)) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_PRECONDITION,
        _("If-Match names another ICE session than this viewer's."));
    return FALSE;
  }
  if (!ufrag
      || g_strcmp0 (ufrag, whep_transport_get_remote_ufrag (transport)) == 0) {
    whep_transport_add_candidates (transport, candidates);
    return TRUE;
  }
  if (!restart (viewer, etag, ufrag, pwd, candidates, error))
    return FALSE;
  *answer = describe_transport (viewer);
  return TRUE;
}
