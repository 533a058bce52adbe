/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fingerprints: known digests, every form that is allowed, every content
 * that is not. The bytes "abc" stand in for a certificate; their digests are
 * the examples of FIPS 180-4.
 */
#include "config.h"

#include "engine/fingerprint.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "engine/error.h"

#define ABC_256 "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:" \
    "B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD"
#define ABC_256_LOWER "ba:78:16:bf:8f:01:cf:ea:41:41:40:de:5d:ae:22:23:" \
    "b0:03:61:a3:96:17:7a:9c:b4:10:ff:61:f2:00:15:ad"
#define OTHER_256 "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:" \
    "B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AE"
#define ABC_384 "CB:00:75:3F:45:A3:5E:8B:B5:A0:3D:69:9A:C6:50:07:" \
    "27:2C:32:AB:0E:DE:D1:63:1A:8B:60:5A:43:FF:5B:ED:" \
    "80:86:07:2B:A1:E7:CC:23:58:BA:EC:A1:34:C8:25:A7"
#define ABC_512 "DD:AF:35:A1:93:61:7A:BA:CC:41:73:49:AE:20:41:31:" \
    "12:E6:FA:4E:89:A9:7E:A2:0A:9E:EE:E6:4B:55:D3:9A:" \
    "21:92:99:2A:27:4F:C1:A8:36:BA:3C:23:A3:FE:EB:BD:" \
    "45:4D:44:23:64:3C:E8:0E:2A:9A:C9:4F:A5:4C:A4:9F"
#define SHA_1 "sha-1 A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:" \
    "9C:D0:D8:9D"

static gboolean
matches (const gchar * text, const gchar * der)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsFingerprints) fingerprints =
      dtls_fingerprints_parse (text, &error);

  g_assert_no_error (error);
  return dtls_fingerprints_match (fingerprints, (const guint8 *) der,
      strlen (der));
}

static void
assert_format (DtlsHash hash, const gchar * expected)
{
  g_autofree gchar *value =
      dtls_fingerprint_format ((const guint8 *) "abc", 3, hash);

  g_assert_cmpstr (value, ==, expected);
}

/* Stands in for the function of that name; see link_args. */
static gboolean hash_fails;

int __real_gnutls_hash_fast (gnutls_digest_algorithm_t algorithm,
    const void *text, size_t size, void *digest);
int __wrap_gnutls_hash_fast (gnutls_digest_algorithm_t algorithm,
    const void *text, size_t size, void *digest);

int
__wrap_gnutls_hash_fast (gnutls_digest_algorithm_t algorithm, const void *text,
    size_t size, void *digest)
{
  return hash_fails ? GNUTLS_E_UNKNOWN_HASH_ALGORITHM :
      __real_gnutls_hash_fast (algorithm, text, size, digest);
}

/* No fingerprint, no match, and no end of the program. */
static void
test_missing_hash (void)
{
  hash_fails = TRUE;
  assert_format (DTLS_HASH_SHA_256, NULL);
  g_assert_false (matches ("sha-256 " ABC_256, "abc"));
  hash_fails = FALSE;
  g_assert_true (matches ("sha-256 " ABC_256, "abc"));
}

static void
test_format (void)
{
  assert_format (DTLS_HASH_SHA_256, "sha-256 " ABC_256);
  assert_format (DTLS_HASH_SHA_384, "sha-384 " ABC_384);
  assert_format (DTLS_HASH_SHA_512, "sha-512 " ABC_512);
}

static void
test_match (void)
{
  static const gchar *const forms[] = {
    "sha-256 " ABC_256,
    "sha-256 " ABC_256_LOWER,
    "SHA-256 " ABC_256_LOWER,
    "  sha-256 \t " ABC_256 "  ",
    "a=fingerprint:sha-256 " ABC_256 "\r\n",
    "fingerprint:sha-256 " ABC_256,
    "A=Fingerprint: sha-256 " ABC_256,
    "sha256 Fingerprint=" ABC_256,
    "SHA256 Fingerprint=" ABC_256 "\n",
    "sha512 Fingerprint=" ABC_512,
    "sha256 " ABC_256,
    "sha-384 " ABC_384,
    "sha-512 " ABC_512,
    "sha-256 " OTHER_256 ", sha-256 " ABC_256,
    "sha-256 " ABC_256 ";sha-256 " OTHER_256,
    "a=fingerprint:sha-256 " OTHER_256 "\r\na=fingerprint:sha-256 " ABC_256,
    ",, sha-256 " ABC_256 " ,",
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_assert_true (matches (forms[i], "abc"));
    g_assert_false (matches (forms[i], "abd"));
  }
}

static void
test_one_bit_off (void)
{
  g_assert_false (matches ("sha-256 " OTHER_256, "abc"));
}

/* RFC 8122 section 5: a weaker value that fits does not make up for a
 * stronger one that does not */
static void
test_strongest_counts (void)
{
  g_autofree gchar *other_512 = g_strdup ("sha-256 " ABC_256 ",sha-512 "
      ABC_512);

  g_assert_true (matches (other_512, "abc"));
  other_512[strlen (other_512) - 1] = 'E';
  g_assert_false (matches (other_512, "abc"));
  g_assert_true (matches ("sha-256 " OTHER_256 ",sha-512 " ABC_512, "abc"));
}

static void
test_weak_beside_strong (void)
{
  g_assert_true (matches (SHA_1 "\r\nsha-256 " ABC_256, "abc"));
  g_assert_true (matches ("sha-256 " ABC_256 ",md5 00:11", "abc"));
  g_assert_false (matches (SHA_1 ",sha-256 " OTHER_256, "abc"));
}

static void
test_to_string (void)
{
  g_autoptr (DtlsFingerprints) fingerprints =
      dtls_fingerprints_parse ("a=fingerprint:SHA-256 " ABC_256_LOWER
      "\nsha-384 " ABC_384, NULL);
  g_autofree gchar *text = dtls_fingerprints_to_string (fingerprints);
  g_autoptr (DtlsFingerprints) again = dtls_fingerprints_parse (text, NULL);
  g_autofree gchar *text_again = dtls_fingerprints_to_string (again);

  g_assert_cmpstr (text, ==, "sha-256 " ABC_256 ", sha-384 " ABC_384);
  g_assert_cmpstr (text_again, ==, text);
}

static void
test_refuse (void)
{
  static const struct
  {
    const gchar *text;
    const gchar *named;         /* what the message must say */
  } cases[] = {
    {NULL, "empty"},
    {"", "empty"},
    {" , ;\r\n", "empty"},
    {"sha-256", "sha-256"},
    {ABC_256, ABC_256},
    {"sha-256 ", "not a fingerprint"},
    {"sha-256 :", "32 bytes"},
    {"sha-256 AB:CD", "AB:CD"},
    {"sha-256 " ABC_256 ":00", "32 bytes"},
    {"sha-256 " ABC_256 ":", "32 bytes"},
    {"sha-256 " ABC_256 " 00", "32 bytes"},
    {"sha-512 " ABC_256, "64 bytes"},
    {"sha-384 " ABC_512, "48 bytes"},
    {"sha-265 " ABC_256, "sha-265"},
    {"sha-256=" ABC_256, "sha-256="},
    {SHA_1, "\"sha-1\" is too weak"},
    {"MD5 00:11", "\"MD5\" is too weak"},
    {"sha-224 00:11", "too weak"},
    {"sha1 Fingerprint=00:11", "\"sha1\" is too weak"},
    {"sha256 Fingerprint=AB", "32 bytes"},
    {"sha256 Fingerprint " ABC_256, "32 bytes"},
    {"Fingerprint=" ABC_256, "not a fingerprint"},
    {"sha-256 " ABC_256 ", sha-256 AB", "\"sha-256 AB\""},
    {"sha-256 " ABC_256 ", sha-3 AB", "sha-3"},
    {"sha-256 \xFF\xFE", "32 bytes"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (dtls_fingerprints_parse (cases[i].text, &error));
    g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, cases[i].named));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
  }
}

/* every single character changed to one that is no part of a digest */
static void
test_refuse_any_bad_character (void)
{
  const gsize start = strlen ("sha-256 ");

  for (gsize i = start; i < strlen ("sha-256 " ABC_256); i++) {
    g_autofree gchar *text = g_strdup ("sha-256 " ABC_256);
    g_autoptr (GError) error = NULL;

    text[i] = 'G';
    g_assert_null (dtls_fingerprints_parse (text, &error));
    g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT);
  }
}

static void
test_long_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = g_strnfill (1000000, 'A');

  g_assert_null (dtls_fingerprints_parse (text, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT);
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fingerprint/missing-hash", test_missing_hash);
  g_test_add_func ("/fingerprint/format", test_format);
  g_test_add_func ("/fingerprint/match", test_match);
  g_test_add_func ("/fingerprint/one-bit-off", test_one_bit_off);
  g_test_add_func ("/fingerprint/strongest-counts", test_strongest_counts);
  g_test_add_func ("/fingerprint/weak-beside-strong", test_weak_beside_strong);
  g_test_add_func ("/fingerprint/to-string", test_to_string);
  g_test_add_func ("/fingerprint/refuse", test_refuse);
  g_test_add_func ("/fingerprint/refuse-any-bad-character",
      test_refuse_any_bad_character);
  g_test_add_func ("/fingerprint/long-text", test_long_text);
  return g_test_run ();
}
