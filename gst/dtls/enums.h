/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Enumerations as GTypes for properties.
 */
#ifndef DTLS_ENUMS_H
#define DTLS_ENUMS_H

#include <glib-object.h>

#include "engine/association.h"

G_BEGIN_DECLS

/** #DtlsState; applications compare the integers. */
#define DTLS_TYPE_CONNECTION_STATE (dtls_connection_state_get_type ())
GType dtls_connection_state_get_type (void);

/** Returns: (transfer none): e.g. "connected". */
const gchar *dtls_connection_state_get_nick (DtlsState state);

/** #DtlsVerify */
#define DTLS_TYPE_VERIFY (dtls_verify_get_type ())
GType dtls_verify_get_type (void);

/** #DtlsKeyType */
#define DTLS_TYPE_KEY_TYPE (dtls_key_type_get_type ())
GType dtls_key_type_get_type (void);

/** #DtlsCertificateScope */
#define DTLS_TYPE_CERTIFICATE_SCOPE (dtls_certificate_scope_get_type ())
GType dtls_certificate_scope_get_type (void);

G_END_DECLS

#endif
