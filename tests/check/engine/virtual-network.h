/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two associations and the network between them, in memory and in virtual
 * time: every run with the same seed is the same to the microsecond.
 */
#ifndef VIRTUAL_NETWORK_H
#define VIRTUAL_NETWORK_H

#include "engine/association.h"

#define VIRTUAL_MS 1000
#define VIRTUAL_SECOND G_GINT64_CONSTANT (1000000)

typedef enum
{
  VIRTUAL_CLIENT,
  VIRTUAL_SERVER,
} VirtualSide;

typedef struct _VirtualNetwork VirtualNetwork;

/**
 * VirtualFilter: sees each datagram before the network does.
 *
 * Returns: (transfer full) (nullable): what travels in its place; %NULL for
 * nothing. Taking over @datagram and returning it changes nothing.
 */
typedef GBytes *(*VirtualFilter) (VirtualNetwork * net, VirtualSide from,
    GBytes * datagram, gpointer user_data);

/**
 * VirtualLink: what the network does, the same both ways.
 * @delay_ms: one way
 * @jitter_ms: added at random, so datagrams overtake each other
 * @loss, @duplication, @corruption: probabilities, 0 to 1
 */
typedef struct
{
  guint delay_ms;
  guint jitter_ms;
  gdouble loss;
  gdouble duplication;
  gdouble corruption;
} VirtualLink;

/** One end, and everything it has said. */
typedef struct
{
  DtlsAssociation *association;
  DtlsConfig config;
  DtlsState state;
  GError *error;
  DtlsSrtpKeys *keys;           /* the latest */
  GBytes *peer_certificate;
  GPtrArray *data;              /* GBytes */
  GString *story;               /* "connecting certificate keys connected" */
  guint n_keys;
  guint n_peer_closed;
  gsize largest;                /* datagram sent */
  gint64 connected_us;          /* -1 before */
} VirtualEnd;

struct _VirtualNetwork
{
  VirtualEnd ends[2];
  VirtualLink link;
  VirtualFilter filter;
  gpointer filter_data;
  GRand *rand;
  gint64 now_us;
  GSequence *flying;
};

/** Both ends get new certificates' defaults; nothing is started. */
VirtualNetwork *virtual_network_new (guint32 seed);
void virtual_network_free (VirtualNetwork * net);

VirtualEnd *virtual_network_end (VirtualNetwork * net, VirtualSide side);

/** Tells each end the other's certificate. */
void virtual_network_exchange_fingerprints (VirtualNetwork * net);

void virtual_network_start (VirtualNetwork * net, VirtualSide side);
void virtual_network_start_both (VirtualNetwork * net);

/** A new association in the place of an old one, as after a crash. */
void virtual_network_reset_end (VirtualNetwork * net, VirtualSide side);

/** Delivers at once to @to, past the filter. */
void virtual_network_inject (VirtualNetwork * net, VirtualSide to,
    const guint8 * data, gsize size);

/** Empties an end's outputs into the network; after calls of one's own. */
void virtual_network_drain (VirtualNetwork * net, VirtualSide side);

/** Returns: (transfer full): a datagram of net->flying. */
GBytes *virtual_network_peek_flying (GSequenceIter * iter);

/** Goes on until nothing happens any more before @until_us. */
void virtual_network_run (VirtualNetwork * net, gint64 until_us);

/** Goes on until both ends are connected. Returns: whether, by @until_us. */
gboolean virtual_network_connect (VirtualNetwork * net, gint64 until_us);

/** Fails unless data of each end reach the other within 100 ms. */
void virtual_network_assert_data_flows (VirtualNetwork * net);

/** Certificates shared by all tests of a program; made once. */
DtlsCertificate *virtual_certificate (guint i);

DtlsFingerprints *virtual_fingerprint (DtlsCertificate * certificate,
    DtlsHash hash);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VirtualNetwork, virtual_network_free)

#endif
