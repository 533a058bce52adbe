/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving half of an element: takes protected packets from one sink
 * pad, and gives RTP and RTCP in the clear by two source pads.
 *
 * Media may overtake the end of the handshake. What comes before the keys
 * waits, up to a bound, and leaves in order when they are there.
 *
 * Threads: chain, chain_list and event belong to the streaming thread of the
 * sink pad; the rest may be called from any.
 */
#ifndef DTLS_MEDIA_RECEIVER_H
#define DTLS_MEDIA_RECEIVER_H

#include "srtp-receiver.h"

G_BEGIN_DECLS

typedef struct _DtlsMediaReceiver DtlsMediaReceiver;

#define DTLS_EARLY_PACKETS_MAX 256

/**
 * dtls_media_receiver_new:
 * @element: not referenced: the receiver is a part of it
 * @sink: where packets come in
 * @rtp_src: for RTP
 * @rtcp_src: for RTCP
 */
DtlsMediaReceiver *dtls_media_receiver_new (GstElement * element,
    GstPad * sink, GstPad * rtp_src, GstPad * rtcp_src);
void dtls_media_receiver_free (DtlsMediaReceiver * self);

/** dtls_media_receiver_set_receiver: below PAUSED; (nullable) drops it. */
void dtls_media_receiver_set_receiver (DtlsMediaReceiver * self,
    DtlsSrtpReceiver * receiver);

/** dtls_media_receiver_set_early_packets: how many may wait for the keys. */
void dtls_media_receiver_set_early_packets (DtlsMediaReceiver * self,
    guint packets);

/** dtls_media_receiver_chain: (transfer full); a whole buffer is a packet. */
GstFlowReturn dtls_media_receiver_chain (DtlsMediaReceiver * self,
    GstBuffer * buffer);

/** dtls_media_receiver_chain_list: (transfer full) */
GstFlowReturn dtls_media_receiver_chain_list (DtlsMediaReceiver * self,
    GstBufferList * list);

/**
 * dtls_media_receiver_event:
 * @event: (transfer none): an event of the sink pad, for both source pads
 */
void dtls_media_receiver_event (DtlsMediaReceiver * self, GstEvent * event);

/**
 * dtls_media_receiver_keys_came:
 *
 * Lets what waits leave, in a thread of its own: the one that brought the
 * keys must not wait for those who take the media.
 */
void dtls_media_receiver_keys_came (DtlsMediaReceiver * self);

/** dtls_media_receiver_reset: when stopped; drops what waits. */
void dtls_media_receiver_reset (DtlsMediaReceiver * self);

/**
 * dtls_media_receiver_get_stats:
 *
 * Returns: (transfer full) (nullable): see dtls_srtp_receiver_get_stats();
 * besides, "early-packets" and "early-packets-dropped" (guint64).
 */
GstStructure *dtls_media_receiver_get_stats (DtlsMediaReceiver * self);

G_END_DECLS

#endif
