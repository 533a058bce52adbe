/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The numbers are those of GStreamer's srtpenc and srtpdec.
 */
#include "config.h"

#include "exported-keys.h"

enum
{
  CIPHER_NULL = 0,
  CIPHER_AES_128_ICM = 1,
  CIPHER_AES_128_GCM = 3,
  CIPHER_AES_256_GCM = 4,
};

enum
{
  AUTH_NULL = 0,
  AUTH_HMAC_SHA1_32 = 1,
  AUTH_HMAC_SHA1_80 = 2,
};

GstBuffer *
dtls_export_key (DtlsSecret * secret)
{
  gsize size = dtls_secret_size (secret);

  return gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY,
      dtls_secret_bytes (secret), size, 0, size, dtls_secret_ref (secret),
      (GDestroyNotify) dtls_secret_unref);
}

guint
dtls_export_srtp_cipher (const DtlsSrtpKeys * keys)
{
  if (!keys)
    return CIPHER_NULL;
  switch (keys->profile->id) {
    case DTLS_PROFILE_AEAD_AES_128_GCM:
      return CIPHER_AES_128_GCM;
    case DTLS_PROFILE_AEAD_AES_256_GCM:
      return CIPHER_AES_256_GCM;
    default:
      return CIPHER_AES_128_ICM;
  }
}

guint
dtls_export_srtp_auth (const DtlsSrtpKeys * keys)
{
  if (!keys || keys->profile->aead)
    return AUTH_NULL;
  return keys->profile->id == DTLS_PROFILE_AES128_CM_HMAC_SHA1_32 ?
      AUTH_HMAC_SHA1_32 : AUTH_HMAC_SHA1_80;
}
