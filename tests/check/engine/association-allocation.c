/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every allocation that GnuTLS makes for a handshake, for data, and for a
 * restart fails once, one at a time. Each time the ends connect, or fail with
 * a name; nothing crashes and nobody is connected without keys.
 */
#include "config.h"

#include <string.h>

#include "engine/error.h"
#include "engine/record.h"
#include "failing-allocator.h"
#include "virtual-network.h"

static gboolean
is_skipped (void)
{
  if (failing_allocator_is_available ())
    return FALSE;
  g_test_skip ("a sanitizer owns the allocator");
  return TRUE;
}

static gboolean
start_side (VirtualNetwork * net, VirtualSide side)
{
  VirtualEnd *end = virtual_network_end (net, side);
  g_autoptr (GError) error = NULL;

  if (dtls_association_start (end->association, &end->config, net->now_us,
          &error)) {
    virtual_network_drain (net, side);
    return TRUE;
  }
  failing_allocator_disarm ();
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES);
  return FALSE;
}

/* Returns: whether both ends connected. */
static gboolean
handshake (glong failing, glong * total)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  gboolean connected;

  virtual_network_exchange_fingerprints (net);
  failing_allocator_arm (failing);
  if (!start_side (net, VIRTUAL_CLIENT) || !start_side (net, VIRTUAL_SERVER))
    return FALSE;
  connected = virtual_network_connect (net, net->now_us + 65 * VIRTUAL_SECOND);
  *total = failing_allocator_disarm ();
  for (guint side = 0; side < 2; side++) {
    VirtualEnd *end = virtual_network_end (net, side);

    g_assert_true (end->state != DTLS_STATE_CONNECTED || end->keys != NULL);
    g_assert_true (connected || end->state != DTLS_STATE_CONNECTING);
  }
  return connected;
}

static void
test_handshake (void)
{
  glong total, ignored, connected = 0;

  if (is_skipped ())
    return;
  g_assert_true (handshake (-1, &total));
  g_assert_true (handshake (-1, &total));
  g_assert_cmpint (total, >, 100);
  for (glong i = 0; i < total; i++)
    connected += handshake (i, &ignored);
  g_test_message ("%ld allocations failed, %ld handshakes connected all the "
      "same", total, connected);
  g_assert_cmpint (connected, <, total);
  g_assert_true (handshake (-1, &ignored));
}

/* What a client sends before it has had an answer. */
typedef struct
{
  guint8 random[DTLS_RANDOM_SIZE];      /* of the latest ClientHello */
  gboolean after_alert;
  guint alerts;
} Hellos;

static GBytes *
watch_hellos (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  Hellos *self = user_data;
  const guint8 *random;
  DtlsRecord record;
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);

  g_assert_true (dtls_record_parse (data, size, &record));
  if (!dtls_record_is_client_hello (&record, &random)) {
    g_assert_cmpuint (record.type, ==, DTLS_CONTENT_ALERT);
    self->after_alert = TRUE;
    self->alerts++;
    return datagram;
  }
  if (self->after_alert)
    g_assert_cmpint (memcmp (self->random, random, DTLS_RANDOM_SIZE), !=, 0);
  self->after_alert = FALSE;
  memcpy (self->random, random, DTLS_RANDOM_SIZE);
  return datagram;
}

/* What fails when a flight is sent again ends with the alert. No part of that
 * flight follows; what may follow is a handshake anew. */
static void
test_nothing_follows_the_alert (void)
{
  glong total = 1;
  guint failures = 0;

  if (is_skipped ())
    return;
  for (glong i = -1; i < total; i++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (1);
    Hellos hellos = {.alerts = 0 };

    net->filter = watch_hellos;
    net->filter_data = &hellos;
    virtual_network_start (net, VIRTUAL_CLIENT);
    failing_allocator_arm (i);
    virtual_network_run (net, net->now_us + 60 * VIRTUAL_MS);
    total = failing_allocator_disarm ();
    failures += hellos.alerts;
  }
  g_test_message ("%ld allocations failed, and %u handshakes", total, failures);
  g_assert_cmpuint (failures, >, 0);
}

static VirtualNetwork *
connected_network (void)
{
  VirtualNetwork *net = virtual_network_new (1);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + VIRTUAL_SECOND));
  return net;
}

/* What fails while data are sent and received costs those data at most. */
static void
test_data (void)
{
  glong total = 1;

  if (is_skipped ())
    return;
  for (glong i = -1; i < total; i++) {
    g_autoptr (VirtualNetwork) net = connected_network ();
    VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

    failing_allocator_arm (i);
    dtls_association_send_data (client->association, (const guint8 *) "data",
        4, NULL);
    virtual_network_drain (net, VIRTUAL_CLIENT);
    virtual_network_run (net, net->now_us + 100 * VIRTUAL_MS);
    total = failing_allocator_disarm ();
    if (virtual_network_end (net, VIRTUAL_SERVER)->state
        == DTLS_STATE_CONNECTED)
      virtual_network_assert_data_flows (net);
    else
      g_test_message ("allocation %ld ended it: %s", i,
          virtual_network_end (net, VIRTUAL_SERVER)->error->message);
  }
  g_assert_cmpint (total, >, 0);
}

/* A restart is under way when another one, with another fingerprint, fails
 * for lack of memory. The first one then goes on as if nothing had been. */
static gboolean
restart_twice (glong failing, glong * total)
{
  g_autoptr (VirtualNetwork) net = connected_network ();
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  g_autoptr (DtlsFingerprints) other =
      virtual_fingerprint (virtual_certificate (2), DTLS_HASH_SHA_256);
  g_autoptr (GError) error = NULL;
  gboolean asked;

  g_assert_true (dtls_association_restart (client->association, NULL,
          net->now_us, NULL));
  virtual_network_drain (net, VIRTUAL_CLIENT);
  failing_allocator_arm (failing);
  asked = dtls_association_restart (client->association, other, net->now_us,
      &error);
  *total = failing_allocator_disarm ();
  virtual_network_drain (net, VIRTUAL_CLIENT);
  virtual_network_run (net, net->now_us + 3 * VIRTUAL_SECOND);
  g_assert_true (asked || g_error_matches (error, DTLS_ERROR,
          DTLS_ERROR_RESOURCES)
      || g_error_matches (error, DTLS_ERROR, DTLS_ERROR_HANDSHAKE));
  g_assert_cmpuint (client->n_keys, ==, asked ? 1 : 2);
  virtual_network_assert_data_flows (net);
  return asked;
}

static void
test_failed_restart_leaves_all_as_it_was (void)
{
  glong total, ignored, failures = 0;

  if (is_skipped ())
    return;
  g_assert_true (restart_twice (-1, &total));
  for (glong i = 0; i < total; i++)
    failures += !restart_twice (i, &ignored);
  g_test_message ("%ld allocations failed, and %ld restarts", total, failures);
  g_assert_cmpint (failures, >, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (failing_allocator_is_available ())
    failing_allocator_watch ("libgnutls.so");
  g_test_add_func ("/association-allocation/handshake", test_handshake);
  g_test_add_func ("/association-allocation/nothing-follows-the-alert",
      test_nothing_follows_the_alert);
  g_test_add_func ("/association-allocation/data", test_data);
  g_test_add_func ("/association-allocation/failed-restart",
      test_failed_restart_leaves_all_as_it_was);
  return g_test_run ();
}
