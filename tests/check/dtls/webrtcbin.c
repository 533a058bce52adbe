/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GStreamer's webrtcbin on these elements: two of them in one process, with
 * video, audio and a data channel, and with a stream that is added later.
 */
#include "config.h"

#define GST_USE_UNSTABLE_API
#include <gst/check/gstharness.h>
#include <gst/webrtc/webrtc.h>
#include "../lib/patience.h"
#include "known-faults.h"

#define FRAMES 10

#define VIDEO "videotestsrc is-live=true ! video/x-raw,width=160,height=120," \
    "framerate=30/1 ! vp8enc deadline=1 keyframe-max-dist=30 ! rtpvp8pay ! " \
    "capsfilter caps=application/x-rtp,media=video,encoding-name=VP8,payload=96"
#define AUDIO "audiotestsrc is-live=true ! opusenc ! rtpopuspay ! " \
    "capsfilter caps=application/x-rtp,media=audio,encoding-name=OPUS,payload=97"

typedef struct _Peer Peer;

/* The counters are atomic; channel is set before anybody waits for it. */
struct _Peer
{
  const gchar *name;
  Peer *other;
  GstElement *pipeline;
  GstElement *webrtc;
  GstWebRTCDataChannel *channel;
  const gchar *setup;           /* to put into the offer, or NULL */
  gint frames;
  gint sounds;
  gint messages;
};

static void
count_buffer (GstElement * sink, GstBuffer * buffer, GstPad * pad,
    gint * counter)
{
  g_atomic_int_inc (counter);
}

static void
on_pad_added (GstElement * webrtc, GstPad * pad, Peer * self)
{
  GstCaps *caps;
  GstElement *sink;
  GstPad *sink_pad;
  gboolean is_video;
  GstElement *fakesink;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  caps = gst_pad_get_current_caps (pad);
  is_video = g_strcmp0 (gst_structure_get_string (gst_caps_get_structure
          (caps, 0), "media"), "video") == 0;
  gst_caps_unref (caps);
  sink = gst_parse_bin_from_description (is_video ?
      "rtpvp8depay ! vp8dec ! fakesink name=end signal-handoffs=true "
      "sync=false async=false" :
      "rtpopusdepay ! opusdec ! fakesink name=end signal-handoffs=true "
      "sync=false async=false", TRUE, NULL);
  fakesink = gst_bin_get_by_name (GST_BIN (sink), "end");
  g_signal_connect (fakesink, "handoff", G_CALLBACK (count_buffer),
      is_video ? &self->frames : &self->sounds);
  gst_object_unref (fakesink);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  g_assert_cmpint (gst_pad_link (pad, sink_pad), ==, GST_PAD_LINK_OK);
  gst_object_unref (sink_pad);
}

static void
on_candidate (GstElement * webrtc, guint line, gchar * candidate, Peer * self)
{
  g_signal_emit_by_name (self->other->webrtc, "add-ice-candidate", line,
      candidate);
}

static void
on_message (GstWebRTCDataChannel * channel, gchar * text, Peer * self)
{
  g_atomic_int_inc (&self->messages);
}

static void
echo_message (GstWebRTCDataChannel * channel, gchar * text, Peer * self)
{
  g_atomic_int_inc (&self->messages);
  g_signal_emit_by_name (channel, "send-string", text);
}

static void
on_data_channel (GstElement * webrtc, GstWebRTCDataChannel * channel,
    Peer * self)
{
  self->channel = g_object_ref (channel);
  g_signal_connect (channel, "on-message-string", G_CALLBACK (echo_message),
      self);
}

static void
on_open (GstWebRTCDataChannel * channel, Peer * self)
{
  g_signal_emit_by_name (channel, "send-string", "to and fro");
}

static GstWebRTCSessionDescription *
take_description (GstPromise * promise, const gchar * name)
{
  GstWebRTCSessionDescription *description = NULL;

  g_assert_cmpint (gst_promise_wait (promise), ==, GST_PROMISE_RESULT_REPLIED);
  gst_structure_get (gst_promise_get_reply (promise), name,
      GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
  gst_promise_unref (promise);
  g_assert_nonnull (description);
  return description;
}

static void
set_description (GstElement * webrtc, const gchar * signal,
    GstWebRTCSessionDescription * description)
{
  GstPromise *promise = gst_promise_new ();

  g_signal_emit_by_name (webrtc, signal, description, promise);
  gst_promise_wait (promise);
  gst_promise_unref (promise);
}

/* Offers another DTLS role than webrtcbin would. */
static void
change_setup (GstWebRTCSessionDescription * description, const gchar * setup)
{
  guint i, j;

  for (i = 0; i < gst_sdp_message_medias_len (description->sdp); i++) {
    GstSDPMedia *media =
        (GstSDPMedia *) gst_sdp_message_get_media (description->sdp, i);

    for (j = 0; j < gst_sdp_media_attributes_len (media); j++) {
      GstSDPAttribute attribute;

      if (g_strcmp0 (gst_sdp_media_get_attribute (media, j)->key, "setup"))
        continue;
      gst_sdp_attribute_set (&attribute, "setup", setup);
      gst_sdp_media_replace_attribute (media, j, &attribute);
    }
  }
}

static void
peer_negotiate (Peer * self)
{
  GstWebRTCSessionDescription *offer, *answer;
  GstPromise *promise = gst_promise_new ();

  g_signal_emit_by_name (self->webrtc, "create-offer", NULL, promise);
  offer = take_description (promise, "offer");
  if (self->setup != NULL)
    change_setup (offer, self->setup);
  set_description (self->webrtc, "set-local-description", offer);
  set_description (self->other->webrtc, "set-remote-description", offer);
  promise = gst_promise_new ();
  g_signal_emit_by_name (self->other->webrtc, "create-answer", NULL, promise);
  answer = take_description (promise, "answer");
  set_description (self->other->webrtc, "set-local-description", answer);
  set_description (self->webrtc, "set-remote-description", answer);
  gst_webrtc_session_description_free (offer);
  gst_webrtc_session_description_free (answer);
}

static void
peer_add (Peer * self, const gchar * description)
{
  GstElement *source = gst_parse_bin_from_description (description, TRUE,
      NULL);

  g_assert_nonnull (source);
  gst_bin_add (GST_BIN (self->pipeline), source);
  g_assert_true (gst_element_link (source, self->webrtc));
  gst_element_sync_state_with_parent (source);
}

static void
peer_open (Peer * self, const gchar * name, Peer * other, const gchar * policy)
{
  memset (self, 0, sizeof (*self));
  self->name = name;
  self->other = other;
  self->pipeline = gst_pipeline_new (name);
  self->webrtc = gst_element_factory_make ("webrtcbin", NULL);
  g_assert_nonnull (self->webrtc);
  known_faults_avoid (self->webrtc);
  gst_util_set_object_arg (G_OBJECT (self->webrtc), "bundle-policy", policy);
  gst_bin_add (GST_BIN (self->pipeline), self->webrtc);
  g_signal_connect (self->webrtc, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (self->webrtc, "on-ice-candidate",
      G_CALLBACK (on_candidate), self);
  g_signal_connect (self->webrtc, "on-data-channel",
      G_CALLBACK (on_data_channel), self);
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_READY), !=,
      GST_STATE_CHANGE_FAILURE);
}

static void
peer_open_channel (Peer * self)
{
  g_signal_emit_by_name (self->webrtc, "create-data-channel", "channel", NULL,
      &self->channel);
  g_assert_nonnull (self->channel);
  g_signal_connect (self->channel, "on-open", G_CALLBACK (on_open), self);
  g_signal_connect (self->channel, "on-message-string",
      G_CALLBACK (on_message), self);
}

static void
peer_assert_no_error (Peer * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  if (message != NULL) {
    GError *error = NULL;
    gchar *debug = NULL;

    gst_message_parse_error (message, &error, &debug);
    g_error ("%s: %s (%s)", self->name, error->message, debug);
  }
  gst_object_unref (bus);
}

static void
peer_close (Peer * self)
{
  peer_assert_no_error (self);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->channel);
  gst_object_unref (self->pipeline);
}

static void
wait_for (gint * counter, gint wanted, const gchar * what)
{
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

  while (g_atomic_int_get (counter) < wanted) {
    if (g_get_monotonic_time () > end_us)
      g_error ("%s: %d of %d", what, g_atomic_int_get (counter), wanted);
    g_usleep (10 * 1000);
  }
}

static void
play (Peer * a, Peer * b)
{
  gst_element_set_state (a->pipeline, GST_STATE_PLAYING);
  gst_element_set_state (b->pipeline, GST_STATE_PLAYING);
}

static void
assert_plugin (const gchar * element)
{
  GstElementFactory *factory = gst_element_factory_find (element);
  GstPlugin *plugin;

  g_assert_nonnull (factory);
  plugin = gst_plugin_feature_get_plugin (GST_PLUGIN_FEATURE (factory));
  g_assert_cmpstr (gst_plugin_get_source (plugin), ==, "gst-dtls-srtp");
  gst_object_unref (plugin);
  gst_object_unref (factory);
}

static void
test_our_file_is_in_use (void)
{
  assert_plugin ("dtlssrtpenc");
  assert_plugin ("dtlssrtpdec");
}

static void
run_channel (const gchar * policy)
{
  Peer a, b;

  peer_open (&a, "a", &b, policy);
  peer_open (&b, "b", &a, policy);
  peer_open_channel (&a);
  play (&a, &b);
  peer_negotiate (&a);
  wait_for (&b.messages, 1, "message to b");
  wait_for (&a.messages, 1, "echo to a");
  peer_close (&a);
  peer_close (&b);
}

static void
run_both_ways (const gchar * policy, const gchar * setup, gboolean channel)
{
  Peer a, b;

  peer_open (&a, "a", &b, policy);
  peer_open (&b, "b", &a, policy);
  a.setup = setup;
  peer_add (&a, VIDEO);
  peer_add (&a, AUDIO);
  peer_add (&b, VIDEO);
  peer_add (&b, AUDIO);
  if (channel)
    peer_open_channel (&a);
  play (&a, &b);
  peer_negotiate (&a);
  wait_for (&a.frames, FRAMES, "video to a");
  wait_for (&b.frames, FRAMES, "video to b");
  wait_for (&a.sounds, FRAMES, "audio to a");
  wait_for (&b.sounds, FRAMES, "audio to b");
  wait_for (&b.messages, channel, "message to b");
  wait_for (&a.messages, channel, "echo to a");
  peer_close (&a);
  peer_close (&b);
}

static void
test_max_bundle (void)
{
  run_both_ways ("max-bundle", NULL, TRUE);
}

/* webrtcbin 1.22 opens no data channel beside media without a bundle,
 * whatever plugin serves it. */
static void
test_no_bundle (void)
{
  run_both_ways ("none", NULL, FALSE);
}

static void
test_data_alone (void)
{
  run_channel ("none");
  run_channel ("max-bundle");
}

static void
test_offerer_is_client (void)
{
  run_both_ways ("max-bundle", "active", TRUE);
}

static void
test_stream_added_later (void)
{
  Peer a, b;

  peer_open (&a, "a", &b, "max-bundle");
  peer_open (&b, "b", &a, "max-bundle");
  peer_add (&a, VIDEO);
  play (&a, &b);
  peer_negotiate (&a);
  wait_for (&b.frames, FRAMES, "video to b");
  peer_add (&a, AUDIO);
  peer_negotiate (&a);
  wait_for (&b.sounds, FRAMES, "audio to b");
  peer_close (&a);
  peer_close (&b);
}

static void
test_again_and_again (void)
{
  guint i;

  for (i = 0; i < 3; i++)
    run_both_ways ("max-bundle", NULL, TRUE);
}

typedef struct
{
  const gchar *path;
  void (*run) (void);
} WebrtcCase;

static const WebrtcCase cases[] = {
#define CASE(name) {"/webrtcbin/" #name, test_##name}
  CASE (our_file_is_in_use),
  CASE (max_bundle),
  CASE (no_bundle),
  CASE (data_alone),
  CASE (offerer_is_client),
  CASE (stream_added_later),
  CASE (again_and_again),
#undef CASE
};

static void
run_case (gconstpointer test)
{
  known_faults_allow ();
  ((const WebrtcCase *) test)->run ();
}

int
main (int argc, char **argv)
{
  GstElementFactory *webrtcbin;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  webrtcbin = gst_element_factory_find ("webrtcbin");
  if (webrtcbin == NULL) {
    g_print ("1..0 # SKIP there is no webrtcbin here\n");
    return 0;
  }
  gst_object_unref (webrtcbin);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], run_case);
  return g_test_run ();
}
