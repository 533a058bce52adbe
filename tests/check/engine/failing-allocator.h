/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In a program that links this, the memory allocations of chosen libraries
 * can be made to fail, one at a time. The allocator of the program is
 * replaced for that, which the sanitizers do not allow.
 *
 * GMP is left out: it cannot be told of a failure, and GnuTLS ends the program
 * itself there. GLib is, too: it aborts.
 */
#ifndef FAILING_ALLOCATOR_H
#define FAILING_ALLOCATOR_H

#include <glib.h>

/** Returns: %FALSE where a sanitizer owns the allocator; the test skips. */
gboolean failing_allocator_is_available (void);

/** @library: part of a file name, e.g. "libgnutls.so"; at most 4 of them. */
void failing_allocator_watch (const gchar * library);

/**
 * failing_allocator_arm:
 * @countdown: how many allocations of the watched libraries succeed before
 *   one fails; -1 for none
 *
 * Counts from zero again.
 */
void failing_allocator_arm (glong countdown);

/** Returns: allocations since the start of the count, failed or not. */
glong failing_allocator_get_count (void);

/** Returns: likewise, at the end of the count. */
glong failing_allocator_disarm (void);

#endif
