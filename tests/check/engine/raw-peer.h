/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plain GnuTLS session as the peer of an association: a second opinion, and
 * a peer that does what an association would never do. No losses, no time.
 */
#ifndef RAW_PEER_H
#define RAW_PEER_H

#include <gnutls/gnutls.h>

#include "virtual-network.h"

typedef struct
{
  VirtualNetwork *net;          /* one end of it is used */
  VirtualSide side;             /* of the association */
  gnutls_session_t tls;
  gnutls_certificate_credentials_t credentials;
  GQueue in;
  GQueue out;
  gint result;                  /* of the latest step */
} RawPeer;

/**
 * raw_peer_new:
 * @side: the association's; the peer is the other one
 * @priority: a GnuTLS priority string
 * @with_certificate: whether the peer has one
 * @srtp_profile: IANA id; 0 for none
 */
RawPeer *raw_peer_new (VirtualSide side, const gchar * priority,
    gboolean with_certificate, guint srtp_profile);
void raw_peer_free (RawPeer * peer);

VirtualEnd *raw_peer_end (RawPeer * peer);

/** Starts the association; what it says goes to the peer. */
void raw_peer_start (RawPeer * peer);

/** Gives the association what the peer has said. */
void raw_peer_deliver (RawPeer * peer);

/** Starts the association and goes on until nobody has anything to say. */
void raw_peer_handshake (RawPeer * peer);

/** Moves datagrams both ways; the peer handshakes or receives meanwhile. */
void raw_peer_exchange (RawPeer * peer, gboolean handshaking);

#define RAW_PEER_PRIORITY \
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+AEAD:+AES-128-GCM" \
    ":+SIGN-ECDSA-SHA256:+GROUP-X25519:+GROUP-SECP256R1:+CTYPE-X509:+COMP-NULL"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawPeer, raw_peer_free)

#endif
