/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client of WHIP, on libsoup.
 *
 * Timers, on the context: the server has the time that the user allows for
 * its answer, and LEAVE_TIMEOUT_MS from whip_client_leave() on for all that
 * is left to be said.
 */
#include "config.h"

#include "whip-client.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>
#include <libsoup/soup.h>
#include <string.h>

#include "whep-error.h"
#include "whep-offer.h"
#include "whep-task.h"
#include "whip-links.h"
#include "whip-trust.h"

GST_DEBUG_CATEGORY_STATIC (whip_client_debug);
#define GST_CAT_DEFAULT whip_client_debug

#define TYPE_SDP "application/sdp"
#define LEAVE_TIMEOUT_MS 2000
#define REDIRECTIONS_MAX 5
/* One more than is allowed, so that it shows. */
#define BODY_MAX (WHEP_OFFER_SIZE_MAX + 1)
/* What is shown of what a server says. */
#define REASON_MAX 200

struct _WhipClient
{
  GObject parent;

  GMainContext *context;
  GUri *location;
  gchar *token;
  guint timeout_ms;
  WhipClientFuncs funcs;
  gpointer user_data;
  SoupSession *session;
  gboolean own_authorities;     /* whether it trusts them, not the system's */
  GCancellable *cancellable;
  GSource *timer;
  gboolean late;                /* the timer has rung */
  gboolean offering;
  gboolean leaving;
  gboolean has_left;
  GBytes *offer;
  GUri *target;                 /* where the offer is sent */
  guint redirections;
  GUri *resource;               /* to be DELETEd */
  gchar *body;                  /* of a response, BODY_MAX bytes and a NUL */
  gsize size;
};

G_DEFINE_TYPE_WITH_CODE (WhipClient, whip_client, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (whip_client_debug, "whipclient", 0,
        "HTTP of whipsink"));

static gboolean
is_http (GUri * uri)
{
  const gchar *scheme = g_uri_get_scheme (uri);

  return (g_str_equal (scheme, "http") || g_str_equal (scheme, "https"))
      && g_uri_get_host (uri) && *g_uri_get_host (uri);
}

GUri *
whip_client_parse_location (const gchar * location, GError ** error)
{
  g_autoptr (GUri) uri = location ?
      g_uri_parse (location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (uri && is_http (uri))
    return g_steal_pointer (&uri);
  if (!location)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("Where to publish is not set. Set the property location to the "
            "address that the server's operator gave you, such as "
            "https://example.org/whip."));
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("\"%s\" cannot be published to. Write the location like "
            "https://example.org/whip."), location);
  return NULL;
}

gboolean
whip_client_check_token (const gchar * token, GError ** error)
{
  for (; token && *token; token++) {
    if (!g_ascii_isgraph (*token)) {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          _("The token has a space, a line break or another character that a "
              "token cannot have. Set it to what the server expects."));
      return FALSE;
    }
  }
  return TRUE;
}

/* For people: without user and password. */
static gchar *
shown (GUri * uri)
{
  return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
}

static gboolean
same_origin (GUri * a, GUri * b)
{
  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b))
      && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0
      && g_uri_get_port (a) == g_uri_get_port (b);
}

/* Going from HTTPS to HTTP would let anybody on the way change the answer. */
static gboolean
is_downgrade (GUri * from, GUri * to)
{
  return g_str_equal (g_uri_get_scheme (from), "https")
      && !g_str_equal (g_uri_get_scheme (to), "https");
}

static SoupMessage *
message_new (WhipClient * self, const gchar * method, GUri * uri)
{
  SoupMessage *message = soup_message_new_from_uri (method, uri);

  if (self->token && same_origin (uri, self->location)) {
    g_autofree gchar *bearer = g_strconcat ("Bearer ", self->token, NULL);

    soup_message_headers_replace (soup_message_get_request_headers (message),
        "Authorization", bearer);
  }
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  return message;
}

static gboolean
on_timeout (gpointer user_data)
{
  WhipClient *self = user_data;

  self->late = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
set_timeout (WhipClient * self, guint timeout_ms)
{
  whep_task_clear_timer (&self->timer);
  self->timer = whep_task_timer (self->context, timeout_ms, on_timeout, self);
}

/* Leaving */

static void
finish_leaving (WhipClient * self)
{
  if (self->has_left)
    return;
  self->has_left = TRUE;
  whep_task_clear_timer (&self->timer);
  self->funcs.left (self, self->user_data);
}

static void
on_deleted (GObject * session, GAsyncResult * result, gpointer user_data)
{
  g_autoptr (WhipClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) body =
      soup_session_send_finish (SOUP_SESSION (session), result, &error);

  if (error)
    GST_INFO ("the server was not told of the end: %s", error->message);
  finish_leaving (self);
}

static void
send_delete (WhipClient * self)
{
  g_autoptr (SoupMessage) message = message_new (self, "DELETE",
      self->resource);

  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT,
      self->cancellable, on_deleted, g_object_ref (self));
}

static void
leave_later (gpointer object, guint unused)
{
  finish_leaving (object);
}

void
whip_client_leave (WhipClient * self)
{
  if (self->leaving)
    return;
  self->leaving = TRUE;
  set_timeout (self, LEAVE_TIMEOUT_MS);
  if (self->resource)
    send_delete (self);
  else if (!self->offering)
    whep_task_later (self->context, self, leave_later, 0);
}

/* Offering */

static void
G_GNUC_PRINTF (3, 4)
refuse (WhipClient * self, guint code, const gchar * format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (WHEP_ERROR, code, format, args);
  va_end (args);
  self->funcs.refused (self, error, self->user_data);
}

/* The first line that the server wrote to explain itself, if it is text. */
static gchar *
reason_of (WhipClient * self, SoupMessage * message)
{
  const gchar *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers
      (message), NULL);
  gsize length = strcspn (self->body, "\r\n");
  g_autofree gchar *line = NULL;

  if (g_strcmp0 (type, "text/plain") != 0 || length == 0)
    return g_strdup (soup_status_get_phrase (soup_message_get_status
            (message)));
  line = g_utf8_make_valid (self->body, MIN (length, REASON_MAX));
  return g_strdelimit (g_steal_pointer (&line), "\t\b\f\v\x1b", ' ');
}

static void
refuse_status (WhipClient * self, SoupMessage * message)
{
  guint status = soup_message_get_status (message);
  g_autofree gchar *uri = shown (soup_message_get_uri (message));
  g_autofree gchar *reason = reason_of (self, message);

  if (!same_origin (soup_message_get_uri (message), self->location)
      && self->token && status == SOUP_STATUS_UNAUTHORIZED)
    refuse (self, status, _("The server sent us on to %s, which is not given "
            "the token because it is another server. Set the property "
            "location to that address."), uri);
  else if (status == SOUP_STATUS_UNAUTHORIZED
      || status == SOUP_STATUS_FORBIDDEN)
    refuse (self, status, self->token ?
        _("%s does not take the token (%u, %s). Set the property token to "
            "what its operator gave you.") :
        _("%s asks who publishes (%u, %s). Set the property token to what "
            "its operator gave you."), uri, status, reason);
  else if (status == SOUP_STATUS_NOT_FOUND)
    refuse (self, status, _("There is nothing to publish to at %s (%u, %s). "
            "Check the property location."), uri, status, reason);
  else if (status >= 400)
    refuse (self, status, _("%s refuses the stream: %u, %s."), uri, status,
        reason);
  else
    refuse (self, WHEP_ERROR_NOT_ACCEPTABLE, _("%s does not speak WHIP: it "
            "answered with %u instead of 201. Check the property location."),
        uri, status);
}

static void
refuse_error (WhipClient * self, SoupMessage * message, const GError * error)
{
  g_autofree gchar *uri = shown (self->target);

  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    refuse (self, WHEP_ERROR_NOT_ACCEPTABLE, _("Nothing was sent to %s, "
            "because its certificate is not trusted: %s"), uri,
        whip_trust_explain (soup_message_get_tls_peer_certificate_errors
            (message), self->own_authorities));
  else if (self->late)
    refuse (self, WHEP_ERROR_TIMEOUT, _("%s did not answer within %u ms. "
            "Check the property location, or allow more with "
            "connect-timeout."), uri, self->timeout_ms);
  else
    refuse (self, WHEP_ERROR_UNAVAILABLE, _("%s cannot be reached: %s. Check "
            "the property location, and whether the server runs."), uri,
        error->message);
}

static gboolean
is_sdp (SoupMessage * message)
{
  const gchar *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers
      (message), NULL);

  return type && g_ascii_strcasecmp (type, TYPE_SDP) == 0;
}

/* Returns: (transfer full) (nullable): what the header Location leads to. */
static GUri *
location_of (SoupMessage * message)
{
  const gchar *location =
      soup_message_headers_get_one (soup_message_get_response_headers
      (message), "Location");
  g_autoptr (GUri) uri = location ?
      g_uri_parse_relative (soup_message_get_uri (message), location,
      SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  return uri && is_http (uri) ? g_steal_pointer (&uri) : NULL;
}

static void
read_resource (WhipClient * self, SoupMessage * message)
{
  g_autoptr (GUri) resource = location_of (message);

  if (resource && !is_downgrade (self->location, resource))
    self->resource = g_steal_pointer (&resource);
  else
    GST_INFO ("there is no Location: the server cannot be told of the end");
}

/* Those that keep method and body (RFC 9725 section 4.5). */
static gboolean
is_redirection (SoupMessage * message)
{
  guint status = soup_message_get_status (message);

  return status == SOUP_STATUS_TEMPORARY_REDIRECT
      || status == SOUP_STATUS_PERMANENT_REDIRECT;
}

static void send_offer (WhipClient * self);

static void
follow (WhipClient * self, SoupMessage * message)
{
  g_autoptr (GUri) next = location_of (message);
  g_autofree gchar *uri = shown (self->target);

  if (!next || ++self->redirections > REDIRECTIONS_MAX) {
    refuse (self, WHEP_ERROR_NOT_ACCEPTABLE, _("%s sends us on to nowhere. "
            "Check the property location."), uri);
  } else if (is_downgrade (self->location, next)) {
    refuse (self, WHEP_ERROR_NOT_ACCEPTABLE, _("%s sends us on to an address "
            "without HTTPS, where anybody could change the answer. Set the "
            "property location to the right one."), uri);
  } else {
    g_uri_unref (self->target);
    self->target = g_steal_pointer (&next);
    send_offer (self);
  }
}

static void
accept_answer (WhipClient * self, SoupMessage * message)
{
  g_autoptr (GPtrArray) relays =
      whip_links_get_relays (soup_message_get_response_headers (message));

  self->funcs.answered (self, self->body, self->size, relays, self->user_data);
}

static void
judge_response (WhipClient * self, SoupMessage * message)
{
  if (is_redirection (message))
    follow (self, message);
  else if (soup_message_get_status (message) != SOUP_STATUS_CREATED)
    refuse_status (self, message);
  else if (!is_sdp (message))
    refuse (self, WHEP_ERROR_MEDIA_TYPE, _("The server did not answer with "
            "%s. Check the property location."), TYPE_SDP);
  else
    accept_answer (self, message);
}

/* With everything that there will be of a response. */
static void
finish_offering (WhipClient * self, SoupMessage * message, const GError * error)
{
  self->offering = FALSE;
  if (!error && soup_message_get_status (message) == SOUP_STATUS_CREATED)
    read_resource (self, message);
  if (self->leaving && self->resource) {
    send_delete (self);
    return;
  }
  if (self->leaving) {
    finish_leaving (self);
    return;
  }
  whep_task_clear_timer (&self->timer);
  if (error)
    refuse_error (self, message, error);
  else
    judge_response (self, message);
}

static void
on_body (GObject * stream, GAsyncResult * result, gpointer user_data)
{
  g_autoptr (SoupMessage) message = user_data;
  g_autoptr (WhipClient) self =
      g_object_ref (g_object_get_data (G_OBJECT (message), "client"));
  g_autoptr (GError) error = NULL;

  g_input_stream_read_all_finish (G_INPUT_STREAM (stream), result,
      &self->size, &error);
  self->body[self->size] = '\0';
  finish_offering (self, message, error);
}

static void
on_response (GObject * session, GAsyncResult * result, gpointer user_data)
{
  g_autoptr (WhipClient) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) message =
      g_object_ref (soup_session_get_async_result_message (SOUP_SESSION
          (session), result));
  g_autoptr (GInputStream) body =
      soup_session_send_finish (SOUP_SESSION (session), result, &error);

  if (!body) {
    finish_offering (self, message, error);
    return;
  }
  g_object_set_data_full (G_OBJECT (message), "client", g_object_ref (self),
      g_object_unref);
  g_input_stream_read_all_async (body, self->body, BODY_MAX,
      G_PRIORITY_DEFAULT, self->cancellable, on_body,
      g_steal_pointer (&message));
}

static void
send_offer (WhipClient * self)
{
  g_autoptr (SoupMessage) message = message_new (self, "POST", self->target);

  soup_message_headers_replace (soup_message_get_request_headers (message),
      "Accept", TYPE_SDP);
  soup_message_set_request_body_from_bytes (message, TYPE_SDP, self->offer);
  self->offering = TRUE;
  set_timeout (self, self->timeout_ms);
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT,
      self->cancellable, on_response, g_object_ref (self));
}

void
whip_client_offer (WhipClient * self, const gchar * offer)
{
  self->offer = g_bytes_new (offer, strlen (offer));
  send_offer (self);
}

WhipClient *
whip_client_new (const WhipClientConfig * config,
    const WhipClientFuncs * funcs, gpointer user_data)
{
  WhipClient *self = g_object_new (WHIP_TYPE_CLIENT, NULL);

  self->context = g_main_context_ref (config->context);
  self->location = g_uri_ref (config->location);
  self->target = g_uri_ref (config->location);
  self->token = g_strdup (config->token);
  self->timeout_ms = config->timeout_ms;
  self->funcs = *funcs;
  self->user_data = user_data;
  self->session = soup_session_new ();
  soup_session_set_user_agent (self->session, PACKAGE);
  self->own_authorities = config->authorities != NULL;
  if (self->own_authorities)
    soup_session_set_tls_database (self->session, config->authorities);
  self->cancellable = g_cancellable_new ();
  self->body = g_malloc0 (BODY_MAX + 1);
  return self;
}

static void
whip_client_finalize (GObject * object)
{
  WhipClient *self = WHIP_CLIENT (object);

  whep_task_clear_timer (&self->timer);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->location, g_uri_unref);
  g_clear_pointer (&self->target, g_uri_unref);
  g_clear_pointer (&self->resource, g_uri_unref);
  g_clear_pointer (&self->offer, g_bytes_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->token);
  g_free (self->body);
  G_OBJECT_CLASS (whip_client_parent_class)->finalize (object);
}

static void
whip_client_class_init (WhipClientClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = whip_client_finalize;
}

static void
whip_client_init (WhipClient * self)
{
}
