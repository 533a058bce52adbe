/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statistics as applications read them.
 */
#include "config.h"

#include "link-stats.h"

static void
test_before_the_handshake (void)
{
  DtlsStats stats = {.handshake_duration_us = -1 };
  GstStructure *structure = dtls_link_stats_to_structure ("id", DTLS_STATE_NEW,
      DTLS_ROLE_SERVER, &stats);

  g_assert_cmpstr (gst_structure_get_string (structure, "dtls-state"), ==,
      "new");
  g_assert_cmpstr (gst_structure_get_string (structure, "dtls-role"), ==,
      "server");
  g_assert_false (gst_structure_has_field (structure, "tls-version"));
  g_assert_false (gst_structure_has_field (structure, "srtp-cipher"));
  g_assert_false (gst_structure_has_field (structure, "handshake-duration"));
  gst_structure_free (structure);
}

static void
test_what_was_negotiated (void)
{
  DtlsStats stats = {
    .version = 0xfefd,.cipher = "C",.group = "G",.verified = TRUE,
    .profile = dtls_profile_from_id (DTLS_PROFILE_AEAD_AES_128_GCM),
    .handshake_duration_us = 2,.bytes_sent = 9
  };
  GstStructure *structure, *dropped;
  guint64 n;

  stats.dropped[DTLS_DROP_EMPTY] = 5;
  structure = dtls_link_stats_to_structure ("id", DTLS_STATE_CONNECTED,
      DTLS_ROLE_CLIENT, &stats);
  g_assert_cmpstr (gst_structure_get_string (structure, "tls-version"), ==,
      "FEFD");
  g_assert_cmpstr (gst_structure_get_string (structure, "srtp-cipher"), ==,
      "AEAD_AES_128_GCM");
  g_assert_true (gst_structure_get (structure, "handshake-duration",
          G_TYPE_UINT64, &n, "dropped", GST_TYPE_STRUCTURE, &dropped, NULL));
  g_assert_cmpuint (n, ==, 2000);
  g_assert_true (gst_structure_get_uint64 (dropped, "empty", &n));
  g_assert_cmpuint (n, ==, 5);
  gst_structure_free (dropped);
  gst_structure_free (structure);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link-stats/before-the-handshake",
      test_before_the_handshake);
  g_test_add_func ("/link-stats/what-was-negotiated", test_what_was_negotiated);
  return g_test_run ();
}
