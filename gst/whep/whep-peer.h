/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One peer that is sent our streams, however signalling brought it: the way to
 * it, the leg of elements, the gate that lets its media begin with a keyframe,
 * and the watch over how it ends.
 *
 * Threads: made, connected and ended on its context, where its callbacks come
 * too; @keyframe comes from whep_peer_push() as well. Buffers come from the
 * streams' threads, each stream from one.
 */
#ifndef WHEP_PEER_H
#define WHEP_PEER_H

#include <gst/gst.h>

#include "whep-description.h"
#include "whep-offer.h"
#include "whep-packetizer.h"
#include "whep-transport.h"

G_BEGIN_DECLS

#define WHEP_TYPE_PEER (whep_peer_get_type ())
G_DECLARE_FINAL_TYPE (WhepPeer, whep_peer, WHEP, PEER, GObject)

/** Why it is over; the names are in signals and stats. */
typedef enum
{
  WHEP_END_LEFT,                /* DELETE */
  WHEP_END_CLOSED,              /* the peer's close_notify */
  WHEP_END_SILENT,              /* it was sent media and did not report */
  WHEP_END_UNREACHABLE,         /* no connection in time */
  WHEP_END_HANDSHAKE,           /* DTLS failed, the peer's identity included */
  WHEP_END_FORMAT,              /* the stream is another now */
  WHEP_END_EOS,                 /* the streams have ended */
  WHEP_END_STOPPED,             /* the sink was stopped */
  WHEP_END_ERROR,               /* an element of the leg failed */
} WhepEnd;

#define WHEP_N_ENDS (WHEP_END_ERROR + 1)

/** whep_end_name: Returns: (transfer none): e.g. "unreachable". */
const gchar *whep_end_name (WhepEnd end);

/**
 * WhepPeerFuncs:
 * @gathered: whep_transport_get_candidates() has all there are; once
 * @connected: (nullable): DTLS is done, media may go; once
 * @keyframe: a keyframe of @input is needed
 * @bitrate: it says what it can receive: see whep_peer_get_bitrate()
 * @ended: it is over, once; @detail (nullable) says more than the reason. The
 *   leg is being taken down meanwhile
 */
typedef struct
{
  void (*gathered) (WhepPeer * peer, gpointer user_data);
  void (*connected) (WhepPeer * peer, gpointer user_data);
  void (*keyframe) (WhepPeer * peer, guint input, gpointer user_data);
  void (*bitrate) (WhepPeer * peer, gpointer user_data);
  void (*ended) (WhepPeer * peer, WhepEnd end, const gchar * detail,
      gpointer user_data);
} WhepPeerFuncs;

/**
 * WhepPeerConfig:
 * @context: where it lives
 * @cleaners: pool of threads that legs are taken down on; see
 *   whep_peer_clean()
 * @clock: of the sink
 * @ssrcs: one per input, of the packets that all peers share
 * @obtain_packetizer: Returns: (transfer full) (nullable): the packets of an
 *   input under a payload type, as whep_inputs_obtain_packetizer()
 * @packets_data: for it
 * @controlling: whether it is us who made the offer
 * @ice_tcp: whether there are candidates for TCP (RFC 6544)
 * @servers: (nullable): for gathering candidates
 * @connect_timeout_ms: how long it may take from whep_peer_set_remote() until
 *   it is connected
 */
typedef struct
{
  GMainContext *context;
  GThreadPool *cleaners;
  GstClock *clock;
  const guint32 *ssrcs;
  WhepPacketizer *(*obtain_packetizer) (gpointer packets_data, guint input,
      gint payload_type);
  gpointer packets_data;
  gboolean controlling;
  gboolean ice_tcp;
  const WhepIceServers *servers;
  guint connect_timeout_ms;
} WhepPeerConfig;

/**
 * whep_peer_new:
 *
 * Returns: (transfer full) (nullable): a peer of whom nothing is known. Its
 * @gathered comes after whep_transport_gather().
 */
WhepPeer *whep_peer_new (const WhepPeerConfig * config,
    const WhepPeerFuncs * funcs, gpointer user_data, GError ** error);

/** Returns: (transfer none): the way to it. */
WhepTransport *whep_peer_get_transport (WhepPeer * self);

/** whep_peer_get_local: what we announce, without candidates; borrowed. */
WhepLocal whep_peer_get_local (WhepPeer * self);

/**
 * whep_peer_set_remote:
 * @remote: (transfer full): what it announced and which streams it takes
 *
 * Returns: whether there is a leg for it; it is of no use otherwise.
 */
gboolean whep_peer_set_remote (WhepPeer * self, WhepOffer * remote,
    GError ** error);

/** Returns: (transfer none) (nullable): of whep_peer_set_remote(). */
const WhepOffer *whep_peer_get_remote (WhepPeer * self);

/** whep_peer_connect: begins to look for the way to it. */
void whep_peer_connect (WhepPeer * self);

/** Returns: (transfer none): its id, which nobody can guess. */
const gchar *whep_peer_get_id (WhepPeer * self);

/**
 * whep_peer_push:
 *
 * Gives it a buffer of a stream, which it takes when it can; never waits.
 */
void whep_peer_push (WhepPeer * self, guint input, GstBuffer * buffer,
    GstCaps * caps);

/** whep_peer_uses: whether it is sent stream @input. */
gboolean whep_peer_uses (WhepPeer * self, guint input);

/**
 * whep_peer_get_bitrate:
 *
 * Returns: what it last said it can receive, in bits per second, 0 while it
 * said nothing.
 */
guint whep_peer_get_bitrate (WhepPeer * self);

/** whep_peer_end: ends it; from any thread, takes effect later. */
void whep_peer_end (WhepPeer * self, WhepEnd end);

/** whep_peer_clean: GFunc of the pool of cleaners. */
void whep_peer_clean (gpointer peer, gpointer unused);

/** Returns: (transfer full): what it has sent and heard of. */
GstStructure *whep_peer_get_stats (WhepPeer * self);

G_END_DECLS

#endif
