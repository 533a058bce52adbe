/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a test waits for what must come: long enough for a slow machine
 * with a sanitizer. Nobody waits so long but for a failure.
 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <glib.h>

#define PATIENCE_US (120 * G_TIME_SPAN_SECOND)

#endif
