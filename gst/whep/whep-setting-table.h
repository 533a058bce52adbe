/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings of an element as a table: each row is a property, and the field of
 * a struct that its value is kept in. The caller serialises.
 */
#ifndef WHEP_SETTING_TABLE_H
#define WHEP_SETTING_TABLE_H

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * WhepSetting:
 * @type: %G_TYPE_STRING, %G_TYPE_UINT or %G_TYPE_BOOLEAN
 * @offset: of the field: a gchar *, guint or gboolean
 * @flags: of the property; what is secret cannot be read
 * @nick: marked for translation, as is @blurb
 * @text: the default of a string, nullable
 * @number: range and default of a number; flags are off by default
 *
 * A row of a table, which ends with %WHEP_SETTING_END.
 */
typedef struct
{
  GType type;
  gsize offset;
  GParamFlags flags;
  const gchar *name;
  const gchar *nick;
  const gchar *blurb;
  const gchar *text;
  struct
  {
    guint min;
    guint max;
    guint value;
  } number;
} WhepSetting;

/* The kinds of rows. */
#define WHEP_SETTING_TEXT(offset, flags, name, nick, blurb, value) \
  {G_TYPE_STRING, offset, flags, name, nick, blurb, value, {0, 0, 0}}
#define WHEP_SETTING_NUMBER(offset, flags, name, nick, blurb, min, max, value) \
  {G_TYPE_UINT, offset, flags, name, nick, blurb, NULL, {min, max, value}}
#define WHEP_SETTING_FLAG(offset, flags, name, nick, blurb) \
  {G_TYPE_BOOLEAN, offset, flags, name, nick, blurb, NULL, {0, 0, 0}}
#define WHEP_SETTING_END \
  {G_TYPE_INVALID, 0, 0, NULL, NULL, NULL, NULL, {0, 0, 0}}

/**
 * whep_setting_table_install:
 * @first_id: the property id of the first row; the others follow
 */
void whep_setting_table_install (const WhepSetting * table,
    GObjectClass * klass, guint first_id);

/** whep_setting_table_init: @settings, the struct, gets the defaults. */
void whep_setting_table_init (const WhepSetting * table, gpointer settings);
void whep_setting_table_clear (const WhepSetting * table, gpointer settings);

/** whep_setting_table_copy: @to is to be cleared. */
void whep_setting_table_copy (const WhepSetting * table,
    gconstpointer settings, gpointer to);

/** whep_setting_table_set: @row: property id less @first_id. */
void whep_setting_table_set (const WhepSetting * table, guint row,
    gpointer settings, const GValue * value);
void whep_setting_table_get (const WhepSetting * table, guint row,
    gconstpointer settings, GValue * value);

G_END_DECLS

#endif
