/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one timer of a flight.
 */
#include "config.h"

#include "retransmit-clock.h"

#define US_PER_MS G_GINT64_CONSTANT (1000)

static void
clock_arm (DtlsRetransmitClock * self, gint64 now_us)
{
  self->deadline_us = now_us + self->interval_ms * US_PER_MS;
}

void
dtls_retransmit_clock_init (DtlsRetransmitClock * self, guint first_ms,
    guint cap_ms)
{
  self->first_ms = MAX (first_ms, 1);
  self->cap_ms = MAX (cap_ms, self->first_ms);
  self->interval_ms = self->first_ms;
  self->eager_until_us = -1;
  self->deadline_us = -1;
}

void
dtls_retransmit_clock_flight_sent (DtlsRetransmitClock * self, gint64 now_us)
{
  if (self->eager_until_us < 0)
    self->eager_until_us = now_us + DTLS_RETRANSMIT_EAGER_MS * US_PER_MS;
  self->interval_ms = self->first_ms;
  clock_arm (self, now_us);
}

void
dtls_retransmit_clock_flight_expired (DtlsRetransmitClock * self, gint64 now_us)
{
  guint cap_ms = now_us < self->eager_until_us ? self->cap_ms
      : MAX (self->cap_ms, DTLS_RETRANSMIT_PATIENT_MS);

  self->interval_ms = MIN ((guint64) self->interval_ms * 2, cap_ms);
  clock_arm (self, now_us);
}

void
dtls_retransmit_clock_flight_repeated (DtlsRetransmitClock * self,
    gint64 now_us)
{
  if (self->deadline_us >= 0)
    clock_arm (self, now_us);
}

void
dtls_retransmit_clock_postpone (DtlsRetransmitClock * self, gint64 until_us)
{
  if (self->deadline_us >= 0)
    self->deadline_us = MAX (self->deadline_us, until_us);
}

void
dtls_retransmit_clock_stop (DtlsRetransmitClock * self)
{
  self->deadline_us = -1;
}

gboolean
dtls_retransmit_clock_is_due (const DtlsRetransmitClock * self, gint64 now_us)
{
  return self->deadline_us >= 0 && now_us >= self->deadline_us;
}

gint64
dtls_deadline_earlier (gint64 a_us, gint64 b_us)
{
  return a_us < 0 || b_us < 0 ? MAX (a_us, b_us) : MIN (a_us, b_us);
}
