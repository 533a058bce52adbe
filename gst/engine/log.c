/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hands remarks to the program's function. Without one, nothing is even
 * formatted.
 */
#include "config.h"

#include "log.h"

static DtlsLogFunc log_func;    /* atomic */

void
dtls_log_set_func (DtlsLogFunc func)
{
  g_atomic_pointer_set (&log_func, func);
}

void
dtls_log (DtlsLogLevel level, const gchar * format, ...)
{
  DtlsLogFunc func = g_atomic_pointer_get (&log_func);
  g_autofree gchar *message = NULL;
  va_list args;

  if (func == NULL)
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  func (level, message);
}
