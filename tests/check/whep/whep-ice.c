/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ICE agent's settings and its candidates as text.
 */
#include "config.h"

#include "whep/whep-ice.h"

#include <string.h>

static void
assert_no_server (const gchar * text, const gchar * word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (whep_ice_parse_server (text, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_servers (void)
{
  GError *error = NULL;
  g_autoptr (GUri) stun = whep_ice_parse_server ("stun://192.0.2.1:1", &error);
  g_autoptr (GUri) turn =
      whep_ice_parse_server ("turn://user:secret@[2001:db8::1]", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_uri_get_host (stun), ==, "192.0.2.1");
  g_assert_cmpint (g_uri_get_port (stun), ==, 1);
  g_assert_cmpstr (g_uri_get_user (turn), ==, "user");
  g_assert_cmpstr (g_uri_get_password (turn), ==, "secret");
  g_assert_cmpstr (g_uri_get_host (turn), ==, "2001:db8::1");

  assert_no_server ("turn://u%0d%0a:secret@host", "control");
  assert_no_server ("http://host", "http://host");
  assert_no_server ("stun:host:1", "stun");
  assert_no_server ("turn://host", "password");
  assert_no_server ("turn://:secret@host", "turn://");
  assert_no_server ("ftp://user:secret@host", "ftp");
}

static void
assert_link (const gchar * server, const gchar * expected)
{
  g_autoptr (GUri) uri = whep_ice_parse_server (server, NULL);
  g_autofree gchar *link = whep_ice_link_new (uri);

  g_assert_cmpstr (link, ==, expected);
}

static void
test_links (void)
{
#define REL "; rel=\"ice-server\""
  assert_link ("stun://192.0.2.1", "<stun:192.0.2.1:3478>" REL);
  assert_link ("stun://[2001:db8::1]:99", "<stun:[2001:db8::1]:99>" REL);
  assert_link ("turn://user:pass@host?transport=tcp",
      "<turn:host:3478?transport=tcp>" REL "; username=\"user\"; "
      "credential=\"pass\"; credential-type=\"password\"");
  assert_link ("turns://user:a%22b%5Cc@host",
      "<turns:host:5349>" REL "; username=\"user\"; "
      "credential=\"a\\\"b\\\\c\"; credential-type=\"password\"");
#undef REL
}

static void
test_fragment (void)
{
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  g_auto (GStrv) lines = whep_ice_parse_fragment ("a=ice-ufrag:abcd\r\n"
      "a=ice-pwd:xyz\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
      "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
      "a=candidate:2 1 udp 1 192.0.2.1 10 typ host\n"
      "a=end-of-candidates\r\n", &ufrag, &pwd);
  g_autofree gchar *none = NULL;
  g_autofree gchar *none_either = NULL;
  g_auto (GStrv) nothing = whep_ice_parse_fragment ("", &none, &none_either);

  g_assert_cmpstr (ufrag, ==, "abcd");
  g_assert_cmpstr (pwd, ==, "xyz");
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_cmpstr (lines[0], ==, "candidate:1 1 udp 1 192.0.2.1 9 typ host");
  g_assert_null (none);
  g_assert_null (none_either);
  g_assert_cmpuint (g_strv_length (nothing), ==, 0);
}

static void
test_fragment_of_ours (void)
{
  const gchar *const candidates[] = { "candidate:1", "candidate:2", NULL };
  g_autofree gchar *text =
      whep_ice_fragment_new ("abcd", "xyz", "video", "0", candidates);
  g_autofree gchar *bare = whep_ice_fragment_new ("a", "b", "audio", NULL,
      candidates + 2);
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  g_auto (GStrv) lines = whep_ice_parse_fragment (text, &ufrag, &pwd);

  g_assert_cmpstr (ufrag, ==, "abcd");
  g_assert_cmpstr (pwd, ==, "xyz");
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_assert_nonnull (strstr (text, "\r\na=mid:0\r\na=candidate:1\r\n"));
  g_assert_cmpstr (bare, ==, "a=ice-ufrag:a\r\na=ice-pwd:b\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=end-of-candidates\r\n");
}

static void
test_credentials (void)
{
  const gchar *pwd = "0123456789abcdefABCD+/";

  g_assert_true (whep_ice_check_credentials ("a+/1", pwd));
  g_assert_false (whep_ice_check_credentials ("a+/", pwd));
  g_assert_false (whep_ice_check_credentials ("a b1", pwd));
  g_assert_false (whep_ice_check_credentials ("abcd", pwd + 1));
  g_assert_false (whep_ice_check_credentials (NULL, pwd));
  g_assert_false (whep_ice_check_credentials ("abcd", NULL));
}

static void
on_gathered (NiceAgent * agent, guint stream_id, gboolean * done)
{
  *done = TRUE;
}

static void
test_candidates (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint stream_id;
  gboolean done = FALSE;
  NiceAgent *agent = whep_ice_agent_new (context, NULL, NULL, &stream_id);
  const gchar *const remote[] = {
    "candidate:1 1 udp 2015363327 192.0.2.1 9 typ host",
    "candidate:2 1 udp 2015363327 hidden.local 9 typ host",
    "candidate:3 2 udp 2015363327 192.0.2.1 9 typ host",
    "candidate:", "candidate:x y z", NULL
  };

  g_signal_connect (agent, "candidate-gathering-done",
      G_CALLBACK (on_gathered), &done);
  g_assert_true (nice_agent_gather_candidates (agent, stream_id));
  while (!done)
    g_main_context_iteration (context, TRUE);
  g_auto (GStrv) local = whep_ice_get_candidates (agent, stream_id);

  /* On a machine with nothing but loopback as well. */
  g_assert_cmpuint (g_strv_length (local), >, 0);
  for (gchar ** line = local; *line; line++) {
    g_assert_true (g_str_has_prefix (*line, "candidate:"));
    g_assert_nonnull (strstr (*line, " typ host"));
  }

  nice_agent_set_remote_credentials (agent, stream_id, "abcd",
      "0123456789012345678901");
  whep_ice_add_candidates (agent, stream_id, remote);
  GSList *known = nice_agent_get_remote_candidates (agent, stream_id,
      WHEP_ICE_COMPONENT);
  g_assert_cmpuint (g_slist_length (known), ==, 1);
  g_slist_free_full (known, (GDestroyNotify) nice_candidate_free);
  nice_agent_remove_stream (agent, stream_id);
  g_object_unref (agent);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/ice/servers", test_servers);
  g_test_add_func ("/whep/ice/links", test_links);
  g_test_add_func ("/whep/ice/fragment", test_fragment);
  g_test_add_func ("/whep/ice/fragment-of-ours", test_fragment_of_ours);
  g_test_add_func ("/whep/ice/credentials", test_credentials);
  g_test_add_func ("/whep/ice/candidates", test_candidates);
  return g_test_run ();
}
