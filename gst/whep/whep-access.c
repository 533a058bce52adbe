/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may ask for a stream: Origin, Host and bearer token.
 */
#include "config.h"

#include "whep-access.h"

#include <gio/gio.h>
#include <string.h>

static gboolean
is_listed (const gchar * list, const gchar * origin)
{
  gboolean found = FALSE;

  if (!list)
    return FALSE;
  gchar **words = g_strsplit_set (list, ", ", -1);
  for (gchar ** word = words; *word && !found; word++) {
    found = g_str_equal (*word, "*") || (**word != '\0'
        && g_ascii_strcasecmp (*word, origin) == 0);
  }
  g_strfreev (words);
  return found;
}

/* "http://host:port" → "host:port" */
static const gchar *
origin_authority (const gchar * origin)
{
  const gchar *separator = strstr (origin, "://");

  return separator ? separator + 3 : NULL;
}

gboolean
whep_access_allows_origin (const WhepAccess * access, const gchar * origin,
    const gchar * host)
{
  if (!origin)
    return TRUE;
  const gchar *authority = origin_authority (origin);

  if (authority && host && g_ascii_strcasecmp (authority, host) == 0)
    return TRUE;
  return is_listed (access->allowed_origins, origin);
}

static gboolean
is_loopback_name (const gchar * name)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);

  return address ? g_inet_address_get_is_loopback (address) :
      g_ascii_strcasecmp (name, "localhost") == 0;
}

static gboolean
is_host_of_listed (const gchar * list, const gchar * host)
{
  gboolean found = FALSE;

  if (!list)
    return FALSE;
  gchar **words = g_strsplit_set (list, ", ", -1);
  for (gchar ** word = words; *word && !found; word++) {
    const gchar *authority = origin_authority (*word);

    found = g_str_equal (*word, "*")
        || (authority && g_ascii_strcasecmp (authority, host) == 0);
  }
  g_strfreev (words);
  return found;
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
      || is_host_of_listed (access->allowed_origins, host);
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
