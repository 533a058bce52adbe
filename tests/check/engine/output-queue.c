/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Order, and ownership of what an output carries.
 */
#include "config.h"

#include "engine/output-queue.h"

#include "engine/error.h"

static void
test_order_and_content (void)
{
  DtlsOutputQueue *queue = dtls_output_queue_new ();
  g_autoptr (GError) error = g_error_new_literal (DTLS_ERROR,
      DTLS_ERROR_TIMEOUT, "late");
  DtlsOutput output;

  g_assert_false (dtls_output_queue_pop (queue, &output));
  dtls_output_queue_put_bytes (queue, DTLS_OUTPUT_DATA,
      g_bytes_new_static ("abc", 3));
  dtls_output_queue_put_peer_closed (queue);
  dtls_output_queue_put_state (queue, DTLS_STATE_FAILED, error);

  g_assert_true (dtls_output_queue_pop (queue, &output));
  g_assert_cmpint (output.type, ==, DTLS_OUTPUT_DATA);
  g_assert_cmpuint (g_bytes_get_size (output.bytes), ==, 3);
  dtls_output_clear (&output);
  g_assert_null (output.bytes);
  g_assert_true (dtls_output_queue_pop (queue, &output));
  g_assert_cmpint (output.type, ==, DTLS_OUTPUT_PEER_CLOSED);
  dtls_output_clear (&output);
  g_assert_true (dtls_output_queue_pop (queue, &output));
  g_assert_cmpint (output.state, ==, DTLS_STATE_FAILED);
  g_assert_error (output.error, DTLS_ERROR, DTLS_ERROR_TIMEOUT);
  dtls_output_clear (&output);
  g_assert_false (dtls_output_queue_pop (queue, &output));
  dtls_output_queue_free (queue);
}

static void
count_free (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_frees_what_was_not_popped (void)
{
  DtlsOutputQueue *queue = dtls_output_queue_new ();
  guint freed = 0;

  for (guint i = 0; i < 3; i++)
    dtls_output_queue_put_bytes (queue, DTLS_OUTPUT_DATAGRAM,
        g_bytes_new_with_free_func ("x", 1, count_free, &freed));
  g_assert_cmpuint (freed, ==, 0);
  dtls_output_queue_free (queue);
  g_assert_cmpuint (freed, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/output-queue/order-and-content", test_order_and_content);
  g_test_add_func ("/output-queue/frees-what-was-not-popped",
      test_frees_what_was_not_popped);
  return g_test_run ();
}
