/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every allocation that GnuTLS makes for a handshake fails once, one at a
 * time. Each time the ends connect, or fail with a name; nothing crashes and
 * nobody is connected without keys.
 *
 * GMP is left out: it cannot be told of a failure, and GnuTLS ends the program
 * itself there. The allocator of this program is replaced for that, which the sanitizers
 * do not allow: the test is skipped there.
 */
#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <link.h>
#include <string.h>

#include "engine/error.h"
#include "virtual-network.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATOR_IS_TAKEN 1
#else
#define ALLOCATOR_IS_TAKEN 0
#endif

#define EXPORTED __attribute__ ((visibility ("default")))

/* How many words of the stack may lie between an allocation and GMP. */
#define STACK_WORDS 24

typedef struct
{
  const gchar *name;
  guintptr from, to;            /* of its code */
} Library;

static Library gnutls = { "libgnutls.so", 0, 0 };
static Library gmp = { "libgmp.so", 0, 0 };

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
  if (!is_in (&gnutls, (guintptr) caller) || is_for_gmp (stack))
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

/* Returns: whether both ends connected. */
static gboolean
run_once (glong failing)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  gboolean connected;

  virtual_network_exchange_fingerprints (net);
  counted = 0;
  countdown = failing;
  for (guint side = 0; side < 2; side++) {
    VirtualEnd *end = virtual_network_end (net, side);
    g_autoptr (GError) error = NULL;

    if (!dtls_association_start (end->association, &end->config, net->now_us,
            &error)) {
      countdown = -1;
      g_assert_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES);
      return FALSE;
    }
    virtual_network_drain (net, side);
  }
  connected = virtual_network_connect (net, net->now_us + 65 * VIRTUAL_SECOND);
  countdown = -1;
  for (guint side = 0; side < 2; side++) {
    VirtualEnd *end = virtual_network_end (net, side);

    g_assert_true (end->state != DTLS_STATE_CONNECTED || end->keys != NULL);
    g_assert_true (connected || end->state != DTLS_STATE_CONNECTING);
  }
  return connected;
}

static void
test_each_allocation_fails_once (void)
{
  glong total, connected = 0;

  if (ALLOCATOR_IS_TAKEN) {
    g_test_skip ("a sanitizer owns the allocator");
    return;
  }
  dl_iterate_phdr (find_library, &gnutls);
  dl_iterate_phdr (find_library, &gmp);
  g_assert_cmpuint (gnutls.to, >, gnutls.from);
  g_assert_true (run_once (-1));
  g_assert_true (run_once (-1));
  total = counted;
  g_assert_cmpint (total, >, 100);
  for (glong i = 0; i < total; i++)
    connected += run_once (i);
  g_test_message ("%ld allocations failed, %ld handshakes connected all the "
      "same", total, connected);
  g_assert_cmpint (connected, <, total);
  g_assert_true (run_once (-1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/association-allocation/each-fails-once",
      test_each_allocation_fails_once);
  return g_test_run ();
}
