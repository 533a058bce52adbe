/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whepsink: their defaults, and how they are seen outside.
 */
#include "config.h"

#include "whep/whep-settings.h"

static void
test_defaults (void)
{
  WhepSettings settings;

  whep_setting_table_init (whep_settings, &settings);
  g_assert_cmpstr (settings.address, ==, "127.0.0.1");
  g_assert_cmpstr (settings.path, ==, "/whep");
  g_assert_null (settings.stun_server);
  g_assert_null (settings.turn_server);
  g_assert_null (settings.allowed_origins);
  g_assert_null (settings.token);
  g_assert_null (settings.tls_certificate);
  g_assert_null (settings.tls_key);
  g_assert_cmpuint (settings.port, ==, 8080);
  g_assert_cmpuint (settings.max_viewers, ==, 64);
  g_assert_cmpuint (settings.offers_per_minute, ==, 0);
  g_assert_cmpuint (settings.connect_timeout_ms, ==, 20000);
  g_assert_false (settings.ice_tcp);
  /* A password is given to nobody unasked. */
  g_assert_false (settings.share_turn_server);
  whep_setting_table_clear (whep_settings, &settings);
}

/* Each property leads to its own field, and back. */
static void
test_properties (void)
{
  g_autoptr (GstElement) sink =
      gst_object_ref_sink (gst_element_factory_make ("whepsink", NULL));

  for (const WhepSetting * row = whep_settings; row->name; row++) {
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (sink),
        row->name);

    g_assert_nonnull (spec);
    g_assert_cmpuint (spec->value_type, ==, row->type);
  }
  g_object_set (sink, "tls-key", "k", "port", 1, "share-turn-server", TRUE,
      NULL);
  g_autofree gchar *key = NULL;
  g_autofree gchar *certificate = NULL;
  guint port, max_viewers;
  gboolean share, ice_tcp;
  g_object_get (sink, "tls-key", &key, "tls-certificate", &certificate,
      "port", &port, "max-viewers", &max_viewers, "share-turn-server", &share,
      "ice-tcp", &ice_tcp, NULL);
  g_assert_cmpstr (key, ==, "k");
  g_assert_null (certificate);
  g_assert_cmpuint (port, ==, 1);
  g_assert_cmpuint (max_viewers, ==, 64);
  g_assert_true (share);
  g_assert_false (ice_tcp);
}

static void
test_secrets_cannot_be_read (void)
{
  for (const WhepSetting * row = whep_settings; row->name; row++) {
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
  g_test_add_func ("/whep/settings/defaults", test_defaults);
  g_test_add_func ("/whep/settings/properties", test_properties);
  g_test_add_func ("/whep/settings/secrets-cannot-be-read",
      test_secrets_cannot_be_read);
  return g_test_run ();
}
