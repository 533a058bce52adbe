/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one peer is sent, as RTP: the packets of each stream from the keyframe
 * on that it can begin with, and those again that it asks for (RFC 4588).
 *
 * Threads: each stream is pushed by its own thread, what comes back is heard
 * on others. Nothing waits. Locks: that of its pad's stream, held while
 * pushing, as with any pad; and its own, for what retransmissions may cost, a
 * leaf.
 */
#ifndef WHEP_TRACKS_H
#define WHEP_TRACKS_H

#include "whep-inputs.h"
#include "whep-offer.h"

G_BEGIN_DECLS

typedef struct _WhepTracks WhepTracks;

/**
 * WhepTracksFuncs:
 * @packetizer: Returns: (transfer full) (nullable): the packets of stream
 *   @input under @payload_type; %NULL when there can be none
 * @keyframe: a keyframe of stream @input is needed; from any thread
 * @sent: packets of a stream went to the outlet; on the stream's thread
 */
typedef struct
{
  WhepPacketizer *(*packetizer) (guint input, gint payload_type,
      gpointer user_data);
  void (*keyframe) (guint input, gpointer user_data);
  void (*sent) (gpointer user_data);
} WhepTracksFuncs;

/**
 * whep_tracks_new:
 * @remote: what the peer takes
 * @rtx_ssrcs: one per stream, for what is sent again
 *
 * Returns: (transfer full) (nullable): its tracks, %NULL when there are no
 * packets for one of them.
 */
WhepTracks *whep_tracks_new (const WhepOffer * remote,
    const guint32 * rtx_ssrcs, const WhepTracksFuncs * funcs,
    gpointer user_data);

/** whep_tracks_free: nobody pushes any more. */
void whep_tracks_free (WhepTracks * self);

/** Returns: (transfer none): the pad that all packets leave by. */
GstPad *whep_tracks_get_pad (WhepTracks * self);

/** Returns: whether stream @input is among them. */
gboolean whep_tracks_have (WhepTracks * self, guint input);

/**
 * whep_tracks_push:
 * @buffer: of stream @input, with the clock time it belongs to
 * @caps: of the stream
 *
 * Sends it, or drops it while the peer cannot show it.
 *
 * Returns: %FALSE when it cannot become packets.
 */
gboolean whep_tracks_push (WhepTracks * self, guint input,
    GstBuffer * buffer, GstCaps * caps);

/** whep_tracks_request_keyframes: of all its pictures. */
void whep_tracks_request_keyframes (WhepTracks * self);

/** whep_tracks_stop: waits for what is being pushed; nothing is afterwards. */
void whep_tracks_stop (WhepTracks * self);

/**
 * whep_tracks_add_stats:
 * @self: (nullable): %NULL for a peer that takes nothing yet
 *
 * What became of it, into @stats.
 */
void whep_tracks_add_stats (WhepTracks * self, GstStructure * stats);

G_END_DECLS

#endif
