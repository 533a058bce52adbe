/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection as a stream: what can be seen and said before anybody reads it,
 * and that closing it never waits.
 */
#include "config.h"

#include "whep/whep-connection.h"

#include <string.h>

#include "identity.h"

typedef struct
{
  GSocket *client;
  WhepConnection *connection;
  guint closed;
} Pair;

static void
on_closed (WhepConnection * connection, gpointer user_data)
{
  Pair *pair = user_data;

  pair->closed++;
}

static GSocket *
socket_new (void)
{
  GError *error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  return socket;
}

/* Returns: both ends of a connection over loopback. */
static Pair *
pair_new (void)
{
  Pair *pair = g_new0 (Pair, 1);
  GError *error = NULL;
  g_autoptr (GSocket) listener = socket_new ();
  g_autoptr (GSocketAddress) any =
      g_inet_socket_address_new_from_string ("127.0.0.1", 0);

  g_socket_bind (listener, any, FALSE, &error);
  g_assert_no_error (error);
  g_socket_listen (listener, &error);
  g_assert_no_error (error);
  g_autoptr (GSocketAddress) address =
      g_socket_get_local_address (listener, &error);
  g_assert_no_error (error);
  pair->client = socket_new ();
  g_socket_connect (pair->client, address, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (GSocket) accepted = g_socket_accept (listener, NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (accepted, FALSE);
  pair->connection = whep_connection_new (accepted, on_closed, pair);
  g_assert_nonnull (pair->connection);
  return pair;
}

static void
pair_free (Pair * pair)
{
  g_io_stream_close (G_IO_STREAM (pair->connection), NULL, NULL);
  while (pair->closed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (pair->closed, ==, 1);
  g_object_unref (pair->connection);
  g_object_unref (pair->client);
  g_free (pair);
}

static void
client_send (Pair * pair, const gchar * text)
{
  GError *error = NULL;

  g_socket_send (pair->client, text, strlen (text), NULL, &error);
  g_assert_no_error (error);
}

static gint
await_byte (Pair * pair)
{
  gint byte;

  while ((byte = whep_connection_peek (pair->connection)) == -1)
    g_usleep (100);
  return byte;
}

static void
test_first_byte (void)
{
  Pair *pair = pair_new ();

  g_assert_cmpint (whep_connection_peek (pair->connection), ==, -1);
  client_send (pair, "xy");
  g_assert_cmpint (await_byte (pair), ==, 'x');
  g_assert_cmpint (whep_connection_peek (pair->connection), ==, 'x');
  pair_free (pair);

  pair = pair_new ();
  g_socket_close (pair->client, NULL);
  g_assert_cmpint (await_byte (pair), ==, -2);
  pair_free (pair);
}

static void
test_addresses (void)
{
  Pair *pair = pair_new ();
  g_autoptr (GSocketAddress) client =
      g_socket_get_local_address (pair->client, NULL);

  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS
          (whep_connection_get_remote (pair->connection))), ==,
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (client)));
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS
          (whep_connection_get_local (pair->connection))), !=, 0);
  pair_free (pair);
}

/* What the client has sent meanwhile does not take the words from it. */
static void
test_words_and_end (void)
{
  Pair *pair = pair_new ();
  gchar text[500] = "";
  gsize length = 0;
  gssize n;

  client_send (pair, "GET /");
  await_byte (pair);
  whep_connection_tell (pair->connection, 503, "Later.");
  whep_connection_shut_down (pair->connection);
  while ((n = g_socket_receive (pair->client, text + length,
              sizeof text - 1 - length, NULL, NULL)) > 0)
    length += n;
  g_assert_cmpint (n, ==, 0);
  g_assert_true (g_str_has_prefix (text,
          "HTTP/1.1 503 Service Unavailable\r\n"));
  g_assert_nonnull (strstr (text, "Content-Length: 7\r\n"));
  g_assert_true (g_str_has_suffix (text, "\r\n\r\nLater.\n"));
  pair_free (pair);
}

static void
test_nothing_after_the_end (void)
{
  Pair *pair = pair_new ();
  gchar byte;

  g_io_stream_close (G_IO_STREAM (pair->connection), NULL, NULL);
  whep_connection_tell (pair->connection, 503, "Later.");
  whep_connection_shut_down (pair->connection);
  g_assert_cmpint (g_socket_receive (pair->client, &byte, 1, NULL, NULL), <=,
      0);
  pair_free (pair);
}

/* TLS would say goodbye first, to a client that never said hello. */
static void
test_closing_tls_does_not_wait (void)
{
  gchar *path = test_identity_new ();
  Pair *pair = pair_new ();
  g_autoptr (GError) error = NULL;
  gchar byte;
  GInputStream *input;

  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_file (path, &error);
  g_assert_no_error (error);
  test_identity_free (path);
  g_assert_true (whep_connection_start_tls (pair->connection, certificate,
          &error));
  input = g_io_stream_get_input_stream (G_IO_STREAM (pair->connection));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking
      (G_POLLABLE_INPUT_STREAM (input), &byte, 1, NULL, NULL), ==, -1);
  whep_connection_tell (pair->connection, 503, "Later.");
  g_io_stream_close (G_IO_STREAM (pair->connection), NULL, NULL);
  whep_connection_shut_down (pair->connection);
  g_assert_cmpint (g_socket_receive (pair->client, &byte, 1, NULL, NULL), <=,
      0);
  pair_free (pair);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/whep/connection/" name, func)
  ADD ("first-byte", test_first_byte);
  ADD ("addresses", test_addresses);
  ADD ("words-and-end", test_words_and_end);
  ADD ("nothing-after-the-end", test_nothing_after_the_end);
  ADD ("closing-tls-does-not-wait", test_closing_tls_does_not_wait);
#undef ADD
  return g_test_run ();
}
