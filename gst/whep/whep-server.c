/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP side of whepsink, on libsoup.
 *
 * Threads: everything but the functions of the header runs on the server's
 * thread. An exchange is owned by whoever will answer it; only the server's
 * thread touches its message.
 *
 * Timers: one per request, from its start (or from the end of the one before
 * it on the same connection) until its body is there, REQUEST_TIMEOUT_S; a
 * client that dawdles is disconnected.
 */
#include "config.h"

#include "whep-server.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>
#include <libsoup/soup.h>
#include <string.h>

#include "whep-offer.h"
#include "whep-page.h"

GST_DEBUG_CATEGORY_STATIC (whep_server_debug);
#define GST_CAT_DEFAULT whep_server_debug

#define REQUEST_TIMEOUT_S 20
#define CONNECTIONS_MAX 256
#define TYPE_SDP "application/sdp"
#define TYPE_FRAGMENT "application/trickle-ice-sdpfrag"

struct _WhepServer
{
  SoupServer *soup;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  WhepServerHandler handler;
  gpointer user_data;
  gchar *path;
  gchar *allowed_origins;
  gchar *token;
  gchar **ice_servers;
  WhepAccess access;
  guint connections;
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

/* A request whose body is on its way. */
typedef struct
{
  GString *body;
  GSource *timeout;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_string_free (request->body, TRUE);
  if (request->timeout) {
    g_source_destroy (request->timeout);
    g_source_unref (request->timeout);
  }
  g_free (request);
}

static Request *
request_of (SoupServerMessage * message)
{
  return g_object_get_data (G_OBJECT (message), "whep-request");
}

static const gchar *
header (SoupServerMessage * message, const gchar * name)
{
  return
      soup_message_headers_get_one (soup_server_message_get_request_headers
      (message), name);
}

static void
set_header (SoupServerMessage * message, const gchar * name,
    const gchar * value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers
      (message), name, value);
}

/* One line of text goes with every status that is no success. */
static void
respond_text (SoupServerMessage * message, guint status, const gchar * text)
{
  g_autofree gchar *line = g_strconcat (text, "\n", NULL);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8",
      SOUP_MEMORY_COPY, line, strlen (line));
}

static void
respond_error (SoupServerMessage * message, const GError * error)
{
  guint status =
      error->domain == WHEP_ERROR ? (guint) error->code : WHEP_ERROR_INTERNAL;

  if (status == WHEP_ERROR_UNAVAILABLE)
    set_header (message, "Retry-After", "1");
  respond_text (message, status, error->message);
}

static void
respond_method_not_allowed (SoupServerMessage * message, const gchar * allowed)
{
  g_autofree gchar *text = g_strdup_printf (_("Only %s work here."), allowed);

  set_header (message, "Allow", allowed);
  respond_text (message, SOUP_STATUS_METHOD_NOT_ALLOWED, text);
}

/* What scripts of other origins may know; nothing for those not allowed. */
static void
add_cors (WhepServer * self, SoupServerMessage * message)
{
  const gchar *origin = header (message, "Origin");

  set_header (message, "Vary", "Origin");
  if (!origin || !whep_access_allows_origin (&self->access, origin,
          header (message, "Host")))
    return;
  set_header (message, "Access-Control-Allow-Origin", origin);
  set_header (message, "Access-Control-Expose-Headers",
      "Location, ETag, Link, Retry-After");
}

static void
respond_options (SoupServerMessage * message, const gchar * allowed)
{
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  set_header (message, "Allow", allowed);
  set_header (message, "Accept-Post", TYPE_SDP);
  set_header (message, "Accept-Patch", TYPE_FRAGMENT);
  set_header (message, "Access-Control-Allow-Methods", allowed);
  set_header (message, "Access-Control-Allow-Headers",
      "Authorization, Content-Type, If-Match");
  set_header (message, "Access-Control-Max-Age", "86400");
}

/* Whether the client may ask at all; responds when it may not. */
static gboolean
check_access (WhepServer * self, SoupServerMessage * message)
{
  const gchar *host = header (message, "Host");

  if (!whep_access_allows_host (&self->access, host)) {
    respond_text (message, SOUP_STATUS_FORBIDDEN,
        _("This server is for this machine alone. Open it by the name "
            "localhost or by its IP address."));
    return FALSE;
  }
  if (!whep_access_allows_origin (&self->access, header (message, "Origin"),
          host)) {
    respond_text (message, SOUP_STATUS_FORBIDDEN,
        _("Pages of that origin may not play this stream."));
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_token (WhepServer * self, SoupServerMessage * message)
{
  if (whep_access_allows_token (&self->access,
          header (message, "Authorization")))
    return TRUE;
  set_header (message, "WWW-Authenticate", "Bearer");
  respond_text (message, SOUP_STATUS_UNAUTHORIZED,
      _("This stream needs a token."));
  return FALSE;
}

/* Whether the body is of @type; responds when it is not. */
static gboolean
check_content_type (SoupServerMessage * message, const gchar * type)
{
  const gchar *given =
      soup_message_headers_get_content_type
      (soup_server_message_get_request_headers (message), NULL);

  if (given && g_ascii_strcasecmp (given, type) == 0)
    return TRUE;
  g_autofree gchar *text =
      g_strdup_printf (_("The Content-Type must be %s."), type);
  respond_text (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, text);
  return FALSE;
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
add_ice_servers (WhepServer * self, SoupServerMessage * message)
{
  for (gchar ** uri = self->ice_servers; uri && *uri; uri++) {
    g_autofree gchar *link = g_strdup_printf ("<%s>; rel=\"ice-server\"", *uri);

    soup_message_headers_append (soup_server_message_get_response_headers
        (message), "Link", link);
  }
}

static void
exchange_respond_created (WhepExchange * exchange)
{
  WhepServer *self = exchange->server;
  SoupServerMessage *message = exchange->message;
  g_autofree gchar *location =
      g_strdup_printf ("%s/%s", self->path, exchange->id);
  g_autofree gchar *etag = g_strdup_printf ("\"%s\"", exchange->etag);

  soup_server_message_set_status (message, SOUP_STATUS_CREATED, NULL);
  set_header (message, "Location", location);
  set_header (message, "ETag", etag);
  set_header (message, "Accept-Patch", TYPE_FRAGMENT);
  set_header (message, "Cache-Control", "no-store");
  add_ice_servers (self, message);
  soup_server_message_set_response (message, TYPE_SDP, SOUP_MEMORY_COPY,
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

    respond_error (exchange->message, error);
  }
  soup_server_message_unpause (exchange->message);
  exchange_detach (exchange);
  return G_SOURCE_REMOVE;
}

static void
exchange_send (WhepExchange * exchange)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, exchange_finish, exchange,
      (GDestroyNotify) exchange_free);
  g_source_attach (source, exchange->server->context);
  g_source_unref (source);
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
  const Request *request = request_of (message);

  if (g_str_equal (method, "OPTIONS"))
    respond_options (message, "POST, OPTIONS");
  else if (!g_str_equal (method, "POST"))
    respond_method_not_allowed (message, "POST, OPTIONS");
  else if (check_token (self, message)
      && check_content_type (message, TYPE_SDP))
    self->handler.offer (exchange_new (self, message), request->body->str,
        request->body->len, self->user_data);
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
  const Request *request = request_of (message);
  g_autofree gchar *etag = unquote_etag (header (message, "If-Match"));
  g_autoptr (GError) error = NULL;

  if (!check_content_type (message, TYPE_FRAGMENT))
    return;
  if (self->handler.trickle (id, etag, request->body->str, &error,
          self->user_data))
    soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  else
    respond_error (message, error);
}

static void
handle_viewer (WhepServer * self, SoupServerMessage * message, const gchar * id)
{
  const gchar *allowed = "PATCH, DELETE, OPTIONS";
  const gchar *method = soup_server_message_get_method (message);

  if (g_str_equal (method, "OPTIONS"))
    respond_options (message, allowed);
  else if (!check_token (self, message))
    return;
  else if (g_str_equal (method, "PATCH"))
    handle_trickle (self, message, id);
  else if (!g_str_equal (method, "DELETE"))
    respond_method_not_allowed (message, allowed);
  else if (self->handler.remove (id, self->user_data))
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  else
    respond_text (message, SOUP_STATUS_NOT_FOUND, _("No such viewer."));
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

    respond_text (message, SOUP_STATUS_NOT_FOUND, text);
    return;
  }
  if (!g_str_equal (method, "GET") && !g_str_equal (method, "HEAD")) {
    respond_method_not_allowed (message, "GET, HEAD");
    return;
  }
  const gchar *data = g_bytes_get_data (bytes, &size);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  set_header (message, "Content-Security-Policy",
      "default-src 'self'; frame-ancestors 'self'");
  set_header (message, "Cache-Control", "no-cache");
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
  add_cors (self, message);
  set_header (message, "X-Content-Type-Options", "nosniff");
  if (!check_access (self, message))
    return;
  if (g_str_equal (path, self->path))
    handle_endpoint (self, message);
  else if (g_str_has_prefix (path, self->path) && path[length] == '/'
      && path[length + 1] != '\0')
    handle_viewer (self, message, path + length + 1);
  else
    handle_page (self, message, path);
}

static void
on_got_chunk (SoupServerMessage * message, GBytes * chunk, gpointer user_data)
{
  GString *body = request_of (message)->body;
  gsize size;
  const gchar *data = g_bytes_get_data (chunk, &size);

  /* One byte more than is allowed, so that the limit shows. */
  g_string_append_len (body, data,
      MIN (size, WHEP_OFFER_SIZE_MAX + 1 - body->len));
}

/* After the headers: what need not be read is refused at once. */
static void
handle_headers (SoupServer * soup, SoupServerMessage * message,
    const gchar * path, GHashTable * query, gpointer user_data)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);

  soup_message_body_set_accumulate (soup_server_message_get_request_body
      (message), FALSE);
  if (soup_message_headers_get_content_length (headers) > WHEP_OFFER_SIZE_MAX) {
    g_autofree gchar *text = g_strdup_printf (_("The body is larger than %d "
            "bytes."), WHEP_OFFER_SIZE_MAX);

    set_header (message, "Connection", "close");
    respond_text (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, text);
  }
}

static void
disconnect_client (SoupServerMessage * message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

static gboolean
on_request_timeout (gpointer user_data)
{
  GST_INFO ("a request did not arrive in time");
  disconnect_client (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_got_body (SoupServerMessage * message, gpointer user_data)
{
  g_source_destroy (request_of (message)->timeout);
}

static void
on_request_started (SoupServer * soup, SoupServerMessage * message,
    WhepServer * self)
{
  Request *request = g_new0 (Request, 1);

  request->body = g_string_new (NULL);
  request->timeout = g_timeout_source_new_seconds (REQUEST_TIMEOUT_S);
  g_source_set_callback (request->timeout, on_request_timeout, message, NULL);
  g_source_attach (request->timeout, self->context);
  g_object_set_data_full (G_OBJECT (message), "whep-request", request,
      request_free);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), NULL);
  g_signal_connect (message, "got-body", G_CALLBACK (on_got_body), NULL);

  if (++self->connections > CONNECTIONS_MAX)
    disconnect_client (message);
}

static void
on_request_ended (SoupServer * soup, SoupServerMessage * message,
    WhepServer * self)
{
  Request *request = request_of (message);

  g_source_destroy (request->timeout);
  self->connections--;
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
  gboolean listening;

  if (!address)
    return FALSE;
  self->access.loopback =
      g_inet_address_get_is_loopback (g_inet_socket_address_get_address
      (G_INET_SOCKET_ADDRESS (address)));
  g_main_context_push_thread_default (self->context);
  listening = soup_server_listen (self->soup, address,
      config->tls_certificate ? SOUP_SERVER_LISTEN_HTTPS : 0, error);
  g_main_context_pop_thread_default (self->context);
  if (!listening)
    explain_listen_error (config, error);
  return listening;
}

static gpointer
server_thread (gpointer data)
{
  WhepServer *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gboolean
server_quit (gpointer data)
{
  WhepServer *self = data;

  soup_server_disconnect (self->soup);
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
  g_clear_object (&self->soup);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self->path);
  g_free (self->allowed_origins);
  g_free (self->token);
  g_strfreev (self->ice_servers);
  g_free (self);
}

WhepServer *
whep_server_new (const WhepServerConfig * config,
    const WhepServerHandler * handler, gpointer user_data, GError ** error)
{
  WhepServer *self = g_new0 (WhepServer, 1);

  GST_DEBUG_CATEGORY_INIT (whep_server_debug, "whepserver", 0,
      "WHEP over HTTP");
  self->handler = *handler;
  self->user_data = user_data;
  self->path = g_strdup (config->path);
  self->allowed_origins = g_strdup (config->access.allowed_origins);
  self->token = g_strdup (config->access.token);
  self->ice_servers = g_strdupv ((gchar **) config->ice_servers);
  self->access.allowed_origins = self->allowed_origins;
  self->access.token = self->token;
  self->exchanges = g_hash_table_new (NULL, NULL);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->soup = soup_server_new ("server-header", "whepsink",
      "tls-certificate", config->tls_certificate, NULL);
  g_signal_connect (self->soup, "request-started",
      G_CALLBACK (on_request_started), self);
  g_signal_connect (self->soup, "request-finished",
      G_CALLBACK (on_request_ended), self);
  g_signal_connect (self->soup, "request-aborted",
      G_CALLBACK (on_request_ended), self);
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
  g_main_context_invoke (self->context, server_quit, self);
  g_thread_join (self->thread);
  server_destroy (self);
}

guint
whep_server_get_port (WhepServer * self)
{
  GSList *uris = soup_server_get_uris (self->soup);
  guint port = uris ? g_uri_get_port (uris->data) : 0;

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

gchar *
whep_server_get_uri (WhepServer * self)
{
  GSList *uris = soup_server_get_uris (self->soup);
  gchar *uri = uris ? g_uri_to_string (uris->data) : NULL;

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return uri;
}

GMainContext *
whep_server_get_context (WhepServer * self)
{
  return self->context;
}
