/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The error domain of this room. A code is the HTTP status that the client
 * gets, a message is the one line of text that goes with it.
 */
#ifndef WHEP_ERROR_H
#define WHEP_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

#define WHEP_ERROR (whep_error_quark ())

typedef enum
{
  WHEP_ERROR_BAD_REQUEST = 400,         /* no SDP, or broken SDP */
  WHEP_ERROR_UNAUTHORIZED = 401,        /* a token is asked for */
  WHEP_ERROR_FORBIDDEN = 403,           /* from a page that may not ask */
  WHEP_ERROR_NOT_FOUND = 404,           /* no such path or viewer */
  WHEP_ERROR_METHOD_NOT_ALLOWED = 405,
  WHEP_ERROR_NOT_ACCEPTABLE = 406,      /* nothing of ours is in the offer */
  WHEP_ERROR_TIMEOUT = 408,             /* the body did not arrive */
  WHEP_ERROR_PRECONDITION = 412,        /* another ICE session's ETag */
  WHEP_ERROR_TOO_LARGE = 413,
  WHEP_ERROR_MEDIA_TYPE = 415,          /* neither SDP nor an SDP fragment */
  WHEP_ERROR_UNPROCESSABLE = 422,       /* sound SDP that cannot be served */
  WHEP_ERROR_TOO_MANY = 429,            /* offers come too fast */
  WHEP_ERROR_INTERNAL = 500,
  WHEP_ERROR_UNAVAILABLE = 503,         /* no stream yet, or full */
} WhepError;

GQuark whep_error_quark (void);

G_END_DECLS

#endif
