/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All 256 first bytes against the picture of RFC 7983 section 7, and all
 * second bytes against RFC 5761 section 4.
 */
#include "config.h"

#include "engine/demux.h"

static DtlsProtocol
get_expected (guint first)
{
  static const struct
  {
    guint from;
    guint to;
    DtlsProtocol protocol;
  } ranges[] = {
    {0, 3, DTLS_PROTOCOL_STUN},
    {16, 19, DTLS_PROTOCOL_ZRTP},
    {20, 63, DTLS_PROTOCOL_DTLS},
    {64, 79, DTLS_PROTOCOL_TURN_CHANNEL},
    {128, 191, DTLS_PROTOCOL_RTP},
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++) {
    if (first >= ranges[i].from && first <= ranges[i].to)
      return ranges[i].protocol;
  }
  return DTLS_PROTOCOL_UNKNOWN;
}

static void
test_first_byte (void)
{
  for (guint first = 0; first < 256; first++) {
    const guint8 data[] = { first, 96 };

    g_assert_cmpint (dtls_demux (data, 2), ==, get_expected (first));
    g_assert_cmpint (dtls_demux (data, 1), ==, get_expected (first));
  }
}

static void
test_second_byte (void)
{
  for (guint second = 0; second < 256; second++) {
    const guint8 media[] = { 0x80, second };
    const guint8 handshake[] = { 22, second };

    g_assert_cmpint (dtls_demux (media, 2), ==, second >= 192 && second <= 223
        ? DTLS_PROTOCOL_RTCP : DTLS_PROTOCOL_RTP);
    g_assert_cmpint (dtls_demux (handshake, 2), ==, DTLS_PROTOCOL_DTLS);
  }
}

static void
test_empty (void)
{
  g_assert_cmpint (dtls_demux (NULL, 0), ==, DTLS_PROTOCOL_UNKNOWN);
}

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int i = 0; i < DTLS_N_PROTOCOLS; i++)
    g_assert_true (g_hash_table_add (seen, (gpointer) dtls_protocol_name (i)));
  g_assert_cmpstr (dtls_protocol_name (DTLS_PROTOCOL_TURN_CHANNEL), ==,
      "turn-channel");
  g_assert_cmpstr (dtls_protocol_name (DTLS_N_PROTOCOLS), ==, "unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demux/first-byte", test_first_byte);
  g_test_add_func ("/demux/second-byte", test_second_byte);
  g_test_add_func ("/demux/empty", test_empty);
  g_test_add_func ("/demux/names", test_names);
  return g_test_run ();
}
