/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AES-GCM under libsrtp2, from GnuTLS, in place and with one call a packet.
 *
 * libsrtp2 names the additional data in one piece for SRTP and in two for
 * SRTCP (RFC 7714 sections 8.2 and 9.3), and leaves both where they are until
 * it encrypts or decrypts: they are not copied. The buffer that is encrypted
 * has room for the tag behind it, since libsrtp2 puts it there next.
 */
#include "config.h"

#include "srtp-crypto-types.h"

#include <string.h>

#include <gnutls/crypto.h>
#include <srtp2/srtp.h>

#define IV_SIZE 12
#define SALT_SIZE 12
#define TAG_SIZE_MAX 16
#define AAD_PIECES_MAX 2

typedef struct
{
  srtp_cipher_t cipher;         /* first: libsrtp2 holds a pointer to it */
  gnutls_aead_cipher_hd_t aead;
  gnutls_cipher_algorithm_t algorithm;
  guint key_size;
  gsize tag_size;
  guint8 iv[IV_SIZE];
  guint8 tag[TAG_SIZE_MAX];
  giovec_t aad[AAD_PIECES_MAX];
  gint n_aad;
} GcmContext;

static srtp_err_status_t
gcm_alloc (const srtp_cipher_type_t * type,
    gnutls_cipher_algorithm_t algorithm, srtp_cipher_t ** out, int key_len,
    int tag_len)
{
  gint key_size = gnutls_cipher_get_key_size (algorithm);
  GcmContext *self;

  if (key_len != key_size + SALT_SIZE || (tag_len != 8 && tag_len != 16))
    return srtp_err_status_bad_param;
  *out = dtls_srtp_cipher_new (type, sizeof *self, key_len);
  self = (*out)->state;
  self->algorithm = algorithm;
  self->key_size = key_size;
  self->tag_size = tag_len;
  return srtp_err_status_ok;
}

static srtp_err_status_t
gcm_alloc_128 (srtp_cipher_t ** out, int key_len, int tag_len)
{
  return gcm_alloc (&dtls_srtp_aes_gcm_128, GNUTLS_CIPHER_AES_128_GCM, out,
      key_len, tag_len);
}

static srtp_err_status_t
gcm_alloc_256 (srtp_cipher_t ** out, int key_len, int tag_len)
{
  return gcm_alloc (&dtls_srtp_aes_gcm_256, GNUTLS_CIPHER_AES_256_GCM, out,
      key_len, tag_len);
}

static void
gcm_forget_key (GcmContext * self)
{
  if (self->aead)
    gnutls_aead_cipher_deinit (self->aead);
  self->aead = NULL;
}

static srtp_err_status_t
gcm_dealloc (srtp_cipher_t * cipher)
{
  gcm_forget_key (cipher->state);
  dtls_srtp_context_free (cipher, sizeof (GcmContext));
  return srtp_err_status_ok;
}

/* The salt behind the key is not for the cipher: it is in the IV already. */
static srtp_err_status_t
gcm_init (void *state, const uint8_t * key)
{
  GcmContext *self = state;
  gnutls_datum_t datum = { (guint8 *) key, self->key_size };

  gcm_forget_key (self);
  if (gnutls_aead_cipher_init (&self->aead, self->algorithm, &datum) < 0)
    return srtp_err_status_init_fail;
  return srtp_err_status_ok;
}

static srtp_err_status_t
gcm_set_iv (void *state, uint8_t * iv, srtp_cipher_direction_t direction)
{
  GcmContext *self = state;

  memcpy (self->iv, iv, IV_SIZE);
  self->n_aad = 0;
  return srtp_err_status_ok;
}

static srtp_err_status_t
gcm_set_aad (void *state, const uint8_t * aad, uint32_t size)
{
  GcmContext *self = state;

  if (self->n_aad == AAD_PIECES_MAX)
    return srtp_err_status_bad_param;
  self->aad[self->n_aad].iov_base = (guint8 *) aad;
  self->aad[self->n_aad].iov_len = size;
  self->n_aad++;
  return srtp_err_status_ok;
}

/* For SRTP: GnuTLS is quicker where everything is in one piece each. */
static int
gcm_encrypt_with_one_aad (GcmContext * self, guint8 * data, gsize size)
{
  gsize total_size = size + self->tag_size;
  int ret = gnutls_aead_cipher_encrypt (self->aead, self->iv, IV_SIZE,
      self->aad[0].iov_base, self->aad[0].iov_len, self->tag_size,
      data, size, data, &total_size);

  if (ret >= 0)
    memcpy (self->tag, data + size, self->tag_size);
  return ret;
}

static int
gcm_encrypt_with_aads (GcmContext * self, guint8 * data, gsize size)
{
  giovec_t text = { data, size };
  gsize tag_size = self->tag_size;

  return gnutls_aead_cipher_encryptv2 (self->aead, self->iv, IV_SIZE,
      self->aad, self->n_aad, &text, size > 0, self->tag, &tag_size);
}

static srtp_err_status_t
gcm_encrypt (void *state, uint8_t * data, unsigned int *size)
{
  GcmContext *self = state;
  int ret;

  if (self->n_aad == 1 && data != NULL)
    ret = gcm_encrypt_with_one_aad (self, data, *size);
  else
    ret = gcm_encrypt_with_aads (self, data, *size);
  self->n_aad = 0;
  return ret < 0 ? srtp_err_status_cipher_fail : srtp_err_status_ok;
}

static srtp_err_status_t
gcm_get_tag (void *state, uint8_t * tag, uint32_t * size)
{
  GcmContext *self = state;

  memcpy (tag, self->tag, self->tag_size);
  *size = self->tag_size;
  return srtp_err_status_ok;
}

static int
gcm_decrypt_with_one_aad (GcmContext * self, guint8 * data, gsize total_size)
{
  gsize size = total_size - self->tag_size;

  return gnutls_aead_cipher_decrypt (self->aead, self->iv, IV_SIZE,
      self->aad[0].iov_base, self->aad[0].iov_len, self->tag_size,
      data, total_size, data, &size);
}

static int
gcm_decrypt_with_aads (GcmContext * self, guint8 * data, gsize total_size)
{
  gsize size = total_size - self->tag_size;
  giovec_t text = { data, size };

  return gnutls_aead_cipher_decryptv2 (self->aead, self->iv, IV_SIZE,
      self->aad, self->n_aad, &text, size > 0, data + size, self->tag_size);
}

/* @size counts the tag, which is not given back. */
static srtp_err_status_t
gcm_decrypt (void *state, uint8_t * data, unsigned int *size)
{
  GcmContext *self = state;
  int ret;

  if (*size < self->tag_size)
    return srtp_err_status_bad_param;
  if (self->n_aad == 1)
    ret = gcm_decrypt_with_one_aad (self, data, *size);
  else
    ret = gcm_decrypt_with_aads (self, data, *size);
  self->n_aad = 0;
  if (ret == GNUTLS_E_DECRYPTION_FAILED)
    return srtp_err_status_auth_fail;
  if (ret < 0)
    return srtp_err_status_cipher_fail;
  *size -= self->tag_size;
  return srtp_err_status_ok;
}

/* RFC 7714 sections 16.1.1 and 16.2.1; the salt behind the keys is unused */
/* *INDENT-OFF* */
static const guint8 test_key[] = {
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
  0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
  0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
  0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

static uint8_t test_iv[] = {
  0x51, 0x75, 0x3c, 0x65, 0x80, 0xc2, 0x72, 0x6f, 0x20, 0x71, 0x84, 0x14,
};

static const guint8 test_aad[] = {
  0x80, 0x40, 0xf1, 0x7b, 0x80, 0x41, 0xf8, 0xd3, 0x55, 0x01, 0xa0, 0xb2,
};

static const guint8 test_plaintext[] = {
  0x47, 0x61, 0x6c, 0x6c, 0x69, 0x61, 0x20, 0x65, 0x73, 0x74,
  0x20, 0x6f, 0x6d, 0x6e, 0x69, 0x73, 0x20, 0x64, 0x69, 0x76,
  0x69, 0x73, 0x61, 0x20, 0x69, 0x6e, 0x20, 0x70, 0x61, 0x72,
  0x74, 0x65, 0x73, 0x20, 0x74, 0x72, 0x65, 0x73,
};

static const guint8 test_ciphertext_128[] = {
  0xf2, 0x4d, 0xe3, 0xa3, 0xfb, 0x34, 0xde, 0x6c, 0xac, 0xba,
  0x86, 0x1c, 0x9d, 0x7e, 0x4b, 0xca, 0xbe, 0x63, 0x3b, 0xd5,
  0x0d, 0x29, 0x4e, 0x6f, 0x42, 0xa5, 0xf4, 0x7a, 0x51, 0xc7,
  0xd1, 0x9b, 0x36, 0xde, 0x3a, 0xdf, 0x88, 0x33, 0x89, 0x9d,
  0x7f, 0x27, 0xbe, 0xb1, 0x6a, 0x91, 0x52, 0xcf, 0x76, 0x5e,
  0xe4, 0x39, 0x0c, 0xce,
};

static const guint8 test_ciphertext_256[] = {
  0x32, 0xb1, 0xde, 0x78, 0xa8, 0x22, 0xfe, 0x12, 0xef, 0x9f,
  0x78, 0xfa, 0x33, 0x2e, 0x33, 0xaa, 0xb1, 0x80, 0x12, 0x38,
  0x9a, 0x58, 0xe2, 0xf3, 0xb5, 0x0b, 0x2a, 0x02, 0x76, 0xff,
  0xae, 0x0f, 0x1b, 0xa6, 0x37, 0x99, 0xb8, 0x7b, 0x7a, 0xa3,
  0xdb, 0x36, 0xdf, 0xff, 0xd6, 0xb0, 0xf9, 0xbb, 0x78, 0x78,
  0xd7, 0xa7, 0x6c, 0x13,
};
/* *INDENT-ON* */

#define TEST_CASE(key_size, ciphertext_) { \
    .key_length_octets = key_size + SALT_SIZE, \
    .key = test_key, \
    .idx = test_iv, \
    .plaintext_length_octets = sizeof test_plaintext, \
    .plaintext = test_plaintext, \
    .ciphertext_length_octets = sizeof ciphertext_, \
    .ciphertext = ciphertext_, \
    .aad_length_octets = sizeof test_aad, \
    .aad = test_aad, \
    .tag_length_octets = TAG_SIZE_MAX, \
}

static const srtp_cipher_test_case_t test_case_128 =
TEST_CASE (16, test_ciphertext_128);
static const srtp_cipher_test_case_t test_case_256 =
TEST_CASE (32, test_ciphertext_256);

#define GCM_TYPE(bits) { \
    .alloc = gcm_alloc_ ## bits, \
    .dealloc = gcm_dealloc, \
    .init = gcm_init, \
    .set_aad = gcm_set_aad, \
    .encrypt = gcm_encrypt, \
    .decrypt = gcm_decrypt, \
    .set_iv = gcm_set_iv, \
    .get_tag = gcm_get_tag, \
    .description = "AES-" #bits "-GCM using GnuTLS", \
    .test_data = &test_case_ ## bits, \
    .id = SRTP_AES_GCM_ ## bits, \
}

const srtp_cipher_type_t dtls_srtp_aes_gcm_128 = GCM_TYPE (128);
const srtp_cipher_type_t dtls_srtp_aes_gcm_256 = GCM_TYPE (256);
