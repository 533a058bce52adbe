/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page that plays the stream, out of the program's resources.
 */
#include "config.h"

#include "whep-page.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "whep-resources.h"

#define ENDPOINT_PLACEHOLDER "@ENDPOINT@"
#define NO_SCRIPT_PLACEHOLDER "@NO_SCRIPT@"

static const struct
{
  const gchar *path;
  const gchar *resource;
  const gchar *content_type;
} files[] = {
  {"/", "/whep/page/index.html", "text/html; charset=utf-8"},
  {"/whep.css", "/whep/page/whep.css", "text/css; charset=utf-8"},
  {"/whep.js", "/whep/page/whep.js", "text/javascript; charset=utf-8"},
  {"/session.js", "/whep/page/session.js", "text/javascript; charset=utf-8"},
  {"/stats.js", "/whep/page/stats.js", "text/javascript; charset=utf-8"},
  {"/language.js", "/whep/page/language.js", "text/javascript; charset=utf-8"},
  {"/texts.js", "/whep/page/texts.js", "text/javascript; charset=utf-8"},
  {"/texts.json", "/whep/page/texts.json", "application/json"},
  {"/icon.svg", "/whep/page/icon.svg", "image/svg+xml"},
};

/* Without scripts the page cannot choose the reader's language: this end's. */
static GBytes *
fill_in (GBytes * page, const gchar * endpoint)
{
  gsize size;
  const gchar *data = g_bytes_get_data (page, &size);
  g_autoptr (GString) text = g_string_new_len (data, size);

  g_string_replace (text, ENDPOINT_PLACEHOLDER, endpoint, 0);
  g_string_replace (text, NO_SCRIPT_PLACEHOLDER,
      _("This page needs JavaScript to play the stream."), 0);
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

GBytes *
whep_page_lookup (const gchar * path, const gchar * endpoint,
    const gchar ** content_type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    if (!g_str_equal (path, files[i].path))
      continue;
    g_autoptr (GBytes) bytes =
        g_resource_lookup_data (whep_get_resource (), files[i].resource,
        G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

    *content_type = files[i].content_type;
    return i == 0 ? fill_in (bytes, endpoint) : g_bytes_ref (bytes);
  }
  return NULL;
}
