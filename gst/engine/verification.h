/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a peer is the one that the signalling announced (RFC 5763
 * section 5, RFC 8122 section 6.2). A pure function of what is known.
 */
#ifndef DTLS_VERIFICATION_H
#define DTLS_VERIFICATION_H

#include "association.h"

G_BEGIN_DECLS

/**
 * DtlsJudgement:
 * @DTLS_JUDGEMENT_HOLD: fingerprints must be known first
 * @DTLS_JUDGEMENT_MISMATCH: it is somebody else
 * @DTLS_JUDGEMENT_UNVERIFIED: accepted without a look
 * @DTLS_JUDGEMENT_VERIFIED: a fingerprint matches
 * @DTLS_JUDGEMENT_STRANGER: no fingerprint says who it is, and it is not who
 *   was accepted before
 */
typedef enum
{
  DTLS_JUDGEMENT_HOLD,
  DTLS_JUDGEMENT_MISMATCH,
  DTLS_JUDGEMENT_UNVERIFIED,
  DTLS_JUDGEMENT_VERIFIED,
  DTLS_JUDGEMENT_STRANGER,
} DtlsJudgement;

/**
 * dtls_verification_judge:
 * @fingerprints: (nullable): what was announced so far
 * @former: (nullable): the certificate of whom the association was with so far
 */
DtlsJudgement dtls_verification_judge (DtlsVerify verify,
    const DtlsFingerprints * fingerprints, GBytes * former,
    GBytes * certificate);

/** Returns: (transfer full): %DTLS_ERROR_FINGERPRINT_MISMATCH */
GError *dtls_verification_mismatch_error (void);

/** Returns: (transfer full): likewise */
GError *dtls_verification_stranger_error (void);

G_END_DECLS

#endif
