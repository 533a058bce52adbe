/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes one message out of those that end a test, one origin out of those of
 * leaks, and one library out of webrtcbin's work.
 */
#include "known-faults.h"

#include <string.h>

#ifdef __SANITIZE_ADDRESS__
/* LeakSanitizer asks for it, beside the list of all tests. */
const gchar *__lsan_default_suppressions (void)
    __attribute__ ((visibility ("default")));

const gchar *
__lsan_default_suppressions (void)
{
  return "leak:libgstrtpmanager.so";
}
#endif

static gboolean
message_is_fatal (const gchar * domain, GLogLevelFlags level,
    const gchar * message, gpointer data)
{
  return strstr (message, "g_hash_table_foreach: assertion 'version") == NULL;
}

/* The test's own log function would say that it ends, before it is asked. */
static void
log_glib (const gchar * domain, GLogLevelFlags level, const gchar * message,
    gpointer data)
{
  if (message_is_fatal (domain, level, message, data))
    g_log_default_handler (domain, level, message, data);
  else
    g_test_message ("%s", message);
}

void
known_faults_allow (void)
{
  static gsize handler = 0;

  if (g_once_init_enter (&handler))
    g_once_init_leave (&handler, g_log_set_handler ("GLib",
            G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL, log_glib, NULL));
  g_test_log_set_fatal_handler (message_is_fatal, NULL);
}

void
known_faults_avoid (GstElement * webrtcbin)
{
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;

  g_object_get (webrtcbin, "ice-agent", &ice, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "upnp", FALSE, NULL);
}
