/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Boxes of key material: sized, zeroed, shared, and wiped before the memory
 * goes back. The linker puts a watch in g_free()'s place.
 */
#include "config.h"

#include "engine/secret.h"

#include <string.h>

#define PATTERN 0xA5
#define SIZE 46
#define HEADER_SIZE_MAX 64

static const guint8 *watched;
static gsize pattern_count;

void __real_g_free (gpointer memory);
void __wrap_g_free (gpointer memory);

static gboolean
is_watched (const guint8 * memory)
{
  return watched && memory <= watched && watched - memory < HEADER_SIZE_MAX;
}

void
__wrap_g_free (gpointer memory)
{
  if (is_watched (memory)) {
    pattern_count = 0;
    for (gsize i = 0; i < SIZE; i++)
      pattern_count += watched[i] == PATTERN;
    watched = NULL;
  }
  __real_g_free (memory);
}

static void
test_new (void)
{
  g_autoptr (DtlsSecret) secret = dtls_secret_new (SIZE);

  g_assert_cmpuint (dtls_secret_size (secret), ==, SIZE);
  for (gsize i = 0; i < SIZE; i++)
    g_assert_cmpuint (dtls_secret_bytes (secret)[i], ==, 0);
}

static void
test_ref (void)
{
  DtlsSecret *secret = dtls_secret_new (1);

  dtls_secret_bytes (secret)[0] = PATTERN;
  g_assert_true (dtls_secret_ref (secret) == secret);
  dtls_secret_unref (secret);
  g_assert_cmpuint (dtls_secret_bytes (secret)[0], ==, PATTERN);
  dtls_secret_unref (secret);
}

static void
test_wiped (void)
{
  DtlsSecret *secret = dtls_secret_new (SIZE);

  memset (dtls_secret_bytes (secret), PATTERN, SIZE);
  pattern_count = SIZE;
  watched = dtls_secret_bytes (secret);
  dtls_secret_unref (secret);
  g_assert_null (watched);
  g_assert_cmpuint (pattern_count, ==, 0);
}

/* the watch sees what is not wiped */
static void
test_watch_works (void)
{
  guint8 *plain = g_malloc (SIZE);

  memset (plain, PATTERN, SIZE);
  watched = plain;
  g_free (plain);
  g_assert_null (watched);
  g_assert_cmpuint (pattern_count, ==, SIZE);
}

static gpointer
ref_and_unref (gpointer data)
{
  for (guint i = 0; i < 100000; i++) {
    dtls_secret_ref (data);
    dtls_secret_unref (data);
  }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (DtlsSecret) secret = dtls_secret_new (SIZE);
  GThread *threads[2];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("secret", ref_and_unref, secret);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (dtls_secret_size (secret), ==, SIZE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/new", test_new);
  g_test_add_func ("/secret/ref", test_ref);
  g_test_add_func ("/secret/wiped", test_wiped);
  g_test_add_func ("/secret/watch-works", test_watch_works);
  g_test_add_func ("/secret/threads", test_threads);
  return g_test_run ();
}
