/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The error domain and the short names of its codes.
 */
#include "config.h"

#include "error.h"

GQuark
dtls_error_quark (void)
{
  return g_quark_from_static_string ("dtls-error-quark");
}

const gchar *
dtls_error_name (DtlsError code)
{
  /* No default: the compiler names the code that is forgotten here. */
  switch (code) {
    case DTLS_ERROR_TIMEOUT:
      return "timeout";
    case DTLS_ERROR_ALERT:
      return "alert";
    case DTLS_ERROR_FINGERPRINT_MISMATCH:
      return "fingerprint-mismatch";
    case DTLS_ERROR_NO_PEER_CERTIFICATE:
      return "no-peer-certificate";
    case DTLS_ERROR_NO_COMMON_PROFILE:
      return "no-common-profile";
    case DTLS_ERROR_NO_EXTENDED_MASTER_SECRET:
      return "no-extended-master-secret";
    case DTLS_ERROR_HANDSHAKE:
      return "handshake";
    case DTLS_ERROR_INVALID_PEM:
      return "invalid-pem";
    case DTLS_ERROR_ENCRYPTED_PEM:
      return "encrypted-pem";
    case DTLS_ERROR_INVALID_FINGERPRINT:
      return "invalid-fingerprint";
    case DTLS_ERROR_UNKNOWN_PROFILE:
      return "unknown-profile";
    case DTLS_ERROR_INVALID_PRIORITY:
      return "invalid-priority";
    case DTLS_ERROR_NOT_CONNECTED:
      return "not-connected";
    case DTLS_ERROR_DATA_SIZE:
      return "data-size";
    case DTLS_ERROR_DUPLICATE_ID:
      return "duplicate-id";
    case DTLS_ERROR_KEY:
      return "key";
    case DTLS_ERROR_RESOURCES:
      return "resources";
  }
  return "unknown";
}
