/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of HTTP responses, on libsoup's message: errors as one line of text,
 * CORS headers, and the checks that every request passes. A check returns
 * whether the request may go on, and has responded when it may not.
 */
#ifndef WHEP_REPLY_H
#define WHEP_REPLY_H

#include <libsoup/soup.h>

#include "whep-access.h"

G_BEGIN_DECLS

#define WHEP_TYPE_SDP "application/sdp"
#define WHEP_TYPE_FRAGMENT "application/trickle-ice-sdpfrag"

/** Returns: (transfer none) (nullable): a header of the request. */
const gchar *whep_reply_get (SoupServerMessage * message,
    const gchar * name);

/** whep_reply_set: sets a header of the response. */
void whep_reply_set (SoupServerMessage * message, const gchar * name,
    const gchar * value);

/** whep_reply_text: a status with a line of text. */
void whep_reply_text (SoupServerMessage * message, guint status,
    const gchar * text);

/** whep_reply_error: the same for an error of %WHEP_ERROR. */
void whep_reply_error (SoupServerMessage * message, const GError * error);

/** whep_reply_method_not_allowed: @allowed: as in the Allow header. */
void whep_reply_method_not_allowed (SoupServerMessage * message,
    const gchar * allowed);

/** whep_reply_options: answers a preflight. */
void whep_reply_options (SoupServerMessage * message, const gchar * allowed);

/** whep_reply_add_cors: tells browsers which origins may read the response. */
void whep_reply_add_cors (const WhepAccess * access,
    SoupServerMessage * message);

/** whep_reply_check_access: by Host and Origin. */
gboolean whep_reply_check_access (const WhepAccess * access,
    SoupServerMessage * message);

gboolean whep_reply_check_token (const WhepAccess * access,
    SoupServerMessage * message);

gboolean whep_reply_check_content_type (SoupServerMessage * message,
    const gchar * type);

G_END_DECLS

#endif
