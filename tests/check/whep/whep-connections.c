/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that ask, dawdle, give up and are too many, on one thread with
 * the server: clients are plain sockets, looked at between its steps.
 */
#include "config.h"

#include "whep/whep-connections.h"

#include <gst/gst.h>
#include <malloc.h>
#include <string.h>

#include "../lib/patience.h"
#include "identity.h"
#include "whep/whep-reply.h"

#define GET "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define SLOW "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nv=0"

/* As tests need it: nobody is refused, and nobody waits. */
#define MANY 100
#define LONG_MS 60000
#define SHORT_MS 50

typedef struct
{
  SoupServer *soup;
  WhepConnections *connections;
  GSocketAddress *address;
  gboolean hold;                /* requests are not answered */
  GPtrArray *held;
} Server;

static void
on_request (SoupServer * soup, SoupServerMessage * message, const gchar * path,
    GHashTable * query, gpointer user_data)
{
  Server *server = user_data;

  if (server->hold) {
    soup_server_message_pause (message);
    g_ptr_array_add (server->held, g_object_ref (message));
    return;
  }
  whep_reply_text (message, 200, "Hello.");
}

static void
on_headers (SoupServer * soup, SoupServerMessage * message, const gchar * path,
    GHashTable * query, gpointer user_data)
{
  whep_reply_set (message, "Connection", "close");
}

static void
on_request_read (SoupServer * soup, SoupServerMessage * message,
    Server * server)
{
  whep_connections_request_came (server->connections, message);
}

static Server *
server_new (guint max, guint max_per_address, guint timeout_ms,
    GTlsCertificate * certificate)
{
  Server *server = g_new0 (Server, 1);
  g_autoptr (GError) error = NULL;
  WhepConnectionsConfig config = {
    .max = max,.max_per_address = max_per_address,.timeout_ms = timeout_ms,
    .certificate = certificate,
    .address = g_inet_socket_address_new_from_string ("127.0.0.1", 0),
  };

  server->held = g_ptr_array_new_with_free_func (g_object_unref);
  config.soup = server->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (server->soup, NULL, on_request, server, NULL);
  soup_server_add_early_handler (server->soup, NULL, on_headers, NULL, NULL);
  g_signal_connect (server->soup, "request-read",
      G_CALLBACK (on_request_read), server);
  server->connections = whep_connections_new (&config, &error);
  g_assert_no_error (error);
  g_object_unref (config.address);
  server->address = g_inet_socket_address_new_from_string ("127.0.0.1",
      whep_connections_get_port (server->connections));
  return server;
}

/* Steps of the server until it has @n connections. */
static void
await_count (Server * server, guint n)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;

  while (whep_connections_count (server->connections) != n) {
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (100);
  }
}

static void
server_free (Server * server)
{
  whep_connections_close (server->connections);
  await_count (server, 0);
  whep_connections_free (server->connections);
  g_ptr_array_unref (server->held);
  g_object_unref (server->soup);
  g_object_unref (server->address);
  g_free (server);
}

/* Returns: a client that has sent @text. */
static GSocket *
client_new (Server * server, const gchar * text)
{
  g_autoptr (GError) error = NULL;
  GSocket *client = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, &error);

  g_assert_no_error (error);
  g_socket_connect (client, server->address, NULL, &error);
  g_assert_no_error (error);
  g_socket_send (client, text, strlen (text), NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (client, FALSE);
  return client;
}

/* Returns: (transfer full): all that the client is told, up to the end. */
static gchar *
client_read (GSocket * client)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  GString *text = g_string_new (NULL);

  for (;;) {
    gchar bytes[1000];
    g_autoptr (GError) error = NULL;
    gssize n = g_socket_receive (client, bytes, sizeof bytes, NULL, &error);

    if (n > 0)
      g_string_append_len (text, bytes, n);
    else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      break;
    else if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (100);
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
  }
  return g_string_free (text, FALSE);
}

/* Reads to the end, which is a status with one line of text. */
static void
assert_told (GSocket * client, guint status, const gchar * line)
{
  g_autofree gchar *text = client_read (client);
  g_autofree gchar *start = g_strdup_printf ("HTTP/1.1 %u ", status);
  g_autofree gchar *end = g_strdup_printf ("\r\n\r\n%s\n", line);

  g_assert_true (g_str_has_prefix (text, start));
  g_assert_true (g_str_has_suffix (text, end));
  g_object_unref (client);
}

static void
test_request (void)
{
  Server *server = server_new (MANY, MANY, LONG_MS, NULL);

  assert_told (client_new (server, GET), 200, "Hello.");
  await_count (server, 0);
  server_free (server);
}

static void
test_clients_that_dawdle (void)
{
  static const gchar *const texts[] = { "", "GET / HT", SLOW };
  Server *server = server_new (MANY, MANY, SHORT_MS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    assert_told (client_new (server, texts[i]), 408,
        "The request did not come in time.");
    await_count (server, 0);
  }
  server_free (server);
}

/* Who reads nothing is not waited for either. */
static void
test_client_without_an_answer_in_time (void)
{
  Server *server = server_new (MANY, MANY, SHORT_MS, NULL);

  server->hold = TRUE;
  GSocket *client = client_new (server, GET);
  g_autofree gchar *text = client_read (client);
  g_assert_cmpstr (text, ==, "");
  g_object_unref (client);
  await_count (server, 0);
  server_free (server);
}

static void
test_clients_that_give_up (void)
{
  static const gchar *const texts[] = { "", "GET / HT", SLOW, GET };
  Server *server = server_new (MANY, MANY, LONG_MS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    GSocket *client = client_new (server, texts[i]);

    await_count (server, 1);
    g_object_unref (client);
    await_count (server, 0);
  }
  server_free (server);
}

static void
test_too_many (guint max, guint max_per_address)
{
  Server *server = server_new (max, max_per_address, LONG_MS, NULL);
  GSocket *oldest = client_new (server, SLOW);
  GSocket *second = client_new (server, "");

  await_count (server, 2);
  /* Who asks at once comes in, at the cost of who has dawdled longest. */
  assert_told (client_new (server, GET), 200, "Hello.");
  assert_told (oldest, 503, "There are too many connections.");
  await_count (server, 1);
  assert_told (client_new (server, GET), 200, "Hello.");

  server->hold = TRUE;
  GSocket *held = client_new (server, GET);
  while (server->held->len < 1)
    g_main_context_iteration (NULL, FALSE);
  GSocket *also_held = client_new (server, GET);
  assert_told (second, 503, "There are too many connections.");
  while (server->held->len < 2)
    g_main_context_iteration (NULL, FALSE);
  /* Nobody dawdles. */
  assert_told (client_new (server, GET), 503,
      "There are too many connections.");
  await_count (server, 2);
  g_object_unref (held);
  g_object_unref (also_held);
  server_free (server);
}

static void
test_too_many_in_all (void)
{
  test_too_many (2, MANY);
}

static void
test_too_many_of_one_address (void)
{
  test_too_many (MANY, 2);
}

static GTlsCertificate *
certificate_new (void)
{
  gchar *path = test_identity_new ();
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_file (path, &error);

  g_assert_no_error (error);
  test_identity_free (path);
  return certificate;
}

static gboolean
accept_any (GTlsConnection * connection, GTlsCertificate * certificate,
    GTlsCertificateFlags errors, gpointer unused)
{
  return TRUE;
}

/* Returns: (transfer full): what a TLS client is answered; it is a thread. */
static gpointer
ask_with_tls (gpointer data)
{
  Server *server = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) tcp = g_socket_client_connect (client,
      G_SOCKET_CONNECTABLE (server->address), NULL, &error);

  g_assert_no_error (error);
  g_autoptr (GIOStream) tls =
      g_tls_client_connection_new (G_IO_STREAM (tcp), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any), NULL);
  g_output_stream_write_all (g_io_stream_get_output_stream (tls), GET,
      strlen (GET), NULL, NULL, &error);
  g_assert_no_error (error);
  gchar *text = g_malloc0 (1000);
  g_input_stream_read_all (g_io_stream_get_input_stream (tls), text, 999,
      NULL, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
test_tls (void)
{
  g_autoptr (GTlsCertificate) certificate = certificate_new ();
  Server *server = server_new (MANY, MANY, LONG_MS, certificate);
  GThread *thread = g_thread_new ("client", ask_with_tls, server);

  await_count (server, 1);
  await_count (server, 0);
  g_autofree gchar *text = g_thread_join (thread);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 200 "));
  g_assert_true (g_str_has_suffix (text, "Hello.\n"));

  assert_told (client_new (server, GET), 400,
      "This port speaks HTTPS. Write https:// instead of http://.");
  GSocket *silent = client_new (server, "");
  await_count (server, 1);
  g_object_unref (silent);
  await_count (server, 0);
  server_free (server);
}

/* Nothing can be said to somebody in the middle of a handshake. */
static void
test_tls_that_dawdles (void)
{
  g_autoptr (GTlsCertificate) certificate = certificate_new ();
  Server *server = server_new (MANY, MANY, SHORT_MS, certificate);
  GSocket *client = client_new (server, "\x16\x03\x01\x02");
  g_autofree gchar *text = client_read (client);

  g_assert_null (strstr (text, "HTTP"));
  g_object_unref (client);
  await_count (server, 0);
  server_free (server);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

/* Requests, and connections that end in all the ways they can. */
static void
crowd (Server * server, guint n)
{
  static const gchar *const texts[] =
      { GET, "", "GET / HT", SLOW, "x\r\n\r\n" };

  for (guint i = 0; i < n; i++) {
    GSocket *client = client_new (server, texts[i % G_N_ELEMENTS (texts)]);

    if (i % G_N_ELEMENTS (texts) == 0) {
      assert_told (client, 200, "Hello.");
    } else {
      await_count (server, 1);
      g_object_unref (client);
    }
    await_count (server, 0);
  }
}

static gsize
memory_in_use (void)
{
  return mallinfo2 ().uordblks;
}

/* libsoup 3.2 lost an object of each connection that it accepted itself, and
 * the descriptors of those that were given up. */
static void
test_nothing_is_left (void)
{
  Server *server = server_new (MANY, MANY, LONG_MS, NULL);

  crowd (server, 500);
  guint descriptors = count_descriptors ();
  gsize memory = memory_in_use ();
  crowd (server, 5000);
  g_assert_cmpuint (count_descriptors (), ==, descriptors);
  g_test_message ("%" G_GSSIZE_FORMAT " bytes more after 5000 connections",
      (gssize) (memory_in_use () - memory));
  /* An object of each would be 1.7 MB. */
  g_assert_cmpuint (memory_in_use (), <, memory + 100000);
  server_free (server);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/whep/connections/" name, func)
  ADD ("request", test_request);
  ADD ("clients-that-dawdle", test_clients_that_dawdle);
  ADD ("client-without-an-answer-in-time",
      test_client_without_an_answer_in_time);
  ADD ("clients-that-give-up", test_clients_that_give_up);
  ADD ("too-many-in-all", test_too_many_in_all);
  ADD ("too-many-of-one-address", test_too_many_of_one_address);
  ADD ("tls", test_tls);
  ADD ("tls-that-dawdles", test_tls_that_dawdles);
  ADD ("nothing-is-left", test_nothing_is_left);
#undef ADD
  return g_test_run ();
}
