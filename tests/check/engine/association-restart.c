/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer that starts anew, an application that asks for it, and those who
 * only pretend (RFC 6347 section 4.2.8, RFC 8842).
 */
#include "config.h"

#include <string.h>

#include "engine/error.h"
#include "engine/record.h"
#include "virtual-network.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

static VirtualNetwork *
connected_network (void)
{
  VirtualNetwork *net = virtual_network_new (7);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  return net;
}

static gboolean
data_flows (VirtualNetwork * net, VirtualSide from)
{
  VirtualEnd *to = virtual_network_end (net, !from);
  guint before = to->data->len;

  if (!dtls_association_send_data (virtual_network_end (net,
              from)->association, (const guint8 *) "data", 4, NULL))
    return FALSE;
  virtual_network_drain (net, from);
  virtual_network_run (net, net->now_us + 100 * VIRTUAL_MS);
  return to->data->len == before + 1;
}

/* A new client in the place of the old one, which says nothing. */
static void
crash_client (VirtualNetwork * net)
{
  virtual_network_reset_end (net, VIRTUAL_CLIENT);
  virtual_network_start (net, VIRTUAL_CLIENT);
}

static void
restart_side (VirtualNetwork * net, VirtualSide side,
    DtlsFingerprints * fingerprints)
{
  g_assert_true (dtls_association_restart (virtual_network_end (net,
              side)->association, fingerprints, net->now_us, NULL));
  virtual_network_drain (net, side);
}

/* The application of @side tells it, and a client begins. */
static void
restart_both (VirtualNetwork * net, VirtualSide side,
    DtlsFingerprints * fingerprints)
{
  restart_side (net, side, fingerprints);
  if (side == VIRTUAL_SERVER)
    restart_side (net, VIRTUAL_CLIENT, NULL);
}

/* A ClientHello of somebody else, as one datagram. */
static GBytes *
foreign_client_hello (guint profile_count)
{
  g_autoptr (VirtualNetwork) other = virtual_network_new (8);
  VirtualEnd *end = virtual_network_end (other, VIRTUAL_CLIENT);
  DtlsOutput output;
  GBytes *hello = NULL;

  end->config.profiles.count = profile_count;
  g_assert_true (dtls_association_start (end->association, &end->config, 0,
          NULL));
  while (dtls_association_poll (end->association, &output)) {
    if (output.type == DTLS_OUTPUT_DATAGRAM)
      hello = g_bytes_ref (output.bytes);
    dtls_output_clear (&output);
  }
  g_assert_nonnull (hello);
  return hello;
}

static void
test_client_restarts (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  crash_client (net);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_cmpstr (server->story->str, ==,
      "connecting certificate keys connected certificate keys");
  g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTED);
  virtual_network_assert_data_flows (net);
}

static void
test_client_restarts_on_a_bad_link (void)
{
  for (guint seed = 1; seed <= 100; seed++) {
    g_autoptr (VirtualNetwork) net = connected_network ();

    g_rand_set_seed (net->rand, seed);
    net->link.loss = 0.3;
    net->link.duplication = 0.1;
    net->link.jitter_ms = 10;
    virtual_network_end (net, VIRTUAL_CLIENT)->config.mtu = 200;
    crash_client (net);
    g_assert_true (virtual_network_connect (net, net->now_us + 30 * SECOND_US));
    virtual_network_run (net, net->now_us + 5 * SECOND_US);
    net->link.loss = 0;
    g_assert_cmpuint (virtual_network_end (net, VIRTUAL_SERVER)->n_keys, ==, 2);
    g_assert_true (data_flows (net, VIRTUAL_SERVER));
  }
}

static void
test_client_restarts_in_mid_handshake (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (7);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  virtual_network_run (net, net->now_us + 60 * VIRTUAL_MS);
  crash_client (net);
  g_assert_true (virtual_network_connect (net, net->now_us + 2 * SECOND_US));
  g_assert_true (data_flows (net, VIRTUAL_CLIENT));
}

static void
test_live_connection_serves_meanwhile (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  g_autoptr (GError) error = NULL;
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  g_assert_true (dtls_association_restart (client->association, NULL,
          net->now_us, &error));
  g_assert_no_error (error);
  virtual_network_drain (net, VIRTUAL_CLIENT);
  for (guint i = 0; i < 20; i++) {
    net->now_us += VIRTUAL_MS;
    g_assert_true (data_flows (net, i % 2));
  }
  for (guint side = 0; side < 2; side++)
    g_assert_cmpstr (virtual_network_end (net, side)->story->str, ==,
        "connecting certificate keys connected certificate keys");
}

static void
test_application_restarts_server (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  g_autoptr (DtlsFingerprints) fingerprints =
      virtual_fingerprint (virtual_certificate (2), DTLS_HASH_SHA_512);

  g_assert_true (dtls_association_restart (server->association, fingerprints,
          net->now_us, NULL));
  client->config.certificate = virtual_certificate (2);
  crash_client (net);
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_cmpuint (server->n_keys, ==, 2);
  g_assert_true (data_flows (net, VIRTUAL_SERVER));
}

/* Both ends have set keys @n times, and have the same. */
static void
assert_keyed (VirtualNetwork * net, guint n)
{
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (virtual_network_end (net, i)->n_keys, ==, n);
  virtual_network_assert_data_flows (net);
}

/* Neither end gives up what is live, whichever of them was told wrongly. */
static void
test_wrong_fingerprint_leaves_all_as_it_was (void)
{
  for (guint side = 0; side < 2; side++) {
    g_autoptr (VirtualNetwork) net = connected_network ();
    VirtualEnd *end = virtual_network_end (net, side);
    g_autoptr (DtlsFingerprints) wrong =
        virtual_fingerprint (virtual_certificate (2), DTLS_HASH_SHA_256);

    restart_both (net, side, wrong);
    virtual_network_run (net, net->now_us + 60 * SECOND_US);
    assert_keyed (net, 1);
    /* The right one mends it. */
    restart_both (net, side, end->config.fingerprints);
    virtual_network_run (net, net->now_us + 2 * SECOND_US);
    assert_keyed (net, 2);
  }
}

/* Drops what carries an alert in the clear. */
static GBytes *
lose_alerts (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  const guint8 *data = g_bytes_get_data (datagram, NULL);

  if (data[0] == DTLS_CONTENT_ALERT)
    g_clear_pointer (&datagram, g_bytes_unref);
  return datagram;
}

/* The end @side refuses a restart; how soon the next one follows, and whether
 * the other end has learned of the refusal, makes no difference. */
static void
restart_after_refusal (VirtualSide side, guint delay_ms, gint64 pause_us,
    gboolean lose)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *end = virtual_network_end (net, side);
  g_autoptr (DtlsFingerprints) wrong =
      virtual_fingerprint (virtual_certificate (2), DTLS_HASH_SHA_256);
  DtlsFingerprints *both[] = { wrong, end->config.fingerprints };

  net->link.delay_ms = delay_ms;
  net->filter = lose ? lose_alerts : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (both); i++) {
    restart_both (net, side, both[i]);
    virtual_network_run (net, net->now_us + pause_us);
  }
  virtual_network_run (net, net->now_us + 3 * SECOND_US);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (virtual_network_end (net, i)->n_keys, >=, 2);
    g_assert_true (data_flows (net, i));
  }
}

static void
run_restarts_after_refusals (guint delay_ms)
{
  for (guint side = 0; side < 2; side++)
    for (gint64 pause_us = 0; pause_us < 3 * SECOND_US; pause_us += 53000)
      for (guint lose = 0; lose < 2; lose++)
        restart_after_refusal (side, delay_ms, pause_us, lose);
}

static void
test_restart_soon_after_a_refused_one (void)
{
  run_restarts_after_refusals (25);
}

/* The server's answer to the refused one arrives when the client has begun the
 * next one, and fits until its signature is wrong. */
static void
test_restart_survives_the_answer_to_the_one_before (void)
{
  run_restarts_after_refusals (30);
  run_restarts_after_refusals (80);
}

static void
test_fingerprint_set_replaces_that_of_a_restart (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  g_autoptr (DtlsFingerprints) wrong =
      virtual_fingerprint (virtual_certificate (2), DTLS_HASH_SHA_256);
  DtlsFingerprints *right = server->config.fingerprints;

  g_assert_true (dtls_association_restart (server->association, wrong,
          net->now_us, NULL));
  dtls_association_set_fingerprints (server->association, right, net->now_us);
  crash_client (net);
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_cmpuint (server->n_keys, ==, 2);
  g_assert_true (data_flows (net, VIRTUAL_SERVER));
}

static void
test_late_fingerprint_of_a_restart (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  g_autoptr (DtlsFingerprints) fingerprints =
      virtual_fingerprint (virtual_certificate (2), DTLS_HASH_SHA_256);

  client->config.certificate = virtual_certificate (2);
  crash_client (net);
  virtual_network_run (net, net->now_us + SECOND_US);
  g_assert_cmpuint (server->n_keys, ==, 1);
  restart_side (net, VIRTUAL_SERVER, fingerprints);
  g_assert_cmpuint (server->n_keys, ==, 2);
  g_assert_true (data_flows (net, VIRTUAL_SERVER));
}

static void
test_wrong_certificate_never_takes_over (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  client->config.certificate = virtual_certificate (2);
  crash_client (net);
  virtual_network_run (net, net->now_us + 60 * SECOND_US);
  g_assert_cmpuint (server->n_keys, ==, 1);
  g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTED);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_ALERT);
  g_assert_cmpint (dtls_association_get_deadline_us (server->association), ==,
      -1);
}

static void
test_spoofed_hellos_change_nothing (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  g_autoptr (GBytes) hello = foreign_client_hello (3);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (hello, NULL),
      g_bytes_get_size (hello));
  DtlsStats before, after;

  dtls_association_get_stats (server->association, &before);
  net->link.loss = 1;
  for (guint i = 0; i < 10000; i++) {
    data[DTLS_RECORD_HEADER_SIZE + DTLS_HANDSHAKE_HEADER_SIZE + 2 + i % 32]++;
    virtual_network_inject (net, VIRTUAL_SERVER, data,
        g_bytes_get_size (hello));
  }
  dtls_association_get_stats (server->association, &after);
  /* One small answer each, less than what came. */
  g_assert_cmpuint (after.datagrams_sent - before.datagrams_sent, ==, 10000);
  g_assert_cmpuint (after.bytes_sent - before.bytes_sent, <,
      (after.bytes_received - before.bytes_received) / 2);
  g_assert_cmpint (dtls_association_get_deadline_us (server->association), ==,
      -1);
  net->link.loss = 0;
  virtual_network_assert_data_flows (net);
  g_assert_cmpuint (server->n_keys, ==, 1);
}

static GBytes *
count_flights_of_server (VirtualNetwork * net, VirtualSide from,
    GBytes * datagram, gpointer user_data)
{
  guint *flights = user_data;

  if (from == VIRTUAL_SERVER && g_bytes_get_size (datagram) > 400)
    (*flights)++;
  return datagram;
}

/* Even who can return a cookie gets no more than a few handshakes a second. */
static void
test_restarts_are_bounded (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  gint64 start_us = net->now_us;
  guint flights = 0;

  net->filter = count_flights_of_server;
  net->filter_data = &flights;
  net->link.delay_ms = 1;
  for (guint i = 0; i < 200; i++) {
    crash_client (net);
    virtual_network_run (net, start_us + (i + 1) * 5 * VIRTUAL_MS);
  }
  g_assert_cmpuint (flights, >=, 5);
  g_assert_cmpuint (flights, <=, 6);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
}

/* The first ClientHello of all was forged; the peer's own wins by cookie. */
static void
test_forged_first_hello_is_overcome (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (7);
  g_autoptr (GBytes) hello = foreign_client_hello (3);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start (net, VIRTUAL_SERVER);
  virtual_network_inject (net, VIRTUAL_SERVER, g_bytes_get_data (hello, NULL),
      g_bytes_get_size (hello));
  g_sequence_remove_range (g_sequence_get_begin_iter (net->flying),
      g_sequence_get_end_iter (net->flying));
  virtual_network_start (net, VIRTUAL_CLIENT);
  g_assert_true (virtual_network_connect (net, net->now_us + 5 * SECOND_US));
  g_assert_true (data_flows (net, VIRTUAL_CLIENT));
}

static void
test_restart_needs_an_association (void)
{
  DtlsAssociation *association = dtls_association_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (dtls_association_restart (association, NULL, 0, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED);
  dtls_association_free (association);
}

static void
test_restart_without_answer_leaves_all_as_it_was (void)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  net->link.loss = 1;
  restart_side (net, VIRTUAL_CLIENT, NULL);
  virtual_network_run (net, net->now_us + 60 * SECOND_US);
  g_assert_cmpint (client->state, ==, DTLS_STATE_CONNECTED);
  net->link.loss = 0;
  g_assert_true (data_flows (net, VIRTUAL_CLIENT));
  g_assert_cmpuint (client->n_keys, ==, 1);
}

static void
inject_foreign_hello (VirtualNetwork * net, VirtualSide to)
{
  g_autoptr (GBytes) hello = foreign_client_hello (3);

  virtual_network_inject (net, to, g_bytes_get_data (hello, NULL),
      g_bytes_get_size (hello));
}

/* What the server said to the one before arrives late, and fits until its
 * signature is wrong. */
static void
test_client_crashes_again_and_again (void)
{
  for (guint seed = 1; seed <= 100; seed++) {
    g_autoptr (VirtualNetwork) net = connected_network ();

    g_rand_set_seed (net->rand, seed);
    net->link.jitter_ms = 60;
    net->link.loss = 0.1;
    net->link.duplication = 0.1;
    for (guint i = 0; i < 4; i++) {
      crash_client (net);
      virtual_network_run (net, net->now_us
          + g_rand_int_range (net->rand, 10, 100) * VIRTUAL_MS);
    }
    g_assert_true (virtual_network_connect (net, net->now_us + 5 * SECOND_US));
    net->link.loss = 0;
    virtual_network_run (net, net->now_us + SECOND_US);
    g_assert_true (data_flows (net, VIRTUAL_CLIENT));
    g_assert_true (data_flows (net, VIRTUAL_SERVER));
  }
}

/* Spoils a signature of the server's, every time. */
static GBytes *
spoil_key_exchange (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  gsize size;
  guint8 *data = g_bytes_unref_to_data (datagram, &size);
  gsize left = size;
  DtlsRecord record;

  for (guint8 * at = data; dtls_record_parse (at, left, &record);
      at += record.size) {
    left -= record.size;
    if (from == VIRTUAL_SERVER && record.type == DTLS_CONTENT_HANDSHAKE
        && record.payload[0] == DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE)
      at[record.size - 1] ^= 1;
  }
  return g_bytes_new_take (data, size);
}

static void
test_handshake_that_always_fails_does_fail (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (7);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  net->filter = spoil_key_exchange;
  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  virtual_network_run (net, net->now_us + 20 * SECOND_US);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_HANDSHAKE);
  g_assert_cmpstr (client->story->str, ==, "connecting failed");
}

static void
something_happens (VirtualNetwork * net)
{
  switch (g_rand_int_range (net->rand, 0, 8)) {
    case 0:
      crash_client (net);
      break;
    case 1:
      if (virtual_network_end (net, VIRTUAL_CLIENT)->state != DTLS_STATE_FAILED)
        restart_side (net, VIRTUAL_CLIENT, NULL);
      break;
    case 2:
      restart_side (net, VIRTUAL_SERVER, NULL);
      break;
    case 3:
      inject_foreign_hello (net, g_rand_int_range (net->rand, 0, 2));
      break;
    case 4:
      net->link.loss = g_rand_double_range (net->rand, 0, 0.6);
      net->link.duplication = g_rand_double_range (net->rand, 0, 0.3);
      net->link.jitter_ms = g_rand_int_range (net->rand, 0, 60);
      break;
    default:
      virtual_network_run (net, net->now_us
          + g_rand_int_range (net->rand, 0, 400) * VIRTUAL_MS);
      break;
  }
}

/* Whatever has happened, the server has a connection, and on a good link a
 * client that begins anew, after what was on its way has arrived, has one with
 * it soon. */
static void
test_life_is_hard (void)
{
  for (guint seed = 1; seed <= 100; seed++) {
    g_autoptr (VirtualNetwork) net = connected_network ();
    VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
    VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
    const VirtualLink good = {.delay_ms = 25 };
    guint keys;

    g_rand_set_seed (net->rand, seed);
    for (guint i = 0; i < 40; i++)
      something_happens (net);
    net->link = good;
    virtual_network_run (net, net->now_us + 200 * VIRTUAL_MS);
    keys = server->n_keys;
    if (seed % 2 && client->state == DTLS_STATE_CONNECTED)
      restart_side (net, VIRTUAL_CLIENT, NULL);
    else
      crash_client (net);
    virtual_network_run (net, net->now_us + 3 * SECOND_US);
    g_assert_cmpint (client->state, ==, DTLS_STATE_CONNECTED);
    g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTED);
    g_assert_cmpuint (server->n_keys, >, keys);
    virtual_network_assert_data_flows (net);
  }
}

/* A first ClientHello that can come to nothing is not taken for the peer's:
 * one without a profile of SRTP, and one that is no lawful message. */
static void
run_useless_first_hello (gboolean lawful, gboolean answer_arrives)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (9);
  g_autoptr (GBytes) hello = foreign_client_hello (0);
  gsize size = g_bytes_get_size (hello);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (hello, NULL), size);

  if (!lawful)
    data[DTLS_RECORD_HEADER_SIZE + DTLS_HANDSHAKE_HEADER_SIZE + 34] = 255;
  virtual_network_exchange_fingerprints (net);
  virtual_network_start (net, VIRTUAL_SERVER);
  virtual_network_inject (net, VIRTUAL_SERVER, data, size);
  g_assert_cmpint (virtual_network_end (net, VIRTUAL_SERVER)->state, ==,
      DTLS_STATE_NEW);
  if (!answer_arrives)
    g_sequence_remove_range (g_sequence_get_begin_iter (net->flying),
        g_sequence_get_end_iter (net->flying));
  virtual_network_start (net, VIRTUAL_CLIENT);
  g_assert_true (virtual_network_connect (net, net->now_us + 5 * SECOND_US));
  g_assert_true (data_flows (net, VIRTUAL_CLIENT));
}

static void
test_useless_first_hello_is_forgotten (void)
{
  for (guint i = 0; i < 4; i++)
    run_useless_first_hello (i & 1, i & 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/association-restart/" name, func)
  TEST ("client", test_client_restarts);
  TEST ("client-on-a-bad-link", test_client_restarts_on_a_bad_link);
  TEST ("client-in-mid-handshake", test_client_restarts_in_mid_handshake);
  TEST ("live-connection-serves-meanwhile",
      test_live_connection_serves_meanwhile);
  TEST ("application-restarts-server", test_application_restarts_server);
  TEST ("wrong-fingerprint", test_wrong_fingerprint_leaves_all_as_it_was);
  TEST ("soon-after-a-refused-one", test_restart_soon_after_a_refused_one);
  TEST ("survives-the-answer-to-the-one-before",
      test_restart_survives_the_answer_to_the_one_before);
  TEST ("fingerprint-set-replaces",
      test_fingerprint_set_replaces_that_of_a_restart);
  TEST ("late-fingerprint", test_late_fingerprint_of_a_restart);
  TEST ("wrong-certificate-never-takes-over",
      test_wrong_certificate_never_takes_over);
  TEST ("spoofed-hellos-change-nothing", test_spoofed_hellos_change_nothing);
  TEST ("restarts-are-bounded", test_restarts_are_bounded);
  TEST ("forged-first-hello-is-overcome", test_forged_first_hello_is_overcome);
  TEST ("useless-first-hello-is-forgotten",
      test_useless_first_hello_is_forgotten);
  TEST ("needs-an-association", test_restart_needs_an_association);
  TEST ("client-crashes-again-and-again", test_client_crashes_again_and_again);
  TEST ("handshake-that-always-fails-does-fail",
      test_handshake_that_always_fails_does_fail);
  TEST ("life-is-hard", test_life_is_hard);
  TEST ("without-answer", test_restart_without_answer_leaves_all_as_it_was);
#undef TEST
  return g_test_run ();
}
