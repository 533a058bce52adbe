/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Identities on disk: made once, for the owner alone, and never replaced.
 */
#include "config.h"

#include "dtls/identity-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/error.h"

typedef struct
{
  gchar *directory;
  gchar *path;
} Fixture;

static void
set_up (Fixture * fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("identity-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->directory, "identity.pem", NULL);
}

/* the directory goes only when nothing was left in it */
static void
tear_down (Fixture * fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static DtlsCertificate *
obtain (Fixture * fixture)
{
  g_autoptr (GError) error = NULL;
  DtlsCertificate *certificate = dtls_identity_file_obtain (fixture->path,
      DTLS_KEY_TYPE_ECDSA_P256, 30, &error);

  g_assert_no_error (error);
  return certificate;
}

static void
assert_same (DtlsCertificate * one, DtlsCertificate * two)
{
  g_assert_cmpstr (dtls_certificate_get_pem (one), ==,
      dtls_certificate_get_pem (two));
}

static void
test_obtain (Fixture * fixture, gconstpointer data)
{
  g_autoptr (DtlsCertificate) made = obtain (fixture);
  g_autoptr (DtlsCertificate) again = obtain (fixture);

  assert_same (made, again);
}

static void
test_owner_alone (Fixture * fixture, gconstpointer data)
{
  mode_t old_mask = umask (0);
  g_autoptr (DtlsCertificate) made = obtain (fixture);
  GStatBuf info;

  umask (old_mask);
  g_assert_cmpint (g_stat (fixture->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_not_replaced (Fixture * fixture, gconstpointer data)
{
  g_autoptr (DtlsCertificate) first = obtain (fixture);
  g_autoptr (DtlsCertificate) other =
      dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 30, NULL);
  g_autoptr (DtlsCertificate) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (dtls_identity_file_write (fixture->path, other, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST);
  g_assert_nonnull (strstr (error->message, fixture->path));
  read = dtls_identity_file_read (fixture->path, NULL);
  assert_same (read, first);
}

static void
test_bad_content (Fixture * fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *content = NULL;

  g_file_set_contents (fixture->path, "no identity", -1, NULL);
  g_assert_null (dtls_identity_file_obtain (fixture->path,
          DTLS_KEY_TYPE_ECDSA_P256, 30, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  g_assert_true (g_str_has_prefix (error->message, fixture->path));
  /* what helps whoever sets a text */
  g_assert_null (strstr (error->message, "text of the file"));
  g_file_get_contents (fixture->path, &content, NULL, NULL);
  g_assert_cmpstr (content, ==, "no identity");
}

static void
test_bad_place (Fixture * fixture, gconstpointer data)
{
  g_autofree gchar *missing =
      g_build_filename (fixture->directory, "no", "identity.pem", NULL);
  g_autoptr (GError) no_directory = NULL;
  g_autoptr (GError) is_directory = NULL;
  g_autoptr (GError) no_file = NULL;

  g_assert_null (dtls_identity_file_obtain (missing, DTLS_KEY_TYPE_ECDSA_P256,
          30, &no_directory));
  g_assert_error (no_directory, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_null (dtls_identity_file_obtain (fixture->directory,
          DTLS_KEY_TYPE_ECDSA_P256, 30, &is_directory));
  g_assert_error (is_directory, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  g_assert_null (dtls_identity_file_read (fixture->path, &no_file));
  g_assert_error (no_file, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static gpointer
obtain_in_thread (gpointer fixture)
{
  return obtain (fixture);
}

static void
test_race (Fixture * fixture, gconstpointer data)
{
  GThread *threads[8];
  DtlsCertificate *certificates[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("obtain", obtain_in_thread, fixture);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    certificates[i] = g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    assert_same (certificates[i], certificates[0]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    dtls_certificate_unref (certificates[i]);
}

static void
add (const gchar * name, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/identity-file/obtain", test_obtain);
  add ("/identity-file/owner-alone", test_owner_alone);
  add ("/identity-file/not-replaced", test_not_replaced);
  add ("/identity-file/bad-content", test_bad_content);
  add ("/identity-file/bad-place", test_bad_place);
  add ("/identity-file/race", test_race);
  return g_test_run ();
}
