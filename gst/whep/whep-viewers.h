/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The viewers of one whepsink, and what became of those before them.
 *
 * Any thread may ask for the viewers of a moment and keep that list; it is
 * replaced, never changed, when one comes or goes, so that a stream's thread
 * holds no lock while it hands out a buffer. Lock: its own, a leaf.
 */
#ifndef WHEP_VIEWERS_H
#define WHEP_VIEWERS_H

#include "whep-peer.h"
#include "whep-server.h"

G_BEGIN_DECLS

typedef struct _WhepViewers WhepViewers;

WhepViewers *whep_viewers_new (void);
void whep_viewers_free (WhepViewers * self);

/** Returns: (transfer full) (element-type WhepPeer): those of now. */
GPtrArray *whep_viewers_ref_all (WhepViewers * self);

/** Returns: (transfer full) (nullable): the viewer with that id. */
WhepPeer *whep_viewers_find (WhepViewers * self, const gchar * id);

/** whep_viewers_add: @exchange (transfer full) is to be answered for it. */
void whep_viewers_add (WhepViewers * self, WhepPeer * viewer,
    WhepExchange * exchange);

/** Returns: (transfer full) (nullable): what is still to be answered. */
WhepExchange *whep_viewers_take_exchange (WhepViewers * self,
    WhepPeer * viewer);

/** whep_viewers_remove: takes one out and counts how it ended. */
void whep_viewers_remove (WhepViewers * self, WhepPeer * viewer,
    WhepEnd end);

/** whep_viewers_unsettle: something else is to be waited for. */
void whep_viewers_unsettle (WhepViewers * self);

/**
 * whep_viewers_settle:
 *
 * To be called after each whep_viewers_remove(), when everybody was told, and
 * after each whep_viewers_unsettle(): whep_viewers_wait_settled() waits for
 * that.
 */
void whep_viewers_settle (WhepViewers * self);

/** whep_viewers_wait_settled: until there is nothing more to settle. */
void whep_viewers_wait_settled (WhepViewers * self);

/** whep_viewers_end_all: see whep_peer_end(). */
void whep_viewers_end_all (WhepViewers * self, WhepEnd end);

/** whep_viewers_end_users: ends those who are sent stream @input. */
void whep_viewers_end_users (WhepViewers * self, guint input, WhepEnd end);

/** whep_viewers_count_refused: an offer was refused. */
void whep_viewers_count_refused (WhepViewers * self);

/**
 * whep_viewers_get_bitrate:
 *
 * Returns: the least that a viewer says it can receive, in bits per second;
 * 0 when none says.
 */
guint whep_viewers_get_bitrate (WhepViewers * self);

/** whep_viewers_add_stats: into the `stats` of whepsink. */
void whep_viewers_add_stats (WhepViewers * self, GstStructure * stats);

G_END_DECLS

#endif
