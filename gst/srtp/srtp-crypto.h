/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which cryptography runs under libsrtp2: its own, or GnuTLS's AES-GCM and
 * nettle's AES and SHA-1, which use what the processor has. libsrtp2 takes
 * them through its public interface, for every stream that is made from then
 * on in the process, by whomever; streams that exist stay as they are.
 *
 * The environment variable GST_DTLS_SRTP_CRYPTO chooses: "fast", which is the
 * default, or "stock". The build option fast-srtp-crypto removes the choice.
 */
#ifndef DTLS_SRTP_CRYPTO_H
#define DTLS_SRTP_CRYPTO_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * dtls_srtp_crypto_init:
 *
 * Readies libsrtp2, once for the process; thread-safe. An implementation that
 * fails a known-answer test, of libsrtp2 or of ours, is not used, and a
 * warning in the log says so.
 */
void dtls_srtp_crypto_init (void);

/**
 * dtls_srtp_crypto_is_fast:
 *
 * Returns: whether all that this project's profiles need was replaced; calls
 * dtls_srtp_crypto_init().
 */
gboolean dtls_srtp_crypto_is_fast (void);

/**
 * dtls_srtp_crypto_count_contexts:
 *
 * Thread-safe. Returns: ciphers and authenticators of the fast kind that
 * exist at present, in all of the process.
 */
guint dtls_srtp_crypto_count_contexts (void);

G_END_DECLS

#endif
