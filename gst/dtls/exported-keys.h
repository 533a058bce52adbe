/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SRTP keys in the form of the properties that dtlsenc and dtlsdec have for
 * applications which feed an SRTP element of their own.
 */
#ifndef DTLS_EXPORTED_KEYS_H
#define DTLS_EXPORTED_KEYS_H

#include <gst/gst.h>

#include "engine/srtp-keys.h"

G_BEGIN_DECLS

/**
 * dtls_export_key:
 *
 * Returns: (transfer full): master key followed by master salt, read-only, in
 * memory that is wiped when the last reference goes.
 */
GstBuffer *dtls_export_key (DtlsSecret * secret);

/**
 * dtls_export_srtp_cipher:
 * @keys: (nullable)
 *
 * Returns: the number that GStreamer's SRTP elements have for the cipher:
 * 1 for aes-128-icm, 3 for aes-128-gcm, 4 for aes-256-gcm; 0 without keys.
 */
guint dtls_export_srtp_cipher (const DtlsSrtpKeys * keys);

/** Likewise: 1 for hmac-sha1-32, 2 for hmac-sha1-80, 0 for GCM or none. */
guint dtls_export_srtp_auth (const DtlsSrtpKeys * keys);

#define DTLS_EXPORT_SRTP_CIPHER_MAX 4
#define DTLS_EXPORT_SRTP_AUTH_MAX 2

G_END_DECLS

#endif
