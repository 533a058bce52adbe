/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys as buffers, and the numbers of GStreamer's SRTP elements.
 */
#include "config.h"

#include "exported-keys.h"

static void
test_buffer_is_the_secret_read_only (void)
{
  DtlsSecret *secret = dtls_secret_new (30);
  GstBuffer *buffer;
  GstMapInfo map;

  dtls_secret_bytes (secret)[29] = 7;
  buffer = dtls_export_key (secret);
  dtls_secret_unref (secret);
  g_assert_true (GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (buffer, 0)));
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_assert_cmpuint (map.size, ==, 30);
  g_assert_cmpuint (map.data[29], ==, 7);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

static void
test_numbers (void)
{
  static const guint expected[][3] = {
    {DTLS_PROFILE_AES128_CM_HMAC_SHA1_80, 1, 2},
    {DTLS_PROFILE_AES128_CM_HMAC_SHA1_32, 1, 1},
    {DTLS_PROFILE_AEAD_AES_128_GCM, 3, 0},
    {DTLS_PROFILE_AEAD_AES_256_GCM, 4, 0},
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    const DtlsProfile *profile = dtls_profile_from_id (expected[i][0]);
    gsize size = profile->key_size + profile->salt_size;
    DtlsSrtpKeys *keys = dtls_srtp_keys_new (profile, dtls_secret_new (size),
        dtls_secret_new (size));

    g_assert_cmpuint (dtls_export_srtp_cipher (keys), ==, expected[i][1]);
    g_assert_cmpuint (dtls_export_srtp_auth (keys), ==, expected[i][2]);
    dtls_srtp_keys_unref (keys);
  }
  g_assert_cmpuint (dtls_export_srtp_cipher (NULL), ==, 0);
  g_assert_cmpuint (dtls_export_srtp_auth (NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exported-keys/buffer-is-the-secret-read-only",
      test_buffer_is_the_secret_read_only);
  g_test_add_func ("/exported-keys/numbers", test_numbers);
  return g_test_run ();
}
