/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The GnuTLS side of a certificate, for the engine alone.
 */
#ifndef DTLS_CERTIFICATE_GNUTLS_H
#define DTLS_CERTIFICATE_GNUTLS_H

#include <gnutls/gnutls.h>

#include "certificate.h"

G_BEGIN_DECLS

/**
 * dtls_certificate_get_credentials:
 *
 * The one credentials object of @certificate, for either role; it is made
 * with the certificate. Nothing may be changed in it: what is particular to
 * a session is set on the session, e.g. its verify function.
 *
 * Thread-safe. Returns: (transfer none): lives as long as @certificate.
 */
gnutls_certificate_credentials_t
dtls_certificate_get_credentials (DtlsCertificate * certificate);

G_END_DECLS

#endif
