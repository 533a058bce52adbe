/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes a link's datagrams to a source pad: those of the handshake from a
 * worker, those of application data from the thread that brought the data.
 *
 * Only one thread pushes at a time, in the order of the link's queue. A
 * thread that finds another at it leaves its datagrams to that one, so two
 * elements that feed each other cannot wait for each other. Datagrams that
 * come while the pad is not linked, or inactive, or flushing, stay queued.
 *
 * A pad's stream lock is held while pushing, so that other threads can push
 * in between when they take it too.
 */
#ifndef DTLS_DATAGRAM_PUSHER_H
#define DTLS_DATAGRAM_PUSHER_H

#include <gst/gst.h>

#include "association-link.h"

G_BEGIN_DECLS

#define DTLS_TYPE_PUSHER (dtls_pusher_get_type ())
G_DECLARE_FINAL_TYPE (DtlsPusher, dtls_pusher, DTLS, PUSHER, GObject)

/**
 * dtls_pusher_new:
 * @src: the pad to push on, of which a reference is kept
 * @caps: (nullable): what the prologue announces; %NULL for an element that
 *   sends stream-start, caps and segment itself
 */
DtlsPusher *dtls_pusher_new (GstPad * src, GstCaps * caps);

/**
 * dtls_pusher_set_link:
 * @link: (nullable): whose datagrams to push from now on
 */
void dtls_pusher_set_link (DtlsPusher * self, DtlsLink * link);

/** dtls_pusher_start: READY→PAUSED, once the pads are active. */
void dtls_pusher_start (DtlsPusher * self);

/**
 * dtls_pusher_stop:
 *
 * PAUSED→READY, while the pads are still active. Gives what is queued, such
 * as a close_notify, a moment to leave, but does not wait for a pad that is
 * blocked.
 */
void dtls_pusher_stop (DtlsPusher * self);

/** dtls_pusher_kick: has a worker push what is queued. */
void dtls_pusher_kick (DtlsPusher * self);

/**
 * dtls_pusher_push:
 *
 * Pushes what is queued from the calling thread.
 *
 * Returns: what the last push returned; %GST_FLOW_OK also where another
 * thread is at it.
 */
GstFlowReturn dtls_pusher_push (DtlsPusher * self);

/**
 * dtls_pusher_wait_for_room:
 *
 * To be called without a lock before data are queued: waits while another
 * thread is blocked with a long queue to push.
 */
void dtls_pusher_wait_for_room (DtlsPusher * self);

/**
 * dtls_pusher_push_event:
 * @event: (transfer full): serialised, and no part of the prologue; follows
 *   what is queued
 */
void dtls_pusher_push_event (DtlsPusher * self, GstEvent * event);

/**
 * dtls_pusher_ensure_prologue:
 *
 * Sends stream-start, caps and a BYTES segment unless the pad has a segment.
 * With the pad's stream lock held. No-op without caps.
 */
void dtls_pusher_ensure_prologue (DtlsPusher * self);

G_END_DECLS

#endif
