/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * malloc, calloc and realloc that know their caller.
 */
#define _GNU_SOURCE
#include "config.h"

#include "failing-allocator.h"

#include <errno.h>
#include <link.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATOR_IS_TAKEN 1
#else
#define ALLOCATOR_IS_TAKEN 0
#endif

#define EXPORTED __attribute__ ((visibility ("default")))

#define WATCHED_MAX 4

/* How many words of the stack may lie between an allocation and GMP. */
#define STACK_WORDS 24

typedef struct
{
  const gchar *name;
  guintptr from, to;            /* of its code */
} Library;

static Library watched[WATCHED_MAX];
static guint n_watched;
static Library gmp = { "libgmp.so", 0, 0 };

static gboolean counts;
static glong countdown = -1;    /* the allocation that fails; -1 for none */
static glong counted;

#if !ALLOCATOR_IS_TAKEN
void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *old, size_t size);

static gboolean
is_in (const Library * library, guintptr at)
{
  return at >= library->from && at < library->to;
}

static gboolean
is_watched (guintptr caller)
{
  for (guint i = 0; i < n_watched; i++)
    if (is_in (&watched[i], caller))
      return TRUE;
  return FALSE;
}

static gboolean
is_for_gmp (const guintptr * stack)
{
  for (guint i = 0; i < STACK_WORDS; i++)
    if (is_in (&gmp, stack[i]))
      return TRUE;
  return FALSE;
}

static gboolean
must_fail (const void *caller, const void *stack)
{
  if (!counts || !is_watched ((guintptr) caller) || is_for_gmp (stack))
    return FALSE;
  counted++;
  if (countdown < 0 || countdown-- != 0)
    return FALSE;
  errno = ENOMEM;
  return TRUE;
}

EXPORTED void *
malloc (size_t size)
{
  return must_fail (__builtin_return_address (0),
      __builtin_frame_address (0)) ? NULL : __libc_malloc (size);
}

EXPORTED void *
calloc (size_t n, size_t size)
{
  return must_fail (__builtin_return_address (0),
      __builtin_frame_address (0)) ? NULL : __libc_calloc (n, size);
}

EXPORTED void *
realloc (void *old, size_t size)
{
  return must_fail (__builtin_return_address (0),
      __builtin_frame_address (0)) ? NULL : __libc_realloc (old, size);
}
#endif

static int
find_library (struct dl_phdr_info *info, size_t size, void *data)
{
  Library *library = data;

  if (!strstr (info->dlpi_name, library->name))
    return 0;
  for (guint i = 0; i < info->dlpi_phnum; i++) {
    const ElfW (Phdr) * header = &info->dlpi_phdr[i];

    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X))
      continue;
    library->from = info->dlpi_addr + header->p_vaddr;
    library->to = library->from + header->p_memsz;
  }
  return 1;
}

gboolean
failing_allocator_is_available (void)
{
  return !ALLOCATOR_IS_TAKEN;
}

void
failing_allocator_watch (const gchar * library)
{
  g_assert_cmpuint (n_watched, <, WATCHED_MAX);
  watched[n_watched].name = library;
  dl_iterate_phdr (find_library, &watched[n_watched]);
  g_assert_cmpuint (watched[n_watched].to, >, watched[n_watched].from);
  n_watched++;
  dl_iterate_phdr (find_library, &gmp);
}

void
failing_allocator_arm (glong new_countdown)
{
  counted = 0;
  countdown = new_countdown;
  counts = TRUE;
}

glong
failing_allocator_get_count (void)
{
  return counted;
}

glong
failing_allocator_disarm (void)
{
  counts = FALSE;
  countdown = -1;
  return counted;
}
