/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlsdec as applications of the OpenSSL-based plugin know it, without that
 * one's defects, and what is new in it: verification, restarts, bad values, and
 * the pads `certificate` and `keys`.
 */
#include "config.h"

#include <string.h>
#include <gst/check/gstharness.h>

#include "engine/certificate.h"
#include "enums.h"
#include "link-context.h"
#include "peer.h"

#define ZERO_FINGERPRINT \
    "sha-256 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:" \
    "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"

static gchar *
get_string (GstElement * element, const gchar * property)
{
  gchar *value = NULL;

  g_object_get (element, property, &value, NULL);
  return value;
}

static void
new_unconnected_pair (Peer * pair[2])
{
  pair[0] = peer_new ("client", TRUE);
  pair[1] = peer_new ("server", FALSE);
  peer_connect (pair[0], pair[1]);
}

static void
start_pair (Peer * pair[2])
{
  peer_set_state (pair[1], GST_STATE_PLAYING);
  peer_set_state (pair[0], GST_STATE_PLAYING);
}

/* State changes and bad values */

static void
assert_ready_fails (Peer * peer, const gchar * part_of_message)
{
  GError *error = NULL;
  GstMessage *message;

  g_assert_cmpint (gst_element_set_state (peer->dec, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  message = peer_pop_message (peer, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, part_of_message));
  g_error_free (error);
  gst_message_unref (message);
}

static void
test_null_to_ready_fails_without_connection_id (void)
{
  Peer *peer = peer_new (NULL, FALSE);

  assert_ready_fails (peer, "connection-id");
  g_object_set (peer->dec, "connection-id", "a", NULL);
  g_assert_cmpint (gst_element_set_state (peer->dec, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (peer->dec, GST_STATE_NULL);
  peer_free (peer);
}

static void
test_live_duplicate_id_is_refused (void)
{
  Peer *first = peer_new ("same", FALSE), *second = peer_new ("same", FALSE);

  peer_set_state (first, GST_STATE_READY);
  assert_ready_fails (second, "same");
  peer_set_state (first, GST_STATE_NULL);
  peer_set_state (second, GST_STATE_READY);
  peer_free (first);
  peer_free (second);
}

static void
test_bad_value_fails_the_state_change (void)
{
  static const struct
  {
    const gchar *property;
    const gchar *bad;
    const gchar *message;
    const gchar *good;
  } cases[] = {
    {"pem", "no certificate", "PEM", NULL},
    {"peer-fingerprint", "sha-256 AB:CD", "AB:CD", NULL},
    {"peer-fingerprint", "md5 00:11", "md5", ZERO_FINGERPRINT},
    {"srtp-profiles", "AES_9000", "AES_9000", "none"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Peer *peer = peer_new ("p", FALSE);

    g_object_set (peer->dec, cases[i].property, cases[i].bad, NULL);
    assert_ready_fails (peer, cases[i].message);
    g_object_set (peer->dec, cases[i].property, cases[i].good, NULL);
    peer_set_state (peer, GST_STATE_PAUSED);
    peer_free (peer);
  }
}

static void
test_bad_priority_fails_the_state_change (void)
{
  Peer *peer = peer_new ("p", FALSE);
  GError *error = NULL;
  GstMessage *message;

  g_object_set (peer->dec, "priority", "NONSENSE", NULL);
  gst_element_set_state (peer->dec, GST_STATE_PAUSED);
  g_assert_cmpint (gst_element_set_state (peer->enc, GST_STATE_PAUSED), ==,
      GST_STATE_CHANGE_FAILURE);
  message = peer_pop_message (peer, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_nonnull (strstr (error->message, "NONSENSE"));
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (peer->enc, GST_STATE_NULL);
  gst_element_set_state (peer->dec, GST_STATE_NULL);
  g_object_set (peer->dec, "priority", NULL, NULL);
  peer_set_state (peer, GST_STATE_PAUSED);
  peer_free (peer);
}

/* Certificates */

static guint
count (const gchar * text, const gchar * part)
{
  gchar **pieces = g_strsplit (text, part, -1);
  guint n = g_strv_length (pieces) - 1;

  g_strfreev (pieces);
  return n;
}

static void
test_pem_reads_as_one_certificate_without_key (void)
{
  Peer *peer = peer_new ("p", FALSE);
  gchar *first = get_string (peer->dec, "pem"), *second;

  g_assert_cmpuint (count (first, "-----BEGIN"), ==, 1);
  g_assert_cmpuint (count (first, "-----BEGIN CERTIFICATE-----"), ==, 1);
  g_assert_true (g_str_has_prefix (first, "-----BEGIN CERTIFICATE-----"));
  peer_set_state (peer, GST_STATE_PLAYING);
  peer_set_state (peer, GST_STATE_NULL);
  second = get_string (peer->dec, "pem");
  g_assert_cmpstr (first, ==, second);
  g_free (first);
  g_free (second);
  peer_free (peer);
}

static void
test_default_certificate_is_that_of_the_process (void)
{
  Peer *a = peer_new ("a", FALSE), *b = peer_new ("b", FALSE);
  gchar *pem_a = get_string (a->dec, "pem"), *pem_b;

  pem_b = get_string (b->dec, "pem");
  g_assert_cmpstr (pem_a, ==, pem_b);
  g_free (pem_a);
  g_free (pem_b);
  peer_free (a);
  peer_free (b);
}

static void
test_certificate_pad_serves_this_element_alone (void)
{
  Peer *a = peer_new ("a", FALSE), *b = peer_new ("b", FALSE);
  GstElement *gen = gst_element_factory_make ("dtlscertgen", NULL);
  gchar *made, *fingerprint_a, *fingerprint_b;

  gst_object_ref_sink (gen);
  g_assert_true (gst_element_link_pads (gen, "src", a->dec, "certificate"));
  made = get_string (gen, "fingerprint");
  fingerprint_a = get_string (a->dec, "fingerprint");
  fingerprint_b = get_string (b->dec, "fingerprint");
  g_assert_cmpstr (fingerprint_a, ==, made);
  g_assert_cmpstr (fingerprint_b, !=, made);
  g_free (made);
  g_free (fingerprint_a);
  g_free (fingerprint_b);
  gst_element_set_state (gen, GST_STATE_NULL);
  gst_element_unlink_pads (gen, "src", a->dec, "certificate");
  gst_object_unref (gen);
  peer_free (a);
  peer_free (b);
}

static void
test_certificate_of_the_pipeline (void)
{
  GstElement *pipeline = gst_parse_launch
      ("dtlscertgen name=gen dtlsdec name=a connection-id=a "
      "dtlsdec name=b connection-id=b", NULL);
  const gchar *names[] = { "gen", "a", "b" };
  gchar *fingerprints[3];

  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PAUSED), !=,
      GST_STATE_CHANGE_FAILURE);
  for (guint i = 0; i < 3; i++) {
    GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), names[i]);

    fingerprints[i] = get_string (element, "fingerprint");
    gst_object_unref (element);
  }
  g_assert_cmpstr (fingerprints[0], ==, fingerprints[1]);
  g_assert_cmpstr (fingerprints[0], ==, fingerprints[2]);
  for (guint i = 0; i < 3; i++)
    g_free (fingerprints[i]);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
test_peer_pem_is_the_peers_pem (void)
{
  Peer *pair[2];
  gchar *pem, *peer_pem;

  peer_new_pair (pair);
  pem = get_string (pair[0]->dec, "pem");
  peer_pem = get_string (pair[1]->dec, "peer-pem");
  g_assert_cmpstr (pem, ==, peer_pem);
  g_free (pem);
  g_free (peer_pem);
  peer_free_pair (pair);
}

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

  new_unconnected_pair (pair);
  for (guint i = 0; i < 2; i++) {
    gchar *fingerprint = get_string (pair[!i]->dec, "fingerprint");

    g_object_set (pair[i]->dec, "peer-fingerprint", fingerprint, "verify",
        DTLS_VERIFY_REQUIRED, NULL);
    g_free (fingerprint);
  }
  start_pair (pair);
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
        PEER_TIMEOUT_US * 1000, GST_MESSAGE_ELEMENT);
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

    new_unconnected_pair (pair);
    g_object_set (pair[i]->dec, "peer-fingerprint", ZERO_FINGERPRINT, "verify",
        DTLS_VERIFY_AUTO, NULL);
    start_pair (pair);
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

static void
test_required_holds_until_the_fingerprint_is_set (void)
{
  Peer *pair[2];
  gchar *fingerprint;

  new_unconnected_pair (pair);
  g_object_set (pair[1]->dec, "verify", DTLS_VERIFY_REQUIRED, NULL);
  start_pair (pair);
  peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
  peer_wait_for_entry (pair[1], "dec peer-pem");
  g_assert_cmpint (peer_get_state (pair[1]->dec), ==, DTLS_STATE_CONNECTING);
  g_assert_cmpint (peer_find_entry (pair[1], "enc key"), <, 0);

  fingerprint = get_string (pair[0]->dec, "fingerprint");
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

  new_unconnected_pair (pair);
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

static gboolean
restart (Peer * peer, const gchar * fingerprint)
{
  gboolean done;

  g_signal_emit_by_name (peer->dec, "restart", fingerprint, &done);
  return done;
}

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
    g_assert_true (restart (pair[1], NULL));
  g_assert_cmpuint (peer_count_entries (pair[1], "dec key"), ==, 1);
  g_assert_true (restart (pair[0], NULL));
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
  gint64 end_us = g_get_monotonic_time () + PEER_TIMEOUT_US;

  while (count_alerts (peer) == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_usleep (1000);
  }
}

static void
set_fingerprints (Peer * pair[2])
{
  for (guint i = 0; i < 2; i++) {
    gchar *fingerprint = get_string (pair[!i]->dec, "fingerprint");

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

  new_unconnected_pair (pair);
  set_fingerprints (pair);
  start_pair (pair);
  for (guint i = 0; i < 2; i++)
    peer_wait_for_state (pair[i], DTLS_STATE_CONNECTED);
  g_assert_true (restart (pair[told], ZERO_FINGERPRINT));
  if (told == 1)
    g_assert_true (restart (pair[0], NULL));
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

/* Data and datagrams */

static void
send_text (const gchar * text)
{
  DtlsLink *link = dtls_link_obtain ("client");

  g_assert_true (dtls_link_send_data (link, (const guint8 *) text,
          strlen (text), NULL));
  g_signal_emit_by_name (link, "datagrams-ready");
  g_object_unref (link);
}

static void
assert_text (GstHarness * harness, const gchar * text)
{
  GstBuffer *buffer = gst_harness_pull (harness);

  g_assert_nonnull (buffer);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, text, strlen (text)), ==, 0);
  gst_buffer_unref (buffer);
}

static void
count_data (DtlsLink * link, GBytes * bytes, gint * n)
{
  g_atomic_int_inc (n);
}

/* The decoder's own handler comes first. */
static void
test_data_without_src_pad_are_dropped (void)
{
  Peer *pair[2];
  DtlsLink *link;
  GstHarness *sink;
  gint n = 0;

  peer_new_pair (pair);
  link = dtls_link_obtain ("server");
  g_signal_connect_after (link, "data", G_CALLBACK (count_data), &n);
  send_text ("lost");
  while (g_atomic_int_get (&n) == 0)
    g_usleep (1000);
  g_signal_handlers_disconnect_by_func (link, count_data, &n);
  g_object_unref (link);
  g_assert_cmpint (peer_get_state (pair[1]->dec), ==, DTLS_STATE_CONNECTED);
  sink = gst_harness_new_with_element (pair[1]->dec, NULL, "src");
  send_text ("kept");
  assert_text (sink, "kept");
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
test_late_src_pad_gets_stream_start_and_segment (void)
{
  Peer *pair[2];
  GstHarness *sink;
  GstEventType expected[] = { GST_EVENT_STREAM_START, GST_EVENT_SEGMENT };

  peer_new_pair (pair);
  sink = gst_harness_new_with_element (pair[1]->dec, NULL, "src");
  send_text ("x");
  assert_text (sink, "x");
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    GstEvent *event = gst_harness_pull_event (sink);

    g_assert_cmpint (GST_EVENT_TYPE (event), ==, expected[i]);
    gst_event_unref (event);
  }
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
wait_for_eos (GstHarness * harness)
{
  GstEvent *event;
  gboolean eos = FALSE;

  while (!eos) {
    event = gst_harness_pull_event (harness);
    g_assert_nonnull (event);
    eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
}

static void
begin_stream (Peer * peer)
{
  GstPad *sink = gst_element_get_static_pad (peer->dec, "sink");
  GstCaps *caps = gst_pad_get_pad_template_caps (sink);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_send_event (sink, gst_event_new_stream_start ("test"));
  gst_pad_send_event (sink, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  gst_pad_send_event (sink, gst_event_new_segment (&segment));
  gst_object_unref (sink);
}

static GstFlowReturn
push_datagram (Peer * peer, const guint8 * data, gsize size)
{
  GstPad *sink = gst_element_get_static_pad (peer->dec, "sink");
  GstBuffer *buffer = size ? gst_buffer_new_memdup (data, size) :
      gst_buffer_new ();
  GstFlowReturn flow = gst_pad_chain (sink, buffer);

  gst_object_unref (sink);
  return flow;
}

static void
test_peer_close_is_eos_both_ways (void)
{
  static const guint8 junk[] = { 23, 0xfe, 0xfd };
  Peer *pair[2];
  GstHarness *sink;

  peer_new_pair (pair);
  sink = gst_harness_new_with_element (pair[1]->dec, NULL, "src");
  g_assert_cmpint (push_datagram (pair[1], junk, sizeof (junk)), ==,
      GST_FLOW_OK);
  peer_set_state (pair[0], GST_STATE_READY);
  peer_wait_for_state (pair[1], DTLS_STATE_CLOSED);
  wait_for_eos (sink);
  g_assert_cmpint (push_datagram (pair[1], junk, sizeof (junk)), ==,
      GST_FLOW_EOS);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
test_late_src_pad_gets_the_eos (void)
{
  Peer *pair[2];
  GstHarness *sink;

  peer_new_pair (pair);
  peer_set_state (pair[0], GST_STATE_READY);
  peer_wait_for_state (pair[1], DTLS_STATE_CLOSED);
  sink = gst_harness_new_with_element (pair[1]->dec, NULL, "src");
  wait_for_eos (sink);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
test_own_stop_is_no_eos_for_upstream (void)
{
  static const guint8 junk[] = { 23, 0xfe, 0xfd };
  Peer *pair[2];

  peer_new_pair (pair);
  gst_element_unlink (pair[1]->enc, pair[0]->dec);
  gst_element_set_state (pair[0]->enc, GST_STATE_READY);
  g_assert_cmpint (push_datagram (pair[0], junk, sizeof (junk)), ==,
      GST_FLOW_OK);
  peer_free_pair (pair);
}

static void
test_junk_is_counted_and_dropped (void)
{
  static const guint8 junk[] = { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 255 };
  Peer *pair[2];
  GstStructure *stats, *dropped;
  guint64 n = 0;

  new_unconnected_pair (pair);
  peer_set_state (pair[1], GST_STATE_PLAYING);
  begin_stream (pair[1]);
  for (guint i = 0; i < sizeof (junk); i++)
    g_assert_cmpint (push_datagram (pair[1], junk, i), ==, GST_FLOW_OK);
  peer_set_state (pair[0], GST_STATE_PLAYING);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  for (guint i = 0; i < sizeof (junk); i++)
    g_assert_cmpint (push_datagram (pair[1], junk, i), ==, GST_FLOW_OK);
  g_object_get (pair[1]->dec, "stats", &stats, NULL);
  gst_structure_get (stats, "dropped", GST_TYPE_STRUCTURE, &dropped, NULL);
  g_assert_true (gst_structure_get_uint64 (dropped, "malformed", &n));
  g_assert_cmpuint (n, >=, sizeof (junk) - 1);
  g_assert_true (gst_structure_get_uint64 (dropped, "empty", &n));
  g_assert_cmpuint (n, ==, 2);
  g_assert_null (peer_pop_message (pair[1], GST_MESSAGE_ERROR));
  gst_structure_free (dropped);
  gst_structure_free (stats);
  peer_free_pair (pair);
}

/* The buffers of dtlsenc are read-only; two of them make one here. */
static GstPadProbeReturn
make_lists (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBufferList *list = gst_buffer_list_new ();
  GstPad *peer = gst_pad_get_peer (pad);

  gst_buffer_list_add (list, gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));
  gst_buffer_list_add (list, gst_buffer_new ());
  gst_pad_chain_list (peer, list);
  gst_object_unref (peer);
  return GST_PAD_PROBE_DROP;
}

static void
test_buffer_lists_and_read_only_buffers_come_in (void)
{
  Peer *pair[2];

  new_unconnected_pair (pair);
  for (guint i = 0; i < 2; i++) {
    GstPad *src = gst_element_get_static_pad (pair[i]->enc, "src");

    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, make_lists, NULL, NULL);
    gst_object_unref (src);
  }
  start_pair (pair);
  peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  peer_free_pair (pair);
}

static void
test_flush_keeps_the_association (void)
{
  Peer *pair[2];
  GstHarness *sink;
  GstPad *pad;

  peer_new_pair (pair);
  sink = gst_harness_new_with_element (pair[1]->dec, NULL, "src");
  pad = gst_element_get_static_pad (pair[1]->dec, "sink");
  send_text ("before");
  assert_text (sink, "before");
  gst_pad_send_event (pad, gst_event_new_flush_start ());
  gst_pad_send_event (pad, gst_event_new_flush_stop (TRUE));
  begin_stream (pair[1]);
  send_text ("after");
  assert_text (sink, "after");
  g_assert_cmpint (peer_get_state (pair[1]->dec), ==, DTLS_STATE_CONNECTED);
  gst_object_unref (pad);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

/* Request pads */

static void
test_request_pads_are_released (void)
{
  static const gchar *names[] = { "src", "certificate", "keys" };
  Peer *peer = peer_new ("p", FALSE);

  for (guint round = 0; round < 2; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
      GstPad *pad = gst_element_request_pad_simple (peer->dec, names[i]);

      g_assert_nonnull (pad);
      gst_element_release_request_pad (peer->dec, pad);
      gst_object_unref (pad);
    }
    g_assert_cmpuint (peer->dec->numpads, ==, 1);
    peer_set_state (peer, GST_STATE_PLAYING);
  }
  peer_free (peer);
}

static void
test_keys_pad_answers_with_the_link (void)
{
  Peer *peer = peer_new ("p", FALSE);
  GstPad *pad = gst_element_request_pad_simple (peer->dec, "keys");
  GstQuery *query = gst_query_new_context (DTLS_LINK_CONTEXT_TYPE);
  GstQuery *other = gst_query_new_context ("gst.other");
  DtlsLink *link, *expected = dtls_link_obtain ("p");
  GstContext *context;
  gchar *text;

  g_assert_true (gst_pad_query (pad, query));
  gst_query_parse_context (query, &context);
  link = dtls_link_from_context (context);
  g_assert_true (link == expected);
  text = gst_structure_to_string (gst_context_get_structure (context));
  g_assert_null (strstr (text, "key"));
  g_assert_false (gst_pad_query (pad, other));

  g_free (text);
  g_object_unref (link);
  g_object_unref (expected);
  gst_query_unref (query);
  gst_query_unref (other);
  gst_object_unref (pad);
  peer_free (peer);
}

/* A handshake has a limit, the wait for one has none. */
static void
test_server_waits_longer_than_a_handshake_may_take (void)
{
  Peer *server = peer_new ("server", FALSE), *client = peer_new ("client",
      TRUE);

  g_object_set (server->dec, "handshake-timeout", 20, NULL);
  g_object_set (client->dec, "handshake-timeout", 40, NULL);
  peer_set_state (server, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  peer_wait_for_state (client, DTLS_STATE_FAILED);
  g_assert_cmpint (peer_get_state (server->dec), ==, DTLS_STATE_NEW);
  g_assert_cmpint (peer_get_state (server->enc), ==, DTLS_STATE_NEW);
  peer_free (client);
  peer_free (server);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();

#define ADD(name) g_test_add_func ("/dtlsdec/" #name, test_##name)
  ADD (null_to_ready_fails_without_connection_id);
  ADD (live_duplicate_id_is_refused);
  ADD (bad_value_fails_the_state_change);
  ADD (bad_priority_fails_the_state_change);
  ADD (pem_reads_as_one_certificate_without_key);
  ADD (default_certificate_is_that_of_the_process);
  ADD (certificate_pad_serves_this_element_alone);
  ADD (certificate_of_the_pipeline);
  ADD (peer_pem_is_the_peers_pem);
  ADD (right_fingerprint_is_accepted);
  ADD (wrong_fingerprint_opens_neither_direction);
  ADD (required_holds_until_the_fingerprint_is_set);
  ADD (unusable_fingerprint_while_running_lets_nobody_in);
  ADD (restart_changes_the_keys);
  ADD (restart_with_a_wrong_fingerprint_leaves_the_live_one);
  ADD (server_waits_longer_than_a_handshake_may_take);
  ADD (data_without_src_pad_are_dropped);
  ADD (late_src_pad_gets_stream_start_and_segment);
  ADD (peer_close_is_eos_both_ways);
  ADD (late_src_pad_gets_the_eos);
  ADD (own_stop_is_no_eos_for_upstream);
  ADD (junk_is_counted_and_dropped);
  ADD (buffer_lists_and_read_only_buffers_come_in);
  ADD (flush_keeps_the_association);
  ADD (request_pads_are_released);
  ADD (keys_pad_answers_with_the_link);
  return g_test_run ();
}
