/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The error domain: each code has a short name of its own.
 */
#include "config.h"

#include "engine/error.h"

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int code = 0; code <= DTLS_ERROR_RESOURCES; code++) {
    const gchar *name = dtls_error_name (code);

    g_assert_true (g_regex_match_simple ("^[a-z]+(-[a-z]+)*$", name, 0, 0));
    g_assert_cmpstr (name, !=, "unknown");
    g_assert_true (g_hash_table_add (seen, (gpointer) name));
  }
  g_assert_cmpstr (dtls_error_name (DTLS_ERROR_FINGERPRINT_MISMATCH), ==,
      "fingerprint-mismatch");
}

static void
test_unknown (void)
{
  g_assert_cmpstr (dtls_error_name (DTLS_ERROR_RESOURCES + 1), ==, "unknown");
}

static void
test_domain (void)
{
  g_autoptr (GError) error =
      g_error_new_literal (DTLS_ERROR, DTLS_ERROR_TIMEOUT, "late");

  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_TIMEOUT);
  g_assert_cmpstr (g_quark_to_string (DTLS_ERROR), ==, "dtls-error-quark");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/names", test_names);
  g_test_add_func ("/error/unknown", test_unknown);
  g_test_add_func ("/error/domain", test_domain);
  return g_test_run ();
}
