/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reference implementation; see the header. Nothing here is fast, and
 * nothing is shared with what it checks.
 */
#include "config.h"

#include "reference.h"

#include <string.h>

#include <nettle/aes.h>
#include <nettle/ctr.h>
#include <nettle/gcm.h>
#include <nettle/hmac.h>

#define LABELS_PER_KIND 3

void
reference_aes_cm (const guint8 * key, gsize key_size, const guint8 iv[16],
    guint8 * data, gsize size)
{
  guint8 counter[16];

  memcpy (counter, iv, sizeof counter);
  if (key_size == AES128_KEY_SIZE) {
    struct aes128_ctx aes;

    aes128_set_encrypt_key (&aes, key);
    ctr_crypt (&aes, (nettle_cipher_func *) aes128_encrypt, sizeof counter,
        counter, size, data, data);
  } else {
    struct aes256_ctx aes;

    g_assert_cmpuint (key_size, ==, AES256_KEY_SIZE);
    aes256_set_encrypt_key (&aes, key);
    ctr_crypt (&aes, (nettle_cipher_func *) aes256_encrypt, sizeof counter,
        counter, size, data, data);
  }
}

static void
reference_derive_one (const DtlsProfile * profile, const guint8 * master,
    guint8 label, guint8 * out, gsize size)
{
  guint8 iv[16] = { 0, };

  /* GCM's salt of 12 bytes is followed by two of zero: RFC 7714 section 11 */
  memcpy (iv, master + profile->key_size, profile->salt_size);
  iv[7] ^= label;
  memset (out, 0, size);
  reference_aes_cm (master, profile->key_size, iv, out, size);
}

void
reference_derive (const DtlsProfile * profile, const guint8 * master,
    DtlsSrtpKind kind, ReferenceKeys * keys)
{
  guint8 label = kind == DTLS_SRTP_RTP ? 0 : LABELS_PER_KIND;

  memset (keys, 0, sizeof *keys);
  reference_derive_one (profile, master, label, keys->cipher,
      profile->key_size);
  reference_derive_one (profile, master, label + 1, keys->auth,
      sizeof keys->auth);
  reference_derive_one (profile, master, label + 2, keys->salt,
      profile->salt_size);
}

static void
reference_xor_number (guint8 * end, guint64 number, gsize size)
{
  for (gsize i = 1; i <= size; i++, number >>= 8)
    end[-(gssize) i] ^= number & 0xff;
}

static guint32
reference_ssrc (DtlsSrtpKind kind, const guint8 * packet)
{
  guint32 ssrc;

  memcpy (&ssrc, packet + (kind == DTLS_SRTP_RTP ? 8 : 4), sizeof ssrc);
  return GUINT32_FROM_BE (ssrc);
}

static gsize
reference_clear_size (DtlsSrtpKind kind, const guint8 * packet)
{
  gsize size;

  if (kind == DTLS_SRTP_RTCP)
    return 8;
  size = 12 + 4 * (packet[0] & 0x0f);
  if (packet[0] & 0x10)
    size += 4 + 4 * (packet[size + 2] << 8 | packet[size + 3]);
  return size;
}

static void
reference_append_number (GByteArray * out, guint32 number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (out, (const guint8 *) &number, sizeof number);
}

static void
reference_protect_cm (const DtlsProfile * profile, const ReferenceKeys * keys,
    DtlsSrtpKind kind, guint64 index, GByteArray * out)
{
  gsize clear = reference_clear_size (kind, out->data);
  struct hmac_sha1_ctx hmac;
  guint8 iv[16] = { 0, };
  guint8 tag[20];
  guint32 roc;

  memcpy (iv, keys->salt, 14);
  reference_xor_number (iv + 8, reference_ssrc (kind, out->data), 4);
  reference_xor_number (iv + 14, index, 6);
  reference_aes_cm (keys->cipher, profile->key_size, iv, out->data + clear,
      out->len - clear);

  if (kind == DTLS_SRTP_RTCP)
    reference_append_number (out, 0x80000000 | (guint32) index);
  hmac_sha1_set_key (&hmac, sizeof keys->auth, keys->auth);
  hmac_sha1_update (&hmac, out->len, out->data);
  if (kind == DTLS_SRTP_RTP) {
    roc = GUINT32_TO_BE ((guint32) (index >> 16));
    hmac_sha1_update (&hmac, sizeof roc, (const guint8 *) &roc);
  }
  hmac_sha1_digest (&hmac, sizeof tag, tag);
  g_byte_array_append (out, tag, kind == DTLS_SRTP_RTP ?
      profile->rtp_tag_size : profile->rtcp_tag_size);
}

static void
reference_gcm (const DtlsProfile * profile, const guint8 * key,
    const guint8 iv[12], GByteArray * aad, guint8 * data, gsize size,
    guint8 tag[16])
{
  if (profile->key_size == AES128_KEY_SIZE) {
    struct gcm_aes128_ctx gcm;

    gcm_aes128_set_key (&gcm, key);
    gcm_aes128_set_iv (&gcm, 12, iv);
    gcm_aes128_update (&gcm, aad->len, aad->data);
    gcm_aes128_encrypt (&gcm, size, data, data);
    gcm_aes128_digest (&gcm, 16, tag);
  } else {
    struct gcm_aes256_ctx gcm;

    gcm_aes256_set_key (&gcm, key);
    gcm_aes256_set_iv (&gcm, 12, iv);
    gcm_aes256_update (&gcm, aad->len, aad->data);
    gcm_aes256_encrypt (&gcm, size, data, data);
    gcm_aes256_digest (&gcm, 16, tag);
  }
}

static void
reference_protect_gcm (const DtlsProfile * profile,
    const ReferenceKeys * keys, DtlsSrtpKind kind, guint64 index,
    GByteArray * out)
{
  gsize clear = reference_clear_size (kind, out->data);
  g_autoptr (GByteArray) aad = g_byte_array_new ();
  guint32 esrtcp = 0x80000000 | (guint32) index;
  guint8 iv[12], tag[16];

  memcpy (iv, keys->salt, sizeof iv);
  reference_xor_number (iv + 6, reference_ssrc (kind, out->data), 4);
  reference_xor_number (iv + 12, index, 6);

  g_byte_array_append (aad, out->data, clear);
  if (kind == DTLS_SRTP_RTCP)
    reference_append_number (aad, esrtcp);
  reference_gcm (profile, keys->cipher, iv, aad, out->data + clear,
      out->len - clear, tag);
  g_byte_array_append (out, tag, sizeof tag);
  if (kind == DTLS_SRTP_RTCP)
    reference_append_number (out, esrtcp);
}

GByteArray *
reference_protect (const DtlsProfile * profile, const ReferenceKeys * keys,
    DtlsSrtpKind kind, guint64 index, const guint8 * packet, gsize size)
{
  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, packet, size);
  if (profile->aead)
    reference_protect_gcm (profile, keys, kind, index, out);
  else
    reference_protect_cm (profile, keys, kind, index, out);
  return out;
}

GByteArray *
reference_bytes (const gchar * hex)
{
  GByteArray *bytes = g_byte_array_new ();

  while (*hex != '\0') {
    guint8 byte;

    if (*hex == ' ') {
      hex++;
      continue;
    }
    byte = g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]);
    g_byte_array_append (bytes, &byte, 1);
    hex += 2;
  }
  return bytes;
}
