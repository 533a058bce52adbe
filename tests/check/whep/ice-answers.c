/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer that answers checks with errors (RFC 8489 section 14.8), as it
 * likes: that ends neither the process nor what it connects to afterwards.
 */
#include "config.h"

#include "whep/whep-transport.h"

#include <gst/gst.h>
#include <stun/usages/ice.h>
#include <string.h>

#define UFRAG "peer"
#define PWD "0123456789012345678901"

typedef struct
{
  GMainContext *context;
  WhepTransport *transport;
  gboolean gathered;
  gboolean connected;
  gboolean failed;

  GSocket *socket;
  GSocketAddress *agent;        /* where the last check came from */
  StunAgent stun;
  StunError code;
  guint refused;
  guint to_refuse;
  gboolean silent;              /* answers nothing */
  guint answers;                /* to our checks */
} Fixture;

static void
on_gathered (WhepTransport * transport, gpointer user_data)
{
  ((Fixture *) user_data)->gathered = TRUE;
}

static void
on_connected (WhepTransport * transport, gpointer user_data)
{
  ((Fixture *) user_data)->connected = TRUE;
}

static void
on_failed (WhepTransport * transport, gpointer user_data)
{
  ((Fixture *) user_data)->failed = TRUE;
}

static const WhepTransportFuncs funcs = {
  on_gathered, on_connected, on_failed, NULL
};

static bool
give_password (StunAgent * stun, StunMessage * message, uint8_t * username,
    uint16_t username_size, uint8_t ** password, size_t *size, void *unused)
{
  *password = (uint8_t *) PWD;
  *size = strlen (PWD);
  return true;
}

static void
transmit (Fixture * f, GSocketAddress * to, const guint8 * data, gsize size)
{
  GError *error = NULL;

  g_assert_cmpuint (size, >, 0);
  g_socket_send_to (f->socket, to, (const gchar *) data, size, NULL, &error);
  g_assert_no_error (error);
}

static void
refuse (Fixture * f, GSocketAddress * from, StunMessage * request)
{
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  StunMessage answer;

  g_assert_true (stun_agent_init_error (&f->stun, &answer, data, sizeof (data),
          request, f->code));
  f->refused++;
  transmit (f, from, data, stun_agent_finish_message (&f->stun, &answer,
          (const uint8_t *) PWD, strlen (PWD)));
}

static void
accept_check (Fixture * f, GSocketAddress * from, StunMessage * request)
{
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  gsize size = sizeof (data);
  struct sockaddr_storage address;
  bool controlling = true;
  StunMessage answer;

  g_assert_true (g_socket_address_to_native (from, &address, sizeof (address),
          NULL));
  g_assert_cmpint (stun_usage_ice_conncheck_create_reply (&f->stun, request,
          &answer, data, &size, &address, sizeof (address), &controlling, 1,
          STUN_USAGE_ICE_COMPATIBILITY_RFC5245), ==,
      STUN_USAGE_ICE_RETURN_SUCCESS);
  transmit (f, from, data, size);
}

static void
nominate (Fixture * f, GSocketAddress * to)
{
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  const gchar *pwd = whep_transport_get_pwd (f->transport);
  g_autofree gchar *username = g_strdup_printf ("%s:" UFRAG,
      whep_transport_get_ufrag (f->transport));
  StunMessage check;

  transmit (f, to, data, stun_usage_ice_conncheck_create (&f->stun, &check,
          data, sizeof (data), (const uint8_t *) username, strlen (username),
          (const uint8_t *) pwd, strlen (pwd), true, true, 1, 1, NULL,
          STUN_USAGE_ICE_COMPATIBILITY_RFC5245));
}

static gboolean
on_message (GSocket * socket, GIOCondition condition, gpointer user_data)
{
  Fixture *f = user_data;
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  g_autoptr (GSocketAddress) from = NULL;
  StunMessage message;
  gssize size = g_socket_receive_from (socket, &from, (gchar *) data,
      sizeof (data), NULL, NULL);

  g_assert_cmpint (size, >, 0);
  if (stun_agent_validate (&f->stun, &message, data, size, give_password,
          NULL) != STUN_VALIDATION_SUCCESS)
    return G_SOURCE_CONTINUE;
  if (stun_message_get_class (&message) != STUN_REQUEST) {
    f->answers++;
    return G_SOURCE_CONTINUE;
  }
  g_clear_object (&f->agent);
  f->agent = g_object_ref (from);
  if (f->silent)
    return G_SOURCE_CONTINUE;
  if (f->refused < f->to_refuse) {
    refuse (f, from, &message);
  } else {
    accept_check (f, from, &message);
  }
  nominate (f, from);
  return G_SOURCE_CONTINUE;
}

/* The peer is on the same machine. */
static void
open_socket (Fixture * f, GInetAddress * ip)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (ip, 0);
  g_autoptr (GSource) source = NULL;

  f->socket = g_socket_new (g_inet_address_get_family (ip),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_assert_true (g_socket_bind (f->socket, address, FALSE, NULL));
  source = g_socket_create_source (f->socket, G_IO_IN, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_message), f, NULL);
  g_source_attach (source, f->context);
}

static void
await (Fixture * f, const gboolean * what)
{
  while (!*what)
    g_main_context_iteration (f->context, TRUE);
}

static void
setup (Fixture * f, gconstpointer code)
{
  WhepTransportConfig config = {.context = g_main_context_new () };

  f->context = config.context;
  f->code = GPOINTER_TO_INT (code);
  f->transport = whep_transport_new (&config, &funcs, f);
  stun_agent_init (&f->stun, STUN_ALL_KNOWN_ATTRIBUTES,
      STUN_COMPATIBILITY_RFC5389, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
      STUN_AGENT_USAGE_USE_FINGERPRINT);
  whep_transport_gather (f->transport);
  await (f, &f->gathered);
}

static void
teardown (Fixture * f, gconstpointer code)
{
  whep_transport_stop (f->transport);
  whep_transport_close (f->transport);
  g_object_unref (f->transport);
  while (g_main_context_iteration (f->context, FALSE));
  g_object_unref (f->socket);
  g_clear_object (&f->agent);
  g_main_context_unref (f->context);
}

/* The peer has one of our addresses, and a port of its own. */
static void
announce (Fixture * f)
{
  g_auto (GStrv) ours = whep_transport_get_candidates (f->transport);
  g_auto (GStrv) words = g_strsplit (ours[0], " ", 6);
  g_autoptr (GInetAddress) ip = g_inet_address_new_from_string (words[4]);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree gchar *line = NULL;

  open_socket (f, ip);
  address = g_socket_get_local_address (f->socket, NULL);
  line = g_strdup_printf ("candidate:1 1 udp 1 %s %u typ host", words[4],
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  const gchar *lines[] = { line, NULL };
  whep_transport_set_remote (f->transport, UFRAG, PWD, lines);
}

static void
test_error (Fixture * f, gconstpointer code)
{
  f->to_refuse = 3;
  announce (f);
  await (f, &f->connected);
  g_assert_cmpuint (f->refused, ==, 3);
}

/* libnice 0.1.21 ends the process when it gets an answer after a failure. */
static void
test_nothing_is_heard_after_a_failure (Fixture * f, gconstpointer code)
{
  f->silent = TRUE;
  announce (f);
  while (!f->agent)
    g_main_context_iteration (f->context, TRUE);
  nominate (f, f->agent);
  while (f->answers == 0)
    g_main_context_iteration (f->context, TRUE);
  await (f, &f->failed);
  f->answers = 0;
  for (guint i = 0; i < 50; i++) {
    nominate (f, f->agent);
    g_usleep (1000);
    while (g_main_context_iteration (f->context, FALSE));
  }
  g_assert_cmpuint (f->answers, ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, code) \
  g_test_add ("/whep/ice-answers/" name, Fixture, GINT_TO_POINTER (code), \
      setup, test_error, teardown)
  ADD ("try-alternate", STUN_ERROR_TRY_ALTERNATE);
  ADD ("bad-request", STUN_ERROR_BAD_REQUEST);
  ADD ("unauthorized", STUN_ERROR_UNAUTHORIZED);
  /* Ended the process where the agent looked after consent (RFC 7675). */
  ADD ("forbidden", STUN_ERROR_FORBIDDEN);
  ADD ("unknown-attribute", STUN_ERROR_UNKNOWN_ATTRIBUTE);
  ADD ("server-error", STUN_ERROR_SERVER_ERROR);
#undef ADD
  g_test_add ("/whep/ice-answers/nothing-is-heard-after-a-failure", Fixture,
      NULL, setup, test_nothing_is_heard_after_a_failure, teardown);
  return g_test_run ();
}
