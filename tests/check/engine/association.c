/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The association as its users see it: two of them on a virtual network
 * without faults.
 */
#include "config.h"

#include "engine/association.h"

#include <string.h>

#include "engine/error.h"
#include "virtual-network.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

static gboolean
secrets_equal (DtlsSecret * a, DtlsSecret * b)
{
  return dtls_secret_size (a) == dtls_secret_size (b)
      && memcmp (dtls_secret_bytes (a), dtls_secret_bytes (b),
      dtls_secret_size (a)) == 0;
}

static void
assert_keys_agree (VirtualNetwork * net)
{
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  g_assert_nonnull (client->keys);
  g_assert_nonnull (server->keys);
  g_assert_true (client->keys->profile == server->keys->profile);
  g_assert_true (secrets_equal (client->keys->local, server->keys->remote));
  g_assert_true (secrets_equal (client->keys->remote, server->keys->local));
  g_assert_false (secrets_equal (client->keys->local, client->keys->remote));
}

static void
set_profiles (VirtualEnd * end, const gchar * text)
{
  g_assert_true (dtls_profiles_parse (text, &end->config.profiles, NULL));
}

static void
test_connects_in_order (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (virtual_network_end (net, i)->story->str, ==,
        "connecting certificate keys connected");
  assert_keys_agree (net);
}

static void
test_takes_two_round_trips (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  DtlsStats stats;
  gint64 start_us = net->now_us;

  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_cmpint (net->now_us - start_us, ==, 100 * VIRTUAL_MS);
  dtls_association_get_stats (virtual_network_end (net,
          VIRTUAL_CLIENT)->association, &stats);
  g_assert_cmpint (stats.handshake_duration_us, ==, 100 * VIRTUAL_MS);
  g_assert_cmpint (stats.version, ==, 0xFEFD);
  g_assert_cmpstr (stats.cipher, ==, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  g_assert_cmpstr (stats.group, ==, "X25519");
  g_assert_cmpstr (stats.profile->name, ==, "AEAD_AES_128_GCM");
  g_assert_cmpuint (stats.flights_resent, ==, 0);
  for (guint i = 0; i < DTLS_N_DROP_CAUSES; i++)
    g_assert_cmpuint (stats.dropped[i], ==, 0);
}

static void
test_server_order_decides (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);

  set_profiles (virtual_network_end (net, VIRTUAL_CLIENT),
      "AES128_CM_HMAC_SHA1_80, AEAD_AES_256_GCM, AEAD_AES_128_GCM");
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  assert_keys_agree (net);
  g_assert_cmpuint (virtual_network_end (net,
          VIRTUAL_CLIENT)->keys->profile->id, ==,
      DTLS_PROFILE_AEAD_AES_128_GCM);
}

static void
test_every_profile (void)
{
  static const gchar *const names[] = { "AEAD_AES_128_GCM",
    "AEAD_AES_256_GCM", "AES128_CM_HMAC_SHA1_80", "AES128_CM_HMAC_SHA1_32"
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);

    set_profiles (virtual_network_end (net, VIRTUAL_SERVER), names[i]);
    set_profiles (virtual_network_end (net, VIRTUAL_CLIENT), names[i]);
    virtual_network_start_both (net);
    g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
    assert_keys_agree (net);
    g_assert_cmpstr (virtual_network_end (net,
            VIRTUAL_SERVER)->keys->profile->name, ==, names[i]);
  }
}

static void
test_no_common_profile_fails (void)
{
  static const gchar *const pairs[][2] = {
    {"AEAD_AES_128_GCM", "AES128_CM_HMAC_SHA1_80"},
    {"none", "AEAD_AES_128_GCM"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
    VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

    set_profiles (client, pairs[i][0]);
    set_profiles (server, pairs[i][1]);
    virtual_network_start_both (net);
    virtual_network_run (net, net->now_us + 10 * SECOND_US);
    g_assert_error (server->error, DTLS_ERROR, DTLS_ERROR_NO_COMMON_PROFILE);
    g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_ALERT);
  }
}

static void
test_data_peer_refuses_no_use_srtp (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  set_profiles (virtual_network_end (net, VIRTUAL_SERVER), "none");
  virtual_network_start_both (net);
  virtual_network_run (net, net->now_us + 10 * SECOND_US);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_NO_COMMON_PROFILE);
}

static void
send_text (VirtualNetwork * net, VirtualSide from, const gchar * text)
{
  GError *error = NULL;

  dtls_association_send_data (virtual_network_end (net, from)->association,
      (const guint8 *) text, strlen (text), &error);
  g_assert_no_error (error);
  virtual_network_drain (net, from);
}

static void
assert_got_text (VirtualNetwork * net, VirtualSide to, guint i,
    const gchar * text)
{
  VirtualEnd *end = virtual_network_end (net, to);

  g_assert_cmpuint (end->data->len, >, i);
  g_assert_cmpmem (g_bytes_get_data (end->data->pdata[i], NULL),
      g_bytes_get_size (end->data->pdata[i]), text, strlen (text));
}

static void
test_plain_data_connection (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);

  for (guint i = 0; i < 2; i++)
    set_profiles (virtual_network_end (net, i), "none");
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_null (virtual_network_end (net, VIRTUAL_CLIENT)->keys);
  send_text (net, VIRTUAL_CLIENT, "there");
  send_text (net, VIRTUAL_SERVER, "and back");
  send_text (net, VIRTUAL_SERVER, "again");
  virtual_network_run (net, net->now_us + SECOND_US);
  assert_got_text (net, VIRTUAL_SERVER, 0, "there");
  assert_got_text (net, VIRTUAL_CLIENT, 0, "and back");
  assert_got_text (net, VIRTUAL_CLIENT, 1, "again");
}

static void
test_data_size_limits (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  g_autofree guint8 *data = g_malloc0 (4096);
  g_autoptr (GError) error = NULL;
  gsize size_max;

  g_assert_false (dtls_association_send_data (client->association, data, 1,
          &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED);
  g_clear_error (&error);
  g_assert_cmpuint (dtls_association_get_data_size_max (client->association),
      ==, 0);

  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_cmpuint (client->largest, <=, DTLS_MTU_DEFAULT);
  size_max = dtls_association_get_data_size_max (client->association);
  /* A packet of SCTP as GStreamer's sctpenc makes them. */
  g_assert_cmpuint (size_max, >=, 1212);
  g_assert_false (dtls_association_send_data (client->association, data, 0,
          &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_DATA_SIZE);
  g_clear_error (&error);
  g_assert_false (dtls_association_send_data (client->association, data,
          size_max + 1, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_DATA_SIZE);
  g_clear_error (&error);
  g_assert_true (dtls_association_send_data (client->association, data,
          size_max, &error));
  virtual_network_drain (net, VIRTUAL_CLIENT);
  g_assert_cmpuint (client->largest, <=, DTLS_DATA_MTU (DTLS_MTU_DEFAULT));
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_cmpuint (virtual_network_end (net, VIRTUAL_SERVER)->data->len, ==,
      1);
}

static void
run_close (guint delay_ms)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    g_autoptr (GError) error = NULL;

    net->link.delay_ms = delay_ms;
    virtual_network_start_both (net);
    g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
    dtls_association_close (virtual_network_end (net, side)->association);
    virtual_network_drain (net, side);
    virtual_network_run (net, net->now_us + SECOND_US);
    for (guint i = 0; i < 2; i++) {
      g_assert_cmpint (virtual_network_end (net, i)->state, ==,
          DTLS_STATE_CLOSED);
      g_assert_cmpuint (virtual_network_end (net, i)->n_peer_closed, ==, 1);
    }
    g_assert_false (dtls_association_send_data (virtual_network_end (net,
                !side)->association, (const guint8 *) "x", 1, &error));
    g_assert_error (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED);
  }
}

static void
test_close_is_told (void)
{
  run_close (25);
}

/* Copies of the last flights are on their way when this end closes. */
static void
test_close_is_told_while_flights_are_repeated (void)
{
  run_close (50);
  run_close (100);
}

static void
test_small_mtu (void)
{
  static const guint mtus[] = { 200, 256, 576, 1200, 1500, 16384 };

  for (guint i = 0; i < G_N_ELEMENTS (mtus); i++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);

    for (guint side = 0; side < 2; side++)
      virtual_network_end (net, side)->config.mtu = mtus[i];
    virtual_network_start_both (net);
    g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
    for (guint side = 0; side < 2; side++)
      g_assert_cmpuint (virtual_network_end (net, side)->largest, <=, mtus[i]);
  }
}

static void
test_early_client_hello_is_kept (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  gint64 start_us = net->now_us;

  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + 30 * VIRTUAL_MS);
  virtual_network_start (net, VIRTUAL_SERVER);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_cmpint (net->now_us - start_us, ==, 105 * VIRTUAL_MS);
}

static void
test_invalid_priority (void)
{
  static const gchar *const texts[] = { "NORMAL:+NONSENSE", "NONSENSE", ":" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    DtlsAssociation *association = dtls_association_new ();
    DtlsConfig config = {.certificate = virtual_certificate (0),
      .mtu = DTLS_MTU_DEFAULT,.priority = texts[i]
    };
    g_autoptr (GError) error = NULL;

    g_assert_false (dtls_association_start (association, &config, 0, &error));
    g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PRIORITY);
    g_assert_nonnull (strstr (error->message, texts[i]));
    /* Nothing is lost: a better one may follow. */
    config.priority = NULL;
    g_assert_true (dtls_association_start (association, &config, 0, NULL));
    dtls_association_free (association);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/association/connects-in-order", test_connects_in_order);
  g_test_add_func ("/association/takes-two-round-trips",
      test_takes_two_round_trips);
  g_test_add_func ("/association/server-order-decides",
      test_server_order_decides);
  g_test_add_func ("/association/every-profile", test_every_profile);
  g_test_add_func ("/association/no-common-profile-fails",
      test_no_common_profile_fails);
  g_test_add_func ("/association/data-peer-refuses-no-use-srtp",
      test_data_peer_refuses_no_use_srtp);
  g_test_add_func ("/association/plain-data-connection",
      test_plain_data_connection);
  g_test_add_func ("/association/data-size-limits", test_data_size_limits);
  g_test_add_func ("/association/close-is-told", test_close_is_told);
  g_test_add_func ("/association/close-is-told-while-flights-are-repeated",
      test_close_is_told_while_flights_are_repeated);
  g_test_add_func ("/association/small-mtu", test_small_mtu);
  g_test_add_func ("/association/early-client-hello-is-kept",
      test_early_client_hello_is_kept);
  g_test_add_func ("/association/invalid-priority", test_invalid_priority);
  return g_test_run ();
}
