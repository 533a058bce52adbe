/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP side, asked by a SoupSession over loopback.
 */
#include "config.h"

#include "whep/whep-server.h"

#include <gst/gst.h>
#include <libsoup/soup.h>
#include <string.h>

#include "whep/whep-offer.h"

/* What the handler was told, and what it answers. */
typedef struct
{
  WhepServer *server;
  SoupSession *session;
  gint refuse;                  /* a status, 0 to answer */
  gboolean hold;                /* keep the exchange */
  GMutex lock;
  GCond cond;
  WhepExchange *held;
  gsize offer_size;
  gchar *removed;
  gchar *etag;
  gchar *fragment;
} Fixture;

static void
on_offer (WhepExchange * exchange, const gchar * text, gsize size,
    gpointer user_data)
{
  Fixture *f = user_data;
  gboolean hold;

  g_mutex_lock (&f->lock);
  f->offer_size = size;
  hold = f->hold;
  if (hold)
    f->held = exchange;
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->lock);
  if (hold)
    return;
  if (f->refuse) {
    g_autoptr (GError) error =
        g_error_new_literal (WHEP_ERROR, f->refuse, "Because.");

    whep_exchange_refuse (exchange, error);
  } else {
    whep_exchange_answer (exchange, "viewer-1", "tag", "v=0 answer");
  }
}

static gboolean
on_trickle (const gchar * id, gchar ** etag, const gchar * fragment,
    gchar ** answer, GError ** error, gpointer user_data)
{
  Fixture *f = user_data;

  g_free (f->etag);
  f->etag = g_strdup (*etag);
  if (strstr (fragment, "ice-ufrag:new")) {
    g_free (*etag);
    *etag = g_strdup ("tag-2");
    *answer = g_strdup ("a=ice-ufrag:ours");
  }
  g_free (f->fragment);
  f->fragment = g_strdup (fragment);
  if (g_str_equal (id, "viewer-1"))
    return TRUE;
  g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_NOT_FOUND, "Nobody.");
  return FALSE;
}

static gboolean
on_remove (const gchar * id, gpointer user_data)
{
  Fixture *f = user_data;

  g_mutex_lock (&f->lock);
  g_free (f->removed);
  f->removed = g_strdup (id);
  g_cond_signal (&f->cond);
  g_mutex_unlock (&f->lock);
  return g_str_equal (id, "viewer-1");
}

static const WhepServerHandler handler = { on_offer, on_trickle, on_remove };

static const gchar *const links[] = {
  "<stun:192.0.2.7:3478>; rel=\"ice-server\"", NULL
};

static void
setup (Fixture * f, gconstpointer data)
{
  GError *error = NULL;
  WhepServerConfig config = {
    .address = "127.0.0.1",.port = 0,.path = "/whep",
    .access = *(const WhepAccess *) data,.links = links,
    .request_timeout_ms = 500,
  };

  g_mutex_init (&f->lock);
  g_cond_init (&f->cond);
  f->server = whep_server_new (&config, &handler, f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (whep_server_get_port (f->server), >, 0);
  f->session = soup_session_new_with_options ("timeout", 60, NULL);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  g_clear_object (&f->session);
  g_clear_pointer (&f->server, whep_server_free);
  g_free (f->removed);
  g_free (f->etag);
  g_free (f->fragment);
  g_mutex_clear (&f->lock);
  g_cond_clear (&f->cond);
}

static const WhepAccess access_own = { NULL, NULL, FALSE };
static const WhepAccess access_some = { "https://a.example", "key", FALSE };

static SoupMessage *
message_new (Fixture * f, const gchar * method, const gchar * path)
{
  g_autofree gchar *uri = g_strdup_printf ("http://127.0.0.1:%u%s",
      whep_server_get_port (f->server), path);

  return soup_message_new (method, uri);
}

static void
set_body (SoupMessage * message, const gchar * type, const gchar * body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  soup_message_set_request_body_from_bytes (message, type, bytes);
}

static const gchar *
response_header (SoupMessage * message, const gchar * name)
{
  return soup_message_headers_get_list (soup_message_get_response_headers
      (message), name);
}

/* Returns: (transfer full): the body; the status is as expected. */
static gchar *
send (Fixture * f, SoupMessage * message, guint status)
{
  GError *error = NULL;
  g_autoptr (GBytes) bytes =
      soup_session_send_and_read (f->session, message, NULL, &error);
  gsize size;

  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  const gchar *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data ? data : "", size);
}

/* An error comes as one line of text. */
static void
assert_refused (Fixture * f, SoupMessage * message, guint status,
    const gchar * word)
{
  g_autofree gchar *body = send (f, message, status);

  g_assert_nonnull (strstr (body, word));
  g_assert_true (g_str_has_suffix (body, "\n"));
  g_assert_true (strchr (body, '\n') == body + strlen (body) - 1);
  g_assert_true (g_str_has_prefix (response_header (message, "Content-Type"),
          "text/plain"));
}

static SoupMessage *
post_new (Fixture * f)
{
  SoupMessage *message = message_new (f, "POST", "/whep");

  set_body (message, "application/sdp", "v=0 offer");
  return message;
}

static void
test_page (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) page = message_new (f, "GET", "/");
  g_autoptr (SoupMessage) head = message_new (f, "HEAD", "/whep.js");
  g_autoptr (SoupMessage) none = message_new (f, "GET", "/nothing");
  g_autoptr (SoupMessage) put = message_new (f, "PUT", "/");
  g_autofree gchar *body = send (f, page, 200);
  g_autofree gchar *empty = send (f, head, 200);

  g_assert_nonnull (strstr (body, "<!doctype html>"));
  g_assert_nonnull (response_header (page, "Content-Security-Policy"));
  g_assert_cmpstr (empty, ==, "");
  assert_refused (f, none, 404, "/whep");
  assert_refused (f, put, 405, "GET");
}

static void
test_offer (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) post = post_new (f);
  g_autofree gchar *body = send (f, post, 201);

  g_assert_cmpstr (body, ==, "v=0 answer");
  g_assert_cmpuint (f->offer_size, ==, strlen ("v=0 offer"));
  g_assert_cmpstr (response_header (post, "Location"), ==, "/whep/viewer-1");
  g_assert_cmpstr (response_header (post, "ETag"), ==, "\"tag\"");
  g_assert_cmpstr (response_header (post, "Content-Type"), ==,
      "application/sdp");
  g_assert_cmpstr (response_header (post, "Link"), ==,
      "<stun:192.0.2.7:3478>; rel=\"ice-server\"");
}

static void
test_refused_offer (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) first = post_new (f);
  g_autoptr (SoupMessage) second = post_new (f);

  f->refuse = 406;
  assert_refused (f, first, 406, "Because.");
  f->refuse = 503;
  assert_refused (f, second, 503, "Because.");
  g_assert_nonnull (response_header (second, "Retry-After"));
}

static void
test_wrong_requests (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) text = message_new (f, "POST", "/whep");
  g_autoptr (SoupMessage) bare = message_new (f, "POST", "/whep");
  g_autoptr (SoupMessage) get = message_new (f, "GET", "/whep");
  g_autoptr (SoupMessage) post = message_new (f, "POST", "/whep/viewer-1");
  g_autoptr (SoupMessage) patch = message_new (f, "PATCH", "/whep/viewer-1");

  set_body (text, "text/plain", "v=0");
  assert_refused (f, text, 415, "application/sdp");
  assert_refused (f, bare, 415, "application/sdp");
  assert_refused (f, get, 405, "POST");
  g_assert_cmpstr (response_header (get, "Allow"), ==, "POST, OPTIONS");
  assert_refused (f, post, 405, "DELETE");
  set_body (patch, "application/sdp", "a=candidate:1");
  assert_refused (f, patch, 415, "trickle-ice-sdpfrag");
}

static void
test_too_large (Fixture * f, gconstpointer data)
{
  g_autofree gchar *large = g_strnfill (WHEP_OFFER_SIZE_MAX + 1, 'x');
  g_autofree gchar *huge = g_strnfill (3 * WHEP_OFFER_SIZE_MAX, 'x');
  g_autoptr (SoupMessage) known = message_new (f, "POST", "/whep");
  g_autoptr (SoupMessage) chunked = message_new (f, "POST", "/whep");
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (huge, 3 * WHEP_OFFER_SIZE_MAX, NULL);

  set_body (known, "application/sdp", large);
  assert_refused (f, known, 413, "65536");
  g_assert_cmpuint (f->offer_size, ==, 0);

  /* Without a length only the excess tells; no more than that is kept. */
  soup_message_set_request_body (chunked, "application/sdp", stream, -1);
  f->refuse = 413;
  assert_refused (f, chunked, 413, "Because.");
  g_assert_cmpuint (f->offer_size, ==, WHEP_OFFER_SIZE_MAX + 1);
}

static void
test_leaving (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) known = message_new (f, "DELETE", "/whep/viewer-1");
  g_autoptr (SoupMessage) unknown = message_new (f, "DELETE", "/whep/else");

  g_free (send (f, known, 200));
  g_assert_cmpstr (f->removed, ==, "viewer-1");
  assert_refused (f, unknown, 404, "viewer");
}

static void
test_trickle (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) known = message_new (f, "PATCH", "/whep/viewer-1");
  g_autoptr (SoupMessage) unknown = message_new (f, "PATCH", "/whep/else");

  set_body (known, "application/trickle-ice-sdpfrag", "a=candidate:1");
  soup_message_headers_append (soup_message_get_request_headers (known),
      "If-Match", "\"tag\"");
  g_free (send (f, known, 204));
  g_assert_cmpstr (f->etag, ==, "tag");
  g_assert_cmpstr (f->fragment, ==, "a=candidate:1");
  set_body (unknown, "application/trickle-ice-sdpfrag", "a=candidate:1");
  assert_refused (f, unknown, 404, "Nobody.");
  g_assert_null (f->etag);
}

static void
test_ice_restart (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) message = message_new (f, "PATCH", "/whep/viewer-1");
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  set_body (message, "application/trickle-ice-sdpfrag", "a=ice-ufrag:new");
  soup_message_headers_append (soup_message_get_request_headers (message),
      "If-Match", "*");
  g_autofree gchar *body = send (f, message, 200);
  g_assert_cmpstr (body, ==, "a=ice-ufrag:ours");
  g_assert_cmpstr (f->etag, ==, "*");
  g_assert_cmpstr (soup_message_headers_get_one (headers, "ETag"), ==,
      "\"tag-2\"");
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Content-Type"), ==,
      "application/trickle-ice-sdpfrag");
}

static void
add_origin (SoupMessage * message, const gchar * origin)
{
  soup_message_headers_append (soup_message_get_request_headers (message),
      "Origin", origin);
}

static void
test_other_origins (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) own = post_new (f);
  g_autoptr (SoupMessage) evil = post_new (f);
  g_autoptr (SoupMessage) preflight = message_new (f, "OPTIONS", "/whep");
  g_autofree gchar *origin = g_strdup_printf ("http://127.0.0.1:%u",
      whep_server_get_port (f->server));

  add_origin (own, origin);
  g_free (send (f, own, 201));
  add_origin (evil, "https://a.example");
  assert_refused (f, evil, 403, "origin");
  g_assert_null (response_header (evil, "Access-Control-Allow-Origin"));
  add_origin (preflight, "https://a.example");
  assert_refused (f, preflight, 403, "origin");
}

static void
test_allowed_origin_and_token (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) preflight = message_new (f, "OPTIONS", "/whep");
  g_autoptr (SoupMessage) without = post_new (f);
  g_autoptr (SoupMessage) with = post_new (f);

  add_origin (preflight, "https://a.example");
  g_free (send (f, preflight, 204));
  g_assert_cmpstr (response_header (preflight, "Access-Control-Allow-Origin"),
      ==, "https://a.example");
  g_assert_nonnull (strstr (response_header (preflight,
              "Access-Control-Allow-Headers"), "Content-Type"));
  add_origin (without, "https://a.example");
  assert_refused (f, without, 401, "token");
  g_assert_cmpstr (response_header (without, "WWW-Authenticate"), ==, "Bearer");
  soup_message_headers_append (soup_message_get_request_headers (with),
      "Authorization", "Bearer key");
  g_free (send (f, with, 201));
}

static void
test_rebound_name (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) rebound = message_new (f, "GET", "/");

  soup_message_headers_replace (soup_message_get_request_headers (rebound),
      "Host", "evil.example");
  assert_refused (f, rebound, 403, "localhost");
}

static void
test_client_that_leaves_before_the_answer (Fixture * f, gconstpointer data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, "127.0.0.1",
      whep_server_get_port (f->server), NULL, &error);
  const gchar *request = "POST /whep HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Content-Type: application/sdp\r\nContent-Length: 3\r\n\r\nv=0";

  g_assert_no_error (error);
  f->hold = TRUE;
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM
          (connection)), request, strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&f->lock);
  while (!f->held)
    g_cond_wait (&f->cond, &f->lock);
  g_mutex_unlock (&f->lock);

  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  /* A paused message is not read from, so its end shows when it is written. */
  whep_exchange_answer (f->held, "viewer-1", "tag", "v=0");
  f->hold = FALSE;
  g_autoptr (SoupMessage) next = post_new (f);
  g_free (send (f, next, 201));
}

/* A body that never comes: the client is told so, others are served. */
static void
test_slow_body (Fixture * f, gconstpointer data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_host (client, "127.0.0.1",
      whep_server_get_port (f->server), NULL, &error);
  const gchar *request = "POST /whep HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Content-Type: application/sdp\r\nContent-Length: 9\r\n\r\nv=0";
  gchar response[500] = "";

  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM
          (connection)), request, strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (SoupMessage) other = post_new (f);
  g_free (send (f, other, 201));
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM
          (connection)), response, sizeof response - 1, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (response, "HTTP/1.1 408 "));
  g_assert_true (g_str_has_suffix (response, "in time.\n"));
}

static void
test_end_with_an_offer_unanswered (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) post = post_new (f);
  g_autoptr (GError) error = g_error_new_literal (WHEP_ERROR, 503, "Too late.");

  f->hold = TRUE;
  soup_session_send_async (f->session, post, G_PRIORITY_DEFAULT, NULL, NULL,
      NULL);
  g_mutex_lock (&f->lock);
  while (!f->held) {
    g_mutex_unlock (&f->lock);
    g_main_context_iteration (NULL, FALSE);
    g_mutex_lock (&f->lock);
  }
  g_mutex_unlock (&f->lock);
  whep_exchange_refuse (f->held, error);
  g_clear_pointer (&f->server, whep_server_free);
}

static void
test_busy_port (Fixture * f, gconstpointer data)
{
  WhepServerConfig config = {
    .address = "127.0.0.1",.port = whep_server_get_port (f->server),
    .path = "/whep",
  };
  g_autoptr (GError) error = NULL;

  g_assert_null (whep_server_new (&config, &handler, f, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_nonnull (strstr (error->message, "in use"));
}

static void
test_no_address (Fixture * f, gconstpointer data)
{
  WhepServerConfig config = {.address = "my.host",.path = "/whep" };
  g_autoptr (GError) error = NULL;

  g_assert_null (whep_server_new (&config, &handler, f, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "my.host"));
}

/* Each part of a body costs a copy of it: found by asking for a thousand. */
static void
test_parts_of_the_page (Fixture * f, gconstpointer data)
{
  g_autoptr (SoupMessage) message = message_new (f, "GET", "/");
  g_autoptr (SoupMessage) whole = message_new (f, "GET", "/");
  GString *range = g_string_new ("bytes=0-0");

  for (guint i = 2; i < 2000; i += 2)
    g_string_append_printf (range, ",%u-%u", i, i);
  soup_message_headers_append (soup_message_get_request_headers (message),
      "Range", range->str);
  g_autofree gchar *parts = send (f, message, 200);
  g_autofree gchar *page = send (f, whole, 200);
  g_assert_cmpstr (parts, ==, page);
  g_string_free (range, TRUE);
}

static void
test_uri (Fixture * f, gconstpointer data)
{
  WhepServerConfig config = {.address = "::1",.path = "/whep" };
  g_autofree gchar *uri = whep_server_get_uri (f->server);
  g_autofree gchar *expected = g_strdup_printf ("http://127.0.0.1:%u/",
      whep_server_get_port (f->server));

  g_assert_cmpstr (uri, ==, expected);
  WhepServer *server = whep_server_new (&config, &handler, f, NULL);
  if (!server) {
    g_test_skip ("no IPv6 here");
    return;
  }
  g_autofree gchar *uri6 = whep_server_get_uri (server);
  g_autofree gchar *expected6 = g_strdup_printf ("http://[::1]:%u/",
      whep_server_get_port (server));
  g_assert_cmpstr (uri6, ==, expected6);
  whep_server_free (server);
}

/* Found on a loaded machine: a server whose thread had not begun yet never
 * ended. */
static void
test_end_at_once (Fixture * f, gconstpointer data)
{
  WhepServerConfig config = {.address = "127.0.0.1",.path = "/whep" };

  for (guint i = 0; i < 200; i++) {
    g_autoptr (GError) error = NULL;
    WhepServer *server = whep_server_new (&config, &handler, f, &error);

    g_assert_no_error (error);
    whep_server_free (server);
  }
}

static gint at_once;            /* atomic: those who are about to start */

static gpointer
start_and_stop (gpointer unused)
{
  WhepServerConfig config = {.address = "127.0.0.1",.path = "/whep" };
  GError *error = NULL;

  g_atomic_int_inc (&at_once);
  while (g_atomic_int_get (&at_once) < 2);
  WhepServer *server = whep_server_new (&config, &handler, NULL, &error);
  g_assert_no_error (error);
  whep_server_free (server);
  return NULL;
}

/* The first ones of the process. */
static void
test_two_at_once (void)
{
  GThread *other = g_thread_new ("other", start_and_stop, NULL);

  start_and_stop (NULL);
  g_thread_join (other);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/server/two-at-once", test_two_at_once);
#define ADD(name, access, func) \
  g_test_add ("/whep/server/" name, Fixture, access, setup, func, teardown)
  ADD ("page", &access_own, test_page);
  ADD ("offer", &access_own, test_offer);
  ADD ("refused-offer", &access_own, test_refused_offer);
  ADD ("wrong-requests", &access_own, test_wrong_requests);
  ADD ("too-large", &access_own, test_too_large);
  ADD ("leaving", &access_own, test_leaving);
  ADD ("trickle", &access_own, test_trickle);
  ADD ("ice-restart", &access_own, test_ice_restart);
  ADD ("other-origins", &access_own, test_other_origins);
  ADD ("allowed-origin-and-token", &access_some, test_allowed_origin_and_token);
  ADD ("rebound-name", &access_own, test_rebound_name);
  ADD ("client-that-leaves-before-the-answer", &access_own,
      test_client_that_leaves_before_the_answer);
  ADD ("slow-body", &access_own, test_slow_body);
  ADD ("end-with-an-offer-unanswered", &access_own,
      test_end_with_an_offer_unanswered);
  ADD ("parts-of-the-page", &access_own, test_parts_of_the_page);
  ADD ("uri", &access_own, test_uri);
  ADD ("end-at-once", &access_own, test_end_at_once);
  ADD ("busy-port", &access_own, test_busy_port);
  ADD ("no-address", &access_own, test_no_address);
#undef ADD
  return g_test_run ();
}
