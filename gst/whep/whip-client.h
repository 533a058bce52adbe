/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP side of whipsink: a client of WHIP (RFC 9725). It knows nothing of
 * media; what the answer is worth is for others to say.
 *
 *   POST    LOCATION   our offer  → 201, Location, the answer
 *   DELETE  RESOURCE              → the end
 *
 * Redirections are followed. The token goes to the origin that it was given
 * for and to no other, and nothing goes from HTTPS to HTTP.
 *
 * Threads: made, used and called back on its context, which must be the
 * thread's default one.
 */
#ifndef WHIP_CLIENT_H
#define WHIP_CLIENT_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define WHIP_TYPE_CLIENT (whip_client_get_type ())
G_DECLARE_FINAL_TYPE (WhipClient, whip_client, WHIP, CLIENT, GObject)

/**
 * WhipClientFuncs:
 * @answered: the server took the offer; @answer is what it says, @size bytes;
 *   @relays (element-type GUri) are those that it offers, as of
 *   whip_links_get_relays()
 * @refused: it did not, or there is none; @error is of %WHEP_ERROR, with the
 *   HTTP status as code where there is one, and a sentence for a person
 * @left: the server was told that it is over, or would not hear; once
 */
typedef struct
{
  void (*answered) (WhipClient * client, const gchar * answer, gsize size,
      GPtrArray * relays, gpointer user_data);
  void (*refused) (WhipClient * client, const GError * error,
      gpointer user_data);
  void (*left) (WhipClient * client, gpointer user_data);
} WhipClientFuncs;

/**
 * whip_client_parse_location:
 * @location: (nullable): "https://server/path" or with http
 * @error: of #GIOErrorEnum; says how to write it
 *
 * Returns: (transfer full) (nullable): its parts.
 */
GUri *whip_client_parse_location (const gchar * location, GError ** error);

/**
 * whip_client_check_token:
 * @token: (nullable): what the server expects
 *
 * Returns: whether it fits into a header.
 */
gboolean whip_client_check_token (const gchar * token, GError ** error);

/**
 * WhipClientConfig:
 * @location: of whip_client_parse_location()
 * @token: (nullable): sent as "Authorization: Bearer"
 * @authorities: (nullable): whose signature the server's certificate must
 *   have; %NULL: one that the system trusts
 * @timeout_ms: for an answer
 */
typedef struct
{
  GMainContext *context;
  GUri *location;
  const gchar *token;
  GTlsDatabase *authorities;
  guint timeout_ms;
} WhipClientConfig;

WhipClient *whip_client_new (const WhipClientConfig * config,
    const WhipClientFuncs * funcs, gpointer user_data);

/** whip_client_offer: once; @answered or @refused will come. */
void whip_client_offer (WhipClient * self, const gchar * offer);

/**
 * whip_client_leave: once; @left will come in two seconds at most, and nothing
 * else.
 */
void whip_client_leave (WhipClient * self);

G_END_DECLS

#endif
