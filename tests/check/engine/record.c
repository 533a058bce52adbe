/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Headers: what is read back, and every way in which one can be cut or lie.
 */
#include "config.h"

#include "engine/record.h"

#include <string.h>

static gsize
make_record (guint8 * out, guint8 type, guint16 epoch, guint64 sequence,
    const guint8 * payload, gsize size)
{
  dtls_record_write_header (out, type, epoch, sequence, size);
  memcpy (out + DTLS_RECORD_HEADER_SIZE, payload, size);
  return DTLS_RECORD_HEADER_SIZE + size;
}

static void
test_round_trip (void)
{
  guint8 bytes[64];
  DtlsRecord record;
  gsize size = make_record (bytes, DTLS_CONTENT_HANDSHAKE, 1,
      G_GUINT64_CONSTANT (0x0102030405FF), (const guint8 *) "abcd", 4);

  g_assert_true (dtls_record_parse (bytes, sizeof bytes, &record));
  g_assert_cmpuint (record.type, ==, DTLS_CONTENT_HANDSHAKE);
  g_assert_cmpuint (record.version, ==, DTLS_VERSION_1_2);
  g_assert_cmpuint (record.epoch, ==, 1);
  g_assert_cmpuint (record.sequence, ==, G_GUINT64_CONSTANT (0x0102030405FF));
  g_assert_cmpuint (record.size, ==, size);
  g_assert_cmpmem (record.payload, record.payload_size, "abcd", 4);

  dtls_record_set_sequence (bytes, 7);
  g_assert_true (dtls_record_parse (bytes, size, &record));
  g_assert_cmpuint (record.sequence, ==, 7);
}

static void
test_cut_records (void)
{
  guint8 bytes[64];
  DtlsRecord record;
  gsize size = make_record (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0,
      (const guint8 *) "abcd", 4);

  for (gsize i = 0; i < size; i++)
    g_assert_false (dtls_record_parse (bytes, i, &record));
  g_assert_true (dtls_record_parse (bytes, size, &record));
}

static void
test_sizes_out_of_bounds (void)
{
  g_autofree guint8 *bytes = g_malloc0 (70000);
  DtlsRecord record;

  dtls_record_write_header (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0, 0);
  g_assert_false (dtls_record_parse (bytes, 70000, &record));
  dtls_record_write_header (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0,
      DTLS_RECORD_PAYLOAD_MAX);
  g_assert_true (dtls_record_parse (bytes, 70000, &record));
  dtls_record_write_header (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0,
      DTLS_RECORD_PAYLOAD_MAX + 1);
  g_assert_false (dtls_record_parse (bytes, 70000, &record));
}

static void
test_fragments (void)
{
  static const struct
  {
    guint32 length, offset, size;
    gboolean good;
  } rows[] = {
    {4, 0, 4, TRUE}, {10, 6, 4, TRUE}, {0, 0, 0, TRUE}, {4, 4, 0, TRUE},
    {4, 1, 4, FALSE}, {3, 0, 4, FALSE}, {4, 5, 0, FALSE}, {9, 0, 5, FALSE},
    {0xFFFFFF, 0xFFFFFF, 4, FALSE},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint8 bytes[DTLS_HANDSHAKE_HEADER_SIZE + 4] = { 0 };
    DtlsFragment fragment;

    dtls_fragment_write_header (bytes, 11, rows[i].length, 3, rows[i].offset,
        rows[i].size);
    g_assert_true (dtls_fragment_parse (bytes, sizeof bytes,
            &fragment) == rows[i].good);
    g_assert_cmpuint (fragment.sequence, ==, 3);
    g_assert_cmpuint (fragment.type, ==, 11);
    g_assert_false (dtls_fragment_parse (bytes, DTLS_HANDSHAKE_HEADER_SIZE - 1,
            &fragment));
  }
}

static void
test_client_hello (void)
{
  guint8 message[DTLS_HANDSHAKE_HEADER_SIZE + 34];
  guint8 bytes[DTLS_RECORD_HEADER_SIZE + sizeof message];
  DtlsRecord record;
  const guint8 *random;
  gsize size;

  for (guint i = 0; i < sizeof message; i++)
    message[i] = i;
  dtls_fragment_write_header (message, DTLS_HANDSHAKE_CLIENT_HELLO, 100, 0, 0,
      34);
  size = make_record (bytes, DTLS_CONTENT_HANDSHAKE, 0, 0, message,
      sizeof message);
  g_assert_true (dtls_record_parse (bytes, size, &record));
  g_assert_true (dtls_record_is_client_hello (&record, &random));
  g_assert_cmpuint (random[0], ==, DTLS_HANDSHAKE_HEADER_SIZE + 2);

  record.epoch = 1;
  g_assert_false (dtls_record_is_client_hello (&record, &random));
  record.epoch = 0;
  record.type = DTLS_CONTENT_ALERT;
  g_assert_false (dtls_record_is_client_hello (&record, &random));
  record.type = DTLS_CONTENT_HANDSHAKE;
  bytes[DTLS_RECORD_HEADER_SIZE] = DTLS_HANDSHAKE_SERVER_HELLO;
  g_assert_false (dtls_record_is_client_hello (&record, &random));
  /* The second fragment, and one too short for a random. */
  dtls_fragment_write_header (bytes + DTLS_RECORD_HEADER_SIZE,
      DTLS_HANDSHAKE_CLIENT_HELLO, 100, 0, 34, 34);
  g_assert_false (dtls_record_is_client_hello (&record, &random));
  dtls_fragment_write_header (bytes + DTLS_RECORD_HEADER_SIZE,
      DTLS_HANDSHAKE_CLIENT_HELLO, 100, 0, 0, 33);
  g_assert_false (dtls_record_is_client_hello (&record, &random));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/round-trip", test_round_trip);
  g_test_add_func ("/record/cut-records", test_cut_records);
  g_test_add_func ("/record/sizes-out-of-bounds", test_sizes_out_of_bounds);
  g_test_add_func ("/record/fragments", test_fragments);
  g_test_add_func ("/record/client-hello", test_client_hello);
  return g_test_run ();
}
