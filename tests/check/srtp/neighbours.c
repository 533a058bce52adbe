/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Other users of libsrtp2 in the process, here GStreamer's srtpenc and
 * srtpdec: elements made before, during and after ours work, with each other
 * across that border too.
 */
#include "config.h"

#include <string.h>

#include <gst/check/gstharness.h>

#include "srtp/srtp-crypto.h"
#include "srtp/srtp-session.h"

#define SSRC 0x01020304
#define PAYLOAD_SIZE 200

typedef struct
{
  const gchar *cipher;
  const gchar *auth;
  guint16 profile;
} Suite;

static const Suite suites[] = {
  {"aes-128-icm", "hmac-sha1-80", DTLS_PROFILE_AES128_CM_HMAC_SHA1_80},
  {"aes-128-gcm", "null", DTLS_PROFILE_AEAD_AES_128_GCM},
  {"aes-256-gcm", "null", DTLS_PROFILE_AEAD_AES_256_GCM},
};

typedef struct
{
  GstHarness *encoder;
  GstHarness *decoder;
} Neighbours;

static GstBuffer *
make_key (const DtlsProfile * profile)
{
  gsize size = profile->key_size + profile->salt_size;
  guint8 *bytes = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = 3 * i;
  return gst_buffer_new_wrapped (bytes, size);
}

static GstHarness *
make_encoder (const Suite * suite)
{
  g_autoptr (GstBuffer) key = make_key (dtls_profile_from_id (suite->profile));
  GstElement *element = gst_element_factory_make ("srtpenc", NULL);
  GstHarness *harness;

  g_object_set (element, "key", key, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "rtp-cipher", suite->cipher);
  gst_util_set_object_arg (G_OBJECT (element), "rtcp-cipher", suite->cipher);
  gst_util_set_object_arg (G_OBJECT (element), "rtp-auth", suite->auth);
  gst_util_set_object_arg (G_OBJECT (element), "rtcp-auth", suite->auth);
  harness = gst_harness_new_with_element (element, "rtp_sink_0", "rtp_src_0");
  gst_object_unref (element);
  gst_harness_set_src_caps_str (harness, "application/x-rtp, ssrc=(uint)"
      G_STRINGIFY (SSRC) ", payload=96, clock-rate=90000, media=video");
  return harness;
}

static GstHarness *
make_decoder (const Suite * suite)
{
  g_autoptr (GstBuffer) key = make_key (dtls_profile_from_id (suite->profile));
  GstHarness *harness = gst_harness_new_with_padnames ("srtpdec", "rtp_sink",
      "rtp_src");
  GstCaps *caps = gst_caps_new_simple ("application/x-srtp",
      "ssrc", G_TYPE_UINT, SSRC, "srtp-key", GST_TYPE_BUFFER, key,
      "srtp-cipher", G_TYPE_STRING, suite->cipher,
      "srtcp-cipher", G_TYPE_STRING, suite->cipher,
      "srtp-auth", G_TYPE_STRING, suite->auth,
      "srtcp-auth", G_TYPE_STRING, suite->auth, NULL);

  gst_harness_set_src_caps (harness, caps);
  return harness;
}

static Neighbours
make_neighbours (const Suite * suite)
{
  return (Neighbours) {
  make_encoder (suite), make_decoder (suite)};
}

static void
free_neighbours (Neighbours * neighbours)
{
  gst_harness_teardown (neighbours->encoder);
  gst_harness_teardown (neighbours->decoder);
}

static void
fill_rtp (guint8 * data, guint16 seq)
{
  memset (data, seq, 12 + PAYLOAD_SIZE);
  data[0] = 0x80;
  data[1] = 96;
  GST_WRITE_UINT16_BE (data + 2, seq);
  GST_WRITE_UINT32_BE (data + 8, SSRC);
}

static GstBuffer *
make_rtp (guint16 seq)
{
  guint8 *data = g_malloc (12 + PAYLOAD_SIZE);

  fill_rtp (data, seq);
  return gst_buffer_new_wrapped (data, 12 + PAYLOAD_SIZE);
}

static void
check_transfer (GstHarness * encoder, GstHarness * decoder, guint16 seq)
{
  guint8 expected[12 + PAYLOAD_SIZE];
  GstBuffer *buffer = gst_harness_push_and_pull (encoder, make_rtp (seq));

  fill_rtp (expected, seq);
  g_assert_nonnull (buffer);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 12, expected + 12,
          PAYLOAD_SIZE), !=, 0);
  buffer = gst_harness_push_and_pull (decoder, buffer);
  g_assert_nonnull (buffer);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, sizeof expected);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, expected, sizeof expected),
      ==, 0);
  gst_buffer_unref (buffer);
}

static DtlsSrtpSession *
make_session (const Suite * suite, DtlsSrtpDirection direction)
{
  const DtlsProfile *profile = dtls_profile_from_id (suite->profile);
  g_autoptr (GstBuffer) bytes = make_key (profile);
  g_autoptr (DtlsSecret) key = dtls_secret_new (gst_buffer_get_size (bytes));

  gst_buffer_extract (bytes, 0, dtls_secret_bytes (key),
      dtls_secret_size (key));
  return dtls_srtp_session_new (profile, key, direction,
      DTLS_SRTP_REPLAY_WINDOW, NULL);
}

/* Their encoder's packets are ours to open, and the other way round. */
static void
check_session (const Suite * suite, Neighbours * neighbours, guint16 seq)
{
  g_autoptr (DtlsSrtpSession) sender = make_session (suite, DTLS_SRTP_SEND);
  g_autoptr (DtlsSrtpSession) receiver =
      make_session (suite, DTLS_SRTP_RECEIVE);
  guint8 packet[12 + PAYLOAD_SIZE + DTLS_SRTP_OVERHEAD_MAX]
      __attribute__((aligned (4)));
  guint8 expected[12 + PAYLOAD_SIZE];
  GstBuffer *buffer = gst_harness_push_and_pull (neighbours->encoder,
      make_rtp (seq));
  gsize size = gst_buffer_get_size (buffer);

  fill_rtp (expected, seq);
  gst_buffer_extract (buffer, 0, packet, sizeof packet);
  gst_buffer_unref (buffer);
  g_assert_cmpuint (dtls_srtp_session_unprotect (receiver, DTLS_SRTP_RTP,
          packet, &size), ==, DTLS_SRTP_OK);
  g_assert_cmpmem (packet, size, expected, sizeof expected);

  g_assert_cmpuint (dtls_srtp_session_protect (sender, DTLS_SRTP_RTP, packet,
          &size, sizeof packet), ==, DTLS_SRTP_OK);
  buffer = gst_harness_push_and_pull (neighbours->decoder,
      gst_buffer_new_memdup (packet, size));
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, expected, sizeof expected),
      ==, 0);
  gst_buffer_unref (buffer);
}

static void
test_before_during_after (gconstpointer data)
{
  const Suite *suite = data;
  Neighbours before = make_neighbours (suite), after;
  guint16 seq = 1;

  check_transfer (before.encoder, before.decoder, seq++);
  g_assert_cmpuint (dtls_srtp_crypto_count_contexts (), ==, 0);

  g_assert_true (dtls_srtp_crypto_is_fast ());
  check_session (suite, &before, seq++);
  check_transfer (before.encoder, before.decoder, seq++);

  after = make_neighbours (suite);
  check_session (suite, &after, seq++);
  g_assert_cmpuint (dtls_srtp_crypto_count_contexts (), >, 0);
  check_transfer (after.encoder, after.decoder, seq++);
  check_transfer (before.encoder, after.decoder, seq++);
  check_transfer (after.encoder, before.decoder, seq++);

  free_neighbours (&before);
  check_transfer (after.encoder, after.decoder, seq++);
  free_neighbours (&after);
  g_assert_cmpuint (dtls_srtp_crypto_count_contexts (), ==, 0);
}

/* Each in a process of its own, since ciphers are replaced once. */
static void
test_in_subprocess (gconstpointer data)
{
  const Suite *suite = data;
  g_autofree gchar *path = g_strconcat ("/srtp/neighbours/subprocess/",
      suite->cipher, NULL);

  g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_autoptr (GstElementFactory) factory = NULL;

  g_unsetenv ("GST_DTLS_SRTP_CRYPTO");
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  factory = gst_element_factory_find ("srtpenc");
  if (factory == NULL)
    return 77;
  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    g_autofree gchar *path = g_strconcat ("/srtp/neighbours/",
        suites[i].cipher, NULL);
    g_autofree gchar *subprocess =
        g_strconcat ("/srtp/neighbours/subprocess/", suites[i].cipher, NULL);

    g_test_add_data_func (path, &suites[i], test_in_subprocess);
    g_test_add_data_func (subprocess, &suites[i], test_before_during_after);
  }
  return g_test_run ();
}
