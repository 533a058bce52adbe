/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Collects what GStreamer and GLib show, and looks for secrets in it.
 */
#define _GNU_SOURCE             /* memmem() */
#include "config.h"

#include "secret-search.h"

#include <string.h>

#define WINDOW_SIZE 8
#define BASE64_GROUP_SIZE 12

/* ----- what is seen ----- */

static GMutex seen_lock;
static GString *seen;
static GLogFunc glib_log;

void
secret_search_clear (void)
{
  g_mutex_lock (&seen_lock);
  if (seen)
    g_string_free (seen, TRUE);
  seen = NULL;
  g_mutex_unlock (&seen_lock);
}

void
secret_search_see (const gchar * what, const gchar * text)
{
  g_mutex_lock (&seen_lock);
  g_string_append_printf (seen, "%s: %s\n", what, text);
  g_mutex_unlock (&seen_lock);
}

static void
see_log (GstDebugCategory * category, GstDebugLevel level, const gchar * file,
    const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer user_data)
{
  g_autofree gchar *text = gst_debug_log_get_line (category, level, file,
      function, line, object, message);

  secret_search_see ("log", text);
}

/* What would end a test still does. */
static void
see_glib_log (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer user_data)
{
  secret_search_see ("glib", message);
  if (level & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    glib_log (domain, level, message, NULL);
}

static void
see_value (const gchar * name, const GValue * value)
{
  g_autofree gchar *contents = NULL;
  g_autofree gchar *serialized = NULL;

  /* GStreamer does not print all types when they are NULL */
  if (g_value_fits_pointer (value) && g_value_peek_pointer (value) == NULL)
    return;
  contents = g_strdup_value_contents (value);
  secret_search_see (name, contents);
  serialized = gst_value_serialize (value);
  if (serialized)
    secret_search_see (name, serialized);
}

/* Where the keys are on purpose, for who asks by export-keys. */
static gboolean
is_key_export (GParamSpec * pspec)
{
  return g_str_equal (pspec->name, "encoder-key")
      || g_str_equal (pspec->name, "decoder-key");
}

static void
see_properties (GObject * object)
{
  guint count;
  g_autofree GParamSpec **pspecs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &count);

  for (guint i = 0; i < count; i++) {
    GValue value = G_VALUE_INIT;

    if (!(pspecs[i]->flags & G_PARAM_READABLE) || is_key_export (pspecs[i]))
      continue;
    g_value_init (&value, pspecs[i]->value_type);
    g_object_get_property (object, pspecs[i]->name, &value);
    see_value (pspecs[i]->name, &value);
    g_value_unset (&value);
  }
}

static gboolean
see_sticky (GstPad * pad, GstEvent ** event, gpointer user_data)
{
  const GstStructure *structure = gst_event_get_structure (*event);
  g_autofree gchar *text =
      structure ? gst_structure_to_string (structure) : NULL;

  if (text)
    secret_search_see ("sticky event", text);
  return TRUE;
}

static gboolean
see_pad (GstElement * element, GstPad * pad, gpointer user_data)
{
  see_properties (G_OBJECT (pad));
  gst_pad_sticky_events_foreach (pad, see_sticky, NULL);
  return TRUE;
}

static void
see_element (const GValue * item, gpointer user_data)
{
  GstElement *element = g_value_get_object (item);

  see_properties (G_OBJECT (element));
  gst_element_foreach_pad (element, see_pad, NULL);
}

static void
see_messages (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop (bus))) {
    const GstStructure *structure = gst_message_get_structure (message);
    g_autofree gchar *text =
        structure ? gst_structure_to_string (structure) : NULL;

    if (text)
      secret_search_see ("message", text);
    gst_message_unref (message);
  }
}

void
secret_search_see_pipeline (GstElement * pipeline)
{
  g_autofree gchar *dot = gst_debug_bin_to_dot_data (GST_BIN (pipeline),
      GST_DEBUG_GRAPH_SHOW_ALL | GST_DEBUG_GRAPH_SHOW_FULL_PARAMS);
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (pipeline));

  secret_search_see ("dot", dot);
  while (gst_iterator_foreach (elements, see_element, NULL)
      == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
  gst_iterator_free (elements);
  see_messages (pipeline);
}

void
secret_search_start (void)
{
  secret_search_clear ();
  seen = g_string_new (NULL);
  glib_log = g_log_set_default_handler (see_glib_log, NULL);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (see_log, NULL, NULL);
  gst_debug_set_default_threshold (GST_LEVEL_MEMDUMP);
}

void
secret_search_stop (void)
{
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  gst_debug_remove_log_function (see_log);
  g_log_set_default_handler (glib_log, NULL);
}

/* ----- what is looked for ----- */

/* How bytes are written: "c31e", "C3:1E", "\\xc3\\x1e", "0xc3, 0x1e" */
typedef struct
{
  const gchar *before;
  const gchar *between;
  gboolean upper;
} Notation;

static const Notation notations[] = {
  {"", "", FALSE}, {"", "", TRUE},
  {"", " ", FALSE}, {"", " ", TRUE},
  {"", ":", FALSE}, {"", ":", TRUE},
  {"\\x", "", FALSE}, {"0x", ", ", FALSE},
};

G_STATIC_ASSERT (G_N_ELEMENTS (notations) == SECRET_SEARCH_N_NOTATIONS);

gchar *
secret_search_to_hex (const guint8 * bytes, gsize size, guint notation_id)
{
  const Notation *notation = &notations[notation_id];
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < size; i++) {
    g_string_append (text, i ? notation->between : "");
    g_string_append (text, notation->before);
    if (notation->upper)
      g_string_append_printf (text, "%02X", bytes[i]);
    else
      g_string_append_printf (text, "%02x", bytes[i]);
  }
  return g_string_free (text, FALSE);
}

static gboolean
is_seen (const void *bytes, gsize size)
{
  return memmem (seen->str, seen->len, bytes, size) != NULL;
}

static gboolean
is_hex_seen (const guint8 * bytes, gsize size)
{
  for (guint i = 0; i < G_N_ELEMENTS (notations); i++) {
    g_autofree gchar *text = secret_search_to_hex (bytes, size, i);

    if (is_seen (text, strlen (text)))
      return TRUE;
  }
  return FALSE;
}

/* Whatever stands before the secret in what was encoded: its groups of three
 * bytes begin at the secret's first, second or third. */
static gboolean
is_base64_seen (const guint8 * bytes, gsize size)
{
  for (gsize i = 0; i < 3 && i + BASE64_GROUP_SIZE <= size; i++) {
    g_autofree gchar *text = g_base64_encode (bytes + i, BASE64_GROUP_SIZE);

    if (is_seen (text, strlen (text)))
      return TRUE;
  }
  return FALSE;
}

/* Whether a part of @secret that cannot be chance is in what was seen. Dumps
 * break lines, so each part of eight bytes is looked for by itself. */
gboolean
secret_search_finds (const guint8 * secret, gsize size)
{
  gboolean found;

  g_mutex_lock (&seen_lock);
  found = is_base64_seen (secret, size);
  for (gsize i = 0; i + WINDOW_SIZE <= size && !found; i += WINDOW_SIZE)
    found = is_seen (secret + i, WINDOW_SIZE)
        || is_hex_seen (secret + i, WINDOW_SIZE);
  g_mutex_unlock (&seen_lock);
  return found;
}

gboolean
secret_search_has_text (const gchar * text)
{
  gboolean found;

  g_mutex_lock (&seen_lock);
  found = is_seen (text, strlen (text));
  g_mutex_unlock (&seen_lock);
  return found;
}

gsize
secret_search_get_size (void)
{
  return seen->len;
}
