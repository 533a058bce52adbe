/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates with their keys. All that can fail fails while one is made or
 * read, the GnuTLS credentials included; after that it only is asked.
 */
#include "config.h"

#include "certificate.h"

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <string.h>

#include "certificate-gnutls.h"
#include "error.h"
#include "log.h"

#define DAY_S (24 * 60 * 60)
#define SERIAL_SIZE 16
#define NAME_SIZE 8
#define RSA_BITS_MIN 2048

typedef struct
{
  gnutls_x509_crt_t *items;     /* the leaf first */
  guint count;
} Chain;

struct _DtlsCertificate
{
  gnutls_certificate_credentials_t credentials;
  gnutls_datum_t der;
  gchar *pem;
  gint64 not_after_s;
};

static void
chain_clear (Chain * chain)
{
  for (guint i = 0; i < chain->count; i++)
    gnutls_x509_crt_deinit (chain->items[i]);
  gnutls_free (chain->items);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chain, chain_clear);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_privkey_t,
    gnutls_x509_privkey_deinit, NULL);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gnutls_x509_crt_t,
    gnutls_x509_crt_deinit, NULL);

/* ----- from chain and key to certificate ----- */

static void
certificate_clear (gpointer data)
{
  DtlsCertificate *certificate = data;

  if (certificate->credentials)
    gnutls_certificate_free_credentials (certificate->credentials);
  gnutls_free (certificate->der.data);
  g_free (certificate->pem);
}

static int
certificate_fill (DtlsCertificate * certificate, gnutls_x509_crt_t * chain,
    guint count, gnutls_x509_privkey_t key)
{
  int ret;

  ret = gnutls_certificate_allocate_credentials (&certificate->credentials);
  if (ret < 0)
    return ret;
  ret = gnutls_certificate_set_x509_key (certificate->credentials, chain,
      count, key);
  if (ret < 0)
    return ret;
  ret = gnutls_x509_crt_export2 (chain[0], GNUTLS_X509_FMT_DER,
      &certificate->der);
  if (ret < 0)
    return ret;

  certificate->pem = dtls_certificate_der_to_pem (certificate->der.data,
      certificate->der.size);
  certificate->not_after_s = gnutls_x509_crt_get_expiration_time (chain[0]);
  return certificate->pem ? 0 : GNUTLS_E_MEMORY_ERROR;
}

static DtlsCertificate *
certificate_new (gnutls_x509_crt_t * chain, guint count,
    gnutls_x509_privkey_t key, int *ret)
{
  g_autoptr (DtlsCertificate) certificate =
      g_atomic_rc_box_new0 (DtlsCertificate);

  *ret = certificate_fill (certificate, chain, count, key);
  if (*ret < 0)
    return NULL;
  return g_steal_pointer (&certificate);
}

/* ----- generate ----- */

static int
generate_key (gnutls_x509_privkey_t key, DtlsKeyType key_type)
{
  switch (key_type) {
    case DTLS_KEY_TYPE_ECDSA_P256:
      return gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
          GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
    case DTLS_KEY_TYPE_ECDSA_P384:
      return gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
          GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP384R1), 0);
    case DTLS_KEY_TYPE_RSA_2048:
      return gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 2048, 0);
    case DTLS_KEY_TYPE_RSA_3072:
      return gnutls_x509_privkey_generate (key, GNUTLS_PK_RSA, 3072, 0);
  }
  return GNUTLS_E_INVALID_REQUEST;
}

static int
set_serial (gnutls_x509_crt_t crt)
{
  guint8 serial[SERIAL_SIZE];
  int ret = gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial);

  if (ret < 0)
    return ret;
  /* RFC 5280 section 4.1.2.2: positive; and of a constant length */
  serial[0] = (serial[0] & 0x7F) | 0x40;
  return gnutls_x509_crt_set_serial (crt, serial, sizeof serial);
}

static int
set_common_name (gnutls_x509_crt_t crt)
{
  guint8 bytes[NAME_SIZE];
  gchar name[NAME_SIZE * 2 + 1];
  int ret = gnutls_rnd (GNUTLS_RND_NONCE, bytes, sizeof bytes);

  if (ret < 0)
    return ret;
  for (guint i = 0; i < NAME_SIZE; i++)
    g_snprintf (name + i * 2, 3, "%02x", bytes[i]);
  return gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0,
      name, strlen (name));
}

static int
set_validity (gnutls_x509_crt_t crt, guint lifetime_days)
{
  time_t now = g_get_real_time () / G_USEC_PER_SEC;
  int ret;

  /* from yesterday, because the peer's clock may be behind */
  ret = gnutls_x509_crt_set_activation_time (crt, now - DAY_S);
  if (ret < 0)
    return ret;
  return gnutls_x509_crt_set_expiration_time (crt,
      now + (time_t) lifetime_days * DAY_S);
}

/* No extensions: GnuTLS refuses a peer whose keyUsage does not allow for
 * signatures, and a fingerprint vouches for all the rest. */
static int
self_sign (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
    guint lifetime_days)
{
  int ret;

  ret = gnutls_x509_crt_set_version (crt, 3);
  if (ret >= 0)
    ret = set_serial (crt);
  if (ret >= 0)
    ret = set_common_name (crt);
  if (ret >= 0)
    ret = set_validity (crt, lifetime_days);
  if (ret >= 0)
    ret = gnutls_x509_crt_set_key (crt, key);
  if (ret >= 0)
    ret = gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0);
  return ret;
}

static int
generate (DtlsKeyType key_type, guint lifetime_days,
    DtlsCertificate ** certificate)
{
  g_auto (gnutls_x509_privkey_t) key = NULL;
  g_auto (gnutls_x509_crt_t) crt = NULL;
  int ret;

  ret = gnutls_x509_privkey_init (&key);
  if (ret >= 0)
    ret = gnutls_x509_crt_init (&crt);
  if (ret >= 0)
    ret = generate_key (key, key_type);
  if (ret >= 0)
    ret = self_sign (crt, key, lifetime_days);
  if (ret >= 0)
    *certificate = certificate_new (&crt, 1, key, &ret);
  return ret;
}

DtlsCertificate *
dtls_certificate_generate (DtlsKeyType key_type, guint lifetime_days,
    GError ** error)
{
  DtlsCertificate *certificate = NULL;
  int ret;

  g_return_val_if_fail (lifetime_days >= 1 && lifetime_days <= 3650, NULL);

  ret = generate (key_type, lifetime_days, &certificate);
  if (ret < 0)
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("No certificate could be made: %s"), gnutls_strerror (ret));
  return certificate;
}

/* ----- read PEM ----- */

static void
set_pem_error (GError ** error, const gchar * text)
{
  g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM, text);
}

/* Both ways in which a PEM block says so: PKCS #8, and RFC 1421 headers. */
static gboolean
is_encrypted (const gchar * pem)
{
  return strstr (pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----")
      || strstr (pem, "Proc-Type: 4,ENCRYPTED");
}

static gboolean
read_chain (const gchar * pem, Chain * chain, GError ** error)
{
  gnutls_datum_t data = { (guint8 *) pem, strlen (pem) };
  int ret;

  if (strstr (pem, "CERTIFICATE-----") == NULL) {
    set_pem_error (error, _("The PEM text has no certificate in it, only a "
            "key. Put the certificate that belongs to the key beside it."));
    return FALSE;
  }
  ret = gnutls_x509_crt_list_import2 (&chain->items, &chain->count, &data,
      GNUTLS_X509_FMT_PEM, 0);
  if (ret < 0) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM,
        _("The certificate in the PEM text cannot be read: %s"),
        gnutls_strerror (ret));
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_key (const gchar * pem, gnutls_x509_privkey_t key, GError ** error)
{
  gnutls_datum_t data = { (guint8 *) pem, strlen (pem) };
  int ret;

  if (is_encrypted (pem)) {
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_ENCRYPTED_PEM,
        _("The private key in the PEM text is encrypted. Decrypt it first, "
            "for instance with \"openssl pkey -in FILE\"."));
    return FALSE;
  }
  if (strstr (pem, "PRIVATE KEY-----") == NULL) {
    set_pem_error (error, _("The PEM text has no private key in it, only a "
            "certificate. Put the private key beside the certificate."));
    return FALSE;
  }
  ret = gnutls_x509_privkey_import2 (key, &data, GNUTLS_X509_FMT_PEM, NULL,
      GNUTLS_PKCS_PLAIN);
  if (ret < 0) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM,
        _("The private key in the PEM text cannot be read: %s"),
        gnutls_strerror (ret));
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_key_usable (gnutls_x509_privkey_t key, GError ** error)
{
  unsigned int bits;
  int algorithm = gnutls_x509_privkey_get_pk_algorithm2 (key, &bits);

  if (algorithm == GNUTLS_PK_ECDSA)
    return TRUE;
  if (algorithm != GNUTLS_PK_RSA) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM,
        _("A private key of type %s does not work with WebRTC peers. Use an "
            "ECDSA or an RSA key."), gnutls_pk_get_name (algorithm));
    return FALSE;
  }
  if (bits < RSA_BITS_MIN) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM,
        _("The RSA key in the PEM text has %u bits, which is too weak. Use "
            "%u bits or more."), bits, RSA_BITS_MIN);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_key_belongs (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
    GError ** error)
{
  guint8 of_crt[32], of_key[32];
  size_t crt_size = sizeof of_crt, key_size = sizeof of_key;

  if (gnutls_x509_crt_get_key_id (crt, GNUTLS_KEYID_USE_SHA256, of_crt,
          &crt_size) < 0
      || gnutls_x509_privkey_get_key_id (key, GNUTLS_KEYID_USE_SHA256, of_key,
          &key_size) < 0 || memcmp (of_crt, of_key, sizeof of_key) != 0) {
    set_pem_error (error, _("The private key in the PEM text does not belong "
            "to the first certificate in it. Put the certificate made with "
            "this key first."));
    return FALSE;
  }
  return TRUE;
}

/* Peers go by the fingerprint, and most accept such a certificate. */
static void
warn_of_dates (gnutls_x509_crt_t crt)
{
  time_t now = g_get_real_time () / G_USEC_PER_SEC;

  if (gnutls_x509_crt_get_expiration_time (crt) < now)
    dtls_log (DTLS_LOG_WARNING, "the own certificate has expired");
  if (gnutls_x509_crt_get_activation_time (crt) > now)
    dtls_log (DTLS_LOG_WARNING, "the own certificate is not valid yet");
}

DtlsCertificate *
dtls_certificate_from_pem (const gchar * pem, GError ** error)
{
  g_auto (Chain) chain = { 0 };
  g_auto (gnutls_x509_privkey_t) key = NULL;
  DtlsCertificate *certificate;
  int ret;

  g_return_val_if_fail (pem != NULL, NULL);

  if (strstr (pem, "-----BEGIN ") == NULL) {
    set_pem_error (error, _("The text is not PEM: it has no \"-----BEGIN\" "
            "line. Give the text of the file, not its name."));
    return NULL;
  }
  if (!read_chain (pem, &chain, error))
    return NULL;
  if (gnutls_x509_privkey_init (&key) < 0) {
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("Out of memory"));
    return NULL;
  }
  if (!read_key (pem, key, error)
      || !check_key_usable (key, error)
      || !check_key_belongs (chain.items[0], key, error))
    return NULL;

  warn_of_dates (chain.items[0]);
  certificate = certificate_new (chain.items, chain.count, key, &ret);
  if (certificate == NULL)
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM,
        _("The certificate and key in the PEM text cannot be used: %s"),
        gnutls_strerror (ret));
  return certificate;
}

/* ----- ask ----- */

DtlsCertificate *
dtls_certificate_ref (DtlsCertificate * certificate)
{
  return g_atomic_rc_box_acquire (certificate);
}

void
dtls_certificate_unref (DtlsCertificate * certificate)
{
  g_atomic_rc_box_release_full (certificate, certificate_clear);
}

const gchar *
dtls_certificate_get_pem (const DtlsCertificate * certificate)
{
  return certificate->pem;
}

gchar *
dtls_certificate_get_fingerprint (const DtlsCertificate * certificate,
    DtlsHash hash)
{
  return dtls_fingerprint_format (certificate->der.data,
      certificate->der.size, hash);
}

gint64
dtls_certificate_get_not_after_s (const DtlsCertificate * certificate)
{
  return certificate->not_after_s;
}

gnutls_certificate_credentials_t
dtls_certificate_get_credentials (DtlsCertificate * certificate)
{
  return certificate->credentials;
}

static int
export_chain (gnutls_x509_crt_t * items, guint count, GString * text)
{
  for (guint i = 0; i < count; i++) {
    gnutls_datum_t pem;
    int ret = gnutls_x509_crt_export2 (items[i], GNUTLS_X509_FMT_PEM, &pem);

    if (ret < 0)
      return ret;
    g_string_append_len (text, (const gchar *) pem.data, pem.size);
    gnutls_free (pem.data);
  }
  return 0;
}

/* @text is public and may be copied about, the key goes straight from the
 * memory that GnuTLS made into the box. */
static DtlsSecret *
join_with_key (const GString * text, gnutls_x509_privkey_t key)
{
  DtlsSecret *secret;
  gnutls_datum_t pem;

  if (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL,
          GNUTLS_PKCS_PLAIN, &pem) < 0)
    return NULL;
  secret = dtls_secret_new (text->len + pem.size + 1);
  memcpy (dtls_secret_bytes (secret), text->str, text->len);
  memcpy (dtls_secret_bytes (secret) + text->len, pem.data, pem.size);
  gnutls_memset (pem.data, 0, pem.size);
  gnutls_free (pem.data);
  return secret;
}

DtlsSecret *
dtls_certificate_export_pem (DtlsCertificate * certificate)
{
  g_auto (Chain) chain = { 0 };
  g_auto (gnutls_x509_privkey_t) key = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (gnutls_certificate_get_x509_key (certificate->credentials, 0, &key) < 0
      || gnutls_certificate_get_x509_crt (certificate->credentials, 0,
          &chain.items, &chain.count) < 0
      || export_chain (chain.items, chain.count, text) < 0)
    return NULL;
  return join_with_key (text, key);
}

gchar *
dtls_certificate_der_to_pem (const guint8 * der, gsize der_size)
{
  gnutls_datum_t data = { (guint8 *) der, der_size };
  gnutls_datum_t text = { NULL, 0 };
  gchar *pem;

  if (gnutls_pem_base64_encode2 ("CERTIFICATE", &data, &text) < 0)
    return NULL;
  pem = g_strndup ((const gchar *) text.data, text.size);
  gnutls_free (text.data);
  return pem;
}
