/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who gets which certificate, and when it is another. The wall clock is the
 * test's own: the linker puts it in g_get_real_time()'s place.
 */
#include "config.h"

#include "dtls/certificate-source.h"
#include "engine/error.h"

#define DAY_US (G_GINT64_CONSTANT (24) * 60 * 60 * G_USEC_PER_SEC)
#define LIFETIME_DAYS 10

static gint64 clock_offset_us;

gint64 __real_g_get_real_time (void);
gint64 __wrap_g_get_real_time (void);

gint64
__wrap_g_get_real_time (void)
{
  return __real_g_get_real_time () + clock_offset_us;
}

/* ----- helpers ----- */

static DtlsCertificateSource *
make_source (DtlsCertificateScope scope)
{
  clock_offset_us = 0;
  return dtls_certificate_source_new (DTLS_KEY_TYPE_ECDSA_P256, LIFETIME_DAYS,
      scope);
}

static gchar *
take_fingerprint (DtlsCertificateSource * source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_source_take (source, &error);

  g_assert_no_error (error);
  return dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);
}

static gchar *
peek_fingerprint (DtlsCertificateSource * source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_source_peek (source, &error);

  g_assert_no_error (error);
  return certificate ? dtls_certificate_get_fingerprint (certificate,
      DTLS_HASH_SHA_256) : NULL;
}

static void
count_changes (DtlsCertificateSource * source, DtlsCertificate * certificate,
    guint * changes)
{
  g_autofree gchar *fingerprint = peek_fingerprint (source);
  g_autofree gchar *of_signal =
      dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);

  g_assert_cmpstr (of_signal, ==, fingerprint);
  (*changes)++;
}

/* ----- tests ----- */

static void
test_pipeline_scope (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_PIPELINE);
  g_autofree gchar *seen = peek_fingerprint (source);
  g_autofree gchar *first = take_fingerprint (source);
  g_autofree gchar *second = take_fingerprint (source);

  g_assert_cmpstr (first, ==, seen);
  g_assert_cmpstr (second, ==, seen);
}

static void
test_association_scope (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_ASSOCIATION);
  g_autofree gchar *nothing = peek_fingerprint (source);
  g_autofree gchar *first = take_fingerprint (source);
  g_autofree gchar *second = take_fingerprint (source);
  g_autofree gchar *seen = peek_fingerprint (source);

  g_assert_null (nothing);
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpstr (seen, ==, second);
}

static void
test_renewed_at_half_life (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_PIPELINE);
  guint changes = 0;
  g_autofree gchar *first = NULL, *before = NULL, *after = NULL;

  g_signal_connect (source, "changed", G_CALLBACK (count_changes), &changes);
  first = take_fingerprint (source);
  g_assert_cmpuint (changes, ==, 1);

  clock_offset_us = LIFETIME_DAYS * DAY_US / 2 - DAY_US;
  before = take_fingerprint (source);
  g_assert_cmpstr (before, ==, first);
  g_assert_cmpuint (changes, ==, 1);

  clock_offset_us = LIFETIME_DAYS * DAY_US / 2 + 1;
  after = take_fingerprint (source);
  g_assert_cmpstr (after, !=, first);
  g_assert_cmpuint (changes, ==, 2);
}

/* whoever holds the old one keeps it */
static void
test_old_one_stays_valid (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_PIPELINE);
  g_autoptr (DtlsCertificate) old = dtls_certificate_source_take (source, NULL);
  g_autofree gchar *pem = g_strdup (dtls_certificate_get_pem (old));
  g_autofree gchar *after = NULL;

  clock_offset_us = LIFETIME_DAYS * DAY_US;
  after = take_fingerprint (source);
  g_assert_cmpstr (dtls_certificate_get_pem (old), ==, pem);
}

static void
test_own (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_ASSOCIATION);
  g_autoptr (DtlsCertificate) own =
      dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P384, 1, NULL);
  g_autofree gchar *expected =
      dtls_certificate_get_fingerprint (own, DTLS_HASH_SHA_256);
  g_autofree gchar *first = NULL, *late = NULL, *made = NULL;

  dtls_certificate_source_set_own (source, own);
  first = take_fingerprint (source);
  clock_offset_us = 100 * DAY_US;
  late = take_fingerprint (source);
  g_assert_cmpstr (first, ==, expected);
  g_assert_cmpstr (late, ==, expected);

  dtls_certificate_source_set_own (source, NULL);
  made = take_fingerprint (source);
  g_assert_cmpstr (made, !=, expected);
}

static void
test_error (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_PIPELINE);
  g_autoptr (GError) taken = NULL, peeked = NULL;
  g_autofree gchar *after = NULL;

  dtls_certificate_source_set_error (source,
      g_error_new_literal (DTLS_ERROR, DTLS_ERROR_INVALID_PEM, "bad"));
  g_assert_null (dtls_certificate_source_take (source, &taken));
  g_assert_error (taken, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  g_assert_null (dtls_certificate_source_peek (source, &peeked));
  g_assert_error (peeked, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  dtls_certificate_source_set_own (source, NULL);
  after = take_fingerprint (source);
  g_assert_nonnull (after);
}

static void
test_configure (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_PIPELINE);
  g_autofree gchar *first = take_fingerprint (source);
  g_autofree gchar *same = NULL, *other = NULL;

  dtls_certificate_source_configure (source, DTLS_KEY_TYPE_ECDSA_P256,
      LIFETIME_DAYS, DTLS_CERTIFICATE_SCOPE_PIPELINE);
  same = take_fingerprint (source);
  dtls_certificate_source_configure (source, DTLS_KEY_TYPE_ECDSA_P384,
      LIFETIME_DAYS, DTLS_CERTIFICATE_SCOPE_PIPELINE);
  other = take_fingerprint (source);
  g_assert_cmpstr (same, ==, first);
  g_assert_cmpstr (other, !=, first);
}

static void
test_default_is_shared (void)
{
  g_autoptr (DtlsCertificateSource) one = dtls_certificate_source_default ();
  g_autoptr (DtlsCertificateSource) two = dtls_certificate_source_default ();
  g_autofree gchar *first = take_fingerprint (one);
  g_autofree gchar *second = take_fingerprint (two);

  g_assert_true (one == two);
  g_assert_cmpstr (first, ==, second);
}

static void
test_context (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_PIPELINE);
  g_autoptr (GstContext) context = dtls_certificate_source_to_context (source);
  g_autoptr (DtlsCertificateSource) back =
      dtls_certificate_source_from_context (context);
  g_autoptr (GstContext) other = gst_context_new ("some.other", FALSE);
  g_autoptr (GstContext) empty =
      gst_context_new (DTLS_CERTIFICATE_CONTEXT_TYPE, FALSE);

  g_assert_true (back == source);
  g_assert_null (dtls_certificate_source_from_context (other));
  g_assert_null (dtls_certificate_source_from_context (empty));
}

static gpointer
take_in_thread (gpointer source)
{
  return take_fingerprint (source);
}

/* all who ask at the same time get the same one */
static void
test_threads (void)
{
  g_autoptr (DtlsCertificateSource) source =
      make_source (DTLS_CERTIFICATE_SCOPE_PIPELINE);
  GThread *threads[8];
  gchar *fingerprints[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("take", take_in_thread, source);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    fingerprints[i] = g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpstr (fingerprints[i], ==, fingerprints[0]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_free (fingerprints[i]);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/certificate-source/pipeline-scope", test_pipeline_scope);
  g_test_add_func ("/certificate-source/association-scope",
      test_association_scope);
  g_test_add_func ("/certificate-source/renewed-at-half-life",
      test_renewed_at_half_life);
  g_test_add_func ("/certificate-source/old-one-stays-valid",
      test_old_one_stays_valid);
  g_test_add_func ("/certificate-source/own", test_own);
  g_test_add_func ("/certificate-source/error", test_error);
  g_test_add_func ("/certificate-source/configure", test_configure);
  g_test_add_func ("/certificate-source/default-is-shared",
      test_default_is_shared);
  g_test_add_func ("/certificate-source/context", test_context);
  g_test_add_func ("/certificate-source/threads", test_threads);
  return g_test_run ();
}
