/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The body of an HTTP request as it comes in: bounded in size and in time.
 */
#ifndef WHEP_REQUEST_H
#define WHEP_REQUEST_H

#include <libsoup/soup.h>

G_BEGIN_DECLS

/** Largest body in bytes; see %WHEP_OFFER_SIZE_MAX. */
#define WHEP_REQUEST_SIZE_MAX 65536

/**
 * whep_request_watch:
 * @context: where the timer runs, which is the server's
 * @timeout_ms: after which a client that dawdles is disconnected; from the
 *   start of the request, or from the end of the one before it on the same
 *   connection, until the body is there
 *
 * To be called when a request starts.
 */
void whep_request_watch (SoupServerMessage * message, GMainContext * context,
    guint timeout_ms);

/** whep_request_limit: after the headers, refuses what is too large. */
void whep_request_limit (SoupServerMessage * message);

/**
 * whep_request_get_body:
 *
 * Returns: (transfer none): what came, up to one byte more than is allowed.
 */
const GString *whep_request_get_body (SoupServerMessage * message);

/** whep_request_end: to be called when it is over, in whatever way. */
void whep_request_end (SoupServerMessage * message);

/** whep_request_disconnect: ends its connection without a response. */
void whep_request_disconnect (SoupServerMessage * message);

G_END_DECLS

#endif
