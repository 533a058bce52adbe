/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The `stats` of an association as a GstStructure: the members of W3C's
 * RTCTransportStats by their names with dashes, what was negotiated, and what
 * was dropped and why.
 */
#ifndef DTLS_LINK_STATS_H
#define DTLS_LINK_STATS_H

#include <gst/gst.h>

#include "engine/association.h"

G_BEGIN_DECLS

/**
 * dtls_link_stats_to_structure:
 *
 * Returns: (transfer full): "application/x-dtls-stats" with
 *   connection-id (string), dtls-state (string: new, closed, failed,
 *   connecting, connected), dtls-role (string: client, server),
 *   tls-version (string: FEFD; absent before), dtls-cipher, tls-group,
 *   srtp-cipher (strings; absent where not negotiated), verified (boolean),
 *   packets-sent, bytes-sent, packets-received, bytes-received,
 *   flights-resent (guint64; DTLS datagrams, not media),
 *   handshake-duration (guint64, nanoseconds; absent before), dropped
 *   (structure: guint64 by cause)
 */
GstStructure *dtls_link_stats_to_structure (const gchar * connection_id,
    DtlsState state, DtlsRole role, const DtlsStats * stats);

/**
 * dtls_link_stats_new_empty:
 *
 * Returns: (transfer full): for an element without an association: the same
 * without a field, since GStreamer cannot print a structure that is %NULL.
 */
GstStructure *dtls_link_stats_new_empty (void);

G_END_DECLS

#endif
