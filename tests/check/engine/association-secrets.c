/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Once an association and its keys are gone, the process's memory is searched
 * for the keys: none may be left, on the heap or on the stack. Nothing that
 * the engine says to its log contains them while it lives.
 */
#define _GNU_SOURCE
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/log.h"
#include "virtual-network.h"

#define KEY_MAX 64
#define MASK 0xA5

/* What to look for, masked, so that the search does not find itself. */
typedef struct
{
  guint8 masked[KEY_MAX];
  gsize size;
} Needle;

static void
take_needle (Needle * needle, DtlsSecret * secret, gsize key_size)
{
  const guint8 *bytes = dtls_secret_bytes (secret);

  /* The master key alone: the exporter's output has the salts elsewhere. */
  needle->size = MIN (key_size, KEY_MAX);
  for (gsize i = 0; i < needle->size; i++)
    needle->masked[i] = bytes[i] ^ MASK;
}

static gboolean
needle_is_at (const Needle * needle, const guint8 * at)
{
  for (gsize i = 0; i < needle->size; i++)
    if ((at[i] ^ MASK) != needle->masked[i])
      return FALSE;
  return TRUE;
}

static guint
count_in_region (const Needle * needle, gint memory, guint64 from, guint64 to)
{
  static guint8 window[1 << 20];
  guint found = 0;

  for (guint64 at = from; at < to; at += sizeof window - KEY_MAX) {
    ssize_t n = pread (memory, window, MIN (sizeof window, to - at), at);

    for (ssize_t i = 0; i + (ssize_t) needle->size <= n; i++)
      found += needle_is_at (needle, window + i);
  }
  memset (window, 0, sizeof window);
  return found;
}

static guint
count_in_memory (const Needle * needle)
{
  g_autofree gchar *maps = NULL;
  g_auto (GStrv) lines = NULL;
  gint memory = open ("/proc/self/mem", O_RDONLY);
  guint found = 0;

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (guint i = 0; lines[i] && *lines[i]; i++) {
    gchar *end;
    guint64 from = g_ascii_strtoull (lines[i], &end, 16);
    guint64 to = g_ascii_strtoull (end + 1, &end, 16);

    if (end[1] == 'r' && end[2] == 'w')
      found += count_in_region (needle, memory, from, to);
  }
  close (memory);
  return found;
}

static void
connect_and_take_needles (Needle * needles, gboolean search_now)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  VirtualEnd *client = virtual_network_end (net, VIRTUAL_CLIENT);

  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);
  g_assert_true (virtual_network_connect (net, net->now_us + VIRTUAL_SECOND));
  take_needle (&needles[0], client->keys->local,
      client->keys->profile->key_size);
  take_needle (&needles[1], client->keys->remote,
      client->keys->profile->key_size);
  /* The search does find what is there. */
  if (search_now)
    for (guint i = 0; i < 2; i++)
      g_assert_cmpuint (count_in_memory (&needles[i]), >, 0);
}

static void
test_no_key_is_left (void)
{
  Needle needles[2];

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  g_test_skip ("a sanitizer's shadow memory is too large to search");
  return;
#endif
  connect_and_take_needles (needles, TRUE);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (count_in_memory (&needles[i]), ==, 0);
}

static GString *log_text;

static void
collect_log (DtlsLogLevel level, const gchar * message)
{
  g_string_append (log_text, message);
}

static void
test_no_key_is_said (void)
{
  Needle needles[2];

  log_text = g_string_new (NULL);
  dtls_log_set_func (collect_log);
  connect_and_take_needles (needles, FALSE);
  dtls_log_set_func (NULL);
  for (guint i = 0; i < 2; i++) {
    GString *hex = g_string_new (NULL);

    for (gsize k = 0; k < 8; k++)
      g_string_append_printf (hex, "%02x", needles[i].masked[k] ^ MASK);
    g_assert_null (strcasestr (log_text->str, hex->str));
    g_string_free (hex, TRUE);
  }
  g_string_free (log_text, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/association-secrets/no-key-is-left", test_no_key_is_left);
  g_test_add_func ("/association-secrets/no-key-is-said", test_no_key_is_said);
  return g_test_run ();
}
