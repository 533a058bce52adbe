/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer's certificate in DER form: its fingerprints and its PEM block.
 */
#include "config.h"

#include "engine/certificate.h"
#include "targets.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  for (guint hash = DTLS_HASH_SHA_256; hash <= DTLS_HASH_SHA_512; hash++) {
    g_autofree gchar *text = dtls_fingerprint_format (data, size, hash);
    g_autoptr (DtlsFingerprints) fingerprints =
        dtls_fingerprints_parse (text, NULL);

    g_assert_nonnull (fingerprints);
    g_assert_true (dtls_fingerprints_match (fingerprints, data, size));
  }
  g_free (dtls_certificate_der_to_pem (data, size));
  return 0;
}
