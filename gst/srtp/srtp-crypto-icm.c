/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AES in (segmented integer) counter mode under libsrtp2, from nettle.
 *
 * A key comes with its salt behind it. The counter block of a packet is the
 * salt, xored with the IV that libsrtp2 builds, and 16 bits that count blocks
 * from zero. libsrtp2 may take a packet's keystream in several pieces of any
 * size: the next piece goes on where the last one ended.
 */
#include "config.h"

#include "srtp-crypto-types.h"

#include <string.h>

#include <nettle/aes.h>
#include <nettle/ctr.h>
#include <nettle/memxor.h>
#include <srtp2/srtp.h>

#define BLOCK_SIZE AES_BLOCK_SIZE
#define SALT_SIZE 14

/* 2^16 blocks, RFC 3711 section 4.1.1; more would repeat the keystream */
#define KEYSTREAM_SIZE_MAX (65536 * BLOCK_SIZE)

typedef struct
{
  srtp_cipher_t cipher;         /* first: libsrtp2 holds a pointer to it */
  union
  {
    struct aes128_ctx aes128;
    struct aes256_ctx aes256;
  };
  guint8 salt[BLOCK_SIZE];      /* the last two bytes are zero */
  guint8 start[BLOCK_SIZE];     /* the packet's counter block */
  guint32 position;             /* bytes of keystream used for the packet */
} IcmContext;

static srtp_err_status_t
icm_alloc (const srtp_cipher_type_t * type, int key_size, srtp_cipher_t ** out,
    int key_len)
{
  if (key_len != key_size + SALT_SIZE)
    return srtp_err_status_bad_param;
  *out = dtls_srtp_cipher_new (type, sizeof (IcmContext), key_len);
  return srtp_err_status_ok;
}

static srtp_err_status_t
icm_alloc_128 (srtp_cipher_t ** out, int key_len, int tag_len)
{
  return icm_alloc (&dtls_srtp_aes_icm_128, AES128_KEY_SIZE, out, key_len);
}

static srtp_err_status_t
icm_alloc_256 (srtp_cipher_t ** out, int key_len, int tag_len)
{
  return icm_alloc (&dtls_srtp_aes_icm_256, AES256_KEY_SIZE, out, key_len);
}

static srtp_err_status_t
icm_dealloc (srtp_cipher_t * cipher)
{
  dtls_srtp_context_free (cipher, sizeof (IcmContext));
  return srtp_err_status_ok;
}

static srtp_err_status_t
icm_init_128 (void *state, const uint8_t * key)
{
  IcmContext *self = state;

  aes128_set_encrypt_key (&self->aes128, key);
  memcpy (self->salt, key + AES128_KEY_SIZE, SALT_SIZE);
  return srtp_err_status_ok;
}

static srtp_err_status_t
icm_init_256 (void *state, const uint8_t * key)
{
  IcmContext *self = state;

  aes256_set_encrypt_key (&self->aes256, key);
  memcpy (self->salt, key + AES256_KEY_SIZE, SALT_SIZE);
  return srtp_err_status_ok;
}

static srtp_err_status_t
icm_set_iv (void *state, uint8_t * iv, srtp_cipher_direction_t direction)
{
  IcmContext *self = state;

  memxor3 (self->start, self->salt, iv, BLOCK_SIZE);
  self->position = 0;
  return srtp_err_status_ok;
}

static void
icm_get_counter (const IcmContext * self, guint8 counter[BLOCK_SIZE])
{
  guint8 *number = counter + BLOCK_SIZE - 2;
  guint16 block;

  memcpy (counter, self->start, BLOCK_SIZE);
  block = (number[0] << 8 | number[1]) + self->position / BLOCK_SIZE;
  number[0] = block >> 8;
  number[1] = block & 0xff;
}

/* Uses the rest of a block that the piece before this one has begun. */
static gsize
icm_finish_block (const IcmContext * self, nettle_cipher_func * encrypt,
    guint8 * data, gsize size)
{
  gsize used = self->position % BLOCK_SIZE;
  guint8 keystream[BLOCK_SIZE];

  if (used == 0)
    return 0;
  size = MIN (size, BLOCK_SIZE - used);
  icm_get_counter (self, keystream);
  encrypt (&self->aes128, BLOCK_SIZE, keystream, keystream);
  memxor (data, keystream + used, size);
  return size;
}

static srtp_err_status_t
icm_crypt (IcmContext * self, nettle_cipher_func * encrypt, guint8 * data,
    gsize size)
{
  guint8 counter[BLOCK_SIZE];
  gsize done;

  if (size > KEYSTREAM_SIZE_MAX - self->position)
    return srtp_err_status_terminus;
  done = icm_finish_block (self, encrypt, data, size);
  self->position += done;
  icm_get_counter (self, counter);
  ctr_crypt (&self->aes128, encrypt, BLOCK_SIZE, counter, size - done,
      data + done, data + done);
  self->position += size - done;
  return srtp_err_status_ok;
}

static srtp_err_status_t
icm_crypt_128 (void *state, uint8_t * data, unsigned int *size)
{
  return icm_crypt (state, (nettle_cipher_func *) aes128_encrypt, data, *size);
}

static srtp_err_status_t
icm_crypt_256 (void *state, uint8_t * data, unsigned int *size)
{
  return icm_crypt (state, (nettle_cipher_func *) aes256_encrypt, data, *size);
}

/* RFC 3711 appendix B.2 and RFC 6188 section 7.2: the keystream of zeros */
/* *INDENT-OFF* */
static const guint8 test_key_128[] = {
  0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
  0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c,
  0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
  0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd,
};

static const guint8 test_stream_128[] = {
  0xe0, 0x3e, 0xad, 0x09, 0x35, 0xc9, 0x5e, 0x80,
  0xe1, 0x66, 0xb1, 0x6d, 0xd9, 0x2b, 0x4e, 0xb4,
  0xd2, 0x35, 0x13, 0x16, 0x2b, 0x02, 0xd0, 0xf7,
  0x2a, 0x43, 0xa2, 0xfe, 0x4a, 0x5f, 0x97, 0xab,
};

static const guint8 test_key_256[] = {
  0x57, 0xf8, 0x2f, 0xe3, 0x61, 0x3f, 0xd1, 0x70,
  0xa8, 0x5e, 0xc9, 0x3c, 0x40, 0xb1, 0xf0, 0x92,
  0x2e, 0xc4, 0xcb, 0x0d, 0xc0, 0x25, 0xb5, 0x82,
  0x72, 0x14, 0x7c, 0xc4, 0x38, 0x94, 0x4a, 0x98,
  0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
  0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd,
};

static const guint8 test_stream_256[] = {
  0x92, 0xbd, 0xd2, 0x8a, 0x93, 0xc3, 0xf5, 0x25,
  0x11, 0xc6, 0x77, 0xd0, 0x8b, 0x55, 0x15, 0xa4,
  0x9d, 0xa7, 0x1b, 0x23, 0x78, 0xa8, 0x54, 0xf6,
  0x70, 0x50, 0x75, 0x6d, 0xed, 0x16, 0x5b, 0xac,
};
/* *INDENT-ON* */

static const guint8 test_zeros[sizeof test_stream_128];
static uint8_t test_iv[BLOCK_SIZE];

#define TEST_CASE(bits) { \
    .key_length_octets = sizeof test_key_ ## bits, \
    .key = test_key_ ## bits, \
    .idx = test_iv, \
    .plaintext_length_octets = sizeof test_zeros, \
    .plaintext = test_zeros, \
    .ciphertext_length_octets = sizeof test_stream_ ## bits, \
    .ciphertext = test_stream_ ## bits, \
}

static const srtp_cipher_test_case_t test_case_128 = TEST_CASE (128);
static const srtp_cipher_test_case_t test_case_256 = TEST_CASE (256);

#define ICM_TYPE(bits) { \
    .alloc = icm_alloc_ ## bits, \
    .dealloc = icm_dealloc, \
    .init = icm_init_ ## bits, \
    .encrypt = icm_crypt_ ## bits, \
    .decrypt = icm_crypt_ ## bits, \
    .set_iv = icm_set_iv, \
    .description = "AES-" #bits " counter mode using nettle", \
    .test_data = &test_case_ ## bits, \
    .id = SRTP_AES_ICM_ ## bits, \
}

const srtp_cipher_type_t dtls_srtp_aes_icm_128 = ICM_TYPE (128);
const srtp_cipher_type_t dtls_srtp_aes_icm_256 = ICM_TYPE (256);
