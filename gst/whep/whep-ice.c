/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ICE agent of one viewer, on libnice.
 */
#include "config.h"

#include "whep-ice.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <nice/debug.h>
#include <nice/interfaces.h>
#include <string.h>

/* The most that is taken of what a stranger may repeat at will. */
#define LINES_MAX 256
#define STUN_PORT 3478
#define TURNS_PORT 5349

static gboolean
is_turn (const gchar * scheme)
{
  return g_str_equal (scheme, "turn") || g_str_equal (scheme, "turns");
}

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

GUri *
whep_ice_parse_server (const gchar * text, GError ** error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, &cause);
  g_autofree gchar *shown = NULL;

  if (!uri) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("The address of the STUN or TURN server cannot be read (%s). Write "
            "stun://HOST:PORT or turn://USER:PASSWORD@HOST:PORT."),
        cause->message);
    return NULL;
  }
  const gchar *scheme = g_uri_get_scheme (uri);
  const gchar *host = g_uri_get_host (uri);

  shown = g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO);
  if (!is_filled (host) || !(g_str_equal (scheme, "stun")
          || is_turn (scheme))) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("\"%s\" is no STUN or TURN server. Write stun://HOST:PORT or "
            "turn://USER:PASSWORD@HOST:PORT."), shown);
    return NULL;
  }
  if (is_turn (scheme) && (!is_filled (g_uri_get_user (uri))
          || !is_filled (g_uri_get_password (uri)))) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("The TURN server \"%s\" needs a user and a password: "
            "turn://USER:PASSWORD@HOST:PORT."), shown);
    return NULL;
  }
  if (has_control (g_uri_get_user (uri))
      || has_control (g_uri_get_password (uri))) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        _("User and password of the TURN server \"%s\" must not contain "
            "control characters."), shown);
    return NULL;
  }
  return g_steal_pointer (&uri);
}

static guint
server_port (GUri * uri)
{
  if (g_uri_get_port (uri) > 0)
    return g_uri_get_port (uri);
  return g_str_equal (g_uri_get_scheme (uri), "turns") ? TURNS_PORT : STUN_PORT;
}

static NiceRelayType
relay_type (GUri * uri)
{
  if (g_str_equal (g_uri_get_scheme (uri), "turns"))
    return NICE_RELAY_TYPE_TURN_TLS;
  if (g_strcmp0 (g_uri_get_query (uri), "transport=tcp") == 0)
    return NICE_RELAY_TYPE_TURN_TCP;
  return NICE_RELAY_TYPE_TURN_UDP;
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
gchar *
whep_ice_link_new (GUri * server)
{
  const gchar *scheme = g_uri_get_scheme (server);
  const gchar *host = g_uri_get_host (server);
  const gchar *query = g_uri_get_query (server);
  GString *link = g_string_new (NULL);

  g_string_append_printf (link, strchr (host, ':') ? "<%s:[%s]:%u" :
      "<%s:%s:%u", scheme, host, server_port (server));
  if (is_turn (scheme) && query)
    g_string_append_printf (link, "?%s", query);
  g_string_append (link, ">; rel=\"ice-server\"");
  if (is_turn (scheme)) {
    append_parameter (link, "username", g_uri_get_user (server));
    append_parameter (link, "credential", g_uri_get_password (server));
    append_parameter (link, "credential-type", "password");
  }
  return g_string_free (link, FALSE);
}

/* libnice leaves loopback out; where there is nothing else, it must do. */
static void
use_loopback_if_alone (NiceAgent * agent)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE);

  if (!addresses)
    addresses = nice_interfaces_get_local_ips (TRUE);
  else
    g_clear_list (&addresses, g_free);
  for (GList * l = addresses; l; l = l->next) {
    NiceAddress address;

    nice_address_init (&address);
    if (nice_address_set_from_string (&address, l->data))
      nice_agent_add_local_address (agent, &address);
  }
  g_list_free_full (addresses, g_free);
}

static void
add_relay (NiceAgent * agent, guint stream_id, GUri * turn)
{
  /* Its log of debugging would have the password. */
  nice_debug_disable (TRUE);
  nice_agent_set_relay_info (agent, stream_id, WHEP_ICE_COMPONENT,
      g_uri_get_host (turn), server_port (turn), g_uri_get_user (turn),
      g_uri_get_password (turn), relay_type (turn));
}

NiceAgent *
whep_ice_agent_new (GMainContext * context, GUri * stun, GUri * turn,
    guint * stream_id)
{
  NiceAgent *agent = nice_agent_new_full (context, NICE_COMPATIBILITY_RFC5245,
      NICE_AGENT_OPTION_ICE_TRICKLE | NICE_AGENT_OPTION_CONSENT_FRESHNESS);

  g_object_set (agent, "controlling-mode", FALSE, "upnp", FALSE,
      "ice-tcp", FALSE, NULL);
  if (stun)
    g_object_set (agent, "stun-server", g_uri_get_host (stun),
        "stun-server-port", server_port (stun), NULL);
  use_loopback_if_alone (agent);
  *stream_id = nice_agent_add_stream (agent, 1);
  if (turn)
    add_relay (agent, *stream_id, turn);
  return agent;
}

/* "a=candidate:…" → "candidate:…" */
static const gchar *
without_prefix (const gchar * line)
{
  return g_str_has_prefix (line, "a=") ? line + 2 : line;
}

gchar **
whep_ice_get_candidates (NiceAgent * agent, guint stream_id)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GSList *candidates = nice_agent_get_local_candidates (agent, stream_id,
      WHEP_ICE_COMPONENT);

  for (GSList * l = candidates; l; l = l->next) {
    g_autofree gchar *line =
        nice_agent_generate_local_candidate_sdp (agent, l->data);

    g_strv_builder_add (builder, without_prefix (line));
  }
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
  return g_strv_builder_end (builder);
}

void
whep_ice_add_candidates (NiceAgent * agent, guint stream_id,
    const gchar * const *lines)
{
  GSList *candidates = NULL;

  for (; *lines; lines++) {
    g_autofree gchar *line = g_strconcat ("a=", *lines, NULL);
    NiceCandidate *candidate =
        nice_agent_parse_remote_candidate_sdp (agent, stream_id, line);

    if (candidate && candidate->component_id == WHEP_ICE_COMPONENT)
      candidates = g_slist_prepend (candidates, candidate);
    else if (candidate)
      nice_candidate_free (candidate);
  }
  if (candidates)
    nice_agent_set_remote_candidates (agent, stream_id, WHEP_ICE_COMPONENT,
        candidates);
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

/* Fills in what is after @name, unless there was one before. */
static gboolean
take_value (const gchar * line, const gchar * name, gchar ** value)
{
  if (!g_str_has_prefix (line, name))
    return FALSE;
  if (!*value)
    *value = g_strdup (line + strlen (name));
  return TRUE;
}

gchar **
whep_ice_parse_fragment (const gchar * text, gchar ** ufrag, gchar ** pwd)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gchar **lines = g_strsplit_set (text, "\r\n", LINES_MAX);

  *ufrag = NULL;
  *pwd = NULL;
  for (gchar ** line = lines; *line; line++) {
    const gchar *content = without_prefix (*line);

    if (g_str_has_prefix (content, "candidate:"))
      g_strv_builder_add (builder, content);
    else if (!take_value (content, "ice-ufrag:", ufrag))
      take_value (content, "ice-pwd:", pwd);
  }
  g_strfreev (lines);
  return g_strv_builder_end (builder);
}

gchar *
whep_ice_fragment_new (const gchar * ufrag, const gchar * pwd,
    const gchar * kind, const gchar * mid, const gchar * const *candidates)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", ufrag,
      pwd);
  g_string_append_printf (text, "m=%s 9 UDP/TLS/RTP/SAVPF 0\r\n", kind);
  if (mid)
    g_string_append_printf (text, "a=mid:%s\r\n", mid);
  for (; *candidates; candidates++)
    g_string_append_printf (text, "a=%s\r\n", *candidates);
  g_string_append (text, "a=end-of-candidates\r\n");
  return g_string_free (text, FALSE);
}

static gboolean
is_ice_text (const gchar * text, gsize min)
{
  gsize length = text ? strlen (text) : 0;

  return length >= min && length <= 256
      && strspn (text, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "+/") == length;
}

gboolean
whep_ice_check_credentials (const gchar * ufrag, const gchar * pwd)
{
  return is_ice_text (ufrag, 4) && is_ice_text (pwd, 22);
}
