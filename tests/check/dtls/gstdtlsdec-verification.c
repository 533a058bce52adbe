/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlsdec and who the peer is: fingerprints, and a new association beside the
 * live one.
 */
#include "config.h"

#include <string.h>
#include <gst/gst.h>

#include "element-values.h"
#include "enums.h"
#include "peer.h"

/* Verification */

static gboolean
is_verified (Peer * peer)
{
  GstStructure *stats;
  gboolean verified = FALSE;

  g_object_get (peer->dec, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_boolean (stats, "verified", &verified));
  gst_structure_free (stats);
  return verified;
}

static void
test_right_fingerprint_is_accepted (void)
{
  Peer *pair[2];

  peer_new_unconnected_pair (pair);
  for (guint i = 0; i < 2; i++) {
    gchar *fingerprint = element_string (pair[!i]->dec, "fingerprint");

    g_object_set (pair[i]->dec, "peer-fingerprint", fingerprint, "verify",
        DTLS_VERIFY_REQUIRED, NULL);
    g_free (fingerprint);
  }
  peer_start_pair (pair);
  for (guint i = 0; i < 2; i++) {
    peer_wait_for_state (pair[i], DTLS_STATE_CONNECTED);
    g_assert_true (is_verified (pair[i]));
  }
  peer_free_pair (pair);
}

static GstStructure *
wait_for_failure_message (Peer * peer)
{
  for (;;) {
    GstMessage *message = gst_bus_timed_pop_filtered (peer->bus,
        PATIENCE_US * 1000, GST_MESSAGE_ELEMENT);
    const GstStructure *structure;
    GstStructure *copy = NULL;

    g_assert_nonnull (message);
    structure = gst_message_get_structure (message);
    g_assert_true (gst_structure_has_name (structure, "dtls-state"));
    if (gst_structure_has_field (structure, "error"))
      copy = gst_structure_copy (structure);
    gst_message_unref (message);
    if (copy)
      return copy;
  }
}

static void
test_wrong_fingerprint_opens_neither_direction (void)
{
  for (guint i = 0; i < 2; i++) {
    Peer *pair[2];
    GstStructure *failure;

    peer_new_unconnected_pair (pair);
    g_object_set (pair[i]->dec, "peer-fingerprint", WRONG_FINGERPRINT, "verify",
        DTLS_VERIFY_AUTO, NULL);
    peer_start_pair (pair);
    peer_wait_for_state (pair[i], DTLS_STATE_FAILED);
    peer_wait_for_state (pair[!i], DTLS_STATE_FAILED);
    failure = wait_for_failure_message (pair[i]);
    g_assert_cmpstr (gst_structure_get_string (failure, "error"), ==,
        "fingerprint-mismatch");
    g_assert_cmpstr (gst_structure_get_string (failure, "connection-id"), ==,
        i == 0 ? "client" : "server");
    g_assert_nonnull (gst_structure_get_string (failure, "error-message"));
    gst_structure_free (failure);
    g_assert_cmpint (peer_find_entry (pair[i], "enc key"), <, 0);
    g_assert_cmpint (peer_find_entry (pair[i], "dec key"), <, 0);
    /* One bad peer is no error of the pipeline. */
    g_assert_null (peer_pop_message (pair[i], GST_MESSAGE_ERROR));
    g_assert_null (peer_pop_message (pair[!i], GST_MESSAGE_ERROR));
    peer_free_pair (pair);
  }
}

static GstElement *set_late;

void __real_dtls_link_configure (DtlsLink * link, const DtlsConfig * config);
void __wrap_dtls_link_configure (DtlsLink * link, const DtlsConfig * config);

/* As another thread would that comes at the worst moment. */
void
__wrap_dtls_link_configure (DtlsLink * link, const DtlsConfig * config)
{
  GstElement *dec = g_steal_pointer (&set_late);

  if (dec)
    g_object_set (dec, "peer-fingerprint", WRONG_FINGERPRINT, NULL);
  __real_dtls_link_configure (link, config);
}

static void
test_fingerprint_set_during_the_start_counts (void)
{
  Peer *pair[2];

  peer_new_unconnected_pair (pair);
  g_object_set (pair[1]->dec, "verify", DTLS_VERIFY_AUTO, NULL);
  set_late = pair[1]->dec;
  peer_start_pair (pair);
  peer_wait_for_state (pair[1], DTLS_STATE_FAILED);
  g_assert_cmpint (peer_find_entry (pair[1], "dec key"), <, 0);
  peer_free_pair (pair);
}

static void
test_required_holds_until_the_fingerprint_is_set (void)
{
  Peer *pair[2];
  gchar *fingerprint;

  peer_new_unconnected_pair (pair);
  g_object_set (pair[1]->dec, "verify", DTLS_VERIFY_REQUIRED, NULL);
  peer_start_pair (pair);
  peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
  peer_wait_for_entry (pair[1], "dec peer-pem");
  g_assert_cmpint (peer_get_state (pair[1]->dec), ==, DTLS_STATE_CONNECTING);
  g_assert_cmpint (peer_find_entry (pair[1], "enc key"), <, 0);

  fingerprint = element_string (pair[0]->dec, "fingerprint");
  g_object_set (pair[1]->dec, "peer-fingerprint", fingerprint, NULL);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  g_assert_cmpint (peer_find_entry (pair[1], "enc key"), >=, 0);
  g_free (fingerprint);
  peer_free_pair (pair);
}

static void
test_unusable_fingerprint_while_running_lets_nobody_in (void)
{
  Peer *pair[2];
  GstMessage *message;

  peer_new_unconnected_pair (pair);
  g_object_set (pair[1]->dec, "verify", DTLS_VERIFY_AUTO, NULL);
  peer_set_state (pair[1], GST_STATE_PLAYING);
  g_object_set (pair[1]->dec, "peer-fingerprint", "sha-256 oops", NULL);
  message = peer_pop_message (pair[1], GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  gst_message_unref (message);
  peer_set_state (pair[0], GST_STATE_PLAYING);
  peer_wait_for_state (pair[0], DTLS_STATE_FAILED);
  g_assert_cmpint (peer_find_entry (pair[1], "enc key"), <, 0);
  peer_free_pair (pair);
}

/* A new association beside the live one */

static GBytes *
get_key (GstElement * element, const gchar * property)
{
  GstBuffer *buffer;
  gpointer data;
  gsize size;

  g_object_set (element, "export-keys", TRUE, NULL);
  g_object_get (element, property, &buffer, NULL);
  gst_buffer_extract_dup (buffer, 0, -1, &data, &size);
  gst_buffer_unref (buffer);
  return g_bytes_new_take (data, size);
}

static void
assert_keys_fit (Peer * pair[2])
{
  for (guint i = 0; i < 2; i++) {
    GBytes *local = get_key (pair[i]->enc, "encoder-key");
    GBytes *remote = get_key (pair[!i]->dec, "decoder-key");

    g_assert_true (g_bytes_equal (local, remote));
    g_bytes_unref (local);
    g_bytes_unref (remote);
  }
}

/* On a server the handshake begins when the client has been told, too. */
static void
run_restart (gboolean of_server)
{
  Peer *pair[2];
  GBytes *former, *key;

  peer_new_pair (pair);
  former = get_key (pair[0]->enc, "encoder-key");
  if (of_server)
    g_assert_true (element_restart (pair[1]->dec, NULL));
  g_assert_cmpuint (peer_count_entries (pair[1], "dec key"), ==, 1);
  g_assert_true (element_restart (pair[0]->dec, NULL));
  for (guint i = 0; i < 2; i++) {
    peer_wait_for_entries (pair[i], "dec key", 2);
    g_assert_cmpuint (peer_count_entries (pair[i], "enc key"), ==, 2);
    g_assert_cmpuint (peer_count_entries (pair[i], "dec peer-pem"), ==, 2);
    g_assert_cmpuint (peer_count_entries (pair[i], "dec connected"), ==, 1);
    g_assert_cmpint (peer_get_state (pair[i]->enc), ==, DTLS_STATE_CONNECTED);
  }
  key = get_key (pair[0]->enc, "encoder-key");
  g_assert_false (g_bytes_equal (former, key));
  assert_keys_fit (pair);
  g_bytes_unref (former);
  g_bytes_unref (key);
  peer_free_pair (pair);
}

static void
test_restart_changes_the_keys (void)
{
  run_restart (FALSE);
  run_restart (TRUE);
}

static guint64
count_alerts (Peer * peer)
{
  GstStructure *stats;
  const GValue *dropped;
  guint64 n = 0;

  g_object_get (peer->dec, "stats", &stats, NULL);
  dropped = gst_structure_get_value (stats, "dropped");
  gst_structure_get_uint64 (gst_value_get_structure (dropped), "alert", &n);
  gst_structure_free (stats);
  return n;
}

static void
wait_for_alert (Peer * peer)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  while (count_alerts (peer) == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_usleep (1000);
  }
}

static void
set_fingerprints (Peer * pair[2])
{
  for (guint i = 0; i < 2; i++) {
    gchar *fingerprint = element_string (pair[!i]->dec, "fingerprint");

    g_object_set (pair[i]->dec, "peer-fingerprint", fingerprint, "verify",
        DTLS_VERIFY_AUTO, NULL);
    g_free (fingerprint);
  }
}

/* The client or the server is told wrongly. */
static void
run_wrong_restart (guint told)
{
  Peer *pair[2];

  peer_new_unconnected_pair (pair);
  set_fingerprints (pair);
  peer_start_pair (pair);
  for (guint i = 0; i < 2; i++)
    peer_wait_for_state (pair[i], DTLS_STATE_CONNECTED);
  g_assert_true (element_restart (pair[told]->dec, WRONG_FINGERPRINT));
  if (told == 1)
    g_assert_true (element_restart (pair[0]->dec, NULL));
  wait_for_alert (pair[!told]);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (peer_count_entries (pair[i], "dec key"), ==, 1);
    g_assert_cmpint (peer_get_state (pair[i]->dec), ==, DTLS_STATE_CONNECTED);
  }
  assert_keys_fit (pair);
  peer_free_pair (pair);
}

static void
test_restart_with_a_wrong_fingerprint_leaves_the_live_one (void)
{
  run_wrong_restart (0);
  run_wrong_restart (1);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();

#define ADD(name) g_test_add_func ("/dtlsdec-verification/" #name, test_##name)
  ADD (right_fingerprint_is_accepted);
  ADD (wrong_fingerprint_opens_neither_direction);
  ADD (fingerprint_set_during_the_start_counts);
  ADD (required_holds_until_the_fingerprint_is_set);
  ADD (unusable_fingerprint_while_running_lets_nobody_in);
  ADD (restart_changes_the_keys);
  ADD (restart_with_a_wrong_fingerprint_leaves_the_live_one);
#undef ADD
  return g_test_run ();
}
