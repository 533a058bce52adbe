/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending side of a link, as an element has it: the role, the handshake
 * and encrypted data out by one source pad, the report of the state, and the
 * close_notify that comes before an EOS.
 *
 * The element has a property "connection-state", which is notified here.
 *
 * Threads: everything may be called from any thread.
 */
#ifndef DTLS_SENDER_LINK_H
#define DTLS_SENDER_LINK_H

#include <gst/gst.h>

#include "association-link.h"

G_BEGIN_DECLS

#define DTLS_TYPE_SENDER_LINK (dtls_sender_link_get_type ())
G_DECLARE_FINAL_TYPE (DtlsSenderLink, dtls_sender_link, DTLS, SENDER_LINK,
    GObject);

/**
 * dtls_sender_link_new:
 * @element: not referenced: it owns this
 * @src: where datagrams leave
 * @caps: (nullable): see dtls_pusher_new()
 */
DtlsSenderLink *dtls_sender_link_new (GstElement * element, GstPad * src,
    GstCaps * caps);

/**
 * dtls_sender_link_open:
 * @connection_id: (nullable): %NULL fails
 *
 * NULL→READY. Posts an error where it fails.
 *
 * Returns: (transfer full) (nullable): the link that is open until close.
 */
DtlsLink *dtls_sender_link_open (DtlsSenderLink * self,
    const gchar * connection_id);

/** READY→PAUSED, with the pads active. Posts an error where it fails. */
gboolean dtls_sender_link_start (DtlsSenderLink * self, DtlsRole role);

/** PAUSED→READY, with the pads still active. */
void dtls_sender_link_stop (DtlsSenderLink * self);

/** READY→NULL */
void dtls_sender_link_close (DtlsSenderLink * self);

/** Returns: (transfer full) (nullable): the link, from READY on. */
DtlsLink *dtls_sender_link_ref_link (DtlsSenderLink * self);

/** Returns: the state as it was announced last. */
DtlsState dtls_sender_link_get_state (DtlsSenderLink * self);

/**
 * dtls_sender_link_send:
 * @buffer: (transfer full): application data for one record
 *
 * From a streaming thread. Data that cannot be sent are dropped with a warning
 * message, one a cause.
 *
 * Returns: %GST_FLOW_EOS once the peer has closed.
 */
GstFlowReturn dtls_sender_link_send (DtlsSenderLink * self,
    GstBuffer * buffer);

/**
 * dtls_sender_link_handle_eos:
 *
 * Nothing more is to be sent: close_notify goes out after the handshake and
 * what waits, and EOS leaves by the pad when the peer has closed too, or a
 * second later.
 */
void dtls_sender_link_handle_eos (DtlsSenderLink * self);

/** dtls_sender_link_push_event: see dtls_pusher_push_event() */
void dtls_sender_link_push_event (DtlsSenderLink * self, GstEvent * event);

/** dtls_sender_link_flushed: after a FLUSH_START or FLUSH_STOP on the pad. */
void dtls_sender_link_flushed (DtlsSenderLink * self);

G_END_DECLS

#endif
