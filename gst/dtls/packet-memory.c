/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See packet-memory.h. A block is a GstMemory with its bytes behind it. While
 * it waits to be used again it keeps its reference to the allocator.
 */
#include "config.h"

#include "packet-memory.h"

#define BLOCK_SIZE 2048
#define ALIGNMENT 16
#define KEPT_BLOCKS_MAX 32

/* A shared part of a block is a PacketMemory as well, without bytes of its
 * own. */
typedef struct
{
  GstMemory memory;
  guint8 *data;
} PacketMemory;

#define HEAD_SIZE ((sizeof (PacketMemory) + ALIGNMENT - 1) & ~(ALIGNMENT - 1))

typedef struct
{
  guint n;
  PacketMemory *blocks[KEPT_BLOCKS_MAX];
} Kept;

typedef GstAllocator PacketAllocator;
typedef GstAllocatorClass PacketAllocatorClass;

static GType packet_allocator_get_type (void);
G_DEFINE_TYPE (PacketAllocator, packet_allocator, GST_TYPE_ALLOCATOR);

static void
packet_memory_destroy (PacketMemory * self)
{
  gst_object_unref (self->memory.allocator);
  g_free (self);
}

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  while (kept->n > 0)
    packet_memory_destroy (kept->blocks[--kept->n]);
  g_free (kept);
}

static GPrivate kept_by_thread = G_PRIVATE_INIT (kept_free);

/* In place of GstMemory's own way of freeing, for a whole block. */
static void
packet_memory_release (GstMiniObject * object)
{
  PacketMemory *self = (PacketMemory *) object;
  Kept *kept = g_private_get (&kept_by_thread);

  if (kept == NULL) {
    kept = g_new0 (Kept, 1);
    g_private_set (&kept_by_thread, kept);
  }
  if (kept->n < KEPT_BLOCKS_MAX
      && self->memory.maxsize == BLOCK_SIZE - HEAD_SIZE)
    kept->blocks[kept->n++] = self;
  else
    packet_memory_destroy (self);
}

static gpointer
packet_memory_map (GstMemory * memory, gsize maxsize, GstMapFlags flags)
{
  return ((PacketMemory *) memory)->data;
}

static void
packet_memory_unmap (GstMemory * memory)
{
}

static GstMemory *
packet_memory_share (GstMemory * memory, gssize offset, gssize size)
{
  PacketMemory *part = g_new0 (PacketMemory, 1);
  GstMemory *whole = memory->parent != NULL ? memory->parent : memory;

  if (size == -1)
    size = memory->size - offset;
  gst_memory_init (&part->memory, GST_MINI_OBJECT_FLAGS (memory)
      | GST_MINI_OBJECT_FLAG_LOCK_READONLY, memory->allocator, whole,
      memory->maxsize, memory->align, memory->offset + offset, size);
  part->data = ((PacketMemory *) memory)->data;
  return &part->memory;
}

static GstMemory *
packet_allocator_alloc (GstAllocator * allocator, gsize size,
    GstAllocationParams * params)
{
  return NULL;
}

static void
packet_allocator_free (GstAllocator * allocator, GstMemory * memory)
{
  g_free (memory);
}

static void
packet_allocator_class_init (PacketAllocatorClass * klass)
{
  klass->alloc = packet_allocator_alloc;
  klass->free = packet_allocator_free;
}

static void
packet_allocator_init (PacketAllocator * self)
{
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
  self->mem_type = GST_ALLOCATOR_SYSMEM;
  self->mem_map = packet_memory_map;
  self->mem_unmap = packet_memory_unmap;
  self->mem_share = packet_memory_share;
}

static GstAllocator *
get_allocator (void)
{
  static gsize allocator = 0;

  if (g_once_init_enter (&allocator)) {
    GstObject *made = g_object_new (packet_allocator_get_type (), NULL);

    GST_OBJECT_FLAG_SET (made, GST_OBJECT_FLAG_MAY_BE_LEAKED);
    g_once_init_leave (&allocator, (gsize) gst_object_ref_sink (made));
  }
  return (GstAllocator *) allocator;
}

static PacketMemory *
packet_memory_alloc (gsize size)
{
  PacketMemory *self = g_malloc (size);

  gst_memory_init (&self->memory, 0, get_allocator (), NULL, size - HEAD_SIZE,
      ALIGNMENT - 1, 0, 0);
  self->memory.mini_object.free = packet_memory_release;
  self->data = (guint8 *) self + HEAD_SIZE;
  return self;
}

static PacketMemory *
packet_memory_reuse (PacketMemory * self)
{
  GstMiniObject *object = &self->memory.mini_object;

  gst_mini_object_init (object, GST_MINI_OBJECT_FLAG_LOCKABLE, GST_TYPE_MEMORY,
      object->copy, NULL, packet_memory_release);
  self->memory.offset = self->memory.size = 0;
  return self;
}

GstMemory *
dtls_packet_memory_new (gsize room, guint8 ** data)
{
  Kept *kept = g_private_get (&kept_by_thread);
  PacketMemory *self;

  if (room > BLOCK_SIZE - HEAD_SIZE)
    self = packet_memory_alloc (HEAD_SIZE + room);
  else if (kept != NULL && kept->n > 0)
    self = packet_memory_reuse (kept->blocks[--kept->n]);
  else
    self = packet_memory_alloc (BLOCK_SIZE);
  *data = self->data;
  return &self->memory;
}
