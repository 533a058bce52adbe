/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The implementations that srtp-crypto gives to libsrtp2, each with a
 * known-answer test of its own. Their functions are called by libsrtp2 only,
 * on contexts that libsrtp2's caller serialises.
 */
#ifndef DTLS_SRTP_CRYPTO_TYPES_H
#define DTLS_SRTP_CRYPTO_TYPES_H

#include <glib.h>
#include <srtp2/auth.h>
#include <srtp2/cipher.h>

G_BEGIN_DECLS

/** AES in counter mode (RFC 3711 section 4.1.1, RFC 6188), from nettle. */
extern const srtp_cipher_type_t dtls_srtp_aes_icm_128;
extern const srtp_cipher_type_t dtls_srtp_aes_icm_256;

/** AES-GCM (RFC 7714), from GnuTLS. */
extern const srtp_cipher_type_t dtls_srtp_aes_gcm_128;
extern const srtp_cipher_type_t dtls_srtp_aes_gcm_256;

/** HMAC-SHA1 (RFC 2104), from nettle. */
extern const srtp_auth_type_t dtls_srtp_hmac_sha1;

/**
 * dtls_srtp_context_new:
 *
 * Returns: (transfer full): @size zero bytes, to be freed with
 * dtls_srtp_context_free(); counted.
 */
gpointer dtls_srtp_context_new (gsize size);

/**
 * dtls_srtp_cipher_new:
 * @size: of a context that begins with a srtp_cipher_t
 * @key_len: bytes of key and salt together
 *
 * Returns: (transfer full): a context as dtls_srtp_context_new() makes it, whose
 * srtp_cipher_t is filled in, with the context as its state.
 */
srtp_cipher_t *dtls_srtp_cipher_new (const srtp_cipher_type_t * type,
    gsize size, gint key_len);

/** dtls_srtp_context_free: wipes and frees. */
void dtls_srtp_context_free (gpointer context, gsize size);

G_END_DECLS

#endif
