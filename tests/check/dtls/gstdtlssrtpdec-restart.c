/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlssrtpdec when a peer starts anew, or somebody else takes its place: what
 * becomes of the media on their way.
 */
#include "config.h"

#include "pair.h"

static guint64
dec_count (Peer * peer, const gchar * inner, const gchar * name)
{
  GstStructure *stats = NULL;
  const GstStructure *received;
  guint64 count;

  g_object_get (peer->dec, "stats", &stats, NULL);
  received = gst_value_get_structure (gst_structure_get_value (stats,
          "received"));
  count = media_count (g_str_equal (inner, "received") ? received : stats,
      g_str_equal (inner, "received") ? "dropped" : inner, name);
  gst_structure_free (stats);
  return count;
}

static void
on_key_set (GstElement * enc, gint * n)
{
  g_atomic_int_inc (n);
}

/* Each end's own count of the keys it has set. */
static void
count_keys (Pair * self, gint counts[2])
{
  counts[0] = counts[1] = 0;
  g_signal_connect (self->a.enc, "on-key-set", G_CALLBACK (on_key_set),
      &counts[0]);
  g_signal_connect (self->b.enc, "on-key-set", G_CALLBACK (on_key_set),
      &counts[1]);
}

static gboolean
both_have_set (gint counts[2], gint n)
{
  return g_atomic_int_get (&counts[0]) == n
      && g_atomic_int_get (&counts[1]) == n;
}

/* Returns: how many packets came, all of them in the clear. */
static guint
take_media (Peer * peer)
{
  GstBuffer *buffer;
  guint n = 0;

  while ((buffer = gst_harness_try_pull (peer->net)) != NULL) {
    g_assert_true (media_is_clear (buffer));
    gst_buffer_unref (buffer);
    n++;
  }
  return n;
}

/* What is sent under the new keys and overtakes the end of the handshake
 * cannot be read, and is counted; all else arrives. */
static void
test_media_go_on_over_a_restart (void)
{
  Pair pair;
  gint counts[2];
  guint n_sent = 0, n_taken = 0;
  guint64 n_lost;

  pair_open (&pair);
  count_keys (&pair, counts);
  g_assert_true (element_restart (pair.a.dec, NULL));
  pair_until (&pair, (gst_harness_push (pair.a.rtp, media_rtp (++n_sent, 1)),
          gst_harness_push (pair.b.rtp, media_rtp (n_sent, 1)),
          both_have_set (counts, 1)));
  pair_carry (&pair);
  n_taken = take_media (&pair.a) + take_media (&pair.b);
  n_lost = dec_count (&pair.a, "received", "unauthentic")
      + dec_count (&pair.b, "received", "unauthentic");
  g_assert_cmpuint (n_taken, >, 0);
  g_assert_cmpuint (n_taken + n_lost, ==, 2 * n_sent);
  g_assert_true (pair_is_in_state (&pair, DTLS_STATE_CONNECTED));
  pair_assert_flow (&pair, &pair.a, &pair.b, n_sent + 1);
  pair_assert_flow (&pair, &pair.b, &pair.a, n_sent + 1);
  pair_stop (&pair);
}

static void
test_packet_that_was_late_at_a_restart_is_taken (void)
{
  Pair pair;
  gint counts[2];
  GstBuffer *late;

  pair_open (&pair);
  count_keys (&pair, counts);
  gst_harness_push (pair.a.rtp, media_rtp (1, 1));
  late = peer_pull (&pair.a);
  g_assert_true (element_restart (pair.a.dec, NULL));
  pair_until (&pair, both_have_set (counts, 1));
  gst_harness_push (pair.b.net, late);
  g_assert_cmpuint (take_media (&pair.b), ==, 1);
  pair_assert_flow (&pair, &pair.a, &pair.b, 2);
  pair_stop (&pair);
}

static void
test_wrong_fingerprint_of_a_restart_leaves_media_alone (void)
{
  Pair pair;
  gint counts[2];
  g_autofree gchar *set = NULL;

  pair_open (&pair);
  count_keys (&pair, counts);
  g_assert_true (element_restart (pair.a.dec, WRONG_FINGERPRINT));
  pair_until (&pair, dec_count (&pair.b, "dropped", "alert") > 0);
  g_assert_true (both_have_set (counts, 0));
  set = element_string (pair.a.dec, "peer-fingerprint");
  g_assert_cmpstr (set, ==, WRONG_FINGERPRINT);
  g_assert_true (pair_is_in_state (&pair, DTLS_STATE_CONNECTED));
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_assert_flow (&pair, &pair.b, &pair.a, 1);
  pair_stop (&pair);
}

static void
test_bad_text_of_a_restart_leaves_media_alone (void)
{
  Pair pair;

  pair_open (&pair);
  g_assert_false (element_restart (pair.a.dec, "sha-256 what"));
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_assert_flow (&pair, &pair.b, &pair.a, 1);
  pair_stop (&pair);
}

/* @peer is gone without a word, and somebody else has its address. */
static void
replace_peer (Peer * peer, const gchar * id, gboolean is_client,
    const gchar * pem)
{
  peer_stop (peer);
  peer_make (peer, id, is_client);
  if (pem != NULL)
    g_object_set (peer->dec, "pem", pem, NULL);
}

static void
test_client_that_starts_anew_is_taken_up (void)
{
  Pair pair;
  gint counts[2];

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  count_keys (&pair, counts);
  replace_peer (&pair.a, "a", TRUE, NULL);
  peer_start (&pair.a);
  pair_connect (&pair);
  pair_until (&pair, g_atomic_int_get (&counts[1]) == 1);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_assert_flow (&pair, &pair.b, &pair.a, 1);
  pair_stop (&pair);
}

/* A server cannot begin, so the application tells the client. */
static void
test_new_server_is_taken_up_on_restart (void)
{
  Pair pair;
  gint counts[2];
  g_autofree gchar *fingerprint = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 1, NULL);
  DtlsSecret *pem = dtls_certificate_export_pem (certificate);

  pair_make (&pair);
  fingerprint = element_string (pair.b.dec, "fingerprint");
  g_object_set (pair.a.dec, "peer-fingerprint", fingerprint, NULL);
  pair_start (&pair);
  pair_connect (&pair);
  count_keys (&pair, counts);
  replace_peer (&pair.b, "b", FALSE, (gchar *) dtls_secret_bytes (pem));
  g_clear_pointer (&fingerprint, g_free);
  fingerprint = element_string (pair.b.dec, "fingerprint");
  peer_start (&pair.b);
  g_assert_true (element_restart (pair.a.dec, fingerprint));
  pair_connect (&pair);
  pair_until (&pair, g_atomic_int_get (&counts[0]) == 1);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_assert_flow (&pair, &pair.b, &pair.a, 1);
  dtls_secret_unref (pem);
  pair_stop (&pair);
}

int
main (int argc, char **argv)
{
  pair_test_init (&argc, &argv);
#define ADD(name) g_test_add_func ("/dtlssrtpdec-restart/" #name, test_##name)
  ADD (media_go_on_over_a_restart);
  ADD (packet_that_was_late_at_a_restart_is_taken);
  ADD (wrong_fingerprint_of_a_restart_leaves_media_alone);
  ADD (bad_text_of_a_restart_leaves_media_alone);
  ADD (client_that_starts_anew_is_taken_up);
  ADD (new_server_is_taken_up_on_restart);
#undef ADD
  return g_test_run ();
}
