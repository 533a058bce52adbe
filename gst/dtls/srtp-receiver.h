/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes from one peer, unprotected: takes SRTP and SRTCP, gives RTP and
 * RTCP in the clear and tells which is which (RFC 5761 section 4).
 *
 * There is one receiver a link, as there is one sender: a receiver that
 * started again in the middle of a stream could not know the rollover counter
 * (RFC 3711 section 3.3.1), and would take old packets for new ones.
 *
 * Threads: everything from any thread.
 */
#ifndef DTLS_SRTP_RECEIVER_H
#define DTLS_SRTP_RECEIVER_H

#include "association-link.h"
#include "srtp/srtp-session.h"

G_BEGIN_DECLS

typedef struct _DtlsSrtpReceiver DtlsSrtpReceiver;

/**
 * dtls_srtp_receiver_obtain:
 *
 * Returns: (transfer full): the receiver of @link, which follows its keys.
 */
DtlsSrtpReceiver *dtls_srtp_receiver_obtain (DtlsLink * link);

/**
 * dtls_srtp_receiver_new_static:
 * @error: %DTLS_ERROR_KEY, %DTLS_ERROR_RESOURCES
 *
 * Returns: (transfer full) (nullable): a receiver without a link, which has the
 * remote key of @keys.
 */
DtlsSrtpReceiver *dtls_srtp_receiver_new_static (DtlsSrtpKeys * keys,
    GError ** error);

/**
 * dtls_srtp_receiver_set_keys:
 *
 * New keys for a receiver that has no link. Returns: %FALSE with @error set
 * when they are of no use; nothing is accepted then.
 */
gboolean dtls_srtp_receiver_set_keys (DtlsSrtpReceiver * self,
    DtlsSrtpKeys * keys, GError ** error);

DtlsSrtpReceiver *dtls_srtp_receiver_ref (DtlsSrtpReceiver * self);
void dtls_srtp_receiver_unref (DtlsSrtpReceiver * self);

/**
 * dtls_srtp_receiver_set_replay_window:
 * @packets: 64 to 32767; counts from the next keys on
 */
void dtls_srtp_receiver_set_replay_window (DtlsSrtpReceiver * self,
    guint packets);

/** Returns: whether there are keys. */
gboolean dtls_srtp_receiver_is_keyed (DtlsSrtpReceiver * self);

/**
 * dtls_srtp_receiver_unprotect:
 * @buffer: (inout) (transfer full): one protected packet; the same in the
 *   clear, or %NULL when it had to be dropped, which is counted
 * @kind: (out): what it is
 *
 * Returns: %FALSE without keys; @buffer is as it was then.
 */
gboolean dtls_srtp_receiver_unprotect (DtlsSrtpReceiver * self,
    GstBuffer ** buffer, DtlsSrtpKind * kind);

/**
 * dtls_srtp_receiver_unprotect_list:
 * @list: (transfer full): protected packets; not taken when %FALSE is returned
 * @rtp: (out) (transfer full): the RTP packets in the clear, in order
 * @rtcp: (out) (transfer full) (nullable): the RTCP packets, likewise; %NULL
 *   when there are none
 *
 * Returns: %FALSE without keys.
 */
gboolean dtls_srtp_receiver_unprotect_list (DtlsSrtpReceiver * self,
    GstBufferList * list, GstBufferList ** rtp, GstBufferList ** rtcp);

/** dtls_srtp_receiver_tell: see dtls_srtp_slot_tell(). */
void dtls_srtp_receiver_tell (DtlsSrtpReceiver * self, GstElement * element);

/**
 * dtls_srtp_receiver_get_stats:
 *
 * Returns: (transfer full): "packets-received", "bytes-received" (guint64),
 * "ssrcs" (guint), and "dropped", a structure with a guint64 a cause.
 */
GstStructure *dtls_srtp_receiver_get_stats (DtlsSrtpReceiver * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsSrtpReceiver, dtls_srtp_receiver_unref)

G_END_DECLS

#endif
