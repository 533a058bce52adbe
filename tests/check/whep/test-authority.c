/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An authority of one test's own, made with GnuTLS.
 */
#include "config.h"

#include "test-authority.h"

#include <glib/gstdio.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#define DAY_S (24 * 60 * 60)
#define LIFETIME_DAYS 30

struct _TestAuthority
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  gchar *file;                  /* for GIO, which reads it when it needs it */
};

static void
check (int result)
{
  if (result < 0)
    g_error ("GnuTLS: %s", gnutls_strerror (result));
}

static gnutls_x509_privkey_t
make_key (void)
{
  gnutls_x509_privkey_t key;

  check (gnutls_x509_privkey_init (&key));
  check (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
          GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0));
  return key;
}

static gnutls_x509_crt_t
make_certificate (gnutls_x509_privkey_t key, const gchar * name,
    guint8 serial, gint days)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  gnutls_x509_crt_t certificate;

  check (gnutls_x509_crt_init (&certificate));
  check (gnutls_x509_crt_set_version (certificate, 3));
  check (gnutls_x509_crt_set_serial (certificate, &serial, 1));
  check (gnutls_x509_crt_set_key (certificate, key));
  check (gnutls_x509_crt_set_dn_by_oid (certificate,
          GNUTLS_OID_X520_COMMON_NAME, 0, name, strlen (name)));
  check (gnutls_x509_crt_set_activation_time (certificate,
          now_s - LIFETIME_DAYS * DAY_S));
  check (gnutls_x509_crt_set_expiration_time (certificate,
          now_s + days * DAY_S));
  return certificate;
}

static gchar *
pem_of (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  gnutls_datum_t crt = { 0 }, secret = { 0 };

  check (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &crt));
  if (key)
    check (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL,
            GNUTLS_PKCS_PLAIN, &secret));
  gchar *pem = g_strdup_printf ("%.*s%.*s", (int) crt.size, crt.data,
      (int) secret.size, secret.data ? (char *) secret.data : "");
  gnutls_free (crt.data);
  gnutls_free (secret.data);
  return pem;
}

TestAuthority *
test_authority_new (void)
{
  TestAuthority *self = g_new0 (TestAuthority, 1);

  /* Two of the same name would be told apart by their signatures alone. */
  g_autofree gchar *name = g_uuid_string_random ();

  self->key = make_key ();
  self->certificate = make_certificate (self->key, name, 1, LIFETIME_DAYS);
  check (gnutls_x509_crt_set_ca_status (self->certificate, 1));
  check (gnutls_x509_crt_set_key_usage (self->certificate,
          GNUTLS_KEY_KEY_CERT_SIGN));
  check (gnutls_x509_crt_sign2 (self->certificate, self->certificate,
          self->key, GNUTLS_DIG_SHA256, 0));
  return self;
}

void
test_authority_free (TestAuthority * self)
{
  gnutls_x509_crt_deinit (self->certificate);
  gnutls_x509_privkey_deinit (self->key);
  if (self->file) {
    g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
    g_unlink (self->file);
  }
  g_free (self->file);
  g_free (self);
}

const gchar *
test_authority_save (TestAuthority * self)
{
  g_autofree gchar *pem = pem_of (self->certificate, NULL);
  GError *error = NULL;

  if (!self->file)
    g_close (g_file_open_tmp ("authority-XXXXXX.pem", &self->file, &error),
        NULL);
  g_assert_no_error (error);
  g_file_set_contents (self->file, pem, -1, &error);
  g_assert_no_error (error);
  return self->file;
}

void
test_authority_trust (TestAuthority * self)
{
  GError *error = NULL;
  g_autoptr (GTlsDatabase) database =
      g_tls_file_database_new (test_authority_save (self), &error);

  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
}

GTlsCertificate *
test_authority_certify (TestAuthority * self, const gchar * address, gint days)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  gnutls_x509_privkey_t key = make_key ();
  gnutls_x509_crt_t certificate =
      make_certificate (key, "Server of a test", 2, days);
  GError *error = NULL;

  check (gnutls_x509_crt_set_subject_alt_name (certificate,
          GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (inet),
          g_inet_address_get_native_size (inet), GNUTLS_FSAN_SET));
  check (gnutls_x509_crt_sign2 (certificate, self->certificate, self->key,
          GNUTLS_DIG_SHA256, 0));
  g_autofree gchar *pem = pem_of (certificate, key);
  GTlsCertificate *result = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return result;
}
