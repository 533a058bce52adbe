/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forged datagrams of every kind, in every state of a handshake and after
 * it, to either end. What cannot be of the peer changes nothing; what could
 * be leads to a connection or to a failure with a name. Then handshakes with
 * mutated datagrams, as many as DTLS_TEST_MUTATIONS says.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engine/error.h"
#include "engine/record.h"
#include "virtual-network.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)
#define MUTATIONS_DEFAULT 1000
#define STATES 4                /* before the peer's datagram 0, 1, 2; after */

typedef void (*Injection) (VirtualNetwork * net, VirtualSide victim);

typedef struct
{
  const gchar *name;
  Injection inject;
  gboolean plausible;           /* could be the peer's: may end it */
} InjectionKind;

/* Building blocks. */

static void
inject_record (VirtualNetwork * net, VirtualSide victim, guint8 type,
    guint16 version, guint16 epoch, guint64 sequence, const guint8 * payload,
    gsize size)
{
  g_autofree guint8 *bytes = g_malloc (DTLS_RECORD_HEADER_SIZE + size);

  dtls_record_write_header (bytes, type, epoch, sequence, size);
  bytes[1] = version >> 8;
  bytes[2] = version & 0xff;
  if (size)
    memcpy (bytes + DTLS_RECORD_HEADER_SIZE, payload, size);
  virtual_network_inject (net, victim, bytes, DTLS_RECORD_HEADER_SIZE + size);
}

static void
inject_message (VirtualNetwork * net, VirtualSide victim, guint8 type,
    guint32 length, guint16 number, guint32 offset, guint32 size, gsize body)
{
  g_autofree guint8 *message = g_malloc0 (DTLS_HANDSHAKE_HEADER_SIZE + body);

  dtls_fragment_write_header (message, type, length, number, offset, size);
  inject_record (net, victim, DTLS_CONTENT_HANDSHAKE, DTLS_VERSION_1_2, 0,
      number, message, DTLS_HANDSHAKE_HEADER_SIZE + body);
}

/* Kinds that cannot be the peer's. */

static void
inject_empty (VirtualNetwork * net, VirtualSide victim)
{
  virtual_network_inject (net, victim, (const guint8 *) "", 0);
}

static void
inject_every_first_byte (VirtualNetwork * net, VirtualSide victim)
{
  for (guint i = 0; i < 256; i++) {
    guint8 bytes[40];

    memset (bytes, i, sizeof bytes);
    virtual_network_inject (net, victim, bytes, 1);
    virtual_network_inject (net, victim, bytes, sizeof bytes);
  }
}

static void
inject_huge (VirtualNetwork * net, VirtualSide victim)
{
  g_autofree guint8 *bytes = g_malloc0 (65507);

  virtual_network_inject (net, victim, bytes, 65507);
  memset (bytes, 22, 65507);
  virtual_network_inject (net, victim, bytes, 65507);
  for (gsize i = 0; i < 65507; i++)
    bytes[i] = g_rand_int (net->rand);
  virtual_network_inject (net, victim, bytes, 65507);
  dtls_record_write_header (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0, 65507 - 13);
  virtual_network_inject (net, victim, bytes, 65507);
}

static void
inject_cut_records (VirtualNetwork * net, VirtualSide victim)
{
  guint8 bytes[DTLS_RECORD_HEADER_SIZE + 20] = { 0 };

  for (gsize size = 1; size < sizeof bytes; size++) {
    dtls_record_write_header (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0, 20);
    virtual_network_inject (net, victim, bytes, size);
  }
}

static void
inject_versions (VirtualNetwork * net, VirtualSide victim)
{
  static const guint16 versions[] =
      { 0, 0x0100, 0x0300, 0x0303, 0xFE00, 0xFEFC, 0xFEFE, 0xFFFF };
  const guint8 payload[2] = { 2, 40 };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    for (guint8 type = 20; type <= 23; type++)
      inject_record (net, victim, type, versions[i], 0, 0, payload, 2);
}

static void
inject_content_types (VirtualNetwork * net, VirtualSide victim)
{
  const guint8 payload[19] = { 1, 0, 3 };

  for (guint type = 0; type < 256; type++)
    if (type < 20 || type > 22)
      for (guint epoch = 0; epoch < 3; epoch++)
        inject_record (net, victim, type, DTLS_VERSION_1_2, epoch, 1, payload,
            sizeof payload);
}

static void
inject_alerts (VirtualNetwork * net, VirtualSide victim)
{
  for (guint level = 0; level < 4; level++)
    for (guint alert = 0; alert < 256; alert++) {
      const guint8 payload[2] = { level, alert };

      inject_record (net, victim, DTLS_CONTENT_ALERT, DTLS_VERSION_1_2, 0,
          alert, payload, 2);
    }
}

static void
inject_encrypted_garbage (VirtualNetwork * net, VirtualSide victim)
{
  for (guint8 type = 20; type <= 24; type++)
    for (guint size = 1; size < 60; size++) {
      guint8 payload[60];

      for (guint i = 0; i < size; i++)
        payload[i] = g_rand_int (net->rand);
      inject_record (net, victim, type, DTLS_VERSION_1_2, 1,
          g_rand_int (net->rand), payload, size);
    }
}

static void
inject_epochs (VirtualNetwork * net, VirtualSide victim)
{
  const guint8 payload[40] = { 0 };

  for (guint epoch = 2; epoch < 65536; epoch = epoch * 3)
    for (guint8 type = 20; type <= 23; type++)
      inject_record (net, victim, type, DTLS_VERSION_1_2, epoch, 0, payload,
          40);
}

static void
inject_change_cipher_specs (VirtualNetwork * net, VirtualSide victim)
{
  const guint8 payload[3] = { 1, 1, 1 };
  const guint8 two = 2;

  inject_record (net, victim, DTLS_CONTENT_CHANGE_CIPHER_SPEC,
      DTLS_VERSION_1_2, 0, 0, payload, 1);
  inject_record (net, victim, DTLS_CONTENT_CHANGE_CIPHER_SPEC,
      DTLS_VERSION_1_2, 0, 0, payload, 3);
  inject_record (net, victim, DTLS_CONTENT_CHANGE_CIPHER_SPEC,
      DTLS_VERSION_1_2, 0, 0, &two, 1);
}

static void
inject_high_record_numbers (VirtualNetwork * net, VirtualSide victim)
{
  const guint8 one = 1;

  for (guint shift = 1; shift < 48; shift++)
    inject_record (net, victim, DTLS_CONTENT_CHANGE_CIPHER_SPEC,
        DTLS_VERSION_1_2, 0, (G_GUINT64_CONSTANT (1) << shift) - 1, &one, 1);
}

/* Types that have no place at the number, or none at all. */
static void
inject_misplaced_messages (VirtualNetwork * net, VirtualSide victim)
{
  static const guint8 types[] = { 0, 3, 4, 5, 20, 21, 23, 24, 67, 255 };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    for (guint number = 1; number < 12; number++)
      inject_message (net, victim, types[i], 4, number, 0, 4, 4);
  for (guint type = 0; type < 256; type++)
    inject_message (net, victim, type, 4, 60000, 0, 4, 4);
}

/* Messages that only the other role sends. */
static void
inject_wrong_role (VirtualNetwork * net, VirtualSide victim)
{
  static const guint8 of_server[] = { 2, 3, 12, 13, 14 };
  static const guint8 of_client[] = { 1, 15, 16 };

  for (guint number = 0; number < 8; number++) {
    if (victim == VIRTUAL_SERVER)
      for (guint i = 0; i < G_N_ELEMENTS (of_server); i++)
        inject_message (net, victim, of_server[i], 40, number, 0, 40, 40);
    else
      for (guint i = 0; i < G_N_ELEMENTS (of_client); i++)
        inject_message (net, victim, of_client[i], 40, number, 0, 40, 40);
  }
}

static void
inject_lying_fragments (VirtualNetwork * net, VirtualSide victim)
{
  for (guint type = 0; type < 30; type++)
    for (guint number = 0; number < 7; number++) {
      inject_message (net, victim, type, 10, number, 0, 20, 4);
      inject_message (net, victim, type, 10, number, 8, 4, 4);
      inject_message (net, victim, type, 0xFFFFFF, number, 0xFFFFF0, 4, 4);
      inject_message (net, victim, type, 0xFFFFFF, number, 0, 4, 4);
      inject_message (net, victim, type, 10, number, 0, 0, 0);
      inject_message (net, victim, type, 10, number, 0, 4, 5);
    }
}

static void
inject_own_datagrams (VirtualNetwork * net, VirtualSide victim)
{
  GSequenceIter *iter;

  /* What the victim has just sent comes back to it. */
  for (iter = g_sequence_get_begin_iter (net->flying);
      !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter)) {
    g_autoptr (GBytes) bytes = virtual_network_peek_flying (iter);

    virtual_network_inject (net, victim, g_bytes_get_data (bytes, NULL),
        g_bytes_get_size (bytes));
    break;
  }
}

/* ClientHellos of strangers, each another. */
static void
inject_client_hellos (VirtualNetwork * net, VirtualSide victim)
{
  guint8 message[DTLS_HANDSHAKE_HEADER_SIZE + 42] = { 0 };
  guint8 *body = message + DTLS_HANDSHAKE_HEADER_SIZE;

  dtls_fragment_write_header (message, DTLS_HANDSHAKE_CLIENT_HELLO, 42, 0, 0,
      42);
  body[0] = 0xFE;
  body[1] = 0xFD;
  body[37] = 2;                 /* bytes of cipher suites */
  body[38] = 0xC0;
  body[39] = 0x2B;
  body[40] = 1;                 /* compression: none */
  for (guint i = 0; i < 1000; i++) {
    body[2] = i >> 8;
    body[3] = i & 0xff;
    inject_record (net, victim, DTLS_CONTENT_HANDSHAKE, DTLS_VERSION_1_0, 0, i,
        message, sizeof message);
  }
}

/* Kinds that could be the peer's. */

static void
inject_hello_verify_request (VirtualNetwork * net, VirtualSide victim)
{
  const guint8 message[] = { 3, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 11,
    0xFE, 0xFF, 8, 1, 2, 3, 4, 5, 6, 7, 8
  };

  inject_record (net, victim, DTLS_CONTENT_HANDSHAKE, DTLS_VERSION_1_0, 0, 0,
      message, sizeof message);
}

static void
inject_plausible_messages (VirtualNetwork * net, VirtualSide victim)
{
  static const guint8 to_client[] = { 2, 11, 12, 13, 14 };
  static const guint8 to_server[] = { 1, 11, 16, 15 };

  if (victim == VIRTUAL_CLIENT)
    for (guint i = 0; i < G_N_ELEMENTS (to_client); i++)
      inject_message (net, victim, to_client[i], 60, i, 0, 60, 60);
  else
    for (guint i = 0; i < G_N_ELEMENTS (to_server); i++)
      inject_message (net, victim, to_server[i], 60, i, 0, 60, 60);
}

static void
inject_plausible_fragments (VirtualNetwork * net, VirtualSide victim)
{
  for (guint number = 0; number < 7; number++)
    for (guint type = 1; type < 17; type++)
      inject_message (net, victim, type, 60000, number, 30000, 60, 60);
}

static const InjectionKind kinds[] = {
  {"empty", inject_empty, FALSE},
  {"every-first-byte", inject_every_first_byte, FALSE},
  {"huge", inject_huge, FALSE},
  {"cut-records", inject_cut_records, FALSE},
  {"versions", inject_versions, FALSE},
  {"content-types", inject_content_types, FALSE},
  {"alerts", inject_alerts, FALSE},
  {"encrypted-garbage", inject_encrypted_garbage, FALSE},
  {"epochs", inject_epochs, FALSE},
  {"change-cipher-specs", inject_change_cipher_specs, FALSE},
  {"high-record-numbers", inject_high_record_numbers, FALSE},
  {"misplaced-messages", inject_misplaced_messages, FALSE},
  {"wrong-role", inject_wrong_role, FALSE},
  {"lying-fragments", inject_lying_fragments, FALSE},
  {"own-datagrams", inject_own_datagrams, FALSE},
  {"hello-verify-request", inject_hello_verify_request, TRUE},
  {"plausible-messages", inject_plausible_messages, TRUE},
  {"plausible-fragments", inject_plausible_fragments, TRUE},
};

/* Injects when the peer's nth datagram leaves, before it arrives. */

typedef struct
{
  const InjectionKind *kind;
  VirtualSide victim;
  guint state;
  guint seen;
} InjectionPlan;

static GBytes *
inject_in_time (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  InjectionPlan *plan = user_data;

  if (from != plan->victim && plan->seen++ == plan->state)
    plan->kind->inject (net, plan->victim);
  return datagram;
}

static void
assert_failed_cleanly (VirtualNetwork * net)
{
  gboolean named = FALSE;

  virtual_network_run (net, net->now_us + 40 * SECOND_US);
  for (guint side = 0; side < 2; side++) {
    VirtualEnd *end = virtual_network_end (net, side);

    named |= end->error && end->error->domain == DTLS_ERROR;
    g_assert_cmpint (dtls_association_get_deadline_us (end->association), ==,
        -1);
  }
  g_assert_true (named);
}

static void
run_injection (const InjectionKind * kind, VirtualSide victim, guint state)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (state + 1);
  InjectionPlan plan = { kind, victim, state, 0 };

  g_test_message ("%s, side %d, state %u", kind->name, victim, state);
  net->filter = inject_in_time;
  net->filter_data = &plan;
  virtual_network_end (net, VIRTUAL_CLIENT)->config.mtu = 600;
  virtual_network_end (net, VIRTUAL_SERVER)->config.mtu = 600;
  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  if (!virtual_network_connect (net, net->now_us + 20 * SECOND_US)) {
    g_assert_true (kind->plausible);
    assert_failed_cleanly (net);
    return;
  }
  if (state == STATES - 1)
    kind->inject (net, victim);
  virtual_network_run (net, net->now_us + 5 * SECOND_US);
  virtual_network_assert_data_flows (net);
}

/* The first one could be the peer's; those after the peer's own could not. */
static void
test_client_hello_flood (void)
{
  static const InjectionKind of_stranger =
      { "client-hellos", inject_client_hellos, FALSE };
  static const InjectionKind perhaps_of_peer =
      { "client-hellos", inject_client_hellos, TRUE };

  for (guint state = 0; state < STATES; state++) {
    run_injection (&of_stranger, VIRTUAL_CLIENT, state);
    run_injection (state > 0 ? &of_stranger : &perhaps_of_peer,
        VIRTUAL_SERVER, state);
  }
}

static void
test_injection (gconstpointer data)
{
  const InjectionKind *kind = data;

  for (guint victim = 0; victim < 2; victim++)
    for (guint state = 0; state < STATES; state++)
      run_injection (kind, victim, state);
}

/* An alert in the clear is believed when nothing else comes. */

static void
test_alert_counts_when_nothing_moves (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  const guint8 payload[2] = { 2, 40 };

  net->link.loss = 1;
  virtual_network_start (net, VIRTUAL_CLIENT);
  inject_record (net, VIRTUAL_CLIENT, DTLS_CONTENT_ALERT, DTLS_VERSION_1_2, 0,
      0, payload, 2);
  g_assert_cmpint (client->state, ==, DTLS_STATE_CONNECTING);
  virtual_network_run (net, net->now_us + 5 * SECOND_US);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_ALERT);
  g_assert_nonnull (strstr (client->error->message, "40"));
}

static void
test_warning_never_counts (void)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);
  const guint8 payload[2] = { 1, 90 };

  net->link.loss = 1;
  virtual_network_start (net, VIRTUAL_CLIENT);
  inject_record (net, VIRTUAL_CLIENT, DTLS_CONTENT_ALERT, DTLS_VERSION_1_2, 0,
      0, payload, 2);
  virtual_network_run (net, net->now_us + 29 * SECOND_US);
  g_assert_cmpint (client->state, ==, DTLS_STATE_CONNECTING);
  virtual_network_run (net, net->now_us + 2 * SECOND_US);
  g_assert_error (client->error, DTLS_ERROR, DTLS_ERROR_TIMEOUT);
}

/* Mutations. */

static GBytes *
mutate (VirtualNetwork * net, GBytes * datagram)
{
  gsize size;
  guint8 *data = g_bytes_unref_to_data (datagram, &size);
  guint at = g_rand_int_range (net->rand, 0, size);
  guint other = g_rand_int_range (net->rand, 0, size);

  switch (g_rand_int_range (net->rand, 0, 7)) {
    case 0:
      data[at] ^= 1 << g_rand_int_range (net->rand, 0, 8);
      break;
    case 1:
      data[at] = g_rand_int (net->rand);
      break;
    case 2:
      size = at;
      break;
    case 3:
      data = g_realloc (data, size + 50);
      memmove (data + size, data, 50 < size ? 50 : size);
      size += MIN (50, size);
      break;
    case 4:
      memmove (data + MIN (at, other), data + MAX (at, other),
          size - MAX (at, other));
      size -= MAX (at, other) - MIN (at, other);
      break;
    case 5:
      /* The headers of the first record and message. */
      data[g_rand_int_range (net->rand, 0, MIN (size, 25))] =
          g_rand_int (net->rand);
      break;
    default:
      memset (data + at, g_rand_int (net->rand), MIN (4, size - at));
      break;
  }
  return g_bytes_new_take (data, size);
}

static GBytes *
mutate_some (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  if (g_rand_int_range (net->rand, 0, 4) > 0)
    return datagram;
  return mutate (net, datagram);
}

static guint
count_of_mutations (void)
{
  const gchar *text = g_getenv ("DTLS_TEST_MUTATIONS");

  return text ? strtoul (text, NULL, 10) : MUTATIONS_DEFAULT;
}

static void
test_mutations (void)
{
  guint n = count_of_mutations (), connected = 0;

  for (guint seed = 1; seed <= n; seed++) {
    g_autoptr (VirtualNetwork) net = virtual_network_new (seed);

    net->filter = mutate_some;
    for (guint side = 0; side < 2; side++)
      virtual_network_end (net, side)->config.mtu = seed % 2 ? 400 : 1200;
    virtual_network_exchange_fingerprints (net);
    virtual_network_start_both (net);
    if (virtual_network_connect (net, net->now_us + 30 * SECOND_US)) {
      connected++;
      net->filter = NULL;
      virtual_network_run (net, net->now_us + SECOND_US);
      virtual_network_assert_data_flows (net);
    } else {
      net->filter = NULL;
      assert_failed_cleanly (net);
    }
  }
  g_test_message ("%u mutated handshakes: %u connected, %u failed with a name",
      n, connected, n - connected);
  g_assert_cmpuint (connected, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree gchar *path =
        g_strdup_printf ("/association-injection/%s", kinds[i].name);

    g_test_add_data_func (path, &kinds[i], test_injection);
  }
  g_test_add_func ("/association-injection/client-hello-flood",
      test_client_hello_flood);
  g_test_add_func ("/association-injection/alert-counts-when-nothing-moves",
      test_alert_counts_when_nothing_moves);
  g_test_add_func ("/association-injection/warning-never-counts",
      test_warning_never_counts);
  g_test_add_func ("/association-injection/mutations", test_mutations);
  return g_test_run ();
}
