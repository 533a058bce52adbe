/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between the network and the TLS library: takes records as they come, and
 * hands out the ones that the library should see, in an order that it can
 * use. Handshake messages are whole and in sequence; ChangeCipherSpec comes
 * after the last of them, encrypted handshake records after that, encrypted
 * data once the handshake is over. Records in the clear are renumbered, so
 * that no forged record number means anything.
 */
#ifndef DTLS_INBOX_H
#define DTLS_INBOX_H

#include "record-gate.h"

G_BEGIN_DECLS

typedef struct _DtlsInbox DtlsInbox;

/** @first_message: number of the peer's first message; 1 after a cookie */
DtlsInbox *dtls_inbox_new (gboolean is_client, guint16 first_message);
void dtls_inbox_free (DtlsInbox * self);

/**
 * dtls_inbox_take:
 * @cause: (out): set with %DTLS_VERDICT_DROP
 */
DtlsVerdict dtls_inbox_take (DtlsInbox * self, const DtlsRecord * record,
    DtlsDropCause * cause);

/** Returns: (transfer full) (nullable): the next record for the library. */
GBytes *dtls_inbox_pop (DtlsInbox * self);

gboolean dtls_inbox_is_empty (const DtlsInbox * self);

/** dtls_inbox_flight_answered: what came so far has been answered. */
void dtls_inbox_flight_answered (DtlsInbox * self);

/** dtls_inbox_establish: the handshake is over; frees what only it needs. */
void dtls_inbox_establish (DtlsInbox * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsInbox, dtls_inbox_free)

G_END_DECLS

#endif
