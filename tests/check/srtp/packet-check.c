/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Headers that end where they say, and headers that do not. Each packet lies
 * in memory of exactly its size, for a memory checker to see what is read.
 */
#include "config.h"

#include "srtp/packet-check.h"

#include <string.h>

static gboolean
is_packet (gboolean (*check) (const guint8 *, gsize), guint8 first_byte,
    guint extension_words, gsize size)
{
  g_autofree guint8 *packet = g_malloc0 (size);
  gsize extension = 12 + 4 * (first_byte & 0x0f);

  if (size > 0)
    packet[0] = first_byte;
  if (size >= extension + 4) {
    packet[extension + 2] = extension_words >> 8;
    packet[extension + 3] = extension_words & 0xff;
  }
  return check (packet, size);
}

static void
test_rtp_sizes (void)
{
  for (gsize size = 0; size < 100; size++)
    g_assert_true (is_packet (dtls_packet_is_rtp, 0x80, 0, size) ==
        (size >= 12));
  g_assert_true (is_packet (dtls_packet_is_rtp, 0x80, 0, 65535));
  g_assert_false (is_packet (dtls_packet_is_rtp, 0x80, 0, 65536));
}

static void
test_rtp_csrcs (void)
{
  for (guint csrcs = 0; csrcs < 16; csrcs++)
    for (gsize size = 12; size < 100; size++)
      g_assert_true (is_packet (dtls_packet_is_rtp, 0x80 | csrcs, 0, size) ==
          (size >= 12 + 4 * csrcs));
}

static void
test_rtp_extension (void)
{
  for (guint csrcs = 0; csrcs < 16; csrcs++)
    for (guint words = 0; words < 20; words++)
      for (gsize size = 12; size < 180; size++)
        g_assert_true (is_packet (dtls_packet_is_rtp, 0x90 | csrcs, words,
                size) == (size >= 16 + 4 * csrcs + 4 * words));
  g_assert_false (is_packet (dtls_packet_is_rtp, 0x90, 65535, 65535));
}

static void
test_rtcp_sizes (void)
{
  for (gsize size = 0; size < 100; size++)
    g_assert_true (is_packet (dtls_packet_is_rtcp, 0x80, 0, size) ==
        (size >= 8 && size % 4 == 0));
  g_assert_true (is_packet (dtls_packet_is_rtcp, 0x80, 0, 65532));
  g_assert_false (is_packet (dtls_packet_is_rtcp, 0x80, 0, 65536));
}

static void
test_version (void)
{
  for (guint version = 0; version < 4; version++) {
    g_assert_true (is_packet (dtls_packet_is_rtp, version << 6, 0, 20) ==
        (version == 2));
    g_assert_true (is_packet (dtls_packet_is_rtcp, version << 6, 0, 20) ==
        (version == 2));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/packet-check/rtp-sizes", test_rtp_sizes);
  g_test_add_func ("/srtp/packet-check/rtp-csrcs", test_rtp_csrcs);
  g_test_add_func ("/srtp/packet-check/rtp-extension", test_rtp_extension);
  g_test_add_func ("/srtp/packet-check/rtcp-sizes", test_rtcp_sizes);
  g_test_add_func ("/srtp/packet-check/version", test_version);
  return g_test_run ();
}
