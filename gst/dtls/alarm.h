/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One alarm on the system clock, set again as often as one likes. It costs no
 * thread: the clock's own thread does nothing but wake a worker.
 */
#ifndef DTLS_ALARM_H
#define DTLS_ALARM_H

#include <gst/gst.h>

#include "worker.h"

G_BEGIN_DECLS

typedef struct _DtlsAlarm DtlsAlarm;

/**
 * dtls_alarm_new:
 * @func: called in a worker, with a reference on @owner held; may come once
 *   more, early or late, after the alarm was set anew or switched off
 * @owner: not referenced; frees the alarm
 */
DtlsAlarm *dtls_alarm_new (DtlsWorkerFunc func, GObject * owner);
void dtls_alarm_free (DtlsAlarm * self);

/** Returns: microseconds on the clock that the alarm goes by. */
gint64 dtls_alarm_get_now_us (DtlsAlarm * self);

/**
 * dtls_alarm_set:
 * @deadline_us: when to call, -1 for never
 *
 * The caller serialises.
 */
void dtls_alarm_set (DtlsAlarm * self, gint64 deadline_us);

G_END_DECLS

#endif
