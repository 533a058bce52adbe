/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlsenc as applications of the OpenSSL-based plugin know it, and without
 * that one's defects. Handshakes are with a real peer, linked in memory.
 */
#include "config.h"

#include <string.h>
#include <gst/check/gstharness.h>

#include "enums.h"
#include "link-table.h"
#include "peer.h"
#include "tap.h"

/* State changes */

static void
test_null_to_ready_fails_without_connection_id (void)
{
  Peer *peer = peer_new (NULL, FALSE);
  GstMessage *message;
  GError *error = NULL;

  g_assert_cmpint (gst_element_set_state (peer->enc, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  message = peer_pop_message (peer, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_nonnull (strstr (error->message, "connection-id"));
  g_error_free (error);
  gst_message_unref (message);

  g_object_set (peer->enc, "connection-id", "a", NULL);
  g_object_set (peer->dec, "connection-id", "a", NULL);
  g_assert_cmpint (gst_element_set_state (peer->enc, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (peer_get_state (peer->enc), ==, DTLS_STATE_NEW);
  peer_free (peer);
}

static void
test_live_duplicate_id_is_refused (void)
{
  Peer *first = peer_new ("same", FALSE), *second = peer_new ("same", FALSE);
  GstMessage *message;

  peer_set_state (first, GST_STATE_READY);
  g_assert_cmpint (gst_element_set_state (second->enc, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  message = peer_pop_message (second, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_unref (message);

  peer_set_state (first, GST_STATE_NULL);
  peer_set_state (second, GST_STATE_READY);
  peer_free (first);
  g_assert_cmpint (peer_get_state (second->enc), ==, DTLS_STATE_NEW);
  peer_free (second);
}

static void
test_closed_while_there_is_no_connection (void)
{
  Peer *peer = peer_new ("p", FALSE);

  g_assert_cmpint (peer_get_state (peer->enc), ==, DTLS_STATE_CLOSED);
  peer_set_state (peer, GST_STATE_READY);
  g_assert_cmpint (peer_get_state (peer->enc), ==, DTLS_STATE_NEW);
  peer_set_state (peer, GST_STATE_PAUSED);
  peer_set_state (peer, GST_STATE_READY);
  g_assert_cmpint (peer_get_state (peer->enc), ==, DTLS_STATE_CLOSED);
  peer_set_state (peer, GST_STATE_NULL);
  g_assert_cmpint (peer_get_state (peer->enc), ==, DTLS_STATE_CLOSED);
  peer_free (peer);
}

static void
test_handshake_finishes_in_paused (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);

  peer_connect (client, server);
  peer_set_state (server, GST_STATE_PAUSED);
  g_assert_cmpint (peer_get_state (server->enc), ==, DTLS_STATE_NEW);
  peer_set_state (client, GST_STATE_READY);
  g_assert_cmpint (peer_get_state (client->enc), ==, DTLS_STATE_NEW);
  peer_set_state (client, GST_STATE_PAUSED);
  peer_wait_for_state (client, DTLS_STATE_CONNECTED);
  peer_wait_for_state (server, DTLS_STATE_CONNECTED);
  peer_free (client);
  peer_free (server);
}

static void
test_client_hello_before_the_start_is_no_error (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);

  peer_connect (client, server);
  gst_element_set_state (server->dec, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  peer_wait_for_entry (client, "enc connecting");
  gst_element_set_state (server->enc, GST_STATE_PLAYING);
  peer_wait_for_state (client, DTLS_STATE_CONNECTED);
  peer_wait_for_state (server, DTLS_STATE_CONNECTED);
  g_assert_null (peer_pop_message (server, GST_MESSAGE_ERROR));
  peer_free (client);
  peer_free (server);
}

static void
test_stop_sends_close_notify (void)
{
  Peer *pair[2];

  peer_new_pair (pair);
  peer_set_state (pair[0], GST_STATE_READY);
  g_assert_cmpint (peer_get_state (pair[0]->enc), ==, DTLS_STATE_CLOSED);
  peer_wait_for_state (pair[1], DTLS_STATE_CLOSED);
  peer_free_pair (pair);
}

static void
test_restart_makes_a_new_association (void)
{
  static const GstState downs[] = { GST_STATE_READY, GST_STATE_NULL };
  Peer *pair[2];

  peer_new_pair (pair);
  for (guint i = 0; i < G_N_ELEMENTS (downs); i++) {
    peer_set_state (pair[0], downs[i]);
    peer_set_state (pair[1], downs[i]);
    peer_set_state (pair[0], GST_STATE_PLAYING);
    peer_set_state (pair[1], GST_STATE_PLAYING);
    peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
    peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  }
  peer_free_pair (pair);
}

static void
test_encoder_alone_restarts (void)
{
  Peer *pair[2];

  peer_new_pair (pair);
  for (guint i = 0; i < 2; i++)
    gst_element_set_state (pair[i]->enc, GST_STATE_READY);
  for (guint i = 0; i < 2; i++) {
    peer_wait_for_state (pair[i], DTLS_STATE_CLOSED);
    gst_element_set_state (pair[i]->enc, GST_STATE_PLAYING);
  }
  for (guint i = 0; i < 2; i++)
    peer_wait_for_state (pair[i], DTLS_STATE_CONNECTED);
  peer_free_pair (pair);
}

/* What leaves, and how */

static void
test_prologue_comes_before_the_first_buffer (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);
  GstPad *src = gst_element_get_static_pad (client->enc, "src");
  const GstSegment *segment;
  GstEvent *event;
  Tap tap;

  tap_init (&tap, client->enc, "src");
  peer_connect (client, server);
  peer_set_state (server, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  peer_wait_for_state (client, DTLS_STATE_CONNECTED);
  g_assert_true (g_str_has_prefix (tap.log->str,
          "stream-start caps segment buffer "));
  event = gst_pad_get_sticky_event (src, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  g_assert_cmpint (segment->format, ==, GST_FORMAT_BYTES);
  gst_event_unref (event);
  gst_object_unref (src);
  peer_free (client);
  peer_free (server);
  tap_clear (&tap);
}

/* Were the answer pushed by the thread that brought the question, the client
 * could not send another. */
static void
test_datagrams_leave_from_another_thread (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);
  GstPad *src = gst_element_get_static_pad (server->enc, "src");
  gulong probe;
  Tap tap;

  tap_init (&tap, client->enc, "src");
  probe = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM |
      GST_PAD_PROBE_TYPE_BUFFER, NULL, NULL, NULL);
  peer_connect (client, server);
  peer_set_state (server, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  peer_wait_for_entry (server, "dec connecting");
  tap_wait_for (&tap, "buffer buffer");
  g_assert_true (tap.thread != g_thread_self ());
  gst_pad_remove_probe (src, probe);
  peer_wait_for_state (client, DTLS_STATE_CONNECTED);
  gst_object_unref (src);
  peer_free (client);
  peer_free (server);
  tap_clear (&tap);
}

static void
test_flight_waits_for_a_link (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);

  /* Without another try: what is sent later is what was made before. */
  g_object_set (client->dec, "retransmit-timeout", 60000, "retransmit-cap",
      60000, NULL);
  peer_set_state (client, GST_STATE_PLAYING);
  peer_wait_for_entry (client, "enc connecting");
  peer_set_state (server, GST_STATE_PLAYING);
  peer_connect (client, server);
  peer_wait_for_state (client, DTLS_STATE_CONNECTED);
  peer_free (client);
  peer_free (server);
}

static void
test_blocked_pad_delays_no_stop (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);
  GstPad *src = gst_element_get_static_pad (client->enc, "src");

  peer_connect (client, server);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM |
      GST_PAD_PROBE_TYPE_BUFFER, NULL, NULL, NULL);
  peer_set_state (server, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_NULL);
  gst_object_unref (src);
  peer_free (client);
  peer_free (server);
}

/* Keys */

static GstBuffer *
get_buffer (GstElement * element, const gchar * property)
{
  GstBuffer *buffer = NULL;

  g_object_get (element, property, &buffer, NULL);
  return buffer;
}

static void
assert_same_key (GstBuffer * a, GstBuffer * b, gsize size)
{
  GstMapInfo map;

  g_assert_nonnull (a);
  g_assert_nonnull (b);
  g_assert_cmpuint (gst_buffer_get_size (a), ==, size);
  g_assert_true (gst_buffer_map (b, &map, GST_MAP_READ));
  g_assert_cmpuint (map.size, ==, size);
  g_assert_cmpint (gst_buffer_memcmp (a, 0, map.data, map.size), ==, 0);
  gst_buffer_unmap (b, &map);
  gst_buffer_unref (a);
  gst_buffer_unref (b);
}

static void
connect_with (Peer * pair[2], const gchar * profiles, gboolean export_keys)
{
  pair[0] = peer_new ("c", TRUE);
  pair[1] = peer_new ("s", FALSE);
  for (guint i = 0; i < 2; i++) {
    g_object_set (pair[i]->dec, "srtp-profiles", profiles, "export-keys",
        export_keys, NULL);
    g_object_set (pair[i]->enc, "export-keys", export_keys, NULL);
  }
  peer_connect (pair[0], pair[1]);
  peer_set_state (pair[1], GST_STATE_PLAYING);
  peer_set_state (pair[0], GST_STATE_PLAYING);
  for (guint i = 0; i < 2; i++)
    peer_wait_for_state (pair[i], DTLS_STATE_CONNECTED);
}

static void
test_keys_are_not_shown_unless_exported (void)
{
  Peer *pair[2];

  connect_with (pair, DTLS_PROFILES_DEFAULT, FALSE);
  g_assert_cmpint (peer_find_entry (pair[0], "enc key"), >=, 0);
  for (guint i = 0; i < 2; i++) {
    g_assert_null (get_buffer (pair[i]->enc, "encoder-key"));
    g_assert_null (get_buffer (pair[i]->dec, "decoder-key"));
  }
  peer_free_pair (pair);
}

static void
test_exported_keys_fit_those_of_the_peer (void)
{
  static const struct
  {
    const gchar *profile;
    gsize size;
    guint cipher;
    guint auth;
  } cases[] = {
    {"AES128_CM_HMAC_SHA1_80", 30, 1, 2},
    {"AES128_CM_HMAC_SHA1_32", 30, 1, 1},
    {"AEAD_AES_128_GCM", 28, 3, 0},
    {"AEAD_AES_256_GCM", 44, 4, 0},
  };
  Peer *pair[2];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    connect_with (pair, cases[i].profile, TRUE);
    for (guint end = 0; end < 2; end++) {
      guint cipher, auth;

      assert_same_key (get_buffer (pair[end]->enc, "encoder-key"),
          get_buffer (pair[!end]->dec, "decoder-key"), cases[i].size);
      g_object_get (pair[end]->enc, "srtp-cipher", &cipher, "srtp-auth", &auth,
          NULL);
      g_assert_cmpuint (cipher, ==, cases[i].cipher);
      g_assert_cmpuint (auth, ==, cases[i].auth);
    }
    peer_free_pair (pair);
  }
}

static void
test_no_profile_gives_no_key (void)
{
  Peer *pair[2];
  guint version;

  connect_with (pair, "none", TRUE);
  g_assert_cmpint (peer_find_entry (pair[0], "enc key"), <, 0);
  g_assert_null (get_buffer (pair[0]->enc, "encoder-key"));
  g_object_get (pair[0]->enc, "version", &version, NULL);
  g_assert_cmpuint (version, ==, 0xfefd);
  peer_free_pair (pair);
}

static void
test_order_of_events (void)
{
  static const gchar *in_order[] = {
    "dec new", "dec connecting", "dec peer-pem", "enc key", "dec key",
    "dec connected"
  };
  Peer *pair[2];

  peer_new_pair (pair);
  for (guint end = 0; end < 2; end++) {
    gint last = -1;

    for (guint i = 0; i < G_N_ELEMENTS (in_order); i++) {
      gint at = peer_find_entry (pair[end], in_order[i]);

      g_assert_cmpint (at, >, last);
      last = at;
    }
    g_assert_false (pair[end]->key_in_state_change);
  }
  peer_free_pair (pair);
}

/* Pads */

static void
test_request_pad_is_released (void)
{
  Peer *peer = peer_new ("p", FALSE);
  GstPad *pad = gst_element_request_pad_simple (peer->enc, "sink");

  g_assert_nonnull (pad);
  gst_element_release_request_pad (peer->enc, pad);
  gst_object_unref (pad);
  g_assert_cmpuint (peer->enc->numsinkpads, ==, 0);
  pad = gst_element_request_pad_simple (peer->enc, "sink");
  g_assert_nonnull (pad);
  gst_object_unref (pad);
  peer_free (peer);
}

/* What nobody needs any more */

/* The clock still has the deadline of the first flight. */
static void
test_pending_timer_holds_no_connection (void)
{
  Peer *client = peer_new ("c", TRUE);

  peer_set_state (client, GST_STATE_PLAYING);
  peer_wait_for_entry (client, "enc connecting");
  peer_free (client);
  g_assert_cmpuint (dtls_link_table_size (), ==, 0);
}

static void
test_id_can_be_used_again_at_once (void)
{
  for (guint i = 0; i < 20; i++) {
    Peer *pair[2];

    peer_new_pair (pair);
    g_assert_cmpuint (dtls_link_table_size (), ==, 2);
    peer_free_pair (pair);
  }
}

static guint
count_threads (void)
{
  GDir *tasks = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (tasks))
    n++;
  g_dir_close (tasks);
  return n;
}

/* Workers are there for handshakes, and go. */
static void
test_connections_have_no_threads (void)
{
  Peer *pairs[20][2];
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    gchar *ids[] = { g_strdup_printf ("c%u", i), g_strdup_printf ("s%u", i) };

    pairs[i][0] = peer_new (ids[0], TRUE);
    pairs[i][1] = peer_new (ids[1], FALSE);
    peer_connect (pairs[i][0], pairs[i][1]);
    peer_start_pair (pairs[i]);
    g_free (ids[0]);
    g_free (ids[1]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    peer_wait_for_state (pairs[i][0], DTLS_STATE_CONNECTED);
  g_thread_pool_set_max_idle_time (1);
  /* this one, GStreamer's clock, and what a sanitizer or GLib has of its own */
  while (count_threads () > 4) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_thread_pool_stop_unused_threads ();
    g_usleep (1000);
  }
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    peer_free_pair (pairs[i]);
}

/* The handshake on the wire */

typedef struct
{
  gint n;
  gint largest;
} Wire;

static GstPadProbeReturn
measure (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  gint size = gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  Wire *wire = data;

  g_atomic_int_inc (&wire->n);
  if (size > g_atomic_int_get (&wire->largest))
    g_atomic_int_set (&wire->largest, size);
  return GST_PAD_PROBE_OK;
}

/* Two flights each, of one datagram where it fits into the MTU. */
static void
test_handshake_needs_few_datagrams (void)
{
  Wire wire = { 0, 0 };
  Peer *pair[2];

  peer_new_unconnected_pair (pair);
  for (guint i = 0; i < 2; i++) {
    GstPad *src = gst_element_get_static_pad (pair[i]->enc, "src");

    /* so that a slow machine sends nothing twice */
    g_object_set (pair[i]->dec, "retransmit-timeout", 20000,
        "retransmit-cap", 20000, NULL);
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, measure, &wire, NULL);
    gst_object_unref (src);
  }
  peer_start_pair (pair);
  peer_wait_for_state (pair[0], DTLS_STATE_CONNECTED);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  g_assert_cmpint (g_atomic_int_get (&wire.n), <=, 6);
  g_assert_cmpint (g_atomic_int_get (&wire.largest), >, 256);
  g_assert_cmpint (g_atomic_int_get (&wire.largest), <=, 1200);
  peer_free_pair (pair);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();

#define ADD(name) g_test_add_func ("/dtlsenc/" #name, test_##name)
  ADD (null_to_ready_fails_without_connection_id);
  ADD (live_duplicate_id_is_refused);
  ADD (closed_while_there_is_no_connection);
  ADD (handshake_finishes_in_paused);
  ADD (client_hello_before_the_start_is_no_error);
  ADD (stop_sends_close_notify);
  ADD (restart_makes_a_new_association);
  ADD (encoder_alone_restarts);
  ADD (prologue_comes_before_the_first_buffer);
  ADD (datagrams_leave_from_another_thread);
  ADD (flight_waits_for_a_link);
  ADD (blocked_pad_delays_no_stop);
  ADD (keys_are_not_shown_unless_exported);
  ADD (exported_keys_fit_those_of_the_peer);
  ADD (no_profile_gives_no_key);
  ADD (order_of_events);
  ADD (request_pad_is_released);
  ADD (pending_timer_holds_no_connection);
  ADD (id_can_be_used_again_at_once);
  ADD (connections_have_no_threads);
  ADD (handshake_needs_few_datagrams);
#undef ADD
  return g_test_run ();
}
