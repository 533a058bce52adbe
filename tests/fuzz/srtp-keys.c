/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions under fixed keys. The overhead is computed from the profile's
 * table and RFC 3711 section 3.4 alone, as a check of the session's own.
 */
#include "config.h"

#include "srtp-keys.h"

#define SRTCP_INDEX_SIZE 4

const DtlsProfile *
fuzz_srtp_profile (guint8 selector)
{
  static const guint16 ids[FUZZ_SRTP_PROFILE_BITS + 1] = {
    DTLS_PROFILE_AES128_CM_HMAC_SHA1_80,
    DTLS_PROFILE_AES128_CM_HMAC_SHA1_32,
    DTLS_PROFILE_AEAD_AES_128_GCM,
    DTLS_PROFILE_AEAD_AES_256_GCM,
  };

  return dtls_profile_from_id (ids[selector & FUZZ_SRTP_PROFILE_BITS]);
}

DtlsSrtpSession *
fuzz_srtp_session_new (guint8 selector, DtlsSrtpDirection direction)
{
  const DtlsProfile *profile = fuzz_srtp_profile (selector);
  g_autoptr (DtlsSecret) key =
      dtls_secret_new (profile->key_size + profile->salt_size);
  g_autoptr (GError) error = NULL;
  DtlsSrtpSession *session;

  for (gsize i = 0; i < dtls_secret_size (key); i++)
    dtls_secret_bytes (key)[i] = 1 + 7 * i;
  session = dtls_srtp_session_new (profile, key, direction,
      DTLS_SRTP_REPLAY_WINDOW, &error);
  g_assert_no_error (error);
  return session;
}

gsize
fuzz_srtp_overhead (const DtlsProfile * profile, DtlsSrtpKind kind)
{
  if (kind == DTLS_SRTP_RTP)
    return profile->rtp_tag_size;
  return profile->rtcp_tag_size + SRTCP_INDEX_SIZE;
}
