/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The body of an HTTP request as it comes in. libsoup would keep as much of it
 * as a client likes to send.
 */
#include "config.h"

#include "whep-request.h"

#include <glib/gi18n-lib.h>

#include "whep-reply.h"

#define DATA_KEY "whep-request"

static GString *
body_of (SoupServerMessage * message)
{
  return g_object_get_data (G_OBJECT (message), DATA_KEY);
}

static void
body_free (gpointer body)
{
  g_string_free (body, TRUE);
}

const GString *
whep_request_get_body (SoupServerMessage * message)
{
  return body_of (message);
}

static void
on_got_chunk (SoupServerMessage * message, GBytes * chunk, gpointer user_data)
{
  GString *body = body_of (message);
  gsize size;
  const gchar *data = g_bytes_get_data (chunk, &size);

  /* One byte more than is allowed, so that the limit shows. */
  g_string_append_len (body, data,
      MIN (size, WHEP_REQUEST_SIZE_MAX + 1 - body->len));
}

void
whep_request_watch (SoupServerMessage * message)
{
  g_object_set_data_full (G_OBJECT (message), DATA_KEY, g_string_new (NULL),
      body_free);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), NULL);
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
