/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlsdec and what comes in: datagrams of all kinds, data that leave by a pad
 * that may be missing, and silence.
 */
#include "config.h"

#include <string.h>
#include <gst/check/gstharness.h>

#include "peer.h"

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
test_peer_close_is_eos_both_ways (void)
{
  static const guint8 junk[] = { 23, 0xfe, 0xfd };
  Peer *pair[2];
  GstHarness *sink;

  peer_new_pair (pair);
  sink = gst_harness_new_with_element (pair[1]->dec, NULL, "src");
  g_assert_cmpint (peer_push_datagram (pair[1], junk, sizeof (junk)), ==,
      GST_FLOW_OK);
  peer_set_state (pair[0], GST_STATE_READY);
  peer_wait_for_state (pair[1], DTLS_STATE_CLOSED);
  wait_for_eos (sink);
  g_assert_cmpint (peer_push_datagram (pair[1], junk, sizeof (junk)), ==,
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
  g_assert_cmpint (peer_push_datagram (pair[0], junk, sizeof (junk)), ==,
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

  peer_new_unconnected_pair (pair);
  peer_set_state (pair[1], GST_STATE_PLAYING);
  peer_begin_stream (pair[1]);
  for (guint i = 0; i < sizeof (junk); i++)
    g_assert_cmpint (peer_push_datagram (pair[1], junk, i), ==, GST_FLOW_OK);
  peer_set_state (pair[0], GST_STATE_PLAYING);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  for (guint i = 0; i < sizeof (junk); i++)
    g_assert_cmpint (peer_push_datagram (pair[1], junk, i), ==, GST_FLOW_OK);
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
  GstPad *peer = gst_pad_get_peer (pad);
  GstBufferList *list;

  if (!peer)                    /* the pair is on its way out */
    return GST_PAD_PROBE_DROP;
  list = gst_buffer_list_new ();
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

  peer_new_unconnected_pair (pair);
  for (guint i = 0; i < 2; i++) {
    GstPad *src = gst_element_get_static_pad (pair[i]->enc, "src");

    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, make_lists, NULL, NULL);
    gst_object_unref (src);
  }
  peer_start_pair (pair);
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
  peer_begin_stream (pair[1]);
  send_text ("after");
  assert_text (sink, "after");
  g_assert_cmpint (peer_get_state (pair[1]->dec), ==, DTLS_STATE_CONNECTED);
  gst_object_unref (pad);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
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

static void
test_zero_byte_buffer_is_no_flow_error (void)
{
  Peer *server = peer_new ("server", FALSE);

  peer_set_state (server, GST_STATE_PLAYING);
  peer_begin_stream (server);
  g_assert_cmpint (peer_push_datagram (server, NULL, 0), ==, GST_FLOW_OK);
  g_assert_null (peer_pop_message (server, GST_MESSAGE_ERROR));
  peer_free (server);
}

/* A fatal alert in the clear (RFC 5246 section 7.2), and a ClientHello whose
 * session id is longer than it is (RFC 6347 section 4.3.2). */
static const guint8 forged_alert[] = {
  21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40
};

static const guint8 bad_client_hello[] = {
  22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 48,
  1, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 36, 0xfe, 0xfd,
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 255, 0
};

static void
connect_after (const guint8 * datagram, gsize size)
{
  Peer *pair[2];

  peer_new_unconnected_pair (pair);
  peer_set_state (pair[1], GST_STATE_PLAYING);
  peer_begin_stream (pair[1]);
  g_assert_cmpint (peer_push_datagram (pair[1], datagram, size), ==,
      GST_FLOW_OK);
  peer_set_state (pair[0], GST_STATE_PLAYING);
  peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  g_assert_null (peer_pop_message (pair[1], GST_MESSAGE_ERROR));
  peer_free_pair (pair);
}

static void
test_forged_alert_does_not_kill_a_fresh_server (void)
{
  connect_after (forged_alert, sizeof (forged_alert));
}

static void
test_bad_client_hello_does_not_kill_a_fresh_server (void)
{
  connect_after (bad_client_hello, sizeof (bad_client_hello));
}

static void
assert_one_warning (Peer * peer)
{
  GstMessage *message;
  guint n_errors = 0, n_warnings = 0;

  while ((message = peer_pop_message (peer,
              GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))) {
    n_errors += GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
    n_warnings += GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING;
    gst_message_unref (message);
  }
  g_assert_cmpuint (n_errors, ==, 0);
  g_assert_cmpuint (n_warnings, ==, 1);
}

/* What comes after a failure is dropped in silence. */
static void
test_failure_is_reported_once (void)
{
  Peer *pair[2];

  peer_new_unconnected_pair (pair);
  g_object_set (pair[1]->dec, "peer-fingerprint",
      "sha-256 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:"
      "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00", "verify",
      DTLS_VERIFY_REQUIRED, NULL);
  peer_start_pair (pair);
  peer_wait_for_state (pair[1], DTLS_STATE_FAILED);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (peer_push_datagram (pair[1], forged_alert,
            sizeof (forged_alert)), ==, GST_FLOW_OK);
  assert_one_warning (pair[1]);
  peer_free_pair (pair);
}

/* The other end wants keys for SRTP, and is told that there are none. */
static void
test_peer_without_use_srtp_fails (void)
{
  for (guint i = 0; i < 2; i++) {
    Peer *pair[2];

    peer_new_unconnected_pair (pair);
    g_object_set (pair[i]->dec, "srtp-profiles", "none", NULL);
    peer_start_pair (pair);
    peer_wait_for_state (pair[!i], DTLS_STATE_FAILED);
    assert_one_warning (pair[!i]);
    peer_free_pair (pair);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();

#define ADD(name) g_test_add_func ("/dtlsdec-input/" #name, test_##name)
  ADD (server_waits_longer_than_a_handshake_may_take);
  ADD (data_without_src_pad_are_dropped);
  ADD (late_src_pad_gets_stream_start_and_segment);
  ADD (peer_close_is_eos_both_ways);
  ADD (late_src_pad_gets_the_eos);
  ADD (own_stop_is_no_eos_for_upstream);
  ADD (junk_is_counted_and_dropped);
  ADD (buffer_lists_and_read_only_buffers_come_in);
  ADD (flush_keeps_the_association);
  ADD (zero_byte_buffer_is_no_flow_error);
  ADD (forged_alert_does_not_kill_a_fresh_server);
  ADD (bad_client_hello_does_not_kill_a_fresh_server);
  ADD (failure_is_reported_once);
  ADD (peer_without_use_srtp_fails);
#undef ADD
  return g_test_run ();
}
