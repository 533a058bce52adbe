/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The events that must stand on a source pad before its first buffer:
 * stream-start, caps, segment. Sources from the network do not always send
 * them, and a flush takes the segment away.
 */
#ifndef DTLS_STICKY_EVENTS_H
#define DTLS_STICKY_EVENTS_H

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * dtls_sticky_stream_start:
 * @upstream: (nullable): the stream-start event that came in
 *
 * Returns: (transfer full): a stream-start for @pad, of the same group, with
 * an id of its own.
 */
GstEvent *dtls_sticky_stream_start (GstPad * pad, GstEvent * upstream);

/**
 * dtls_sticky_ensure:
 * @caps: (nullable) (transfer none): for a pad that has none
 * @format: of the segment, for a pad that has none; %GST_FORMAT_UNDEFINED when
 *   one is about to follow
 *
 * Pushes on the source pad @pad what is still missing. From the streaming
 * thread, without a lock.
 */
void dtls_sticky_ensure (GstPad * pad, GstCaps * caps, GstFormat format);

/**
 * dtls_sticky_retarget_caps:
 * @caps: what came in
 * @media_type: such as "application/x-rtp"
 *
 * Returns: (transfer full): @caps under another name, all fields kept except
 * those that carry keys and ciphers.
 */
GstCaps *dtls_sticky_retarget_caps (GstCaps * caps, const gchar * media_type);

G_END_DECLS

#endif
