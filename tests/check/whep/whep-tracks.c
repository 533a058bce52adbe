/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one peer is sent: from a keyframe on, again when it asks, and no more
 * than it can take.
 */
#include "config.h"

#include "whep/whep-tracks.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

#include "offers.h"
#include "packets.h"
#include "whep/whep-outlet.h"

#define VP8 96
#define RTX 97
#define OPUS 111

static const guint32 rtx_ssrcs[WHEP_INPUTS_MAX] = { 33, 44 };

typedef struct
{
  WhepOffer *offer;
  WhepPacketizer *packetizers[2];
  WhepTracks *tracks;
  GstPad *sink;
  GstFlowReturn flow;           /* what the sink says */
  GPtrArray *packets;           /* what it got */
  guint keyframes[2];           /* asked for */
  guint sent;
} Fixture;

static WhepPacketizer *
on_packetizer (guint input, gint payload_type, gpointer user_data)
{
  Fixture *f = user_data;

  if (!f->packetizers[input])
    f->packetizers[input] = packets_of (input, payload_type);
  return g_object_ref (f->packetizers[input]);
}

static void
on_keyframe (guint input, gpointer user_data)
{
  ((Fixture *) user_data)->keyframes[input]++;
}

static void
on_sent (gpointer user_data)
{
  ((Fixture *) user_data)->sent++;
}

static const WhepTracksFuncs funcs = { on_packetizer, on_keyframe, on_sent };

static GstFlowReturn
on_packet (GstPad * pad, GstObject * parent, GstBuffer * packet)
{
  Fixture *f = gst_pad_get_element_private (pad);

  g_ptr_array_add (f->packets, packet);
  return f->flow;
}

static gboolean
on_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);
  return TRUE;
}

static void
make_sink (Fixture * f)
{
  f->sink = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  gst_pad_set_element_private (f->sink, f);
  gst_pad_set_chain_function (f->sink, on_packet);
  gst_pad_set_event_function (f->sink, on_event);
  gst_pad_set_active (f->sink, TRUE);
  g_assert_cmpint (gst_pad_link (whep_tracks_get_pad (f->tracks), f->sink), ==,
      GST_PAD_LINK_OK);
}

static void
setup (Fixture * f, gconstpointer without_rtx)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autofree gchar *plain = offer_replace (text, " rtx/90000", " xyz/90000");
  g_autoptr (GstCaps) vp8 = packets_caps (0);
  g_autoptr (GstCaps) opus = packets_caps (1);
  WhepFormat formats[] = {
    whep_format_from_caps (vp8), whep_format_from_caps (opus)
  };

  if (without_rtx)
    f->offer = whep_offer_parse (plain, strlen (plain), formats, 2, NULL);
  else
    f->offer = whep_offer_parse (text, strlen (text), formats, 2, NULL);
  f->packets =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  f->tracks = whep_tracks_new (f->offer, rtx_ssrcs, &funcs, f);
  g_assert_nonnull (f->tracks);
  make_sink (f);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  whep_tracks_free (f->tracks);
  gst_pad_set_active (f->sink, FALSE);
  gst_object_unref (f->sink);
  g_clear_object (&f->packetizers[0]);
  g_clear_object (&f->packetizers[1]);
  g_ptr_array_unref (f->packets);
  whep_offer_free (f->offer);
}

static void
push (Fixture * f, guint input, gboolean delta)
{
  g_autoptr (GstCaps) caps = packets_caps (input);
  g_autoptr (GstBuffer) buffer = packets_frame (delta);

  g_assert_true (whep_tracks_push (f->tracks, input, buffer, caps));
}

typedef struct
{
  guint payload_type;
  guint32 ssrc;
  guint16 seq;
} Packet;

static Packet
packet_at (Fixture * f, guint index)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  Packet packet;

  g_assert_cmpuint (index, <, f->packets->len);
  g_assert_true (gst_rtp_buffer_map (g_ptr_array_index (f->packets, index),
          GST_MAP_READ, &rtp));
  packet.payload_type = gst_rtp_buffer_get_payload_type (&rtp);
  packet.ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  packet.seq = gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return packet;
}

static guint64
stat_of (Fixture * f, const gchar * name)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  guint64 value;

  whep_tracks_add_stats (f->tracks, stats);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

static void
send_event (Fixture * f, GstStructure * structure)
{
  gst_pad_push_event (f->sink,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, structure));
}

static void
test_begins_with_keyframe (Fixture * f, gconstpointer data)
{
  g_assert_true (whep_tracks_have (f->tracks, 0));
  g_assert_false (whep_tracks_have (f->tracks, 2));
  push (f, 0, TRUE);
  g_assert_cmpuint (f->packets->len, ==, 0);
  g_assert_cmpuint (f->keyframes[0], ==, 1);
  g_assert_cmpuint (stat_of (f, "buffers-dropped"), ==, 1);
  g_assert_cmpuint (f->sent, ==, 0);
  push (f, 0, FALSE);
  push (f, 0, TRUE);
  g_assert_cmpuint (f->sent, ==, 2);
  g_assert_cmpuint (f->packets->len, ==, 2);
  g_assert_cmpuint (f->keyframes[0], ==, 1);
  g_assert_cmpuint (packet_at (f, 0).payload_type, ==, VP8);
  g_assert_cmpuint (packet_at (f, 0).ssrc, ==, test_ssrcs[0]);
}

static void
test_sound_begins_at_once (Fixture * f, gconstpointer data)
{
  push (f, 1, FALSE);
  g_assert_cmpuint (f->packets->len, ==, 1);
  g_assert_cmpuint (packet_at (f, 0).payload_type, ==, OPUS);
  g_assert_cmpuint (packet_at (f, 0).ssrc, ==, test_ssrcs[1]);
  g_assert_cmpuint (f->keyframes[1], ==, 0);
}

/* After a loss on our side only a keyframe is of use; sound goes on. */
static void
test_loss (Fixture * f, gconstpointer data)
{
  f->flow = WHEP_OUTLET_DROPPED;
  push (f, 0, FALSE);
  push (f, 1, FALSE);
  f->flow = GST_FLOW_OK;
  g_assert_cmpuint (f->keyframes[0], ==, 1);
  g_assert_cmpuint (f->packets->len, ==, 2);
  push (f, 0, TRUE);
  g_assert_cmpuint (f->packets->len, ==, 2);
  push (f, 1, FALSE);
  push (f, 0, FALSE);
  g_assert_cmpuint (f->packets->len, ==, 4);
}

static void
test_keyframe_requests (Fixture * f, gconstpointer data)
{
  send_event (f, gst_structure_new ("GstForceKeyUnit", "ssrc", G_TYPE_UINT,
          test_ssrcs[0], NULL));
  g_assert_cmpuint (f->keyframes[0], ==, 1);
  send_event (f, gst_structure_new ("GstForceKeyUnit", "ssrc", G_TYPE_UINT,
          test_ssrcs[1], NULL));
  send_event (f, gst_structure_new ("GstForceKeyUnit", "ssrc", G_TYPE_UINT,
          12345, NULL));
  g_assert_cmpuint (f->keyframes[0], ==, 1);
  send_event (f, gst_structure_new_empty ("GstForceKeyUnit"));
  g_assert_cmpuint (f->keyframes[0], ==, 2);
  whep_tracks_request_keyframes (f->tracks);
  g_assert_cmpuint (f->keyframes[0], ==, 3);
  g_assert_cmpuint (f->keyframes[1], ==, 0);
}

static void
ask_again (Fixture * f, guint32 ssrc, guint seq)
{
  send_event (f, gst_structure_new ("GstRTPRetransmissionRequest",
          "ssrc", G_TYPE_UINT, ssrc, "seqnum", G_TYPE_UINT, seq, NULL));
}

static void
test_retransmission (Fixture * f, gconstpointer data)
{
  push (f, 0, FALSE);
  push (f, 0, TRUE);
  ask_again (f, test_ssrcs[0], packet_at (f, 0).seq);
  ask_again (f, test_ssrcs[0], packet_at (f, 1).seq);
  g_assert_cmpuint (f->packets->len, ==, 4);
  Packet again = packet_at (f, 2);
  g_assert_cmpuint (again.payload_type, ==, RTX);
  g_assert_cmpuint (again.ssrc, ==, rtx_ssrcs[0]);
  g_assert_cmpuint (packet_at (f, 3).seq, ==, (guint16) (again.seq + 1));
  g_assert_cmpuint (stat_of (f, "packets-retransmitted"), ==, 2);
}

/* Who asks for more than it was sent, is not sent more. */
static void
test_greedy_peer (Fixture * f, gconstpointer data)
{
  push (f, 0, FALSE);
  for (guint i = 0; i < 10; i++)
    ask_again (f, test_ssrcs[0], packet_at (f, 0).seq);
  g_assert_cmpuint (f->packets->len, ==, 2);
  g_assert_cmpuint (stat_of (f, "retransmissions-refused"), ==, 9);
}

static void
test_unknown_packets (Fixture * f, gconstpointer data)
{
  push (f, 0, FALSE);
  push (f, 1, FALSE);
  ask_again (f, test_ssrcs[0], packet_at (f, 0).seq - 1);
  ask_again (f, 12345, packet_at (f, 0).seq);
  /* Opus has no retransmissions here. */
  ask_again (f, test_ssrcs[1], packet_at (f, 1).seq);
  send_event (f, gst_structure_new_empty ("GstRTPRetransmissionRequest"));
  send_event (f, gst_structure_new_empty ("GstRTPCollision"));
  g_assert_cmpuint (f->packets->len, ==, 2);
}

static void
test_no_retransmissions (Fixture * f, gconstpointer data)
{
  push (f, 0, FALSE);
  ask_again (f, test_ssrcs[0], packet_at (f, 0).seq);
  g_assert_cmpuint (f->packets->len, ==, 1);
}

/* Two peers get the very same memory. */
static void
test_packets_are_shared (Fixture * f, gconstpointer data)
{
  Fixture other = { 0, };
  g_autoptr (GstCaps) caps = packets_caps (0);
  g_autoptr (GstBuffer) buffer = packets_frame (FALSE);

  other.packetizers[0] = g_object_ref (f->packetizers[0]);
  setup (&other, NULL);
  whep_tracks_push (f->tracks, 0, buffer, caps);
  whep_tracks_push (other.tracks, 0, buffer, caps);
  g_assert_cmpuint (f->packets->len, ==, 1);
  g_assert_cmpuint (other.packets->len, ==, 1);
  g_assert_true (f->packets->pdata[0] == other.packets->pdata[0]);
  teardown (&other, NULL);
}

static void
test_stopped (Fixture * f, gconstpointer data)
{
  whep_tracks_stop (f->tracks);
  push (f, 0, FALSE);
  g_assert_cmpuint (f->packets->len, ==, 0);
}

static void
test_what_is_no_stream (Fixture * f, gconstpointer data)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("audio/x-raw");
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 10, NULL);

  g_assert_false (whep_tracks_push (f->tracks, 0, buffer, caps));
  g_assert_true (whep_tracks_push (f->tracks, 5, buffer, caps));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func, without_rtx) g_test_add ("/whep/tracks/" name, \
      Fixture, GINT_TO_POINTER (without_rtx), setup, func, teardown)
  ADD ("begins-with-keyframe", test_begins_with_keyframe, FALSE);
  ADD ("sound-begins-at-once", test_sound_begins_at_once, FALSE);
  ADD ("loss", test_loss, FALSE);
  ADD ("keyframe-requests", test_keyframe_requests, FALSE);
  ADD ("retransmission", test_retransmission, FALSE);
  ADD ("greedy-peer", test_greedy_peer, FALSE);
  ADD ("unknown-packets", test_unknown_packets, FALSE);
  ADD ("no-retransmissions", test_no_retransmissions, TRUE);
  ADD ("packets-are-shared", test_packets_are_shared, FALSE);
  ADD ("stopped", test_stopped, FALSE);
  ADD ("what-is-no-stream", test_what_is_no_stream, FALSE);
#undef ADD
  return g_test_run ();
}
