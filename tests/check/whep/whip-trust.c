/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authorities of a user's own: the files that they are in, and what a server
 * must show to a whipsink that has them.
 */
#include "config.h"

#include "whep/whip-trust.h"

#include <glib/gstdio.h>

#include "publisher.h"
#include "test-authority.h"
#include "test-whip-server.h"

static void
assert_no_authorities (const gchar * path, const gchar * word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (whip_trust_load (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "tls-ca-file"));
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_files (void)
{
  TestAuthority *authority = test_authority_new ();
  const gchar *path = test_authority_save (authority);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsDatabase) database = whip_trust_load (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (database);
  assert_no_authorities ("/nowhere/authority.pem", "cannot be read");
  assert_no_authorities ("/dev", "cannot be read");
  assert_no_authorities ("/dev/null", "no certificate");
  g_assert_true (g_file_set_contents (path, "-----BEGIN CERTIFICATE-----\nx\n"
          "-----END CERTIFICATE-----\n", -1, NULL));
  assert_no_authorities (path, "cannot be read");
  test_authority_free (authority);
}

/* As on a command line. */
static void
test_relative_path (void)
{
  TestAuthority *authority = test_authority_new ();
  g_autofree gchar *name =
      g_path_get_basename (test_authority_save (authority));
  g_autofree gchar *before = g_get_current_dir ();
  g_autoptr (GTlsDatabase) database = NULL;

  g_assert_cmpint (g_chdir (g_get_tmp_dir ()), ==, 0);
  database = whip_trust_load (name, NULL);
  g_assert_nonnull (database);
  g_assert_cmpint (g_chdir (before), ==, 0);
  test_authority_free (authority);
}

static void
test_explanations (void)
{
  const gchar *own = whip_trust_explain (G_TLS_CERTIFICATE_UNKNOWN_CA, TRUE);
  const gchar *system =
      whip_trust_explain (G_TLS_CERTIFICATE_UNKNOWN_CA, FALSE);

  g_assert_nonnull (strstr (own, "tls-ca-file"));
  g_assert_cmpstr (own, !=, system);
  g_assert_nonnull (strstr (whip_trust_explain (G_TLS_CERTIFICATE_REVOKED,
              TRUE), "revoked"));
  g_assert_nonnull (strstr (whip_trust_explain (G_TLS_CERTIFICATE_EXPIRED |
              G_TLS_CERTIFICATE_UNKNOWN_CA, TRUE), "expired"));
}

static GstElement *
publish_trusting (TestWhipServer * server, const gchar * path)
{
  g_autofree gchar *uri = test_whip_server_uri (server, "/whip");
  g_autofree gchar *description =
      g_strdup_printf (VIDEO "whipsink name=sink tls-ca-file=\"%s\"", path);

  return publish (description, uri, "s3cret");
}

static void
test_own_authority (void)
{
  TestAuthority *authority = test_authority_new ();
  g_autoptr (GTlsCertificate) identity =
      test_authority_certify (authority, "127.0.0.1", 1);
  TestWhipServer *server = test_whip_server_new_https (identity);
  GstElement *pipeline =
      publish_trusting (server, test_authority_save (authority));

  test_whip_server_await (server, "video", 10);
  stop (pipeline);
  g_assert_cmpuint (test_whip_server_deletes (server), ==, 1);
  test_whip_server_free (server);
  test_authority_free (authority);
}

/* Those in the file are in the place of the system's, not beside them. */
static void
test_other_authority (void)
{
  TestAuthority *system = test_authority_new ();
  TestAuthority *own = test_authority_new ();
  g_autoptr (GTlsCertificate) identity =
      test_authority_certify (system, "127.0.0.1", 1);
  TestWhipServer *server = test_whip_server_new_https (identity);

  test_authority_trust (system);
  assert_error (publish_trusting (server, test_authority_save (own)),
      (const gchar * const[]) { "Nothing was sent", "tls-ca-file", NULL });
  g_assert_cmpuint (test_whip_server_posts (server), ==, 0);
  test_whip_server_free (server);
  test_authority_free (system);
  test_authority_free (own);
}

/* Nor does an authority of one's own make up for another name. */
static void
test_other_name (void)
{
  TestAuthority *authority = test_authority_new ();
  g_autoptr (GTlsCertificate) identity =
      test_authority_certify (authority, "127.0.0.2", 1);
  TestWhipServer *server = test_whip_server_new_https (identity);

  assert_error (publish_trusting (server, test_authority_save (authority)),
      (const gchar * const[]) { "Nothing was sent", "another name", NULL });
  g_assert_cmpuint (test_whip_server_posts (server), ==, 0);
  test_whip_server_free (server);
  test_authority_free (authority);
}

static void
test_bad_file (void)
{
  TestWhipServer *server = test_whip_server_new (TEST_WHIP_SOUND, NULL);

  assert_error (publish_trusting (server, "/nowhere/authority.pem"),
      (const gchar * const[]) { "/nowhere/authority.pem", "tls-ca-file",
        NULL
      });
  test_whip_server_free (server);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/whip/trust/" name, func)
  ADD ("files", test_files);
  ADD ("relative-path", test_relative_path);
  ADD ("explanations", test_explanations);
  ADD ("own-authority", test_own_authority);
  ADD ("other-authority", test_other_authority);
  ADD ("other-name", test_other_name);
  ADD ("bad-file", test_bad_file);
#undef ADD
  return g_test_run ();
}
