/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ICE agent's candidates and credentials, and both as text.
 */
#include "config.h"

#include "whep/whep-ice.h"

#include <string.h>

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
  NiceAgent *agent = whep_ice_agent_new (context, NULL, &stream_id);
  gboolean checks = TRUE;
  const gchar *const remote[] = {
    "candidate:1 1 udp 2015363327 192.0.2.1 9 typ host",
    "candidate:2 1 udp 2015363327 hidden.local 9 typ host",
    "candidate:3 2 udp 2015363327 192.0.2.1 9 typ host",
    "candidate:4 1 tcp 1 192.0.2.1 22 typ host tcptype passive",
    "candidate:5 1 tcp 1 192.0.2.1 9 typ host tcptype active",
    "candidate:6 1 tcp 1 192.0.2.1 9 typ host tcptype so",
    "candidate:", "candidate:x y z", NULL
  };

  /* With them a late answer ends the process. */
  g_object_get (agent, "keepalive-conncheck", &checks, NULL);
  g_assert_false (checks);
  g_object_set (agent, "ice-tcp", TRUE, NULL);
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
  g_test_add_func ("/whep/ice/fragment", test_fragment);
  g_test_add_func ("/whep/ice/fragment-of-ours", test_fragment_of_ours);
  g_test_add_func ("/whep/ice/credentials", test_credentials);
  g_test_add_func ("/whep/ice/candidates", test_candidates);
  return g_test_run ();
}
