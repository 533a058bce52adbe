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
    const DtlsFingerprints * fingerprints, GBytes * former,
    GBytes * certificate)
{
  gsize size;
  const guint8 *der = g_bytes_get_data (certificate, &size);

  if (verify == DTLS_VERIFY_NONE)
    return DTLS_JUDGEMENT_UNVERIFIED;
  if (!fingerprints && verify == DTLS_VERIFY_REQUIRED)
    return DTLS_JUDGEMENT_HOLD;
  /* Whoever compared it by itself does not do so again. */
  if (!fingerprints)
    return former && !g_bytes_equal (former, certificate)
        ? DTLS_JUDGEMENT_STRANGER : DTLS_JUDGEMENT_UNVERIFIED;
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

GError *
dtls_verification_stranger_error (void)
{
  return g_error_new_literal (DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH,
      _("The peer has another certificate than before, and no fingerprint "
          "says that this is right. Set the fingerprint of the new one."));
}
