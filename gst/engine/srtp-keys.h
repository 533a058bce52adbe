/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a DTLS-SRTP handshake yields (RFC 5764 section 4.2): the profile and
 * the keys of both directions, named from this end's point of view. Immutable
 * and reference counted, so that it can be handed from thread to thread.
 */
#ifndef DTLS_SRTP_KEYS_H
#define DTLS_SRTP_KEYS_H

#include "profile.h"
#include "secret.h"

G_BEGIN_DECLS

/**
 * DtlsSrtpKeys:
 * @profile: the negotiated profile
 * @local: master key followed by master salt, for what this end sends
 * @remote: the same, for what the peer sends
 */
typedef struct
{
  const DtlsProfile *profile;
  DtlsSecret *local;
  DtlsSecret *remote;
} DtlsSrtpKeys;

/**
 * dtls_srtp_keys_new:
 * @local: (transfer full): key and salt sizes of @profile added up
 * @remote: (transfer full): likewise
 */
DtlsSrtpKeys *dtls_srtp_keys_new (const DtlsProfile * profile,
    DtlsSecret * local, DtlsSecret * remote);
DtlsSrtpKeys *dtls_srtp_keys_ref (DtlsSrtpKeys * keys);
void dtls_srtp_keys_unref (DtlsSrtpKeys * keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsSrtpKeys, dtls_srtp_keys_unref)

G_END_DECLS

#endif
