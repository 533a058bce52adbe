/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A fingerprint line from the signalling. What is understood must survive
 * being written and read again.
 */
#include "config.h"

#include "engine/fingerprint.h"
#include "targets.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsFingerprints) fingerprints =
      dtls_fingerprints_parse (text, &error);

  g_assert_true ((fingerprints == NULL) == (error != NULL));
  if (fingerprints) {
    g_autofree gchar *canonical = dtls_fingerprints_to_string (fingerprints);
    g_autoptr (DtlsFingerprints) again =
        dtls_fingerprints_parse (canonical, NULL);
    g_autofree gchar *twice = NULL;

    g_assert_nonnull (again);
    twice = dtls_fingerprints_to_string (again);
    g_assert_cmpstr (canonical, ==, twice);
  }
  return 0;
}
