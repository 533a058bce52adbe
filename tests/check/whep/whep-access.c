/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may ask for a stream, and who may not.
 */
#include "config.h"

#include "whep/whep-access.h"

static void
test_origin (void)
{
  WhepAccess own = { NULL, NULL, TRUE };
  WhepAccess some = { "https://a.example, http://b.example:81", NULL, FALSE };
  WhepAccess all = { "*", NULL, FALSE };

  g_assert_true (whep_access_allows_origin (&own, NULL, "x:1"));
  g_assert_true (whep_access_allows_origin (&own, "http://x:1", "x:1"));
  g_assert_true (whep_access_allows_origin (&own, "http://X:1", "x:1"));
  g_assert_false (whep_access_allows_origin (&own, "http://x:2", "x:1"));
  g_assert_false (whep_access_allows_origin (&own, "http://evil", "x:1"));
  g_assert_false (whep_access_allows_origin (&own, "null", "x:1"));
  g_assert_false (whep_access_allows_origin (&own, "", ""));
  g_assert_false (whep_access_allows_origin (&own, "http://x:1", NULL));

  g_assert_true (whep_access_allows_origin (&some, "https://A.example", "x"));
  g_assert_true (whep_access_allows_origin (&some, "http://b.example:81", "x"));
  g_assert_false (whep_access_allows_origin (&some, "http://b.example", "x"));
  g_assert_false (whep_access_allows_origin (&some, "", "x"));
  g_assert_true (whep_access_allows_origin (&all, "http://evil", "x"));
}

static void
test_host (void)
{
  WhepAccess loopback = { NULL, NULL, TRUE };
  WhepAccess proxied = { "https://cam.example", NULL, TRUE };
  WhepAccess network = { NULL, NULL, FALSE };

  g_assert_true (whep_access_allows_host (&loopback, "127.0.0.1:8080"));
  g_assert_true (whep_access_allows_host (&loopback, "localhost:8080"));
  g_assert_true (whep_access_allows_host (&loopback, "LOCALHOST"));
  g_assert_true (whep_access_allows_host (&loopback, "[::1]:8080"));
  g_assert_false (whep_access_allows_host (&loopback, "evil.example:8080"));
  g_assert_false (whep_access_allows_host (&loopback, "192.0.2.1"));
  g_assert_false (whep_access_allows_host (&loopback, ""));
  g_assert_false (whep_access_allows_host (&loopback, NULL));
  g_assert_true (whep_access_allows_host (&proxied, "cam.example"));
  g_assert_false (whep_access_allows_host (&proxied, "evil.example"));
  g_assert_true (whep_access_allows_host (&network, "any.example"));
}

static void
test_token (void)
{
  WhepAccess none = { NULL, NULL, FALSE };
  WhepAccess secret = { NULL, "open sesame", FALSE };

  g_assert_true (whep_access_allows_token (&none, NULL));
  g_assert_true (whep_access_allows_token (&none, "Bearer x"));
  g_assert_true (whep_access_allows_token (&secret, "Bearer open sesame"));
  g_assert_true (whep_access_allows_token (&secret, "bearer open sesame"));
  g_assert_false (whep_access_allows_token (&secret, "Bearer open sesam"));
  g_assert_false (whep_access_allows_token (&secret, "Bearer "));
  g_assert_false (whep_access_allows_token (&secret, "open sesame"));
  g_assert_false (whep_access_allows_token (&secret, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/access/origin", test_origin);
  g_test_add_func ("/whep/access/host", test_host);
  g_test_add_func ("/whep/access/token", test_token);
  return g_test_run ();
}
