/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may ask for a stream. A web page that somebody happens to have open
 * can send requests to this machine, so a browser's Origin is checked here
 * and not left to it alone; and a name that was rebound to a loopback address
 * is told from the real one by its Host. Pure functions.
 */
#ifndef WHEP_ACCESS_H
#define WHEP_ACCESS_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * WhepAccess:
 * @allowed_origins: (nullable): origins of other sites whose pages may ask,
 *   "https://example.org", separated by commas or spaces; "*" for all
 * @token: (nullable): what an Authorization header must bear
 * @loopback: whether the server can only be reached from this machine
 */
typedef struct
{
  const gchar *allowed_origins;
  const gchar *token;
  gboolean loopback;
} WhepAccess;

/**
 * whep_access_allows_origin:
 * @origin: (nullable): the Origin header; %NULL for what is no web page
 * @host: (nullable): the Host header, which is the server's own origin
 */
gboolean whep_access_allows_origin (const WhepAccess * access,
    const gchar * origin, const gchar * host);

/**
 * whep_access_allows_host:
 * @host: (nullable): the Host header, with or without a port
 *
 * Returns: whether a server on a loopback address was meant; always %TRUE for
 * other servers, whose names nobody here can know.
 */
gboolean whep_access_allows_host (const WhepAccess * access,
    const gchar * host);

/**
 * whep_access_allows_token:
 * @authorization: (nullable): the Authorization header
 */
gboolean whep_access_allows_token (const WhepAccess * access,
    const gchar * authorization);

G_END_DECLS

#endif
