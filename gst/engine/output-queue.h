/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an association has to say, in order, until it is polled.
 */
#ifndef DTLS_OUTPUT_QUEUE_H
#define DTLS_OUTPUT_QUEUE_H

#include "association.h"

G_BEGIN_DECLS

typedef struct _DtlsOutputQueue DtlsOutputQueue;

DtlsOutputQueue *dtls_output_queue_new (void);
void dtls_output_queue_free (DtlsOutputQueue * self);

/** @bytes: (transfer full); for DATAGRAM, PEER_CERTIFICATE, DATA */
void dtls_output_queue_put_bytes (DtlsOutputQueue * self, DtlsOutputType type,
    GBytes * bytes);

/** @keys: (transfer full) */
void dtls_output_queue_put_keys (DtlsOutputQueue * self, DtlsSrtpKeys * keys);

/** @error: (nullable): copied */
void dtls_output_queue_put_state (DtlsOutputQueue * self, DtlsState state,
    const GError * error);

void dtls_output_queue_put_peer_closed (DtlsOutputQueue * self);

/** Returns: %FALSE when empty. */
gboolean dtls_output_queue_pop (DtlsOutputQueue * self, DtlsOutput * output);

G_END_DECLS

#endif
