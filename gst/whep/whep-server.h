/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP side of whepsink: WHEP resources (draft-ietf-wish-whep, and
 * RFC 9725 for what it shares with WHIP) and the page that plays them. It
 * knows nothing of media; what an offer leads to is its handler's business.
 *
 *   POST    PATH      an offer          → 201, Location, ETag, the answer
 *   DELETE  PATH/ID   ends a viewer     → 200
 *   PATCH   PATH/ID   trickled ICE      → 204
 *   PATCH   PATH/ID   ICE restart       → 200, ETag, our part of it
 *   OPTIONS PATH…     CORS preflight    → 204
 *   GET     /         the page
 *
 * Threads: it runs on a thread and a GMainContext of its own, where the
 * handler is called. No function waits for a client.
 */
#ifndef WHEP_SERVER_H
#define WHEP_SERVER_H

#include <gio/gio.h>

#include "whep-access.h"
#include "whep-error.h"

G_BEGIN_DECLS

typedef struct _WhepServer WhepServer;

/** An offer that waits for its answer; see whep_exchange_answer(). */
typedef struct _WhepExchange WhepExchange;

/**
 * WhepServerConfig:
 * @address: IP address to listen at, or "localhost"
 * @port: TCP port, 0 for any free one
 * @path: of the endpoint, begins with a slash and is longer than that
 * @access: who may ask
 * @tls_certificate: (nullable): for HTTPS
 * @links: (nullable) (array zero-terminated=1): Link headers of a 201, see
 *   whep_ice_servers_get_links()
 * @request_timeout_ms: how long a request may take to come; 0 for 20 s
 *
 * Only borrowed.
 */
typedef struct
{
  const gchar *address;
  guint port;
  const gchar *path;
  WhepAccess access;
  GTlsCertificate *tls_certificate;
  const gchar *const *links;
  guint request_timeout_ms;
} WhepServerConfig;

/**
 * WhepServerHandler:
 * @offer: somebody wants to view; @exchange (transfer full) must be given to
 *   whep_exchange_answer() or whep_exchange_refuse() at some time
 * @trickle: ICE candidates of viewer @id, or a restart of ICE; @etag (inout)
 *   (nullable) is what the client believes to be the ICE session's, and then
 *   what it is; @answer (out) (transfer full) (nullable) is what the client
 *   must know of a restart; returns %FALSE with @error set
 * @remove: viewer @id wants to leave; returns whether there was such a one
 */
typedef struct
{
  void (*offer) (WhepExchange * exchange, const gchar * text, gsize size,
      gpointer user_data);
    gboolean (*trickle) (const gchar * id, gchar ** etag,
      const gchar * fragment, gchar ** answer, GError ** error,
      gpointer user_data);
    gboolean (*remove) (const gchar * id, gpointer user_data);
} WhepServerHandler;

/**
 * whep_server_new:
 * @error: says what to change when the address or port cannot be used
 *
 * Returns: (transfer full) (nullable): a server that takes requests.
 */
WhepServer *whep_server_new (const WhepServerConfig * config,
    const WhepServerHandler * handler, gpointer user_data, GError ** error);

/**
 * whep_server_free:
 *
 * Ends all connections and waits for the thread; the handler is not called
 * any more after it. Not to be called from the server's own thread.
 */
void whep_server_free (WhepServer * server);

/** whep_server_get_port: the port in use. */
guint whep_server_get_port (WhepServer * server);

/** Returns: (transfer full): the address of the page. */
gchar *whep_server_get_uri (WhepServer * server);

/** Returns: (transfer none): where the handler is called. */
GMainContext *whep_server_get_context (WhepServer * server);

/**
 * whep_exchange_answer:
 * @exchange: (transfer full)
 * @id: of the new viewer; its resource is PATH/ID
 * @etag: of its ICE session, without quotes
 * @answer: SDP
 *
 * From any thread. When the client has gone meanwhile, the handler's remove
 * function is called.
 */
void whep_exchange_answer (WhepExchange * exchange, const gchar * id,
    const gchar * etag, const gchar * answer);

/**
 * whep_exchange_refuse:
 * @exchange: (transfer full)
 * @error: of %WHEP_ERROR; anything else is an internal error
 *
 * From any thread.
 */
void whep_exchange_refuse (WhepExchange * exchange, const GError * error);

G_END_DECLS

#endif
