/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table behind the property `verify`.
 */
#include "config.h"

#include "verification.h"

#include <glib/gi18n-lib.h>

#include "error.h"

DtlsJudgement
dtls_verification_judge (DtlsVerify verify,
    const DtlsFingerprints * fingerprints, GBytes * certificate)
{
  gsize size;
  const guint8 *der = g_bytes_get_data (certificate, &size);

  if (verify == DTLS_VERIFY_NONE)
    return DTLS_JUDGEMENT_UNVERIFIED;
  if (!fingerprints)
    return verify == DTLS_VERIFY_REQUIRED
        ? DTLS_JUDGEMENT_HOLD : DTLS_JUDGEMENT_UNVERIFIED;
  return dtls_fingerprints_match (fingerprints, der, size)
      ? DTLS_JUDGEMENT_VERIFIED : DTLS_JUDGEMENT_MISMATCH;
}

GError *
dtls_verification_mismatch_error (void)
{
  return g_error_new_literal (DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH,
      _("The peer's certificate is not the one that the signalling "
          "announced: somebody may be in between."));
}
