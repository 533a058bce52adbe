/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The body of an HTTP request as it comes in, bounded in size.
 */
#ifndef WHEP_REQUEST_H
#define WHEP_REQUEST_H

#include <libsoup/soup.h>

G_BEGIN_DECLS

/** Largest body in bytes; see %WHEP_OFFER_SIZE_MAX. */
#define WHEP_REQUEST_SIZE_MAX 65536

/** whep_request_watch: to be called when a request starts. */
void whep_request_watch (SoupServerMessage * message);

/** whep_request_limit: after the headers, refuses what is too large. */
void whep_request_limit (SoupServerMessage * message);

/**
 * whep_request_get_body:
 *
 * Returns: (transfer none): what came, up to one byte more than is allowed.
 */
const GString *whep_request_get_body (SoupServerMessage * message);

G_END_DECLS

#endif
