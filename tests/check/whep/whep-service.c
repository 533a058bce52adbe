/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service of a sink without streams: it starts, or says which setting it
 * cannot start with. What it does for viewers is in gstwhepsink.c.
 */
#include "config.h"

#include "whep/whep-service.h"

#include <string.h>

typedef struct
{
  GstElement *sink;
  WhepSettings settings;
  WhepInputs *inputs;
  WhepViewers *viewers;
} Fixture;

static const WhepInputFuncs input_funcs = { NULL };
static const WhepServiceFuncs funcs = { NULL };

static void
setup (Fixture * f, gconstpointer data)
{
  f->sink = gst_object_ref_sink (gst_bin_new (NULL));
  whep_setting_table_init (whep_settings, &f->settings);
  f->settings.port = 0;
  f->inputs = whep_inputs_new (GST_BIN (f->sink), &input_funcs, NULL);
  f->viewers = whep_viewers_new ();
}

static void
teardown (Fixture * f, gconstpointer data)
{
  whep_viewers_free (f->viewers);
  whep_inputs_free (f->inputs);
  whep_setting_table_clear (whep_settings, &f->settings);
  gst_object_unref (f->sink);
}

static WhepService *
service_of (Fixture * f, GError ** error)
{
  return whep_service_new (f->sink, &f->settings, f->inputs, f->viewers,
      &funcs, NULL, error);
}

static void
test_starts (Fixture * f, gconstpointer data)
{
  GError *error = NULL;
  WhepService *service = service_of (f, &error);
  g_autofree gchar *uri = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (whep_service_get_port (service), >, 0);
  uri = whep_service_get_uri (service);
  g_assert_true (g_str_has_prefix (uri, "http://127.0.0.1:"));
  whep_service_end_viewers (service);
  whep_service_free (service);
}

static void
check_fails (Fixture * f, const gchar * word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (service_of (f, &error));
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_names_what_is_wrong (Fixture * f, gconstpointer data)
{
  g_free (f->settings.path);
  f->settings.path = g_strdup ("no slash");
  check_fails (f, "no slash");
  g_free (f->settings.path);
  f->settings.path = g_strdup ("/whep");
  f->settings.stun_server = g_strdup ("turn:");
  check_fails (f, "turn:");
  g_clear_pointer (&f->settings.stun_server, g_free);
  f->settings.tls_certificate = g_strdup ("/no/such.pem");
  check_fails (f, "/no/such.pem");
}

static void
test_port_in_use (Fixture * f, gconstpointer data)
{
  WhepService *service = service_of (f, NULL);
  g_autofree gchar *port = NULL;

  f->settings.port = whep_service_get_port (service);
  port = g_strdup_printf ("%u", f->settings.port);
  check_fails (f, port);
  whep_service_free (service);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/whep/service/" name, Fixture, NULL, setup, func, teardown)
  ADD ("starts", test_starts);
  ADD ("names-what-is-wrong", test_names_what_is_wrong);
  ADD ("port-in-use", test_port_in_use);
#undef ADD
  return g_test_run ();
}
