/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the elements of one peer share: the association, its one lock, its
 * deadline on the system clock, and a place in the process's table of
 * connection-ids. Elements know this object, never each other.
 *
 * Threads: every function may be called from any thread. Signals are emitted
 * without a lock, one at a time and in order; a handler may call anything
 * here. They come from workers, from dtls_link_handle_datagram() and
 * dtls_link_close(), and "state" from dtls_link_start() and dtls_link_stop()
 * as well; so keys never come from a thread inside a state change. Only
 * "datagrams-ready" comes from anywhere and at any time.
 *
 * Signals:
 *   "datagrams-ready" ()        pop_datagram() has something
 *   "state" (gint, GError *)    a new DtlsState; an error only with FAILED
 *   "peer-certificate" (GBytes *)  DER; before the peer is accepted
 *   "keys" (DtlsSrtpKeys *)     boxed; on each (re)keying
 *   "data" (GBytes *)           application data, one record
 *   "peer-closed" ()            the peer's close_notify, or its answer to ours
 * The order of a handshake: state CONNECTING, peer-certificate, keys, state
 * CONNECTED, data. State CLOSED is the peer's close_notify or our stop.
 */
#ifndef DTLS_ASSOCIATION_LINK_H
#define DTLS_ASSOCIATION_LINK_H

#include <gst/gst.h>

#include "engine/association.h"
#include "engine/error.h"

G_BEGIN_DECLS

#define DTLS_TYPE_LINK (dtls_link_get_type ())
G_DECLARE_FINAL_TYPE (DtlsLink, dtls_link, DTLS, LINK, GObject)

#define DTLS_TYPE_SRTP_KEYS (dtls_srtp_keys_get_type ())
GType dtls_srtp_keys_get_type (void);

/** The two sides that make a link whole. */
typedef enum
{
  DTLS_SIDE_SENDER,             /* dtlsenc, dtlssrtpenc: datagrams out */
  DTLS_SIDE_RECEIVER,           /* dtlsdec, dtlssrtpdec: datagrams in */
} DtlsSide;

/**
 * dtls_link_obtain:
 *
 * Returns: (transfer full): the link of @connection_id, made when there is
 * none. It stays in the table as long as anybody holds a reference.
 */
DtlsLink *dtls_link_obtain (const gchar * connection_id);

const gchar *dtls_link_get_id (DtlsLink * self);

/**
 * dtls_link_attach:
 * @error: %DTLS_ERROR_DUPLICATE_ID when another element has that side
 *
 * Called in NULL→READY by the element that serves @side.
 */
gboolean dtls_link_attach (DtlsLink * self, DtlsSide side,
    gconstpointer owner, GError ** error);

/** dtls_link_detach: READY→NULL; stops first. No-op for a stranger. */
void dtls_link_detach (DtlsLink * self, DtlsSide side, gconstpointer owner);

/** dtls_link_set_role: what the sender brings; counts from the next start. */
void dtls_link_set_role (DtlsLink * self, DtlsRole role);

/**
 * dtls_link_configure:
 * @config: all but the role, which the receiver brings; only borrowed
 *
 * Counts from the next start on.
 */
void dtls_link_configure (DtlsLink * self, const DtlsConfig * config);

/** dtls_link_set_fingerprints: counts at once. */
void dtls_link_set_fingerprints (DtlsLink * self,
    DtlsFingerprints * fingerprints);

/**
 * dtls_link_start:
 *
 * READY→PAUSED of the element on @side. With the second of the two sides the
 * association starts, and takes the datagrams that came before. After a stop
 * a new association takes the old one's place.
 */
gboolean dtls_link_start (DtlsLink * self, DtlsSide side, GError ** error);

/** dtls_link_stop: PAUSED→READY: close_notify where connected, then closed. */
void dtls_link_stop (DtlsLink * self, DtlsSide side);

/**
 * dtls_link_restart:
 * @fingerprints: (nullable): the new peer's, %NULL for those set last
 * @error: see dtls_association_restart()
 *
 * Asks for a new association with the peer, beside the live one until the new
 * peer is accepted; then "peer-certificate" and "keys" come again.
 */
gboolean dtls_link_restart (DtlsLink * self, DtlsFingerprints * fingerprints,
    GError ** error);

/** dtls_link_close: sends close_notify, as on EOS; for this association. */
void dtls_link_close (DtlsLink * self);

/** dtls_link_handle_datagram: one datagram of the peer's. */
void dtls_link_handle_datagram (DtlsLink * self, const guint8 * data,
    gsize size);

/** Bytes of data that may wait for the end of the handshake. */
#define DTLS_LINK_EARLY_DATA_MAX (256 * 1024)

/**
 * dtls_link_send_data:
 *
 * Makes a datagram of @data, which the caller takes with
 * dtls_link_pop_datagram(): no "datagrams-ready" is emitted. Before the end of
 * the handshake the data wait, up to %DTLS_LINK_EARLY_DATA_MAX.
 * @error: see dtls_association_send_data()
 */
gboolean dtls_link_send_data (DtlsLink * self, const guint8 * data,
    gsize size, GError ** error);

/**
 * dtls_link_pop_datagram:
 *
 * Returns: (transfer full) (nullable): the oldest datagram that waits to be
 * sent, %NULL for none.
 */
GBytes *dtls_link_pop_datagram (DtlsLink * self);

/** Returns: how many datagrams wait to be sent. */
guint dtls_link_get_n_datagrams (DtlsLink * self);

DtlsState dtls_link_get_state (DtlsLink * self);

/** Returns: whether this association's peer has sent its close_notify. */
gboolean dtls_link_get_peer_closed (DtlsLink * self);

/** Returns: 0xFEFD for DTLS 1.2; 0 before it is known. */
guint dtls_link_get_version (DtlsLink * self);

/** Returns: whether data wait for the end of the handshake. */
gboolean dtls_link_has_early_data (DtlsLink * self);

/** Returns: (transfer full) (nullable): the keys in force. */
DtlsSrtpKeys *dtls_link_get_keys (DtlsLink * self);

/** Returns: (transfer full) (nullable): the peer's certificate, DER. */
GBytes *dtls_link_get_peer_certificate (DtlsLink * self);

/** Returns: (transfer full): the `stats` of dtlsenc and dtlsdec. */
GstStructure *dtls_link_get_stats (DtlsLink * self);

G_END_DECLS

#endif
