/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was sent lately under one SSRC, so that a packet index is protected
 * twice only for the same packet. Two packets under one index share their
 * keystream, and with GCM give away the authentication key (RFC 3711 section
 * 9.1, RFC 7714 section 8.1); a repeated packet gives away nothing.
 */
#ifndef DTLS_SRTP_SENT_WINDOW_H
#define DTLS_SRTP_SENT_WINDOW_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DtlsSentWindow DtlsSentWindow;

/**
 * dtls_sent_window_new:
 * @packets: how far back it must reach, 1 to 32768
 */
DtlsSentWindow *dtls_sent_window_new (guint packets);
void dtls_sent_window_free (DtlsSentWindow * self);

/**
 * dtls_sent_window_add:
 * @seq: sequence number of a packet that the replay check has passed
 * @tag: some of its authentication tag, which stands for its bytes
 *
 * Returns: %FALSE when another packet had the index of this one, that is its
 * sequence number in the same round (RFC 3711 section 3.3.1).
 */
gboolean dtls_sent_window_add (DtlsSentWindow * self, guint16 seq,
    guint32 tag);

G_END_DECLS

#endif
