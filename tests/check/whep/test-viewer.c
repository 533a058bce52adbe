/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A viewer without a browser, out of the same elements a leg is made of.
 */
#include "config.h"

#include "test-viewer.h"

#include <gst/rtp/gstrtcpbuffer.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gst/sdp/sdp.h>
#include <libsoup/soup.h>
#include <string.h>

#include "../lib/patience.h"
#include "whep/whep-ice.h"

/* As browsers report on video; a sink ends who does not report. */
#define REPORT_PERIOD_US G_TIME_SPAN_SECOND

struct _TestViewer
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  SoupSession *session;
  NiceAgent *agent;
  guint stream_id;
  GstElement *pipeline;
  GstElement *dtlsdec;
  GstElement *dtlsenc;
  GstPad *rtcp;                 /* into the encrypting srtpkeyer */
  gchar *offer;
  gchar *body;
  gchar *location;
  gboolean ignores_answers;

  GMutex lock;
  GCond cond;
  gboolean gathered;
  gboolean reachable;
  guint counts[128];
  guint32 video_ssrc;
  guint16 video_seq;            /* of the last packet */
  guint32 video_time;
  guint longest_gap;
  gboolean began_with_keyframe;
  gint64 next_report_us;
};

static gpointer
run_loop (gpointer data)
{
  TestViewer *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
on_quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* By the loop itself: one that has not begun yet would not notice. */
static void
quit_loop (TestViewer * self)
{
  GSource *source = g_idle_source_new ();

  g_source_set_callback (source, on_quit, self->loop, NULL);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static void
on_gathered (NiceAgent * agent, guint stream_id, TestViewer * self)
{
  g_mutex_lock (&self->lock);
  self->gathered = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
start_dtls (GstElement * dtlsenc, gpointer unused)
{
  gst_element_set_locked_state (dtlsenc, FALSE);
  gst_element_sync_state_with_parent (dtlsenc);
}

static void
on_ice_state (NiceAgent * agent, guint stream_id, guint component_id,
    guint state, TestViewer * self)
{
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (state != NICE_COMPONENT_STATE_CONNECTED
      && state != NICE_COMPONENT_STATE_READY)
    return;
  g_mutex_lock (&self->lock);
  gboolean first = !self->reachable;
  self->reachable = TRUE;
  g_mutex_unlock (&self->lock);
  if (first)
    gst_element_call_async (self->dtlsenc, start_dtls, NULL, NULL);
}

/* A VP8 packet's first byte after a payload descriptor with a picture id of
 * 15 bits (RFC 7741 section 4). */
static gboolean
is_keyframe (GstRTPBuffer * rtp)
{
  const guint8 *payload = gst_rtp_buffer_get_payload (rtp);

  g_assert_cmpuint (gst_rtp_buffer_get_payload_len (rtp), >, 4);
  return (payload[4] & 1) == 0;
}

/* With the lock. */
static void
follow_time (TestViewer * self, guint32 time)
{
  gint32 step = time - self->video_time;

  if (self->counts[96] > 0 && step > (gint32) self->longest_gap)
    self->longest_gap = step;
  if (self->counts[96] == 0 || step > 0)
    self->video_time = time;
}

/* Begins a packet with an empty receiver report. */
static GstBuffer *
begin_rtcp (GstRTCPBuffer * rtcp, GstRTCPPacket * packet)
{
  GstBuffer *buffer = gst_rtcp_buffer_new (200);

  gst_rtcp_buffer_map (buffer, GST_MAP_READWRITE, rtcp);
  gst_rtcp_buffer_add_packet (rtcp, GST_RTCP_TYPE_RR, packet);
  gst_rtcp_packet_rr_set_ssrc (packet, 7);
  return buffer;
}

static GstFlowReturn
send_rtcp (TestViewer * self, GstRTCPBuffer * rtcp, GstBuffer * buffer)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtcp");
  GstSegment segment;

  gst_rtcp_buffer_unmap (rtcp);
  gst_pad_send_event (self->rtcp, gst_event_new_stream_start ("rtcp"));
  gst_pad_send_event (self->rtcp, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_send_event (self->rtcp, gst_event_new_segment (&segment));
  return gst_pad_chain (self->rtcp, buffer);
}

/* With the lock. */
static gboolean
is_report_due (TestViewer * self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us < self->next_report_us)
    return FALSE;
  self->next_report_us = now_us + REPORT_PERIOD_US;
  return TRUE;
}

/* The connection may be at its end. */
static void
report (TestViewer * self)
{
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  GstBuffer *buffer = begin_rtcp (&rtcp, &packet);

  send_rtcp (self, &rtcp, buffer);
}

static void
on_packet (GstElement * sink, GstBuffer * buffer, GstPad * pad,
    TestViewer * self)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  g_assert_true (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
  guint payload_type = gst_rtp_buffer_get_payload_type (&rtp);
  g_mutex_lock (&self->lock);
  if (payload_type == 96 && self->counts[96] == 0) {
    self->began_with_keyframe = is_keyframe (&rtp);
    self->video_ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  }
  if (payload_type == 96) {
    follow_time (self, gst_rtp_buffer_get_timestamp (&rtp));
    self->video_seq = gst_rtp_buffer_get_seq (&rtp);
  }
  self->counts[payload_type]++;
  gboolean due = is_report_due (self);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_rtp_buffer_unmap (&rtp);
  if (due)
    report (self);
}

static void
make_pipeline (TestViewer * self)
{
  g_autofree gchar *id = g_uuid_string_random ();
  g_autofree gchar *text =
      g_strdup_printf ("nicesrc name=in ! dtlssrtpdemux name=demux "
      "demux.dtls_src ! dtlsdec name=dec connection-id=%s export-keys=true "
      "demux.rtp_src ! srtpkeyer name=open connection-id=%s "
      "open.rtp_src ! fakesink name=media sync=false async=false "
      "signal-handoffs=true "
      "srtpkeyer name=seal connection-id=%s ! funnel name=out ! "
      "nicesink name=net sync=false async=false "
      "dtlsenc name=enc connection-id=%s is-client=true export-keys=true "
      "! out.", id, id, id,
      id);
  GError *error = NULL;
  GstBin *bin;

  self->pipeline = gst_parse_launch (text, &error);
  g_assert_no_error (error);
  bin = GST_BIN (self->pipeline);
  self->dtlsdec = gst_bin_get_by_name (bin, "dec");
  self->dtlsenc = gst_bin_get_by_name (bin, "enc");
  gst_element_set_locked_state (self->dtlsenc, TRUE);
  g_autoptr (GstElement) in = gst_bin_get_by_name (bin, "in");
  g_autoptr (GstElement) net = gst_bin_get_by_name (bin, "net");
  g_autoptr (GstElement) media = gst_bin_get_by_name (bin, "media");
  g_autoptr (GstElement) seal = gst_bin_get_by_name (bin, "seal");
  g_object_set (in, "agent", self->agent, "stream", self->stream_id,
      "component", WHEP_ICE_COMPONENT, NULL);
  g_object_set (net, "agent", self->agent, "stream", self->stream_id,
      "component", WHEP_ICE_COMPONENT, NULL);
  g_signal_connect (media, "handoff", G_CALLBACK (on_packet), self);
  self->rtcp = gst_element_request_pad_simple (seal, "rtcp_sink_0");
}

static void
make_offer (TestViewer * self)
{
  g_autofree gchar *fingerprint = NULL;
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  g_autofree gchar *transport = NULL;

  g_object_get (self->dtlsdec, "fingerprint", &fingerprint, NULL);
  nice_agent_get_local_credentials (self->agent, self->stream_id, &ufrag, &pwd);
  transport = g_strdup_printf ("c=IN IP4 0.0.0.0\r\na=recvonly\r\n"
      "a=rtcp-mux\r\na=setup:actpass\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
      "a=fingerprint:%s\r\n", ufrag, pwd, fingerprint);
  self->offer = g_strdup_printf ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
      "t=0 0\r\na=group:BUNDLE v a\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102\r\n%sa=mid:v\r\n"
      "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\n"
      "a=rtcp-fb:96 nack pli\r\n"
      "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
      "a=rtpmap:102 H264/90000\r\n"
      "a=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n%sa=mid:a\r\n"
      "a=rtpmap:111 opus/48000/2\r\n", transport, transport);
}

TestViewer *
test_viewer_new (void)
{
  TestViewer *self = g_new0 (TestViewer, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("test-viewer", run_loop, self);
  self->session = soup_session_new_with_options ("timeout", 60, NULL);
  self->agent = whep_ice_agent_new (self->context, NULL, &self->stream_id);
  g_object_set (self->agent, "controlling-mode", TRUE, NULL);
  g_signal_connect (self->agent, "candidate-gathering-done",
      G_CALLBACK (on_gathered), self);
  g_signal_connect (self->agent, "component-state-changed",
      G_CALLBACK (on_ice_state), self);
  make_pipeline (self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_assert_true (nice_agent_gather_candidates (self->agent, self->stream_id));
  g_mutex_lock (&self->lock);
  while (!self->gathered)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  make_offer (self);
  return self;
}

void
test_viewer_free (TestViewer * self)
{
  test_viewer_close (self);
  gst_object_unref (self->dtlsdec);
  gst_object_unref (self->dtlsenc);
  gst_object_unref (self->rtcp);
  gst_object_unref (self->pipeline);
  g_object_unref (self->session);
  nice_agent_remove_stream (self->agent, self->stream_id);
  g_object_unref (self->agent);
  quit_loop (self);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self->offer);
  g_free (self->body);
  g_free (self->location);
  g_free (self);
}

const gchar *
test_viewer_get_offer (TestViewer * self)
{
  return self->offer;
}

void
test_viewer_take_offer (TestViewer * self, gchar * offer)
{
  g_free (self->offer);
  self->offer = offer;
}

void
test_viewer_ignore_answers (TestViewer * self)
{
  self->ignores_answers = TRUE;
}

const gchar *
test_viewer_get_location (TestViewer * self)
{
  return self->location;
}

const gchar *
test_viewer_get_body (TestViewer * self)
{
  return self->body;
}

/* Returns: the status; the body is kept. */
static guint
transmit (TestViewer * self, SoupMessage * message, const gchar * type,
    const gchar * body)
{
  GError *error = NULL;
  gsize size;

  if (body) {
    g_autoptr (GBytes) request = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (message, type, request);
  }
  g_autoptr (GBytes) response =
      soup_session_send_and_read (self->session, message, NULL, &error);
  g_assert_no_error (error);
  const gchar *data = g_bytes_get_data (response, &size);
  g_free (self->body);
  self->body = g_strndup (data ? data : "", size);
  return soup_message_get_status (message);
}

static SoupMessage *
message_new (const gchar * method, guint port, const gchar * path)
{
  g_autofree gchar *uri = g_strdup_printf ("http://127.0.0.1:%u%s", port, path);

  return soup_message_new (method, uri);
}

static void
connect_to (TestViewer * self, const gchar * answer)
{
  GstSDPMessage *sdp;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) candidates = NULL;
  const gchar *value;

  gst_sdp_message_new (&sdp);
  g_assert_cmpint (gst_sdp_message_parse_buffer ((const guint8 *) answer,
          strlen (answer), sdp), ==, GST_SDP_OK);
  const GstSDPMedia *media = gst_sdp_message_get_media (sdp, 0);
  if (gst_sdp_media_get_port (media) == 0)
    media = gst_sdp_message_get_media (sdp, 1);
  g_object_set (self->dtlsdec, "peer-fingerprint",
      gst_sdp_media_get_attribute_val (media, "fingerprint"), NULL);
  nice_agent_set_remote_credentials (self->agent, self->stream_id,
      gst_sdp_media_get_attribute_val (media, "ice-ufrag"),
      gst_sdp_media_get_attribute_val (media, "ice-pwd"));
  for (guint i = 0; (value =
          gst_sdp_media_get_attribute_val_n (media, "candidate", i)); i++) {
    g_autofree gchar *line = g_strconcat ("candidate:", value, NULL);

    g_strv_builder_add (builder, line);
  }
  candidates = g_strv_builder_end (builder);
  whep_ice_add_candidates (self->agent, self->stream_id,
      (const gchar * const *) candidates);
  gst_sdp_message_free (sdp);
}

guint
test_viewer_ask (TestViewer * self, guint port)
{
  g_autoptr (SoupMessage) message = message_new ("POST", port, "/whep");
  guint status = transmit (self, message, "application/sdp", self->offer);

  if (status == SOUP_STATUS_CREATED) {
    g_free (self->location);
    self->location =
        g_strdup (soup_message_headers_get_one
        (soup_message_get_response_headers (message), "Location"));
    if (!self->ignores_answers)
      connect_to (self, self->body);
  }
  return status;
}

guint
test_viewer_leave (TestViewer * self, guint port)
{
  g_autoptr (SoupMessage) message =
      message_new ("DELETE", port, self->location);

  return transmit (self, message, NULL, NULL);
}

guint
test_viewer_patch (TestViewer * self, guint port, const gchar * etag,
    const gchar * fragment)
{
  g_autoptr (SoupMessage) message = message_new ("PATCH", port, self->location);

  if (etag)
    soup_message_headers_append (soup_message_get_request_headers (message),
        "If-Match", etag);
  return transmit (self, message, "application/trickle-ice-sdpfrag", fragment);
}

static void
connect_again_to (TestViewer * self, const gchar * fragment)
{
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  g_auto (GStrv) candidates = whep_ice_parse_fragment (fragment, &ufrag, &pwd);

  g_assert_cmpuint (g_strv_length (candidates), >, 0);
  nice_agent_set_remote_credentials (self->agent, self->stream_id, ufrag, pwd);
  whep_ice_add_candidates (self->agent, self->stream_id,
      (const gchar * const *) candidates);
}

guint
test_viewer_restart_ice (TestViewer * self, guint port, const gchar * etag)
{
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  g_autofree gchar *fragment = NULL;
  g_auto (GStrv) candidates =
      whep_ice_get_candidates (self->agent, self->stream_id);

  nice_agent_restart_stream (self->agent, self->stream_id);
  nice_agent_get_local_credentials (self->agent, self->stream_id, &ufrag, &pwd);
  fragment = whep_ice_fragment_new (ufrag, pwd, "video", "v",
      (const gchar * const *) candidates);
  guint status = test_viewer_patch (self, port, etag, fragment);
  if (status == SOUP_STATUS_OK)
    connect_again_to (self, self->body);
  return status;
}

/* Its threads may tell of states in another order than they came in. */
static gboolean
has_way (TestViewer * self)
{
  return nice_agent_get_component_state (self->agent, self->stream_id,
      WHEP_ICE_COMPONENT) == NICE_COMPONENT_STATE_READY;
}

void
test_viewer_await_way (TestViewer * self)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (!has_way (self)) {
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline_us))
      g_error ("ICE found no way");
  }
  g_mutex_unlock (&self->lock);
}

void
test_viewer_await (TestViewer * self, guint payload_type, guint n)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (self->counts[payload_type] < n) {
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline_us))
      g_error ("%u packets of payload type %u instead of %u",
          self->counts[payload_type], payload_type, n);
  }
  g_mutex_unlock (&self->lock);
}

guint
test_viewer_count (TestViewer * self, guint payload_type)
{
  g_mutex_lock (&self->lock);
  guint count = self->counts[payload_type];
  g_mutex_unlock (&self->lock);
  return count;
}

guint
test_viewer_longest_gap (TestViewer * self)
{
  g_mutex_lock (&self->lock);
  guint gap = self->longest_gap;
  self->longest_gap = 0;
  g_mutex_unlock (&self->lock);
  return gap;
}

/* Its agent hears through this element alone. */
void
test_viewer_freeze (TestViewer * self)
{
  g_autoptr (GstElement) in =
      gst_bin_get_by_name (GST_BIN (self->pipeline), "in");

  gst_element_set_locked_state (in, TRUE);
  gst_element_set_state (in, GST_STATE_NULL);
}

gboolean
test_viewer_began_with_keyframe (TestViewer * self)
{
  g_mutex_lock (&self->lock);
  gboolean began = self->began_with_keyframe;
  g_mutex_unlock (&self->lock);
  return began;
}

static void
send_feedback (TestViewer * self, GstRTCPType packet_type, GstRTCPFBType type,
    guint32 media_ssrc, const guint8 * fci, guint fci_words)
{
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  GstBuffer *buffer = begin_rtcp (&rtcp, &packet);

  gst_rtcp_buffer_add_packet (&rtcp, packet_type, &packet);
  gst_rtcp_packet_fb_set_type (&packet, type);
  gst_rtcp_packet_fb_set_sender_ssrc (&packet, 7);
  gst_rtcp_packet_fb_set_media_ssrc (&packet, media_ssrc);
  if (fci_words > 0) {
    gst_rtcp_packet_fb_set_fci_length (&packet, fci_words);
    memcpy (gst_rtcp_packet_fb_get_fci (&packet), fci, fci_words * 4);
  }
  g_assert_cmpint (send_rtcp (self, &rtcp, buffer), ==, GST_FLOW_OK);
}

void
test_viewer_request_keyframe (TestViewer * self)
{
  send_feedback (self, GST_RTCP_TYPE_PSFB, GST_RTCP_PSFB_TYPE_PLI,
      self->video_ssrc, NULL, 0);
}

void
test_viewer_request_again (TestViewer * self)
{
  guint8 fci[4] = { 0, };

  g_mutex_lock (&self->lock);
  GST_WRITE_UINT16_BE (fci, self->video_seq);
  g_mutex_unlock (&self->lock);
  send_feedback (self, GST_RTCP_TYPE_RTPFB, GST_RTCP_RTPFB_TYPE_NACK,
      self->video_ssrc, fci, 1);
}

void
test_viewer_report_bitrate (TestViewer * self, guint bitrate)
{
  guint mantissa = bitrate >> 8;
  guint8 fci[] = {
    'R', 'E', 'M', 'B', 1, 8 << 2 | mantissa >> 16, mantissa >> 8, mantissa,
    self->video_ssrc >> 24, self->video_ssrc >> 16, self->video_ssrc >> 8,
    self->video_ssrc
  };

  send_feedback (self, GST_RTCP_TYPE_PSFB, GST_RTCP_PSFB_TYPE_AFB, 0, fci,
      sizeof fci / 4);
}

void
test_viewer_close (TestViewer * self)
{
  gst_element_set_locked_state (self->dtlsenc, TRUE);
  gst_element_set_state (self->dtlsenc, GST_STATE_NULL);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
}

GstBuffer *
test_viewer_get_key (TestViewer * self, gboolean of_server)
{
  GstBuffer *key;

  if (of_server)
    g_object_get (self->dtlsdec, "decoder-key", &key, NULL);
  else
    g_object_get (self->dtlsenc, "encoder-key", &key, NULL);
  return key;
}
