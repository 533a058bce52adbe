/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What this end sends to one peer, protected: takes RTP and RTCP in the
 * clear, gives SRTP and SRTCP. Without keys nothing leaves.
 *
 * There is one sender a link, whatever the number of elements that send over
 * it and however often they come and go: a session that started again under
 * the same key would count its packets from the beginning, and so use nonces
 * twice (RFC 3711 section 9.1).
 *
 * Threads: everything from any thread.
 */
#ifndef DTLS_SRTP_SENDER_H
#define DTLS_SRTP_SENDER_H

#include "association-link.h"
#include "srtp/srtp-session.h"

G_BEGIN_DECLS

typedef struct _DtlsSrtpSender DtlsSrtpSender;

/**
 * dtls_srtp_sender_obtain:
 *
 * Returns: (transfer full): the sender of @link, which follows its keys.
 */
DtlsSrtpSender *dtls_srtp_sender_obtain (DtlsLink * link);

/**
 * dtls_srtp_sender_new_static:
 * @error: %DTLS_ERROR_KEY, %DTLS_ERROR_RESOURCES
 *
 * Returns: (transfer full) (nullable): a sender without a link, which has the
 * local key of @keys.
 */
DtlsSrtpSender *dtls_srtp_sender_new_static (DtlsSrtpKeys * keys,
    GError ** error);

/**
 * dtls_srtp_sender_set_keys:
 *
 * New keys for a sender that has no link. Returns: %FALSE with @error set when
 * they are of no use; nothing leaves then.
 */
gboolean dtls_srtp_sender_set_keys (DtlsSrtpSender * self,
    DtlsSrtpKeys * keys, GError ** error);

DtlsSrtpSender *dtls_srtp_sender_ref (DtlsSrtpSender * self);
void dtls_srtp_sender_unref (DtlsSrtpSender * self);

/** Returns: whether there are keys, so that packets leave. */
gboolean dtls_srtp_sender_is_keyed (DtlsSrtpSender * self);

/**
 * dtls_srtp_sender_protect:
 * @buffer: (transfer full): one packet in the clear
 *
 * Returns: (transfer full) (nullable): the packet, protected; %NULL when it
 * had to be dropped, which is counted.
 */
GstBuffer *dtls_srtp_sender_protect (DtlsSrtpSender * self,
    DtlsSrtpKind kind, GstBuffer * buffer);

/**
 * dtls_srtp_sender_protect_list:
 * @list: (transfer full): packets in the clear
 *
 * Returns: (transfer full) (nullable): the packets that could be protected, in
 * order; %NULL without keys.
 */
GstBufferList *dtls_srtp_sender_protect_list (DtlsSrtpSender * self,
    DtlsSrtpKind kind, GstBufferList * list);

/** dtls_srtp_sender_tell: see dtls_srtp_slot_tell(). */
void dtls_srtp_sender_tell (DtlsSrtpSender * self, GstElement * element);

/**
 * dtls_srtp_sender_get_stats:
 *
 * Returns: (transfer full): "packets-sent", "bytes-sent" (guint64), "ssrcs"
 * (guint), and "dropped", a structure with a guint64 a cause.
 */
GstStructure *dtls_srtp_sender_get_stats (DtlsSrtpSender * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsSrtpSender, dtls_srtp_sender_unref)

G_END_DECLS

#endif
