/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One TCP connection of a client, as a stream.
 *
 * libsoup closes streams in a way that waits, on its only thread. TLS then
 * says goodbye, which waits for a client that reads nothing; so closing goes
 * on in the background here, and whep_connection_shut_down() cuts it short.
 */
#include "config.h"

#include "whep-connection.h"

#include <libsoup/soup.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

struct _WhepConnection
{
  GIOStream parent;

  GSocket *socket;
  GIOStream *base;              /* plain, or TLS */
  GSocketAddress *remote;
  GSocketAddress *local;
  WhepConnectionClosed closed;
  gpointer user_data;
  gboolean closing;
};

G_DEFINE_TYPE (WhepConnection, whep_connection, G_TYPE_IO_STREAM);

GSocket *
whep_connection_get_socket (WhepConnection * self)
{
  return self->socket;
}

GSocketAddress *
whep_connection_get_remote (WhepConnection * self)
{
  return self->remote;
}

GSocketAddress *
whep_connection_get_local (WhepConnection * self)
{
  return self->local;
}

gboolean
whep_connection_start_tls (WhepConnection * self,
    GTlsCertificate * certificate, GError ** error)
{
  GIOStream *tls = g_tls_server_connection_new (self->base, certificate, error);

  if (!tls)
    return FALSE;
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_object_unref (self->base);
  self->base = tls;
  return TRUE;
}

gint
whep_connection_peek (WhepConnection * self)
{
  guint8 byte;
  GInputVector vector = { &byte, 1 };
  gint flags = G_SOCKET_MSG_PEEK;
  g_autoptr (GError) error = NULL;
  gssize n = g_socket_receive_message (self->socket, NULL, &vector, 1, NULL,
      NULL, &flags, NULL, &error);

  if (n > 0)
    return byte;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? -1 : -2;
}

/* Whether a word can be said: the first ones of TLS are not ours to say. */
static gboolean
is_open (WhepConnection * self)
{
  g_autofree gchar *cipher = NULL;

  if (!G_IS_TLS_CONNECTION (self->base))
    return TRUE;
  cipher =
      g_tls_connection_get_ciphersuite_name (G_TLS_CONNECTION (self->base));
  return cipher != NULL;
}

/* Unread bytes would turn the end of a plain stream into a reset, which may
 * overtake what was said. */
static void
discard_unread (WhepConnection * self)
{
  gchar bytes[4096];
  guint rounds = 16;

  while (rounds-- > 0
      && g_socket_receive_with_blocking (self->socket, bytes, sizeof bytes,
          FALSE, NULL, NULL) > 0);
}

void
whep_connection_tell (WhepConnection * self, guint status, const gchar * text)
{
  g_autofree gchar *response = NULL;

  if (self->closing || !is_open (self))
    return;
  response = g_strdup_printf ("HTTP/1.1 %u %s\r\nConnection: close\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s\n", status,
      soup_status_get_phrase (status), strlen (text) + 1, text);
  g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM
      (g_io_stream_get_output_stream (self->base)), response,
      strlen (response), NULL, NULL);
  if (!G_IS_TLS_CONNECTION (self->base))
    discard_unread (self);
}

void
whep_connection_shut_down (WhepConnection * self)
{
  g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
}

static void
on_base_closed (GObject * base, GAsyncResult * result, gpointer user_data)
{
  g_autoptr (WhepConnection) self = user_data;

  g_io_stream_close_finish (G_IO_STREAM (base), result, NULL);
  g_socket_close (self->socket, NULL);
  self->closed (self, self->user_data);
}

static gboolean
whep_connection_close (GIOStream * stream, GCancellable * cancellable,
    GError ** error)
{
  WhepConnection *self = WHEP_CONNECTION (stream);

  if (self->closing)
    return TRUE;
  self->closing = TRUE;
  g_io_stream_close_async (self->base, G_PRIORITY_DEFAULT, NULL,
      on_base_closed, g_object_ref (self));
  return TRUE;
}

static GInputStream *
whep_connection_get_input_stream (GIOStream * stream)
{
  return g_io_stream_get_input_stream (WHEP_CONNECTION (stream)->base);
}

static GOutputStream *
whep_connection_get_output_stream (GIOStream * stream)
{
  return g_io_stream_get_output_stream (WHEP_CONNECTION (stream)->base);
}

static void
whep_connection_finalize (GObject * object)
{
  WhepConnection *self = WHEP_CONNECTION (object);

  g_object_unref (self->base);
  g_object_unref (self->socket);
  g_object_unref (self->remote);
  g_object_unref (self->local);
  G_OBJECT_CLASS (whep_connection_parent_class)->finalize (object);
}

static void
whep_connection_class_init (WhepConnectionClass * klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = whep_connection_finalize;
  stream_class->get_input_stream = whep_connection_get_input_stream;
  stream_class->get_output_stream = whep_connection_get_output_stream;
  stream_class->close_fn = whep_connection_close;
}

static void
whep_connection_init (WhepConnection * self)
{
}

WhepConnection *
whep_connection_new (GSocket * socket, WhepConnectionClosed closed,
    gpointer user_data)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket,
      NULL);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);

  if (!remote || !local)
    return NULL;
  WhepConnection *self = g_object_new (WHEP_TYPE_CONNECTION, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  self->socket = g_object_ref (socket);
  self->base =
      G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  self->remote = g_steal_pointer (&remote);
  self->local = g_steal_pointer (&local);
  self->closed = closed;
  self->user_data = user_data;
  return self;
}
