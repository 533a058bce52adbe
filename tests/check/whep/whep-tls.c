/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP server's certificate: sound, expired, with another's key, or none.
 */
#include "config.h"

#include "whep/whep-tls.h"

#include <string.h>

#include "identity.h"

/* LeakSanitizer itself crashes over the threads of GIO's handshakes. */
#ifdef __SANITIZE_ADDRESS__
__attribute__((visibility ("default")))
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return 1;
}
#endif

static void
check_refused (const gchar * file, const gchar * key_file, const gchar * word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (whep_tls_load (file, key_file, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_files (void)
{
  gchar *own = test_identity_new ();
  gchar *other = test_identity_new ();
  g_autofree gchar *missing = g_strconcat (own, ".not", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = whep_tls_load (own, own, &error);

  g_assert_no_error (error);
  g_assert_nonnull (certificate);
  check_refused (own, other, "does not belong");
  check_refused (missing, own, "Cannot read");
  check_refused (own, missing, "Cannot read");
  check_refused (g_get_tmp_dir (), own, "Cannot read");
  test_identity_free (own);
  test_identity_free (other);
}

static void
test_dates (void)
{
  gchar *file = test_identity_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_file (file, &error);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) late = g_date_time_add_years (now, 1);
  g_autoptr (GDateTime) early = g_date_time_add_years (now, -1);

  g_assert_no_error (error);
  g_assert_true (whep_tls_check_dates (certificate, file, now, &error));
  g_assert_false (whep_tls_check_dates (certificate, file, late, &error));
  g_assert_nonnull (strstr (error->message, "expired on 2"));
  g_clear_error (&error);
  g_assert_false (whep_tls_check_dates (certificate, file, early, &error));
  g_assert_nonnull (strstr (error->message, "not valid before 2"));
  test_identity_free (file);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/tls/files", test_files);
  g_test_add_func ("/whep/tls/dates", test_dates);
  return g_test_run ();
}
