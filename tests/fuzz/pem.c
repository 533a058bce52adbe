/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PEM text of a user: a certificate and its key, or anything else.
 */
#include "config.h"

#include "engine/certificate.h"
#include "targets.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_from_pem (text, &error);

  g_assert_true ((certificate == NULL) == (error != NULL));
  if (certificate)
    g_assert_nonnull (dtls_certificate_get_pem (certificate));
  return 0;
}
