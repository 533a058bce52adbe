/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Key material in a box that is wiped. The bytes follow the header in one
 * allocation, so that there is exactly one place to wipe.
 */
#include "config.h"

#include "secret.h"

#include <gnutls/gnutls.h>

struct _DtlsSecret
{
  gatomicrefcount refs;
  gsize size;
  guint8 bytes[];
};

DtlsSecret *
dtls_secret_new (gsize size)
{
  DtlsSecret *secret;

  g_return_val_if_fail (size > 0, NULL);

  secret = g_malloc0 (sizeof (DtlsSecret) + size);
  g_atomic_ref_count_init (&secret->refs);
  secret->size = size;
  return secret;
}

DtlsSecret *
dtls_secret_ref (DtlsSecret * secret)
{
  g_atomic_ref_count_inc (&secret->refs);
  return secret;
}

void
dtls_secret_unref (DtlsSecret * secret)
{
  if (!g_atomic_ref_count_dec (&secret->refs))
    return;

  /* a plain memset before a free may be optimised away */
  gnutls_memset (secret->bytes, 0, secret->size);
  g_free (secret);
}

guint8 *
dtls_secret_bytes (DtlsSecret * secret)
{
  return secret->bytes;
}

gsize
dtls_secret_size (const DtlsSecret * secret)
{
  return secret->size;
}
