/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * STUN and TURN servers, as URIs (RFC 7064, RFC 7065).
 */
#include "config.h"

#include "whep-ice-servers.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <nice/debug.h>
#include <string.h>

#define STUN_PORT 3478
#define TURNS_PORT 5349

static gboolean
is_filled (const gchar * text)
{
  return text && *text;
}

/* They could end a line of a header. */
static gboolean
has_control (const gchar * text)
{
  for (; text && *text; text++) {
    if (g_ascii_iscntrl (*text))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_stun (GUri * uri)
{
  return g_str_equal (g_uri_get_scheme (uri), "stun")
      && is_filled (g_uri_get_host (uri));
}

static gboolean
is_turn (GUri * uri)
{
  const gchar *scheme = g_uri_get_scheme (uri);

  return (g_str_equal (scheme, "turn") || g_str_equal (scheme, "turns"))
      && is_filled (g_uri_get_host (uri));
}

static gboolean
is_turns (GUri * uri)
{
  return g_str_equal (g_uri_get_scheme (uri), "turns");
}

/* For people: without user and password. */
static gchar *
shown (GUri * uri)
{
  return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
}

static GUri *
parse (const gchar * text, GError ** error)
{
  g_autoptr (GError) cause = NULL;
  GUri *uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, &cause);

  if (!uri)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("The address of the STUN or TURN server cannot be read (%s). Write "
            "stun://HOST:PORT or turn://USER:PASSWORD@HOST:PORT."),
        cause->message);
  return uri;
}

static gboolean
check_stun (GUri * uri, GError ** error)
{
  g_autofree gchar *server = shown (uri);

  if (is_stun (uri))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      _("\"%s\" is no STUN server. Write stun://HOST:PORT."), server);
  return FALSE;
}

gboolean
whep_ice_servers_check_turn (GUri * uri, GError ** error)
{
  g_autofree gchar *server = shown (uri);
  const gchar *user = g_uri_get_user (uri);
  const gchar *password = g_uri_get_password (uri);

  if (!is_turn (uri))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("\"%s\" is no TURN server. Write turn://USER:PASSWORD@HOST:PORT."),
        server);
  else if (!is_filled (user) || !is_filled (password))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("The TURN server \"%s\" needs a user and a password: "
            "turn://USER:PASSWORD@HOST:PORT."), server);
  else if (has_control (user) || has_control (password))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("User and password of the TURN server \"%s\" must not contain "
            "control characters."), server);
  else
    return TRUE;
  return FALSE;
}

/* libnice would talk to it without TLS, and say nothing. */
static gboolean
check_use (GUri * turn, gboolean share, GError ** error)
{
  g_autofree gchar *server = shown (turn);

  if (share || !is_turns (turn))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      _("The TURN server \"%s\" cannot be reached over TLS from here. Write "
          "turn:// instead of turns://."), server);
  return FALSE;
}

gboolean
whep_ice_servers_parse (WhepIceServers * self, const gchar * stun,
    const gchar * turn, gboolean share_turn, GError ** error)
{
  memset (self, 0, sizeof *self);
  if (stun && (!(self->stun = parse (stun, error))
          || !check_stun (self->stun, error)))
    return FALSE;
  if (turn && (!(self->turn = parse (turn, error))
          || !whep_ice_servers_check_turn (self->turn, error)
          || !check_use (self->turn, share_turn, error)))
    return FALSE;
  return TRUE;
}

void
whep_ice_servers_clear (WhepIceServers * self)
{
  g_clear_pointer (&self->stun, g_uri_unref);
  g_clear_pointer (&self->turn, g_uri_unref);
}

static guint
port_of (GUri * uri)
{
  if (g_uri_get_port (uri) > 0)
    return g_uri_get_port (uri);
  return is_turns (uri) ? TURNS_PORT : STUN_PORT;
}

static NiceRelayType
relay_type (GUri * turn)
{
  return g_strcmp0 (g_uri_get_query (turn), "transport=tcp") == 0 ?
      NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP;
}

void
whep_ice_servers_add_relay (GUri * turn, NiceAgent * agent, guint stream_id)
{
  /* Its log of debugging would have the password. */
  nice_debug_disable (TRUE);
  nice_agent_set_relay_info (agent, stream_id, NICE_COMPONENT_TYPE_RTP,
      g_uri_get_host (turn), port_of (turn), g_uri_get_user (turn),
      g_uri_get_password (turn), relay_type (turn));
}

void
whep_ice_servers_apply (const WhepIceServers * self, NiceAgent * agent,
    guint stream_id)
{
  if (self->stun)
    g_object_set (agent, "stun-server", g_uri_get_host (self->stun),
        "stun-server-port", port_of (self->stun), NULL);
  if (self->turn && !is_turns (self->turn))
    whep_ice_servers_add_relay (self->turn, agent, stream_id);
}

/* A parameter of a header, as a quoted string (RFC 9110 section 5.6.4). */
static void
append_parameter (GString * link, const gchar * name, const gchar * value)
{
  g_string_append_printf (link, "; %s=\"", name);
  for (; *value; value++) {
    if (*value == '"' || *value == '\\')
      g_string_append_c (link, '\\');
    g_string_append_c (link, *value);
  }
  g_string_append_c (link, '"');
}

/* RFC 7064 and RFC 7065: no slashes, and an IPv6 address in brackets. */
static gchar *
link_of (GUri * server)
{
  const gchar *host = g_uri_get_host (server);
  const gchar *query = g_uri_get_query (server);
  GString *link = g_string_new (NULL);

  g_string_append_printf (link, strchr (host, ':') ? "<%s:[%s]:%u" :
      "<%s:%s:%u", g_uri_get_scheme (server), host, port_of (server));
  if (is_turn (server) && query)
    g_string_append_printf (link, "?%s", query);
  g_string_append (link, ">; rel=\"ice-server\"");
  if (is_turn (server)) {
    append_parameter (link, "username", g_uri_get_user (server));
    append_parameter (link, "credential", g_uri_get_password (server));
    append_parameter (link, "credential-type", "password");
  }
  return g_string_free (link, FALSE);
}

gchar **
whep_ice_servers_get_links (const WhepIceServers * self, gboolean with_turn)
{
  g_autoptr (GStrvBuilder) links = g_strv_builder_new ();
  g_autofree gchar *stun = self->stun ? link_of (self->stun) : NULL;
  g_autofree gchar *turn =
      self->turn && with_turn ? link_of (self->turn) : NULL;

  if (stun)
    g_strv_builder_add (links, stun);
  if (turn)
    g_strv_builder_add (links, turn);
  return g_strv_builder_end (links);
}
