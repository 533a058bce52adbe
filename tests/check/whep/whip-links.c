/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Link headers of answers: those that servers send, and those that nobody
 * should.
 */
#include "config.h"

#include "whep/whip-links.h"

#include <gst/gst.h>

#include "whep/whep-ice-servers.h"

#define CREDENTIALS "; username=\"u\"; credential=\"p\"; " \
  "credential-type=\"password\""
#define TURN(address) "<" address ">; rel=\"ice-server\"" CREDENTIALS

static GPtrArray *
relays_of (const gchar * first, const gchar * second)
{
  SoupMessageHeaders *headers =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);

  if (first)
    soup_message_headers_append (headers, "Link", first);
  if (second)
    soup_message_headers_append (headers, "Link", second);
  GPtrArray *relays = whip_links_get_relays (headers);
  soup_message_headers_unref (headers);
  return relays;
}

static void
assert_relay (GPtrArray * relays, guint i, const gchar * expected)
{
  g_assert_cmpuint (relays->len, >, i);
  g_autofree gchar *text = g_uri_to_string (g_ptr_array_index (relays, i));
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_one (const gchar * link, const gchar * expected)
{
  g_autoptr (GPtrArray) relays = relays_of (link, NULL);

  assert_relay (relays, 0, expected);
  g_assert_cmpuint (relays->len, ==, 1);
}

static void
test_relays (void)
{
  assert_one (TURN ("turn:relay.example.org?transport=tcp"),
      "turn://u:p@relay.example.org?transport=tcp");
  assert_one (TURN ("turn:[2001:db8::1]:99"), "turn://u:p@[2001:db8::1]:99");
  assert_one ("<turn:192.0.2.1:3478>;REL=\"next Ice-Server\";username=u;"
      "credential=p", "turn://u:p@192.0.2.1:3478");
}

/* Users of services that give time-limited ones have a colon in them. */
static void
test_credentials (void)
{
  g_autoptr (GPtrArray) relays = relays_of ("<turn:h>; rel=\"ice-server\"; "
      "username=\"1700000000:me\"; credential=\"a,b;c\\\"d\\\\e>=\"", NULL);
  GUri *relay = g_ptr_array_index (relays, 0);

  g_assert_cmpstr (g_uri_get_user (relay), ==, "1700000000:me");
  g_assert_cmpstr (g_uri_get_password (relay), ==, "a,b;c\"d\\e>=");
}

static void
test_several (void)
{
  g_autoptr (GPtrArray) relays = relays_of (TURN ("turn:a") ", "
      "<stun:b>; rel=\"ice-server\", " TURN ("turn:c"), TURN ("turn:d"));
  g_autoptr (GPtrArray) none = relays_of (NULL, NULL);

  g_assert_cmpuint (relays->len, ==, 3);
  assert_relay (relays, 0, "turn://u:p@a");
  assert_relay (relays, 1, "turn://u:p@c");
  assert_relay (relays, 2, "turn://u:p@d");
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_too_many (void)
{
  GString *links = g_string_new (NULL);

  for (guint i = 0; i < 3 * WHIP_LINKS_MAX; i++)
    g_string_append_printf (links, TURN ("turn:h%u") ",", i);
  g_autoptr (GPtrArray) relays = relays_of (links->str, NULL);
  g_assert_cmpuint (relays->len, ==, WHIP_LINKS_MAX);
  g_string_free (links, TRUE);
}

/* What our own whepsink tells its viewers is understood. */
static void
test_ours (void)
{
  WhepIceServers servers;
  GError *error = NULL;

  whep_ice_servers_parse (&servers, "stun://h",
      "turn://us%22er:p%5C@h:1?transport=udp", TRUE, &error);
  g_assert_no_error (error);
  g_auto (GStrv) links = whep_ice_servers_get_links (&servers, TRUE);
  g_autoptr (GPtrArray) relays = relays_of (links[0], links[1]);
  whep_ice_servers_clear (&servers);
  g_assert_cmpuint (relays->len, ==, 1);
  g_assert_cmpstr (g_uri_get_user (g_ptr_array_index (relays, 0)), ==,
      "us\"er");
  g_assert_cmpstr (g_uri_get_password (g_ptr_array_index (relays, 0)), ==,
      "p\\");
}

static void
test_useless (void)
{
  static const gchar *const links[] = {
    "<stun:192.0.2.1:3478>; rel=\"ice-server\"",
    TURN ("turns:192.0.2.1:5349"),
    "<turn:192.0.2.1>; rel=\"ice-server\"",
    "<turn:192.0.2.1>; rel=\"ice-server\"; username=\"u\"",
    "<turn:192.0.2.1>; rel=\"ice-server\"; username=\"\"; credential=\"p\"",
    "<turn:192.0.2.1>; rel=\"ice-server\"; username; credential",
    "<turn:192.0.2.1>; rel=\"ice-server\"; username=\"a\001\"; credential=p",
    "<turn:192.0.2.1>; rel=\"ice-server\"; username=\"u\"; credential=\"p\"; "
        "credential-type=\"oauth\"",
    "<turn:192.0.2.1>; rel=\"ice-servers\"" CREDENTIALS,
    "<turn:192.0.2.1>" CREDENTIALS,
    TURN (""), TURN ("turn"), TURN ("turn:"), TURN (":"), TURN ("turn::1"),
    TURN ("turn:h:99999999"), TURN ("turn:[::"), TURN ("http://192.0.2.1/"),
    TURN ("turn:%zz"),
    "turn:192.0.2.1; rel=\"ice-server\"" CREDENTIALS,
    "<turn:192.0.2.1; rel=\"ice-server\"" CREDENTIALS,
    "<", ">", "<>", "<>;", "\"", ";;;", "=", "<a>;=;=\"", "",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++) {
    g_autoptr (GPtrArray) relays = relays_of (links[i], NULL);

    if (relays->len > 0)
      g_error ("\"%s\" was taken", links[i]);
  }
}

static void
test_useless_and_next (void)
{
  static const gchar *const links[] = {
    TURN ("turns:192.0.2.1:5349"), TURN ("turn:h:99999999"), "<", ">", "<>",
    ";;;", "=", "turn:h", "<turn:h>; rel=\"ice-server\"",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++) {
    g_autoptr (GPtrArray) relays = relays_of (links[i], TURN ("turn:next"));

    assert_relay (relays, 0, "turn://u:p@next");
    g_assert_cmpuint (relays->len, ==, 1);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whip/links/relays", test_relays);
  g_test_add_func ("/whip/links/credentials", test_credentials);
  g_test_add_func ("/whip/links/several", test_several);
  g_test_add_func ("/whip/links/too-many", test_too_many);
  g_test_add_func ("/whip/links/ours", test_ours);
  g_test_add_func ("/whip/links/useless", test_useless);
  g_test_add_func ("/whip/links/useless-and-next", test_useless_and_next);
  return g_test_run ();
}
