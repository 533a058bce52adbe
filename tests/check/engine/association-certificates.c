/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Associations with every kind of certificate, on either side, and with
 * chains that do not fit into one datagram.
 */
#include "config.h"

#include "engine/association.h"

#include <gnutls/x509.h>
#include <string.h>

#include "virtual-network.h"
#include "x509.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)
#define KEY_BEGIN "-----BEGIN PRIVATE KEY-----"

static const DtlsKeyType key_types[] = {
  DTLS_KEY_TYPE_ECDSA_P256, DTLS_KEY_TYPE_ECDSA_P384, DTLS_KEY_TYPE_RSA_2048
};

/* slow to make, hence once a program */
static DtlsCertificate *
get_certificate (DtlsKeyType key_type)
{
  static DtlsCertificate *made[DTLS_KEY_TYPE_RSA_3072 + 1];

  if (made[key_type] == NULL)
    made[key_type] = dtls_certificate_generate (key_type, 30, NULL);
  g_assert_nonnull (made[key_type]);
  return made[key_type];
}

/* Each verifies the other's fingerprint. */
static void
assert_connect (DtlsCertificate * of_client, DtlsCertificate * of_server,
    guint mtu)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  client->config.certificate = of_client;
  server->config.certificate = of_server;
  client->config.mtu = server->config.mtu = mtu;
  client->config.verify = server->config.verify = DTLS_VERIFY_REQUIRED;
  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + 10 * SECOND_US));
  g_assert_cmpuint (MAX (client->largest, server->largest), <=, mtu);
  g_assert_nonnull (client->keys);
}

static void
test_key_types (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (key_types); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (key_types); j++)
      assert_connect (get_certificate (key_types[i]),
          get_certificate (key_types[j]), DTLS_MTU_DEFAULT);
  }
}

/* A new certificate, signed by the first of @issuer_pem, and that after it. */
static gchar *
put_under (const gchar * issuer_pem, DtlsKeyType key_type)
{
  g_autoptr (DtlsCertificate) leaf =
      dtls_certificate_generate (key_type, 30, NULL);
  g_autoptr (DtlsSecret) leaf_pem = dtls_certificate_export_pem (leaf);
  gnutls_x509_crt_t crt = x509_read_crt (dtls_certificate_get_pem (leaf));
  gnutls_x509_crt_t issuer = x509_read_crt (issuer_pem);
  gnutls_x509_privkey_t key = x509_read_key (issuer_pem);
  const gchar *key_text = strstr (issuer_pem, KEY_BEGIN);
  g_autofree gchar *issuers = g_strndup (issuer_pem, key_text - issuer_pem);
  gnutls_datum_t pem;
  gchar *chain;

  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, issuer, key,
          GNUTLS_DIG_SHA256, 0), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &pem),
      ==, 0);
  chain = g_strconcat ((gchar *) pem.data, issuers,
      strstr ((gchar *) dtls_secret_bytes (leaf_pem), KEY_BEGIN), NULL);
  gnutls_free (pem.data);
  gnutls_x509_privkey_deinit (key);
  gnutls_x509_crt_deinit (issuer);
  gnutls_x509_crt_deinit (crt);
  return chain;
}

static DtlsCertificate *
make_chain (DtlsKeyType key_type)
{
  g_autoptr (DtlsSecret) root =
      dtls_certificate_export_pem (get_certificate (key_type));
  g_autofree gchar *two =
      put_under ((gchar *) dtls_secret_bytes (root), key_type);
  g_autofree gchar *three = put_under (two, key_type);
  g_autoptr (GError) error = NULL;
  DtlsCertificate *chain = dtls_certificate_from_pem (three, &error);

  g_assert_no_error (error);
  return chain;
}

/* the fingerprint is that of the leaf, whatever comes behind it */
static void
test_chain (void)
{
  g_autoptr (DtlsCertificate) ecdsa = make_chain (DTLS_KEY_TYPE_ECDSA_P256);
  g_autoptr (DtlsCertificate) rsa = make_chain (DTLS_KEY_TYPE_RSA_2048);

  assert_connect (ecdsa, rsa, DTLS_MTU_DEFAULT);
  assert_connect (rsa, ecdsa, DTLS_MTU_DEFAULT);
}

static void
test_small_mtu (void)
{
  g_autoptr (DtlsCertificate) rsa = make_chain (DTLS_KEY_TYPE_RSA_2048);

  assert_connect (rsa, rsa, DTLS_MTU_MIN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/association-certificates/key-types", test_key_types);
  g_test_add_func ("/association-certificates/chain", test_chain);
  g_test_add_func ("/association-certificates/small-mtu", test_small_mtu);
  return g_test_run ();
}
