/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One TCP connection of a client, as a stream that libsoup reads and writes:
 * plain, or with TLS on top. libsoup may close it at any time without waiting
 * for anybody, and the client can be told a status before libsoup sees it, or
 * when libsoup waits for a request that does not come.
 *
 * Threads: the server's alone.
 */
#ifndef WHEP_CONNECTION_H
#define WHEP_CONNECTION_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define WHEP_TYPE_CONNECTION (whep_connection_get_type ())
G_DECLARE_FINAL_TYPE (WhepConnection, whep_connection, WHEP, CONNECTION,
    GIOStream);

/** WhepConnectionClosed: nothing of the connection is left, told once. */
typedef void (*WhepConnectionClosed) (WhepConnection * connection,
    gpointer user_data);

/**
 * whep_connection_new:
 * @socket: accepted
 * @closed: comes from the thread's default context, or within a call
 *
 * Returns: (transfer full) (nullable): a plain stream; %NULL when the client
 * has gone already.
 */
WhepConnection *whep_connection_new (GSocket * socket,
    WhepConnectionClosed closed, gpointer user_data);

/** Returns: (transfer none): to wait for its first byte with. */
GSocket *whep_connection_get_socket (WhepConnection * self);

/** Returns: (transfer none): of the client; an object of its own. */
GSocketAddress *whep_connection_get_remote (WhepConnection * self);

/** Returns: (transfer none): ours. */
GSocketAddress *whep_connection_get_local (WhepConnection * self);

/** whep_connection_start_tls: before it is read or written. */
gboolean whep_connection_start_tls (WhepConnection * self,
    GTlsCertificate * certificate, GError ** error);

/**
 * whep_connection_peek:
 *
 * Returns: the first byte that has come and not been read; -1 when there is
 * none, -2 when there will not be any.
 */
gint whep_connection_peek (WhepConnection * self);

/**
 * whep_connection_tell:
 * @status: of HTTP
 * @text: a line without its end
 *
 * Sends a response, as far as that is possible without waiting. Not when
 * libsoup may have begun one.
 */
void whep_connection_tell (WhepConnection * self, guint status,
    const gchar * text);

/**
 * whep_connection_shut_down:
 *
 * Nothing more comes or goes. Who reads it, or is closing it, gets to its end.
 */
void whep_connection_shut_down (WhepConnection * self);

G_END_DECLS

#endif
