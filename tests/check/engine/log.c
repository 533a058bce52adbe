/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Remarks reach the function that is set, and nobody otherwise.
 */
#include "config.h"

#include "engine/log.h"

static guint calls;
static DtlsLogLevel last_level;
static gchar *last_message;

static void
remember (DtlsLogLevel level, const gchar * message)
{
  calls++;
  last_level = level;
  g_free (last_message);
  last_message = g_strdup (message);
}

static void
test_reaches (void)
{
  calls = 0;
  dtls_log_set_func (remember);
  dtls_log (DTLS_LOG_INFO, "%d bytes of %s", 3, "three");
  g_assert_cmpuint (calls, ==, 1);
  g_assert_cmpint (last_level, ==, DTLS_LOG_INFO);
  g_assert_cmpstr (last_message, ==, "3 bytes of three");
  g_clear_pointer (&last_message, g_free);
}

static void
test_nobody (void)
{
  calls = 0;
  dtls_log_set_func (NULL);
  dtls_log (DTLS_LOG_WARNING, "%s", "unheard");
  g_assert_cmpuint (calls, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/reaches", test_reaches);
  g_test_add_func ("/log/nobody", test_nobody);
  return g_test_run ();
}
