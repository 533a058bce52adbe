/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the packets of one peer leave, many with one system call.
 *
 * libnice sends each packet with a call of its own. Where the way to the peer
 * is plain UDP, which the agent tells, they go straight to the socket of the
 * agent; through it where there is a relay.
 *
 * Threads: packets from any. Nothing waits: what the socket does not take at
 * once waits in a queue, and what that cannot hold is dropped, whole lists of
 * packets at a time.
 */
#ifndef WHEP_OUTLET_H
#define WHEP_OUTLET_H

#include <gst/gst.h>
#include <nice/agent.h>

G_BEGIN_DECLS

/** What a list of packets is answered of which some were dropped. GstPad has
 * uses of its own for the first two of these. */
#define WHEP_OUTLET_DROPPED GST_FLOW_CUSTOM_SUCCESS_2

typedef struct _WhepOutlet WhepOutlet;

/**
 * whep_outlet_new:
 * @agent: has one stream, @stream_id, with one component
 * @context: of the agent, where the queue is emptied; to be called there
 *
 * Returns: (transfer full): to be freed with whep_outlet_free().
 */
WhepOutlet *whep_outlet_new (NiceAgent * agent, guint stream_id,
    GMainContext * context);

/**
 * whep_outlet_stop:
 *
 * Sends nothing more. To be called before the agent's stream is removed, and
 * when the pads of whep_outlet_new_pad() are given nothing any more.
 */
void whep_outlet_stop (WhepOutlet * self);

void whep_outlet_free (WhepOutlet * self);

/** Returns: (transfer full): a new active sink pad, without a parent. */
GstPad *whep_outlet_new_pad (WhepOutlet * self);

/**
 * whep_outlet_set_way:
 * @socket: (nullable): of UDP, does not block
 * @address: (nullable): of the peer
 *
 * Sends from @socket to @address from now on, without them by the agent,
 * which calls for it itself with each pair that it selects.
 */
void whep_outlet_set_way (WhepOutlet * self, GSocket * socket,
    GSocketAddress * address);

/** Returns: how many packets could not be sent so far. */
guint64 whep_outlet_get_dropped (WhepOutlet * self);

G_END_DECLS

#endif
