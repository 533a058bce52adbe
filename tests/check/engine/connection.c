/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The clocks of a connection: how often flights leave, when it gives up, and
 * that the wall clock means nothing.
 */
#include "config.h"

#include "engine/connection.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "engine/error.h"
#include "engine/record.h"
#include "virtual-network.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

/* The wall clock of this program, GnuTLS included, is off by this much. */
static gint64 wall_clock_offset_ms;

__attribute__((visibility ("default")))
     int clock_gettime (clockid_t id, struct timespec *now)
{
  int ret = syscall (SYS_clock_gettime, id, now);

  if (id == CLOCK_REALTIME) {
    gint64 ns = now->tv_nsec + wall_clock_offset_ms % 1000 * 1000000;

    now->tv_sec += wall_clock_offset_ms / 1000;
    if (ns < 0)
      now->tv_sec--;
    now->tv_sec += ns >= 1000000000;
    now->tv_nsec = (ns + 1000000000) % 1000000000;
  }
  return ret;
}

__attribute__((visibility ("default"))) time_t
time (time_t * out)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (out)
    *out = now.tv_sec;
  return now.tv_sec;
}

static guint
datagrams_sent (VirtualEnd * end)
{
  DtlsStats stats;

  dtls_association_get_stats (end->association, &stats);
  return stats.datagrams_sent;
}

static void
test_gives_up_in_time (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  gint64 start_us = net->now_us;

  client->config.handshake_timeout_ms = 7000;
  net->link.loss = 1;
  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, start_us + 6999 * VIRTUAL_MS);
  g_assert_cmpint (client->state, ==, DTLS_STATE_CONNECTING);
  virtual_network_run (net, start_us + 7000 * VIRTUAL_MS);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (client->error->message, "7000"));
  g_assert_cmpint (dtls_association_get_deadline_us (client->association), ==,
      -1);
}

static void
test_server_waits_without_limit (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);

  virtual_network_start (net, VIRTUAL_SERVER);
  g_assert_cmpint (dtls_association_get_deadline_us (server->association), ==,
      -1);
  g_assert_cmpint (server->state, ==, DTLS_STATE_NEW);
  virtual_network_run (net, net->now_us + 3600 * SECOND_US);
  virtual_network_start (net, VIRTUAL_CLIENT);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
}

/* Half a ClientHello of anybody's starts no clock that could end it. */
static void
test_part_of_a_hello_starts_nothing (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  guint8 bytes[DTLS_RECORD_HEADER_SIZE + DTLS_HANDSHAKE_HEADER_SIZE + 40] =
      { 0 };

  dtls_record_write_header (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0,
      DTLS_HANDSHAKE_HEADER_SIZE + 40);
  dtls_fragment_write_header (bytes + DTLS_RECORD_HEADER_SIZE,
      DTLS_HANDSHAKE_CLIENT_HELLO, 200, 0, 100, 40);
  virtual_network_start (net, VIRTUAL_SERVER);
  virtual_network_inject (net, VIRTUAL_SERVER, bytes, sizeof bytes);
  g_assert_cmpint (server->state, ==, DTLS_STATE_NEW);
  virtual_network_run (net, net->now_us + 3600 * SECOND_US);
  virtual_network_start (net, VIRTUAL_CLIENT);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
}

static void
test_no_limit_when_zero (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  client->config.handshake_timeout_ms = 0;
  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + 3600 * SECOND_US);
  g_assert_cmpint (client->state, ==, DTLS_STATE_CONNECTING);
  virtual_network_start (net, VIRTUAL_SERVER);
  g_assert_true (virtual_network_connect (net, net->now_us + 3 * SECOND_US));
}

static void
test_dead_peer_is_not_flooded (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  net->link.loss = 1;
  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + 5 * SECOND_US);
  g_assert_cmpuint (datagrams_sent (client), >=, 20);
  g_assert_cmpuint (datagrams_sent (client), <=, 30);
  virtual_network_run (net, net->now_us + 24 * SECOND_US);
  g_assert_cmpuint (datagrams_sent (client), <=, 55);
}

/* A peer's copies are answered, but not each of a burst. */
static void
test_repeats_are_answered_at_a_bounded_rate (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  DtlsOutput output;
  GBytes *hello = NULL;
  guint before;

  virtual_network_start (net, VIRTUAL_SERVER);
  net->link.loss = 1;
  g_assert_true (dtls_association_start (client->association, &client->config,
          net->now_us, NULL));
  while (dtls_association_poll (client->association, &output)) {
    if (output.type == DTLS_OUTPUT_DATAGRAM)
      hello = g_bytes_ref (output.bytes);
    dtls_output_clear (&output);
  }
  for (guint ms = 0; ms < 1000; ms++) {
    virtual_network_inject (net, VIRTUAL_SERVER,
        g_bytes_get_data (hello, NULL), g_bytes_get_size (hello));
    net->now_us += VIRTUAL_MS;
  }
  before = datagrams_sent (server);
  g_assert_cmpuint (before, >=, 45);
  g_assert_cmpuint (before, <=, 51);
  g_bytes_unref (hello);
}

static GBytes *
drop_encrypted_handshakes_of_server (VirtualNetwork * net, VirtualSide from,
    GBytes * datagram, gpointer user_data)
{
  guint *left = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);

  /* Its last flight begins with a ChangeCipherSpec. */
  if (from == VIRTUAL_SERVER && *left > 0
      && data[0] == DTLS_CONTENT_CHANGE_CIPHER_SPEC) {
    (*left)--;
    g_bytes_unref (datagram);
    return NULL;
  }
  return datagram;
}

static void
test_last_flight_is_answered_after_the_end (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  guint left = 5;
  DtlsStats stats;

  net->filter = drop_encrypted_handshakes_of_server;
  net->filter_data = &left;
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + 3 * SECOND_US));
  g_assert_cmpuint (left, ==, 0);
  dtls_association_get_stats (virtual_network_end (net,
          VIRTUAL_SERVER)->association, &stats);
  g_assert_cmpuint (stats.flights_resent, ==, 5);
}

/* Even an hour later, when GnuTLS has long forgotten its flight. */
static void
test_last_flight_is_remembered (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  guint left = 10000;

  virtual_network_end (net, VIRTUAL_CLIENT)->config.handshake_timeout_ms = 0;
  net->filter = drop_encrypted_handshakes_of_server;
  net->filter_data = &left;
  virtual_network_start_both (net);
  virtual_network_run (net, net->now_us + 600 * SECOND_US);
  wall_clock_offset_ms = 600 * 1000;
  left = 0;
  g_assert_true (virtual_network_connect (net, net->now_us + 3 * SECOND_US));
  wall_clock_offset_ms = 0;
}

static GBytes *
step_the_wall_clock (VirtualNetwork * net, VirtualSide from,
    GBytes * datagram, gpointer user_data)
{
  wall_clock_offset_ms += GPOINTER_TO_INT (user_data);
  return datagram;
}

static void
test_wall_clock_steps_change_nothing (void)
{
  static const gint steps_ms[] = { 0, 1, 100, -500, 500, 60000,
    -60000, 6 * 3600000, -6 * 3600000
  };

  for (guint i = 0; i < G_N_ELEMENTS (steps_ms); i++) {
    for (guint seed = 1; seed <= 20; seed++) {
      g_autoptr (VirtualNetwork) net = virtual_network_new (seed);

      net->filter = step_the_wall_clock;
      net->filter_data = GINT_TO_POINTER (steps_ms[i]);
      net->link.loss = seed > 1 ? 0.2 : 0;
      g_test_message ("step %d ms, seed %u", steps_ms[i], seed);
      virtual_network_start_both (net);
      g_assert_true (virtual_network_connect (net,
              net->now_us + 10 * SECOND_US));
      wall_clock_offset_ms = 0;
    }
  }
}

static void
test_early_datagrams_are_bounded (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *server = virtual_network_end (net, VIRTUAL_SERVER);
  const guint8 noise[100] = { 22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 87,
    11, 0, 0, 75, 0, 1, 0, 0, 0, 0, 0, 75
  };
  DtlsStats stats;

  for (guint i = 0; i < 1000; i++)
    virtual_network_inject (net, VIRTUAL_SERVER, noise, sizeof noise);
  dtls_association_get_stats (server->association, &stats);
  g_assert_cmpuint (stats.dropped[DTLS_DROP_QUEUE_FULL], >, 900);

  /* The newest ClientHello still finds room. */
  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + 26 * VIRTUAL_MS);
  net->filter = NULL;
  virtual_network_start (net, VIRTUAL_SERVER);
  g_assert_cmpint (server->state, ==, DTLS_STATE_CONNECTING);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
}

static void
test_newest_early_client_hello_wins (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  gint64 start_us;

  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + 30 * VIRTUAL_MS);
  g_sequence_remove_range (g_sequence_get_begin_iter (net->flying),
      g_sequence_get_end_iter (net->flying));
  virtual_network_reset_end (net, VIRTUAL_CLIENT);
  virtual_network_start (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + 30 * VIRTUAL_MS);
  start_us = net->now_us;
  virtual_network_start (net, VIRTUAL_SERVER);
  g_assert_true (virtual_network_connect (net, net->now_us + SECOND_US));
  g_assert_cmpint (net->now_us - start_us, ==, 75 * VIRTUAL_MS);
}

static void
test_datagrams_after_the_end_are_counted (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  DtlsStats stats;

  dtls_association_close (client->association);
  virtual_network_drain (net, VIRTUAL_CLIENT);
  virtual_network_inject (net, VIRTUAL_CLIENT, (const guint8 *) "x", 1);
  dtls_association_get_stats (client->association, &stats);
  g_assert_cmpuint (stats.dropped[DTLS_DROP_CLOSED], ==, 1);
  g_assert_cmpstr (client->story->str, ==, "closed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/connection/" name, func)
  TEST ("gives-up-in-time", test_gives_up_in_time);
  TEST ("server-waits-without-limit", test_server_waits_without_limit);
  TEST ("part-of-a-hello-starts-nothing", test_part_of_a_hello_starts_nothing);
  TEST ("no-limit-when-zero", test_no_limit_when_zero);
  TEST ("dead-peer-is-not-flooded", test_dead_peer_is_not_flooded);
  TEST ("repeats-are-answered-at-a-bounded-rate",
      test_repeats_are_answered_at_a_bounded_rate);
  TEST ("last-flight-is-answered-after-the-end",
      test_last_flight_is_answered_after_the_end);
  TEST ("last-flight-is-remembered", test_last_flight_is_remembered);
  TEST ("wall-clock-steps-change-nothing",
      test_wall_clock_steps_change_nothing);
  TEST ("early-datagrams-are-bounded", test_early_datagrams_are_bounded);
  TEST ("newest-early-client-hello-wins", test_newest_early_client_hello_wins);
  TEST ("datagrams-after-the-end-are-counted",
      test_datagrams_after_the_end_are_counted);
#undef TEST
  return g_test_run ();
}
