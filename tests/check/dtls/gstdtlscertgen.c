/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The element dtlscertgen: what it makes, and what it takes from outside.
 */
#include "config.h"

#include <glib/gstdio.h>

#include "certgen.h"
#include "engine/certificate.h"

/* ----- what it makes ----- */

static void
test_properties (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());
  g_autofree gchar *pem = element_string (element, "pem");
  g_autofree gchar *again = element_string (element, "pem");
  g_autofree gchar *fingerprint = element_string (element, "fingerprint");
  g_autoptr (GstDateTime) not_after = NULL;

  g_object_get (element, "not-after", &not_after, NULL);
  g_assert_true (g_str_has_prefix (pem, "-----BEGIN CERTIFICATE-----"));
  g_assert_cmpstr (pem, ==, again);
  g_assert_true (g_regex_match_simple ("^sha-256 ([0-9A-F]{2}:){31}"
          "[0-9A-F]{2}$", fingerprint, 0, 0));
  g_assert_nonnull (not_after);
}

static void
test_key_type (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());
  g_autofree gchar *p256 = element_string (element, "pem");
  g_autofree gchar *p384 = NULL;

  gst_util_set_object_arg (G_OBJECT (element), "key-type", "ecdsa-p384");
  p384 = element_string (element, "pem");
  g_assert_cmpuint (strlen (p384), >, strlen (p256));
}

static void
test_lifetime (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());
  g_autoptr (GstDateTime) not_after = NULL;
  g_autoptr (GDateTime) date = NULL;
  gint64 expected = g_get_real_time () / G_USEC_PER_SEC + 90 * 24 * 60 * 60;

  g_object_set (element, "lifetime", 90, NULL);
  g_object_get (element, "not-after", &not_after, NULL);
  date = gst_date_time_to_g_date_time (not_after);
  g_assert_cmpint (ABS (g_date_time_to_unix (date) - expected), <, 120);
}

/* ----- certificate and key from outside ----- */

static gchar *
make_pem (gchar ** fingerprint)
{
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 30, NULL);
  g_autoptr (DtlsSecret) pem = dtls_certificate_export_pem (certificate);

  if (fingerprint)
    *fingerprint =
        dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);
  return g_strdup ((gchar *) dtls_secret_bytes (pem));
}

static void
test_own_pem (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());
  g_autofree gchar *expected = NULL;
  g_autofree gchar *pem = make_pem (&expected);
  g_autofree gchar *fingerprint = NULL, *read = NULL;

  g_object_set (element, "pem", pem, NULL);
  fingerprint = element_string (element, "fingerprint");
  read = element_string (element, "pem");
  g_assert_cmpstr (fingerprint, ==, expected);
  g_assert_null (strstr (read, "KEY"));
  g_assert_true (g_str_has_prefix (pem, read));
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  certgen_stop (element);
}

static void
assert_fails (const gchar * property, const gchar * value, const gchar * why)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *element = certgen_make ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *fingerprint = NULL;

  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (pipeline), element);
  g_object_set (element, property, value, NULL);
  fingerprint = element_string (element, "fingerprint");
  g_assert_null (fingerprint);
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  message = certgen_pop_message (pipeline, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, why));
  certgen_stop (pipeline);
}

static void
test_bad_pem (void)
{
  g_autofree gchar *pem = make_pem (NULL);

  *strstr (pem, "-----BEGIN PRIVATE") = '\0';
  assert_fails ("pem", pem, "pem: The PEM text has no private key");
  assert_fails ("pem", "", "not PEM");
}

/* after a bad one a good one, and none at all, work again */
static void
test_bad_pem_corrected (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());

  g_object_set (element, "pem", "junk", NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  g_object_set (element, "pem", NULL, NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  certgen_stop (element);
}

/* in use, a bad one changes nothing but is reported */
static void
test_bad_pem_while_running (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *element = certgen_make ();
  g_autofree gchar *expected = NULL, *fingerprint = NULL;
  g_autofree gchar *pem = make_pem (&expected);
  g_autoptr (GstMessage) message = NULL;

  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (pipeline), element);
  g_object_set (element, "pem", pem, NULL);
  gst_element_set_state (pipeline, GST_STATE_READY);
  g_object_set (element, "pem", "junk", NULL);
  fingerprint = element_string (element, "fingerprint");
  g_assert_cmpstr (fingerprint, ==, expected);
  message = certgen_pop_message (pipeline, GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  certgen_stop (pipeline);
}

static void
test_location (void)
{
  g_autofree gchar *directory = g_dir_make_tmp ("certgen-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (directory, "id.pem", NULL);
  g_autofree gchar *first = NULL, *second = NULL, *other = NULL;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());

    g_object_set (element, "location", path, NULL);
    g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
        GST_STATE_CHANGE_SUCCESS);
    *(i ? &second : &first) = element_string (element, "fingerprint");
    certgen_stop (element);
    g_object_set (element, "location", NULL, NULL);
    g_free (other);
    other = element_string (element, "fingerprint");
  }
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (other, !=, second);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
test_bad_location (void)
{
  assert_fails ("location", "/nonexistent/id.pem", "/nonexistent/id.pem");
}

static void
test_pem_and_location (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());
  g_autofree gchar *expected = NULL, *fingerprint = NULL;
  g_autofree gchar *pem = make_pem (&expected);

  g_object_set (element, "pem", pem, "location", "/nonexistent/id.pem", NULL);
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  g_object_set (element, "location", NULL, NULL);
  fingerprint = element_string (element, "fingerprint");
  g_assert_cmpstr (fingerprint, ==, expected);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (dtlscertgen, NULL);
  g_test_add_func ("/dtlscertgen/properties", test_properties);
  g_test_add_func ("/dtlscertgen/key-type", test_key_type);
  g_test_add_func ("/dtlscertgen/lifetime", test_lifetime);
  g_test_add_func ("/dtlscertgen/own-pem", test_own_pem);
  g_test_add_func ("/dtlscertgen/bad-pem", test_bad_pem);
  g_test_add_func ("/dtlscertgen/bad-pem-corrected", test_bad_pem_corrected);
  g_test_add_func ("/dtlscertgen/bad-pem-while-running",
      test_bad_pem_while_running);
  g_test_add_func ("/dtlscertgen/location", test_location);
  g_test_add_func ("/dtlscertgen/bad-location", test_bad_location);
  g_test_add_func ("/dtlscertgen/pem-and-location", test_pem_and_location);
  return g_test_run ();
}
