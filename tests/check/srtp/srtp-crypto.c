/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The implementations under libsrtp2: that they are the ones in use, that
 * they compute what the RFCs say in every way libsrtp2 calls them, and that
 * the stock ones stay where they are wanted or ours are not accepted.
 */
#include "config.h"

#include "srtp/srtp-crypto.h"

#include <malloc.h>
#include <string.h>

#include <srtp2/srtp.h>

#include "engine/log.h"
#include "reference.h"
#include "srtp/srtp-crypto-types.h"

static const guint16 all_profiles[] = {
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_80,
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_32,
  DTLS_PROFILE_AEAD_AES_128_GCM,
  DTLS_PROFILE_AEAD_AES_256_GCM,
};

static DtlsSrtpSession *
make_session (guint16 profile_id)
{
  const DtlsProfile *profile = dtls_profile_from_id (profile_id);
  g_autoptr (DtlsSecret) key =
      dtls_secret_new (profile->key_size + profile->salt_size);
  g_autoptr (GError) error = NULL;
  DtlsSrtpSession *session = dtls_srtp_session_new (profile, key,
      DTLS_SRTP_SEND, DTLS_SRTP_REPLAY_WINDOW, &error);

  g_assert_no_error (error);
  return session;
}

static guint
count_contexts_of (guint16 profile_id)
{
  g_autoptr (DtlsSrtpSession) session = make_session (profile_id);

  g_assert_nonnull (session);
  return dtls_srtp_crypto_count_contexts ();
}

/* ------------------------------------------------ in use */

static void
test_is_in_use (void)
{
  g_assert_true (dtls_srtp_crypto_is_fast ());
  for (gsize i = 0; i < G_N_ELEMENTS (all_profiles); i++) {
    gboolean aead = dtls_profile_from_id (all_profiles[i])->aead;

    g_assert_cmpuint (dtls_srtp_crypto_count_contexts (), ==, 0);
    /* a cipher each for SRTP and SRTCP, and an authenticator unless AEAD */
    g_assert_cmpuint (count_contexts_of (all_profiles[i]), ==, aead ? 2 : 4);
  }
  g_assert_cmpuint (dtls_srtp_crypto_count_contexts (), ==, 0);
}

static void
test_stock_on_request_subprocess (void)
{
  g_setenv ("GST_DTLS_SRTP_CRYPTO", "stock", TRUE);
  g_assert_false (dtls_srtp_crypto_is_fast ());
  for (gsize i = 0; i < G_N_ELEMENTS (all_profiles); i++)
    g_assert_cmpuint (count_contexts_of (all_profiles[i]), ==, 0);
}

static void
test_stock_on_request (void)
{
  g_test_trap_subprocess ("/srtp/crypto/subprocess/stock", 0,
      G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static guint n_warnings;

static void
count_warnings (DtlsLogLevel level, const gchar * message)
{
  if (level == DTLS_LOG_WARNING) {
    g_assert_nonnull (strstr (message, "GST_DTLS_SRTP_CRYPTO"));
    g_assert_nonnull (strstr (message, "\"slow\""));
    n_warnings++;
  }
}

static void
test_unknown_choice_subprocess (void)
{
  dtls_log_set_func (count_warnings);
  g_setenv ("GST_DTLS_SRTP_CRYPTO", "slow", TRUE);
  g_assert_true (dtls_srtp_crypto_is_fast ());
  g_assert_true (dtls_srtp_crypto_is_fast ());
  g_assert_cmpuint (n_warnings, ==, 1);
  dtls_log_set_func (NULL);
}

static void
test_unknown_choice (void)
{
  g_test_trap_subprocess ("/srtp/crypto/subprocess/unknown-choice", 0,
      G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* Another part of the process readies libsrtp2 after us. */
static void
test_second_init (void)
{
  g_assert_true (dtls_srtp_crypto_is_fast ());
  srtp_init ();
  g_assert_cmpuint (count_contexts_of (DTLS_PROFILE_AEAD_AES_128_GCM), ==, 2);
}

/* libsrtp2 keeps what it has when an answer is wrong. */
static void
test_wrong_answer_is_not_accepted (void)
{
  srtp_cipher_test_case_t test_case = *dtls_srtp_aes_icm_128.test_data;
  srtp_cipher_type_t broken = dtls_srtp_aes_icm_128;
  guint8 wrong[32] = { 0, };

  test_case.ciphertext = wrong;
  broken.test_data = &test_case;
  g_assert_cmpint (srtp_replace_cipher_type (&broken, broken.id), !=,
      srtp_err_status_ok);
  g_assert_cmpuint (count_contexts_of (DTLS_PROFILE_AES128_CM_HMAC_SHA1_80),
      ==, 4);
}

/* ------------------------------------------------ counter mode */

static srtp_cipher_t *
make_icm (const srtp_cipher_type_t * type, const guint8 * key, int key_len)
{
  srtp_cipher_t *cipher;

  g_assert_cmpint (type->alloc (&cipher, key_len, 0), ==, srtp_err_status_ok);
  g_assert_cmpint (srtp_cipher_init (cipher, key), ==, srtp_err_status_ok);
  return cipher;
}

static void
icm_set_iv (srtp_cipher_t * cipher, guint64 index)
{
  guint8 iv[16] = { 0, };

  for (guint i = 0; i < 6; i++)
    iv[13 - i] = index >> 8 * i;
  g_assert_cmpint (srtp_cipher_set_iv (cipher, iv, srtp_direction_encrypt),
      ==, srtp_err_status_ok);
}

static void
check_icm_pieces (const srtp_cipher_type_t * type, int key_size)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3711);
  guint8 key[46], iv[16] = { 0, };
  guint8 whole[500], pieces[500];
  srtp_cipher_t *cipher;

  for (gsize i = 0; i < sizeof key; i++)
    key[i] = i * 3;
  cipher = make_icm (type, key, key_size + 14);
  for (guint round = 0; round < 50; round++) {
    memset (whole, 0, sizeof whole);
    memset (pieces, 0, sizeof pieces);
    memcpy (iv, key + key_size, 14);
    iv[13] ^= round;
    reference_aes_cm (key, key_size, iv, whole, sizeof whole);
    icm_set_iv (cipher, round);
    for (guint done = 0; done < sizeof pieces;) {
      guint size = g_rand_int_range (random, 0, 70);

      size = MIN (size, sizeof pieces - done);
      g_assert_cmpint (srtp_cipher_encrypt (cipher, pieces + done, &size), ==,
          srtp_err_status_ok);
      done += size;
    }
    g_assert_cmpmem (pieces, sizeof pieces, whole, sizeof whole);
  }
  srtp_cipher_dealloc (cipher);
}

static void
test_icm_pieces (void)
{
  check_icm_pieces (&dtls_srtp_aes_icm_128, 16);
  check_icm_pieces (&dtls_srtp_aes_icm_256, 32);
}

static void
test_icm_keystream_ends (void)
{
  guint8 key[30] = { 0, };
  srtp_cipher_t *cipher = make_icm (&dtls_srtp_aes_icm_128, key, sizeof key);
  guint size = 65536 * 16;
  g_autofree guint8 *data = g_malloc0 (size);
  guint one = 1;

  icm_set_iv (cipher, 1);
  g_assert_cmpint (srtp_cipher_encrypt (cipher, data, &size), ==,
      srtp_err_status_ok);
  g_assert_cmpint (srtp_cipher_encrypt (cipher, data, &one), ==,
      srtp_err_status_terminus);
  icm_set_iv (cipher, 2);
  g_assert_cmpint (srtp_cipher_encrypt (cipher, data, &one), ==,
      srtp_err_status_ok);
  srtp_cipher_dealloc (cipher);
}

/* ------------------------------------------------ GCM */

typedef struct
{
  guint8 data[128];
  guint size;
  gsize aad_size;
  guint8 aad[128];
} GcmPacket;

#define GCM_TAG_SIZE 16

static srtp_cipher_t *
make_gcm (const srtp_cipher_type_t * type, int key_size, int tag_size)
{
  srtp_cipher_t *cipher;

  g_assert_cmpint (type->alloc (&cipher, key_size + 12, tag_size), ==,
      srtp_err_status_ok);
  g_assert_cmpint (srtp_cipher_init (cipher, type->test_data->key), ==,
      srtp_err_status_ok);
  return cipher;
}

static void
gcm_start (srtp_cipher_t * cipher, int direction, const GcmPacket * packet,
    gsize first_aad)
{
  g_assert_cmpint (srtp_cipher_set_iv (cipher, cipher->type->test_data->idx,
          direction), ==, srtp_err_status_ok);
  g_assert_cmpint (srtp_cipher_set_aad (cipher, packet->aad, first_aad), ==,
      srtp_err_status_ok);
  if (first_aad < packet->aad_size)
    g_assert_cmpint (srtp_cipher_set_aad (cipher, packet->aad + first_aad,
            packet->aad_size - first_aad), ==, srtp_err_status_ok);
}

static void
gcm_encrypt (srtp_cipher_t * cipher, GcmPacket * packet, gsize first_aad)
{
  guint tag_size = 0;

  gcm_start (cipher, srtp_direction_encrypt, packet, first_aad);
  g_assert_cmpint (srtp_cipher_encrypt (cipher, packet->data, &packet->size),
      ==, srtp_err_status_ok);
  g_assert_cmpint (srtp_cipher_get_tag (cipher, packet->data + packet->size,
          &tag_size), ==, srtp_err_status_ok);
  packet->size += tag_size;
}

static srtp_err_status_t
gcm_decrypt (srtp_cipher_t * cipher, GcmPacket * packet, gsize first_aad)
{
  gcm_start (cipher, srtp_direction_decrypt, packet, first_aad);
  return srtp_cipher_decrypt (cipher, packet->data, &packet->size);
}

static GcmPacket
make_gcm_packet (gsize size, gsize aad_size)
{
  GcmPacket packet = {.size = size,.aad_size = aad_size };

  for (gsize i = 0; i < size; i++)
    packet.data[i] = i;
  for (gsize i = 0; i < aad_size; i++)
    packet.aad[i] = 0x80 + i;
  return packet;
}

/* One or two pieces of additional data are the same to the peer. */
static void
check_gcm_pieces (const srtp_cipher_type_t * type, int key_size)
{
  srtp_cipher_t *cipher = make_gcm (type, key_size, GCM_TAG_SIZE);

  for (gsize size = 0; size < 80; size++) {
    const GcmPacket clear = make_gcm_packet (size, 28);
    GcmPacket one = clear, two = clear;

    gcm_encrypt (cipher, &one, 28);
    gcm_encrypt (cipher, &two, 8);
    g_assert_cmpmem (one.data, one.size, two.data, two.size);
    g_assert_cmpuint (one.size, ==, size + GCM_TAG_SIZE);
    g_assert_cmpint (gcm_decrypt (cipher, &one, 8), ==, srtp_err_status_ok);
    g_assert_cmpint (gcm_decrypt (cipher, &two, 28), ==, srtp_err_status_ok);
    g_assert_cmpmem (one.data, one.size, clear.data, clear.size);
    g_assert_cmpmem (two.data, two.size, clear.data, clear.size);
  }
  srtp_cipher_dealloc (cipher);
}

static void
test_gcm_pieces (void)
{
  check_gcm_pieces (&dtls_srtp_aes_gcm_128, 16);
  check_gcm_pieces (&dtls_srtp_aes_gcm_256, 32);
}

static void
test_gcm_tampering (void)
{
  srtp_cipher_t *cipher = make_gcm (&dtls_srtp_aes_gcm_128, 16, GCM_TAG_SIZE);
  GcmPacket good = make_gcm_packet (40, 12);

  gcm_encrypt (cipher, &good, 12);
  for (gsize i = 0; i < good.size; i++) {
    GcmPacket bad = good;

    bad.data[i] ^= 1;
    g_assert_cmpint (gcm_decrypt (cipher, &bad, i % 2 ? 12 : 8), ==,
        srtp_err_status_auth_fail);
  }
  for (gsize i = 0; i < good.aad_size; i++) {
    GcmPacket bad = good;

    bad.aad[i] ^= 1;
    g_assert_cmpint (gcm_decrypt (cipher, &bad, i % 2 ? 12 : 8), ==,
        srtp_err_status_auth_fail);
  }
  for (guint size = 0; size < good.size; size++) {
    GcmPacket bad = good;

    bad.size = size;
    g_assert_cmpint (gcm_decrypt (cipher, &bad, 12), !=, srtp_err_status_ok);
  }
  g_assert_cmpint (gcm_decrypt (cipher, &good, 12), ==, srtp_err_status_ok);
  srtp_cipher_dealloc (cipher);
}

/* Other users of libsrtp2 may have profiles with short tags. */
static void
test_gcm_short_tag (void)
{
  srtp_cipher_t *cipher = make_gcm (&dtls_srtp_aes_gcm_128, 16, 8);
  srtp_cipher_t *full = make_gcm (&dtls_srtp_aes_gcm_128, 16, GCM_TAG_SIZE);
  const GcmPacket clear = make_gcm_packet (40, 12);
  GcmPacket packet = clear, long_tag = clear;

  gcm_encrypt (cipher, &packet, 12);
  gcm_encrypt (full, &long_tag, 12);
  g_assert_cmpmem (packet.data, packet.size, long_tag.data, clear.size + 8);
  g_assert_cmpint (gcm_decrypt (cipher, &packet, 12), ==, srtp_err_status_ok);
  g_assert_cmpmem (packet.data, packet.size, clear.data, clear.size);
  srtp_cipher_dealloc (cipher);
  srtp_cipher_dealloc (full);
}

/* Authentication without encryption: no data at all, RFC 7714 section 9.3. */
static void
test_gcm_without_data (void)
{
  srtp_cipher_t *cipher = make_gcm (&dtls_srtp_aes_gcm_128, 16, GCM_TAG_SIZE);

  for (gsize first_aad = 8; first_aad <= 60; first_aad += 52) {
    GcmPacket packet = make_gcm_packet (0, 60);
    guint nothing = 0, tag_size = 0;

    gcm_start (cipher, srtp_direction_encrypt, &packet, first_aad);
    g_assert_cmpint (srtp_cipher_encrypt (cipher, NULL, &nothing), ==,
        srtp_err_status_ok);
    srtp_cipher_get_tag (cipher, packet.data, &tag_size);
    packet.size = tag_size;
    g_assert_cmpint (gcm_decrypt (cipher, &packet, first_aad), ==,
        srtp_err_status_ok);
    g_assert_cmpuint (packet.size, ==, 0);
  }
  srtp_cipher_dealloc (cipher);
}

/* What was named for a packet that was given up is not part of the next. */
static void
test_gcm_forgets_additional_data (void)
{
  srtp_cipher_t *cipher = make_gcm (&dtls_srtp_aes_gcm_128, 16, GCM_TAG_SIZE);
  GcmPacket one = make_gcm_packet (40, 12), two = one;

  gcm_encrypt (cipher, &one, 12);
  gcm_start (cipher, srtp_direction_encrypt, &two, 12);
  gcm_encrypt (cipher, &two, 12);
  g_assert_cmpmem (one.data, one.size, two.data, two.size);
  srtp_cipher_dealloc (cipher);
}

/* ------------------------------------------------ wiping */

void __real_g_free (gpointer memory);
void __wrap_g_free (gpointer memory);

static guint8 *watched;
static gboolean watched_was_wiped;

/* What is freed must be zero by then; the allocator may have rounded up. */
void
__wrap_g_free (gpointer memory)
{
  if (memory != NULL && memory == watched) {
    gsize size = malloc_usable_size (memory) - 2 * sizeof (gsize);

    watched_was_wiped = TRUE;
    for (gsize i = 0; i < size; i++)
      watched_was_wiped &= watched[i] == 0;
    watched = NULL;
  }
  __real_g_free (memory);
}

static void
check_cipher_is_wiped (const srtp_cipher_type_t * type)
{
  const srtp_cipher_test_case_t *test = type->test_data;
  srtp_cipher_t *cipher;
  guint8 data[64] = { 0, };
  guint size = 16;

  type->alloc (&cipher, test->key_length_octets, test->tag_length_octets);
  srtp_cipher_init (cipher, test->key);
  srtp_cipher_set_iv (cipher, test->idx, srtp_direction_encrypt);
  srtp_cipher_encrypt (cipher, data, &size);
  watched = (guint8 *) cipher;
  srtp_cipher_dealloc (cipher);
  g_assert_null (watched);
  g_assert_true (watched_was_wiped);
}

static void
test_wiped_when_freed (void)
{
  srtp_auth_t *auth;

  check_cipher_is_wiped (&dtls_srtp_aes_icm_128);
  check_cipher_is_wiped (&dtls_srtp_aes_icm_256);
  check_cipher_is_wiped (&dtls_srtp_aes_gcm_128);
  check_cipher_is_wiped (&dtls_srtp_aes_gcm_256);

  dtls_srtp_hmac_sha1.alloc (&auth, 20, 10);
  srtp_auth_init (auth, dtls_srtp_hmac_sha1.test_data->key);
  watched = (guint8 *) auth;
  srtp_auth_dealloc (auth);
  g_assert_null (watched);
  g_assert_true (watched_was_wiped);
}

/* ------------------------------------------------ parameters */

static void
test_impossible_sizes (void)
{
  srtp_cipher_t *cipher;
  srtp_auth_t *auth;

  g_assert_cmpint (dtls_srtp_aes_icm_128.alloc (&cipher, 16, 0), !=,
      srtp_err_status_ok);
  g_assert_cmpint (dtls_srtp_aes_icm_256.alloc (&cipher, 30, 0), !=,
      srtp_err_status_ok);
  g_assert_cmpint (dtls_srtp_aes_gcm_128.alloc (&cipher, 44, 16), !=,
      srtp_err_status_ok);
  g_assert_cmpint (dtls_srtp_aes_gcm_128.alloc (&cipher, 28, 12), !=,
      srtp_err_status_ok);
  g_assert_cmpint (dtls_srtp_aes_gcm_256.alloc (&cipher, 28, 16), !=,
      srtp_err_status_ok);
  g_assert_cmpint (dtls_srtp_hmac_sha1.alloc (&auth, 20, 21), !=,
      srtp_err_status_ok);
  g_assert_cmpuint (dtls_srtp_crypto_count_contexts (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_unsetenv ("GST_DTLS_SRTP_CRYPTO");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/crypto/is-in-use", test_is_in_use);
  g_test_add_func ("/srtp/crypto/stock-on-request", test_stock_on_request);
  g_test_add_func ("/srtp/crypto/subprocess/stock",
      test_stock_on_request_subprocess);
  g_test_add_func ("/srtp/crypto/unknown-choice", test_unknown_choice);
  g_test_add_func ("/srtp/crypto/subprocess/unknown-choice",
      test_unknown_choice_subprocess);
  g_test_add_func ("/srtp/crypto/second-init", test_second_init);
  g_test_add_func ("/srtp/crypto/wrong-answer-is-not-accepted",
      test_wrong_answer_is_not_accepted);
  g_test_add_func ("/srtp/crypto/icm-pieces", test_icm_pieces);
  g_test_add_func ("/srtp/crypto/icm-keystream-ends", test_icm_keystream_ends);
  g_test_add_func ("/srtp/crypto/gcm-pieces", test_gcm_pieces);
  g_test_add_func ("/srtp/crypto/gcm-tampering", test_gcm_tampering);
  g_test_add_func ("/srtp/crypto/gcm-short-tag", test_gcm_short_tag);
  g_test_add_func ("/srtp/crypto/gcm-without-data", test_gcm_without_data);
  g_test_add_func ("/srtp/crypto/gcm-forgets-additional-data",
      test_gcm_forgets_additional_data);
  g_test_add_func ("/srtp/crypto/wiped-when-freed", test_wiped_when_freed);
  g_test_add_func ("/srtp/crypto/impossible-sizes", test_impossible_sizes);
  return g_test_run ();
}
