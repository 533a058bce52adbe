/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The certificate of the HTTP server: read from files, and judged before the
 * first browser does.
 */
#ifndef WHEP_TLS_H
#define WHEP_TLS_H

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * whep_tls_load:
 * @file: PEM, the certificate first and those it was signed with after it
 * @key_file: PEM, the private key to it; may be the same file
 * @error: what is wrong with them: not there, no PEM, expired, or of different
 *   identities
 *
 * Returns: (transfer full) (nullable): a certificate with its key.
 */
GTlsCertificate *whep_tls_load (const gchar * file, const gchar * key_file,
    GError ** error);

/**
 * whep_tls_check_dates:
 * @name: of the certificate, for @error
 * @now: the time that it shall be valid at
 */
gboolean whep_tls_check_dates (GTlsCertificate * certificate,
    const gchar * name, GDateTime * now, GError ** error);

/** whep_tls_check_key: whether the key is the certificate's. */
gboolean whep_tls_check_key (GTlsCertificate * certificate);

G_END_DECLS

#endif
