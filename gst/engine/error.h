/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one error domain of the project: one code a cause that a user can act
 * on. The message of a GError in this domain is a translated sentence or two
 * which says what went wrong and what to do about it.
 */
#ifndef DTLS_ERROR_H
#define DTLS_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

#define DTLS_ERROR (dtls_error_quark ())

/**
 * DtlsError:
 * @DTLS_ERROR_TIMEOUT: the handshake did not finish in time
 * @DTLS_ERROR_ALERT: the peer ended the handshake with a fatal alert
 * @DTLS_ERROR_FINGERPRINT_MISMATCH: the peer's certificate is not the one the
 *   signalling announced (RFC 8122 section 5)
 * @DTLS_ERROR_NO_PEER_CERTIFICATE: the peer showed no certificate
 * @DTLS_ERROR_NO_COMMON_PROFILE: no SRTP protection profile both ends accept
 *   (RFC 5764 section 4.1)
 * @DTLS_ERROR_NO_EXTENDED_MASTER_SECRET: the peer does not support RFC 7627
 * @DTLS_ERROR_HANDSHAKE: the handshake failed for another reason, which the
 *   message gives
 * @DTLS_ERROR_INVALID_PEM: text that is no usable certificate and key
 * @DTLS_ERROR_ENCRYPTED_PEM: a private key that needs a password
 * @DTLS_ERROR_INVALID_FINGERPRINT: text that is no fingerprint attribute value
 * @DTLS_ERROR_UNKNOWN_PROFILE: a name that is no SRTP protection profile
 * @DTLS_ERROR_INVALID_PRIORITY: a GnuTLS priority string that does not parse
 * @DTLS_ERROR_NOT_CONNECTED: data for a peer that cannot take it
 * @DTLS_ERROR_DATA_SIZE: data that is empty or larger than one record
 * @DTLS_ERROR_DUPLICATE_ID: a connection-id that is taken
 * @DTLS_ERROR_KEY: a key the SRTP layer cannot use
 * @DTLS_ERROR_RESOURCES: a library could not give what it should
 */
typedef enum
{
  DTLS_ERROR_TIMEOUT,
  DTLS_ERROR_ALERT,
  DTLS_ERROR_FINGERPRINT_MISMATCH,
  DTLS_ERROR_NO_PEER_CERTIFICATE,
  DTLS_ERROR_NO_COMMON_PROFILE,
  DTLS_ERROR_NO_EXTENDED_MASTER_SECRET,
  DTLS_ERROR_HANDSHAKE,
  DTLS_ERROR_INVALID_PEM,
  DTLS_ERROR_ENCRYPTED_PEM,
  DTLS_ERROR_INVALID_FINGERPRINT,
  DTLS_ERROR_UNKNOWN_PROFILE,
  DTLS_ERROR_INVALID_PRIORITY,
  DTLS_ERROR_NOT_CONNECTED,
  DTLS_ERROR_DATA_SIZE,
  DTLS_ERROR_DUPLICATE_ID,
  DTLS_ERROR_KEY,
  DTLS_ERROR_RESOURCES,
} DtlsError;

GQuark dtls_error_quark (void);

/**
 * dtls_error_name:
 *
 * Returns: (transfer none): the short, untranslated name of @code for stats
 * and messages, such as "fingerprint-mismatch".
 */
const gchar *dtls_error_name (DtlsError code);

G_END_DECLS

#endif
