/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Link headers, read with libsoup and judged as a person's settings are.
 */
#include "config.h"

#include "whip-links.h"

#include <gst/gst.h>
#include <string.h>

#include "whep-ice-servers.h"

GST_DEBUG_CATEGORY_STATIC (whip_links_debug);
#define GST_CAT_DEFAULT whip_links_debug

#define REL "ice-server"
#define CREDENTIAL_TYPE "password"

static void
init_log (void)
{
  static gsize done;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (whip_links_debug, "whiplinks", 0,
        "relays that servers of WHIP offer");
    g_once_init_leave (&done, TRUE);
  }
}

/* One of the relation types of a link (RFC 8288 section 3.3). */
static gboolean
has_relation (GHashTable * parameters, const gchar * relation)
{
  const gchar *rel = g_hash_table_lookup (parameters, "rel");
  g_auto (GStrv) types = g_strsplit (rel ? rel : "", " ", -1);

  for (gchar ** type = types; *type; type++) {
    if (g_ascii_strcasecmp (*type, relation) == 0)
      return TRUE;
  }
  return FALSE;
}

/* "turn:host:1?transport=udp" (RFC 7065) has no slashes; GUri knows a host by
 * them. */
static GUri *
parse_target (const gchar * target, GError ** error)
{
  g_autofree gchar *scheme = g_uri_parse_scheme (target);
  g_autofree gchar *text = scheme ?
      g_strdup_printf ("%s://%s", scheme, target + strlen (scheme) + 1) : NULL;

  return g_uri_parse (text ? text : target, G_URI_FLAGS_NONE, error);
}

/* libnice asks STUN while it gathers, and has no TLS for TURN. */
static gboolean
check_use (GUri * server, GError ** error)
{
  const gchar *scheme = g_uri_get_scheme (server);

  if (!g_str_has_prefix (scheme, "stun") && !g_str_equal (scheme, "turns"))
    return whep_ice_servers_check_turn (server, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
      "a server of \"%s\" is of no use here", scheme);
  return FALSE;
}

/* Returns: (transfer full) (nullable): the server with its credentials. */
static GUri *
make_server (const gchar * target, GHashTable * parameters, GError ** error)
{
  g_autoptr (GUri) bare = parse_target (target, error);
  const gchar *type = g_hash_table_lookup (parameters, "credential-type");
  g_autoptr (GUri) server = NULL;

  if (!bare)
    return NULL;
  if (type && g_ascii_strcasecmp (type, CREDENTIAL_TYPE) != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
        "its credentials are of an unknown kind");
    return NULL;
  }
  server = g_uri_build_with_user (G_URI_FLAGS_HAS_PASSWORD,
      g_uri_get_scheme (bare), g_hash_table_lookup (parameters, "username"),
      g_hash_table_lookup (parameters, "credential"), NULL,
      g_uri_get_host (bare), g_uri_get_port (bare), "",
      g_uri_get_query (bare), NULL);
  return check_use (server, error) ? g_steal_pointer (&server) : NULL;
}

/* Returns: (transfer full) (nullable): NULL without @error is a link to
 * something else. */
static GUri *
parse_link (const gchar * link, GError ** error)
{
  const gchar *end = strchr (link, '>');

  if (*link != '<' || !end) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "it has no address between < and >");
    return NULL;
  }
  g_autofree gchar *target = g_strndup (link + 1, end - link - 1);
  GHashTable *parameters = soup_header_parse_semi_param_list (end + 1);
  g_autoptr (GUri) server = has_relation (parameters, REL) ?
      make_server (target, parameters, error) : NULL;

  soup_header_free_param_list (parameters);
  return g_steal_pointer (&server);
}

GPtrArray *
whip_links_get_relays (SoupMessageHeaders * headers)
{
  GPtrArray *relays =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_uri_unref);
  const gchar *all = soup_message_headers_get_list (headers, "Link");
  GSList *links = all ? soup_header_parse_list (all) : NULL;

  init_log ();
  for (GSList * l = links; l && relays->len < WHIP_LINKS_MAX; l = l->next) {
    g_autoptr (GError) error = NULL;
    GUri *relay = parse_link (l->data, &error);

    if (relay)
      g_ptr_array_add (relays, relay);
    else if (error)
      GST_INFO ("a Link of the answer is not used: %s", error->message);
  }
  g_slist_free_full (links, g_free);
  return relays;
}
