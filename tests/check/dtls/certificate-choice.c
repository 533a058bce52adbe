/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which certificate an element shows: its own before that of a linked
 * dtlscertgen, that before the pipeline's, and that before the process's.
 */
#include "config.h"

#include "dtls/certificate-choice.h"

#include "dtls/certificate-source.h"
#include "dtls/elements.h"
#include "engine/error.h"
#include "engine/secret.h"

/* Stands in for the function of that name; see link_args. */
static gint n_generated;

DtlsCertificate *__real_dtls_certificate_generate (DtlsKeyType key_type,
    guint lifetime_days, GError ** error);
DtlsCertificate *__wrap_dtls_certificate_generate (DtlsKeyType key_type,
    guint lifetime_days, GError ** error);

DtlsCertificate *
__wrap_dtls_certificate_generate (DtlsKeyType key_type, guint lifetime_days,
    GError ** error)
{
  g_atomic_int_inc (&n_generated);
  return __real_dtls_certificate_generate (key_type, lifetime_days, error);
}

/* An element in a pipeline, with a pad to link a dtlscertgen to. */
typedef struct
{
  GstElement *pipeline;
  GstElement *owner;
  GstPad *pad;
  DtlsCertificateChoice *choice;
} Fixture;

static void
set_up (Fixture * fixture, gconstpointer data)
{
  fixture->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  fixture->owner = gst_bin_new (NULL);
  gst_bin_add (GST_BIN (fixture->pipeline), fixture->owner);
  fixture->pad = gst_pad_new ("sink", GST_PAD_SINK);
  gst_element_add_pad (fixture->owner, fixture->pad);
  fixture->choice = dtls_certificate_choice_new (fixture->owner);
}

static void
tear_down (Fixture * fixture, gconstpointer data)
{
  gst_element_set_state (fixture->pipeline, GST_STATE_NULL);
  dtls_certificate_choice_free (fixture->choice);
  gst_object_unref (fixture->pipeline);
}

static gchar *
get_fingerprint (Fixture * fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_choice_get (fixture->choice, &error);

  g_assert_no_error (error);
  return dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);
}

static void
assert_shown (Fixture * fixture, const gchar * expected)
{
  g_autofree gchar *shown = get_fingerprint (fixture);

  g_assert_cmpstr (shown, ==, expected);
}

static GstElement *
add_certgen (Fixture * fixture)
{
  GstElement *certgen = gst_element_factory_make ("dtlscertgen", NULL);

  gst_bin_add (GST_BIN (fixture->pipeline), certgen);
  return certgen;
}

static gchar *
fingerprint_of (GstElement * certgen)
{
  gchar *fingerprint;

  g_object_get (certgen, "fingerprint", &fingerprint, NULL);
  return fingerprint;
}

/* Two of them: one for the pipeline, one linked. */
static gchar *
add_of_pipeline (Fixture * fixture)
{
  GstElement *certgen = add_certgen (fixture);

  gst_element_set_state (certgen, GST_STATE_READY);
  return fingerprint_of (certgen);
}

static GstElement *
add_linked (Fixture * fixture)
{
  GstElement *certgen = add_certgen (fixture);
  g_autoptr (GstPad) src = gst_element_get_static_pad (certgen, "src");

  g_assert_cmpint (gst_pad_link_full (src, fixture->pad,
          GST_PAD_LINK_CHECK_NOTHING), ==, GST_PAD_LINK_OK);
  dtls_certificate_choice_set_pad (fixture->choice, fixture->pad);
  return certgen;
}

static gchar *
set_own (Fixture * fixture)
{
  g_autoptr (DtlsCertificate) own =
      dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 30, NULL);
  g_autoptr (DtlsSecret) pem = dtls_certificate_export_pem (own);
  g_autoptr (GError) error = NULL;

  g_assert_true (dtls_certificate_choice_set_pem (fixture->choice,
          (gchar *) dtls_secret_bytes (pem), &error));
  g_assert_no_error (error);
  return dtls_certificate_get_fingerprint (own, DTLS_HASH_SHA_256);
}

static void
test_process (Fixture * fixture, gconstpointer data)
{
  g_autoptr (DtlsCertificateSource) source = dtls_certificate_source_default ();
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_source_take (source, NULL);
  g_autofree gchar *expected =
      dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);

  assert_shown (fixture, expected);
}

static void
test_pipeline (Fixture * fixture, gconstpointer data)
{
  g_autofree gchar *expected = add_of_pipeline (fixture);

  assert_shown (fixture, expected);
}

static void
test_linked (Fixture * fixture, gconstpointer data)
{
  g_autofree gchar *of_pipeline = add_of_pipeline (fixture);
  g_autofree gchar *expected = fingerprint_of (add_linked (fixture));

  g_assert_cmpstr (expected, !=, of_pipeline);
  assert_shown (fixture, expected);
}

static void
test_own (Fixture * fixture, gconstpointer data)
{
  g_autofree gchar *of_pipeline = add_of_pipeline (fixture);
  g_autofree gchar *of_linked = fingerprint_of (add_linked (fixture));
  g_autofree gchar *expected = set_own (fixture);

  g_assert_cmpstr (expected, !=, of_pipeline);
  g_assert_cmpstr (expected, !=, of_linked);
  assert_shown (fixture, expected);
}

/* an application that has put a fingerprint into SDP relies on it */
static void
test_stays (Fixture * fixture, gconstpointer data)
{
  g_autofree gchar *first = get_fingerprint (fixture);
  g_autofree gchar *of_pipeline = add_of_pipeline (fixture);
  g_autofree gchar *own = NULL;

  g_assert_cmpstr (of_pipeline, !=, first);
  assert_shown (fixture, first);
  own = set_own (fixture);
  assert_shown (fixture, own);
}

static void
test_bad_pem (Fixture * fixture, gconstpointer data)
{
  g_autofree gchar *own = set_own (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_false (dtls_certificate_choice_set_pem (fixture->choice, "junk",
          &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  assert_shown (fixture, own);
}

/* a linked dtlscertgen that has none is not passed over for another */
static void
test_linked_has_none (Fixture * fixture, gconstpointer data)
{
  g_autofree gchar *of_pipeline = add_of_pipeline (fixture);
  g_autoptr (GError) error = NULL;

  g_object_set (add_linked (fixture), "pem", "junk", NULL);
  g_assert_null (dtls_certificate_choice_get (fixture->choice, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
}

/* An element with a PEM of its own never has another made, and one without
 * has it made when it is first needed. */
static void
test_no_key_is_made_in_init_or_beside_a_pem (Fixture * fixture,
    gconstpointer data)
{
  g_autoptr (DtlsCertificate) own = dtls_certificate_generate
      (DTLS_KEY_TYPE_ECDSA_P256, 1, NULL);
  g_autoptr (DtlsSecret) pem = dtls_certificate_export_pem (own);
  g_autofree gchar *fingerprint = dtls_certificate_get_fingerprint (own,
      DTLS_HASH_SHA_256);
  gint before = g_atomic_int_get (&n_generated);
  GstElement *dec = gst_object_ref_sink (gst_element_factory_make ("dtlsdec",
          NULL));
  g_autofree gchar *shown = NULL;

  g_object_set (dec, "connection-id", "no-key", "pem",
      (const gchar *) dtls_secret_bytes (pem), NULL);
  gst_element_set_state (dec, GST_STATE_PAUSED);
  g_object_get (dec, "fingerprint", &shown, NULL);
  g_assert_cmpstr (shown, ==, fingerprint);
  gst_element_set_state (dec, GST_STATE_NULL);
  gst_object_unref (dec);
  g_assert_cmpint (g_atomic_int_get (&n_generated), ==, before);

  dec = gst_object_ref_sink (gst_element_factory_make ("dtlsdec", NULL));
  g_assert_cmpint (g_atomic_int_get (&n_generated), ==, before);
  g_clear_pointer (&shown, g_free);
  g_object_get (dec, "fingerprint", &shown, NULL);
  g_assert_cmpint (g_atomic_int_get (&n_generated), ==, before + 1);
  gst_object_unref (dec);
}

static void
add (const gchar * name, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (dtlscertgen, NULL);
  GST_ELEMENT_REGISTER (dtlsdec, NULL);
  add ("/certificate-choice/no-key-is-made-in-init-or-beside-a-pem",
      test_no_key_is_made_in_init_or_beside_a_pem);
  add ("/certificate-choice/process", test_process);
  add ("/certificate-choice/pipeline", test_pipeline);
  add ("/certificate-choice/linked", test_linked);
  add ("/certificate-choice/own", test_own);
  add ("/certificate-choice/stays", test_stays);
  add ("/certificate-choice/bad-pem", test_bad_pem);
  add ("/certificate-choice/linked-has-none", test_linked_has_none);
  return g_test_run ();
}
