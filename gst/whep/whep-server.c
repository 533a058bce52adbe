/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP side of whepsink, on libsoup.
 *
 * Threads: everything but the functions of the header runs on the server's
 * thread. An exchange is owned by whoever will answer it; only the server's
 * thread touches its message.
 */
#include "config.h"

#include "whep-server.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>
#include <libsoup/soup.h>
#include <string.h>

#include "whep-connections.h"
#include "whep-page.h"
#include "whep-reply.h"
#include "whep-request.h"
#include "whep-task.h"

GST_DEBUG_CATEGORY_STATIC (whep_server_debug);
#define GST_CAT_DEFAULT whep_server_debug

#define REQUEST_TIMEOUT_MS 20000
#define CONNECTIONS_MAX 256
/* A browser opens six; all those behind a proxy come from one address. */
#define CONNECTIONS_PER_ADDRESS_MAX 64

struct _WhepServer
{
  SoupServer *soup;
  WhepConnections *connections;
  gboolean secure;
  gchar *address;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  WhepServerHandler handler;
  gpointer user_data;
  gchar *path;
  gchar *allowed_origins;
  gchar *token;
  gchar **links;
  WhepAccess access;
  GHashTable *exchanges;        /* those whose message still lives */
};

struct _WhepExchange
{
  WhepServer *server;
  SoupServerMessage *message;   /* NULL once the client has gone */
  gulong disconnected_id;
  /* The result on its way to the server's thread. */
  guint status;
  gchar *id;
  gchar *etag;
  gchar *text;
};

static void
init_debug (void)
{
  static gsize done;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (whep_server_debug, "whepserver", 0,
        "WHEP over HTTP");
    g_once_init_leave (&done, 1);
  }
}

static void
exchange_free (WhepExchange * exchange)
{
  g_free (exchange->id);
  g_free (exchange->etag);
  g_free (exchange->text);
  g_free (exchange);
}

static void
exchange_detach (WhepExchange * exchange)
{
  if (!exchange->message)
    return;
  g_signal_handler_disconnect (exchange->message, exchange->disconnected_id);
  g_hash_table_remove (exchange->server->exchanges, exchange);
  g_clear_object (&exchange->message);
}

static void
on_exchange_disconnected (SoupServerMessage * message, WhepExchange * exchange)
{
  exchange_detach (exchange);
}

static WhepExchange *
exchange_new (WhepServer * self, SoupServerMessage * message)
{
  WhepExchange *exchange = g_new0 (WhepExchange, 1);

  exchange->server = self;
  exchange->message = g_object_ref (message);
  exchange->disconnected_id = g_signal_connect (message, "disconnected",
      G_CALLBACK (on_exchange_disconnected), exchange);
  g_hash_table_add (self->exchanges, exchange);
  soup_server_message_pause (message);
  return exchange;
}

static void
add_links (WhepServer * self, SoupServerMessage * message)
{
  for (gchar ** link = self->links; link && *link; link++)
    soup_message_headers_append (soup_server_message_get_response_headers
        (message), "Link", *link);
}

static void
set_etag (SoupServerMessage * message, const gchar * etag)
{
  g_autofree gchar *quoted = g_strdup_printf ("\"%s\"", etag);

  whep_reply_set (message, "ETag", quoted);
}

static void
exchange_respond_created (WhepExchange * exchange)
{
  WhepServer *self = exchange->server;
  SoupServerMessage *message = exchange->message;
  g_autofree gchar *location =
      g_strdup_printf ("%s/%s", self->path, exchange->id);

  soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
  whep_reply_set (message, "Location", location);
  set_etag (message, exchange->etag);
  whep_reply_set (message, "Accept-Patch", WHEP_TYPE_FRAGMENT);
  whep_reply_set (message, "Cache-Control", "no-store");
  add_links (self, message);
  soup_server_message_set_response (message, WHEP_TYPE_SDP, SOUP_MEMORY_COPY,
      exchange->text, strlen (exchange->text));
}

/* On the server's thread: the result becomes a response. */
static gboolean
exchange_finish (gpointer data)
{
  WhepExchange *exchange = data;
  WhepServer *self = exchange->server;

  if (!exchange->message) {
    if (exchange->id)
      self->handler.remove (exchange->id, self->user_data);
    return G_SOURCE_REMOVE;
  }
  if (exchange->id) {
    exchange_respond_created (exchange);
  } else {
    g_autoptr (GError) error = g_error_new_literal (WHEP_ERROR,
        exchange->status, exchange->text);

    whep_reply_error (exchange->message, error);
  }
  soup_server_message_unpause (exchange->message);
  exchange_detach (exchange);
  return G_SOURCE_REMOVE;
}

static void
exchange_send (WhepExchange * exchange)
{
  whep_task_call (exchange->server->context, exchange_finish, exchange,
      (GDestroyNotify) exchange_free);
}

void
whep_exchange_answer (WhepExchange * exchange, const gchar * id,
    const gchar * etag, const gchar * answer)
{
  exchange->id = g_strdup (id);
  exchange->etag = g_strdup (etag);
  exchange->text = g_strdup (answer);
  exchange_send (exchange);
}

void
whep_exchange_refuse (WhepExchange * exchange, const GError * error)
{
  exchange->status =
      error->domain == WHEP_ERROR ? (guint) error->code : WHEP_ERROR_INTERNAL;
  exchange->text = g_strdup (error->message);
  exchange_send (exchange);
}

static void
handle_endpoint (WhepServer * self, SoupServerMessage * message)
{
  const gchar *method = soup_server_message_get_method (message);
  const GString *body = whep_request_get_body (message);

  if (g_str_equal (method, "OPTIONS"))
    whep_reply_options (message, "POST, OPTIONS");
  else if (!g_str_equal (method, "POST"))
    whep_reply_method_not_allowed (message, "POST, OPTIONS");
  else if (whep_reply_check_token (&self->access, message)
      && whep_reply_check_content_type (message, WHEP_TYPE_SDP))
    self->handler.offer (exchange_new (self, message), body->str,
        body->len, self->user_data);
}

/* "W/\"x\"" and "\"x\"" → "x" */
static gchar *
unquote_etag (const gchar * etag)
{
  if (!etag)
    return NULL;
  if (g_str_has_prefix (etag, "W/"))
    etag += 2;
  gsize length = strlen (etag);
  if (length >= 2 && etag[0] == '"' && etag[length - 1] == '"')
    return g_strndup (etag + 1, length - 2);
  return g_strdup (etag);
}

static void
handle_trickle (WhepServer * self, SoupServerMessage * message,
    const gchar * id)
{
  const GString *body = whep_request_get_body (message);
  g_autofree gchar *etag = unquote_etag (whep_reply_get (message, "If-Match"));
  g_autofree gchar *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!whep_reply_check_content_type (message, WHEP_TYPE_FRAGMENT))
    return;
  if (!self->handler.trickle (id, &etag, body->str, &answer, &error,
          self->user_data)) {
    whep_reply_error (message, error);
    return;
  }
  soup_server_message_set_status (message,
      answer ? SOUP_STATUS_OK : SOUP_STATUS_NO_CONTENT, NULL);
  if (!answer)
    return;
  set_etag (message, etag);
  soup_server_message_set_response (message, WHEP_TYPE_FRAGMENT,
      SOUP_MEMORY_COPY, answer, strlen (answer));
}

static void
handle_viewer (WhepServer * self, SoupServerMessage * message, const gchar * id)
{
  const gchar *allowed = "PATCH, DELETE, OPTIONS";
  const gchar *method = soup_server_message_get_method (message);

  if (g_str_equal (method, "OPTIONS"))
    whep_reply_options (message, allowed);
  else if (!whep_reply_check_token (&self->access, message))
    return;
  else if (g_str_equal (method, "PATCH"))
    handle_trickle (self, message, id);
  else if (!g_str_equal (method, "DELETE"))
    whep_reply_method_not_allowed (message, allowed);
  else if (self->handler.remove (id, self->user_data))
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  else
    whep_reply_text (message, SOUP_STATUS_NOT_FOUND, _("No such viewer."));
}

static void
handle_page (WhepServer * self, SoupServerMessage * message, const gchar * path)
{
  const gchar *method = soup_server_message_get_method (message);
  const gchar *content_type;
  gsize size;
  g_autoptr (GBytes) bytes = whep_page_lookup (path, self->path, &content_type);

  if (!bytes) {
    g_autofree gchar *text = g_strdup_printf (_("Nothing is here. The page is "
            "at /, the WHEP endpoint at %s."), self->path);

    whep_reply_text (message, SOUP_STATUS_NOT_FOUND, text);
    return;
  }
  if (!g_str_equal (method, "GET") && !g_str_equal (method, "HEAD")) {
    whep_reply_method_not_allowed (message, "GET, HEAD");
    return;
  }
  const gchar *data = g_bytes_get_data (bytes, &size);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  whep_reply_set (message, "Content-Security-Policy",
      "default-src 'self'; frame-ancestors 'self'");
  whep_reply_set (message, "Cache-Control", "no-cache");
  soup_server_message_set_response (message, content_type, SOUP_MEMORY_COPY,
      data, size);
}

static void
handle_request (SoupServer * soup, SoupServerMessage * message,
    const gchar * path, GHashTable * query, gpointer user_data)
{
  WhepServer *self = user_data;
  gsize length = strlen (self->path);

  GST_DEBUG ("%s %s", soup_server_message_get_method (message), path);
  whep_reply_add_cors (&self->access, message);
  whep_reply_set (message, "X-Content-Type-Options", "nosniff");
  if (!whep_reply_check_access (&self->access, message))
    return;
  if (g_str_equal (path, self->path))
    handle_endpoint (self, message);
  else if (g_str_has_prefix (path, self->path) && path[length] == '/'
      && path[length + 1] != '\0')
    handle_viewer (self, message, path + length + 1);
  else
    handle_page (self, message, path);
}

/* After the headers. One request a connection: libsoup before 3.4 never
 * closes a connection that its client gives up while it is idle. */
static void
handle_headers (SoupServer * soup, SoupServerMessage * message,
    const gchar * path, GHashTable * query, gpointer user_data)
{
  whep_reply_set (message, "Connection", "close");
  /* Parts of what fits into one packet are of no use to anybody but those who
   * ask for the same part a thousand times. */
  soup_message_headers_remove (soup_server_message_get_request_headers
      (message), "Range");
  whep_request_limit (message);
}

static void
on_request_started (SoupServer * soup, SoupServerMessage * message,
    WhepServer * self)
{
  whep_request_watch (message);
}

static void
on_request_read (SoupServer * soup, SoupServerMessage * message,
    WhepServer * self)
{
  whep_connections_request_came (self->connections, message);
}

static GSocketAddress *
parse_address (const gchar * address, guint port, GError ** error)
{
  const gchar *ip = g_ascii_strcasecmp (address, "localhost") == 0 ?
      "127.0.0.1" : address;
  GSocketAddress *socket_address =
      g_inet_socket_address_new_from_string (ip, port);

  if (!socket_address)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("\"%s\" is no IP address. Give one of this machine's, or 0.0.0.0 "
            "for all of them."), address);
  return socket_address;
}

/* Says what to do about it, which the system's words do not. */
static void
explain_listen_error (const WhepServerConfig * config, GError ** error)
{
  g_autoptr (GError) cause = g_steal_pointer (error);

  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, G_IO_ERROR, cause->code,
        _("Port %u of %s is in use by another program. Set port to another "
            "one, or to 0 for any that is free."), config->port,
        config->address);
  else
    g_set_error (error, G_IO_ERROR, cause->code,
        _("Cannot listen at port %u of %s: %s"), config->port,
        config->address, cause->message);
}

static gboolean
server_listen (WhepServer * self, const WhepServerConfig * config,
    GError ** error)
{
  g_autoptr (GSocketAddress) address =
      parse_address (config->address, config->port, error);

  if (!address)
    return FALSE;
  GInetAddress *ip =
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  WhepConnectionsConfig connections = {
    .soup = self->soup,.context = self->context,.address = address,
    .certificate = config->tls_certificate,.max = CONNECTIONS_MAX,
    .max_per_address = CONNECTIONS_PER_ADDRESS_MAX,
    .timeout_ms = config->request_timeout_ms > 0 ?
        config->request_timeout_ms : REQUEST_TIMEOUT_MS,
  };
  self->access.loopback = g_inet_address_get_is_loopback (ip);
  self->address = g_inet_address_to_string (ip);
  self->secure = config->tls_certificate != NULL;
  self->connections = whep_connections_new (&connections, error);
  if (!self->connections)
    explain_listen_error (config, error);
  return self->connections != NULL;
}

static gpointer
server_thread (gpointer data)
{
  WhepServer *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  whep_connections_close (self->connections);
  while (whep_connections_count (self->connections) > 0)
    g_main_context_iteration (self->context, TRUE);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
server_quit (gpointer data)
{
  WhepServer *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static void
server_destroy (WhepServer * self)
{
  GHashTableIter iter;
  gpointer exchange;

  g_hash_table_iter_init (&iter, self->exchanges);
  while (g_hash_table_iter_next (&iter, &exchange, NULL)) {
    WhepExchange *left = exchange;

    g_hash_table_iter_steal (&iter);
    g_signal_handler_disconnect (left->message, left->disconnected_id);
    g_clear_object (&left->message);
  }
  g_hash_table_unref (self->exchanges);
  g_clear_pointer (&self->connections, whep_connections_free);
  g_clear_object (&self->soup);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->address);
  g_free (self->path);
  g_free (self->allowed_origins);
  g_free (self->token);
  g_strfreev (self->links);
  g_free (self);
}

WhepServer *
whep_server_new (const WhepServerConfig * config,
    const WhepServerHandler * handler, gpointer user_data, GError ** error)
{
  WhepServer *self = g_new0 (WhepServer, 1);

  init_debug ();
  self->handler = *handler;
  self->user_data = user_data;
  self->path = g_strdup (config->path);
  self->allowed_origins = g_strdup (config->access.allowed_origins);
  self->token = g_strdup (config->access.token);
  self->links = g_strdupv ((gchar **) config->links);
  self->access.allowed_origins = self->allowed_origins;
  self->access.token = self->token;
  self->exchanges = g_hash_table_new (NULL, NULL);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->soup = soup_server_new ("server-header", "whepsink", NULL);
  g_signal_connect (self->soup, "request-started",
      G_CALLBACK (on_request_started), self);
  g_signal_connect (self->soup, "request-read",
      G_CALLBACK (on_request_read), self);
  soup_server_add_early_handler (self->soup, NULL, handle_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, handle_request, self, NULL);

  if (!server_listen (self, config, error)) {
    server_destroy (self);
    return NULL;
  }
  self->thread = g_thread_new ("whep-server", server_thread, self);
  return self;
}

void
whep_server_free (WhepServer * self)
{
  /* By the loop itself: one that has not begun yet would not notice. */
  whep_task_call (self->context, server_quit, self, NULL);
  g_thread_join (self->thread);
  server_destroy (self);
}

guint
whep_server_get_port (WhepServer * self)
{
  return whep_connections_get_port (self->connections);
}

gchar *
whep_server_get_uri (WhepServer * self)
{
  return g_uri_join (G_URI_FLAGS_NONE, self->secure ? "https" : "http", NULL,
      self->address, whep_server_get_port (self), "/", NULL, NULL);
}

GMainContext *
whep_server_get_context (WhepServer * self)
{
  return self->context;
}
