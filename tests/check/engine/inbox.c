/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the TLS library gets to see, whatever the order on the network.
 */
#include "config.h"

#include "engine/inbox.h"

#include <string.h>

static DtlsVerdict
take (DtlsInbox * inbox, guint8 type, guint16 epoch, guint64 sequence,
    const guint8 * payload, gsize size)
{
  guint8 bytes[256];
  DtlsRecord record;
  DtlsDropCause cause;

  dtls_record_write_header (bytes, type, epoch, sequence, size);
  memcpy (bytes + DTLS_RECORD_HEADER_SIZE, payload, size);
  g_assert_true (dtls_record_parse (bytes, sizeof bytes, &record));
  return dtls_inbox_take (inbox, &record, &cause);
}

static DtlsVerdict
take_message (DtlsInbox * inbox, guint8 type, guint16 number)
{
  guint8 message[DTLS_HANDSHAKE_HEADER_SIZE + 4] = { 0 };

  dtls_fragment_write_header (message, type, 4, number, 0, 4);
  return take (inbox, DTLS_CONTENT_HANDSHAKE, 0, 1000 + number, message,
      sizeof message);
}

static void
take_change_cipher_spec (DtlsInbox * inbox)
{
  const guint8 one = 1;

  g_assert_cmpint (take (inbox, DTLS_CONTENT_CHANGE_CIPHER_SPEC, 0, 7, &one,
          1), ==, DTLS_VERDICT_PASS);
}

static void
take_encrypted (DtlsInbox * inbox, guint8 type)
{
  static const guint8 payload[32];

  g_assert_cmpint (take (inbox, type, 1, 0, payload, sizeof payload), ==,
      DTLS_VERDICT_PASS);
}

/* One letter a record: handshake type a.. (type + 'a'), C, F for an encrypted
 * handshake record, D for data. */
static void
assert_hands_out (DtlsInbox * inbox, const gchar * expected)
{
  g_autoptr (GString) got = g_string_new (NULL);
  GBytes *bytes;

  while ((bytes = dtls_inbox_pop (inbox))) {
    DtlsRecord record;

    g_assert_true (dtls_record_parse (g_bytes_get_data (bytes, NULL),
            g_bytes_get_size (bytes), &record));
    g_assert_cmpuint (record.size, ==, g_bytes_get_size (bytes));
    if (record.type == DTLS_CONTENT_APPLICATION_DATA)
      g_string_append_c (got, 'D');
    else if (record.epoch > 0)
      g_string_append_c (got, 'F');
    else if (record.type == DTLS_CONTENT_CHANGE_CIPHER_SPEC)
      g_string_append_c (got, 'C');
    else
      g_string_append_c (got, 'a' + record.payload[0]);
    g_bytes_unref (bytes);
  }
  g_assert_cmpstr (got->str, ==, expected);
  g_assert_true (dtls_inbox_is_empty (inbox));
}

static void
test_flight_in_any_order (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (FALSE, 0);

  take_message (inbox, DTLS_HANDSHAKE_CLIENT_HELLO, 0);
  assert_hands_out (inbox, "b");
  dtls_inbox_flight_answered (inbox);

  take_encrypted (inbox, DTLS_CONTENT_APPLICATION_DATA);
  take_encrypted (inbox, DTLS_CONTENT_HANDSHAKE);
  take_change_cipher_spec (inbox);
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE_VERIFY, 3);
  take_message (inbox, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, 2);
  assert_hands_out (inbox, "");
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE, 1);
  assert_hands_out (inbox, "lqpCF");
  dtls_inbox_establish (inbox);
  assert_hands_out (inbox, "D");
}

static void
test_client_side (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (TRUE, 0);

  take_message (inbox, DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST, 0);
  assert_hands_out (inbox, "d");
  dtls_inbox_flight_answered (inbox);
  take_message (inbox, DTLS_HANDSHAKE_SERVER_HELLO, 1);
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE, 2);
  take_message (inbox, DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE, 3);
  take_change_cipher_spec (inbox);
  take_message (inbox, DTLS_HANDSHAKE_SERVER_HELLO_DONE, 4);
  assert_hands_out (inbox, "clmoC");
}

static void
test_records_are_renumbered (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (TRUE, 0);

  take_message (inbox, DTLS_HANDSHAKE_SERVER_HELLO, 0);
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE, 1);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GBytes) bytes = dtls_inbox_pop (inbox);
    DtlsRecord record;

    g_assert_nonnull (bytes);
    g_assert_true (dtls_record_parse (g_bytes_get_data (bytes, NULL),
            g_bytes_get_size (bytes), &record));
    g_assert_cmpuint (record.sequence, ==, i);
  }
}

static void
test_each_message_once (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (FALSE, 0);

  g_assert_cmpint (take_message (inbox, DTLS_HANDSHAKE_CLIENT_HELLO, 0), ==,
      DTLS_VERDICT_PASS);
  g_assert_cmpint (take_message (inbox, DTLS_HANDSHAKE_CLIENT_HELLO, 0), ==,
      DTLS_VERDICT_DROP);
  dtls_inbox_flight_answered (inbox);
  g_assert_cmpint (take_message (inbox, DTLS_HANDSHAKE_CLIENT_HELLO, 0), ==,
      DTLS_VERDICT_REPEAT);
  assert_hands_out (inbox, "b");
}

static void
test_messages_ahead_of_our_answer_are_forged (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (FALSE, 0);

  take_message (inbox, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, 2);
  take_message (inbox, DTLS_HANDSHAKE_CLIENT_HELLO, 0);
  assert_hands_out (inbox, "b");
  dtls_inbox_flight_answered (inbox);
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE, 1);
  assert_hands_out (inbox, "l");
}

static void
test_unlawful_order_goes_no_further (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (TRUE, 1);

  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE, 1);
  assert_hands_out (inbox, "");
  take_message (inbox, DTLS_HANDSHAKE_SERVER_HELLO, 1);
  assert_hands_out (inbox, "c");
}

/* What the server still sends of a handshake that has been given up. */
static void
test_old_flight_behind_a_verify_request (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (TRUE, 0);

  take_message (inbox, DTLS_HANDSHAKE_SERVER_HELLO, 1);
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE, 2);
  take_message (inbox, DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST, 0);
  take_message (inbox, DTLS_HANDSHAKE_SERVER_HELLO, 1);
  assert_hands_out (inbox, "d");
  dtls_inbox_flight_answered (inbox);
  take_message (inbox, DTLS_HANDSHAKE_SERVER_HELLO, 1);
  assert_hands_out (inbox, "c");
}

static void
test_long_message_travels_in_pieces (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (FALSE, 0);
  g_autofree guint8 *body = g_malloc0 (40000);
  guint pieces = 0;
  gsize bytes_out = 0;
  GBytes *bytes;

  for (guint32 at = 0; at < 40000; at += 100) {
    guint8 message[DTLS_HANDSHAKE_HEADER_SIZE + 100] = { 0 };

    dtls_fragment_write_header (message, DTLS_HANDSHAKE_CLIENT_HELLO, 40000, 0,
        at, 100);
    take (inbox, DTLS_CONTENT_HANDSHAKE, 0, at, message, sizeof message);
  }
  while ((bytes = dtls_inbox_pop (inbox))) {
    pieces++;
    bytes_out += g_bytes_get_size (bytes) - DTLS_RECORD_HEADER_SIZE
        - DTLS_HANDSHAKE_HEADER_SIZE;
    g_assert_cmpuint (g_bytes_get_size (bytes), <=, 16384);
    g_bytes_unref (bytes);
  }
  g_assert_cmpuint (pieces, ==, 3);
  g_assert_cmpuint (bytes_out, ==, 40000);
}

static void
test_early_records_are_bounded (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (FALSE, 0);

  for (guint i = 0; i < 10000; i++) {
    take_encrypted (inbox, DTLS_CONTENT_HANDSHAKE);
    take_encrypted (inbox, DTLS_CONTENT_APPLICATION_DATA);
  }
  take_message (inbox, DTLS_HANDSHAKE_CLIENT_HELLO, 0);
  dtls_inbox_flight_answered (inbox);
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE, 1);
  take_message (inbox, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, 2);
  take_message (inbox, DTLS_HANDSHAKE_CERTIFICATE_VERIFY, 3);
  take_change_cipher_spec (inbox);
  assert_hands_out (inbox, "blqpCFFFFFFFF");
}

/* Nobody takes what is handed out. */
static void
test_what_is_ready_is_bounded (void)
{
  g_autoptr (DtlsInbox) inbox = dtls_inbox_new (FALSE, 0);
  const guint8 payload[100] = { 0 };
  guint passed = 0;
  GBytes *bytes;

  dtls_inbox_establish (inbox);
  for (guint i = 0; i < 100000; i++)
    passed += take (inbox, DTLS_CONTENT_APPLICATION_DATA, 1, i, payload,
        sizeof payload) == DTLS_VERDICT_PASS;
  g_assert_cmpuint (passed, >=, 4000);
  g_assert_cmpuint (passed, <, 10000);
  for (guint i = 0; i < passed; i++) {
    bytes = dtls_inbox_pop (inbox);
    g_assert_nonnull (bytes);
    g_bytes_unref (bytes);
  }
  g_assert_true (dtls_inbox_is_empty (inbox));
  g_assert_cmpint (take (inbox, DTLS_CONTENT_APPLICATION_DATA, 1, 1, payload,
          sizeof payload), ==, DTLS_VERDICT_PASS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/inbox/" name, func)
  TEST ("flight-in-any-order", test_flight_in_any_order);
  TEST ("client-side", test_client_side);
  TEST ("records-are-renumbered", test_records_are_renumbered);
  TEST ("each-message-once", test_each_message_once);
  TEST ("messages-ahead-of-our-answer-are-forged",
      test_messages_ahead_of_our_answer_are_forged);
  TEST ("unlawful-order-goes-no-further", test_unlawful_order_goes_no_further);
  TEST ("old-flight-behind-a-verify-request",
      test_old_flight_behind_a_verify_request);
  TEST ("long-message-travels-in-pieces", test_long_message_travels_in_pieces);
  TEST ("early-records-are-bounded", test_early_records_are_bounded);
  TEST ("what-is-ready-is-bounded", test_what_is_ready_is_bounded);
#undef TEST
  return g_test_run ();
}
