/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving side of a link, as dtlsdec and dtlssrtpdec hold it from READY
 * on: who owns the side, and what the application is told about the peer, by
 * `notify`, by the element message `dtls-state`, and by a warning message when
 * the peer fails. The counterpart of sender-link.
 *
 * Threads: everything may be called from any thread.
 */
#ifndef DTLS_RECEIVER_LINK_H
#define DTLS_RECEIVER_LINK_H

#include <gst/gst.h>

#include "association-link.h"

G_BEGIN_DECLS

typedef struct _DtlsReceiverLink DtlsReceiverLink;

/**
 * dtls_receiver_link_new:
 * @owner: not referenced; has the properties `connection-state` and `peer-pem`
 */
DtlsReceiverLink *dtls_receiver_link_new (GstElement * owner);
void dtls_receiver_link_free (DtlsReceiverLink * self);

/**
 * dtls_receiver_link_open:
 * @error: see dtls_link_attach()
 *
 * NULL→READY. References @link until dtls_receiver_link_close().
 */
gboolean dtls_receiver_link_open (DtlsReceiverLink * self, DtlsLink * link,
    GError ** error);

/** dtls_receiver_link_stop: PAUSED→READY */
void dtls_receiver_link_stop (DtlsReceiverLink * self);

/** dtls_receiver_link_close: READY→NULL */
void dtls_receiver_link_close (DtlsReceiverLink * self);

/** Returns: (transfer full) (nullable): the link, between open and close. */
DtlsLink *dtls_receiver_link_ref_link (DtlsReceiverLink * self);

/** Returns: the state last told; closed while there is no link. */
DtlsState dtls_receiver_link_get_state (DtlsReceiverLink * self);

G_END_DECLS

#endif
