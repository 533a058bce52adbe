/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libFuzzer calls.
 */
#ifndef FUZZ_TARGETS_H
#define FUZZ_TARGETS_H

#include <glib.h>

__attribute__ ((visibility ("default")))
int LLVMFuzzerTestOneInput (const guint8 * data, gsize size);

#endif
