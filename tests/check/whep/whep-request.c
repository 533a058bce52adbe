/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bodies of requests: kept, cut, or not waited for.
 */
#include "config.h"

#include "whep/whep-request.h"

#include "soup-server.h"

static void
on_headers (SoupServer * server, SoupServerMessage * message,
    const gchar * path, GHashTable * query, gpointer user_data)
{
  whep_request_limit (message);
}

static void
on_request (SoupServer * server, SoupServerMessage * message,
    const gchar * path, GHashTable * query, gpointer user_data)
{
  *(gsize *) user_data = whep_request_get_body (message)->len;
  soup_server_message_set_status (message, 200, NULL);
}

static void
on_started (SoupServer * server, SoupServerMessage * message,
    const guint * timeout_ms)
{
  whep_request_watch (message, NULL, *timeout_ms);
}

static void
on_ended (SoupServer * server, SoupServerMessage * message, gpointer unused)
{
  whep_request_end (message);
}

static TestSoup
soup_new (gsize * size, const guint * timeout_ms)
{
  TestSoup soup = test_soup_new (on_request, size);

  soup_server_add_early_handler (soup.server, NULL, on_headers, NULL, NULL);
  g_signal_connect (soup.server, "request-started", G_CALLBACK (on_started),
      (gpointer) timeout_ms);
  g_signal_connect (soup.server, "request-finished", G_CALLBACK (on_ended),
      NULL);
  g_signal_connect (soup.server, "request-aborted", G_CALLBACK (on_ended),
      NULL);
  return soup;
}

static void
check_body (gsize size, gboolean chunked, guint status, gsize kept)
{
  static const guint timeout_ms = 10000;
  gsize got = 0;
  TestSoup soup = soup_new (&got, &timeout_ms);
  g_autoptr (SoupMessage) message = test_soup_message (&soup, "POST");
  g_autofree gchar *body = g_strnfill (size, 'x');
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (body, size, NULL);

  soup_message_set_request_body (message, "text/plain", stream,
      chunked ? -1 : (gssize) size);
  g_free (test_soup_send (&soup, message));
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  g_assert_cmpuint (got, ==, kept);
  test_soup_clear (&soup);
}

static void
test_sizes (void)
{
  check_body (5, FALSE, 200, 5);
  check_body (WHEP_REQUEST_SIZE_MAX, FALSE, 200, WHEP_REQUEST_SIZE_MAX);
  check_body (WHEP_REQUEST_SIZE_MAX + 1, FALSE, 413, 0);
  check_body (5, TRUE, 200, 5);
  check_body (5 * WHEP_REQUEST_SIZE_MAX, TRUE, 200, WHEP_REQUEST_SIZE_MAX + 1);
}

static void
on_read (GObject * stream, GAsyncResult * result, gpointer done)
{
  g_assert_cmpint (g_input_stream_read_finish (G_INPUT_STREAM (stream),
          result, NULL), <=, 0);
  *(gboolean *) done = TRUE;
}

static void
test_timeout (void)
{
  static const guint timeout_ms = 50;
  gsize got = 0;
  TestSoup soup = soup_new (&got, &timeout_ms);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", soup.port, NULL,
      &error);
  const gchar *half = "POST / HTTP/1.1\r\nHost: x\r\nContent-Le";
  gboolean done = FALSE;
  gchar end;

  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM
          (connection)), half, strlen (half), NULL, NULL, &error);
  g_assert_no_error (error);
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM
          (connection)), &end, 1, G_PRIORITY_DEFAULT, NULL, on_read, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  test_soup_clear (&soup);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/request/sizes", test_sizes);
  g_test_add_func ("/whep/request/timeout", test_timeout);
  return g_test_run ();
}
