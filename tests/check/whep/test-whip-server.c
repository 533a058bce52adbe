/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A server of WHIP for tests. HTTP is on a thread of its own, which waits for
 * webrtcbin; all it counts is atomic or under the lock.
 */
#include "config.h"

#include "test-whip-server.h"

#define GST_USE_UNSTABLE_API
#include <gst/rtp/rtp.h>
#include <gst/video/video.h>
#include <gst/webrtc/webrtc.h>
#include <libsoup/soup.h>
#include <string.h>
#include "../lib/patience.h"
#include "known-faults.h"

/* That whipsink offers for its first stream. */
#define VIDEO_PT 96

struct _TestWhipServer
{
  TestWhipFault fault;
  gchar *token;
  GTlsCertificate *identity;    /* for HTTPS */
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  SoupServer *soup;
  SoupServer *other;            /* another origin */
  guint port;
  guint other_port;

  GMutex lock;
  GCond cond;
  GstElement *pipeline;
  GstElement *webrtcbin;
  GstPad *video;
  gchar *offer;
  gchar *link;
  guint packets[2];             /* of video and audio */
  guint lost;
  guint recovered;
  guint posts;
  guint deletes;
  gboolean leaked;

  gboolean overlapped;

  gint refusal;                 /* atomic: a status, 0 for none */
  gint bitrate;                 /* atomic: for REMB; 0: none is sent */
};

static guint
index_of (const gchar * media)
{
  return g_str_equal (media, "video") ? 0 : 1;
}

/* Media */

/* Those of video that get lost, the first time. */
static gboolean
is_unlucky (TestWhipServer * self, GstBuffer * buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if ((self->fault != TEST_WHIP_LOSING && self->fault != TEST_WHIP_RESIGNED)
      || !gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return FALSE;
  gboolean unlucky = gst_rtp_buffer_get_payload_type (&rtp) == VIDEO_PT
      && gst_rtp_buffer_get_seq (&rtp) % 7 == 3;
  gst_rtp_buffer_unmap (&rtp);
  return unlucky;
}

static GstPadProbeReturn
on_arrival (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  TestWhipServer *self = user_data;

  if (!is_unlucky (self, GST_PAD_PROBE_INFO_BUFFER (info)))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->lock);
  self->lost++;
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_DROP;
}

static void
on_rtpbin_pad (GstElement * rtpbin, GstPad * pad, TestWhipServer * self)
{
  if (g_str_has_prefix (GST_PAD_NAME (pad), "recv_rtp_sink_"))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_arrival, self, NULL);
}

static GstPadProbeReturn
on_packet (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  TestWhipServer *self = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const gchar *media =
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "media");

  g_mutex_lock (&self->lock);
  self->packets[index_of (media)]++;
  self->recovered += is_unlucky (self, GST_PAD_PROBE_INFO_BUFFER (info));
  if (index_of (media) == 0 && !self->video)
    self->video = gst_object_ref (pad);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement * webrtcbin, GstPad * pad, TestWhipServer * self)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, self, NULL);
  g_assert_cmpint (gst_pad_link (pad, sink_pad), ==, GST_PAD_LINK_OK);
}

/* Stopped before it is forgotten: pads may still be added meanwhile. */
static void
drop_session (TestWhipServer * self)
{
  if (self->pipeline)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_mutex_lock (&self->lock);
  GstElement *pipeline = g_steal_pointer (&self->pipeline);
  GstPad *video = g_steal_pointer (&self->video);
  self->webrtcbin = NULL;
  g_mutex_unlock (&self->lock);
  gst_clear_object (&pipeline);
  gst_clear_object (&video);
}

/* The answer */

/* Nothing of it must be lost to a server that answers in one piece. An agent
 * that is done before webrtcbin hears that it began leaves it waiting forever:
 * then what there is after a while is all there is. */
static void
await_candidates (GstElement * webrtcbin)
{
  gint64 deadline_us = g_get_monotonic_time () + 500 * G_TIME_SPAN_MILLISECOND;
  GstWebRTCICEGatheringState state;

  do {
    g_usleep (1000);
    g_object_get (webrtcbin, "ice-gathering-state", &state, NULL);
  } while (state != GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE
      && g_get_monotonic_time () < deadline_us);
}

static gchar *
replace (const gchar * text, const gchar * pattern, const gchar * with)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);

  return g_regex_replace_literal (regex, text, -1, 0, with, 0, NULL);
}

static gchar *
spoil (TestWhipServer * self, const gchar * answer)
{
  switch (self->fault) {
    case TEST_WHIP_NO_FINGERPRINT:
      return replace (answer, "^a=fingerprint:.*\r\n", "");
    case TEST_WHIP_WRONG_FINGERPRINT:
      return replace (answer, "^(a=fingerprint:sha-256) ..:..",
          "a=fingerprint:sha-256 00:00");
    case TEST_WHIP_NO_WAY:
      return replace (answer, "^a=ice-pwd:.*\r\n",
          "a=ice-pwd:0123456789012345678901\r\n");
    case TEST_WHIP_REJECTING:
      return replace (answer, "^m=(video|audio) 9 ", "m=video 0 ");
    default:
      return g_strdup (answer);
  }
}

static GstWebRTCSessionDescription *
description_of (GstWebRTCSDPType type, const gchar * text)
{
  GstSDPMessage *sdp;

  gst_sdp_message_new (&sdp);
  g_assert_cmpint (gst_sdp_message_parse_buffer ((const guint8 *) text,
          strlen (text), sdp), ==, GST_SDP_OK);
  return gst_webrtc_session_description_new (type, sdp);
}

static void
set_description (GstElement * webrtcbin, const gchar * which,
    GstWebRTCSDPType type, const gchar * text)
{
  g_autoptr (GstWebRTCSessionDescription) description =
      description_of (type, text);
  g_autoptr (GstPromise) promise = gst_promise_new ();

  g_signal_emit_by_name (webrtcbin, which, description, promise);
  g_assert_cmpint (gst_promise_wait (promise), ==, GST_PROMISE_RESULT_REPLIED);
}

static gchar *
create_answer (GstElement * webrtcbin)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;

  g_signal_emit_by_name (webrtcbin, "create-answer", NULL, promise);
  g_assert_cmpint (gst_promise_wait (promise), ==, GST_PROMISE_RESULT_REPLIED);
  gst_structure_get (gst_promise_get_reply (promise), "answer",
      GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
  return gst_sdp_message_as_text (answer->sdp);
}

/* Has what is lost asked for again. */
static void
on_transceiver (GstElement * webrtcbin, GObject * transceiver,
    TestWhipServer * self)
{
  g_object_set (transceiver, "do-nack", self->fault == TEST_WHIP_LOSING, NULL);
}

/* Returns: (transfer full): the answer to @offer, of a new webrtcbin. */
static gchar *
answer_to (TestWhipServer * self, const gchar * offer)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  g_autofree gchar *answer = NULL, *local = NULL;
  g_autoptr (GstWebRTCSessionDescription) complete = NULL;

  g_assert_nonnull (webrtcbin);
  known_faults_avoid (webrtcbin);
  gst_util_set_object_arg (G_OBJECT (webrtcbin), "bundle-policy", "max-bundle");
  gst_bin_add (GST_BIN (pipeline), webrtcbin);
  g_signal_connect (webrtcbin, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (webrtcbin, "on-new-transceiver",
      G_CALLBACK (on_transceiver), self);
  g_autoptr (GstElement) rtpbin =
      gst_bin_get_by_name (GST_BIN (webrtcbin), "rtpbin");
  g_signal_connect (rtpbin, "pad-added", G_CALLBACK (on_rtpbin_pad), self);
  drop_session (self);
  g_mutex_lock (&self->lock);
  self->pipeline = gst_object_ref_sink (pipeline);
  self->webrtcbin = webrtcbin;
  g_mutex_unlock (&self->lock);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);

  set_description (webrtcbin, "set-remote-description",
      GST_WEBRTC_SDP_TYPE_OFFER, offer);
  answer = create_answer (webrtcbin);
  local = self->fault == TEST_WHIP_PASSIVE ?
      replace (answer, "^a=setup:active", "a=setup:passive") :
      g_strdup (answer);
  set_description (webrtcbin, "set-local-description",
      GST_WEBRTC_SDP_TYPE_ANSWER, local);
  await_candidates (webrtcbin);
  g_object_get (webrtcbin, "local-description", &complete, NULL);
  g_autofree gchar *text = gst_sdp_message_as_text (complete->sdp);
  return spoil (self, text);
}

/* HTTP */

static gboolean
is_allowed (TestWhipServer * self, SoupServerMessage * message)
{
  const gchar *authorization =
      soup_message_headers_get_one (soup_server_message_get_request_headers
      (message), "Authorization");
  g_autofree gchar *expected = g_strdup_printf ("Bearer %s", self->token);

  return !self->token || g_strcmp0 (authorization, expected) == 0;
}

static void
reply (SoupServerMessage * message, guint status, const gchar * type,
    const gchar * text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text,
      strlen (text));
}

static void
take_offer (TestWhipServer * self, SoupServerMessage * message)
{
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body
      (message));
  gchar *offer = g_strndup (g_bytes_get_data (body, NULL),
      g_bytes_get_size (body));
  g_autofree gchar *answer = NULL;

  g_mutex_lock (&self->lock);
  g_free (self->offer);
  self->offer = offer;
  self->overlapped |= self->posts > self->deletes;
  self->posts++;
  g_mutex_unlock (&self->lock);
  if (self->fault == TEST_WHIP_SILENT) {
    soup_server_message_pause (message);
    return;
  }
  soup_message_headers_append (soup_server_message_get_response_headers
      (message), "Link", self->link);
  answer = answer_to (self, offer);
  if (self->fault != TEST_WHIP_NO_LOCATION)
    soup_message_headers_append (soup_server_message_get_response_headers
        (message), "Location", "session/1");
  reply (message, 201, self->fault == TEST_WHIP_NO_SDP ? "text/html" :
      "application/sdp", answer);
}

static void
redirect (SoupServerMessage * message, guint port)
{
  g_autofree gchar *location =
      g_strdup_printf ("http://127.0.0.1:%u/whip", port);

  soup_server_message_set_redirect (message, 307, location);
}

static void
on_request (SoupServer * soup, SoupServerMessage * message, const char *path,
    GHashTable * query, gpointer user_data)
{
  TestWhipServer *self = user_data;
  gboolean post = soup_server_message_get_method (message) == SOUP_METHOD_POST;

  if (g_str_has_prefix (path, "/status/"))
    reply (message, atoi (path + 8), "text/plain",
        "the room\x1b is closed\r\nmore");
  else if (post && g_atomic_int_get (&self->refusal))
    reply (message, g_atomic_int_get (&self->refusal), "text/plain", "not now");
  else if (!is_allowed (self, message))
    reply (message, 401, "text/plain", "no");
  else if (post && g_str_equal (path, "/whip"))
    take_offer (self, message);
  else if (post && g_str_equal (path, "/moved"))
    redirect (message, self->port);
  else if (post && g_str_equal (path, "/away"))
    redirect (message, self->other_port);
  else if (soup_server_message_get_method (message) == SOUP_METHOD_DELETE
      && g_str_equal (path, "/session/1")) {
    drop_session (self);
    g_mutex_lock (&self->lock);
    self->deletes++;
    g_mutex_unlock (&self->lock);
    soup_server_message_set_status (message, 200, NULL);
  } else
    reply (message, 404, "text/plain", "nothing here");
}

static void
on_other_request (SoupServer * soup, SoupServerMessage * message,
    const char *path, GHashTable * query, gpointer user_data)
{
  TestWhipServer *self = user_data;

  if (soup_message_headers_get_one (soup_server_message_get_request_headers
          (message), "Authorization"))
    self->leaked = TRUE;
  reply (message, 401, "text/plain", "who are you?");
}

static SoupServer *
listen_on (TestWhipServer * self, SoupServerCallback callback, guint * port)
{
  SoupServer *soup = soup_server_new ("tls-certificate", self->identity, NULL);
  GError *error = NULL;

  soup_server_add_handler (soup, NULL, callback, self, NULL);
  soup_server_listen_local (soup, *port, SOUP_SERVER_LISTEN_IPV4_ONLY
      | (self->identity ? SOUP_SERVER_LISTEN_HTTPS : 0), &error);
  g_assert_no_error (error);
  GSList *uris = soup_server_get_uris (soup);
  *port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return soup;
}

static gpointer
run (gpointer data)
{
  TestWhipServer *self = data;

  g_main_context_push_thread_default (self->context);
  g_mutex_lock (&self->lock);
  self->soup = listen_on (self, on_request, &self->port);
  self->other = listen_on (self, on_other_request, &self->other_port);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  g_main_loop_run (self->loop);
  soup_server_disconnect (self->soup);
  soup_server_disconnect (self->other);
  g_clear_object (&self->soup);
  g_clear_object (&self->other);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

void
test_whip_server_set_link (TestWhipServer * self, const gchar * link)
{
  g_free (self->link);
  self->link = g_strdup (link);
}

static TestWhipServer *
server_new (TestWhipFault fault, const gchar * token,
    GTlsCertificate * identity, guint port)
{
  TestWhipServer *self = g_new0 (TestWhipServer, 1);

  known_faults_allow ();
  self->fault = fault;
  self->port = port;
  /* Of a relay that is not there. */
  test_whip_server_set_link (self, "<turn:192.0.2.9:3478?transport=udp>; "
      "rel=\"ice-server\"; username=\"u\"; credential=\"p\"; "
      "credential-type=\"password\"");
  self->token = g_strdup (token);
  self->identity = identity ? g_object_ref (identity) : NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  g_mutex_lock (&self->lock);
  self->thread = g_thread_new ("server", run, self);
  while (!self->other)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return self;
}

TestWhipServer *
test_whip_server_new (TestWhipFault fault, const gchar * token)
{
  return server_new (fault, token, NULL, 0);
}

TestWhipServer *
test_whip_server_new_https (GTlsCertificate * identity)
{
  return server_new (TEST_WHIP_SOUND, NULL, identity, 0);
}

TestWhipServer *
test_whip_server_new_at (guint port)
{
  return server_new (TEST_WHIP_SOUND, NULL, NULL, port);
}

guint
test_whip_server_port (TestWhipServer * self)
{
  return self->port;
}

void
test_whip_server_refuse (TestWhipServer * self, guint status)
{
  g_atomic_int_set (&self->refusal, status);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

void
test_whip_server_free (TestWhipServer * self)
{
  GSource *source = g_idle_source_new ();

  /* By the loop itself: one that has not begun yet would not notice. */
  g_source_set_callback (source, quit, self->loop, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
  g_thread_join (self->thread);
  drop_session (self);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_clear_object (&self->identity);
  g_free (self->token);
  g_free (self->offer);
  g_free (self->link);
  g_free (self);
}

gchar *
test_whip_server_uri (TestWhipServer * self, const gchar * path)
{
  return g_strdup_printf ("%s://127.0.0.1:%u%s",
      self->identity ? "https" : "http", self->port, path);
}

void
test_whip_server_await (TestWhipServer * self, const gchar * media, guint n)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (self->packets[index_of (media)] < n) {
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline_us))
      g_error ("%u packets of %s", self->packets[index_of (media)], media);
  }
  g_mutex_unlock (&self->lock);
}

static guint
read_number (TestWhipServer * self, const guint * field)
{
  g_mutex_lock (&self->lock);
  guint value = *field;
  g_mutex_unlock (&self->lock);
  return value;
}

guint
test_whip_server_count (TestWhipServer * self, const gchar * media)
{
  return read_number (self, &self->packets[index_of (media)]);
}

void
test_whip_server_losses (TestWhipServer * self, guint * lost, guint * recovered)
{
  *lost = read_number (self, &self->lost);
  *recovered = read_number (self, &self->recovered);
}

guint
test_whip_server_posts (TestWhipServer * self)
{
  return read_number (self, &self->posts);
}

guint
test_whip_server_deletes (TestWhipServer * self)
{
  return read_number (self, &self->deletes);
}

gboolean
test_whip_server_overlapped (TestWhipServer * self)
{
  g_mutex_lock (&self->lock);
  gboolean overlapped = self->overlapped;
  g_mutex_unlock (&self->lock);
  return overlapped;
}

gboolean
test_whip_server_leaked (TestWhipServer * self)
{
  return self->leaked;
}

gchar *
test_whip_server_offer (TestWhipServer * self)
{
  g_mutex_lock (&self->lock);
  gchar *offer = g_strdup (self->offer);
  g_mutex_unlock (&self->lock);
  return offer;
}

void
test_whip_server_request_keyframe (TestWhipServer * self)
{
  g_mutex_lock (&self->lock);
  g_autoptr (GstPad) pad = self->video ? gst_object_ref (self->video) : NULL;
  g_mutex_unlock (&self->lock);

  g_assert_nonnull (pad);
  gst_pad_send_event (pad,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE,
          0));
}

/* With each RTCP packet, as a receiver does that adapts. */
static gboolean
add_remb (GObject * session, GstBuffer * buffer, gboolean early,
    TestWhipServer * self)
{
  guint mantissa = g_atomic_int_get (&self->bitrate) >> 8;
  const guint8 fci[] = {
    'R', 'E', 'M', 'B', 1, 8 << 2 | mantissa >> 16, mantissa >> 8, mantissa,
    0, 0, 0, 1
  };
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  guint ssrc;

  g_object_get (session, "internal-ssrc", &ssrc, NULL);
  g_assert_true (gst_rtcp_buffer_map (buffer, GST_MAP_READWRITE, &rtcp));
  g_assert_true (gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_PSFB,
          &packet));
  gst_rtcp_packet_fb_set_type (&packet, GST_RTCP_PSFB_TYPE_AFB);
  gst_rtcp_packet_fb_set_sender_ssrc (&packet, ssrc);
  g_assert_true (gst_rtcp_packet_fb_set_fci_length (&packet, sizeof fci / 4));
  memcpy (gst_rtcp_packet_fb_get_fci (&packet), fci, sizeof fci);
  gst_rtcp_buffer_unmap (&rtcp);
  return TRUE;
}

void
test_whip_server_report_bitrate (TestWhipServer * self, guint bitrate)
{
  g_autoptr (GObject) session = NULL;

  g_mutex_lock (&self->lock);
  g_autoptr (GstElement) rtpbin =
      gst_bin_get_by_name (GST_BIN (self->webrtcbin), "rtpbin");
  g_mutex_unlock (&self->lock);
  g_signal_emit_by_name (rtpbin, "get-internal-session", 0, &session);
  if (g_atomic_int_get (&self->bitrate) == 0)
    g_signal_connect (session, "on-sending-rtcp", G_CALLBACK (add_remb), self);
  g_atomic_int_set (&self->bitrate, bitrate);
  g_signal_emit_by_name (session, "send-rtcp", (guint64) 0);
}

void
test_whip_server_vanish (TestWhipServer * self)
{
  drop_session (self);
}

static gboolean
end_pad (GstElement * element, GstPad * pad, gpointer unused)
{
  gst_pad_send_event (pad, gst_event_new_eos ());
  return TRUE;
}

/* At the end of all that it sends, it sends close_notify. A stop does so as
 * well, but does not wait for a machine that is busy. */
static void
end_dtls (const GValue * item, gpointer user_data)
{
  GstElement *element = g_value_get_object (item);
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory && g_str_equal (GST_OBJECT_NAME (factory), "dtlssrtpenc"))
    gst_element_foreach_sink_pad (element, end_pad, NULL);
}

void
test_whip_server_hang_up (TestWhipServer * self)
{
  g_mutex_lock (&self->lock);
  g_autoptr (GstElement) pipeline = gst_object_ref (self->pipeline);
  g_mutex_unlock (&self->lock);
  GstIterator *all = gst_bin_iterate_recurse (GST_BIN (pipeline));

  gst_iterator_foreach (all, end_dtls, NULL);
  gst_iterator_free (all);
}
