/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings as a table: texts, numbers and flags.
 */
#include "config.h"

#include "whep-setting-table.h"

#include <glib/gi18n-lib.h>

static gchar **
text_field (const WhepSetting * row, gconstpointer settings)
{
  return G_STRUCT_MEMBER_P (settings, row->offset);
}

static guint *
number_field (const WhepSetting * row, gconstpointer settings)
{
  return G_STRUCT_MEMBER_P (settings, row->offset);
}

static gboolean *
flag_field (const WhepSetting * row, gconstpointer settings)
{
  return G_STRUCT_MEMBER_P (settings, row->offset);
}

static GParamSpec *
make_spec (const WhepSetting * row)
{
  GParamFlags flags = row->flags | G_PARAM_STATIC_STRINGS;

  switch (row->type) {
    case G_TYPE_STRING:
      return g_param_spec_string (row->name, _(row->nick), _(row->blurb),
          row->text, flags);
    case G_TYPE_UINT:
      return g_param_spec_uint (row->name, _(row->nick), _(row->blurb),
          row->number.min, row->number.max, row->number.value, flags);
    default:
      return g_param_spec_boolean (row->name, _(row->nick), _(row->blurb),
          FALSE, flags);
  }
}

void
whep_setting_table_install (const WhepSetting * table, GObjectClass * klass,
    guint first_id)
{
  for (const WhepSetting * row = table; row->name; row++)
    g_object_class_install_property (klass, first_id++, make_spec (row));
}

void
whep_setting_table_init (const WhepSetting * table, gpointer settings)
{
  for (const WhepSetting * row = table; row->name; row++) {
    if (row->type == G_TYPE_STRING)
      *text_field (row, settings) = g_strdup (row->text);
    else if (row->type == G_TYPE_UINT)
      *number_field (row, settings) = row->number.value;
    else
      *flag_field (row, settings) = FALSE;
  }
}

void
whep_setting_table_clear (const WhepSetting * table, gpointer settings)
{
  for (const WhepSetting * row = table; row->name; row++) {
    if (row->type == G_TYPE_STRING)
      g_clear_pointer (text_field (row, settings), g_free);
  }
}

void
whep_setting_table_copy (const WhepSetting * table, gconstpointer settings,
    gpointer to)
{
  for (const WhepSetting * row = table; row->name; row++) {
    if (row->type == G_TYPE_STRING)
      *text_field (row, to) = g_strdup (*text_field (row, settings));
    else if (row->type == G_TYPE_UINT)
      *number_field (row, to) = *number_field (row, settings);
    else
      *flag_field (row, to) = *flag_field (row, settings);
  }
}

/* An empty text is none. */
static void
set_text (gchar ** field, const gchar * text)
{
  g_free (*field);
  *field = text && *text ? g_strdup (text) : NULL;
}

void
whep_setting_table_set (const WhepSetting * table, guint row,
    gpointer settings, const GValue * value)
{
  const WhepSetting *setting = &table[row];

  if (setting->type == G_TYPE_STRING)
    set_text (text_field (setting, settings), g_value_get_string (value));
  else if (setting->type == G_TYPE_UINT)
    *number_field (setting, settings) = g_value_get_uint (value);
  else
    *flag_field (setting, settings) = g_value_get_boolean (value);
}

void
whep_setting_table_get (const WhepSetting * table, guint row,
    gconstpointer settings, GValue * value)
{
  const WhepSetting *setting = &table[row];

  if (setting->type == G_TYPE_STRING)
    g_value_set_string (value, *text_field (setting, settings));
  else if (setting->type == G_TYPE_UINT)
    g_value_set_uint (value, *number_field (setting, settings));
  else
    g_value_set_boolean (value, *flag_field (setting, settings));
}
