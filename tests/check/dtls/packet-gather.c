/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets in every shape of memory: copied when they must be, left alone when
 * they need not be.
 */
#include "config.h"

#include <gst/check/check.h>
#include <string.h>

#include "dtls/packet-gather.h"

#define TAIL 32

static DtlsPacketGather *gather;

static GstBuffer *
buffer_with (const gchar * text, gsize tail)
{
  gsize size = strlen (text);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size + tail, NULL);

  gst_buffer_fill (buffer, 0, text, size);
  gst_buffer_set_size (buffer, size);
  return buffer;
}

static void
assert_text (GstBuffer * buffer, const gchar * text)
{
  gsize size = strlen (text);

  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, size);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, text, size), ==, 0);
}

/* Opens @buffer and appends "tag". */
static GstBuffer *
append_tag (GstBuffer * buffer)
{
  DtlsPacket packet;

  g_assert_true (dtls_packet_gather_open (gather, buffer, TAIL, &packet));
  g_assert_cmpuint (packet.room, >=, packet.size + TAIL);
  g_assert_cmpuint ((guintptr) packet.data & 3, ==, 0);
  memcpy (packet.data + packet.size, "tag", 3);
  packet.size += 3;
  return dtls_packet_close (&packet);
}

static void
test_roomy_is_not_copied (void)
{
  GstBuffer *buffer = buffer_with ("packet", TAIL);
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  GstBuffer *out = append_tag (buffer);

  g_assert_true (out == buffer);
  g_assert_true (gst_buffer_peek_memory (out, 0) == memory);
  assert_text (out, "packettag");
  gst_buffer_unref (out);
}

static void
test_tight_is_copied (void)
{
  GstBuffer *buffer = buffer_with ("packet", 0);
  GstBuffer *out = append_tag (gst_buffer_ref (buffer));

  g_assert_true (out != buffer);
  assert_text (out, "packettag");
  assert_text (buffer, "packet");
  gst_buffer_unref (out);
  gst_buffer_unref (buffer);
}

static void
test_pieces_are_joined (void)
{
  GstBuffer *out = append_tag (gst_buffer_append (buffer_with ("head", 0),
          buffer_with ("payload", TAIL)));

  g_assert_cmpuint (gst_buffer_n_memory (out), ==, 1);
  assert_text (out, "headpayloadtag");
  gst_buffer_unref (out);
}

static void
test_shared_buffer_is_left_alone (void)
{
  GstBuffer *buffer = buffer_with ("packet", TAIL);
  GstBuffer *out = append_tag (gst_buffer_ref (buffer));

  assert_text (buffer, "packet");
  assert_text (out, "packettag");
  gst_buffer_unref (out);
  gst_buffer_unref (buffer);
}

static void
test_shared_memory_is_left_alone (void)
{
  GstBuffer *frame = buffer_with ("one frame of an encoder", TAIL);
  GstBuffer *part = gst_buffer_copy_region (frame, GST_BUFFER_COPY_MEMORY, 0,
      3);
  GstBuffer *out = append_tag (part);

  assert_text (frame, "one frame of an encoder");
  assert_text (out, "onetag");
  gst_buffer_unref (out);
  gst_buffer_unref (frame);
}

static void
test_unaligned_is_copied (void)
{
  GstBuffer *buffer = buffer_with ("xpacket", TAIL);
  GstBuffer *out;

  gst_buffer_resize (buffer, 1, 6);
  out = append_tag (buffer);
  assert_text (out, "packettag");
  gst_buffer_unref (out);
}

static void
test_metadata_stays (void)
{
  GstBuffer *buffer = buffer_with ("packet", 0);
  GstCaps *caps = gst_caps_new_empty_simple ("timestamp/x-test");
  GstBuffer *out;

  GST_BUFFER_PTS (buffer) = 5;
  GST_BUFFER_DTS (buffer) = 4;
  GST_BUFFER_DURATION (buffer) = 3;
  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_MARKER);
  gst_buffer_add_reference_timestamp_meta (buffer, caps, 7, 1);
  out = append_tag (buffer);
  g_assert_cmpuint (GST_BUFFER_PTS (out), ==, 5);
  g_assert_cmpuint (GST_BUFFER_DTS (out), ==, 4);
  g_assert_cmpuint (GST_BUFFER_DURATION (out), ==, 3);
  g_assert_true (GST_BUFFER_FLAG_IS_SET (out, GST_BUFFER_FLAG_MARKER));
  g_assert_nonnull (gst_buffer_get_reference_timestamp_meta (out, caps));
  gst_buffer_unref (out);
  gst_caps_unref (caps);
}

static void
test_larger_than_the_pool (void)
{
  g_autofree gchar *text = g_strnfill (9000, 'x');
  g_autofree gchar *tagged = g_strconcat (text, "tag", NULL);
  GstBuffer *out = append_tag (buffer_with (text, 0));

  assert_text (out, tagged);
  gst_buffer_unref (out);
}

static void
test_empty (void)
{
  GstBuffer *out = append_tag (gst_buffer_new ());

  assert_text (out, "tag");
  gst_buffer_unref (out);
}

/* A pooled buffer that grew and shrank must come back with all its room. */
static void
test_pool_is_used_again (void)
{
  GstBuffer *first = append_tag (buffer_with ("packet", 0));
  GstMemory *memory = gst_buffer_peek_memory (first, 0);
  GstBuffer *second;

  gst_buffer_unref (first);
  second = append_tag (buffer_with ("another packet", 0));
  g_assert_true (gst_buffer_peek_memory (second, 0) == memory);
  assert_text (second, "another packettag");
  gst_buffer_unref (second);
}

static void
test_buffers_outlive_the_gather (void)
{
  DtlsPacketGather *own = dtls_packet_gather_new ();
  GstBuffer *out;
  DtlsPacket packet;

  g_assert_true (dtls_packet_gather_open (own, buffer_with ("packet", 0), 0,
          &packet));
  out = dtls_packet_close (&packet);
  dtls_packet_gather_free (own);
  assert_text (out, "packet");
  gst_buffer_unref (out);
}

int
main (int argc, char **argv)
{
  int result;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  gather = dtls_packet_gather_new ();
#define ADD(name) g_test_add_func ("/packet-gather/" #name, test_##name)
  ADD (roomy_is_not_copied);
  ADD (tight_is_copied);
  ADD (pieces_are_joined);
  ADD (shared_buffer_is_left_alone);
  ADD (shared_memory_is_left_alone);
  ADD (unaligned_is_copied);
  ADD (metadata_stays);
  ADD (larger_than_the_pool);
  ADD (empty);
  ADD (pool_is_used_again);
  ADD (buffers_outlive_the_gather);
#undef ADD
  result = g_test_run ();
  dtls_packet_gather_free (gather);
  return result;
}
