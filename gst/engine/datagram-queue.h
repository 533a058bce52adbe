/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first-in first-out queue of byte strings with a bound on their number
 * and on their bytes, so that a flood costs a fixed amount of memory.
 */
#ifndef DTLS_DATAGRAM_QUEUE_H
#define DTLS_DATAGRAM_QUEUE_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DtlsDatagramQueue DtlsDatagramQueue;

DtlsDatagramQueue *dtls_datagram_queue_new (guint count_max, gsize bytes_max);
void dtls_datagram_queue_free (DtlsDatagramQueue * self);

/**
 * dtls_datagram_queue_push:
 *
 * Returns: %FALSE when there is no room; @data was not taken then.
 */
gboolean dtls_datagram_queue_push (DtlsDatagramQueue * self,
    const guint8 * data, gsize size);

/** dtls_datagram_queue_push_bytes: likewise, takes a reference only. */
gboolean dtls_datagram_queue_push_bytes (DtlsDatagramQueue * self,
    GBytes * bytes);

/** Returns: (transfer full) (nullable): the oldest, %NULL when empty. */
GBytes *dtls_datagram_queue_pop (DtlsDatagramQueue * self);

guint dtls_datagram_queue_get_length (const DtlsDatagramQueue * self);

/** Returns: how many were thrown away. */
guint dtls_datagram_queue_clear (DtlsDatagramQueue * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsDatagramQueue, dtls_datagram_queue_free)

G_END_DECLS

#endif
