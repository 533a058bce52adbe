/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlssrtpenc: what applications of the OpenSSL-based element of that name
 * rely on, and what that one gets wrong.
 */
#include "config.h"

#include "pair.h"

static void
test_needs_a_connection_id (void)
{
  GstElement *enc = gst_element_factory_make ("dtlssrtpenc", NULL);

  element_assert_does_not_start (enc);
  g_object_set (enc, "connection-id", "a", NULL);
  g_assert_cmpint (gst_element_set_state (enc, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpint (element_state (enc), ==, DTLS_STATE_NEW);
  gst_element_set_state (enc, GST_STATE_NULL);
  g_assert_cmpint (element_state (enc), ==, DTLS_STATE_CLOSED);
  gst_object_unref (enc);
}

static void
test_live_duplicate_is_refused (void)
{
  GstElement *first = gst_element_factory_make ("dtlssrtpenc", NULL);
  GstElement *second = gst_element_factory_make ("dtlssrtpenc", NULL);

  g_object_set (first, "connection-id", "a", NULL);
  g_object_set (second, "connection-id", "a", NULL);
  gst_element_set_state (first, GST_STATE_READY);
  element_assert_does_not_start (second);
  gst_element_set_state (first, GST_STATE_NULL);
  g_assert_cmpint (gst_element_set_state (second, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (second, GST_STATE_NULL);
  gst_object_unref (first);
  gst_object_unref (second);
}

static void
count_call (GObject * object, GParamSpec * pspec, guint * count)
{
  (*count)++;
}

static void
test_is_client_is_notified_on_every_set (void)
{
  GstElement *enc = gst_element_factory_make ("dtlssrtpenc", NULL);
  guint count = 0;

  g_signal_connect (enc, "notify::is-client", G_CALLBACK (count_call), &count);
  g_object_set (enc, "is-client", FALSE, NULL);
  g_object_set (enc, "is-client", FALSE, NULL);
  g_object_set (enc, "is-client", TRUE, NULL);
  g_assert_cmpuint (count, ==, 3);
  gst_object_unref (enc);
}

static void
test_media_and_data_both_ways (void)
{
  Pair pair;

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  pair_assert_flow (&pair, &pair.b, &pair.a, 2);
  pair_stop (&pair);
}

/* Not in the clear, and not under a key that was made up. */
static void
test_nothing_leaves_before_the_keys (void)
{
  Pair pair;
  GstBuffer *buffer;

  pair_make (&pair);
  pair_start (&pair);
  gst_harness_push (pair.a.rtp, media_rtp (1, 1));
  gst_harness_push (pair.a.rtcp, media_rtcp (1));
  while ((buffer = gst_harness_try_pull (pair.a.rtp)) != NULL) {
    guint8 first;

    gst_buffer_extract (buffer, 0, &first, 1);
    g_assert_cmpuint (first, <, 64);
    gst_buffer_unref (buffer);
  }
  pair_stop (&pair);
}

static void
test_keyframe_is_asked_for_with_the_keys (void)
{
  Pair pair;

  pair_make (&pair);
  pair_start (&pair);
  g_assert_cmpuint (media_keyframe_requests (pair.a.rtp), ==, 0);
  pair_connect (&pair);
  g_assert_cmpuint (media_keyframe_requests (pair.a.rtp), ==, 1);
  g_assert_cmpuint (media_keyframe_requests (pair.b.rtp), ==, 1);
  pair_stop (&pair);
}

/* What one peer has reported, in order. */
static GMutex reports_lock;
static GString *reports;
static GThread *changing_thread;

static void
report (const gchar * text)
{
  g_mutex_lock (&reports_lock);
  g_string_append_printf (reports, "%s ", text);
  g_mutex_unlock (&reports_lock);
}

static void
on_enc_state (GObject * enc, GParamSpec * pspec, Peer * peer)
{
  const gchar *names[] = { "new", "closed", "failed", "connecting",
    "connected"
  };

  report (names[element_state (GST_ELEMENT (enc))]);
  element_read_all (peer->enc);
  element_read_all (peer->dec);
}

static void
on_peer_pem (GObject * dec, GParamSpec * pspec, Peer * peer)
{
  g_autofree gchar *pem = element_string (peer->dec, "peer-pem");

  g_assert_nonnull (pem);
  report ("peer-pem");
  element_read_all (peer->enc);
  element_read_all (peer->dec);
}

static void
on_key_set (GObject * enc, Peer * peer)
{
  g_assert_true (g_atomic_pointer_get (&changing_thread) != g_thread_self ());
  report ("on-key-set");
  element_read_all (peer->enc);
  element_read_all (peer->dec);
}

/* The handler runs when the state can be read already. */
static gboolean
is_reported (const gchar * text)
{
  gboolean found;

  g_mutex_lock (&reports_lock);
  found = strstr (reports->str, text) != NULL;
  g_mutex_unlock (&reports_lock);
  return found;
}

static void
watch (Peer * peer)
{
  g_signal_connect (peer->enc, "notify::connection-state",
      G_CALLBACK (on_enc_state), peer);
  g_signal_connect (peer->enc, "on-key-set", G_CALLBACK (on_key_set), peer);
  g_signal_connect (peer->dec, "notify::peer-pem", G_CALLBACK (on_peer_pem),
      peer);
}

static void
run_order (gboolean of_client)
{
  Pair pair;

  pair_make (&pair);
  reports = g_string_new (NULL);
  watch (of_client ? &pair.a : &pair.b);
  g_atomic_pointer_set (&changing_thread, g_thread_self ());
  pair_start (&pair);
  g_atomic_pointer_set (&changing_thread, NULL);
  pair_connect (&pair);
  pair_until (&pair, is_reported ("connected"));
  g_assert_cmpstr (reports->str, ==,
      "new connecting peer-pem on-key-set connected ");
  g_string_free (reports, TRUE);
  reports = g_string_new (NULL);
  pair_stop (&pair);
  g_string_free (reports, TRUE);
}

static void
test_order_of_events_and_reading_in_handlers (void)
{
  run_order (TRUE);
  run_order (FALSE);
}

static void
test_tos_event_of_webrtcbin_reaches_src (void)
{
  Pair pair;
  GstEvent *event;
  gboolean found = FALSE;

  pair_open (&pair);
  gst_harness_push_event (pair.a.rtp, gst_event_new_custom
      (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, gst_structure_new
          ("GstWebRtcBinUpdateTos", "sink-pad", G_TYPE_STRING, "x", NULL)));
  gst_harness_push (pair.a.rtp, media_rtp (1, 1));
  while ((event = gst_harness_try_pull_event (pair.a.rtp)) != NULL) {
    found |= gst_event_has_name (event, "GstWebRtcBinUpdateTos");
    gst_event_unref (event);
  }
  g_assert_true (found);
  pair_stop (&pair);
}

static void
test_latency_passes (void)
{
  Pair pair;
  GstEvent *event;
  gboolean found = FALSE;

  pair_make (&pair);
  pair_start (&pair);
  gst_harness_set_upstream_latency (pair.a.rtp, 40 * GST_MSECOND);
  g_assert_cmpuint (gst_harness_query_latency (pair.a.rtp), ==,
      40 * GST_MSECOND);
  gst_harness_push_upstream_event (pair.a.rtp,
      gst_event_new_latency (50 * GST_MSECOND));
  while ((event = gst_harness_try_pull_upstream_event (pair.a.rtp)) != NULL) {
    found |= GST_EVENT_TYPE (event) == GST_EVENT_LATENCY;
    gst_event_unref (event);
  }
  g_assert_true (found);
  pair_stop (&pair);
}

static void
set_states (Pair * pair, GstState state)
{
  gst_element_set_state (pair->a.enc, state);
  gst_element_set_state (pair->a.dec, state);
  gst_element_set_state (pair->b.dec, state);
  gst_element_set_state (pair->b.enc, state);
}

static void
run_restart (GstState state)
{
  Pair pair;

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  set_states (&pair, state);
  set_states (&pair, GST_STATE_PLAYING);
  pair_connect (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 2);
  pair_assert_flow (&pair, &pair.b, &pair.a, 2);
  pair_stop (&pair);
}

static void
test_restarts_from_every_state (void)
{
  run_restart (GST_STATE_PAUSED);
  run_restart (GST_STATE_READY);
  run_restart (GST_STATE_NULL);
}

static void
test_eos_sends_close_notify_and_leaves_when_the_peer_has_closed (void)
{
  Pair pair;
  GstEvent *eos;

  pair_open (&pair);
  gst_harness_push_event (pair.a.rtp, gst_event_new_eos ());
  gst_harness_push_event (pair.a.rtcp, gst_event_new_eos ());
  g_assert_cmpint (element_state (pair.a.enc), ==, DTLS_STATE_CONNECTED);
  gst_harness_push_event (pair.a.data, gst_event_new_eos ());
  pair_until (&pair, element_state (pair.b.dec) == DTLS_STATE_CLOSED);
  pair_until (&pair, (eos = gst_pad_get_sticky_event (pair.a.rtp->sinkpad,
              GST_EVENT_EOS, 0)) != NULL);
  gst_event_unref (eos);
  pair_until (&pair, (eos = gst_pad_get_sticky_event
          (pair.b.data_out->sinkpad, GST_EVENT_EOS, 0)) != NULL);
  gst_event_unref (eos);
  pair_stop (&pair);
}

static gboolean
element_is_source (GstElement * element)
{
  return GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE);
}

/* As "gst-launch-1.0 -e" does on Ctrl-C; what only receives has no media that
 * could bring the EOS. */
static void
test_eos_of_a_pipeline_that_only_receives (void)
{
  GstElement *pipeline = gst_parse_launch ("dtlssrtpenc connection-id=end "
      "! fakesink async=false dtlssrtpdec connection-id=end", NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_assert_true (gst_element_send_event (pipeline, gst_event_new_eos ()));
  message = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

static void
test_eos_of_the_pipeline_closes_the_association (void)
{
  Pair pair;
  GstPad *pad;

  pair_open (&pair);
  g_assert_false (element_is_source (pair.a.enc));
  GST_OBJECT_FLAG_SET (pair.a.enc, GST_ELEMENT_FLAG_SOURCE);
  g_assert_true (gst_element_send_event (pair.a.enc, gst_event_new_eos ()));
  pair_until (&pair, element_state (pair.b.dec) == DTLS_STATE_CLOSED);
  pad = gst_element_request_pad_simple (pair.a.enc, "rtp_sink_9");
  g_assert_false (element_is_source (pair.a.enc));
  gst_object_unref (pad);
  pair_stop (&pair);
}

/* With sink pads, the EOS comes with the media. */
static void
test_eos_of_the_pipeline_comes_with_the_media (void)
{
  GstElement *enc = gst_element_factory_make ("dtlssrtpenc", NULL);
  GstPad *pads[2];
  guint i;

  g_assert_true (element_is_source (enc));
  pads[0] = gst_element_request_pad_simple (enc, "rtp_sink_0");
  pads[1] = gst_element_request_pad_simple (enc, "data_sink");
  for (i = 0; i < G_N_ELEMENTS (pads); i++) {
    g_assert_false (element_is_source (enc));
    gst_element_release_request_pad (enc, pads[i]);
    gst_object_unref (pads[i]);
  }
  g_assert_true (element_is_source (enc));
  gst_object_unref (enc);
}

static void
test_flush_loses_no_state (void)
{
  Pair pair;
  GstSegment segment;

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 65535);
  gst_harness_push_event (pair.a.rtp, gst_event_new_flush_start ());
  gst_harness_push_event (pair.a.rtp, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (pair.a.rtp, gst_event_new_segment (&segment));
  pair_assert_flow (&pair, &pair.a, &pair.b, 0);
  g_assert_true (pair_is_in_state (&pair, DTLS_STATE_CONNECTED));
  pair_stop (&pair);
}

static void
test_pads_by_name_and_released (void)
{
  GstElement *enc = gst_element_factory_make ("dtlssrtpenc", NULL);
  const gchar *names[] = { "rtp_sink_0", "rtp_sink_7", "rtcp_sink_0",
    "data_sink"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GstPad *pad = gst_element_request_pad_simple (enc, names[i]);

    g_assert_nonnull (pad);
    g_assert_cmpstr (GST_PAD_NAME (pad), ==, names[i]);
    gst_element_release_request_pad (enc, pad);
    gst_object_unref (pad);
    g_assert_null (gst_element_get_static_pad (enc, names[i]));
  }
  gst_object_unref (enc);
}

static void
test_pad_of_a_running_element (void)
{
  Pair pair;
  GstHarness *late;

  pair_open (&pair);
  late = gst_harness_new_with_element (pair.a.enc, "rtp_sink_1", NULL);
  gst_harness_set_src_caps_str (late, "application/x-rtp");
  g_assert_cmpint (gst_harness_push (late, media_rtp (9, 9)), ==, GST_FLOW_OK);
  pair_until (&pair, gst_harness_buffers_received (pair.b.net) == 1);
  gst_harness_teardown (late);
  pair_stop (&pair);
}

static void
test_stats_and_version (void)
{
  Pair pair;
  GstStructure *stats;
  guint version;

  pair_open (&pair);
  pair_assert_flow (&pair, &pair.a, &pair.b, 1);
  g_object_get (pair.a.enc, "stats", &stats, "dtls-version", &version, NULL);
  g_assert_cmpstr (gst_structure_get_string (stats, "srtp-cipher"), ==,
      "AEAD_AES_128_GCM");
  g_assert_cmpstr (gst_structure_get_string (stats, "dtls-role"), ==, "client");
  g_assert_cmpuint (media_count (stats, "sent", "packets-sent"), ==, 2);
  g_assert_cmpuint (version, ==, 0xFEFD);
  gst_structure_free (stats);
  pair_stop (&pair);
}

int
main (int argc, char **argv)
{
  pair_test_init (&argc, &argv);
#define ADD(name) g_test_add_func ("/dtlssrtpenc/" #name, test_##name)
  ADD (needs_a_connection_id);
  ADD (live_duplicate_is_refused);
  ADD (is_client_is_notified_on_every_set);
  ADD (media_and_data_both_ways);
  ADD (nothing_leaves_before_the_keys);
  ADD (keyframe_is_asked_for_with_the_keys);
  ADD (order_of_events_and_reading_in_handlers);
  ADD (tos_event_of_webrtcbin_reaches_src);
  ADD (latency_passes);
  ADD (restarts_from_every_state);
  ADD (eos_sends_close_notify_and_leaves_when_the_peer_has_closed);
  ADD (eos_of_a_pipeline_that_only_receives);
  ADD (eos_of_the_pipeline_closes_the_association);
  ADD (eos_of_the_pipeline_comes_with_the_media);
  ADD (flush_loses_no_state);
  ADD (pads_by_name_and_released);
  ADD (pad_of_a_running_element);
  ADD (stats_and_version);
#undef ADD
  return g_test_run ();
}
