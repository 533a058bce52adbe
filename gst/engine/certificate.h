/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A certificate with its private key: made here, or read from PEM. Immutable
 * and reference counted; one may serve any number of associations at a time,
 * from any thread. The GnuTLS credentials made from it are shared too.
 */
#ifndef DTLS_CERTIFICATE_H
#define DTLS_CERTIFICATE_H

#include "fingerprint.h"
#include "secret.h"

G_BEGIN_DECLS

typedef struct _DtlsCertificate DtlsCertificate;

/**
 * DtlsKeyType:
 * @DTLS_KEY_TYPE_ECDSA_P256: what browsers make; 0.3 ms
 * @DTLS_KEY_TYPE_ECDSA_P384: ECDSA on secp384r1
 * @DTLS_KEY_TYPE_RSA_2048: for peers without ECDSA; slow to make
 * @DTLS_KEY_TYPE_RSA_3072: likewise, slower
 */
typedef enum
{
  DTLS_KEY_TYPE_ECDSA_P256,
  DTLS_KEY_TYPE_ECDSA_P384,
  DTLS_KEY_TYPE_RSA_2048,
  DTLS_KEY_TYPE_RSA_3072,
} DtlsKeyType;

#define DTLS_CERTIFICATE_LIFETIME_DAYS 30

/**
 * dtls_certificate_generate:
 * @lifetime_days: valid from one day back to this many days ahead, 1 to 3650
 * @error: %DTLS_ERROR_RESOURCES
 *
 * Makes a key and a self-signed certificate with a random serial number and
 * common name, so that nothing in it names this machine (RFC 8827 section
 * 4.9). May take up to a second for RSA: not for streaming threads.
 *
 * Returns: (transfer full) (nullable): the certificate, %NULL with @error set.
 */
DtlsCertificate *dtls_certificate_generate (DtlsKeyType key_type,
    guint lifetime_days, GError ** error);

/**
 * dtls_certificate_from_pem:
 * @pem: the certificate (the leaf first, if there is a chain) and its private
 *   key, in any order
 * @error: %DTLS_ERROR_INVALID_PEM or %DTLS_ERROR_ENCRYPTED_PEM
 *
 * Never prompts. Returns: (transfer full) (nullable): as above.
 */
DtlsCertificate *dtls_certificate_from_pem (const gchar * pem, GError ** error);
DtlsCertificate *dtls_certificate_ref (DtlsCertificate * certificate);
void dtls_certificate_unref (DtlsCertificate * certificate);

/**
 * dtls_certificate_get_pem:
 *
 * Returns: (transfer none): exactly one PEM block, the leaf certificate;
 * never a key.
 */
const gchar *dtls_certificate_get_pem (const DtlsCertificate * certificate);

/**
 * dtls_certificate_export_pem:
 *
 * For keeping an identity over a restart, in a file that only its owner may
 * read; never for a log, a property or a message.
 *
 * Returns: (transfer full) (nullable): what dtls_certificate_from_pem() reads:
 * the certificate, its chain and the private key, not encrypted, with a
 * closing zero byte.
 */
DtlsSecret *dtls_certificate_export_pem (DtlsCertificate * certificate);

/**
 * dtls_certificate_get_fingerprint:
 *
 * Returns: (transfer full) (nullable): see dtls_fingerprint_format().
 */
gchar *dtls_certificate_get_fingerprint (const DtlsCertificate * certificate,
    DtlsHash hash);

/**
 * dtls_certificate_get_not_after_s:
 *
 * Returns: when it expires, in seconds since 1970-01-01 UTC.
 */
gint64 dtls_certificate_get_not_after_s (const DtlsCertificate * certificate);

/**
 * dtls_certificate_der_to_pem:
 *
 * Returns: (transfer full) (nullable): @der as one PEM block.
 */
gchar *dtls_certificate_der_to_pem (const guint8 * der, gsize der_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsCertificate, dtls_certificate_unref)

G_END_DECLS

#endif
