/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The session against a plain GnuTLS peer: keys computed in another way, and
 * peers that ask for less than is safe, or for more than is served.
 */
#include "config.h"

#include "engine/gnutls-session.h"

#include <string.h>
#include <time.h>
#include <gnutls/crypto.h>
#include <gnutls/dtls.h>
#include <gnutls/x509.h>

#include "engine/error.h"
#include "engine/record.h"
#include "raw-peer.h"

/* P_SHA256 of RFC 5246 section 5. */
static void
p_sha256 (const gnutls_datum_t * secret, const guint8 * seed, gsize seed_size,
    guint8 * out, gsize size)
{
  guint8 a[32 + 256], digest[32];
  gsize done = 0;

  g_assert_cmpuint (seed_size, <=, 256);
  gnutls_hmac_fast (GNUTLS_MAC_SHA256, secret->data, secret->size, seed,
      seed_size, a);
  while (done < size) {
    gsize n = MIN (size - done, sizeof digest);

    memcpy (a + 32, seed, seed_size);
    gnutls_hmac_fast (GNUTLS_MAC_SHA256, secret->data, secret->size, a,
        32 + seed_size, digest);
    memcpy (out + done, digest, n);
    done += n;
    gnutls_hmac_fast (GNUTLS_MAC_SHA256, secret->data, secret->size, a, 32, a);
  }
}

/* RFC 5705 section 4 without context, label of RFC 5764 section 4.2. */
static void
export_by_hand (gnutls_session_t tls, guint8 * out, gsize size)
{
  static const gchar label[] = "EXTRACTOR-dtls_srtp";
  gnutls_datum_t master, client, server;
  g_autoptr (GByteArray) seed = g_byte_array_new ();

  gnutls_session_get_master_secret (tls, &master);
  gnutls_session_get_random (tls, &client, &server);
  g_byte_array_append (seed, (const guint8 *) label, strlen (label));
  g_byte_array_append (seed, client.data, client.size);
  g_byte_array_append (seed, server.data, server.size);
  p_sha256 (&master, seed->data, seed->len, out, size);
}

/* A published vector of the P_SHA256 based PRF, so that the second opinion is
 * itself beyond doubt (IETF TLS list, 2009). */
static void
test_prf_known_answer (void)
{
  static const guint8 secret[] = { 0x9b, 0xbe, 0x43, 0x6b, 0xa9, 0x40, 0xf0,
    0x17, 0xb1, 0x76, 0x52, 0x84, 0x9a, 0x71, 0xdb, 0x35
  };
  static const guint8 seed[] = { 't', 'e', 's', 't', ' ', 'l', 'a', 'b', 'e',
    'l', 0xa0, 0xba, 0x9f, 0x93, 0x6c, 0xda, 0x31, 0x18, 0x27, 0xa6, 0xf7,
    0x96, 0xff, 0xd5, 0x19, 0x8c
  };
  static const guint8 expected[] = { 0xe3, 0xf2, 0x29, 0xba, 0x72, 0x7b, 0xe1,
    0x7b, 0x8d, 0x12, 0x26, 0x20, 0x55, 0x7c, 0xd4, 0x53, 0xc2, 0xaa, 0xb2,
    0x1d, 0x07, 0xc3, 0xd4, 0x95, 0x32, 0x9b, 0x52, 0xd4, 0xe6, 0x1e, 0xdb,
    0x5a, 0x6b, 0x30, 0x17, 0x91, 0xe9, 0x0d, 0x35, 0xc9, 0xc9, 0xa4, 0x6b,
    0x4e, 0x14, 0xba, 0xf9, 0xaf, 0x0f, 0xa0, 0x22, 0xf7, 0x07, 0x7d, 0xef,
    0x17, 0xab, 0xfd, 0x37, 0x97, 0xc0, 0x56, 0x4b, 0xab, 0x4f, 0xbc, 0x91,
    0x66, 0x6e, 0x9d, 0xef, 0x9b, 0x97, 0xfc, 0xe3, 0x4f, 0x79, 0x67, 0x89,
    0xba, 0xa4, 0x80, 0x82, 0xd1, 0x22, 0xee, 0x42, 0xc5, 0xa7, 0x2e, 0x5a,
    0x51, 0x10, 0xff, 0xf7, 0x01, 0x87, 0x34, 0x7b, 0x66
  };
  const gnutls_datum_t key = { (unsigned char *) secret, sizeof secret };
  guint8 out[sizeof expected];

  p_sha256 (&key, seed, sizeof seed, out, sizeof out);
  g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
}

static void
test_exported_keys_agree_with_the_rfc (gconstpointer data)
{
  guint id = GPOINTER_TO_UINT (data);
  const DtlsProfile *profile = dtls_profile_from_id (id);
  gsize key = profile->key_size, salt = profile->salt_size;

  for (guint side = 0; side < 2; side++) {
    g_autoptr (RawPeer) peer = raw_peer_new (side, RAW_PEER_PRIORITY, TRUE, id);
    guint8 block[128];
    DtlsSecret *client, *server;

    raw_peer_end (peer)->config.profiles = (DtlsProfiles) {
      1, {
      profile}
    };
    raw_peer_handshake (peer);
    g_assert_cmpint (raw_peer_end (peer)->state, ==, DTLS_STATE_CONNECTED);
    export_by_hand (peer->tls, block, 2 * (key + salt));

    client = side == VIRTUAL_CLIENT ? raw_peer_end (peer)->keys->local
        : raw_peer_end (peer)->keys->remote;
    server = side == VIRTUAL_CLIENT ? raw_peer_end (peer)->keys->remote
        : raw_peer_end (peer)->keys->local;
    g_assert_cmpmem (dtls_secret_bytes (client), key, block, key);
    g_assert_cmpmem (dtls_secret_bytes (server), key, block + key, key);
    g_assert_cmpmem (dtls_secret_bytes (client) + key, salt, block + 2 * key,
        salt);
    g_assert_cmpmem (dtls_secret_bytes (server) + key, salt,
        block + 2 * key + salt, salt);
  }
}

static void
test_extended_master_secret_is_required (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (RawPeer) peer = raw_peer_new (side,
        RAW_PEER_PRIORITY ":%NO_SESSION_HASH", TRUE, 7);

    raw_peer_handshake (peer);
    g_assert_error (raw_peer_end (peer)->error, DTLS_ERROR,
        DTLS_ERROR_NO_EXTENDED_MASTER_SECRET);
    g_assert_null (raw_peer_end (peer)->keys);
  }
}

static void
test_client_certificate_is_required (void)
{
  g_autoptr (RawPeer) peer =
      raw_peer_new (VIRTUAL_SERVER, RAW_PEER_PRIORITY, FALSE, 7);

  raw_peer_handshake (peer);
  g_assert_error (raw_peer_end (peer)->error, DTLS_ERROR,
      DTLS_ERROR_NO_PEER_CERTIFICATE);
  g_assert_null (raw_peer_end (peer)->keys);
}

static void
test_peer_without_use_srtp (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (RawPeer) peer = raw_peer_new (side, RAW_PEER_PRIORITY, TRUE, 0);

    raw_peer_handshake (peer);
    g_assert_error (raw_peer_end (peer)->error, DTLS_ERROR,
        DTLS_ERROR_NO_COMMON_PROFILE);
    g_assert_null (raw_peer_end (peer)->keys);
  }
}

static void
test_no_common_cipher (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (RawPeer) peer = raw_peer_new (side,
        "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+SHA1:+AES-128-CBC"
        ":+SIGN-ECDSA-SHA256:+GROUP-X25519:+CTYPE-X509:+COMP-NULL", TRUE, 7);

    raw_peer_handshake (peer);
    virtual_network_run (peer->net, peer->net->now_us + 60 * G_USEC_PER_SEC);
    g_assert_cmpint (raw_peer_end (peer)->state, ==, DTLS_STATE_FAILED);
    if (side == VIRTUAL_SERVER)
      g_assert_error (raw_peer_end (peer)->error, DTLS_ERROR,
          DTLS_ERROR_HANDSHAKE);
    else
      g_assert_error (raw_peer_end (peer)->error, DTLS_ERROR,
          DTLS_ERROR_TIMEOUT);
  }
}

/* The server's last flight is lost. Its replay protection knows all records
 * of the client's flight by then: only copies with new numbers get through. */
static void
test_copies_pass_replay_protection (void)
{
  g_autoptr (RawPeer) peer =
      raw_peer_new (VIRTUAL_CLIENT, RAW_PEER_PRIORITY, TRUE, 7);
  gchar buffer[64];

  gnutls_dtls_set_timeouts (peer->tls, 0, 60000);
  raw_peer_start (peer);
  for (guint i = 0; i < 10 && gnutls_handshake (peer->tls) < 0; i++)
    raw_peer_deliver (peer);
  g_assert_cmpuint (peer->out.length, >, 0);
  g_queue_clear_full (&peer->out, (GDestroyNotify) g_bytes_unref);
  g_assert_cmpint (raw_peer_end (peer)->state, ==, DTLS_STATE_CONNECTING);

  virtual_network_run (peer->net, peer->net->now_us + 60 * VIRTUAL_MS);
  while (peer->in.length > 0)
    gnutls_record_recv (peer->tls, buffer, sizeof buffer);
  raw_peer_deliver (peer);
  g_assert_cmpint (raw_peer_end (peer)->state, ==, DTLS_STATE_CONNECTED);
}

/* A peer that knows nothing newer than DTLS 1.0 (RFC 8996). */
static void
test_old_version_is_refused (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (RawPeer) peer = raw_peer_new (side,
        "NONE:+VERS-DTLS1.0:+ECDHE-ECDSA:+SHA1:+AES-128-CBC"
        ":+SIGN-ALL:+GROUP-X25519:+GROUP-SECP256R1:+CTYPE-X509:+COMP-NULL",
        TRUE, 7);

    raw_peer_handshake (peer);
    virtual_network_run (peer->net, peer->net->now_us + 60 * G_USEC_PER_SEC);
    g_assert_cmpint (raw_peer_end (peer)->state, !=, DTLS_STATE_CONNECTED);
    g_assert_cmpint (peer->result, <, 0);
  }
}

/* A self-signed certificate with @size bytes in it that nobody needs. */
static DtlsCertificate *
large_certificate (gsize size)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t pem[2];
  g_autofree gchar *name = g_strnfill (size, 'a');
  g_autofree gchar *text = NULL;
  DtlsCertificate *certificate;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
      GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_init (&crt);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\1", 1);
  gnutls_x509_crt_set_activation_time (crt, time (NULL) - 3600);
  gnutls_x509_crt_set_expiration_time (crt, time (NULL) + 3600);
  gnutls_x509_crt_set_dn (crt, "CN=large", NULL);
  gnutls_x509_crt_set_key (crt, key);
  gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_URI, name, size, 0);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256,
          0), >=, 0);
  gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &pem[0]);
  gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem[1]);
  text = g_strdup_printf ("%.*s%.*s", (int) pem[0].size, pem[0].data,
      (int) pem[1].size, pem[1].data);
  certificate = dtls_certificate_from_pem (text, NULL);
  gnutls_free (pem[0].data);
  gnutls_free (pem[1].data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  g_assert_nonnull (certificate);
  return certificate;
}

static void
test_certificates_of_any_size (void)
{
  static const gsize sizes[] = { 2000, 17000, 30000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (DtlsCertificate) certificate = large_certificate (sizes[i]);

    for (guint side = 0; side < 2; side++) {
      g_autoptr (VirtualNetwork) net = virtual_network_new (1 + i);

      net->link.loss = 0.02;
      virtual_network_end (net, side)->config.certificate = certificate;
      virtual_network_end (net, side)->config.mtu = 1200;
      virtual_network_exchange_fingerprints (net);
      virtual_network_start_both (net);
      g_assert_true (virtual_network_connect (net,
              net->now_us + 20 * VIRTUAL_SECOND));
    }
  }
}

static void
assert_data_passes (RawPeer * peer)
{
  guint before = raw_peer_end (peer)->data->len;

  g_assert_cmpint (gnutls_record_send (peer->tls, "hello", 5), ==, 5);
  raw_peer_exchange (peer, FALSE);
  g_assert_cmpuint (raw_peer_end (peer)->data->len, ==, before + 1);
  g_assert_true (dtls_association_send_data (raw_peer_end (peer)->association,
          (const guint8 *) "hello", 5, NULL));
  virtual_network_drain (peer->net, peer->side);
  g_assert_cmpuint (peer->in.length, ==, 1);
  raw_peer_exchange (peer, FALSE);
}

static void
test_renegotiation_is_ignored (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (RawPeer) peer = raw_peer_new (side, RAW_PEER_PRIORITY, TRUE, 7);

    raw_peer_handshake (peer);
    g_assert_cmpint (raw_peer_end (peer)->state, ==, DTLS_STATE_CONNECTED);
    if (side == VIRTUAL_CLIENT)
      gnutls_rehandshake (peer->tls);
    else
      gnutls_handshake (peer->tls);
    raw_peer_exchange (peer, FALSE);
    g_assert_cmpint (raw_peer_end (peer)->state, ==, DTLS_STATE_CONNECTED);
    g_assert_cmpuint (raw_peer_end (peer)->n_keys, ==, 1);
    g_assert_cmpuint (peer->in.length, ==, 0);
  }
}

static void
test_data_after_renegotiation_attempt (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (RawPeer) peer = raw_peer_new (side, RAW_PEER_PRIORITY, TRUE, 7);

    raw_peer_handshake (peer);
    assert_data_passes (peer);
    for (guint i = 0; i < 20; i++) {
      if (side == VIRTUAL_CLIENT)
        gnutls_rehandshake (peer->tls);
      else
        gnutls_handshake (peer->tls);
      raw_peer_exchange (peer, FALSE);
      assert_data_passes (peer);
    }
  }
}

static void
test_encrypted_alerts (void)
{
  static const struct
  {
    gnutls_alert_level_t level;
    gnutls_alert_description_t alert;
    DtlsState expected;
  } rows[] = {
    {GNUTLS_AL_WARNING, GNUTLS_A_USER_CANCELED, DTLS_STATE_CONNECTED},
    {GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION, DTLS_STATE_CONNECTED},
    {GNUTLS_AL_WARNING, GNUTLS_A_CLOSE_NOTIFY, DTLS_STATE_CLOSED},
    {GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR, DTLS_STATE_FAILED},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RawPeer) peer =
        raw_peer_new (VIRTUAL_CLIENT, RAW_PEER_PRIORITY, TRUE, 7);

    raw_peer_handshake (peer);
    g_assert_cmpint (gnutls_alert_send (peer->tls, rows[i].level,
            rows[i].alert), >=, 0);
    raw_peer_exchange (peer, FALSE);
    g_assert_cmpint (raw_peer_end (peer)->state, ==, rows[i].expected);
    if (rows[i].expected == DTLS_STATE_FAILED)
      g_assert_error (raw_peer_end (peer)->error, DTLS_ERROR, DTLS_ERROR_ALERT);
  }
}

/* The peer answers our close_notify with an alert instead of its own. Then
 * nothing is awaited any more, and nothing kept of what still comes. */
static void
test_alert_after_our_close (void)
{
  g_autoptr (RawPeer) peer =
      raw_peer_new (VIRTUAL_SERVER, RAW_PEER_PRIORITY, TRUE, 7);
  guint8 bytes[DTLS_RECORD_HEADER_SIZE + 40] = { 0 };
  DtlsStats stats;

  raw_peer_handshake (peer);
  dtls_association_close (raw_peer_end (peer)->association);
  g_assert_cmpint (gnutls_alert_send (peer->tls, GNUTLS_AL_FATAL,
          GNUTLS_A_INTERNAL_ERROR), >=, 0);
  raw_peer_deliver (peer);
  dtls_record_write_header (bytes, DTLS_CONTENT_APPLICATION_DATA, 1, 100, 40);
  for (guint i = 0; i < 1000; i++)
    virtual_network_inject (peer->net, peer->side, bytes, sizeof bytes);
  g_assert_cmpint (raw_peer_end (peer)->state, ==, DTLS_STATE_CLOSED);
  g_assert_cmpuint (raw_peer_end (peer)->n_peer_closed, ==, 0);
  dtls_association_get_stats (raw_peer_end (peer)->association, &stats);
  g_assert_cmpuint (stats.dropped[DTLS_DROP_CLOSED], ==, 1000);
}

static void
test_empty_and_repeated_data (void)
{
  g_autoptr (RawPeer) peer =
      raw_peer_new (VIRTUAL_SERVER, RAW_PEER_PRIORITY, TRUE, 7);
  DtlsStats stats;
  GBytes *record;

  raw_peer_handshake (peer);
  g_assert_cmpint (gnutls_record_send (peer->tls, "once", 4), ==, 4);
  record = g_bytes_ref (peer->out.head->data);
  raw_peer_exchange (peer, FALSE);
  for (guint i = 0; i < 5; i++)
    virtual_network_inject (peer->net, peer->side,
        g_bytes_get_data (record, NULL), g_bytes_get_size (record));
  g_bytes_unref (record);
  g_assert_cmpuint (raw_peer_end (peer)->data->len, ==, 1);
  dtls_association_get_stats (raw_peer_end (peer)->association, &stats);
  g_assert_cmpuint (stats.dropped[DTLS_DROP_UNAUTHENTIC], ==, 5);
  assert_data_passes (peer);
}

int
main (int argc, char **argv)
{
  static const guint ids[] = { 1, 2, 7, 8 };

  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/gnutls-session/" name, func)
  TEST ("prf-known-answer", test_prf_known_answer);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/gnutls-session/exported-keys/%u", ids[i]);

    g_test_add_data_func (path, GUINT_TO_POINTER (ids[i]),
        test_exported_keys_agree_with_the_rfc);
  }
  TEST ("extended-master-secret-is-required",
      test_extended_master_secret_is_required);
  TEST ("client-certificate-is-required", test_client_certificate_is_required);
  TEST ("peer-without-use-srtp", test_peer_without_use_srtp);
  TEST ("no-common-cipher", test_no_common_cipher);
  TEST ("old-version-is-refused", test_old_version_is_refused);
  TEST ("copies-pass-replay-protection", test_copies_pass_replay_protection);
  TEST ("certificates-of-any-size", test_certificates_of_any_size);
  TEST ("renegotiation-is-ignored", test_renegotiation_is_ignored);
  TEST ("data-after-renegotiation-attempt",
      test_data_after_renegotiation_attempt);
  TEST ("encrypted-alerts", test_encrypted_alerts);
  TEST ("alert-after-our-close", test_alert_after_our_close);
  TEST ("empty-and-repeated-data", test_empty_and_repeated_data);
#undef TEST
  return g_test_run ();
}
