/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cookies for ClientHellos that come when there is a connection already
 * (RFC 6347 sections 4.2.1 and 4.2.8): whoever wants to start anew must show
 * first that it gets what is sent to the peer. Until then it costs one
 * keyed hash a datagram and no memory.
 */
#ifndef DTLS_HELLO_COOKIE_H
#define DTLS_HELLO_COOKIE_H

#include "record.h"

G_BEGIN_DECLS

typedef struct _DtlsHelloCookie DtlsHelloCookie;

/** dtls_hello_cookie_new: with a random key of its own. */
DtlsHelloCookie *dtls_hello_cookie_new (void);

/** dtls_hello_cookie_free: wipes the key. */
void dtls_hello_cookie_free (DtlsHelloCookie * self);

/**
 * dtls_hello_cookie_check:
 * @hello: a record for which dtls_record_is_client_hello() holds
 *
 * Returns: whether @hello carries a cookie of this key.
 */
gboolean dtls_hello_cookie_check (DtlsHelloCookie * self,
    const DtlsRecord * hello);

/**
 * dtls_hello_cookie_request:
 *
 * Returns: (transfer full) (nullable): the HelloVerifyRequest that answers
 * @hello, as a datagram.
 */
GBytes *dtls_hello_cookie_request (DtlsHelloCookie * self,
    const DtlsRecord * hello);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsHelloCookie, dtls_hello_cookie_free)

G_END_DECLS

#endif
