/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates: what may come in as PEM, and what not. All keys are made here;
 * none is kept.
 */
#include "config.h"

#include "engine/certificate.h"

#include "engine/certificate-gnutls.h"
#include "engine/error.h"
#include "engine/log.h"
#include "x509.h"

#define DAY_S (24 * 60 * 60)
#define KEY_BEGIN "-----BEGIN PRIVATE KEY-----"
#define CERTIFICATE_BEGIN "-----BEGIN CERTIFICATE-----"

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
  g_autoptr (DtlsCertificate) certificate = dtls_certificate_generate (key_type,
      DTLS_CERTIFICATE_LIFETIME_DAYS, NULL);
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

static void
test_export_and_read (void)
{
  static const DtlsKeyType types[] = {
    DTLS_KEY_TYPE_ECDSA_P256, DTLS_KEY_TYPE_ECDSA_P384, DTLS_KEY_TYPE_RSA_2048
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (DtlsCertificate) made = dtls_certificate_generate (types[i],
        DTLS_CERTIFICATE_LIFETIME_DAYS, NULL);
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
    gnutls_datum_t traditional;
    gnutls_x509_privkey_t key = x509_read_key (pair.key);
    g_autoptr (DtlsCertificate) read = NULL;
    g_autofree gchar *pem = NULL;

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
  gnutls_x509_crt_t leaf_crt = x509_read_crt (leaf->certificate);
  gnutls_x509_crt_t issuer_crt = x509_read_crt (issuer->certificate);
  gnutls_x509_privkey_t key = x509_read_key (issuer->key);
  gnutls_datum_t pem;
  gchar *text;

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
  gnutls_x509_privkey_t key = x509_read_key (pem);
  gnutls_datum_t encrypted;
  gchar *text;

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/certificate-pem/export-and-read", test_export_and_read);
  g_test_add_func ("/certificate-pem/read-any-order", test_read_any_order);
  g_test_add_func ("/certificate-pem/read-traditional-key",
      test_read_traditional_key);
  g_test_add_func ("/certificate-pem/read-chain", test_read_chain);
  g_test_add_func ("/certificate-pem/refuse-parts", test_refuse_parts);
  g_test_add_func ("/certificate-pem/refuse-junk", test_refuse_junk);
  g_test_add_func ("/certificate-pem/mutated", test_mutated);
  g_test_add_func ("/certificate-pem/refuse-encrypted", test_refuse_encrypted);
  g_test_add_func ("/certificate-pem/refuse-key-types", test_refuse_key_types);
  g_test_add_func ("/certificate-pem/dates", test_dates);
  return g_test_run ();
}
