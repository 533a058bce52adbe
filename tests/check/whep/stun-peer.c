/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer of libnice's STUN library and a socket.
 */
#include "config.h"

#include "stun-peer.h"

#include <string.h>

static bool
give_password (StunAgent * stun, StunMessage * message, uint8_t * username,
    uint16_t username_size, uint8_t ** password, size_t *size, void *unused)
{
  *password = (uint8_t *) STUN_PEER_PWD;
  *size = strlen (STUN_PEER_PWD);
  return true;
}

static gboolean
on_message (GSocket * socket, GIOCondition condition, gpointer user_data)
{
  StunPeer *self = user_data;
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  g_autoptr (GSocketAddress) from = NULL;
  StunMessage message;
  gssize size = g_socket_receive_from (socket, &from, (gchar *) data,
      sizeof (data), NULL, NULL);

  if (size > 0 && stun_agent_validate (&self->stun, &message, data, size,
          give_password, NULL) == STUN_VALIDATION_SUCCESS
      && stun_message_get_class (&message) == STUN_REQUEST)
    self->func (self, from, &message, self->user_data);
  return G_SOURCE_CONTINUE;
}

GSocketAddress *
stun_peer_get_goal (WhepTransport * transport)
{
  g_auto (GStrv) lines = whep_transport_get_candidates (transport);
  g_auto (GStrv) words = g_strsplit (lines[0], " ", 7);

  return g_inet_socket_address_new_from_string (words[4],
      g_ascii_strtoull (words[5], NULL, 10));
}

void
stun_peer_init (StunPeer * self, WhepTransport * transport,
    GMainContext * context, StunPeerFunc func, gpointer user_data)
{
  g_autoptr (GSocketAddress) goal = stun_peer_get_goal (transport);
  GInetAddress *ip =
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (goal));
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (ip, 0);

  self->transport = transport;
  self->func = func;
  self->user_data = user_data;
  stun_agent_init (&self->stun, STUN_ALL_KNOWN_ATTRIBUTES,
      STUN_COMPATIBILITY_RFC5389, STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS |
      STUN_AGENT_USAGE_USE_FINGERPRINT);
  self->socket = g_socket_new (g_inet_address_get_family (ip),
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_assert_true (g_socket_bind (self->socket, address, FALSE, NULL));
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_message), self, NULL);
  g_source_attach (self->source, context);
}

void
stun_peer_clear (StunPeer * self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_object_unref (self->socket);
}

gchar *
stun_peer_get_candidate (StunPeer * self, guint32 priority)
{
  g_autoptr (GSocketAddress) address =
      g_socket_get_local_address (self->socket, NULL);
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree gchar *ip =
      g_inet_address_to_string (g_inet_socket_address_get_address (inet));

  return g_strdup_printf ("candidate:1 1 udp %u %s %u typ host", priority, ip,
      g_inet_socket_address_get_port (inet));
}

gsize
stun_peer_check (StunPeer * self, const StunPeerCheck * check, guint8 * data)
{
  const gchar *pwd =
      check->pwd ? check->pwd : whep_transport_get_pwd (self->transport);
  g_autofree gchar *username = g_strdup_printf ("%s:" STUN_PEER_UFRAG,
      whep_transport_get_ufrag (self->transport));
  StunMessage message;
  StunTransactionId id;
  gsize size = stun_usage_ice_conncheck_create (&self->stun, &message, data,
      STUN_MAX_MESSAGE_SIZE_IPV6, (const uint8_t *) username,
      strlen (username), (const uint8_t *) pwd, strlen (pwd), check->nominates,
      !check->controlled, check->priority, check->tie_breaker, NULL,
      STUN_USAGE_ICE_COMPATIBILITY_RFC5245);

  g_assert_cmpuint (size, >, 0);
  stun_message_id (&message, id);
  stun_agent_forget_transaction (&self->stun, id);
  return size;
}

gsize
stun_peer_accept (StunPeer * self, StunMessage * request,
    GSocketAddress * mapped, guint8 * data)
{
  gsize size = STUN_MAX_MESSAGE_SIZE_IPV6;
  struct sockaddr_storage address;
  bool controlling = true;
  uint64_t unused;
  StunMessage answer;

  /* It may have taken the other role. */
  if (stun_message_find64 (request, STUN_ATTRIBUTE_ICE_CONTROLLING, &unused) ==
      STUN_MESSAGE_RETURN_SUCCESS)
    controlling = false;
  g_assert_true (g_socket_address_to_native (mapped, &address,
          sizeof (address), NULL));
  g_assert_cmpint (stun_usage_ice_conncheck_create_reply (&self->stun, request,
          &answer, data, &size, &address, sizeof (address), &controlling, 1,
          STUN_USAGE_ICE_COMPATIBILITY_RFC5245), ==,
      STUN_USAGE_ICE_RETURN_SUCCESS);
  return size;
}

gsize
stun_peer_refuse (StunPeer * self, StunMessage * request, StunError code,
    guint8 * data)
{
  StunMessage answer;

  g_assert_true (stun_agent_init_error (&self->stun, &answer, data,
          STUN_MAX_MESSAGE_SIZE_IPV6, request, code));
  return stun_agent_finish_message (&self->stun, &answer,
      (const uint8_t *) STUN_PEER_PWD, strlen (STUN_PEER_PWD));
}

void
stun_peer_send (StunPeer * self, GSocketAddress * to, const guint8 * data,
    gsize size)
{
  GError *error = NULL;

  g_socket_send_to (self->socket, to, (const gchar *) data, size, NULL, &error);
  g_assert_no_error (error);
}

void
stun_peer_agree (StunPeer * self, GSocketAddress * from, StunMessage * request)
{
  static const StunPeerCheck check = {
    .priority = 1,.tie_breaker = 1,.nominates = TRUE
  };
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];

  stun_peer_send (self, from, data, stun_peer_accept (self, request, from,
          data));
  stun_peer_send (self, from, data, stun_peer_check (self, &check, data));
}
