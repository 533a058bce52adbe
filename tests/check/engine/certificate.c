/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates: what is in those we make, and what they give.
 */
#include "config.h"

#include "engine/certificate.h"

#include <gio/gio.h>

#include "engine/certificate-gnutls.h"
#include "x509.h"

#define DAY_S (24 * 60 * 60)
#define CERTIFICATE_BEGIN "-----BEGIN CERTIFICATE-----"

static DtlsCertificate *
make (DtlsKeyType key_type)
{
  g_autoptr (GError) error = NULL;
  DtlsCertificate *certificate = dtls_certificate_generate (key_type,
      DTLS_CERTIFICATE_LIFETIME_DAYS, &error);

  g_assert_no_error (error);
  g_assert_nonnull (certificate);
  return certificate;
}

/* ----- generate ----- */

static void
assert_key (DtlsKeyType key_type, int algorithm, guint expected_bits)
{
  g_autoptr (DtlsCertificate) certificate = make (key_type);
  gnutls_x509_crt_t crt =
      x509_read_crt (dtls_certificate_get_pem (certificate));
  unsigned int bits;

  g_assert_cmpint (gnutls_x509_crt_get_pk_algorithm (crt, &bits), ==,
      algorithm);
  g_assert_cmpuint (bits, ==, expected_bits);
  gnutls_x509_crt_deinit (crt);
}

static void
test_key_types (void)
{
  assert_key (DTLS_KEY_TYPE_ECDSA_P256, GNUTLS_PK_ECDSA, 256);
  assert_key (DTLS_KEY_TYPE_ECDSA_P384, GNUTLS_PK_ECDSA, 384);
  assert_key (DTLS_KEY_TYPE_RSA_2048, GNUTLS_PK_RSA, 2048);
  if (g_test_thorough ())
    assert_key (DTLS_KEY_TYPE_RSA_3072, GNUTLS_PK_RSA, 3072);
}

static void
test_signature (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P384);
  gnutls_x509_crt_t crt =
      x509_read_crt (dtls_certificate_get_pem (certificate));

  g_assert_cmpint (gnutls_x509_crt_get_signature_algorithm (crt), ==,
      GNUTLS_SIGN_ECDSA_SHA256);
  g_assert_cmpint (gnutls_x509_crt_get_version (crt), ==, 3);
  g_assert_cmpuint (gnutls_x509_crt_check_issuer (crt, crt), ==, 1);
  gnutls_x509_crt_deinit (crt);
}

static void
assert_near (gint64 time_s, gint64 expected_s)
{
  g_assert_cmpint (ABS (time_s - expected_s), <=, 60);
}

static void
test_validity (void)
{
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 3, NULL);
  gnutls_x509_crt_t crt =
      x509_read_crt (dtls_certificate_get_pem (certificate));
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;

  assert_near (gnutls_x509_crt_get_activation_time (crt), now_s - DAY_S);
  assert_near (gnutls_x509_crt_get_expiration_time (crt), now_s + 3 * DAY_S);
  g_assert_cmpint (dtls_certificate_get_not_after_s (certificate), ==,
      gnutls_x509_crt_get_expiration_time (crt));
  gnutls_x509_crt_deinit (crt);
}

static void
test_serial_and_name (void)
{
  g_autoptr (GHashTable) names =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) serials =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
      (GDestroyNotify) g_bytes_unref, NULL);

  for (guint i = 0; i < 32; i++) {
    g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
    gnutls_x509_crt_t crt =
        x509_read_crt (dtls_certificate_get_pem (certificate));
    guint8 serial[32];
    gchar name[128];
    size_t serial_size = sizeof serial, name_size = sizeof name;

    g_assert_cmpint (gnutls_x509_crt_get_serial (crt, serial, &serial_size),
        ==, 0);
    g_assert_cmpuint (serial_size, ==, 16);
    g_assert_cmpuint (serial[0] & 0x80, ==, 0);
    g_assert_cmpuint (serial[0], !=, 0);
    g_assert_cmpint (gnutls_x509_crt_get_dn (crt, name, &name_size), ==, 0);
    g_assert_true (g_regex_match_simple ("^CN=[0-9a-f]{16}$", name, 0, 0));
    g_assert_true (g_hash_table_add (names, g_strdup (name)));
    g_assert_true (g_hash_table_add (serials,
            g_bytes_new (serial, serial_size)));
    gnutls_x509_crt_deinit (crt);
  }
}

/* GnuTLS refuses a peer whose keyUsage has no digitalSignature in it */
static void
test_no_key_usage (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
  gnutls_x509_crt_t crt =
      x509_read_crt (dtls_certificate_get_pem (certificate));
  unsigned int usage;

  g_assert_cmpint (gnutls_x509_crt_get_key_usage (crt, &usage, NULL), ==,
      GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
  gnutls_x509_crt_deinit (crt);
}

/* ----- what it gives ----- */

static void
test_pem_is_public (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
  const gchar *pem = dtls_certificate_get_pem (certificate);

  g_assert_true (g_str_has_prefix (pem, CERTIFICATE_BEGIN));
  g_assert_true (g_str_has_suffix (pem, "-----END CERTIFICATE-----\n"));
  g_assert_null (strstr (pem + 1, "-----BEGIN "));
  g_assert_null (strstr (pem, "KEY"));
}

static void
test_fingerprint (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
  gnutls_x509_crt_t crt =
      x509_read_crt (dtls_certificate_get_pem (certificate));
  g_autofree gchar *value =
      dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);
  g_autoptr (DtlsFingerprints) fingerprints =
      dtls_fingerprints_parse (value, NULL);
  gnutls_datum_t der;

  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_DER, &der),
      ==, 0);
  g_assert_true (dtls_fingerprints_match (fingerprints, der.data, der.size));
  der.data[der.size - 1] ^= 1;
  g_assert_false (dtls_fingerprints_match (fingerprints, der.data, der.size));
  gnutls_free (der.data);
  gnutls_x509_crt_deinit (crt);
}

/* another implementation computes the same fingerprint */
static void
test_fingerprint_openssl (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
  g_autofree gchar *value =
      dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_512);
  g_autofree gchar *openssl = g_find_program_in_path ("openssl");
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *output = NULL;

  if (openssl == NULL) {
    g_test_skip ("there is no openssl program");
    return;
  }
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
      | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, openssl, "x509", "-noout",
      "-fingerprint", "-sha512", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process,
      dtls_certificate_get_pem (certificate), NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_strchomp (strchr (output, '=') + 1), ==,
      strchr (value, ' ') + 1);
}

static void
test_credentials (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
  gnutls_certificate_credentials_t credentials =
      dtls_certificate_get_credentials (certificate);
  gnutls_datum_t raw;
  gnutls_datum_t pem;

  g_assert_nonnull (credentials);
  g_assert_true (dtls_certificate_get_credentials (certificate)
      == credentials);
  g_assert_cmpint (gnutls_certificate_get_crt_raw (credentials, 0, 0, &raw),
      ==, 0);
  g_assert_cmpint (gnutls_pem_base64_encode2 ("CERTIFICATE", &raw, &pem), ==,
      0);
  g_assert_cmpstr ((gchar *) pem.data, ==,
      dtls_certificate_get_pem (certificate));
  gnutls_free (pem.data);
}

static void
test_der_to_pem (void)
{
  g_autofree gchar *pem =
      dtls_certificate_der_to_pem ((const guint8 *) "abc", 3);

  g_assert_cmpstr (pem, ==,
      CERTIFICATE_BEGIN "\nYWJj\n-----END CERTIFICATE-----\n");
}

static gpointer
use_credentials (gpointer data)
{
  for (guint i = 0; i < 1000; i++) {
    g_autoptr (DtlsCertificate) certificate = dtls_certificate_ref (data);

    g_assert_nonnull (dtls_certificate_get_credentials (certificate));
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("use", use_credentials, certificate);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/certificate/key-types", test_key_types);
  g_test_add_func ("/certificate/signature", test_signature);
  g_test_add_func ("/certificate/validity", test_validity);
  g_test_add_func ("/certificate/serial-and-name", test_serial_and_name);
  g_test_add_func ("/certificate/no-key-usage", test_no_key_usage);
  g_test_add_func ("/certificate/pem-is-public", test_pem_is_public);
  g_test_add_func ("/certificate/fingerprint", test_fingerprint);
  g_test_add_func ("/certificate/fingerprint-openssl",
      test_fingerprint_openssl);
  g_test_add_func ("/certificate/credentials", test_credentials);
  g_test_add_func ("/certificate/der-to-pem", test_der_to_pem);
  g_test_add_func ("/certificate/threads", test_threads);
  return g_test_run ();
}
