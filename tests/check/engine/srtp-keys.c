/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys of a handshake: shared by reference, of the profile's sizes.
 */
#include "config.h"

#include "engine/srtp-keys.h"

static void
test_holds (void)
{
  const DtlsProfile *profile =
      dtls_profile_from_id (DTLS_PROFILE_AEAD_AES_256_GCM);
  DtlsSecret *local = dtls_secret_new (44);
  DtlsSecret *remote = dtls_secret_new (44);
  DtlsSrtpKeys *keys = dtls_srtp_keys_new (profile, local, remote);

  g_assert_true (keys->profile == profile);
  g_assert_true (keys->local == local);
  g_assert_true (keys->remote == remote);
  dtls_srtp_keys_unref (keys);
}

/* a box outlives the keys for whoever holds a reference to it */
static void
test_ref (void)
{
  const DtlsProfile *profile =
      dtls_profile_from_id (DTLS_PROFILE_AES128_CM_HMAC_SHA1_80);
  g_autoptr (DtlsSecret) local = dtls_secret_new (30);
  DtlsSrtpKeys *keys = dtls_srtp_keys_new (profile, dtls_secret_ref (local),
      dtls_secret_new (30));

  dtls_secret_bytes (local)[29] = 7;
  g_assert_true (dtls_srtp_keys_ref (keys) == keys);
  dtls_srtp_keys_unref (keys);
  g_assert_cmpuint (dtls_secret_bytes (keys->local)[29], ==, 7);
  dtls_srtp_keys_unref (keys);
  g_assert_cmpuint (dtls_secret_bytes (local)[29], ==, 7);
}

static void
test_wrong_size (void)
{
  if (g_test_subprocess ()) {
    dtls_srtp_keys_new (dtls_profile_from_id (DTLS_PROFILE_AEAD_AES_128_GCM),
        dtls_secret_new (28), dtls_secret_new (30));
    return;
  }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*dtls_srtp_keys_new*remote*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp-keys/holds", test_holds);
  g_test_add_func ("/srtp-keys/ref", test_ref);
  g_test_add_func ("/srtp-keys/wrong-size", test_wrong_size);
  return g_test_run ();
}
