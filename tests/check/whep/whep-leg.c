/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of a leg: there, ours, and linked as an offer needs them.
 */
#include "config.h"

#include "whep/whep-leg.h"

#include <gst/rtp/gstrtcpbuffer.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

#include "../lib/patience.h"
#include "offers.h"
#include "packets.h"
#include "whep/whep-ice.h"

static const guint32 rtx_ssrcs[WHEP_INPUTS_MAX] = { 33, 44 };

static WhepOffer *
offer_of (const gchar * text)
{
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8");
  g_autoptr (GstCaps) opus = gst_caps_from_string ("audio/x-opus");
  WhepFormat formats[] = {
    whep_format_from_caps (vp8), whep_format_from_caps (opus)
  };
  GError *error = NULL;
  WhepOffer *offer = whep_offer_parse (text, strlen (text), formats, 2,
      &error);

  g_assert_no_error (error);
  return offer;
}

static void
test_elements (void)
{
  GError *error = NULL;

  g_assert_true (whep_leg_check_elements (&error));
  g_assert_no_error (error);
}

static WhepPacketizer *
on_packetizer (guint input, gint payload_type, gpointer user_data)
{
  return packets_of (input, payload_type);
}

static void
on_keyframe (guint input, gpointer user_data)
{
}

static void
on_sent (gpointer user_data)
{
}

static const WhepTracksFuncs funcs = { on_packetizer, on_keyframe, on_sent };

static guint
count_elements (WhepLeg * leg, const gchar * factory)
{
  guint count = 0;
  g_autoptr (GstIterator) all =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (leg->pipeline),
      factory);
  GValue item = G_VALUE_INIT;

  while (gst_iterator_next (all, &item) == GST_ITERATOR_OK) {
    count++;
    g_value_unset (&item);
  }
  return count;
}

/* A leg for an offer, and what it needs. */
typedef struct
{
  WhepOffer *offer;
  GMainContext *context;
  WhepLegConfig config;
  WhepLeg leg;
} TestLeg;

static void
test_leg_open (TestLeg * test, const gchar * text)
{
  g_autofree gchar *fingerprint = NULL;
  GError *error = NULL;
  guint stream_id;

  test->offer = offer_of (text);
  test->context = g_main_context_new ();
  test->config = (WhepLegConfig) {
  .id = "leg",.offer = test->offer,.context = test->context,.cname = "name"};
  test->config.agent = whep_ice_agent_new (test->context, NULL, &stream_id);
  test->config.stream_id = stream_id;
  test->config.clock = gst_system_clock_obtain ();
  test->config.tracks = whep_tracks_new (test->offer, rtx_ssrcs, &funcs, NULL);
  test->config.certgen = whep_leg_certgen_new (&fingerprint, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (fingerprint, "sha-256 "));
  g_assert_true (whep_leg_init (&test->leg, &test->config, &error));
  g_assert_no_error (error);
}

static void
test_leg_close (TestLeg * test)
{
  whep_tracks_stop (test->config.tracks);
  whep_leg_clear (&test->leg);
  whep_leg_clear (&test->leg);
  whep_tracks_free (test->config.tracks);
  gst_element_set_state (test->config.certgen, GST_STATE_NULL);
  gst_object_unref (test->config.certgen);
  gst_object_unref (test->config.clock);
  nice_agent_remove_stream (test->config.agent, test->config.stream_id);
  g_object_unref (test->config.agent);
  g_main_context_unref (test->context);
  whep_offer_free (test->offer);
}

/* Builds, starts and clears a leg; nothing may warn. */
static void
check_leg (const gchar * text, gboolean is_client)
{
  TestLeg test;
  gboolean client;
  g_autofree gchar *fingerprint = NULL;

  test_leg_open (&test, text);
  g_assert_cmpuint (count_elements (&test.leg, "srtpkeyer"), ==, 2);
  g_object_get (test.leg.dtlsenc, "is-client", &client, NULL);
  g_assert_cmpint (client, ==, is_client);
  g_object_get (test.leg.dtlsdec, "peer-fingerprint", &fingerprint, NULL);
  g_assert_nonnull (fingerprint);
  g_assert_cmpint (gst_element_set_state (test.leg.pipeline,
          GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (GST_STATE (test.leg.dtlsenc), ==, GST_STATE_NULL);
  whep_leg_set_connected (&test.leg);
  g_assert_cmpint (GST_STATE (test.leg.dtlsenc), ==, GST_STATE_PLAYING);
  test_leg_close (&test);
}

static void
test_legs (void)
{
  g_autofree gchar *both = offer_load ("chromium.sdp");
  g_autofree gchar *sound = offer_replace (both, " VP8/90000", " XY8/90000");
  g_autofree gchar *plain = offer_replace (both, " rtx/90000", " xyz/90000");
  g_autofree gchar *passive =
      offer_replace (both, "setup:actpass", "setup:passive");

  check_leg (both, FALSE);
  check_leg (sound, FALSE);
  check_leg (plain, FALSE);
  check_leg (passive, TRUE);
}

static GstPadProbeReturn
take_nothing (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  gst_buffer_list_unref (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = WHEP_OUTLET_DROPPED;
  return GST_PAD_PROBE_HANDLED;
}

static void
push_at (WhepTracks * tracks, guint input, GstClockTime time)
{
  g_autoptr (GstCaps) caps = packets_caps (input);
  g_autoptr (GstBuffer) buffer = packets_frame (FALSE);

  GST_BUFFER_PTS (buffer) = time;
  g_assert_true (whep_tracks_push (tracks, input, buffer, caps));
}

static guint64
count_dropped (TestLeg * test)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  guint64 dropped;

  whep_tracks_add_stats (test->config.tracks, stats);
  g_assert_true (gst_structure_get_uint64 (stats, "buffers-dropped", &dropped));
  return dropped;
}

/* That the network takes no more is known where the frames come from. */
static void
test_full_network (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  TestLeg test;

  test_leg_open (&test, text);
  gst_element_set_state (test.leg.pipeline, GST_STATE_PLAYING);
  g_autoptr (GstPad) sink =
      gst_element_get_static_pad (test.leg.protect, "rtp_sink_0");
  g_assert_nonnull (sink);
  push_at (test.config.tracks, 0, 0);
  g_assert_cmpuint (count_dropped (&test), ==, 0);
  gulong probe = gst_pad_add_probe (sink, GST_PAD_PROBE_TYPE_BUFFER_LIST,
      take_nothing, NULL, NULL);
  push_at (test.config.tracks, 0, 0);
  g_assert_cmpuint (count_dropped (&test), ==, 1);
  gst_pad_remove_probe (sink, probe);
  push_at (test.config.tracks, 0, 0);
  g_assert_cmpuint (count_dropped (&test), ==, 1);
  test_leg_close (&test);
}

/* What a sender report says of one stream: when, by the clock that all
 * streams of a peer share, an RTP timestamp was due (RFC 3550 section 6.4.1). */
typedef struct
{
  guint32 ssrc;
  guint clock_rate;
  GstClockTime time;            /* of a packet */
  guint32 timestamp;            /* of that packet */
  gboolean reported;
  GstClockTimeDiff difference;  /* between the report's clock and ours */
} Stream;

typedef struct
{
  GMutex lock;
  GCond cond;
  Stream streams[2];
} Reports;

static GstPadProbeReturn
on_rtp (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstBufferList *packets = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
  GstBuffer *packet = gst_buffer_list_get (packets, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  Reports *reports = user_data;

  g_assert_true (gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp));
  g_mutex_lock (&reports->lock);
  for (guint i = 0; i < 2; i++) {
    if (gst_rtp_buffer_get_ssrc (&rtp) == reports->streams[i].ssrc) {
      reports->streams[i].time = GST_BUFFER_PTS (packet);
      reports->streams[i].timestamp = gst_rtp_buffer_get_timestamp (&rtp);
    }
  }
  g_mutex_unlock (&reports->lock);
  gst_rtp_buffer_unmap (&rtp);
  return GST_PAD_PROBE_OK;
}

static void
read_report (Reports * reports, GstRTCPPacket * report)
{
  guint32 ssrc, timestamp;
  guint64 ntp;

  gst_rtcp_packet_sr_get_sender_info (report, &ssrc, &ntp, &timestamp, NULL,
      NULL);
  for (guint i = 0; i < 2; i++) {
    Stream *stream = &reports->streams[i];

    if (stream->ssrc != ssrc)
      continue;
    stream->difference =
        gst_util_uint64_scale (ntp, GST_SECOND, G_GUINT64_CONSTANT (1) << 32)
        - stream->time - (gint64) (gint32) (timestamp - stream->timestamp)
        * (gint64) GST_SECOND / stream->clock_rate;
    stream->reported = TRUE;
  }
}

static GstPadProbeReturn
on_rtcp (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  Reports *reports = user_data;

  g_assert_true (gst_rtcp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info),
          GST_MAP_READ, &rtcp));
  g_mutex_lock (&reports->lock);
  for (gboolean more = gst_rtcp_buffer_get_first_packet (&rtcp, &packet); more;
      more = gst_rtcp_packet_move_to_next (&packet)) {
    if (gst_rtcp_packet_get_type (&packet) == GST_RTCP_TYPE_SR)
      read_report (reports, &packet);
  }
  g_cond_broadcast (&reports->cond);
  g_mutex_unlock (&reports->lock);
  gst_rtcp_buffer_unmap (&rtcp);
  return GST_PAD_PROBE_OK;
}

static void
await_reports (Reports * reports)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&reports->lock);
  while (!reports->streams[0].reported || !reports->streams[1].reported) {
    if (!g_cond_wait_until (&reports->cond, &reports->lock, deadline_us))
      g_error ("no sender reports of both streams");
  }
  g_mutex_unlock (&reports->lock);
}

/* Sound that is sent long after it was recorded, pictures sent at once: a
 * browser can still play together what belongs together. */
static void
test_lip_sync (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  Reports reports = {.streams = {{test_ssrcs[0], 90000,}, {test_ssrcs[1],
          48000,}}
  };
  TestLeg test;

  test_leg_open (&test, text);
  gst_pad_add_probe (whep_tracks_get_pad (test.config.tracks),
      GST_PAD_PROBE_TYPE_BUFFER_LIST, on_rtp, &reports, NULL);
  g_autoptr (GstPad) rtcp =
      gst_element_get_static_pad (test.leg.session, "send_rtcp_src");
  gst_pad_add_probe (rtcp, GST_PAD_PROBE_TYPE_BUFFER, on_rtcp, &reports, NULL);
  gst_element_set_state (test.leg.pipeline, GST_STATE_PLAYING);
  GstClockTime now = gst_clock_get_time (test.config.clock);
  push_at (test.config.tracks, 0, now);
  push_at (test.config.tracks, 1, now - 700 * GST_MSECOND);
  await_reports (&reports);
  g_assert_cmpint (ABS (reports.streams[0].difference -
          reports.streams[1].difference), <, GST_MSECOND);
  test_leg_close (&test);
}

/* No two are the same. */
static void
test_certificates (void)
{
  GstElement *certgens[2];
  gchar *fingerprints[2];

  for (guint i = 0; i < 2; i++)
    certgens[i] = whep_leg_certgen_new (&fingerprints[i], NULL);
  g_assert_cmpstr (fingerprints[0], !=, fingerprints[1]);
  for (guint i = 0; i < 2; i++) {
    gst_element_set_state (certgens[i], GST_STATE_NULL);
    gst_object_unref (certgens[i]);
    g_free (fingerprints[i]);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/leg/elements", test_elements);
  g_test_add_func ("/whep/leg/legs", test_legs);
  g_test_add_func ("/whep/leg/full-network", test_full_network);
  g_test_add_func ("/whep/leg/lip-sync", test_lip_sync);
  g_test_add_func ("/whep/leg/certificates", test_certificates);
  return g_test_run ();
}
