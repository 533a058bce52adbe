/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of responses, as a client sees them.
 */
#include "config.h"

#include "whep/whep-reply.h"

#include "soup-server.h"
#include "whep/whep-error.h"

static const WhepAccess rules = { "https://a.example", "key", TRUE };

static void
on_request (SoupServer * server, SoupServerMessage * message,
    const gchar * path, GHashTable * query, gpointer user_data)
{
  g_autoptr (GError) error =
      g_error_new_literal (WHEP_ERROR, WHEP_ERROR_UNAVAILABLE, "Later.");

  whep_reply_add_cors (&rules, message);
  if (!whep_reply_check_access (&rules, message)
      || !whep_reply_check_token (&rules, message))
    return;
  if (g_str_equal (soup_server_message_get_method (message), "OPTIONS"))
    whep_reply_options (message, "POST");
  else if (g_str_equal (soup_server_message_get_method (message), "PUT"))
    whep_reply_method_not_allowed (message, "POST");
  else if (whep_reply_check_content_type (message, WHEP_TYPE_SDP))
    whep_reply_error (message, error);
}

/* Sends one request with a header, and checks status and text. */
static SoupMessage *
ask (const gchar * method, const gchar * name, const gchar * value,
    guint status, const gchar * word)
{
  TestSoup soup = test_soup_new (on_request, NULL);
  SoupMessage *message = test_soup_message (&soup, method);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Authorization", "Bearer key");
  soup_message_headers_replace (headers, name, value);
  g_autofree gchar *body = test_soup_send (&soup, message);
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  g_assert_nonnull (strstr (body, word));
  test_soup_clear (&soup);
  return message;
}

static const gchar *
response_header (SoupMessage * message, const gchar * name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers
      (message), name);
}

static void
test_errors (void)
{
  g_autoptr (SoupMessage) later =
      ask ("POST", "Content-Type", WHEP_TYPE_SDP, 503, "Later.\n");
  g_autoptr (SoupMessage) type =
      ask ("POST", "Content-Type", "text/plain", 415, WHEP_TYPE_SDP);
  g_autoptr (SoupMessage) method =
      ask ("PUT", "Content-Type", WHEP_TYPE_SDP, 405, "POST");
  g_autoptr (SoupMessage) token =
      ask ("POST", "Authorization", "Bearer no", 401, "token");
  g_autoptr (SoupMessage) host = ask ("POST", "Host", "x.example", 403,
      "localhost");
  g_autoptr (SoupMessage) origin =
      ask ("POST", "Origin", "https://b.example", 403, "origin");

  g_assert_cmpstr (response_header (later, "Retry-After"), ==, "1");
  g_assert_cmpstr (response_header (method, "Allow"), ==, "POST");
  g_assert_cmpstr (response_header (token, "WWW-Authenticate"), ==, "Bearer");
  g_assert_null (response_header (origin, "Access-Control-Allow-Origin"));
}

static void
test_preflight (void)
{
  g_autoptr (SoupMessage) message =
      ask ("OPTIONS", "Origin", "https://a.example", 204, "");

  g_assert_cmpstr (response_header (message, "Access-Control-Allow-Origin"),
      ==, "https://a.example");
  g_assert_cmpstr (response_header (message, "Access-Control-Allow-Methods"),
      ==, "POST");
  g_assert_cmpstr (response_header (message, "Accept-Post"), ==, WHEP_TYPE_SDP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/reply/errors", test_errors);
  g_test_add_func ("/whep/reply/preflight", test_preflight);
  return g_test_run ();
}
