/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An asynchronous wait of GstClock. Its callback finds the owner through a
 * weak reference of its own, because a wait that is unscheduled may still be
 * on its way.
 */
#include "config.h"

#include "alarm.h"

struct _DtlsAlarm
{
  DtlsWorkerFunc func;
  GObject *owner;
  GstClock *clock;
  GstClockID wait;
  gint64 deadline_us;
};

typedef struct
{
  DtlsWorkerFunc func;
  GWeakRef owner;
} Call;

static gboolean
ring (GstClock * clock, GstClockTime time, GstClockID id, gpointer user_data)
{
  Call *call = user_data;
  GObject *owner = g_weak_ref_get (&call->owner);

  if (owner)
    dtls_worker_push (call->func, owner);
  return TRUE;
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_weak_ref_clear (&call->owner);
  g_free (call);
}

static void
cancel (DtlsAlarm * self)
{
  if (!self->wait)
    return;
  gst_clock_id_unschedule (self->wait);
  g_clear_pointer (&self->wait, gst_clock_id_unref);
}

DtlsAlarm *
dtls_alarm_new (DtlsWorkerFunc func, GObject * owner)
{
  DtlsAlarm *self = g_new0 (DtlsAlarm, 1);

  self->func = func;
  self->owner = owner;
  self->clock = gst_system_clock_obtain ();
  self->deadline_us = -1;
  return self;
}

void
dtls_alarm_free (DtlsAlarm * self)
{
  cancel (self);
  gst_object_unref (self->clock);
  g_free (self);
}

gint64
dtls_alarm_get_now_us (DtlsAlarm * self)
{
  return gst_clock_get_time (self->clock) / 1000;
}

void
dtls_alarm_set (DtlsAlarm * self, gint64 deadline_us)
{
  Call *call;

  if (deadline_us == self->deadline_us)
    return;
  self->deadline_us = deadline_us;
  cancel (self);
  if (deadline_us < 0)
    return;

  call = g_new0 (Call, 1);
  call->func = self->func;
  g_weak_ref_init (&call->owner, self->owner);
  self->wait = gst_clock_new_single_shot_id (self->clock, deadline_us * 1000);
  gst_clock_id_wait_async (self->wait, ring, call, call_free);
}
