/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SRTP keys that an application sets by hand instead of having DTLS agree on
 * them: the properties `key`, `srtp-cipher`, `srtp-auth`, `srtcp-cipher` and
 * `srtcp-auth`. Setting any of them switches DTLS off.
 *
 * The key cannot be read back: what a property shows ends in logs and in
 * pictures of pipelines.
 *
 * Threads: everything may be called from any thread.
 */
#ifndef DTLS_STATIC_KEYS_H
#define DTLS_STATIC_KEYS_H

#include <gst/gst.h>

#include "engine/srtp-keys.h"

G_BEGIN_DECLS

typedef struct _DtlsStaticKeys DtlsStaticKeys;

/** How many property ids dtls_static_keys_install() takes. */
#define DTLS_STATIC_KEYS_N_PROPERTIES 5

/** dtls_static_keys_install: @first_id is the first of a row of ids. */
void dtls_static_keys_install (GObjectClass * klass, guint first_id);

DtlsStaticKeys *dtls_static_keys_new (guint first_id);
void dtls_static_keys_free (DtlsStaticKeys * self);

/** Returns: whether @id is one of the properties installed here. */
gboolean dtls_static_keys_set_property (DtlsStaticKeys * self, guint id,
    const GValue * value);
gboolean dtls_static_keys_get_property (DtlsStaticKeys * self, guint id,
    GValue * value);

/** Returns: whether any of the properties is set. */
gboolean dtls_static_keys_are_used (DtlsStaticKeys * self);

/**
 * dtls_static_keys_make:
 * @error: %DTLS_ERROR_KEY says which value is missing or of no use
 *
 * Returns: (transfer full) (nullable): the key as that of both directions.
 */
DtlsSrtpKeys *dtls_static_keys_make (DtlsStaticKeys * self, GError ** error);

G_END_DECLS

#endif
