/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bare SoupServer and a client on one main context, for tests of the parts
 * that work on its messages.
 */
#ifndef TEST_SOUP_SERVER_H
#define TEST_SOUP_SERVER_H

#include <libsoup/soup.h>
#include <string.h>

typedef struct
{
  SoupServer *server;
  SoupSession *session;
  guint port;
} TestSoup;

static inline TestSoup
test_soup_new (SoupServerCallback handler, gpointer user_data)
{
  TestSoup soup = {
    soup_server_new (NULL, NULL),
    soup_session_new_with_options ("timeout", 10, NULL), 0
  };
  GError *error = NULL;

  soup_server_add_handler (soup.server, NULL, handler, user_data, NULL);
  soup_server_listen_local (soup.server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY,
      &error);
  g_assert_no_error (error);
  GSList *uris = soup_server_get_uris (soup.server);
  soup.port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return soup;
}

static inline void
test_soup_clear (TestSoup * soup)
{
  g_object_unref (soup->session);
  soup_server_disconnect (soup->server);
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
