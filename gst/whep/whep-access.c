/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may ask for a stream: Origin, Host and bearer token.
 */
#include "config.h"

#include "whep-access.h"

#include <gio/gio.h>
#include <string.h>

/* "http://host:port" → "host:port" */
static const gchar *
authority_of (const gchar * origin)
{
  const gchar *separator = strstr (origin, "://");

  return separator ? separator + 3 : NULL;
}

static gboolean
equals (const gchar * a, const gchar * b)
{
  return a && b && g_ascii_strcasecmp (a, b) == 0;
}

/* Whether an origin of the list is @origin, or has the authority @host; each
 * may be NULL. */
static gboolean
is_listed (const gchar * list, const gchar * origin, const gchar * host)
{
  g_auto (GStrv) words = g_strsplit_set (list ? list : "", ", ", -1);

  for (gchar ** word = words; *word; word++) {
    if (**word != '\0' && (g_str_equal (*word, "*") || equals (*word, origin)
            || equals (authority_of (*word), host)))
      return TRUE;
  }
  return FALSE;
}

gboolean
whep_access_allows_origin (const WhepAccess * access, const gchar * origin,
    const gchar * host)
{
  if (!origin)
    return TRUE;
  return equals (authority_of (origin), host)
      || is_listed (access->allowed_origins, origin, NULL);
}

static gboolean
is_loopback_name (const gchar * name)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);

  return address ? g_inet_address_get_is_loopback (address) :
      g_ascii_strcasecmp (name, "localhost") == 0;
}

gboolean
whep_access_allows_host (const WhepAccess * access, const gchar * host)
{
  if (!access->loopback)
    return TRUE;
  if (!host)
    return FALSE;
  g_autoptr (GSocketConnectable) connectable =
      g_network_address_parse (host, 80, NULL);
  if (!connectable)
    return FALSE;
  return
      is_loopback_name (g_network_address_get_hostname (G_NETWORK_ADDRESS
          (connectable)))
      || is_listed (access->allowed_origins, NULL, host);
}

/* Digests are compared, so that the time says nothing about the token. */
static gboolean
equal_in_constant_time (const gchar * a, const gchar * b)
{
  g_autofree gchar *digest_a =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, a, -1);
  g_autofree gchar *digest_b =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, b, -1);
  guint8 difference = 0;

  for (gsize i = 0; digest_a[i]; i++)
    difference |= digest_a[i] ^ digest_b[i];
  return difference == 0;
}

gboolean
whep_access_allows_token (const WhepAccess * access,
    const gchar * authorization)
{
  if (!access->token || access->token[0] == '\0')
    return TRUE;
  if (!authorization || g_ascii_strncasecmp (authorization, "Bearer ", 7) != 0)
    return FALSE;
  return equal_in_constant_time (authorization + 7, access->token);
}
