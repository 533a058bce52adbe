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

  g_assert_true (dtls_packet_open (buffer, TAIL, &packet));
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
test_empty (void)
{
  GstBuffer *out = append_tag (gst_buffer_new ());

  assert_text (out, "tag");
  gst_buffer_unref (out);
}

/* The memory of a pool's buffer stays in it, for the pool to find. */
static void
test_pool_keeps_its_memory (void)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstBuffer *buffer, *out;

  gst_buffer_pool_config_set_params (config, NULL, 6, 1, 1);
  gst_buffer_pool_set_config (pool, config);
  gst_buffer_pool_set_active (pool, TRUE);
  gst_buffer_pool_acquire_buffer (pool, &buffer, NULL);
  gst_buffer_fill (buffer, 0, "packet", 6);
  out = append_tag (buffer);
  assert_text (out, "packettag");
  /* the only one there is, so it is back */
  gst_buffer_pool_acquire_buffer (pool, &buffer, NULL);
  assert_text (buffer, "packet");
  gst_buffer_unref (buffer);
  gst_buffer_unref (out);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

static void
test_drop (void)
{
  DtlsPacket packet;

  g_assert_true (dtls_packet_open (buffer_with ("packet", 0), TAIL, &packet));
  dtls_packet_drop (&packet);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/packet-gather/" #name, test_##name)
  ADD (roomy_is_not_copied);
  ADD (tight_is_copied);
  ADD (pieces_are_joined);
  ADD (shared_buffer_is_left_alone);
  ADD (shared_memory_is_left_alone);
  ADD (unaligned_is_copied);
  ADD (metadata_stays);
  ADD (empty);
  ADD (pool_keeps_its_memory);
  ADD (drop);
#undef ADD
  return g_test_run ();
}
