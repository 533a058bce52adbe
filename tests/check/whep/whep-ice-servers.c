/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * STUN and TURN servers: as a person writes them, as an agent uses them, and
 * as clients are told of them.
 */
#include "config.h"

#include "whep/whep-ice-servers.h"

#include <gio/gio.h>
#include <string.h>

static void
assert_none (const gchar * stun, const gchar * turn, const gchar * word)
{
  g_autoptr (GError) error = NULL;
  WhepIceServers servers;

  g_assert_false (whep_ice_servers_parse (&servers, stun, turn, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strstr (error->message, "secret"));
  whep_ice_servers_clear (&servers);
}

static void
test_both (void)
{
  GError *error = NULL;
  WhepIceServers servers;

  g_assert_true (whep_ice_servers_parse (&servers, "stun://192.0.2.1:1",
          "turn://user:secret@[2001:db8::1]", FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_uri_get_host (servers.stun), ==, "192.0.2.1");
  g_assert_cmpint (g_uri_get_port (servers.stun), ==, 1);
  g_assert_cmpstr (g_uri_get_user (servers.turn), ==, "user");
  g_assert_cmpstr (g_uri_get_password (servers.turn), ==, "secret");
  g_assert_cmpstr (g_uri_get_host (servers.turn), ==, "2001:db8::1");
  whep_ice_servers_clear (&servers);
  g_assert_null (servers.stun);
  g_assert_null (servers.turn);
}

static void
test_neither (void)
{
  WhepIceServers servers;

  g_assert_true (whep_ice_servers_parse (&servers, NULL, NULL, FALSE, NULL));
  g_assert_null (servers.stun);
  g_assert_null (servers.turn);
  g_auto (GStrv) links = whep_ice_servers_get_links (&servers, TRUE);
  g_assert_cmpuint (g_strv_length (links), ==, 0);
}

static void
test_what_cannot_be (void)
{
  assert_none ("http://host", NULL, "http://host");
  assert_none ("stun:host:1", NULL, "stun://HOST:PORT");
  assert_none ("here", NULL, "stun://HOST:PORT");
  assert_none (NULL, "turn://u%0d%0a:secret@host", "control");
  assert_none (NULL, "turn://host", "password");
  assert_none (NULL, "turn://:secret@host", "turn://");
  assert_none (NULL, "turns:host", "turn://USER:PASSWORD@HOST:PORT");
  assert_none (NULL, "ftp://user:secret@host", "ftp");
}

/* A relay's password would go to everybody as that of a STUN server. */
static void
test_one_in_the_place_of_the_other (void)
{
  assert_none ("turn://user:secret@host", NULL, "turn://host");
  assert_none (NULL, "stun://host", "stun://host");
}

static void
on_gathered (NiceAgent * agent, guint stream_id, gboolean * done)
{
  *done = TRUE;
}

/* A TURN server, as far as being connected to. */
static GSocket *
listener_new (guint * port)
{
  g_autoptr (GSocketAddress) any =
      g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  GSocket *listener = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_assert_true (g_socket_bind (listener, any, FALSE, NULL)
      && g_socket_listen (listener, NULL));
  g_autoptr (GSocketAddress) address =
      g_socket_get_local_address (listener, NULL);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return listener;
}

/* Returns: whether an agent connects to it until it has gathered. */
static gboolean
is_used (const gchar * scheme, const gchar * query)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  NiceAgent *agent = nice_agent_new (context, NICE_COMPATIBILITY_RFC5245);
  guint port, stream_id = nice_agent_add_stream (agent, 1);
  g_autoptr (GSocket) listener = listener_new (&port);
  g_autofree gchar *turn = g_strdup_printf ("%s://user:secret@127.0.0.1:%u%s",
      scheme, port, query);
  gboolean done = FALSE, used = FALSE;
  WhepIceServers servers;
  NiceAddress local;

  g_assert_true (whep_ice_servers_parse (&servers, NULL, turn, TRUE, NULL));
  whep_ice_servers_apply (&servers, agent, stream_id);
  nice_address_init (&local);
  nice_address_set_from_string (&local, "127.0.0.1");
  nice_agent_add_local_address (agent, &local);
  g_signal_connect (agent, "candidate-gathering-done",
      G_CALLBACK (on_gathered), &done);
  nice_agent_gather_candidates (agent, stream_id);
  while (!done && !used) {
    g_main_context_iteration (context, FALSE);
    used = g_socket_condition_check (listener, G_IO_IN) != 0;
    g_usleep (100);
  }
  whep_ice_servers_clear (&servers);
  g_object_unref (agent);
  return used;
}

/* libnice 0.1.21 talks to it in the clear. */
static void
test_turn_over_tls_is_for_clients (void)
{
  assert_none (NULL, "turns://user:secret@host", "turns://host");
  g_assert_false (is_used ("turns", "?transport=tcp"));
  g_assert_true (is_used ("turn", "?transport=tcp"));
}

static void
assert_link (const gchar * stun, const gchar * turn, const gchar * expected)
{
  WhepIceServers servers;

  g_assert_true (whep_ice_servers_parse (&servers, stun, turn, TRUE, NULL));
  g_auto (GStrv) links = whep_ice_servers_get_links (&servers, TRUE);
  g_assert_cmpuint (g_strv_length (links), ==, 1);
  g_assert_cmpstr (links[0], ==, expected);
  whep_ice_servers_clear (&servers);
}

static void
test_links (void)
{
#define REL "; rel=\"ice-server\""
  assert_link ("stun://192.0.2.1", NULL, "<stun:192.0.2.1:3478>" REL);
  assert_link ("stun://[2001:db8::1]:99", NULL, "<stun:[2001:db8::1]:99>" REL);
  assert_link (NULL, "turn://user:pass@host?transport=tcp",
      "<turn:host:3478?transport=tcp>" REL "; username=\"user\"; "
      "credential=\"pass\"; credential-type=\"password\"");
  assert_link (NULL, "turns://user:a%22b%5Cc@host",
      "<turns:host:5349>" REL "; username=\"user\"; "
      "credential=\"a\\\"b\\\\c\"; credential-type=\"password\"");
#undef REL
}

static void
test_relay_is_told_when_wanted (void)
{
  WhepIceServers servers;

  g_assert_true (whep_ice_servers_parse (&servers, "stun://host",
          "turn://user:secret@host", FALSE, NULL));
  g_auto (GStrv) without = whep_ice_servers_get_links (&servers, FALSE);
  g_auto (GStrv) with = whep_ice_servers_get_links (&servers, TRUE);
  g_assert_cmpuint (g_strv_length (without), ==, 1);
  g_assert_null (strstr (without[0], "secret"));
  g_assert_cmpuint (g_strv_length (with), ==, 2);
  g_assert_nonnull (strstr (with[1], "secret"));
  whep_ice_servers_clear (&servers);
}

static void
assert_agent (const gchar * stun, const gchar * host, guint port)
{
  WhepIceServers servers;
  NiceAgent *agent = nice_agent_new (NULL, NICE_COMPATIBILITY_RFC5245);
  g_autofree gchar *its_host = NULL;
  guint its_port;

  g_assert_true (whep_ice_servers_parse (&servers, stun,
          "turn://user:secret@192.0.2.2", FALSE, NULL));
  whep_ice_servers_apply (&servers, agent, nice_agent_add_stream (agent, 1));
  g_object_get (agent, "stun-server", &its_host, "stun-server-port",
      &its_port, NULL);
  g_assert_cmpstr (its_host, ==, host);
  g_assert_cmpuint (its_port, ==, port);
  whep_ice_servers_clear (&servers);
  g_object_unref (agent);
}

static void
test_agent (void)
{
  assert_agent ("stun://192.0.2.1:1", "192.0.2.1", 1);
  assert_agent ("stun://192.0.2.1", "192.0.2.1", 3478);
  assert_agent (NULL, NULL, 3478);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/whep/ice-servers/" name, func)
  ADD ("both", test_both);
  ADD ("neither", test_neither);
  ADD ("what-cannot-be", test_what_cannot_be);
  ADD ("one-in-the-place-of-the-other", test_one_in_the_place_of_the_other);
  ADD ("turn-over-tls-is-for-clients", test_turn_over_tls_is_for_clients);
  ADD ("links", test_links);
  ADD ("relay-is-told-when-wanted", test_relay_is_told_when_wanted);
  ADD ("agent", test_agent);
#undef ADD
  return g_test_run ();
}
