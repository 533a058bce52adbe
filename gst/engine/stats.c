/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The names of the causes for which something is dropped.
 */
#include "config.h"

#include "stats.h"

const gchar *
dtls_drop_cause_name (DtlsDropCause cause)
{
  switch (cause) {
    case DTLS_DROP_EMPTY:
      return "empty";
    case DTLS_DROP_MALFORMED:
      return "malformed";
    case DTLS_DROP_VERSION:
      return "version";
    case DTLS_DROP_EPOCH:
      return "epoch";
    case DTLS_DROP_SEQUENCE:
      return "sequence";
    case DTLS_DROP_CONTENT_TYPE:
      return "content-type";
    case DTLS_DROP_HANDSHAKE:
      return "handshake";
    case DTLS_DROP_ALERT:
      return "alert";
    case DTLS_DROP_UNAUTHENTIC:
      return "unauthentic";
    case DTLS_DROP_QUEUE_FULL:
      return "queue-full";
    case DTLS_DROP_CLOSED:
      return "closed";
  }
  return "unknown";
}
