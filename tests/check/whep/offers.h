/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Offers as real browsers make them (a video and an audio transceiver that
 * receive only), and ways to change a line of them.
 */
#ifndef TEST_OFFERS_H
#define TEST_OFFERS_H

#include <glib.h>
#include <string.h>

static inline gchar *
offer_load (const gchar * name)
{
  gchar *text = NULL;
  GError *error = NULL;
  gchar *path = g_test_build_filename (G_TEST_DIST, "whep", "offers", name,
      NULL);

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_free (path);
  return text;
}

/* Every @from becomes @to; there must be one. */
static inline gchar *
offer_replace (const gchar * text, const gchar * from, const gchar * to)
{
  gchar **parts = g_strsplit (text, from, -1);
  gchar *result = g_strjoinv (to, parts);

  g_assert_cmpuint (g_strv_length (parts), >, 1);
  g_strfreev (parts);
  return result;
}

/* Without the lines that begin with @prefix; there must be one. */
static inline gchar *
offer_without (const gchar * text, const gchar * prefix)
{
  gchar **lines = g_strsplit (text, "\r\n", -1);
  GString *result = g_string_new (NULL);
  guint removed = 0;

  for (gchar ** line = lines; *line; line++) {
    if (g_str_has_prefix (*line, prefix))
      removed++;
    else if (**line)
      g_string_append_printf (result, "%s\r\n", *line);
  }
  g_assert_cmpuint (removed, >, 0);
  g_strfreev (lines);
  return g_string_free (result, FALSE);
}

#endif
