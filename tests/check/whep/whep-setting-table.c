/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A table of settings, as properties of an object and as a struct.
 */
#include "config.h"

#include "whep/whep-setting-table.h"

typedef struct
{
  guint before;
  gchar *name;
  guint count;
  gboolean loud;
  gchar *secret;
  guint after;
} Settings;

#define FIELD(name) G_STRUCT_OFFSET (Settings, name)
#define OPEN (G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY)
#define UNTOUCHED 0xabad1dea

/* The rows in another order than the fields. */
static const WhepSetting table[] = {
  WHEP_SETTING_NUMBER (FIELD (count), G_PARAM_READWRITE, "count", "Count",
      "How many", 2, 9, 5),
  WHEP_SETTING_TEXT (FIELD (secret), G_PARAM_WRITABLE, "secret", "Secret",
      "Not to be told", NULL),
  WHEP_SETTING_FLAG (FIELD (loud), G_PARAM_READWRITE, "loud", "Loud",
      "Whether it is heard"),
  WHEP_SETTING_TEXT (FIELD (name), OPEN, "name", "Name", "What it is called",
      "nobody"),
  WHEP_SETTING_END
};

enum
{
  COUNT,
  SECRET,
  LOUD,
  NAME,
};

#define FIRST_ID 3

#define TEST_TYPE_OBJECT (test_object_get_type ())
G_DECLARE_FINAL_TYPE (TestObject, test_object, TEST, OBJECT, GObject);

struct _TestObject
{
  GObject parent;
  Settings settings;
};

G_DEFINE_TYPE (TestObject, test_object, G_TYPE_OBJECT);

static void
test_object_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  whep_setting_table_get (table, id - FIRST_ID,
      &TEST_OBJECT (object)->settings, value);
}

static void
test_object_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  whep_setting_table_set (table, id - FIRST_ID,
      &TEST_OBJECT (object)->settings, value);
}

static void
test_object_finalize (GObject * object)
{
  whep_setting_table_clear (table, &TEST_OBJECT (object)->settings);
  G_OBJECT_CLASS (test_object_parent_class)->finalize (object);
}

static void
test_object_class_init (TestObjectClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_object_get_property;
  object_class->set_property = test_object_set_property;
  object_class->finalize = test_object_finalize;
  whep_setting_table_install (table, object_class, FIRST_ID);
}

static void
test_object_init (TestObject * self)
{
  whep_setting_table_init (table, &self->settings);
}

static void
test_defaults (void)
{
  Settings settings = {.before = UNTOUCHED,.after = UNTOUCHED };

  whep_setting_table_init (table, &settings);
  g_assert_cmpstr (settings.name, ==, "nobody");
  g_assert_null (settings.secret);
  g_assert_cmpuint (settings.count, ==, 5);
  g_assert_false (settings.loud);
  /* What is in no row is not the table's. */
  g_assert_cmpuint (settings.before, ==, UNTOUCHED);
  g_assert_cmpuint (settings.after, ==, UNTOUCHED);
  whep_setting_table_clear (table, &settings);
  g_assert_null (settings.name);
  whep_setting_table_clear (table, &settings);
}

static void
set_text (Settings * settings, guint row, const gchar * text)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  whep_setting_table_set (table, row, settings, &value);
  g_value_unset (&value);
}

static void
test_empty_text_is_none (void)
{
  Settings settings;

  whep_setting_table_init (table, &settings);
  set_text (&settings, NAME, " ");
  g_assert_cmpstr (settings.name, ==, " ");
  set_text (&settings, NAME, "");
  g_assert_null (settings.name);
  set_text (&settings, SECRET, "s3cret");
  g_assert_cmpstr (settings.secret, ==, "s3cret");
  set_text (&settings, SECRET, NULL);
  g_assert_null (settings.secret);
  whep_setting_table_clear (table, &settings);
}

static void
test_copy_is_its_own (void)
{
  Settings settings;
  Settings copy = {.before = UNTOUCHED };

  whep_setting_table_init (table, &settings);
  set_text (&settings, SECRET, "s3cret");
  settings.count = 7;
  settings.loud = TRUE;
  whep_setting_table_copy (table, &settings, &copy);
  set_text (&settings, NAME, "somebody");
  whep_setting_table_clear (table, &settings);

  g_assert_cmpstr (copy.name, ==, "nobody");
  g_assert_cmpstr (copy.secret, ==, "s3cret");
  g_assert_cmpuint (copy.count, ==, 7);
  g_assert_true (copy.loud);
  g_assert_cmpuint (copy.before, ==, UNTOUCHED);
  whep_setting_table_clear (table, &copy);
}

static void
test_properties (void)
{
  g_autoptr (TestObject) object = g_object_new (TEST_TYPE_OBJECT,
      "secret", "s3cret", "loud", TRUE, "name", "somebody", NULL);
  g_autofree gchar *name = NULL;
  gboolean loud;
  guint count;

  g_object_get (object, "name", &name, "loud", &loud, "count", &count, NULL);
  g_assert_cmpstr (name, ==, "somebody");
  g_assert_true (loud);
  g_assert_cmpuint (count, ==, 5);
  g_assert_cmpstr (object->settings.secret, ==, "s3cret");
  g_object_set (object, "count", 9, NULL);
  g_assert_cmpuint (object->settings.count, ==, 9);
}

static void
test_specs (void)
{
  g_autoptr (TestObject) object = g_object_new (TEST_TYPE_OBJECT, NULL);
  GObjectClass *klass = G_OBJECT_GET_CLASS (object);
  GParamSpec *name = g_object_class_find_property (klass, "name");
  GParamSpec *secret = g_object_class_find_property (klass, "secret");
  GParamSpecUInt *count =
      G_PARAM_SPEC_UINT (g_object_class_find_property (klass, "count"));

  g_assert_cmpstr (g_param_spec_get_nick (name), ==, "Name");
  g_assert_cmpstr (g_param_spec_get_blurb (name), ==, "What it is called");
  g_assert_true (name->flags & GST_PARAM_MUTABLE_READY);
  g_assert_true (name->flags & G_PARAM_READABLE);
  g_assert_false (secret->flags & G_PARAM_READABLE);
  g_assert_true (secret->flags & G_PARAM_WRITABLE);
  g_assert_cmpuint (count->minimum, ==, 2);
  g_assert_cmpuint (count->maximum, ==, 9);
  g_assert_cmpuint (count->default_value, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/whep/setting-table/" name, func)
  ADD ("defaults", test_defaults);
  ADD ("empty-text-is-none", test_empty_text_is_none);
  ADD ("copy-is-its-own", test_copy_is_its_own);
  ADD ("properties", test_properties);
  ADD ("specs", test_specs);
#undef ADD
  return g_test_run ();
}
