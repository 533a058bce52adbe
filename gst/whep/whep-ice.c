/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The ICE agent of one peer, on libnice.
 */
#include "config.h"

#include "whep-ice.h"

#include <nice/interfaces.h>
#include <string.h>

/* The most that is taken of what a stranger may repeat at will. */
#define LINES_MAX 256

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

NiceAgent *
whep_ice_agent_new (GMainContext * context,
    const WhepIceServers * servers, guint * stream_id)
{
  /* Neither with NICE_AGENT_OPTION_CONSENT_FRESHNESS nor with checks as
   * keepalives: with both a peer ends the process when it answers a check of
   * another pair after its consent was lost, and with the first already by the
   * answer "403 Forbidden" before a way is found. Seen with libnice 0.1.21. */
  NiceAgent *agent = nice_agent_new_full (context, NICE_COMPATIBILITY_RFC5245,
      NICE_AGENT_OPTION_ICE_TRICKLE);

  g_object_set (agent, "controlling-mode", FALSE, "upnp", FALSE,
      "ice-tcp", FALSE, NULL);
  use_loopback_if_alone (agent);
  *stream_id = nice_agent_add_stream (agent, 1);
  if (servers)
    whep_ice_servers_apply (servers, agent, *stream_id);
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

/* Not those of TCP: a browser has none to connect to, it connects to ours.
 * Others would have us open connections to wherever they like; and on the
 * close of such a connection libnice 0.1.21 uses memory that it has freed. */
static gboolean
is_wanted (NiceCandidate * candidate)
{
  return candidate->component_id == WHEP_ICE_COMPONENT
      && candidate->transport == NICE_CANDIDATE_TRANSPORT_UDP;
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

    if (candidate && is_wanted (candidate))
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
