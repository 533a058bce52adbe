/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every response has in common, and the checks every request passes.
 */
#include "config.h"

#include "whep-reply.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "whep-error.h"

const gchar *
whep_reply_get (SoupServerMessage * message, const gchar * name)
{
  return
      soup_message_headers_get_one (soup_server_message_get_request_headers
      (message), name);
}

void
whep_reply_set (SoupServerMessage * message, const gchar * name,
    const gchar * value)
{
  soup_message_headers_replace (soup_server_message_get_response_headers
      (message), name, value);
}

/* One line of text goes with every status that is no success. */
void
whep_reply_text (SoupServerMessage * message, guint status, const gchar * text)
{
  g_autofree gchar *line = g_strconcat (text, "\n", NULL);

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain; charset=utf-8",
      SOUP_MEMORY_COPY, line, strlen (line));
}

void
whep_reply_error (SoupServerMessage * message, const GError * error)
{
  guint status =
      error->domain == WHEP_ERROR ? (guint) error->code : WHEP_ERROR_INTERNAL;

  if (status == WHEP_ERROR_UNAVAILABLE)
    whep_reply_set (message, "Retry-After", "1");
  whep_reply_text (message, status, error->message);
}

void
whep_reply_method_not_allowed (SoupServerMessage * message,
    const gchar * allowed)
{
  g_autofree gchar *text = g_strdup_printf (_("Only %s work here."), allowed);

  whep_reply_set (message, "Allow", allowed);
  whep_reply_text (message, SOUP_STATUS_METHOD_NOT_ALLOWED, text);
}

/* What scripts of other origins may know; nothing for those not allowed. */
void
whep_reply_add_cors (const WhepAccess * access, SoupServerMessage * message)
{
  const gchar *origin = whep_reply_get (message, "Origin");

  whep_reply_set (message, "Vary", "Origin");
  if (!origin || !whep_access_allows_origin (access, origin,
          whep_reply_get (message, "Host")))
    return;
  whep_reply_set (message, "Access-Control-Allow-Origin", origin);
  whep_reply_set (message, "Access-Control-Expose-Headers",
      "Location, ETag, Link, Retry-After");
}

void
whep_reply_options (SoupServerMessage * message, const gchar * allowed)
{
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
  whep_reply_set (message, "Allow", allowed);
  whep_reply_set (message, "Accept-Post", WHEP_TYPE_SDP);
  whep_reply_set (message, "Accept-Patch", WHEP_TYPE_FRAGMENT);
  whep_reply_set (message, "Access-Control-Allow-Methods", allowed);
  whep_reply_set (message, "Access-Control-Allow-Headers",
      "Authorization, Content-Type, If-Match");
  whep_reply_set (message, "Access-Control-Max-Age", "86400");
}

/* Whether the client may ask at all; responds when it may not. */
gboolean
whep_reply_check_access (const WhepAccess * access, SoupServerMessage * message)
{
  const gchar *host = whep_reply_get (message, "Host");

  if (!whep_access_allows_host (access, host)) {
    whep_reply_text (message, SOUP_STATUS_FORBIDDEN,
        _("This server is for this machine alone. Open it by the name "
            "localhost or by its IP address."));
    return FALSE;
  }
  if (!whep_access_allows_origin (access, whep_reply_get (message, "Origin"),
          host)) {
    whep_reply_text (message, SOUP_STATUS_FORBIDDEN,
        _("Pages of that origin may not play this stream."));
    return FALSE;
  }
  return TRUE;
}

gboolean
whep_reply_check_token (const WhepAccess * access, SoupServerMessage * message)
{
  if (whep_access_allows_token (access,
          whep_reply_get (message, "Authorization")))
    return TRUE;
  whep_reply_set (message, "WWW-Authenticate", "Bearer");
  whep_reply_text (message, SOUP_STATUS_UNAUTHORIZED,
      _("This stream needs a token."));
  return FALSE;
}

/* Whether the body is of @type; responds when it is not. */
gboolean
whep_reply_check_content_type (SoupServerMessage * message, const gchar * type)
{
  const gchar *given =
      soup_message_headers_get_content_type
      (soup_server_message_get_request_headers (message), NULL);

  if (given && g_ascii_strcasecmp (given, type) == 0)
    return TRUE;
  g_autofree gchar *text =
      g_strdup_printf (_("The Content-Type must be %s."), type);
  whep_reply_text (message, SOUP_STATUS_UNSUPPORTED_MEDIA_TYPE, text);
  return FALSE;
}
