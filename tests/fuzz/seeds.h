/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a first corpus is written.
 */
#ifndef FUZZ_SEEDS_H
#define FUZZ_SEEDS_H

#include <glib.h>

/** Writes one more input of @target; ends the program when it cannot. */
void seeds_write (const gchar * target, gconstpointer data, gsize size);

/** Writes the inputs of the SRTP targets. */
void seeds_write_srtp (void);

#endif
