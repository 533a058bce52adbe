/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hands the implementations of srtp-crypto-types.h to libsrtp2.
 *
 * libsrtp2 runs the known-answer test of a new type, then that of the type
 * which it replaces, and keeps the old one unless both pass.
 */
#include "config.h"

#include "srtp-crypto.h"

#include <gnutls/gnutls.h>
#include <srtp2/srtp.h>

#include "engine/log.h"
#include "srtp-crypto-types.h"

#define CHOICE_VARIABLE "GST_DTLS_SRTP_CRYPTO"

static gint crypto_n_contexts;
static gboolean crypto_is_fast;

#if ENABLE_FAST_SRTP_CRYPTO
static gboolean
crypto_is_wanted (void)
{
  const gchar *choice = g_getenv (CHOICE_VARIABLE);

  if (choice == NULL || *choice == '\0' || g_str_equal (choice, "fast"))
    return TRUE;
  if (g_str_equal (choice, "stock"))
    return FALSE;
  dtls_log (DTLS_LOG_WARNING, CHOICE_VARIABLE " is \"%s\", but only \"fast\" "
      "and \"stock\" are known; \"fast\" is assumed", choice);
  return TRUE;
}

static gboolean
crypto_was_replaced (const gchar * description, srtp_err_status_t status)
{
  if (status == srtp_err_status_ok)
    return TRUE;
  dtls_log (DTLS_LOG_WARNING, "libsrtp2 does not accept %s (status %d) and "
      "keeps its own, slower one", description, status);
  return FALSE;
}

static gboolean
crypto_replace_all (void)
{
  const srtp_cipher_type_t *const ciphers[] = {
    &dtls_srtp_aes_icm_128, &dtls_srtp_aes_icm_256,
    &dtls_srtp_aes_gcm_128, &dtls_srtp_aes_gcm_256,
  };
  const srtp_auth_type_t *auth = &dtls_srtp_hmac_sha1;
  gboolean is_complete = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (ciphers); i++)
    is_complete &= crypto_was_replaced (ciphers[i]->description,
        srtp_replace_cipher_type (ciphers[i], ciphers[i]->id));
  is_complete &= crypto_was_replaced (auth->description,
      srtp_replace_auth_type (auth, auth->id));
  return is_complete;
}
#else
static gboolean
crypto_is_wanted (void)
{
  return FALSE;
}

static gboolean
crypto_replace_all (void)
{
  return FALSE;
}
#endif

gpointer
dtls_srtp_context_new (gsize size)
{
  g_atomic_int_inc (&crypto_n_contexts);
  return g_malloc0 (size);
}

srtp_cipher_t *
dtls_srtp_cipher_new (const srtp_cipher_type_t * type, gsize size, gint key_len)
{
  srtp_cipher_t *cipher = dtls_srtp_context_new (size);

  cipher->type = type;
  cipher->state = cipher;
  cipher->key_len = key_len;
  cipher->algorithm = type->id;
  return cipher;
}

void
dtls_srtp_context_free (gpointer context, gsize size)
{
  gnutls_memset (context, 0, size);
  g_free (context);
  g_atomic_int_add (&crypto_n_contexts, -1);
}

void
dtls_srtp_crypto_init (void)
{
  static gsize is_done = 0;

  if (!g_once_init_enter (&is_done))
    return;
  /* an error means that somebody else in the process was first */
  srtp_init ();
  crypto_is_fast = crypto_is_wanted () && crypto_replace_all ();
  dtls_log (DTLS_LOG_INFO, "SRTP runs on %s cryptography",
      crypto_is_fast ? "GnuTLS's and nettle's" : "libsrtp2's own");
  g_once_init_leave (&is_done, 1);
}

gboolean
dtls_srtp_crypto_is_fast (void)
{
  dtls_srtp_crypto_init ();
  return crypto_is_fast;
}

guint
dtls_srtp_crypto_count_contexts (void)
{
  return g_atomic_int_get (&crypto_n_contexts);
}
