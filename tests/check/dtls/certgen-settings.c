/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a dtlscertgen was told, without the element.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <gst/gst.h>

#include "dtls/certgen-settings.h"
#include "engine/error.h"
#include "engine/secret.h"

typedef struct
{
  DtlsCertGenSettings *settings;
  DtlsCertificate *own;
  gchar *pem;                   /* of own, with the key */
} Fixture;

static void
set_up (Fixture * self, gconstpointer data)
{
  g_autoptr (DtlsSecret) text = NULL;

  self->settings = dtls_certgen_settings_new ();
  self->own = dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 1, NULL);
  text = dtls_certificate_export_pem (self->own);
  self->pem = g_strdup ((const gchar *) dtls_secret_bytes (text));
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  dtls_certgen_settings_free (self->settings);
  dtls_certificate_unref (self->own);
  g_free (self->pem);
}

static void
assert_gives (Fixture * self, gboolean own)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_certgen_settings_get_certificate (self->settings, &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_str_equal (dtls_certificate_get_pem (certificate),
          dtls_certificate_get_pem (self->own)), ==, own);
}

static void
test_recipe (Fixture * self, gconstpointer data)
{
  g_autoptr (DtlsCertificate) certificate = NULL;
  DtlsCertGenRecipe recipe;

  dtls_certgen_settings_set_lifetime (self->settings, 7);
  dtls_certgen_settings_set_key_type (self->settings, DTLS_KEY_TYPE_ECDSA_P384);
  dtls_certgen_settings_set_scope (self->settings,
      DTLS_CERTIFICATE_SCOPE_ASSOCIATION);
  dtls_certgen_settings_get_recipe (self->settings, &recipe);
  g_assert_cmpuint (recipe.lifetime_days, ==, 7);
  g_assert_cmpint (recipe.key_type, ==, DTLS_KEY_TYPE_ECDSA_P384);
  g_assert_cmpint (recipe.scope, ==, DTLS_CERTIFICATE_SCOPE_ASSOCIATION);
  certificate = dtls_certgen_settings_get_certificate (self->settings, NULL);
  g_assert_null (certificate);
}

static void
test_pem_instead_of_a_made_one (Fixture * self, gconstpointer data)
{
  assert_gives (self, FALSE);
  g_assert_true (dtls_certgen_settings_set_pem (self->settings, self->pem,
          FALSE, NULL));
  assert_gives (self, TRUE);
  g_assert_true (dtls_certgen_settings_set_pem (self->settings, NULL, FALSE,
          NULL));
  assert_gives (self, FALSE);
}

static void
test_bad_pem_leaves_the_former (Fixture * self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  dtls_certgen_settings_set_pem (self->settings, self->pem, TRUE, NULL);
  g_assert_false (dtls_certgen_settings_set_pem (self->settings, "junk", TRUE,
          &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  assert_gives (self, TRUE);
}

/* Whoever got hold of the source is not served with another certificate. */
static void
test_bad_pem_fails_the_source (Fixture * self, gconstpointer data)
{
  DtlsCertificateSource *source =
      dtls_certgen_settings_get_source (self->settings);
  g_autoptr (GError) error = NULL, taken = NULL;

  g_assert_true (dtls_certgen_settings_set_pem (self->settings, "junk", FALSE,
          NULL));
  g_assert_false (dtls_certgen_settings_prepare_source (self->settings,
          &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  g_assert_null (dtls_certificate_source_take (source, &taken));
  g_assert_cmpstr (taken->message, ==, error->message);
  dtls_certgen_settings_set_pem (self->settings, self->pem, FALSE, NULL);
  assert_gives (self, TRUE);
}

static void
test_location_is_touched_when_needed (Fixture * self, gconstpointer data)
{
  g_autofree gchar *directory = g_dir_make_tmp ("certgen-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (directory, "id.pem", NULL);
  g_autofree gchar *location = NULL;

  dtls_certgen_settings_set_location (self->settings, path);
  location = dtls_certgen_settings_dup_location (self->settings);
  g_assert_cmpstr (location, ==, path);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (dtls_certgen_settings_prepare_source (self->settings, NULL));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_remove (path) + g_remove (directory), ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/certgen-settings/" #name, Fixture, NULL, \
      set_up, test_##name, tear_down)
  ADD (recipe);
  ADD (pem_instead_of_a_made_one);
  ADD (bad_pem_leaves_the_former);
  ADD (bad_pem_fails_the_source);
  ADD (location_is_touched_when_needed);
  return g_test_run ();
}
