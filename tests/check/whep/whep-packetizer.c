/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets that many share: made once, numbered without gaps, found again.
 */
#include "config.h"

#include "whep/whep-packetizer.h"

#include <gst/rtp/gstrtpbuffer.h>

#define FRAME_SIZE 5000

typedef struct
{
  GstCaps *caps;
  WhepPacketizer *packetizer;
} Fixture;

static WhepPacketizer *
packetizer_for (GstCaps * caps)
{
  GError *error = NULL;
  WhepPacketizer *packetizer =
      whep_packetizer_new (whep_format_from_caps (caps).codec, 96, 4711,
      &error);

  g_assert_no_error (error);
  return packetizer;
}

static void
setup (Fixture * f, gconstpointer data)
{
  f->caps = gst_caps_from_string ("video/x-vp8");
  f->packetizer = packetizer_for (f->caps);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  g_object_unref (f->packetizer);
  gst_caps_unref (f->caps);
}

/* A VP8 frame, as far as a payloader looks at it. */
static GstBuffer *
frame_at (GstClockTime time)
{
  GstBuffer *frame = gst_buffer_new_allocate (NULL, FRAME_SIZE, NULL);

  gst_buffer_memset (frame, 0, 0, FRAME_SIZE);
  /* Frame tag of a key frame, start code, 16 x 16 (RFC 6386 section 9.1). */
  gst_buffer_fill (frame, 0, "\x10\x02\x00\x9d\x01\x2a\x10\x00\x10\x00", 10);
  GST_BUFFER_PTS (frame) = time;
  return frame;
}

typedef struct
{
  guint16 seq;
  guint32 timestamp;
  GstClockTime time;
} Packet;

static Packet
read_packet (GstBuffer * buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  Packet packet;

  g_assert_true (gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp));
  g_assert_cmpuint (gst_rtp_buffer_get_ssrc (&rtp), ==, 4711);
  g_assert_cmpuint (gst_rtp_buffer_get_payload_type (&rtp), ==, 96);
  packet.seq = gst_rtp_buffer_get_seq (&rtp);
  packet.timestamp = gst_rtp_buffer_get_timestamp (&rtp);
  packet.time = GST_BUFFER_PTS (buffer);
  gst_rtp_buffer_unmap (&rtp);
  g_assert_cmpuint (gst_buffer_get_size (buffer), <=, 1200);
  return packet;
}

static void
test_packets_are_shared (Fixture * f, gconstpointer data)
{
  g_autoptr (GstBuffer) first = frame_at (GST_SECOND);
  g_autoptr (GstBuffer) second = frame_at (2 * GST_SECOND);
  GstBufferList *packets =
      whep_packetizer_get_packets (f->packetizer, first, f->caps);
  guint n = gst_buffer_list_length (packets);
  Packet last = read_packet (gst_buffer_list_get (packets, n - 1));

  g_assert_cmpuint (n, >=, FRAME_SIZE / 1200 + 1);
  g_assert_true (packets == whep_packetizer_get_packets (f->packetizer, first,
          f->caps));
  g_assert_cmpuint (last.time, ==, GST_SECOND);

  packets = whep_packetizer_get_packets (f->packetizer, second, f->caps);
  Packet next = read_packet (gst_buffer_list_get (packets, 0));
  g_assert_cmpuint (next.seq, ==, (guint16) (last.seq + 1));
  g_assert_cmpuint (next.timestamp - last.timestamp, ==, 90000);
}

static void
test_packets_are_found_again (Fixture * f, gconstpointer data)
{
  g_autoptr (GstBuffer) frame = frame_at (0);
  GstBufferList *packets =
      whep_packetizer_get_packets (f->packetizer, frame, f->caps);
  Packet first = read_packet (gst_buffer_list_get (packets, 0));
  g_autoptr (GstBuffer) found = whep_packetizer_find (f->packetizer, first.seq);

  g_assert_true (found == gst_buffer_list_get (packets, 0));
  g_assert_null (whep_packetizer_find (f->packetizer, first.seq - 1));
  g_assert_null (whep_packetizer_find (f->packetizer, first.seq + 1024));
}

/* The memory is bounded: what is long gone is not found. */
static void
test_old_packets_are_forgotten (Fixture * f, gconstpointer data)
{
  guint16 first = 0;
  guint made = 0;

  for (guint i = 0; made <= 1024; i++) {
    g_autoptr (GstBuffer) frame = frame_at (i * GST_MSECOND);
    GstBufferList *packets =
        whep_packetizer_get_packets (f->packetizer, frame, f->caps);

    if (made == 0)
      first = read_packet (gst_buffer_list_get (packets, 0)).seq;
    made += gst_buffer_list_length (packets);
  }
  g_assert_null (whep_packetizer_find (f->packetizer, first));
  g_autoptr (GstBuffer) last =
      whep_packetizer_find (f->packetizer, first + made - 1);
  g_assert_nonnull (last);
}

static void
test_other_caps_are_refused (Fixture * f, gconstpointer data)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("audio/x-opus");
  g_autoptr (GstBuffer) frame = frame_at (0);

  g_assert_null (whep_packetizer_get_packets (f->packetizer, frame, caps));
  g_assert_null (whep_packetizer_get_packets (f->packetizer, frame, caps));
}

static void
test_single_packets (void)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("audio/x-opus, channels=2, "
      "channel-mapping-family=0");
  g_autoptr (WhepPacketizer) packetizer = packetizer_for (caps);
  g_autoptr (GstBuffer) frame = gst_buffer_new_allocate (NULL, 50, NULL);

  g_assert_cmpstr (whep_packetizer_get_codec (packetizer)->encoding, ==,
      "opus");
  gst_buffer_memset (frame, 0, 0, 50);
  GST_BUFFER_PTS (frame) = 0;
  GstBufferList *packets =
      whep_packetizer_get_packets (packetizer, frame, caps);
  g_assert_cmpuint (gst_buffer_list_length (packets), ==, 1);
  read_packet (gst_buffer_list_get (packets, 0));
}

static void
test_missing_payloader (void)
{
  WhepCodec codec = {.media = "video",.payloader = "no-such-element" };
  g_autoptr (GError) error = NULL;

  g_assert_null (whep_packetizer_new (&codec, 96, 1, &error));
  g_assert_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/whep/packetizer/" name, Fixture, NULL, \
      setup, func, teardown)
  ADD ("packets-are-shared", test_packets_are_shared);
  ADD ("packets-are-found-again", test_packets_are_found_again);
  ADD ("old-packets-are-forgotten", test_old_packets_are_forgotten);
  ADD ("other-caps-are-refused", test_other_caps_are_refused);
#undef ADD
  g_test_add_func ("/whep/packetizer/single-packets", test_single_packets);
  g_test_add_func ("/whep/packetizer/missing-payloader",
      test_missing_payloader);
  return g_test_run ();
}
