/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings: defaults, copies, and that the tables agree with each other.
 */
#include "config.h"

#include "whep/whep-settings.h"

static void
test_defaults (void)
{
  WhepSettings settings;

  whep_settings_init (&settings);
  g_assert_cmpstr (settings.address, ==, "127.0.0.1");
  g_assert_cmpstr (settings.path, ==, "/whep");
  g_assert_cmpuint (settings.port, ==, 8080);
  g_assert_cmpuint (settings.max_viewers, ==, 64);
  g_assert_null (settings.token);
  /* A password is given to nobody unasked. */
  g_assert_false (settings.share_turn_server);
  whep_settings_clear (&settings);
}

static void
test_set_and_get (void)
{
  WhepSettings settings;
  WhepSettings copy;
  GValue text = G_VALUE_INIT;
  GValue number = G_VALUE_INIT;
  GValue flag = G_VALUE_INIT;
  guint port = whep_settings_port_index ();
  guint last = whep_settings_count () - 1;

  whep_settings_init (&settings);
  g_value_init (&text, G_TYPE_STRING);
  g_value_init (&number, G_TYPE_UINT);
  g_assert_cmpuint (port, <, whep_settings_count ());

  g_value_set_uint (&number, 1234);
  whep_settings_set (&settings, port, &number);
  g_assert_cmpuint (settings.port, ==, 1234);
  g_value_set_uint (&number, 0);
  whep_settings_get (&settings, port, &number);
  g_assert_cmpuint (g_value_get_uint (&number), ==, 1234);

  g_value_init (&flag, G_TYPE_BOOLEAN);
  g_value_set_boolean (&flag, TRUE);
  whep_settings_set (&settings, last, &flag);
  g_assert_true (settings.share_turn_server);
  g_value_set_boolean (&flag, FALSE);
  whep_settings_get (&settings, last, &flag);
  g_assert_true (g_value_get_boolean (&flag));

  g_value_set_string (&text, "::1");
  whep_settings_set (&settings, 0, &text);
  whep_settings_copy (&settings, &copy);
  g_value_set_string (&text, "");
  whep_settings_set (&settings, 0, &text);
  g_assert_null (settings.address);
  g_assert_cmpstr (copy.address, ==, "::1");
  g_assert_cmpuint (copy.port, ==, 1234);

  whep_settings_clear (&settings);
  whep_settings_clear (&copy);
  g_value_unset (&text);
  g_value_unset (&number);
  g_value_unset (&flag);
}

/* A value and its property have one type, and secrets are not read back. */
static void
test_properties (void)
{
  GstElement *sink = gst_element_factory_make ("whepsink", NULL);
  g_autofree GParamSpec **all = NULL;
  guint n, found = 0;

  g_assert_nonnull (sink);
  all = g_object_class_list_properties (G_OBJECT_GET_CLASS (sink), &n);
  for (guint i = 0; i < n; i++) {
    if (g_str_equal (all[i]->name, "token")
        || g_str_equal (all[i]->name, "turn-server")) {
      g_assert_false (all[i]->flags & G_PARAM_READABLE);
      found++;
    }
  }
  g_assert_cmpuint (found, ==, 2);
  gst_object_unref (gst_object_ref_sink (sink));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/settings/defaults", test_defaults);
  g_test_add_func ("/whep/settings/set-and-get", test_set_and_get);
  g_test_add_func ("/whep/settings/properties", test_properties);
  return g_test_run ();
}
