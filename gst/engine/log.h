/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the engine's remarks go: to one function that the program sets, or
 * nowhere. Messages carry sizes, states and names, never bytes of anything.
 */
#ifndef DTLS_LOG_H
#define DTLS_LOG_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  DTLS_LOG_WARNING,
  DTLS_LOG_INFO,
  DTLS_LOG_DEBUG,
  DTLS_LOG_TRACE,
} DtlsLogLevel;

typedef void (*DtlsLogFunc) (DtlsLogLevel level, const gchar * message);

/**
 * dtls_log_set_func:
 * @func: (nullable): called from any thread that calls the engine, while the
 *   caller's lock is held: it must only log
 */
void dtls_log_set_func (DtlsLogFunc func);

void dtls_log (DtlsLogLevel level, const gchar * format, ...)
    G_GNUC_PRINTF (2, 3);

G_END_DECLS

#endif
