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
on_started (SoupServer * server, SoupServerMessage * message, gpointer unused)
{
  whep_request_watch (message);
}

static TestSoup
soup_new (gsize * size)
{
  TestSoup soup = test_soup_new (on_request, size);

  soup_server_add_early_handler (soup.server, NULL, on_headers, NULL, NULL);
  g_signal_connect (soup.server, "request-started", G_CALLBACK (on_started),
      NULL);
  return soup;
}

static void
check_body (gsize size, gboolean chunked, guint status, gsize kept)
{
  gsize got = 0;
  TestSoup soup = soup_new (&got);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/request/sizes", test_sizes);
  return g_test_run ();
}
