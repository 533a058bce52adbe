/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sessions of the SRTP targets and of their seeds: a key for each profile,
 * always the same, so that a packet that was good once is good in every run.
 */
#ifndef FUZZ_SRTP_KEYS_H
#define FUZZ_SRTP_KEYS_H

#include "srtp/srtp-session.h"

/** Which input has which profile and kind: the bits of its first byte. */
#define FUZZ_SRTP_PROFILE_BITS 3
#define FUZZ_SRTP_RTCP_BIT 4

/** Returns: (transfer none): the profile that @selector chooses. */
const DtlsProfile *fuzz_srtp_profile (guint8 selector);

/** Returns: (transfer full): a session under the key of that profile. */
DtlsSrtpSession *fuzz_srtp_session_new (guint8 selector,
    DtlsSrtpDirection direction);

/** Bytes that a good packet of @profile is longer than in the clear. */
gsize fuzz_srtp_overhead (const DtlsProfile * profile, DtlsSrtpKind kind);

#endif
