/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may take over a live association. Where no fingerprint says who the
 * peer is, the certificate that was accepted does: the application may have
 * compared it by itself, and does not look again.
 */
#include "config.h"

#include "engine/error.h"
#include "virtual-network.h"

#define SECOND_US VIRTUAL_SECOND

/* Of the client that comes second. */
#define STRANGER 2

static gboolean
is_verified (VirtualEnd * end)
{
  DtlsStats stats;

  dtls_association_get_stats (end->association, &stats);
  return stats.verified;
}

static VirtualNetwork *
connected_network (DtlsVerify verify)
{
  VirtualNetwork *net = virtual_network_new (11);

  virtual_network_end (net, VIRTUAL_SERVER)->config.verify = verify;
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  return net;
}

static void
come_anew (VirtualNetwork * net, guint certificate)
{
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  client->config.certificate = virtual_certificate (certificate);
  virtual_network_reset_end (net, VIRTUAL_CLIENT);
  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + SECOND_US);
}

static void
test_stranger_does_not_replace_an_unverified_peer (void)
{
  g_autoptr (VirtualNetwork) net = connected_network (DTLS_VERIFY_AUTO);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  come_anew (net, STRANGER);
  virtual_network_run (net, net->now_us + 60 * SECOND_US);
  g_assert_cmpstr (server->story->str, ==,
      "connecting certificate keys connected");
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_ALERT);
  g_assert_cmpint (dtls_association_get_deadline_us (server->association), ==,
      -1);
}

static void
test_the_same_certificate_may (void)
{
  g_autoptr (VirtualNetwork) net = connected_network (DTLS_VERIFY_AUTO);

  come_anew (net, VIRTUAL_CLIENT);
  g_assert_cmpuint (virtual_network_end (net, VIRTUAL_SERVER)->n_keys, ==, 2);
}

static void
test_nobody_is_a_stranger_without_verification (void)
{
  g_autoptr (VirtualNetwork) net = connected_network (DTLS_VERIFY_NONE);

  come_anew (net, STRANGER);
  g_assert_cmpuint (virtual_network_end (net, VIRTUAL_SERVER)->n_keys, ==, 2);
}

static void
test_application_lets_a_stranger_in (void)
{
  g_autoptr (VirtualNetwork) net = connected_network (DTLS_VERIFY_AUTO);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  g_assert_true (dtls_association_restart (server->association, NULL,
          net->now_us, NULL));
  come_anew (net, STRANGER);
  g_assert_cmpuint (server->n_keys, ==, 2);

  /* Once. */
  come_anew (net, STRANGER + 1);
  g_assert_cmpuint (server->n_keys, ==, 2);
}

static void
test_application_lets_a_waiting_stranger_in (void)
{
  g_autoptr (VirtualNetwork) net = connected_network (DTLS_VERIFY_AUTO);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  come_anew (net, STRANGER);
  g_assert_cmpuint (server->n_keys, ==, 1);
  g_assert_true (dtls_association_restart (server->association, NULL,
          net->now_us, NULL));
  virtual_network_drain (net, VIRTUAL_SERVER);
  g_assert_cmpuint (server->n_keys, ==, 2);
}

static void
test_fingerprint_lets_a_waiting_stranger_in (void)
{
  g_autoptr (VirtualNetwork) net = connected_network (DTLS_VERIFY_AUTO);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  g_autoptr (DtlsFingerprints) fingerprints =
      virtual_fingerprint (virtual_certificate (STRANGER), DTLS_HASH_SHA_256);

  come_anew (net, STRANGER);
  dtls_association_set_fingerprints (server->association, fingerprints,
      net->now_us);
  virtual_network_drain (net, VIRTUAL_SERVER);
  g_assert_cmpuint (server->n_keys, ==, 2);
  g_assert_true (is_verified (server));
}

static void
test_withdrawn_fingerprint_lets_no_stranger_in (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (11);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  dtls_association_set_fingerprints (server->association, NULL, net->now_us);
  come_anew (net, STRANGER);
  g_assert_cmpuint (server->n_keys, ==, 1);
}

/* The association of the client that was there first closes. */
static void
close_first (VirtualNetwork * net, DtlsAssociation * first)
{
  DtlsOutput output;

  dtls_association_close (first);
  while (dtls_association_poll (first, &output)) {
    if (output.type == DTLS_OUTPUT_DATAGRAM)
      virtual_network_inject (net, VIRTUAL_SERVER,
          g_bytes_get_data (output.bytes, NULL),
          g_bytes_get_size (output.bytes));
    dtls_output_clear (&output);
  }
  dtls_association_free (first);
}

static void
test_stranger_does_not_inherit_what_was_closed (void)
{
  g_autoptr (VirtualNetwork) net = connected_network (DTLS_VERIFY_AUTO);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  DtlsAssociation *first = g_steal_pointer (&client->association);

  come_anew (net, STRANGER);
  close_first (net, first);
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_cmpuint (server->n_keys, ==, 1);
  g_assert_cmpint (server->state, ==, DTLS_STATE_FAILED);
  g_assert_error (server->error, DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_ALERT);
}

static GBytes *
lose_what_the_server_sends (VirtualNetwork * net, VirtualSide from,
    GBytes * datagram, gpointer user_data)
{
  if (from == VIRTUAL_SERVER && g_bytes_get_size (datagram) > 100)
    g_clear_pointer (&datagram, g_bytes_unref);
  return datagram;
}

/* What was true of one peer is not told of the next. */
static void
test_next_peer_is_not_verified_yet (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (11);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  DtlsAssociation *first;

  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_true (is_verified (server));
  first = g_steal_pointer (&client->association);
  net->filter = lose_what_the_server_sends;
  come_anew (net, VIRTUAL_CLIENT);
  close_first (net, first);
  g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTING);
  g_assert_false (is_verified (server));
  net->filter = NULL;
  g_assert_true (virtual_network_connect (net, net->now_us + 2 * SECOND_US));
  g_assert_true (is_verified (server));
}

/* The signalling may change its mind before the first packet. */
static void
test_restart_before_the_first_hello (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (11);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  g_autoptr (DtlsFingerprints) fingerprints =
      virtual_fingerprint (virtual_certificate (STRANGER), DTLS_HASH_SHA_256);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start (net, VIRTUAL_SERVER);
  g_assert_true (dtls_association_restart (server->association, fingerprints,
          net->now_us, NULL));
  come_anew (net, STRANGER);
  g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTED);
  g_assert_true (is_verified (server));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/association-takeover/" name, func)
  TEST ("stranger-does-not-replace-an-unverified-peer",
      test_stranger_does_not_replace_an_unverified_peer);
  TEST ("the-same-certificate-may", test_the_same_certificate_may);
  TEST ("nobody-is-a-stranger-without-verification",
      test_nobody_is_a_stranger_without_verification);
  TEST ("application-lets-a-stranger-in", test_application_lets_a_stranger_in);
  TEST ("application-lets-a-waiting-stranger-in",
      test_application_lets_a_waiting_stranger_in);
  TEST ("fingerprint-lets-a-waiting-stranger-in",
      test_fingerprint_lets_a_waiting_stranger_in);
  TEST ("withdrawn-fingerprint-lets-no-stranger-in",
      test_withdrawn_fingerprint_lets_no_stranger_in);
  TEST ("stranger-does-not-inherit-what-was-closed",
      test_stranger_does_not_inherit_what_was_closed);
  TEST ("next-peer-is-not-verified-yet", test_next_peer_is_not_verified_yet);
  TEST ("restart-before-the-first-hello", test_restart_before_the_first_hello);
#undef TEST
  return g_test_run ();
}
