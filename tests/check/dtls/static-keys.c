/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys set by hand: which names and sizes fit together, and what is said when
 * they do not.
 */
#include "config.h"

#include <gst/gst.h>

#include "dtls/static-keys.h"
#include "engine/error.h"

/* In the order of the properties. */
enum
{
  KEY,
  SRTP_CIPHER,
  SRTP_AUTH,
  SRTCP_CIPHER,
  SRTCP_AUTH,
};

static DtlsStaticKeys *keys;

static void
set_text (guint id, const gchar * text)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  g_assert_true (dtls_static_keys_set_property (keys, 1 + id, &value));
  g_value_unset (&value);
}

static void
set_key (gsize size)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_BUFFER);
  if (size > 0)
    g_value_take_boxed (&value, gst_buffer_new_wrapped (g_malloc0 (size),
            size));
  g_assert_true (dtls_static_keys_set_property (keys, 1 + KEY, &value));
  g_value_unset (&value);
}

static void
setup (gsize key_size, const gchar * cipher, const gchar * auth,
    const gchar * srtcp_cipher, const gchar * srtcp_auth)
{
  g_clear_pointer (&keys, dtls_static_keys_free);
  keys = dtls_static_keys_new (1);
  set_key (key_size);
  set_text (SRTP_CIPHER, cipher);
  set_text (SRTP_AUTH, auth);
  set_text (SRTCP_CIPHER, srtcp_cipher);
  set_text (SRTCP_AUTH, srtcp_auth);
}

static void
assert_profile (guint16 profile)
{
  GError *error = NULL;
  DtlsSrtpKeys *made = dtls_static_keys_make (keys, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (made->profile->id, ==, profile);
  g_assert_true (made->local == made->remote);
  dtls_srtp_keys_unref (made);
}

static void
assert_refused (const gchar * named)
{
  GError *error = NULL;

  g_assert_null (dtls_static_keys_make (keys, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_KEY);
  g_assert_nonnull (strstr (error->message, named));
  g_error_free (error);
}

static void
test_names_of_srtpenc (void)
{
  setup (30, "aes-128-icm", "hmac-sha1-80", "aes-128-icm", "hmac-sha1-80");
  assert_profile (DTLS_PROFILE_AES128_CM_HMAC_SHA1_80);
  setup (30, "aes-128-icm", "hmac-sha1-32", "aes-128-icm", "hmac-sha1-80");
  assert_profile (DTLS_PROFILE_AES128_CM_HMAC_SHA1_32);
  setup (28, "aes-128-gcm", "null", "aes-128-gcm", "null");
  assert_profile (DTLS_PROFILE_AEAD_AES_128_GCM);
  setup (44, "aes-256-gcm", NULL, NULL, NULL);
  assert_profile (DTLS_PROFILE_AEAD_AES_256_GCM);
  setup (30, NULL, NULL, NULL, NULL);
  assert_profile (DTLS_PROFILE_AES128_CM_HMAC_SHA1_80);
}

static void
test_nothing_in_the_clear (void)
{
  setup (30, "null", "null", "null", "null");
  assert_refused ("null");
  setup (30, "aes-128-icm", "null", "aes-128-icm", "hmac-sha1-80");
  assert_refused ("null");
  setup (30, "aes-128-icm", "hmac-sha1-80", "null", "hmac-sha1-80");
  assert_refused ("null");
  setup (30, "aes-128-icm", "hmac-sha1-80", "aes-128-icm", "null");
  assert_refused ("null");
}

static void
test_wrong_values_are_named (void)
{
  setup (30, "rot13", "hmac-sha1-80", NULL, NULL);
  assert_refused ("rot13");
  setup (30, "aes-128-icm", "hmac-sha1-80", "aes-128-gcm", "hmac-sha1-80");
  assert_refused ("aes-128-gcm");
  setup (30, "aes-128-icm", "hmac-sha1-32", "aes-128-icm", "hmac-sha1-32");
  assert_refused ("hmac-sha1-32");
  setup (29, "aes-128-icm", "hmac-sha1-80", NULL, NULL);
  assert_refused ("29");
  setup (0, "aes-128-icm", "hmac-sha1-80", NULL, NULL);
  assert_refused ("30");
}

static void
test_used_when_any_is_set (void)
{
  setup (0, NULL, NULL, NULL, NULL);
  g_assert_false (dtls_static_keys_are_used (keys));
  set_text (SRTCP_AUTH, "hmac-sha1-80");
  g_assert_true (dtls_static_keys_are_used (keys));
  setup (30, NULL, NULL, NULL, NULL);
  g_assert_true (dtls_static_keys_are_used (keys));
}

static void
test_reading (void)
{
  GValue value = G_VALUE_INIT;

  setup (30, "aes-128-icm", NULL, NULL, NULL);
  g_value_init (&value, GST_TYPE_BUFFER);
  g_assert_true (dtls_static_keys_get_property (keys, 1 + KEY, &value));
  g_assert_null (g_value_get_boxed (&value));
  g_value_unset (&value);
  g_value_init (&value, G_TYPE_STRING);
  g_assert_true (dtls_static_keys_get_property (keys, 1 + SRTP_CIPHER, &value));
  g_assert_cmpstr (g_value_get_string (&value), ==, "aes-128-icm");
  g_value_unset (&value);
}

static void
test_ids_of_others_are_left_alone (void)
{
  GValue value = G_VALUE_INIT;

  setup (30, NULL, NULL, NULL, NULL);
  g_value_init (&value, G_TYPE_STRING);
  g_assert_false (dtls_static_keys_set_property (keys, 0, &value));
  g_assert_false (dtls_static_keys_get_property (keys, 6, &value));
  g_value_unset (&value);
}

int
main (int argc, char **argv)
{
  int result;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/static-keys/" #name, test_##name)
  ADD (names_of_srtpenc);
  ADD (nothing_in_the_clear);
  ADD (wrong_values_are_named);
  ADD (used_when_any_is_set);
  ADD (reading);
  ADD (ids_of_others_are_left_alone);
#undef ADD
  result = g_test_run ();
  g_clear_pointer (&keys, dtls_static_keys_free);
  return result;
}
