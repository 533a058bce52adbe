/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges every record before the TLS library sees it. Records in the clear
 * can be forged by anybody, and plain GnuTLS takes some of them to heart:
 * alerts, unknown types, messages of the wrong kind. What has no place at
 * this moment of this handshake is named and goes no further.
 *
 * A plain value.
 */
#ifndef DTLS_RECORD_GATE_H
#define DTLS_RECORD_GATE_H

#include "record.h"
#include "stats.h"

G_BEGIN_DECLS

/** Largest handshake message, header not counted. */
#define DTLS_HANDSHAKE_MESSAGE_MAX 65536

/**
 * DtlsVerdict:
 * @DTLS_VERDICT_PASS: plausible
 * @DTLS_VERDICT_DROP: not plausible; the cause says why
 * @DTLS_VERDICT_REPEAT: of a flight that was answered already: the peer may
 *   have missed the answer
 * @DTLS_VERDICT_ALERT: an alert in the clear, which proves nothing
 */
typedef enum
{
  DTLS_VERDICT_PASS,
  DTLS_VERDICT_DROP,
  DTLS_VERDICT_REPEAT,
  DTLS_VERDICT_ALERT,
} DtlsVerdict;

/**
 * DtlsRecordGate:
 * @is_client: this end's role
 * @established: whether the handshake is over
 * @answered: highest message number of the flights already answered; -1
 */
typedef struct
{
  gboolean is_client;
  gboolean established;
  gint answered;
} DtlsRecordGate;

void dtls_record_gate_init (DtlsRecordGate * self, gboolean is_client);

/** dtls_record_gate_flight_answered: messages up to @number need no more. */
void dtls_record_gate_flight_answered (DtlsRecordGate * self, gint number);

/** dtls_record_gate_establish: from now on encrypted records only. */
void dtls_record_gate_establish (DtlsRecordGate * self);

/**
 * dtls_record_gate_may_follow:
 * @previous: type of the message before, -1 for none
 *
 * Returns: whether a message of @type may come next.
 */
gboolean dtls_record_gate_may_follow (const DtlsRecordGate * self,
    gint previous, guint8 type);

/**
 * dtls_record_gate_judge:
 * @cause: (out): set with %DTLS_VERDICT_DROP
 */
DtlsVerdict dtls_record_gate_judge (const DtlsRecordGate * self,
    const DtlsRecord * record, DtlsDropCause * cause);

G_END_DECLS

#endif
