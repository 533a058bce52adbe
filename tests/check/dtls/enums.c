/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Applications compare the integers, so they are fixed.
 */
#include "config.h"

#include "enums.h"

#include <gst/gst.h>

static void
test_states_have_the_known_integers (void)
{
  static const gchar *nicks[] = {
    "new", "closed", "failed", "connecting", "connected"
  };
  GEnumClass *klass = g_type_class_ref (DTLS_TYPE_CONNECTION_STATE);

  g_assert_cmpuint (klass->n_values, ==, G_N_ELEMENTS (nicks));
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++) {
    g_assert_cmpstr (g_enum_get_value (klass, i)->value_nick, ==, nicks[i]);
    g_assert_cmpstr (dtls_connection_state_get_nick (i), ==, nicks[i]);
  }
  g_type_class_unref (klass);
}

static void
test_verifications_have_names (void)
{
  GEnumClass *klass = g_type_class_ref (DTLS_TYPE_VERIFY);

  g_assert_cmpuint (klass->n_values, ==, 3);
  g_assert_nonnull (g_enum_get_value_by_nick (klass, "required"));
  g_assert_null (g_enum_get_value_by_nick (klass, "maybe"));
  g_type_class_unref (klass);
}

static void
test_type_names_are_not_upstreams (void)
{
  g_assert_false (g_str_has_prefix (g_type_name (DTLS_TYPE_CONNECTION_STATE),
          "Gst"));
  g_assert_false (g_str_has_prefix (g_type_name (DTLS_TYPE_VERIFY), "Gst"));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/enums/states-have-the-known-integers",
      test_states_have_the_known_integers);
  g_test_add_func ("/enums/verifications-have-names",
      test_verifications_have_names);
  g_test_add_func ("/enums/type-names-are-not-upstreams",
      test_type_names_are_not_upstreams);
  return g_test_run ();
}
