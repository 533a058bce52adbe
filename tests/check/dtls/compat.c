/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every element, pad template, property and signal that applications of the
 * OpenSSL-based plugin know must be here, of the same type and direction and
 * with the same default. The elements are those of the plugin file.
 */
#include "config.h"

#include <gst/gst.h>

#define READ G_PARAM_READABLE
#define BOTH G_PARAM_READWRITE

/* @value: the default as text; NULL for none, "*" for one that differs */
typedef struct
{
  const gchar *name;
    GType (*type) (void);
  GParamFlags flags;
  const gchar *value;
} Property;

typedef struct
{
  const gchar *name;
  GstPadDirection direction;
  GstPadPresence presence;
  const gchar *caps;
} Template;

typedef struct
{
  const gchar *name;
  Template templates[6];
  Property properties[16];
  const gchar *signal;
} Element;

static GType
type_string (void)
{
  return G_TYPE_STRING;
}

static GType
type_boolean (void)
{
  return G_TYPE_BOOLEAN;
}

static GType
type_uint (void)
{
  return G_TYPE_UINT;
}

static GType
type_enum (void)
{
  return G_TYPE_ENUM;
}

#define ANY "ANY"
#define DTLS "application/x-dtls"
#define MEDIA "application/x-rtp; application/x-rtcp"

static const Element elements[] = {
  {"dtlsenc", {
              {"src", GST_PAD_SRC, GST_PAD_ALWAYS, DTLS},
              {"sink", GST_PAD_SINK, GST_PAD_REQUEST, ANY},
          }, {
            {"connection-id", type_string, BOTH, NULL},
            {"is-client", type_boolean, BOTH, "false"},
            {"encoder-key", gst_buffer_get_type, READ, NULL},
            {"srtp-cipher", type_uint, READ, "0"},
            {"srtp-auth", type_uint, READ, "0"},
            {"connection-state", type_enum, READ, "closed"},
            {"version", type_uint, READ, "*"},
          }, "on-key-received"},
  {"dtlsdec", {
              {"sink", GST_PAD_SINK, GST_PAD_ALWAYS, DTLS},
              {"src", GST_PAD_SRC, GST_PAD_REQUEST, ANY},
          }, {
            {"connection-id", type_string, BOTH, NULL},
            {"pem", type_string, BOTH, "*"},
            {"peer-pem", type_string, READ, NULL},
            {"decoder-key", gst_buffer_get_type, READ, NULL},
            {"srtp-cipher", type_uint, READ, "0"},
            {"srtp-auth", type_uint, READ, "0"},
            {"connection-state", type_enum, READ, "closed"},
            {"version", type_uint, READ, "*"},
          }, "on-key-received"},
  {"dtlssrtpenc", {
              {"rtp_sink_%d", GST_PAD_SINK, GST_PAD_REQUEST, MEDIA},
              {"rtcp_sink_%d", GST_PAD_SINK, GST_PAD_REQUEST, MEDIA},
              {"data_sink", GST_PAD_SINK, GST_PAD_REQUEST, ANY},
              {"src", GST_PAD_SRC, GST_PAD_ALWAYS, ANY},
          }, {
            {"connection-id", type_string, BOTH, NULL},
            {"is-client", type_boolean, BOTH, "false"},
            {"rtp-sync", type_boolean, BOTH, "false"},
            {"connection-state", type_enum, READ, "closed"},
            {"key", gst_buffer_get_type, BOTH, NULL},
            {"srtp-cipher", type_string, BOTH, NULL},
            {"srtp-auth", type_string, BOTH, NULL},
            {"srtcp-cipher", type_string, BOTH, NULL},
            {"srtcp-auth", type_string, BOTH, NULL},
            {"dtls-version", type_uint, READ, "*"},
          }, "on-key-set"},
  {"dtlssrtpdec", {
              {"sink", GST_PAD_SINK, GST_PAD_ALWAYS, ANY},
              {"rtp_src", GST_PAD_SRC, GST_PAD_ALWAYS, "application/x-rtp"},
              {"rtcp_src", GST_PAD_SRC, GST_PAD_ALWAYS, "application/x-rtcp"},
              {"data_src", GST_PAD_SRC, GST_PAD_REQUEST, ANY},
          }, {
            {"connection-id", type_string, BOTH, NULL},
            {"pem", type_string, BOTH, "*"},
            {"peer-pem", type_string, READ, NULL},
            {"connection-state", type_enum, READ, "closed"},
            {"key", gst_buffer_get_type, BOTH, NULL},
            {"srtp-cipher", type_string, BOTH, NULL},
            {"srtp-auth", type_string, BOTH, NULL},
            {"srtcp-cipher", type_string, BOTH, NULL},
            {"srtcp-auth", type_string, BOTH, NULL},
            {"dtls-version", type_uint, READ, "*"},
          }, NULL},
  {"dtlssrtpdemux", {
              {"sink", GST_PAD_SINK, GST_PAD_ALWAYS, ANY},
              {"dtls_src", GST_PAD_SRC, GST_PAD_ALWAYS, DTLS},
              {"rtp_src", GST_PAD_SRC, GST_PAD_ALWAYS, MEDIA
                    "; application/x-srtp; application/x-srtcp"},
          }, {
            {NULL}
          }, NULL},
};

static void
check_template (GstElement * element, const Template * expected)
{
  GstPadTemplate *template = gst_element_get_pad_template (element,
      expected->name);
  GstCaps *caps = gst_caps_from_string (expected->caps);

  g_test_message ("%s", expected->name);
  g_assert_nonnull (template);
  g_assert_cmpint (template->direction, ==, expected->direction);
  g_assert_cmpint (template->presence, ==, expected->presence);
  g_assert_true (gst_caps_is_equal (GST_PAD_TEMPLATE_CAPS (template), caps));
  gst_caps_unref (caps);
}

static void
check_default (GstElement * element, GParamSpec * pspec, const gchar * wanted)
{
  GValue value = G_VALUE_INIT, text = G_VALUE_INIT;

  if (g_strcmp0 (wanted, "*") == 0)
    return;
  g_value_init (&value, pspec->value_type);
  g_object_get_property (G_OBJECT (element), pspec->name, &value);
  g_value_init (&text, G_TYPE_STRING);
  if (G_VALUE_HOLDS_BOXED (&value))
    g_assert_null (g_value_get_boxed (&value));
  else if (G_VALUE_HOLDS_STRING (&value))
    g_assert_cmpstr (g_value_get_string (&value), ==, wanted);
  else
    g_value_take_string (&text, gst_value_serialize (&value));
  if (g_value_get_string (&text) != NULL)
    g_assert_cmpstr (g_value_get_string (&text), ==, wanted);
  g_value_unset (&text);
  g_value_unset (&value);
}

static void
check_property (GstElement * element, const Property * expected)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS
      (element), expected->name);

  g_test_message ("%s", expected->name);
  g_assert_nonnull (pspec);
  g_assert_true (g_type_is_a (pspec->value_type, expected->type ()));
  g_assert_cmpuint (pspec->flags & G_PARAM_READWRITE, ==, expected->flags);
  check_default (element, pspec, expected->value);
}

static void
check_signal (GstElement * element, const gchar * name)
{
  GSignalQuery query;

  g_signal_query (g_signal_lookup (name, G_OBJECT_TYPE (element)), &query);
  g_assert_cmpstr (query.signal_name, ==, name);
  g_assert_cmpuint (query.n_params, ==, 0);
  g_assert_true (query.return_type == G_TYPE_NONE);
}

static void
test_element (gconstpointer data)
{
  const Element *expected = data;
  GstElement *element = gst_element_factory_make (expected->name, NULL);
  GstElementFactory *factory;
  guint i;

  g_assert_nonnull (element);
  factory = gst_element_get_factory (element);
  g_assert_cmpuint (gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE
          (factory)), ==, GST_RANK_NONE);
  g_assert_cmpstr (gst_plugin_feature_get_plugin_name (GST_PLUGIN_FEATURE
          (factory)), ==, "dtls");
  g_assert_false (g_str_has_prefix (G_OBJECT_TYPE_NAME (element), "GstDtls"));
  for (i = 0; expected->templates[i].name != NULL; i++)
    check_template (element, &expected->templates[i]);
  for (i = 0; expected->properties[i].name != NULL; i++)
    check_property (element, &expected->properties[i]);
  if (expected->signal != NULL)
    check_signal (element, expected->signal);
  gst_object_unref (element);
}

/* Readers use the integers. */
static void
test_connection_states (void)
{
  const gchar *nicks[] = { "new", "closed", "failed", "connecting",
    "connected"
  };
  GstElement *element = gst_element_factory_make ("dtlsenc", NULL);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS
      (element), "connection-state");
  GEnumClass *values = g_type_class_ref (pspec->value_type);
  guint i;

  g_assert_cmpuint (values->n_values, ==, G_N_ELEMENTS (nicks));
  for (i = 0; i < G_N_ELEMENTS (nicks); i++)
    g_assert_cmpint (g_enum_get_value_by_nick (values, nicks[i])->value, ==,
        (gint) i);
  g_type_class_unref (values);
  gst_object_unref (element);
}

/* Applications ask for plugins that are as new as their GStreamer. */
static void
test_version_checks_find_elements (void)
{
  GstRegistry *registry = gst_registry_get ();
  guint i;

  for (i = 0; i < G_N_ELEMENTS (elements); i++) {
    g_assert_true (gst_registry_check_feature_version (registry,
            elements[i].name, GST_VERSION_MAJOR, GST_VERSION_MINOR,
            GST_VERSION_MICRO));
    g_assert_false (gst_registry_check_feature_version (registry,
            elements[i].name, GST_VERSION_MAJOR, GST_VERSION_MINOR + 1, 0));
  }
}

int
main (int argc, char **argv)
{
  guint i;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (elements); i++) {
    g_autofree gchar *path = g_strconcat ("/compat/", elements[i].name, NULL);

    g_test_add_data_func (path, &elements[i], test_element);
  }
  g_test_add_func ("/compat/connection_states", test_connection_states);
  g_test_add_func ("/compat/version_checks_find_elements",
      test_version_checks_find_elements);
  return g_test_run ();
}
