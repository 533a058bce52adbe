/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * HMAC-SHA1 under libsrtp2, from nettle. The two keyed states are made once
 * a key and copied for each packet.
 */
#include "config.h"

#include "srtp-crypto-types.h"

#include <nettle/hmac.h>
#include <srtp2/srtp.h>

typedef struct
{
  srtp_auth_t auth;             /* first: libsrtp2 holds a pointer to it */
  struct hmac_sha1_ctx hmac;
} HmacContext;

static srtp_err_status_t
sha1_auth_alloc (srtp_auth_t ** out, int key_len, int out_len)
{
  HmacContext *self;

  if (key_len < 0 || out_len < 0 || out_len > SHA1_DIGEST_SIZE)
    return srtp_err_status_bad_param;
  self = dtls_srtp_context_new (sizeof *self);
  self->auth.type = &dtls_srtp_hmac_sha1;
  self->auth.state = self;
  self->auth.key_len = key_len;
  self->auth.out_len = out_len;
  *out = &self->auth;
  return srtp_err_status_ok;
}

static srtp_err_status_t
sha1_auth_dealloc (srtp_auth_t * auth)
{
  dtls_srtp_context_free (auth, sizeof (HmacContext));
  return srtp_err_status_ok;
}

static srtp_err_status_t
sha1_auth_init (void *state, const uint8_t * key, int key_len)
{
  HmacContext *self = state;

  hmac_sha1_set_key (&self->hmac, key_len, key);
  return srtp_err_status_ok;
}

static srtp_err_status_t
sha1_auth_start (void *state)
{
  HmacContext *self = state;

  self->hmac.state = self->hmac.inner;
  return srtp_err_status_ok;
}

static srtp_err_status_t
sha1_auth_update (void *state, const uint8_t * data, int size)
{
  HmacContext *self = state;

  hmac_sha1_update (&self->hmac, size, data);
  return srtp_err_status_ok;
}

static srtp_err_status_t
sha1_auth_compute (void *state, const uint8_t * data, int size, int tag_len,
    uint8_t * tag)
{
  HmacContext *self = state;

  if (tag_len < 0 || tag_len > SHA1_DIGEST_SIZE)
    return srtp_err_status_bad_param;
  hmac_sha1_update (&self->hmac, size, data);
  hmac_sha1_digest (&self->hmac, tag_len, tag);
  return srtp_err_status_ok;
}

/* RFC 2202 section 3, case 1 */
/* *INDENT-OFF* */
static const guint8 test_key[] = {
  0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
  0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
};

static const guint8 test_data[] = {
  'H', 'i', ' ', 'T', 'h', 'e', 'r', 'e',
};

static const guint8 test_tag[] = {
  0xb6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64, 0xe2, 0x8b,
  0xc0, 0xb6, 0xfb, 0x37, 0x8c, 0x8e, 0xf1, 0x46, 0xbe, 0x00,
};
/* *INDENT-ON* */

static const srtp_auth_test_case_t test_case = {
  .key_length_octets = sizeof test_key,
  .key = test_key,
  .data_length_octets = sizeof test_data,
  .data = test_data,
  .tag_length_octets = sizeof test_tag,
  .tag = test_tag,
};

const srtp_auth_type_t dtls_srtp_hmac_sha1 = {
  .alloc = sha1_auth_alloc,
  .dealloc = sha1_auth_dealloc,
  .init = sha1_auth_init,
  .compute = sha1_auth_compute,
  .update = sha1_auth_update,
  .start = sha1_auth_start,
  .description = "HMAC-SHA1 using nettle",
  .test_data = &test_case,
  .id = SRTP_HMAC_SHA1,
};
