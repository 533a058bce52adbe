/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The codes of the error domain are HTTP statuses of errors.
 */
#include "config.h"

#include "whep/whep-error.h"


static void
test_codes (void)
{
  g_autoptr (GError) error =
      g_error_new_literal (WHEP_ERROR, WHEP_ERROR_NOT_ACCEPTABLE, "No.");

  g_assert_true (g_error_matches (error, WHEP_ERROR, 406));
  g_assert_cmpstr (g_quark_to_string (WHEP_ERROR), ==, "whep-error-quark");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/error/codes", test_codes);
  return g_test_run ();
}
