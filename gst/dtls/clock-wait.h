/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets a streaming thread wait until the pipeline's clock has reached a
 * running time, as a sink with sync=true does, and wakes it when the element
 * stops or flushes.
 */
#ifndef DTLS_CLOCK_WAIT_H
#define DTLS_CLOCK_WAIT_H

#include <gst/gst.h>

G_BEGIN_DECLS

/** Private; between init and clear. Threads: any, but one waits at a time. */
typedef struct
{
  GMutex lock;
  GCond cond;
  GstClockID id;
  gboolean playing;
  gboolean flushing;
} DtlsClockWait;

void dtls_clock_wait_init (DtlsClockWait * self);
void dtls_clock_wait_clear (DtlsClockWait * self);

/** dtls_clock_wait_set_playing: time only passes while it is. */
void dtls_clock_wait_set_playing (DtlsClockWait * self, gboolean playing);

/** dtls_clock_wait_set_flushing: ends a wait, and lets none begin. */
void dtls_clock_wait_set_flushing (DtlsClockWait * self, gboolean flushing);

/**
 * dtls_clock_wait_until:
 * @element: whose clock and base time count
 * @running_time: in nanoseconds; none waits for nothing
 *
 * Returns: %FALSE when flushing.
 */
gboolean dtls_clock_wait_until (DtlsClockWait * self, GstElement * element,
    GstClockTime running_time);

G_END_DECLS

#endif
