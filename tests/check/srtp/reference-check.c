/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reference implementation against the vectors of RFC 3711 appendix B and
 * RFC 7714 sections 16 and 17, so that what is compared with it is compared
 * with the RFCs.
 */
#include "config.h"

#include "reference.h"

#include <string.h>

static void
assert_bytes (const guint8 * data, gsize size, const gchar * hex)
{
  g_autoptr (GByteArray) expected = reference_bytes (hex);

  g_assert_cmpmem (data, size, expected->data, expected->len);
}

/* RFC 3711 appendix B.2 */
static void
test_aes_cm_keystream (void)
{
  g_autoptr (GByteArray) key =
      reference_bytes ("2B7E151628AED2A6ABF7158809CF4F3C");
  g_autoptr (GByteArray) iv =
      reference_bytes ("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
  const gsize last = 0xFF02 * 16;
  g_autofree guint8 *stream = g_malloc0 (last);

  reference_aes_cm (key->data, key->len, iv->data, stream, last);
  assert_bytes (stream, 48, "E03EAD0935C95E80E166B16DD92B4EB4"
      "D23513162B02D0F72A43A2FE4A5F97AB" "41E95B3BB0A2E8DD477901E4FCA894C0");
  assert_bytes (stream + last - 48, 48, "EC8CDF7398607CB0F2D21675EA9EA1E4"
      "362B7C3C6773516318A077D7FC5073AE" "6A2CC3787889374FBEB4C81B17BA6C44");
}

/* RFC 3711 appendix B.3 */
static void
test_aes_cm_derivation (void)
{
  g_autoptr (GByteArray) master =
      reference_bytes ("E1F97A0D3E018BE0D64FA32C06DE4139"
      "0EC675AD498AFEEBB6960B3AABE6");
  ReferenceKeys keys;

  reference_derive (dtls_profile_from_id
      (DTLS_PROFILE_AES128_CM_HMAC_SHA1_80), master->data, DTLS_SRTP_RTP,
      &keys);
  assert_bytes (keys.cipher, 16, "C61E7A93744F39EE10734AFE3FF7A087");
  assert_bytes (keys.salt, 14, "30CBBC08863D8C85D49DB34A9AE1");
  assert_bytes (keys.auth, 20, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
}

typedef struct
{
  guint16 profile;
  DtlsSrtpKind kind;
  guint64 index;
  const gchar *key;
  const gchar *clear;
  const gchar *protected;
} Rfc7714Case;

#define RFC7714_KEY_128 "000102030405060708090a0b0c0d0e0f"
#define RFC7714_KEY_256 RFC7714_KEY_128 "101112131415161718191a1b1c1d1e1f"
#define RFC7714_SALT "517569642070726f2071756f"
#define RFC7714_RTP "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f" \
    "6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573"
#define RFC7714_RTCP "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a" \
    "0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef"

static const Rfc7714Case rfc7714_cases[] = {
  {DTLS_PROFILE_AEAD_AES_128_GCM, DTLS_SRTP_RTP, 0xf17b, RFC7714_KEY_128,
        RFC7714_RTP,
      "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca"
        "be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1"
        "6a9152cf 765ee439 0cce"},
  {DTLS_PROFILE_AEAD_AES_256_GCM, DTLS_SRTP_RTP, 0xf17b, RFC7714_KEY_256,
        RFC7714_RTP,
      "8040f17b 8041f8d3 5501a0b2 32b1de78 a822fe12 ef9f78fa 332e33aa"
        "b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b7aa3 db36dfff"
        "d6b0f9bb 7878d7a7 6c13"},
  {DTLS_PROFILE_AEAD_AES_128_GCM, DTLS_SRTP_RTCP, 0x5d4, RFC7714_KEY_128,
        RFC7714_RTCP,
      "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7"
        "6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458"
        "96cf4d2f c5abf872 45d9eade 800005d4"},
  {DTLS_PROFILE_AEAD_AES_256_GCM, DTLS_SRTP_RTCP, 0x5d4, RFC7714_KEY_256,
        RFC7714_RTCP,
      "81c8000d 4d617273 d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d"
        "bffe0a50 a2eaa5c1 110555be 8415f658 c61de047 6f1b6fad 1d1eb30c"
        "4446839f 57ff6f6c b26ac3be 800005d4"},
};

/* RFC 7714 sections 16.1.1, 16.2.1, 17.1, 17.3; its keys are session keys */
static void
test_gcm_packets (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rfc7714_cases); i++) {
    const Rfc7714Case *c = &rfc7714_cases[i];
    g_autoptr (GByteArray) key = reference_bytes (c->key);
    g_autoptr (GByteArray) salt = reference_bytes (RFC7714_SALT);
    g_autoptr (GByteArray) clear = reference_bytes (c->clear);
    g_autoptr (GByteArray) out = NULL;
    ReferenceKeys keys;

    memset (&keys, 0, sizeof keys);
    memcpy (keys.cipher, key->data, key->len);
    memcpy (keys.salt, salt->data, salt->len);
    out = reference_protect (dtls_profile_from_id (c->profile), &keys, c->kind,
        c->index, clear->data, clear->len);
    assert_bytes (out->data, out->len, c->protected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/reference/aes-cm-keystream", test_aes_cm_keystream);
  g_test_add_func ("/srtp/reference/aes-cm-derivation", test_aes_cm_derivation);
  g_test_add_func ("/srtp/reference/gcm-packets", test_gcm_packets);
  return g_test_run ();
}
