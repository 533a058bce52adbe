/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The body of an HTTP request as it comes in. libsoup would keep as much of it
 * as a client likes to send, for as long as it likes.
 */
#include "config.h"

#include "whep-request.h"

#include <glib/gi18n-lib.h>

#include "whep-reply.h"

#define DATA_KEY "whep-request"

typedef struct
{
  GString *body;
  GSource *timer;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_string_free (request->body, TRUE);
  g_source_destroy (request->timer);
  g_source_unref (request->timer);
  g_free (request);
}

static Request *
request_of (SoupServerMessage * message)
{
  return g_object_get_data (G_OBJECT (message), DATA_KEY);
}

const GString *
whep_request_get_body (SoupServerMessage * message)
{
  return request_of (message)->body;
}

void
whep_request_disconnect (SoupServerMessage * message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

static gboolean
on_timeout (gpointer message)
{
  whep_request_disconnect (message);
  return G_SOURCE_REMOVE;
}

void
whep_request_end (SoupServerMessage * message)
{
  g_source_destroy (request_of (message)->timer);
}

static void
on_got_chunk (SoupServerMessage * message, GBytes * chunk, gpointer user_data)
{
  GString *body = request_of (message)->body;
  gsize size;
  const gchar *data = g_bytes_get_data (chunk, &size);

  /* One byte more than is allowed, so that the limit shows. */
  g_string_append_len (body, data,
      MIN (size, WHEP_REQUEST_SIZE_MAX + 1 - body->len));
}

void
whep_request_watch (SoupServerMessage * message, GMainContext * context,
    guint timeout_ms)
{
  Request *request = g_new0 (Request, 1);

  request->body = g_string_new (NULL);
  request->timer = g_timeout_source_new (timeout_ms);
  g_source_set_callback (request->timer, on_timeout, message, NULL);
  g_source_attach (request->timer, context);
  g_object_set_data_full (G_OBJECT (message), DATA_KEY, request, request_free);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), NULL);
  g_signal_connect (message, "got-body", G_CALLBACK (whep_request_end), NULL);
}

void
whep_request_limit (SoupServerMessage * message)
{
  SoupMessageHeaders *headers =
      soup_server_message_get_request_headers (message);
  g_autofree gchar *text = NULL;

  soup_message_body_set_accumulate (soup_server_message_get_request_body
      (message), FALSE);
  if (soup_message_headers_get_content_length (headers) <=
      WHEP_REQUEST_SIZE_MAX)
    return;
  text = g_strdup_printf (_("The body is larger than %d bytes."),
      WHEP_REQUEST_SIZE_MAX);
  whep_reply_text (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, text);
}
