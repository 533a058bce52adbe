/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The properties that decoders share: what they read back, and how they meet
 * bad values. What they do to a handshake is in gstdtlsdec.c.
 */
#include "config.h"

#include "element-values.h"
#include "peer.h"

#define FINGERPRINT \
    "sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:" \
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

static void
assert_string (GstElement * dec, const gchar * property, const gchar * expected)
{
  g_autofree gchar *value = element_string (dec, property);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_defaults (void)
{
  Peer *peer = peer_new (NULL, FALSE);
  guint mtu, timeout, cap, total;

  g_object_get (peer->dec, "mtu", &mtu, "retransmit-timeout", &timeout,
      "retransmit-cap", &cap, "handshake-timeout", &total, NULL);
  g_assert_cmpuint (mtu, ==, 1200);
  g_assert_cmpuint (timeout, ==, 50);
  g_assert_cmpuint (cap, ==, 200);
  g_assert_cmpuint (total, ==, 30000);
  assert_string (peer->dec, "srtp-profiles", DTLS_PROFILES_DEFAULT);
  assert_string (peer->dec, "peer-fingerprint", NULL);
  assert_string (peer->dec, "peer-pem", NULL);
  peer_free (peer);
}

static void
test_values_read_back (void)
{
  Peer *peer = peer_new ("p", FALSE);
  guint mtu;

  g_object_set (peer->dec, "mtu", 300, "priority", "NORMAL", "srtp-profiles",
      "SRTP_AEAD_AES_256_GCM", NULL);
  g_object_get (peer->dec, "mtu", &mtu, NULL);
  g_assert_cmpuint (mtu, ==, 300);
  assert_string (peer->dec, "priority", "NORMAL");
  assert_string (peer->dec, "srtp-profiles", "AEAD_AES_256_GCM");
  peer_free (peer);
}

static void
test_bad_value_leaves_the_former (void)
{
  Peer *peer = peer_new ("p", FALSE);

  g_object_set (peer->dec, "peer-fingerprint", FINGERPRINT, "srtp-profiles",
      "AEAD_AES_128_GCM", NULL);
  g_object_set (peer->dec, "peer-fingerprint", "sha-256 what", "srtp-profiles",
      "WHAT", NULL);
  assert_string (peer->dec, "peer-fingerprint", FINGERPRINT);
  assert_string (peer->dec, "srtp-profiles", "AEAD_AES_128_GCM");
  g_object_set (peer->dec, "peer-fingerprint", NULL, NULL);
  assert_string (peer->dec, "peer-fingerprint", NULL);
  peer_free (peer);
}

static void
assert_refused (Peer * peer, const gchar * fingerprint, const gchar * reason)
{
  GstMessage *message;
  GError *error;

  g_assert_false (element_restart (peer->dec, fingerprint));
  message = peer_pop_message (peer, GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  gst_message_parse_warning (message, &error, NULL);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, reason));
  g_error_free (error);
  gst_message_unref (message);
}

static void
test_restart_needs_an_association (void)
{
  Peer *peer = peer_new ("p", FALSE);

  assert_refused (peer, FINGERPRINT, "no association");
  peer_set_state (peer, GST_STATE_READY);
  assert_refused (peer, FINGERPRINT, "no association");
  assert_string (peer->dec, "peer-fingerprint", NULL);
  peer_set_state (peer, GST_STATE_PLAYING);
  g_assert_true (element_restart (peer->dec, FINGERPRINT));
  assert_string (peer->dec, "peer-fingerprint", FINGERPRINT);
  peer_free (peer);
}

static void
test_restart_refuses_what_is_no_fingerprint (void)
{
  Peer *pair[2];

  peer_new_pair (pair);
  g_assert_true (element_restart (pair[1]->dec, FINGERPRINT));
  assert_refused (pair[1], "sha-256 what", "what");
  assert_refused (pair[1], "md5 00:11", "md5");
  g_assert_false (element_restart (pair[1]->dec, ""));
  assert_string (pair[1]->dec, "peer-fingerprint", FINGERPRINT);
  g_assert_cmpint (peer_get_state (pair[1]->dec), ==, DTLS_STATE_CONNECTED);
  /* A bad argument is no bad property. */
  peer_set_state (pair[1], GST_STATE_NULL);
  peer_set_state (pair[1], GST_STATE_READY);
  peer_free_pair (pair);
}

static void
test_restart_without_a_value_keeps_the_former (void)
{
  Peer *pair[2];

  peer_new_pair (pair);
  g_assert_true (element_restart (pair[1]->dec, FINGERPRINT));
  g_assert_true (element_restart (pair[1]->dec, NULL));
  assert_string (pair[1]->dec, "peer-fingerprint", FINGERPRINT);
  peer_free_pair (pair);
}

static void
on_notify (GstElement * element, GParamSpec * pspec, guint * n)
{
  (*n)++;
}

static void
test_restart_notifies_and_mends_a_bad_value (void)
{
  Peer *peer = peer_new ("p", FALSE);
  guint n = 0;

  peer_set_state (peer, GST_STATE_PLAYING);
  g_object_set (peer->dec, "peer-fingerprint", "sha-256 what", NULL);
  g_signal_connect (peer->dec, "notify::peer-fingerprint",
      G_CALLBACK (on_notify), &n);
  g_assert_true (element_restart (peer->dec, FINGERPRINT));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (element_restart (peer->dec, NULL));
  g_assert_cmpuint (n, ==, 1);
  peer_set_state (peer, GST_STATE_NULL);
  peer_set_state (peer, GST_STATE_READY);
  peer_free (peer);
}

static void
test_stats_are_there_from_ready_on (void)
{
  Peer *peer = peer_new ("p", FALSE);
  GstStructure *stats;

  peer_set_state (peer, GST_STATE_READY);
  g_object_get (peer->dec, "stats", &stats, NULL);
  g_assert_cmpstr (gst_structure_get_string (stats, "connection-id"), ==, "p");
  gst_structure_free (stats);
  peer_free (peer);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();
  g_test_add_func ("/receiver-settings/defaults", test_defaults);
  g_test_add_func ("/receiver-settings/values-read-back",
      test_values_read_back);
  g_test_add_func ("/receiver-settings/bad-value-leaves-the-former",
      test_bad_value_leaves_the_former);
#define ADD(name) g_test_add_func ("/receiver-settings/" #name, test_##name)
  ADD (restart_needs_an_association);
  ADD (restart_refuses_what_is_no_fingerprint);
  ADD (restart_without_a_value_keeps_the_former);
  ADD (restart_notifies_and_mends_a_bad_value);
  g_test_add_func ("/receiver-settings/stats-are-there-from-ready-on",
      test_stats_are_there_from_ready_on);
  return g_test_run ();
}
