/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that keeps one certificate with its private key, so that a peer can
 * pin its fingerprint. Made once, for its owner's eyes only; never changed.
 */
#ifndef DTLS_IDENTITY_FILE_H
#define DTLS_IDENTITY_FILE_H

#include "engine/certificate.h"

G_BEGIN_DECLS

/**
 * dtls_identity_file_read:
 * @path: a PEM file, see dtls_certificate_from_pem()
 * @error: %G_FILE_ERROR, %DTLS_ERROR; the message begins with @path
 *
 * Returns: (transfer full) (nullable): what is in the file.
 */
DtlsCertificate *dtls_identity_file_read (const gchar * path, GError ** error);

/**
 * dtls_identity_file_write:
 * @error: %G_FILE_ERROR_EXIST when the file is there; it is never replaced
 *
 * Makes the file with mode 0600, all at once: others see it whole or not.
 */
gboolean dtls_identity_file_write (const gchar * path,
    DtlsCertificate * certificate, GError ** error);

/**
 * dtls_identity_file_obtain:
 *
 * Reads the file where there is one, and otherwise makes a certificate and
 * writes it. Of several processes at a time one writes and all read the same.
 */
DtlsCertificate *dtls_identity_file_obtain (const gchar * path,
    DtlsKeyType key_type, guint lifetime_days, GError ** error);

G_END_DECLS

#endif
