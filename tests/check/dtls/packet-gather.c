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

static gboolean
append_tag_to_packet (DtlsPacket * packet, gpointer data)
{
  g_assert_cmpuint (packet->room, >=, packet->size + TAIL);
  g_assert_cmpuint ((guintptr) packet->data & 3, ==, 0);
  memcpy (packet->data + packet->size, "tag", 3);
  packet->size += 3;
  return TRUE;
}

static gboolean
drop_packet (DtlsPacket * packet, gpointer data)
{
  return FALSE;
}

/* Drops what begins with "x". */
static gboolean
tag_or_drop_packet (DtlsPacket * packet, gpointer data)
{
  return packet->data[0] != 'x' && append_tag_to_packet (packet, data);
}

static GstBuffer *
append_tag (GstBuffer * buffer)
{
  return dtls_packet_work (buffer, TAIL, append_tag_to_packet, NULL);
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

static GstBufferPool *
make_pool_of_one (void)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, NULL, 6, 1, 1);
  gst_buffer_pool_set_config (pool, config);
  gst_buffer_pool_set_active (pool, TRUE);
  return pool;
}

static GstBuffer *
packet_of_pool (GstBufferPool * pool)
{
  GstBuffer *buffer;

  gst_buffer_pool_acquire_buffer (pool, &buffer, NULL);
  gst_buffer_fill (buffer, 0, "packet", 6);
  return buffer;
}

/* The only buffer there is must be back, as it was. */
static void
assert_pool_is_whole (GstBufferPool * pool)
{
  GstBuffer *buffer;

  gst_buffer_pool_acquire_buffer (pool, &buffer, NULL);
  assert_text (buffer, "packet");
  gst_buffer_unref (buffer);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

/* The memory of a pool's buffer stays in it, for the pool to find. */
static void
test_pool_keeps_its_memory (void)
{
  GstBufferPool *pool = make_pool_of_one ();
  GstBuffer *out = append_tag (packet_of_pool (pool));

  assert_text (out, "packettag");
  assert_pool_is_whole (pool);
  gst_buffer_unref (out);
}

static void
test_drop (void)
{
  g_assert_null (dtls_packet_work (buffer_with ("packet", 0), TAIL,
          drop_packet, NULL));
  g_assert_null (dtls_packet_work (buffer_with ("packet", TAIL), TAIL,
          drop_packet, NULL));
}

static GstBufferList *
append_tags (GstBufferList * list)
{
  return dtls_packet_work_list (list, TAIL, tag_or_drop_packet, NULL);
}

static void
test_list_keeps_its_order (void)
{
  const gchar *const texts[] = { "xa", "b", "xc", "xd", "e", "xf" };
  GstBufferList *list = gst_buffer_list_new ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    gst_buffer_list_add (list, buffer_with (texts[i], i % 2 * TAIL));
  list = append_tags (list);
  g_assert_cmpuint (gst_buffer_list_length (list), ==, 2);
  assert_text (gst_buffer_list_get (list, 0), "btag");
  assert_text (gst_buffer_list_get (list, 1), "etag");
  gst_buffer_list_unref (list);
}

static void
test_empty_list (void)
{
  GstBufferList *list = append_tags (gst_buffer_list_new ());

  g_assert_cmpuint (gst_buffer_list_length (list), ==, 0);
  gst_buffer_list_unref (list);
}

/* Roomy memory in a buffer that only the list has is not copied. */
static void
test_roomy_in_list_is_not_copied (void)
{
  GstBuffer *buffer = buffer_with ("packet", TAIL);
  GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
  GstBufferList *list = gst_buffer_list_new ();

  gst_buffer_list_add (list, buffer);
  list = append_tags (list);
  g_assert_true (gst_buffer_list_get (list, 0) == buffer);
  g_assert_true (gst_buffer_peek_memory (buffer, 0) == memory);
  assert_text (buffer, "packettag");
  gst_buffer_list_unref (list);
}

static void
test_shared_member_is_left_alone (void)
{
  GstBuffer *buffer = buffer_with ("packet", TAIL);
  GstBufferList *list = gst_buffer_list_new ();

  gst_buffer_list_add (list, buffer_with ("one", 0));
  gst_buffer_list_add (list, gst_buffer_ref (buffer));
  gst_buffer_list_add (list, buffer_with ("two", TAIL));
  list = append_tags (list);
  assert_text (buffer, "packet");
  g_assert_true (gst_buffer_is_writable (buffer));
  assert_text (gst_buffer_list_get (list, 0), "onetag");
  assert_text (gst_buffer_list_get (list, 1), "packettag");
  assert_text (gst_buffer_list_get (list, 2), "twotag");
  gst_buffer_list_unref (list);
  gst_buffer_unref (buffer);
}

/* Its buffers have no owner but the list; the list has another. */
static void
test_shared_list_is_left_alone (void)
{
  GstBufferList *list = gst_buffer_list_new (), *out;

  gst_buffer_list_add (list, buffer_with ("packet", TAIL));
  out = append_tags (gst_buffer_list_ref (list));
  assert_text (gst_buffer_list_get (list, 0), "packet");
  assert_text (gst_buffer_list_get (out, 0), "packettag");
  gst_buffer_list_unref (list);
  gst_buffer_list_unref (out);
}

static void
test_pool_in_list_keeps_its_memory (void)
{
  GstBufferPool *pool = make_pool_of_one ();
  GstBufferList *list = gst_buffer_list_new ();

  gst_buffer_list_add (list, packet_of_pool (pool));
  list = append_tags (list);
  assert_text (gst_buffer_list_get (list, 0), "packettag");
  assert_pool_is_whole (pool);
  gst_buffer_list_unref (list);
}

/* Whoever reads the memory while it is worked on sees what it was. */
static void
test_mapped_memory_is_copied (void)
{
  GstBuffer *buffer = buffer_with ("packet", TAIL), *out;
  GstMemory *memory = gst_buffer_get_memory (buffer, 0);
  GstMapInfo map;

  g_assert_true (gst_memory_map (memory, &map, GST_MAP_READ));
  out = append_tag (buffer);
  g_assert_cmpmem (map.data, map.size, "packet", 6);
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
  assert_text (out, "packettag");
  gst_buffer_unref (out);
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
  ADD (list_keeps_its_order);
  ADD (empty_list);
  ADD (roomy_in_list_is_not_copied);
  ADD (shared_member_is_left_alone);
  ADD (shared_list_is_left_alone);
  ADD (pool_in_list_keeps_its_memory);
  ADD (mapped_memory_is_copied);
#undef ADD
  return g_test_run ();
}
