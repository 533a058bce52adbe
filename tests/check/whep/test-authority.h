/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An authority that certifies HTTPS servers, and that this process trusts or
 * does not.
 */
#ifndef TEST_AUTHORITY_H
#define TEST_AUTHORITY_H

#include <gio/gio.h>

typedef struct _TestAuthority TestAuthority;

/** test_authority_new: with a certificate that it has signed itself. */
TestAuthority *test_authority_new (void);
void test_authority_free (TestAuthority * self);

/** Returns: (transfer none): a PEM file with its certificate, until free(). */
const gchar *test_authority_save (TestAuthority * self);

/** test_authority_trust: once; this process trusts no other, until free(). */
void test_authority_trust (TestAuthority * self);

/**
 * test_authority_certify:
 * @address: of the server, such as "127.0.0.1"
 * @days: that the certificate is still valid for; negative: it has expired
 *
 * Returns: (transfer full): a certificate with its key.
 */
GTlsCertificate *test_authority_certify (TestAuthority * self,
    const gchar * address, gint days);

#endif
