/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whipsink: their defaults, and how they are seen outside.
 */
#include "config.h"

#include "whep/whip-settings.h"

static void
test_defaults (void)
{
  WhipSettings settings;

  whep_setting_table_init (whip_settings, &settings);
  g_assert_null (settings.location);
  g_assert_null (settings.token);
  g_assert_null (settings.stun_server);
  g_assert_null (settings.turn_server);
  g_assert_null (settings.tls_ca_file);
  g_assert_cmpuint (settings.connect_timeout_ms, ==, 20000);
  g_assert_false (settings.reconnect);
  whep_setting_table_clear (whip_settings, &settings);
}

/* Each property leads to its own field, and back. */
static void
test_properties (void)
{
  g_autoptr (GstElement) sink =
      gst_object_ref_sink (gst_element_factory_make ("whipsink", NULL));

  for (const WhepSetting * row = whip_settings; row->name; row++) {
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (sink),
        row->name);

    g_assert_nonnull (spec);
    g_assert_cmpuint (spec->value_type, ==, row->type);
  }
  g_object_set (sink, "location", "http://host", "connect-timeout", 1, NULL);
  g_autofree gchar *location = NULL;
  g_autofree gchar *stun = NULL;
  guint timeout_ms;
  g_object_get (sink, "location", &location, "stun-server", &stun,
      "connect-timeout", &timeout_ms, NULL);
  g_assert_cmpstr (location, ==, "http://host");
  g_assert_null (stun);
  g_assert_cmpuint (timeout_ms, ==, 1);
}

static void
test_secrets_cannot_be_read (void)
{
  for (const WhepSetting * row = whip_settings; row->name; row++) {
    gboolean secret = g_str_equal (row->name, "token")
        || g_str_equal (row->name, "turn-server");

    g_assert_cmpint (secret, ==, !(row->flags & G_PARAM_READABLE));
    g_assert_true (row->flags & G_PARAM_WRITABLE);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/whip-settings/defaults", test_defaults);
  g_test_add_func ("/whep/whip-settings/properties", test_properties);
  g_test_add_func ("/whep/whip-settings/secrets-cannot-be-read",
      test_secrets_cannot_be_read);
  return g_test_run ();
}
