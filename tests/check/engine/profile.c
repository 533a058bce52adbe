/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of SRTP protection profiles against RFC 5764 section 4.1.2 and
 * RFC 7714 sections 12 to 14, and lists of them as text.
 */
#include "config.h"

#include "engine/profile.h"

#include <string.h>

#include "engine/error.h"

static void
assert_profile (guint16 id, const gchar * name, gsize key_size,
    gsize salt_size, gsize rtp_tag_size, gsize rtcp_tag_size, gboolean aead)
{
  const DtlsProfile *profile = dtls_profile_from_id (id);

  g_assert_nonnull (profile);
  g_assert_cmpuint (profile->id, ==, id);
  g_assert_cmpstr (profile->name, ==, name);
  g_assert_cmpuint (profile->key_size, ==, key_size);
  g_assert_cmpuint (profile->salt_size, ==, salt_size);
  g_assert_cmpuint (profile->rtp_tag_size, ==, rtp_tag_size);
  g_assert_cmpuint (profile->rtcp_tag_size, ==, rtcp_tag_size);
  g_assert_true (profile->aead == aead);
}

static void
test_table (void)
{
  assert_profile (0x0001, "AES128_CM_HMAC_SHA1_80", 16, 14, 10, 10, FALSE);
  assert_profile (0x0002, "AES128_CM_HMAC_SHA1_32", 16, 14, 4, 10, FALSE);
  assert_profile (0x0007, "AEAD_AES_128_GCM", 16, 12, 16, 16, TRUE);
  assert_profile (0x0008, "AEAD_AES_256_GCM", 32, 12, 16, 16, TRUE);
}

static void
test_unknown_id (void)
{
  /* the null ciphers 5 and 6 encrypt nothing and are not for us */
  static const guint16 ids[] = { 0, 3, 4, 5, 6, 9, 0x0107, 0xFFFF };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_null (dtls_profile_from_id (ids[i]));
}

static void
assert_parses (const gchar * text, const gchar * expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *back = NULL;
  DtlsProfiles profiles;

  g_assert_true (dtls_profiles_parse (text, &profiles, &error));
  g_assert_no_error (error);
  back = dtls_profiles_to_string (&profiles);
  g_assert_cmpstr (back, ==, expected);
}

static void
test_parse (void)
{
  assert_parses (DTLS_PROFILES_DEFAULT,
      "AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_HMAC_SHA1_80");
  assert_parses ("aead_aes_256_gcm", "AEAD_AES_256_GCM");
  assert_parses ("SRTP_AEAD_AES_128_GCM:srtp_aes128_cm_hmac_sha1_80",
      "AEAD_AES_128_GCM, AES128_CM_HMAC_SHA1_80");
  assert_parses (" AES128_CM_HMAC_SHA1_32 ,, AEAD_AES_128_GCM ",
      "AES128_CM_HMAC_SHA1_32, AEAD_AES_128_GCM");
}

static void
test_parse_once (void)
{
  assert_parses ("AEAD_AES_128_GCM AEAD_AES_256_GCM SRTP_AEAD_AES_128_GCM "
      "AES128_CM_HMAC_SHA1_80 AES128_CM_HMAC_SHA1_32 aead_aes_256_gcm",
      "AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_HMAC_SHA1_80, "
      "AES128_CM_HMAC_SHA1_32");
}

static void
test_parse_none (void)
{
  assert_parses (NULL, "none");
  assert_parses ("", "none");
  assert_parses (" , ", "none");
  assert_parses (" None ", "none");
}

static void
assert_unknown (const gchar * text, const gchar * word)
{
  g_autoptr (GError) error = NULL;
  DtlsProfiles profiles = { 1, {dtls_profile_from_id (7)} };

  g_assert_false (dtls_profiles_parse (text, &profiles, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_UNKNOWN_PROFILE);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, "AEAD_AES_128_GCM"));
  g_assert_nonnull (strstr (error->message, "AES128_CM_HMAC_SHA1_32"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  /* the list is as it was */
  g_assert_cmpuint (profiles.count, ==, 1);
  g_assert_true (profiles.items[0] == dtls_profile_from_id (7));
}

static void
test_parse_unknown (void)
{
  assert_unknown ("AEAD_AES_128_GCM, AES_512", "AES_512");
  assert_unknown ("none, AEAD_AES_128_GCM", "none");
  assert_unknown ("SRTP_", "SRTP_");
  assert_unknown ("SRTP_NULL_HMAC_SHA1_80", "SRTP_NULL_HMAC_SHA1_80");
  assert_unknown ("AEAD_AES_128_GCM\xFF", "AEAD_AES_128_GCM");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/table", test_table);
  g_test_add_func ("/profile/unknown-id", test_unknown_id);
  g_test_add_func ("/profile/parse", test_parse);
  g_test_add_func ("/profile/parse-once", test_parse_once);
  g_test_add_func ("/profile/parse-none", test_parse_none);
  g_test_add_func ("/profile/parse-unknown", test_parse_unknown);
  return g_test_run ();
}
