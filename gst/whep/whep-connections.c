/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connections of clients to an HTTP server.
 *
 * Timers, on the server's context: one a connection, see Client.timer; and
 * after an accept that failed, accepting rests for ACCEPT_REST_MS, because
 * what was missing, descriptors above all, is not there again at once.
 */
#include "config.h"

#include "whep-connections.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>
#include <string.h>

#include "whep-connection.h"

GST_DEBUG_CATEGORY_STATIC (whep_connections_debug);
#define GST_CAT_DEFAULT whep_connections_debug

#define BACKLOG 128
#define ACCEPT_REST_MS 100
/* How long an end may take. */
#define GOODBYE_MS 1000
/* TLS begins with a record of type handshake (RFC 8446 section 5.1). */
#define TLS_HANDSHAKE 22
#define CLIENT_KEY "whep-client"

typedef enum
{
  CLIENT_SILENT,                /* no byte has come */
  CLIENT_ASKING,                /* libsoup reads its request */
  CLIENT_ANSWERED,              /* the whole request has come */
  CLIENT_LEAVING,               /* refused, or closed by libsoup */
} ClientPhase;

typedef struct
{
  WhepConnections *owner;
  WhepConnection *connection;
  ClientPhase phase;
  GSource *first_byte;
  GSource *timer;               /* ends the phase */
} Client;

struct _WhepConnections
{
  SoupServer *soup;
  GMainContext *context;
  GTlsCertificate *certificate;
  guint max;
  guint max_per_address;
  guint timeout_ms;
  GSocket *listener;
  GSource *acceptor;            /* a socket source, or the rest's timer */
  GQueue clients;               /* the oldest first */
};

static void
init_debug (void)
{
  static gsize done;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (whep_connections_debug, "whepconnections", 0,
        "HTTP connections of whepsink");
    g_once_init_leave (&done, 1);
  }
}

static void
clear_source (GSource ** source)
{
  if (*source)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
attach (WhepConnections * self, GSource * source, GSourceFunc func,
    gpointer user_data)
{
  g_source_set_callback (source, func, user_data, NULL);
  g_source_attach (source, self->context);
}

/* One client */

static gboolean on_timeout (gpointer user_data);

static void
client_set_timer (Client * client, guint timeout_ms)
{
  clear_source (&client->timer);
  client->timer = g_timeout_source_new (timeout_ms);
  attach (client->owner, client->timer, on_timeout, client);
}

/* libsoup, which may be about to wait for it, gets to its end and closes. */
static void
client_end (Client * client)
{
  gboolean handed_over = client->phase != CLIENT_SILENT;

  client->phase = CLIENT_LEAVING;
  clear_source (&client->first_byte);
  client_set_timer (client, GOODBYE_MS);
  whep_connection_shut_down (client->connection);
  if (!handed_over)
    g_io_stream_close (G_IO_STREAM (client->connection), NULL, NULL);
}

static void
client_refuse (Client * client, guint status, const gchar * text)
{
  whep_connection_tell (client->connection, status, text);
  client_end (client);
}

static gboolean
on_timeout (gpointer user_data)
{
  Client *client = user_data;

  if (client->phase < CLIENT_ANSWERED) {
    client_refuse (client, SOUP_STATUS_REQUEST_TIMEOUT,
        _("The request did not come in time."));
  } else if (client->phase == CLIENT_ANSWERED) {
    client_end (client);
  } else {
    g_io_stream_close (G_IO_STREAM (client->connection), NULL, NULL);
  }
  return G_SOURCE_REMOVE;
}

static void
on_closed (WhepConnection * connection, gpointer user_data)
{
  Client *client = user_data;

  g_queue_remove (&client->owner->clients, client);
  clear_source (&client->first_byte);
  clear_source (&client->timer);
  g_object_set_data (G_OBJECT (whep_connection_get_remote (connection)),
      CLIENT_KEY, NULL);
  g_object_unref (client->connection);
  g_free (client);
}

/* From here on libsoup reads. */
static void
client_hand_over (Client * client)
{
  WhepConnections *self = client->owner;
  WhepConnection *connection = client->connection;
  g_autoptr (GError) error = NULL;

  client->phase = CLIENT_ASKING;
  if ((self->certificate
          && !whep_connection_start_tls (connection, self->certificate, &error))
      || !soup_server_accept_iostream (self->soup, G_IO_STREAM (connection),
          whep_connection_get_local (connection),
          whep_connection_get_remote (connection), &error)) {
    GST_WARNING ("cannot serve a connection: %s", error->message);
    client_end (client);
  }
}

static gboolean
on_first_byte (GSocket * socket, GIOCondition condition, gpointer user_data)
{
  Client *client = user_data;
  gint byte = whep_connection_peek (client->connection);

  if (byte == -1)
    return G_SOURCE_CONTINUE;
  clear_source (&client->first_byte);
  if (byte < 0)
    client_end (client);
  else if (client->owner->certificate && byte != TLS_HANDSHAKE)
    client_refuse (client, SOUP_STATUS_BAD_REQUEST,
        _("This port speaks HTTPS. Write https:// instead of http://."));
  else
    client_hand_over (client);
  return G_SOURCE_REMOVE;
}

/* Room for one more */

/* One machine of IPv6 has as many addresses as it likes, in one /64. */
static gsize
prefix_size (GInetAddress * address)
{
  static const guint8 mapped[12] = {[10] = 0xff,[11] = 0xff };
  gsize size = g_inet_address_get_native_size (address);

  if (size < 16 || memcmp (g_inet_address_to_bytes (address), mapped,
          sizeof mapped) == 0)
    return size;
  return 8;
}

static gboolean
is_same_host (GSocketAddress * one, GSocketAddress * other)
{
  GInetAddress *a =
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (one));
  GInetAddress *b =
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (other));

  return g_inet_address_get_native_size (a) ==
      g_inet_address_get_native_size (b)
      && memcmp (g_inet_address_to_bytes (a), g_inet_address_to_bytes (b),
      MIN (prefix_size (a), prefix_size (b))) == 0;
}

/* Whether there is room for one from @remote (nullable: from anywhere), after
 * a connection that still waits for its request had to go where needed. */
static gboolean
make_room (WhepConnections * self, GSocketAddress * remote, guint max)
{
  Client *oldest = NULL;
  guint n = 0;

  for (GList * l = self->clients.head; l; l = l->next) {
    Client *client = l->data;

    if (remote && !is_same_host (remote,
            whep_connection_get_remote (client->connection)))
      continue;
    if (client->phase != CLIENT_LEAVING)
      n++;
    if (!oldest && client->phase < CLIENT_ANSWERED)
      oldest = client;
  }
  if (n < max)
    return TRUE;
  if (!oldest)
    return FALSE;
  client_refuse (oldest, SOUP_STATUS_SERVICE_UNAVAILABLE,
      _("There are too many connections."));
  return TRUE;
}

static void
add_client (WhepConnections * self, GSocket * socket)
{
  Client *client;
  WhepConnection *connection;

  /* So many are still being told to go that this one gets no word. */
  if (self->clients.length >= 2 * self->max)
    return;
  client = g_new0 (Client, 1);
  connection = whep_connection_new (socket, on_closed, client);
  if (!connection) {
    g_free (client);
    return;
  }
  client->owner = self;
  client->connection = connection;
  g_object_set_data (G_OBJECT (whep_connection_get_remote (connection)),
      CLIENT_KEY, client);
  gboolean room = make_room (self, whep_connection_get_remote (connection),
      self->max_per_address) && make_room (self, NULL, self->max);
  g_queue_push_tail (&self->clients, client);
  if (!room) {
    client_refuse (client, SOUP_STATUS_SERVICE_UNAVAILABLE,
        _("There are too many connections."));
    return;
  }
  client_set_timer (client, self->timeout_ms);
  client->first_byte = g_socket_create_source (socket, G_IO_IN, NULL);
  attach (self, client->first_byte, G_SOURCE_FUNC (on_first_byte), client);
}

/* Accepting */

static void start_accepting (WhepConnections * self);

static gboolean
on_rested (gpointer user_data)
{
  start_accepting (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connection (GSocket * listener, GIOCondition condition, gpointer user_data)
{
  WhepConnections *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);

  if (socket) {
    add_client (self, socket);
    return G_SOURCE_CONTINUE;
  }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  GST_WARNING ("cannot accept a connection: %s", error->message);
  clear_source (&self->acceptor);
  self->acceptor = g_timeout_source_new (ACCEPT_REST_MS);
  attach (self, self->acceptor, on_rested, self);
  return G_SOURCE_REMOVE;
}

static void
start_accepting (WhepConnections * self)
{
  clear_source (&self->acceptor);
  self->acceptor = g_socket_create_source (self->listener, G_IO_IN, NULL);
  attach (self, self->acceptor, G_SOURCE_FUNC (on_connection), self);
}

static GSocket *
listen_at (GSocketAddress * address, GError ** error)
{
  g_autoptr (GSocket) socket =
      g_socket_new (g_socket_address_get_family (address),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (!socket)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error)
      || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

WhepConnections *
whep_connections_new (const WhepConnectionsConfig * config, GError ** error)
{
  GSocket *listener = listen_at (config->address, error);

  init_debug ();
  if (!listener)
    return NULL;
  WhepConnections *self = g_new0 (WhepConnections, 1);
  self->soup = config->soup;
  self->context = config->context;
  self->max = config->max;
  self->max_per_address = config->max_per_address;
  self->timeout_ms = config->timeout_ms;
  self->listener = listener;
  g_set_object (&self->certificate, config->certificate);
  g_queue_init (&self->clients);
  start_accepting (self);
  return self;
}

void
whep_connections_free (WhepConnections * self)
{
  clear_source (&self->acceptor);
  g_object_unref (self->listener);
  g_clear_object (&self->certificate);
  g_free (self);
}

guint
whep_connections_get_port (WhepConnections * self)
{
  g_autoptr (GSocketAddress) address =
      g_socket_get_local_address (self->listener, NULL);

  return address ?
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

guint
whep_connections_count (WhepConnections * self)
{
  return self->clients.length;
}

void
whep_connections_request_came (WhepConnections * self,
    SoupServerMessage * message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);
  Client *client =
      remote ? g_object_get_data (G_OBJECT (remote), CLIENT_KEY) : NULL;

  if (!client || client->phase != CLIENT_ASKING)
    return;
  client->phase = CLIENT_ANSWERED;
  client_set_timer (client, self->timeout_ms);
}

void
whep_connections_close (WhepConnections * self)
{
  clear_source (&self->acceptor);
  g_socket_close (self->listener, NULL);
  soup_server_disconnect (self->soup);
  for (GList * l = self->clients.head; l; l = l->next)
    client_end (l->data);
}
