/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a server of whipsink may have wrong, or be: each is one error, which
 * says what to do, and nobody is sent what is not for them.
 */
#include "config.h"

#include "publisher.h"
#include "test-authority.h"
#include "test-whip-server.h"

static void
check_fault (TestWhipFault fault, const gchar * word)
{
  TestWhipServer *server = test_whip_server_new (fault, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  const gchar *const words[] = { word, NULL };

  assert_error (publish (ONE, uri, NULL), words);
  g_assert_cmpuint (test_whip_server_count (server, "video"), ==, 0);
  g_assert_cmpuint (test_whip_server_deletes (server), ==, 1);
  test_whip_server_free (server);
}

static void
test_no_fingerprint (void)
{
  check_fault (TEST_WHIP_NO_FINGERPRINT, "a=fingerprint");
}

static void
test_wrong_fingerprint (void)
{
  check_fault (TEST_WHIP_WRONG_FINGERPRINT, "certificate is not the one");
}

static void
test_no_sdp (void)
{
  check_fault (TEST_WHIP_NO_SDP, "application/sdp");
}

static void
test_rejecting (void)
{
  check_fault (TEST_WHIP_REJECTING, "none of the streams");
}

static void
test_unreachable (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_NO_WAY, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");

  assert_error (publish (VIDEO "whipsink name=sink connect-timeout=5000",
          uri, NULL), (const gchar * const[]) { "stun-server", NULL });
  test_whip_server_free (server);
}

static void
check_loss (void (*lose) (TestWhipServer * server), const gchar * word)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);
  const gchar *const words[] = { word, NULL };

  test_whip_server_await (server, "video", 10);
  lose (server);
  assert_error (pipeline, words);
  test_whip_server_free (server);
}

static void
test_hang_up (void)
{
  check_loss (test_whip_server_hang_up, "has ended");
}

static void
test_vanish (void)
{
  check_loss (test_whip_server_vanish, "was lost");
}

static void
test_silent_server (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SILENT, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");

  assert_error (publish (VIDEO "whipsink name=sink connect-timeout=200", uri,
          NULL), (const gchar * const[]) { "200 ms", uri, NULL });
  test_whip_server_free (server);
}

/* A server that does not answer does not keep anybody from stopping. */
static void
test_stop_while_offering (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SILENT, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  GstElement *pipeline = publish (ONE, uri, NULL);

  while (test_whip_server_posts (server) == 0)
    g_usleep (1000);
  stop (pipeline);
  test_whip_server_free (server);
}

static void
test_refusals (void)
{
  static const struct
  {
    const gchar *path;
    const gchar *token;
    const gchar *words[4];
  } cases[] = {
    {"/whip", NULL, {"asks who publishes", "401", "token"}},
    {"/whip", "s3cret-not", {"does not take the token", "401", "/whip"}},
    {"/nothing", "right", {"nothing to publish to", "404", "location"}},
    {"/status/403", NULL, {"403", "the room  is closed", "token"}},
    {"/status/503", NULL, {"503", "the room  is closed"}},
    {"/status/200", NULL, {"does not speak WHIP", "200", "location"}},
    {"/away", "right", {"another server", "location"}},
  };
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, "right");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *uri = test_whip_server_uri (server, cases[i].path);

    assert_error (publish (ONE, uri, cases[i].token), cases[i].words);
  }
  g_assert_false (test_whip_server_leaked (server));
  g_assert_cmpuint (test_whip_server_posts (server), ==, 0);
  test_whip_server_free (server);
}

/* A server that has not proved who it is gets neither token nor offer. */
static void
check_distrust (TestAuthority * authority, const gchar * address, gint days,
    const gchar * word)
{
  g_autoptr (GTlsCertificate) identity =
      test_authority_certify (authority, address, days);
  TestWhipServer *server = test_whip_server_new_https (identity);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");

  assert_error (publish (ONE, uri, "s3cret"),
      (const gchar * const[]) { "Nothing was sent", uri, word, NULL });
  g_assert_cmpuint (test_whip_server_posts (server), ==, 0);
  test_whip_server_free (server);
}

static void
test_distrust (void)
{
  TestAuthority *known = test_authority_new ();
  TestAuthority *unknown = test_authority_new ();

  test_authority_trust (known);
  check_distrust (unknown, "127.0.0.1", 1, "does not know who signed it");
  check_distrust (known, "127.0.0.2", 1, "another name");
  check_distrust (known, "127.0.0.1", -1, "expired");
  test_authority_free (known);
  test_authority_free (unknown);
}

static void
test_nobody_there (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");

  test_whip_server_free (server);
  assert_error (publish (ONE, uri, NULL),
      (const gchar * const[]) { "cannot be reached", uri, NULL });
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/whip/faults/" name, func)
  ADD ("no-fingerprint", test_no_fingerprint);
  ADD ("wrong-fingerprint", test_wrong_fingerprint);
  ADD ("no-sdp", test_no_sdp);
  ADD ("rejecting", test_rejecting);
  ADD ("unreachable", test_unreachable);
  ADD ("hang-up", test_hang_up);
  ADD ("vanish", test_vanish);
  ADD ("silent-server", test_silent_server);
  ADD ("stop-while-offering", test_stop_while_offering);
  ADD ("refusals", test_refusals);
  ADD ("distrust", test_distrust);
  ADD ("nobody-there", test_nobody_there);
#undef ADD
  return g_test_run ();
}
