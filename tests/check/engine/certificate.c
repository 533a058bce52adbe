/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates: what is in those we make, and what may come in as PEM. All
 * keys are made here; none is kept.
 */
#include "config.h"

#include "engine/certificate.h"

#include <gio/gio.h>
#include <gnutls/x509.h>
#include <string.h>

#include "engine/certificate-gnutls.h"
#include "engine/error.h"
#include "engine/log.h"

#define DAY_S (24 * 60 * 60)
#define KEY_BEGIN "-----BEGIN PRIVATE KEY-----"
#define CERTIFICATE_BEGIN "-----BEGIN CERTIFICATE-----"

/* ----- helpers ----- */

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

static gnutls_x509_crt_t
read_crt (const gchar * pem)
{
  gnutls_datum_t data = { (guint8 *) pem, strlen (pem) };
  gnutls_x509_crt_t crt;

  g_assert_cmpint (gnutls_x509_crt_init (&crt), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_import (crt, &data, GNUTLS_X509_FMT_PEM),
      ==, 0);
  return crt;
}

/* certificate and key, each as PEM */
typedef struct
{
  gchar *certificate;
  gchar *key;
} Pair;

static void
pair_clear (Pair * pair)
{
  g_free (pair->certificate);
  g_free (pair->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear);

static Pair
make_pair (DtlsKeyType key_type)
{
  g_autoptr (DtlsCertificate) certificate = make (key_type);
  g_autoptr (DtlsSecret) pem = dtls_certificate_export_pem (certificate);
  const gchar *text = (const gchar *) dtls_secret_bytes (pem);
  const gchar *key = strstr (text, KEY_BEGIN);

  g_assert_nonnull (key);
  return (Pair) {
    .certificate = g_strndup (text, key - text),.key = g_strdup (key)
  };
}

static guint
count (const gchar * text, const gchar * part)
{
  guint found = 0;

  while ((text = strstr (text, part))) {
    text += strlen (part);
    found++;
  }
  return found;
}

static void
assert_refused (const gchar * pem, DtlsError code, const gchar * because)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dtls_certificate_from_pem (pem, &error));
  g_assert_error (error, DTLS_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, because));
}

static DtlsCertificate *
assert_accepted (const gchar * pem)
{
  g_autoptr (GError) error = NULL;
  DtlsCertificate *certificate = dtls_certificate_from_pem (pem, &error);

  g_assert_no_error (error);
  g_assert_nonnull (certificate);
  return certificate;
}

/* ----- generate ----- */

static void
assert_key (DtlsKeyType key_type, int algorithm, guint expected_bits)
{
  g_autoptr (DtlsCertificate) certificate = make (key_type);
  gnutls_x509_crt_t crt = read_crt (dtls_certificate_get_pem (certificate));
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
  gnutls_x509_crt_t crt = read_crt (dtls_certificate_get_pem (certificate));

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
  gnutls_x509_crt_t crt = read_crt (dtls_certificate_get_pem (certificate));
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
    gnutls_x509_crt_t crt = read_crt (dtls_certificate_get_pem (certificate));
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
  gnutls_x509_crt_t crt = read_crt (dtls_certificate_get_pem (certificate));
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
  g_assert_cmpuint (count (pem, "-----BEGIN "), ==, 1);
  g_assert_null (strstr (pem, "KEY"));
}

static void
test_fingerprint (void)
{
  g_autoptr (DtlsCertificate) certificate = make (DTLS_KEY_TYPE_ECDSA_P256);
  gnutls_x509_crt_t crt = read_crt (dtls_certificate_get_pem (certificate));
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

/* ----- PEM in ----- */

static void
test_export_and_read (void)
{
  static const DtlsKeyType types[] = {
    DTLS_KEY_TYPE_ECDSA_P256, DTLS_KEY_TYPE_ECDSA_P384, DTLS_KEY_TYPE_RSA_2048
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (DtlsCertificate) made = make (types[i]);
    g_autoptr (DtlsSecret) pem = dtls_certificate_export_pem (made);
    const gchar *text = (const gchar *) dtls_secret_bytes (pem);
    g_autoptr (DtlsCertificate) read = assert_accepted (text);

    g_assert_cmpuint (strlen (text) + 1, ==, dtls_secret_size (pem));
    g_assert_cmpstr (dtls_certificate_get_pem (read), ==,
        dtls_certificate_get_pem (made));
  }
}

static void
test_read_any_order (void)
{
  g_auto (Pair) pair = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_autofree gchar *reversed =
      g_strconcat ("Bag Attributes\n  friendlyName: a\n", pair.key, "\n\n",
      pair.certificate, "trailing words\n", NULL);
  g_autoptr (DtlsCertificate) read = assert_accepted (reversed);

  g_assert_cmpuint (count (dtls_certificate_get_pem (read), "BEGIN"), ==, 1);
}

/* "openssl ecparam -genkey" and "openssl genrsa -traditional" write these */
static void
test_read_traditional_key (void)
{
  static const DtlsKeyType types[] = {
    DTLS_KEY_TYPE_ECDSA_P256, DTLS_KEY_TYPE_RSA_2048
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_auto (Pair) pair = make_pair (types[i]);
    gnutls_datum_t data = { (guint8 *) pair.key, strlen (pair.key) };
    gnutls_datum_t traditional;
    gnutls_x509_privkey_t key;
    g_autoptr (DtlsCertificate) read = NULL;
    g_autofree gchar *pem = NULL;

    g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
    g_assert_cmpint (gnutls_x509_privkey_import (key, &data,
            GNUTLS_X509_FMT_PEM), ==, 0);
    g_assert_cmpint (gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM,
            &traditional), ==, 0);
    pem = g_strconcat (pair.certificate,
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
        "-----END EC PARAMETERS-----\n", traditional.data, NULL);
    read = assert_accepted (pem);
    gnutls_free (traditional.data);
    gnutls_x509_privkey_deinit (key);
  }
}

/* @leaf's certificate signed anew by @issuer's key */
static gchar *
sign_by (const Pair * leaf, const Pair * issuer)
{
  gnutls_datum_t data = { (guint8 *) issuer->key, strlen (issuer->key) };
  gnutls_x509_crt_t leaf_crt = read_crt (leaf->certificate);
  gnutls_x509_crt_t issuer_crt = read_crt (issuer->certificate);
  gnutls_x509_privkey_t key;
  gnutls_datum_t pem;
  gchar *text;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_import (key, &data,
          GNUTLS_X509_FMT_PEM), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_sign2 (leaf_crt, issuer_crt, key,
          GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (leaf_crt, GNUTLS_X509_FMT_PEM,
          &pem), ==, 0);
  text = g_strdup ((gchar *) pem.data);
  gnutls_free (pem.data);
  gnutls_x509_privkey_deinit (key);
  gnutls_x509_crt_deinit (leaf_crt);
  gnutls_x509_crt_deinit (issuer_crt);
  return text;
}

static void
test_read_chain (void)
{
  g_auto (Pair) leaf = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_auto (Pair) issuer = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_autofree gchar *signed_leaf = sign_by (&leaf, &issuer);
  g_autofree gchar *pem =
      g_strconcat (signed_leaf, issuer.certificate, leaf.key, NULL);
  g_autofree gchar *wrong =
      g_strconcat (issuer.certificate, signed_leaf, leaf.key, NULL);
  g_autoptr (DtlsCertificate) read = assert_accepted (pem);
  g_autoptr (DtlsSecret) exported = dtls_certificate_export_pem (read);
  gnutls_datum_t raw;

  g_assert_cmpstr (dtls_certificate_get_pem (read), ==, signed_leaf);
  g_assert_cmpint (gnutls_certificate_get_crt_raw
      (dtls_certificate_get_credentials (read), 0, 1, &raw), ==, 0);
  g_assert_cmpuint (count ((gchar *) dtls_secret_bytes (exported),
          CERTIFICATE_BEGIN), ==, 2);
  assert_refused (wrong, DTLS_ERROR_INVALID_PEM, "does not belong");
}

static void
test_refuse_parts (void)
{
  g_auto (Pair) pair = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_auto (Pair) other = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_autofree gchar *mixed = g_strconcat (pair.certificate, other.key, NULL);

  assert_refused (pair.certificate, DTLS_ERROR_INVALID_PEM, "no private key");
  assert_refused (pair.key, DTLS_ERROR_INVALID_PEM, "no certificate");
  assert_refused (mixed, DTLS_ERROR_INVALID_PEM, "does not belong");
}

static void
test_refuse_junk (void)
{
  g_auto (Pair) pair = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_autofree gchar *bad_certificate =
      g_strconcat (CERTIFICATE_BEGIN "\nYWJj\n-----END CERTIFICATE-----\n",
      pair.key, NULL);
  g_autofree gchar *bad_key = g_strconcat (pair.certificate,
      KEY_BEGIN "\nYWJj\n-----END PRIVATE KEY-----\n", NULL);
  g_autofree gchar *cut = g_strconcat (pair.certificate, pair.key, NULL);

  assert_refused ("", DTLS_ERROR_INVALID_PEM, "not PEM");
  assert_refused ("/etc/ssl/cert.pem", DTLS_ERROR_INVALID_PEM, "not PEM");
  assert_refused (bad_certificate, DTLS_ERROR_INVALID_PEM,
      "certificate in the PEM text cannot be read");
  assert_refused (bad_key, DTLS_ERROR_INVALID_PEM,
      "private key in the PEM text cannot be read");
  cut[strlen (cut) - 60] = '\0';
  assert_refused (cut, DTLS_ERROR_INVALID_PEM, "private key");
}

/* whatever the text, there is a certificate or a reason; never both, never
 * a crash */
static void
test_mutated (void)
{
  g_auto (Pair) pair = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_autofree gchar *good = g_strconcat (pair.certificate, pair.key, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gsize size = strlen (good);
  guint refused = 0;

  for (guint i = 0; i < 2000; i++) {
    g_autofree gchar *text = g_strdup (good);
    g_autoptr (DtlsCertificate) certificate = NULL;
    g_autoptr (GError) error = NULL;

    for (guint j = g_rand_int_range (rand, 1, 5); j > 0; j--)
      text[g_rand_int_range (rand, 0, size)] = g_rand_int_range (rand, 1, 256);
    if (g_rand_int_range (rand, 0, 4) == 0)
      text[g_rand_int_range (rand, 0, size)] = '\0';
    certificate = dtls_certificate_from_pem (text, &error);
    g_assert_true ((certificate == NULL) == (error != NULL));
    refused += certificate == NULL;
  }
  g_assert_cmpuint (refused, >, 1000);
}

static gchar *
encrypt_key (const gchar * pem)
{
  gnutls_datum_t data = { (guint8 *) pem, strlen (pem) };
  gnutls_datum_t encrypted;
  gnutls_x509_privkey_t key;
  gchar *text;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_import (key, &data,
          GNUTLS_X509_FMT_PEM), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (key,
          GNUTLS_X509_FMT_PEM, "password", GNUTLS_PKCS_PBES2_AES_128,
          &encrypted), ==, 0);
  text = g_strdup ((gchar *) encrypted.data);
  gnutls_free (encrypted.data);
  gnutls_x509_privkey_deinit (key);
  return text;
}

static void
test_refuse_encrypted (void)
{
  g_auto (Pair) pair = make_pair (DTLS_KEY_TYPE_ECDSA_P256);
  g_autofree gchar *encrypted = encrypt_key (pair.key);
  g_autofree gchar *pkcs8 = g_strconcat (pair.certificate, encrypted, NULL);
  g_autofree gchar *rfc1421 = g_strconcat (pair.certificate,
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
      "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nYWJj\n"
      "-----END EC PRIVATE KEY-----\n", NULL);

  assert_refused (pkcs8, DTLS_ERROR_ENCRYPTED_PEM, "encrypted");
  assert_refused (rfc1421, DTLS_ERROR_ENCRYPTED_PEM, "encrypted");
}

/* A self-signed certificate with what generate() does not offer. */
static gchar *
make_odd_pem (gnutls_pk_algorithm_t algorithm, guint bits, gint from_days,
    gint to_days)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t crt_pem, key_pem;
  gchar *text;

  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, algorithm, bits, 0), ==,
      0);
  g_assert_cmpint (gnutls_x509_crt_init (&crt), ==, 0);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\1", 1);
  gnutls_x509_crt_set_activation_time (crt, now_s + from_days * DAY_S);
  gnutls_x509_crt_set_expiration_time (crt, now_s + to_days * DAY_S);
  gnutls_x509_crt_set_key (crt, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key,
          algorithm == GNUTLS_PK_EDDSA_ED25519 ? GNUTLS_DIG_SHA512
          : GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM,
          &crt_pem), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_export2_pkcs8 (key,
          GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_pem), ==, 0);
  text = g_strconcat ((gchar *) crt_pem.data, key_pem.data, NULL);
  gnutls_free (crt_pem.data);
  gnutls_free (key_pem.data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  return text;
}

static void
test_refuse_key_types (void)
{
  g_autofree gchar *ed25519 =
      make_odd_pem (GNUTLS_PK_EDDSA_ED25519, 256, -1, 1);
  g_autofree gchar *rsa_1024 = make_odd_pem (GNUTLS_PK_RSA, 1024, -1, 1);

  assert_refused (ed25519, DTLS_ERROR_INVALID_PEM, "Ed25519");
  assert_refused (rsa_1024, DTLS_ERROR_INVALID_PEM, "1024 bits");
}

static guint warnings;
static gchar *last_warning;

static void
on_log (DtlsLogLevel level, const gchar * message)
{
  if (level != DTLS_LOG_WARNING)
    return;
  warnings++;
  g_free (last_warning);
  last_warning = g_strdup (message);
}

static void
assert_warns (const gchar * pem, const gchar * because)
{
  g_autoptr (DtlsCertificate) certificate = NULL;

  warnings = 0;
  dtls_log_set_func (on_log);
  certificate = assert_accepted (pem);
  dtls_log_set_func (NULL);
  g_assert_cmpuint (warnings, ==, because ? 1 : 0);
  if (because)
    g_assert_nonnull (strstr (last_warning, because));
}

static void
test_dates (void)
{
  g_autofree gchar *expired = make_odd_pem (GNUTLS_PK_ECDSA, 256, -9, -1);
  g_autofree gchar *early = make_odd_pem (GNUTLS_PK_ECDSA, 256, 2, 9);
  g_autofree gchar *good = make_odd_pem (GNUTLS_PK_ECDSA, 256, -1, 9);

  assert_warns (expired, "expired");
  assert_warns (early, "not valid yet");
  assert_warns (good, NULL);
  g_clear_pointer (&last_warning, g_free);
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
  g_test_add_func ("/certificate/export-and-read", test_export_and_read);
  g_test_add_func ("/certificate/read-any-order", test_read_any_order);
  g_test_add_func ("/certificate/read-traditional-key",
      test_read_traditional_key);
  g_test_add_func ("/certificate/read-chain", test_read_chain);
  g_test_add_func ("/certificate/refuse-parts", test_refuse_parts);
  g_test_add_func ("/certificate/refuse-junk", test_refuse_junk);
  g_test_add_func ("/certificate/mutated", test_mutated);
  g_test_add_func ("/certificate/refuse-encrypted", test_refuse_encrypted);
  g_test_add_func ("/certificate/refuse-key-types", test_refuse_key_types);
  g_test_add_func ("/certificate/dates", test_dates);
  g_test_add_func ("/certificate/threads", test_threads);
  return g_test_run ();
}
