/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files of the page are there, and refer only to each other.
 */
#include "config.h"

#include "whep/whep-page.h"

#include <string.h>

static gchar *
lookup (const gchar * path, const gchar * type)
{
  const gchar *content_type = NULL;
  g_autoptr (GBytes) bytes = whep_page_lookup (path, "/secret/way",
      &content_type);
  gsize size;

  g_assert_nonnull (bytes);
  g_assert_true (g_str_has_prefix (content_type, type));
  const gchar *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static void
test_files (void)
{
  g_autofree gchar *page = lookup ("/", "text/html");
  g_autofree gchar *style = lookup ("/whep.css", "text/css");
  g_autofree gchar *script = lookup ("/whep.js", "text/javascript");
  g_autofree gchar *session = lookup ("/session.js", "text/javascript");
  g_autofree gchar *stats = lookup ("/stats.js", "text/javascript");
  g_autofree gchar *language = lookup ("/language.js", "text/javascript");
  g_autofree gchar *icon = lookup ("/icon.svg", "image/svg+xml");
  const gchar *none;

  g_assert_nonnull (strstr (page, "content=\"/secret/way\""));
  g_assert_null (strstr (page, "@ENDPOINT@"));
  g_assert_nonnull (strstr (page, ">This page needs JavaScript"));
  g_assert_null (strstr (page, "@NO_SCRIPT@"));
  /* Nothing is fetched from elsewhere. */
  g_assert_null (strstr (page, "http"));
  g_assert_null (strstr (style, "url("));
  g_assert_null (strstr (script, "http"));
  g_assert_null (strstr (session, "http"));
  g_assert_null (strstr (stats, "http"));
  g_assert_nonnull (strstr (language, "'texts.json'"));
  g_assert_nonnull (strstr (icon, "<svg"));
  g_assert_null (whep_page_lookup ("/../etc/passwd", "/whep", &none));
  g_assert_null (whep_page_lookup ("/index.html", "/whep", &none));
}

/* Every text the page names exists. */
static void
test_texts (void)
{
  g_autofree gchar *page = lookup ("/", "text/html");
  g_autofree gchar *texts = lookup ("/texts.js", "text/javascript");
  g_autoptr (GRegex) regex =
      g_regex_new ("data-(?:text|label)=\"(\\w+)\"", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint found = 0;

  g_regex_match (regex, page, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL)) {
    g_autofree gchar *key = g_match_info_fetch (match, 1);
    g_autofree gchar *entry = g_strdup_printf ("\n  %s: ", key);

    found++;
    g_assert_nonnull (strstr (texts, entry));
  }
  g_assert_cmpuint (found, >, 10);
}

/* What translators have, as far as it is there to be built in. */
static void
test_translations (void)
{
  g_autofree gchar *translations = lookup ("/texts.json", "application/json");

#ifdef ENABLE_NLS
  g_assert_nonnull (strstr (translations, "\"de\": {"));
  g_assert_nonnull (strstr (translations,
          "\"Live stream\": \"Live-Übertragung\""));
  /* Texts of other files are none of the page's. */
  g_assert_null (strstr (translations, "connection-id"));
#else
  g_assert_cmpstr (translations, ==, "{}");
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/page/files", test_files);
  g_test_add_func ("/whep/page/texts", test_texts);
  g_test_add_func ("/whep/page/translations", test_translations);
  return g_test_run ();
}
