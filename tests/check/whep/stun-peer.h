/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One socket of a peer that speaks STUN (RFC 8489) as ICE has it (RFC 8445),
 * message by message as a test likes, on the same machine as the transport it
 * speaks to.
 */
#ifndef STUN_PEER_H
#define STUN_PEER_H

#include <stun/usages/ice.h>

#include "whep/whep-transport.h"

#define STUN_PEER_UFRAG "peer"
#define STUN_PEER_PWD "0123456789012345678901"

typedef struct _StunPeer StunPeer;

/** StunPeerFunc: an authentic @request came from @from. */
typedef void (*StunPeerFunc) (StunPeer * peer, GSocketAddress * from,
    StunMessage * request, gpointer user_data);

struct _StunPeer
{
  WhepTransport *transport;
  GSocket *socket;
  GSource *source;
  StunAgent stun;
  StunPeerFunc func;
  gpointer user_data;
};

/**
 * stun_peer_init:
 * @transport: has gathered its candidates
 * @context: where @func is called
 *
 * Has the address of the first candidate, and a port of its own.
 */
void stun_peer_init (StunPeer * self, WhepTransport * transport,
    GMainContext * context, StunPeerFunc func, gpointer user_data);
void stun_peer_clear (StunPeer * self);

/** Returns: (transfer full): its line "candidate:…". */
gchar *stun_peer_get_candidate (StunPeer * self, guint32 priority);

/** Returns: (transfer full): where the first candidate of @transport is. */
GSocketAddress *stun_peer_get_goal (WhepTransport * transport);

/** What its checks say. */
typedef struct
{
  const gchar *pwd;             /* NULL for the transport's */
  guint32 priority;
  guint64 tie_breaker;
  gboolean controlled;
  gboolean nominates;
} StunPeerCheck;

/**
 * stun_peer_check: Returns: the size of a request in @data, which has room for
 * STUN_MAX_MESSAGE_SIZE_IPV6 bytes.
 */
gsize stun_peer_check (StunPeer * self, const StunPeerCheck * check,
    guint8 * data);

/** stun_peer_accept: the same for a success that names @mapped. */
gsize stun_peer_accept (StunPeer * self, StunMessage * request,
    GSocketAddress * mapped, guint8 * data);

/** stun_peer_refuse: the same for an error. */
gsize stun_peer_refuse (StunPeer * self, StunMessage * request, StunError code,
    guint8 * data);

void stun_peer_send (StunPeer * self, GSocketAddress * to,
    const guint8 * data, gsize size);

/** stun_peer_agree: accepts a request, and nominates where it came from. */
void stun_peer_agree (StunPeer * self, GSocketAddress * from,
    StunMessage * request);

#endif
