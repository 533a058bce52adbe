/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every rule with a record that keeps it and one that breaks it.
 */
#include "config.h"

#include "engine/record-gate.h"

#include <string.h>

static guint8 bytes[512];

static DtlsRecord
make_record (guint8 type, guint16 epoch, const guint8 * payload, gsize size)
{
  DtlsRecord record;

  dtls_record_write_header (bytes, type, epoch, 0, size);
  memcpy (bytes + DTLS_RECORD_HEADER_SIZE, payload, size);
  g_assert_true (dtls_record_parse (bytes, sizeof bytes, &record));
  return record;
}

static DtlsRecord
make_message (guint8 type, guint16 number)
{
  guint8 message[DTLS_HANDSHAKE_HEADER_SIZE + 4] = { 0 };

  dtls_fragment_write_header (message, type, 4, number, 0, 4);
  return make_record (DTLS_CONTENT_HANDSHAKE, 0, message, sizeof message);
}

static void
assert_drops (DtlsRecordGate * gate, const DtlsRecord * record,
    DtlsDropCause expected)
{
  DtlsDropCause cause;

  g_assert_cmpint (dtls_record_gate_judge (gate, record, &cause), ==,
      DTLS_VERDICT_DROP);
  g_assert_cmpint (cause, ==, expected);
}

static void
assert_verdict (DtlsRecordGate * gate, const DtlsRecord * record,
    DtlsVerdict expected)
{
  DtlsDropCause cause;

  g_assert_cmpint (dtls_record_gate_judge (gate, record, &cause), ==, expected);
}

static void
test_version_and_epoch (void)
{
  DtlsRecordGate gate;
  DtlsRecord record = make_message (DTLS_HANDSHAKE_CLIENT_HELLO, 0);

  dtls_record_gate_init (&gate, FALSE);
  assert_verdict (&gate, &record, DTLS_VERDICT_PASS);
  record.version = DTLS_VERSION_1_0;
  assert_verdict (&gate, &record, DTLS_VERDICT_PASS);
  record.version = 0x0303;
  assert_drops (&gate, &record, DTLS_DROP_VERSION);
  record.version = 0xFEFC;
  assert_drops (&gate, &record, DTLS_DROP_VERSION);
  record.version = DTLS_VERSION_1_2;
  record.epoch = 2;
  assert_drops (&gate, &record, DTLS_DROP_EPOCH);
}

static void
test_content_types (void)
{
  const guint8 payload[2] = { 1, 0 };

  for (guint epoch = 0; epoch < 2; epoch++) {
    for (guint type = 0; type < 256; type++) {
      DtlsRecordGate gate;
      DtlsRecord record = make_record (type, epoch, payload, 1 + (type == 21));
      DtlsDropCause cause = DTLS_DROP_EMPTY;
      DtlsVerdict verdict;

      dtls_record_gate_init (&gate, TRUE);
      verdict = dtls_record_gate_judge (&gate, &record, &cause);
      if (epoch == 0 && type == 20)
        g_assert_cmpint (verdict, ==, DTLS_VERDICT_PASS);
      else if (epoch == 0 && type == 21)
        g_assert_cmpint (verdict, ==, DTLS_VERDICT_ALERT);
      else if (epoch == 0 && type == 22)
        g_assert_cmpint (cause, ==, DTLS_DROP_HANDSHAKE);
      else if (epoch == 1 && type >= 21 && type <= 23)
        g_assert_cmpint (verdict, ==, DTLS_VERDICT_PASS);
      else
        g_assert_cmpint (cause, ==, DTLS_DROP_CONTENT_TYPE);
    }
  }
}

static void
test_messages_have_places (void)
{
  static const struct
  {
    gboolean is_client;
    guint8 type;
    guint first, last;
  } rows[] = {
    {TRUE, DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST, 0, 0},
    {TRUE, DTLS_HANDSHAKE_SERVER_HELLO, 0, 1},
    {TRUE, DTLS_HANDSHAKE_CERTIFICATE, 1, 2},
    {TRUE, DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE, 2, 4},
    {TRUE, DTLS_HANDSHAKE_SERVER_HELLO_DONE, 3, 6},
    {FALSE, DTLS_HANDSHAKE_CLIENT_HELLO, 0, 1},
    {FALSE, DTLS_HANDSHAKE_CERTIFICATE, 1, 2},
    {FALSE, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, 2, 3},
    {FALSE, DTLS_HANDSHAKE_CERTIFICATE_VERIFY, 3, 4},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    for (guint number = 0; number < 10; number++) {
      DtlsRecordGate gate;
      DtlsRecord record = make_message (rows[i].type, number);

      dtls_record_gate_init (&gate, rows[i].is_client);
      if (number >= rows[i].first && number <= rows[i].last)
        assert_verdict (&gate, &record, DTLS_VERDICT_PASS);
      else
        assert_drops (&gate, &record, DTLS_DROP_HANDSHAKE);
    }
  }
}

static void
test_wrong_role_and_unknown_messages (void)
{
  for (guint type = 0; type < 256; type++) {
    DtlsRecordGate client, server;
    guint passed = 0;

    dtls_record_gate_init (&client, TRUE);
    dtls_record_gate_init (&server, FALSE);
    for (guint number = 0; number < 8; number++) {
      DtlsRecord record = make_message (type, number);
      DtlsDropCause cause;

      passed |= dtls_record_gate_judge (&client, &record, &cause)
          == DTLS_VERDICT_PASS ? 1 : 0;
      passed |= dtls_record_gate_judge (&server, &record, &cause)
          == DTLS_VERDICT_PASS ? 2 : 0;
    }
    if (type == DTLS_HANDSHAKE_CLIENT_HELLO || type
        == DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE
        || type == DTLS_HANDSHAKE_CERTIFICATE_VERIFY)
      g_assert_cmpuint (passed, ==, 2);
    else if (type == DTLS_HANDSHAKE_CERTIFICATE)
      g_assert_cmpuint (passed, ==, 3);
    else if (type == DTLS_HANDSHAKE_SERVER_HELLO
        || type == DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST
        || (type >= DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE
            && type <= DTLS_HANDSHAKE_SERVER_HELLO_DONE)
        || type == DTLS_HANDSHAKE_CERTIFICATE_STATUS)
      g_assert_cmpuint (passed, ==, 1);
    else
      g_assert_cmpuint (passed, ==, 0);
  }
}

static void
test_fragment_bounds (void)
{
  static const struct
  {
    guint32 length, offset, size;
    gboolean good;
  } rows[] = {
    {4, 0, 4, TRUE}, {0, 0, 0, TRUE},
    {4, 2, 4, FALSE}, {4, 0, 5, FALSE}, {4, 0, 0, FALSE},
    {DTLS_HANDSHAKE_MESSAGE_MAX, 0, 4, TRUE},
    {DTLS_HANDSHAKE_MESSAGE_MAX + 1, 0, 4, FALSE},
    {0xFFFFFF, 0xFFFFFF - 4, 4, FALSE},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint8 message[DTLS_HANDSHAKE_HEADER_SIZE + 4] = { 0 };
    DtlsRecordGate gate;
    DtlsRecord record;

    dtls_fragment_write_header (message, DTLS_HANDSHAKE_CLIENT_HELLO,
        rows[i].length, 0, rows[i].offset, rows[i].size);
    record = make_record (DTLS_CONTENT_HANDSHAKE, 0, message,
        DTLS_HANDSHAKE_HEADER_SIZE + MIN (rows[i].size, 4));
    dtls_record_gate_init (&gate, FALSE);
    if (rows[i].good)
      assert_verdict (&gate, &record, DTLS_VERDICT_PASS);
    else
      assert_drops (&gate, &record, DTLS_DROP_HANDSHAKE);
  }
}

static void
test_trailing_bytes (void)
{
  guint8 message[DTLS_HANDSHAKE_HEADER_SIZE + 5] = { 0 };
  DtlsRecordGate gate;
  DtlsRecord record;

  dtls_fragment_write_header (message, DTLS_HANDSHAKE_CLIENT_HELLO, 4, 0, 0, 4);
  record = make_record (DTLS_CONTENT_HANDSHAKE, 0, message, sizeof message);
  dtls_record_gate_init (&gate, FALSE);
  assert_drops (&gate, &record, DTLS_DROP_HANDSHAKE);
}

static void
test_repeats (void)
{
  DtlsRecordGate gate;
  DtlsRecord record = make_message (DTLS_HANDSHAKE_CLIENT_HELLO, 0);

  dtls_record_gate_init (&gate, FALSE);
  assert_verdict (&gate, &record, DTLS_VERDICT_PASS);
  dtls_record_gate_flight_answered (&gate, 0);
  assert_verdict (&gate, &record, DTLS_VERDICT_REPEAT);
  record = make_message (DTLS_HANDSHAKE_CERTIFICATE, 1);
  assert_verdict (&gate, &record, DTLS_VERDICT_PASS);
}

static void
test_established (void)
{
  static const guint8 alert[2] = { 2, 40 };
  DtlsRecordGate gate;
  DtlsRecord record;

  for (guint is_client = 0; is_client < 2; is_client++) {
    dtls_record_gate_init (&gate, is_client);
    dtls_record_gate_flight_answered (&gate, 5);
    dtls_record_gate_establish (&gate);

    record = make_record (DTLS_CONTENT_ALERT, 0, alert, 2);
    assert_drops (&gate, &record, DTLS_DROP_ALERT);
    record = make_record (DTLS_CONTENT_CHANGE_CIPHER_SPEC, 0, alert, 1);
    assert_drops (&gate, &record, DTLS_DROP_HANDSHAKE);
    record = make_record (DTLS_CONTENT_APPLICATION_DATA, 0, alert, 2);
    assert_drops (&gate, &record, DTLS_DROP_CONTENT_TYPE);
    record = make_record (DTLS_CONTENT_APPLICATION_DATA, 1, alert, 2);
    assert_verdict (&gate, &record, DTLS_VERDICT_PASS);
    record = make_message (DTLS_HANDSHAKE_CERTIFICATE, 1);
    if (is_client)
      assert_drops (&gate, &record, DTLS_DROP_SEQUENCE);
    else
      assert_verdict (&gate, &record, DTLS_VERDICT_REPEAT);
  }
  record = make_message (DTLS_HANDSHAKE_CLIENT_HELLO, 0);
  assert_drops (&gate, &record, DTLS_DROP_HANDSHAKE);
}

static void
test_order_of_messages (void)
{
  static const guint8 to_client[] = { DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST,
    DTLS_HANDSHAKE_SERVER_HELLO, DTLS_HANDSHAKE_CERTIFICATE,
    DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE, DTLS_HANDSHAKE_CERTIFICATE_REQUEST,
    DTLS_HANDSHAKE_SERVER_HELLO_DONE
  };
  static const guint8 to_server[] = { DTLS_HANDSHAKE_CLIENT_HELLO,
    DTLS_HANDSHAKE_CERTIFICATE, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE,
    DTLS_HANDSHAKE_CERTIFICATE_VERIFY
  };
  DtlsRecordGate gate;
  gint previous = -1;

  dtls_record_gate_init (&gate, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (to_client); i++) {
    g_assert_true (dtls_record_gate_may_follow (&gate, previous, to_client[i]));
    previous = to_client[i];
    g_assert_false (dtls_record_gate_may_follow (&gate, previous, previous));
  }
  dtls_record_gate_init (&gate, FALSE);
  previous = -1;
  for (guint i = 0; i < G_N_ELEMENTS (to_server); i++) {
    g_assert_true (dtls_record_gate_may_follow (&gate, previous, to_server[i]));
    previous = to_server[i];
    g_assert_false (dtls_record_gate_may_follow (&gate, previous, previous));
  }
  g_assert_false (dtls_record_gate_may_follow (&gate, -1,
          DTLS_HANDSHAKE_CERTIFICATE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/record-gate/" name, func)
  TEST ("version-and-epoch", test_version_and_epoch);
  TEST ("content-types", test_content_types);
  TEST ("messages-have-places", test_messages_have_places);
  TEST ("wrong-role-and-unknown-messages",
      test_wrong_role_and_unknown_messages);
  TEST ("fragment-bounds", test_fragment_bounds);
  TEST ("trailing-bytes", test_trailing_bytes);
  TEST ("repeats", test_repeats);
  TEST ("established", test_established);
  TEST ("order-of-messages", test_order_of_messages);
#undef TEST
  return g_test_run ();
}
