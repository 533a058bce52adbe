/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PEM texts read by GnuTLS itself, for tests that look into certificates.
 */
#ifndef TEST_X509_H
#define TEST_X509_H

#include <glib.h>
#include <gnutls/x509.h>
#include <string.h>

/* Returns: (transfer full): the first certificate in @pem */
static inline gnutls_x509_crt_t
x509_read_crt (const gchar * pem)
{
  gnutls_datum_t data = { (guint8 *) pem, strlen (pem) };
  gnutls_x509_crt_t crt;

  g_assert_cmpint (gnutls_x509_crt_init (&crt), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_import (crt, &data, GNUTLS_X509_FMT_PEM),
      ==, 0);
  return crt;
}

/* Returns: (transfer full): the private key in @pem */
static inline gnutls_x509_privkey_t
x509_read_key (const gchar * pem)
{
  gnutls_datum_t data = { (guint8 *) pem, strlen (pem) };
  gnutls_x509_privkey_t key;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_import (key, &data,
          GNUTLS_X509_FMT_PEM), ==, 0);
  return key;
}

#endif
