/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Order and bounds.
 */
#include "config.h"

#include "engine/datagram-queue.h"

#include <string.h>

static void
push_text (DtlsDatagramQueue * queue, const gchar * text, gboolean expected)
{
  g_assert_true (dtls_datagram_queue_push (queue, (const guint8 *) text,
          strlen (text)) == expected);
}

static void
assert_pops (DtlsDatagramQueue * queue, const gchar * text)
{
  g_autoptr (GBytes) bytes = dtls_datagram_queue_pop (queue);

  g_assert_nonnull (bytes);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
      text, strlen (text));
}

static void
test_order (void)
{
  g_autoptr (DtlsDatagramQueue) queue = dtls_datagram_queue_new (4, 100);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("three", 5);

  push_text (queue, "one", TRUE);
  push_text (queue, "two", TRUE);
  g_assert_true (dtls_datagram_queue_push_bytes (queue, bytes));
  g_assert_cmpuint (dtls_datagram_queue_get_length (queue), ==, 3);
  assert_pops (queue, "one");
  assert_pops (queue, "two");
  assert_pops (queue, "three");
  g_assert_null (dtls_datagram_queue_pop (queue));
}

static void
test_bound_on_number (void)
{
  g_autoptr (DtlsDatagramQueue) queue = dtls_datagram_queue_new (2, 100);

  push_text (queue, "a", TRUE);
  push_text (queue, "b", TRUE);
  push_text (queue, "c", FALSE);
  assert_pops (queue, "a");
  push_text (queue, "c", TRUE);
}

static void
test_bound_on_bytes (void)
{
  g_autoptr (DtlsDatagramQueue) queue = dtls_datagram_queue_new (10, 8);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("12345", 5);

  push_text (queue, "123456789", FALSE);
  push_text (queue, "1234", TRUE);
  g_assert_false (dtls_datagram_queue_push_bytes (queue, bytes));
  push_text (queue, "5678", TRUE);
  push_text (queue, "9", FALSE);
  assert_pops (queue, "1234");
  push_text (queue, "9abc", TRUE);
}

static void
test_clear (void)
{
  g_autoptr (DtlsDatagramQueue) queue = dtls_datagram_queue_new (3, 8);

  g_assert_cmpuint (dtls_datagram_queue_clear (queue), ==, 0);
  push_text (queue, "1234", TRUE);
  push_text (queue, "5678", TRUE);
  g_assert_cmpuint (dtls_datagram_queue_clear (queue), ==, 2);
  push_text (queue, "12345678", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/datagram-queue/order", test_order);
  g_test_add_func ("/datagram-queue/bound-on-number", test_bound_on_number);
  g_test_add_func ("/datagram-queue/bound-on-bytes", test_bound_on_bytes);
  g_test_add_func ("/datagram-queue/clear", test_clear);
  return g_test_run ();
}
