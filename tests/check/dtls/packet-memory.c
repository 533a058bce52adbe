/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Blocks for packets: memory like any other for whoever gets it, as good as
 * new when it comes again.
 */
#include "config.h"

#include <gst/check/check.h>
#include <string.h>

#include "dtls/packet-memory.h"

#define PACKET 1232
#define MORE_THAN_ARE_KEPT 200

static GstMemory *
memory_with (const gchar * text)
{
  guint8 *data;
  GstMemory *memory = dtls_packet_memory_new (PACKET, &data);

  memory->size = strlen (text);
  memcpy (data, text, memory->size);
  return memory;
}

static void
assert_text (GstMemory * memory, const gchar * text)
{
  GstMapInfo map;

  g_assert_true (gst_memory_map (memory, &map, GST_MAP_READ));
  g_assert_cmpmem (map.data, map.size, text, strlen (text));
  gst_memory_unmap (memory, &map);
}

/* All of it can be written to, which the sanitizers see. */
static void
assert_room (gsize room)
{
  guint8 *data;
  GstMemory *memory = dtls_packet_memory_new (room, &data);

  g_assert_cmpuint (memory->size, ==, 0);
  g_assert_cmpuint (memory->maxsize, >=, room);
  g_assert_cmpuint ((guintptr) data & 15, ==, 0);
  g_assert_true (gst_memory_is_writable (memory));
  memset (data, 1, memory->maxsize);
  gst_memory_unref (memory);
}

static void
test_room (void)
{
  const gsize rooms[] = { 0, 1, 1232, 1500, 1900, 2048, 65536, 1200 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (rooms); i++)
    assert_room (rooms[i]);
}

static void
test_is_used_again (void)
{
  GstMemory *first = memory_with ("first");
  GstMemory *again;

  gst_memory_unref (first);
  again = memory_with ("again");
  g_assert_true (again == first);
  assert_text (again, "again");
  gst_memory_unref (again);
}

static void
forget_memory (gpointer memory, GstMiniObject * object)
{
  *(gpointer *) memory = NULL;
}

/* What the one before did to it is gone. */
static void
test_is_as_good_as_new (void)
{
  const GQuark quark = g_quark_from_static_string ("test");
  GstMemory *memory = memory_with ("packet");
  gpointer data = memory, weak = memory;

  gst_memory_resize (memory, 3, 2);
  GST_MINI_OBJECT_FLAG_SET (memory, GST_MEMORY_FLAG_READONLY
      | GST_MEMORY_FLAG_NO_SHARE);
  gst_mini_object_set_qdata (GST_MINI_OBJECT (memory), quark, &data,
      (GDestroyNotify) g_nullify_pointer);
  gst_mini_object_weak_ref (GST_MINI_OBJECT (memory), forget_memory, &weak);
  gst_memory_unref (memory);
  g_assert_null (data);
  g_assert_null (weak);

  memory = memory_with ("again");
  assert_text (memory, "again");
  g_assert_true (gst_memory_is_writable (memory));
  g_assert_false (GST_MEMORY_IS_READONLY (memory));
  g_assert_false (GST_MEMORY_IS_NO_SHARE (memory));
  g_assert_null (gst_mini_object_get_qdata (GST_MINI_OBJECT (memory), quark));
  gst_memory_unref (memory);
}

/* A part keeps the whole from being used again. */
static void
test_part (void)
{
  GstMemory *whole = memory_with ("a whole packet");
  GstMemory *part = gst_memory_share (whole, 2, 5);
  GstMemory *rest = gst_memory_share (part, 1, -1);
  GstMemory *other;
  GstMapInfo map;

  gst_memory_unref (whole);
  other = memory_with ("other");
  g_assert_true (other != whole);
  assert_text (part, "whole");
  assert_text (rest, "hole");
  g_assert_false (gst_memory_map (part, &map, GST_MAP_WRITE));
  gst_memory_unref (part);
  assert_text (rest, "hole");
  gst_memory_unref (rest);
  gst_memory_unref (other);
}

static void
test_copy (void)
{
  GstMemory *memory = memory_with ("packet");
  GstMemory *copy = gst_memory_copy (memory, 1, -1);

  gst_memory_unref (memory);
  memory = memory_with ("other!");
  assert_text (copy, "acket");
  gst_memory_unref (copy);
  gst_memory_unref (memory);
}

static void
test_more_than_are_kept (void)
{
  GstMemory *memory[MORE_THAN_ARE_KEPT];
  guint i, round;

  for (round = 0; round < 2; round++) {
    for (i = 0; i < MORE_THAN_ARE_KEPT; i++)
      memory[i] = memory_with (i % 2 ? "odd" : "even");
    for (i = 0; i < MORE_THAN_ARE_KEPT; i++) {
      assert_text (memory[i], i % 2 ? "odd" : "even");
      gst_memory_unref (memory[i]);
    }
  }
}

static gpointer
free_memory (gpointer memory)
{
  gst_memory_unref (memory);
  return NULL;
}

/* What a thread has kept ends with it. */
static void
test_freed_in_another_thread (void)
{
  guint i;

  for (i = 0; i < 10; i++)
    g_thread_join (g_thread_new ("frees", free_memory, memory_with ("packet")));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/packet-memory/" #name, test_##name)
  ADD (room);
  ADD (is_used_again);
  ADD (is_as_good_as_new);
  ADD (part);
  ADD (copy);
  ADD (more_than_are_kept);
  ADD (freed_in_another_thread);
#undef ADD
  return g_test_run ();
}
