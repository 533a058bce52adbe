/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The limits of a master key, at their edges.
 */
#include "config.h"

#include "srtp/key-usage.h"

static void
check_limit (DtlsSrtpKind kind, guint64 limit)
{
  DtlsKeyUsage usage = { {0,}, };

  g_assert_false (dtls_key_usage_is_nearly_exhausted (&usage));
  usage.packets[kind] = limit - DTLS_KEY_PACKETS_RESERVE - 1;
  g_assert_false (dtls_key_usage_is_nearly_exhausted (&usage));
  usage.packets[kind]++;
  g_assert_true (dtls_key_usage_is_nearly_exhausted (&usage));
  g_assert_false (dtls_key_usage_is_exhausted (&usage));
  usage.packets[kind] = limit - 1;
  g_assert_false (dtls_key_usage_is_exhausted (&usage));
  usage.packets[kind]++;
  g_assert_true (dtls_key_usage_is_exhausted (&usage));
}

static void
test_rtp (void)
{
  check_limit (DTLS_SRTP_RTP, G_GUINT64_CONSTANT (281474976710656));
}

static void
test_rtcp (void)
{
  check_limit (DTLS_SRTP_RTCP, G_GUINT64_CONSTANT (2147483648));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/key-usage/rtp", test_rtp);
  g_test_add_func ("/srtp/key-usage/rtcp", test_rtcp);
  return g_test_run ();
}
