/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each cause of a drop has a name of its own that can be a field's name.
 */
#include "config.h"

#include "engine/stats.h"

static void
test_names (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (int cause = 0; cause < DTLS_N_DROP_CAUSES; cause++) {
    const gchar *name = dtls_drop_cause_name (cause);

    g_assert_true (g_regex_match_simple ("^[a-z]+(-[a-z]+)*$", name, 0, 0));
    g_assert_cmpstr (name, !=, "unknown");
    g_assert_true (g_hash_table_add (seen, (gpointer) name));
  }
}

static void
test_unknown (void)
{
  g_assert_cmpstr (dtls_drop_cause_name (DTLS_N_DROP_CAUSES), ==, "unknown");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/names", test_names);
  g_test_add_func ("/stats/unknown", test_unknown);
  return g_test_run ();
}
