/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bare SoupServer and a client on one main context, for tests of the parts
 * that work on its messages.
 */
#ifndef TEST_SOUP_SERVER_H
#define TEST_SOUP_SERVER_H

#include <libsoup/soup.h>
#include <string.h>

#include "whep/whep-connections.h"

typedef struct
{
  SoupServer *server;
  WhepConnections *connections;
  SoupSession *session;
  guint port;
} TestSoup;

static inline TestSoup
test_soup_new (SoupServerCallback handler, gpointer user_data)
{
  TestSoup soup = {
    soup_server_new (NULL, NULL), NULL,
    soup_session_new_with_options ("timeout", 10, NULL), 0
  };
  WhepConnectionsConfig config = {
    .soup = soup.server,
    .address = g_inet_socket_address_new_from_string ("127.0.0.1", 0),
    .max = 100,.max_per_address = 100,.timeout_ms = 60000,
  };
  GError *error = NULL;

  soup_server_add_handler (soup.server, NULL, handler, user_data, NULL);
  soup.connections = whep_connections_new (&config, &error);
  g_assert_no_error (error);
  g_object_unref (config.address);
  soup.port = whep_connections_get_port (soup.connections);
  return soup;
}

static inline void
test_soup_clear (TestSoup * soup)
{
  g_object_unref (soup->session);
  whep_connections_close (soup->connections);
  while (whep_connections_count (soup->connections) > 0)
    g_main_context_iteration (NULL, TRUE);
  whep_connections_free (soup->connections);
  g_object_unref (soup->server);
}

static inline SoupMessage *
test_soup_message (TestSoup * soup, const gchar * method)
{
  g_autofree gchar *uri = g_strdup_printf ("http://127.0.0.1:%u/", soup->port);

  return soup_message_new (method, uri);
}

static inline void
test_soup_on_sent (GObject * session, GAsyncResult * result, gpointer body)
{
  GBytes *bytes = soup_session_send_and_read_finish (SOUP_SESSION (session),
      result, NULL);

  *(GBytes **) body = bytes ? bytes : g_bytes_new_static ("", 0);
}

/* Returns: (transfer full): the body; the status is in the message. */
static inline gchar *
test_soup_send (TestSoup * soup, SoupMessage * message)
{
  GBytes *bytes = NULL;

  soup_session_send_and_read_async (soup->session, message,
      G_PRIORITY_DEFAULT, NULL, test_soup_on_sent, &bytes);
  while (!bytes)
    g_main_context_iteration (NULL, TRUE);
  gsize size;
  gpointer data = g_bytes_unref_to_data (bytes, &size);
  gchar *text = g_strndup (data ? data : "", size);
  g_free (data);
  return text;
}

#endif
