/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlssrtpdec: what applications of the OpenSSL-based element of that name
 * rely on, and what that one gets wrong.
 */
#include "config.h"

#include "pair.h"

static guint
count_text (const gchar * text, const gchar * part)
{
  g_auto (GStrv) parts = g_strsplit (text, part, -1);

  return g_strv_length (parts) - 1;
}

static void
test_pem_is_one_certificate_and_no_key (void)
{
  GstElement *dec = gst_element_factory_make ("dtlssrtpdec", NULL);
  g_autofree gchar *first = element_string (dec, "pem");
  g_autofree gchar *second = NULL;

  g_assert_cmpuint (count_text (first, "-----BEGIN"), ==, 1);
  g_assert_cmpuint (count_text (first, "BEGIN CERTIFICATE"), ==, 1);
  g_assert_cmpuint (count_text (first, "KEY"), ==, 0);
  g_object_set (dec, "connection-id", "a", NULL);
  gst_element_set_state (dec, GST_STATE_READY);
  gst_element_set_state (dec, GST_STATE_NULL);
  second = element_string (dec, "pem");
  g_assert_cmpstr (first, ==, second);
  gst_object_unref (dec);
}

/* webrtcbin refuses SDP whose media have different fingerprints. */
static void
test_default_certificate_is_the_process_one (void)
{
  GstElement *a = gst_element_factory_make ("dtlssrtpdec", NULL);
  GstElement *b = gst_element_factory_make ("dtlssrtpdec", NULL);
  g_autofree gchar *of_a = element_string (a, "pem");
  g_autofree gchar *of_b = element_string (b, "pem");

  g_assert_cmpstr (of_a, ==, of_b);
  gst_object_unref (a);
  gst_object_unref (b);
}

static void
test_needs_a_connection_id (void)
{
  GstElement *dec = gst_element_factory_make ("dtlssrtpdec", NULL);

  g_assert_cmpint (gst_element_set_state (dec, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  gst_object_unref (dec);
}

static void
test_zero_byte_buffer_is_no_flow_error (void)
{
  Pair pair;

  pair_open (&pair);
  g_assert_cmpint (gst_harness_push (pair.b.net, gst_buffer_new ()), ==,
      GST_FLOW_OK);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_stop (&pair);
}

static void
test_media_without_keys_is_no_error (void)
{
  Pair pair;

  pair_make (&pair);
  pair_start (&pair);
  g_assert_cmpint (gst_harness_push (pair.b.net, media_rtp (1, 1)), ==,
      GST_FLOW_OK);
  pair_connect (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_stop (&pair);
}

/* Carries all but what ends the client's handshake, which is @end then. */
static void
carry_all_but_the_end (Pair * self, GstBuffer ** end)
{
  GstBuffer *buffer;

  peer_carry (&self->a, &self->b);
  while ((buffer = gst_harness_try_pull (self->b.rtp)) != NULL) {
    if (packet_content_type (buffer) == DTLS_CONTENT_CHANGE_CIPHER_SPEC) {
      gst_clear_buffer (end);
      *end = buffer;
    } else {
      gst_harness_push (self->a.net, buffer);
    }
  }
}

static void
test_media_overtakes_the_handshake (void)
{
  Pair pair;
  GstBuffer *end = NULL, *buffer;

  pair_make (&pair);
  pair_start (&pair);
  while (end == NULL || element_state (pair.b.enc) != DTLS_STATE_CONNECTED) {
    carry_all_but_the_end (&pair, &end);
    g_usleep (1000);
  }
  gst_harness_push (pair.b.rtp, media_rtp (1, 1));
  gst_harness_push (pair.b.rtp, media_rtp (2, 1));
  gst_harness_push (pair.a.net, peer_pull (&pair.b));
  gst_harness_push (pair.a.net, peer_pull (&pair.b));
  g_assert_cmpint (element_state (pair.a.enc), ==, DTLS_STATE_CONNECTING);
  gst_harness_push (pair.a.net, end);
  pair_connect (&pair);
  pair_until (&pair, gst_harness_buffers_in_queue (pair.a.net) == 2);
  buffer = gst_harness_pull (pair.a.net);
  g_assert_cmpuint (media_seq (buffer), ==, 1);
  gst_buffer_unref (buffer);
  pair_stop (&pair);
}

static void
test_two_records_in_one_datagram (void)
{
  Pair pair;
  GstBuffer *first, *second;

  pair_open (&pair);
  gst_harness_push (pair.a.data, gst_buffer_new_wrapped (g_strdup ("one"), 3));
  gst_harness_push (pair.a.data, gst_buffer_new_wrapped (g_strdup ("two"), 3));
  first = peer_pull (&pair.a);
  second = peer_pull (&pair.a);
  gst_harness_push (pair.b.net, gst_buffer_append (first, second));
  pair_until (&pair, gst_harness_buffers_in_queue (pair.b.data_out) == 2);
  pair_stop (&pair);
}

static void
test_wrong_fingerprint_opens_no_direction (void)
{
  Pair pair;

  pair_make (&pair);
  g_object_set (pair.b.dec, "peer-fingerprint", WRONG_FINGERPRINT, NULL);
  pair_start (&pair);
  pair_until (&pair, element_state (pair.b.dec) == DTLS_STATE_FAILED);
  gst_harness_push (pair.b.rtp, media_rtp (1, 1));
  gst_harness_push (pair.a.rtp, media_rtp (1, 1));
  pair_carry (&pair);
  g_assert_cmpuint (gst_harness_buffers_received (pair.a.net), ==, 0);
  g_assert_cmpuint (gst_harness_buffers_received (pair.b.net), ==, 0);
  pair_stop (&pair);
}

static void
test_right_fingerprint_is_verified (void)
{
  Pair pair;
  g_autofree gchar *fingerprint = NULL;
  GstStructure *stats;
  gboolean verified = FALSE;

  pair_make (&pair);
  fingerprint = element_string (pair.a.dec, "fingerprint");
  g_object_set (pair.b.dec, "peer-fingerprint", fingerprint, NULL);
  pair_start (&pair);
  pair_connect (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  g_object_get (pair.b.dec, "stats", &stats, NULL);
  gst_structure_get_boolean (stats, "verified", &verified);
  g_assert_true (verified);
  gst_structure_free (stats);
  pair_stop (&pair);
}

/* A peer that turns out to be wrong in the middle gets nothing more. */
static void
test_wrong_fingerprint_set_late_stops_media (void)
{
  Pair pair;

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  g_object_set (pair.b.dec, "peer-fingerprint", WRONG_FINGERPRINT, NULL);
  pair_until (&pair, element_state (pair.b.dec) == DTLS_STATE_FAILED);
  gst_harness_push (pair.a.rtp, media_rtp (2, 1));
  pair_carry (&pair);
  g_assert_cmpuint (gst_harness_buffers_received (pair.b.net), ==, 1);
  pair_stop (&pair);
}

static void
test_keys_are_held_until_the_fingerprint_is_set (void)
{
  Pair pair;
  g_autofree gchar *fingerprint = NULL;

  pair_make (&pair);
  gst_util_set_object_arg (G_OBJECT (pair.b.dec), "verify", "required");
  fingerprint = element_string (pair.a.dec, "fingerprint");
  pair_start (&pair);
  pair_until (&pair, element_state (pair.a.enc) == DTLS_STATE_CONNECTED);
  gst_harness_push (pair.b.rtp, media_rtp (1, 1));
  pair_carry (&pair);
  g_assert_cmpuint (gst_harness_buffers_received (pair.a.net), ==, 0);
  g_object_set (pair.b.dec, "peer-fingerprint", fingerprint, NULL);
  pair_connect (&pair);
  pair_assert_flow (&pair, &pair.b, &pair.a, 2);
  pair_stop (&pair);
}

/* With the OpenSSL-based element this corrupts data, or crashes. */
static void
test_shared_buffers_and_lists_stay_whole (void)
{
  Pair pair;
  GstBufferList *list = gst_buffer_list_new ();
  GstBuffer *held[20], *buffer;
  guint i;

  pair_open (&pair);
  for (i = 0; i < G_N_ELEMENTS (held); i++) {
    gst_harness_push (pair.a.rtp, media_rtp (i, 1));
    held[i] = peer_pull (&pair.a);
    gst_buffer_list_add (list, gst_buffer_ref (held[i]));
  }
  gst_buffer_list_ref (list);
  g_assert_cmpint (gst_pad_push_list (pair.b.net->srcpad, list), ==,
      GST_FLOW_OK);
  for (i = 0; i < G_N_ELEMENTS (held); i++) {
    buffer = gst_harness_pull (pair.b.net);
    g_assert_true (media_is_clear (buffer));
    g_assert_cmpuint (media_seq (buffer), ==, i);
    g_assert_false (media_is_clear (held[i]));
    gst_buffer_unref (buffer);
    gst_buffer_unref (held[i]);
  }
  gst_buffer_list_unref (list);
  pair_stop (&pair);
}

static void
test_list_of_dtls_and_media (void)
{
  Pair pair;
  GstBufferList *list = gst_buffer_list_new ();

  pair_open (&pair);
  gst_harness_push (pair.a.rtp, media_rtp (1, 1));
  gst_harness_push (pair.a.data, gst_buffer_new_wrapped (g_strdup ("one"), 3));
  gst_harness_push (pair.a.rtcp, media_rtcp (1));
  gst_buffer_list_add (list, peer_pull (&pair.a));
  gst_buffer_list_add (list, peer_pull (&pair.a));
  gst_buffer_list_add (list, peer_pull (&pair.a));
  g_assert_cmpint (gst_pad_push_list (pair.b.net->srcpad, list), ==,
      GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_in_queue (pair.b.net), ==, 1);
  g_assert_cmpuint (gst_harness_buffers_in_queue (pair.b.rtcp_out), ==, 1);
  pair_until (&pair, gst_harness_buffers_in_queue (pair.b.data_out) == 1);
  pair_stop (&pair);
}

static void
unlink_harness (GstHarness * harness)
{
  GstPad *peer = gst_pad_get_peer (harness->sinkpad);

  gst_pad_unlink (peer, harness->sinkpad);
  gst_object_unref (peer);
}

static void
test_unlinked_media_does_not_stop_dtls (void)
{
  Pair pair;

  pair_open (&pair);
  unlink_harness (pair.b.net);
  unlink_harness (pair.b.rtcp_out);
  gst_harness_push (pair.a.rtp, media_rtp (1, 1));
  g_assert_cmpint (gst_harness_push (pair.b.net, peer_pull (&pair.a)), ==,
      GST_FLOW_OK);
  gst_harness_push (pair.a.data, gst_buffer_new_wrapped (g_strdup ("one"), 3));
  g_assert_cmpint (gst_harness_push (pair.b.net, peer_pull (&pair.a)), ==,
      GST_FLOW_OK);
  pair_until (&pair, gst_harness_buffers_in_queue (pair.b.data_out) == 1);
  pair_stop (&pair);
}

/* RFC 5761: an RTP packet of payload type 64 to 80 without a marker is none of
 * RTCP. */
static void
test_payload_type_70_is_rtp (void)
{
  Pair pair;
  GstBuffer *buffer = media_rtp (1, 1);

  gst_buffer_memset (buffer, 1, 70, 1);
  pair_open (&pair);
  gst_harness_push (pair.a.rtp, buffer);
  pair_until (&pair, gst_harness_buffers_in_queue (pair.b.net) == 1);
  pair_stop (&pair);
}

static void
test_caps (void)
{
  Pair pair;
  GstCaps *caps;

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  caps = gst_pad_get_current_caps (pair.b.net->sinkpad);
  g_assert_cmpstr (gst_structure_get_name (gst_caps_get_structure (caps, 0)),
      ==, "application/x-rtp");
  gst_caps_unref (caps);
  caps = gst_pad_get_current_caps (pair.b.rtcp_out->sinkpad);
  g_assert_cmpstr (gst_structure_get_name (gst_caps_get_structure (caps, 0)),
      ==, "application/x-rtcp");
  gst_caps_unref (caps);
  pair_stop (&pair);
}

static void
test_forged_alert_in_the_clear_is_dropped (void)
{
  static const guint8 alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    2, 2, 40
  };
  Pair pair;

  pair_make (&pair);
  pair_start (&pair);
  gst_harness_push (pair.b.net, gst_buffer_new_memdup (alert, sizeof (alert)));
  pair_connect (&pair);
  gst_harness_push (pair.b.net, gst_buffer_new_memdup (alert, sizeof (alert)));
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_stop (&pair);
}

static void
test_data_only (void)
{
  Pair pair;

  pair_make (&pair);
  g_object_set (pair.a.dec, "srtp-profiles", "none", NULL);
  g_object_set (pair.b.dec, "srtp-profiles", "none", NULL);
  pair_start (&pair);
  pair_connect (&pair);
  gst_harness_push (pair.a.data, gst_buffer_new_wrapped (g_strdup ("one"), 3));
  pair_until (&pair, gst_harness_buffers_in_queue (pair.b.data_out) == 1);
  gst_harness_push (pair.a.rtp, media_rtp (1, 1));
  pair_carry (&pair);
  g_assert_cmpuint (gst_harness_buffers_received (pair.b.net), ==, 0);
  pair_stop (&pair);
}

static void
test_peer_without_common_profile_fails (void)
{
  Pair pair;

  pair_make (&pair);
  g_object_set (pair.a.dec, "srtp-profiles", "none", NULL);
  pair_start (&pair);
  pair_until (&pair, element_state (pair.b.dec) == DTLS_STATE_FAILED);
  pair_stop (&pair);
}

static void
test_data_pad_comes_late_and_is_released (void)
{
  Pair pair;
  GstPad *pad;

  pair_open (&pair);
  pad = gst_element_get_static_pad (pair.b.dec, "data_src");
  unlink_harness (pair.b.data_out);
  gst_element_release_request_pad (pair.b.dec, pad);
  gst_object_unref (pad);
  gst_harness_push (pair.a.data, gst_buffer_new_wrapped (g_strdup ("one"), 3));
  gst_harness_push (pair.b.net, peer_pull (&pair.a));
  pad = gst_element_request_pad_simple (pair.b.dec, "data_src");
  g_assert_cmpint (gst_pad_link (pad, pair.b.data_out->sinkpad), ==,
      GST_PAD_LINK_OK);
  gst_harness_push (pair.a.data, gst_buffer_new_wrapped (g_strdup ("two"), 3));
  pair_until (&pair, gst_harness_buffers_in_queue (pair.b.data_out) == 1);
  gst_object_unref (pad);
  pair_stop (&pair);
}

static void
test_stats (void)
{
  Pair pair;
  GstStructure *stats;
  guint version;

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  gst_harness_push (pair.b.net, gst_buffer_new_memdup ("\0\1", 2));
  g_object_get (pair.b.dec, "stats", &stats, "dtls-version", &version, NULL);
  g_assert_cmpuint (version, ==, 0xFEFD);
  g_assert_cmpuint (media_count (stats, "received", "packets-received"), ==, 2);
  g_assert_cmpuint (media_count (stats, "dropped-protocols", "stun"), ==, 1);
  gst_structure_free (stats);
  pair_stop (&pair);
}

int
main (int argc, char **argv)
{
  pair_test_init (&argc, &argv);
#define ADD(name) g_test_add_func ("/dtlssrtpdec/" #name, test_##name)
  ADD (pem_is_one_certificate_and_no_key);
  ADD (default_certificate_is_the_process_one);
  ADD (needs_a_connection_id);
  ADD (zero_byte_buffer_is_no_flow_error);
  ADD (media_without_keys_is_no_error);
  ADD (media_overtakes_the_handshake);
  ADD (two_records_in_one_datagram);
  ADD (wrong_fingerprint_opens_no_direction);
  ADD (right_fingerprint_is_verified);
  ADD (wrong_fingerprint_set_late_stops_media);
  ADD (keys_are_held_until_the_fingerprint_is_set);
  ADD (shared_buffers_and_lists_stay_whole);
  ADD (list_of_dtls_and_media);
  ADD (unlinked_media_does_not_stop_dtls);
  ADD (payload_type_70_is_rtp);
  ADD (caps);
  ADD (forged_alert_in_the_clear_is_dropped);
  ADD (data_only);
  ADD (peer_without_common_profile_fails);
  ADD (data_pad_comes_late_and_is_released);
  ADD (stats);
#undef ADD
  return g_test_run ();
}
