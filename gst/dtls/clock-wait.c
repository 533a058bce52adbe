/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See clock-wait.h.
 *
 * Lock: one, never held while the clock is waited for; the element's object
 * lock is taken under it.
 */
#include "config.h"

#include "clock-wait.h"

void
dtls_clock_wait_init (DtlsClockWait * self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->id = NULL;
  self->playing = FALSE;
  self->flushing = FALSE;
}

void
dtls_clock_wait_clear (DtlsClockWait * self)
{
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
clock_wait_wake (DtlsClockWait * self)
{
  if (self->id != NULL)
    gst_clock_id_unschedule (self->id);
  g_cond_broadcast (&self->cond);
}

void
dtls_clock_wait_set_playing (DtlsClockWait * self, gboolean playing)
{
  g_mutex_lock (&self->lock);
  self->playing = playing;
  clock_wait_wake (self);
  g_mutex_unlock (&self->lock);
}

void
dtls_clock_wait_set_flushing (DtlsClockWait * self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  clock_wait_wake (self);
  g_mutex_unlock (&self->lock);
}

/* Must hold the lock. Returns NULL for an element without a clock. */
static GstClockID
clock_wait_new_id (GstElement * element, GstClockTime running_time)
{
  GstClock *clock = gst_element_get_clock (element);
  GstClockID id;

  if (clock == NULL)
    return NULL;
  id = gst_clock_new_single_shot_id (clock,
      gst_element_get_base_time (element) + running_time);
  gst_object_unref (clock);
  return id;
}

/* Must hold the lock, which is let go meanwhile. Returns whether the time has
 * come; it has not when the wait was cut short. */
static gboolean
clock_wait_once (DtlsClockWait * self, GstElement * element,
    GstClockTime running_time)
{
  GstClockReturn result;
  GstClockID id;

  if (!self->playing) {
    g_cond_wait (&self->cond, &self->lock);
    return FALSE;
  }
  id = clock_wait_new_id (element, running_time);
  if (id == NULL)
    return TRUE;
  self->id = id;
  g_mutex_unlock (&self->lock);
  result = gst_clock_id_wait (id, NULL);
  g_mutex_lock (&self->lock);
  self->id = NULL;
  gst_clock_id_unref (id);
  return result != GST_CLOCK_UNSCHEDULED;
}

gboolean
dtls_clock_wait_until (DtlsClockWait * self, GstElement * element,
    GstClockTime running_time)
{
  gboolean flushing;

  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    return TRUE;
  g_mutex_lock (&self->lock);
  while (!self->flushing && !clock_wait_once (self, element, running_time));
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);
  return !flushing;
}
