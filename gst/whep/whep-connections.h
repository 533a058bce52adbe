/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connections of clients to an HTTP server: accepted here and handed to
 * libsoup when their first byte has come, bounded in number and in time.
 *
 * libsoup 3.2 can accept connections itself, but then it keeps an object of
 * each, never closes one that its client gives up while idle, and has no
 * bounds at all.
 *
 * Who would be one too many takes the place of the connection that has waited
 * longest for its request, so that clients who dawdle cannot keep others out.
 *
 * Threads: made anywhere; all else happens on the server's thread.
 */
#ifndef WHEP_CONNECTIONS_H
#define WHEP_CONNECTIONS_H

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _WhepConnections WhepConnections;

/**
 * WhepConnectionsConfig:
 * @soup: to be given the connections; only borrowed
 * @context: of the server's thread
 * @address: to listen at
 * @certificate: (nullable): for TLS
 * @max: how many there may be
 * @max_per_address: how many from one address
 * @timeout_ms: how long a request may take to come, from the beginning of the
 *   connection; and the response to be sent after that
 */
typedef struct
{
  SoupServer *soup;
  GMainContext *context;
  GSocketAddress *address;
  GTlsCertificate *certificate;
  guint max;
  guint max_per_address;
  guint timeout_ms;
} WhepConnectionsConfig;

/** Returns: (transfer full) (nullable): what accepts connections from now. */
WhepConnections *whep_connections_new (const WhepConnectionsConfig * config,
    GError ** error);

/** whep_connections_free: when there are none any more. */
void whep_connections_free (WhepConnections * self);

/** Returns: the TCP port. */
guint whep_connections_get_port (WhepConnections * self);

/** Returns: how many there are. */
guint whep_connections_count (WhepConnections * self);

/**
 * whep_connections_request_came:
 * @message: whose body is there; its response has as much time again
 */
void whep_connections_request_came (WhepConnections * self,
    SoupServerMessage * message);

/**
 * whep_connections_close:
 *
 * Accepts no more, and ends those there are; the context takes a moment for
 * that, see whep_connections_count().
 */
void whep_connections_close (WhepConnections * self);

G_END_DECLS

#endif
