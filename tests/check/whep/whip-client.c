/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be published to and with which token, and a client that leaves
 * before it was there. What servers answer is tried with the whole element.
 */
#include "config.h"

#include "whep/whip-client.h"

#include <gst/gst.h>

static void
test_locations (void)
{
  static const gchar *const good[] = {
    "http://127.0.0.1:1/whip", "https://example.org", "https://[2001:db8::1]/a",
  };
  static const gchar *const bad[] = {
    NULL, "", "example.org/whip", "ftp://example.org", "http://", "whip://a",
    "http:///whip",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GUri) uri = whip_client_parse_location (good[i], NULL);

    g_assert_nonnull (uri);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (whip_client_parse_location (bad[i], &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_tokens (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (whip_client_check_token (NULL, &error));
  g_assert_true (whip_client_check_token ("aZ09-._~+/=", &error));
  g_assert_no_error (error);
  g_assert_false (whip_client_check_token ("a\r\nHost: b", NULL));
  g_assert_false (whip_client_check_token ("a b", NULL));
  g_assert_false (whip_client_check_token ("\xc3\xa4", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

static void
on_answered (WhipClient * client, const gchar * answer, gsize size,
    GPtrArray * relays, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_refused (WhipClient * client, const GError * error, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_left (WhipClient * client, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static const WhipClientFuncs funcs = { on_answered, on_refused, on_left };

static void
check_leaving (gboolean offering)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GUri) location =
      whip_client_parse_location ("http://127.0.0.1:9/whip", NULL);
  guint left = 0;

  g_main_context_push_thread_default (context);
  WhipClientConfig config = {
    .context = context,.location = location,.timeout_ms = 60000
  };
  g_autoptr (WhipClient) client = whip_client_new (&config, &funcs, &left);
  if (offering)
    whip_client_offer (client, "v=0\r\n");
  whip_client_leave (client);
  whip_client_leave (client);
  g_assert_cmpuint (left, ==, 0);
  while (left == 0)
    g_main_context_iteration (context, TRUE);
  while (g_main_context_iteration (context, FALSE));
  g_assert_cmpuint (left, ==, 1);
  g_main_context_pop_thread_default (context);
}

static void
test_leaving (void)
{
  check_leaving (FALSE);
  check_leaving (TRUE);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whip/client/locations", test_locations);
  g_test_add_func ("/whip/client/tokens", test_tokens);
  g_test_add_func ("/whip/client/leaving", test_leaving);
  return g_test_run ();
}
