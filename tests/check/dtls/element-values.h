/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests read of an element, and tell it.
 */
#ifndef TEST_ELEMENT_VALUES_H
#define TEST_ELEMENT_VALUES_H

#include <gst/gst.h>

/* No certificate has it. */
#define WRONG_FINGERPRINT \
    "sha-256 11:11:11:11:11:11:11:11:11:11:11:11:11:11:11:11:" \
    "11:11:11:11:11:11:11:11:11:11:11:11:11:11:11:11"

/* Returns: (transfer full) (nullable): a string property. */
static inline gchar *
element_string (GstElement * element, const gchar * property)
{
  gchar *value = NULL;

  g_object_get (element, property, &value, NULL);
  return value;
}

/* Reads all there is to read: a handler may do that without a deadlock. */
static inline void
element_read_all (GstElement * element)
{
  guint n;
  GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (guint i = 0; i < n; i++) {
    GValue value = G_VALUE_INIT;

    if (!(specs[i]->flags & G_PARAM_READABLE))
      continue;
    g_value_init (&value, specs[i]->value_type);
    g_object_get_property (G_OBJECT (element), specs[i]->name, &value);
    g_value_unset (&value);
  }
  g_free (specs);
}

/* Emits "restart" on a decoder. Returns: whether it was not refused. */
static inline gboolean
element_restart (GstElement * dec, const gchar * fingerprint)
{
  gboolean asked;

  g_signal_emit_by_name (dec, "restart", fingerprint, &asked);
  return asked;
}

#endif
