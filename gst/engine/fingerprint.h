/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificate fingerprints as SDP carries them (RFC 8122 section 5): parse,
 * format, compare. Compared as bytes, never as text.
 */
#ifndef DTLS_FINGERPRINT_H
#define DTLS_FINGERPRINT_H

#include <glib.h>

G_BEGIN_DECLS

/** Hash functions that may be used, weakest first. */
typedef enum
{
  DTLS_HASH_SHA_256,
  DTLS_HASH_SHA_384,
  DTLS_HASH_SHA_512,
} DtlsHash;

/**
 * dtls_fingerprint_format:
 * @der: a certificate in DER form, @der_size bytes
 *
 * Returns: (transfer full) (nullable): the value of an a=fingerprint line, such
 * as "sha-256 AB:CD:…", upper case as RFC 8122 asks; %NULL where GnuTLS was
 * built without that hash function, or forbids it.
 */
gchar *dtls_fingerprint_format (const guint8 * der, gsize der_size,
    DtlsHash hash);

/**
 * DtlsFingerprints:
 *
 * The fingerprints that a peer announced; immutable, reference counted.
 */
typedef struct _DtlsFingerprints DtlsFingerprints;

/**
 * dtls_fingerprints_parse:
 * @text: one or several values of a=fingerprint lines, "hash-function
 *   AA:BB:…", separated by commas, semicolons or line ends; upper or lower
 *   case; an "a=fingerprint:" before a value is allowed, and so is the form
 *   "sha256 Fingerprint=AA:BB:…" that openssl x509 -fingerprint prints
 * @error: %DTLS_ERROR_INVALID_FINGERPRINT names the value and says what is
 *   wrong with it; sha-1 and md5 are refused by name
 *
 * Values of the weak hash functions sha-1, sha-224, md5 and md2 are passed
 * over where a stronger one stands beside them: it would outweigh them.
 *
 * Returns: (transfer full) (nullable): the list, or %NULL with @error set.
 */
DtlsFingerprints *dtls_fingerprints_parse (const gchar * text, GError ** error);
DtlsFingerprints *dtls_fingerprints_ref (DtlsFingerprints * fingerprints);
void dtls_fingerprints_unref (DtlsFingerprints * fingerprints);

/**
 * dtls_fingerprints_to_string:
 *
 * Returns: (transfer full): the list in canonical form, ", " between values.
 */
gchar *dtls_fingerprints_to_string (const DtlsFingerprints * fingerprints);

/**
 * dtls_fingerprints_match:
 *
 * Of several values those of the strongest hash count, and one of them must
 * be the certificate's (RFC 8122 section 5).
 *
 * Returns: whether the certificate is one that was announced.
 */
gboolean dtls_fingerprints_match (const DtlsFingerprints * fingerprints,
    const guint8 * der, gsize der_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsFingerprints, dtls_fingerprints_unref)

G_END_DECLS

#endif
