/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one home of key material: a sized, reference counted box that is wiped
 * when its last reference goes, and for which no printing function exists.
 */
#ifndef DTLS_SECRET_H
#define DTLS_SECRET_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct _DtlsSecret DtlsSecret;

/**
 * dtls_secret_new:
 * @size: bytes the box holds, more than 0
 *
 * Returns: (transfer full): a box of @size zero bytes. Never %NULL.
 */
DtlsSecret *dtls_secret_new (gsize size);

/**
 * dtls_secret_ref:
 *
 * Thread-safe. Returns: (transfer full): @secret itself.
 */
DtlsSecret *dtls_secret_ref (DtlsSecret * secret);

/**
 * dtls_secret_unref:
 *
 * Thread-safe. Wipes the bytes and frees the box with the last reference.
 */
void dtls_secret_unref (DtlsSecret * secret);

/**
 * dtls_secret_bytes:
 *
 * Returns: (transfer none): the bytes, dtls_secret_size() of them. They must
 * not be copied to memory that is not wiped, and must not be written once
 * the box is shared.
 */
guint8 *dtls_secret_bytes (DtlsSecret * secret);

/**
 * dtls_secret_size:
 *
 * Returns: the number of bytes.
 */
gsize dtls_secret_size (const DtlsSecret * secret);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsSecret, dtls_secret_unref)

G_END_DECLS

#endif
