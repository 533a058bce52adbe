/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The properties of receiver-settings: their names, texts, ranges and
 * defaults.
 */
#ifndef DTLS_RECEIVER_PROPERTIES_H
#define DTLS_RECEIVER_PROPERTIES_H

#include <glib-object.h>

G_BEGIN_DECLS

/** What is added to the first id to have that of a property. */
typedef enum
{
  DTLS_RECEIVER_CONNECTION_ID,
  DTLS_RECEIVER_CONNECTION_STATE,
  DTLS_RECEIVER_PEM,
  DTLS_RECEIVER_PEER_PEM,
  DTLS_RECEIVER_PEER_FINGERPRINT,
  DTLS_RECEIVER_VERIFY,
  DTLS_RECEIVER_FINGERPRINT,
  DTLS_RECEIVER_SRTP_PROFILES,
  DTLS_RECEIVER_MTU,
  DTLS_RECEIVER_RETRANSMIT_TIMEOUT,
  DTLS_RECEIVER_RETRANSMIT_CAP,
  DTLS_RECEIVER_HANDSHAKE_TIMEOUT,
  DTLS_RECEIVER_PRIORITY,
  DTLS_RECEIVER_STATS,
  DTLS_RECEIVER_N_PROPERTIES,
} DtlsReceiverProperty;

void dtls_receiver_properties_install (GObjectClass * klass, guint first_id);

G_END_DECLS

#endif
