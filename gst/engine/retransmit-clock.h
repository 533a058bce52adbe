/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When to send a flight again (RFC 6347 section 4.2.4.1, with the short
 * timers that media wants): first after a short interval, which doubles up to
 * a cap, and after the first seconds up to a second, so that a peer that is
 * gone is not flooded. A plain value; the times are the caller's.
 */
#ifndef DTLS_RETRANSMIT_CLOCK_H
#define DTLS_RETRANSMIT_CLOCK_H

#include <glib.h>

G_BEGIN_DECLS

/** How long the cap holds, from the first flight on. */
#define DTLS_RETRANSMIT_EAGER_MS 5000
/** What the interval may grow to after that. */
#define DTLS_RETRANSMIT_PATIENT_MS 1000

/**
 * DtlsRetransmitClock:
 * @first_ms: the first interval of each flight
 * @cap_ms: what it may grow to while eager
 * @deadline_us: when to send again; -1 when nothing waits for an answer
 */
typedef struct
{
  guint first_ms;
  guint cap_ms;
  guint interval_ms;
  gint64 eager_until_us;
  gint64 deadline_us;
} DtlsRetransmitClock;

void dtls_retransmit_clock_init (DtlsRetransmitClock * self, guint first_ms,
    guint cap_ms);

/** dtls_retransmit_clock_flight_sent: a new flight has left. */
void dtls_retransmit_clock_flight_sent (DtlsRetransmitClock * self,
    gint64 now_us);

/** dtls_retransmit_clock_flight_expired: it is sent again; waits longer. */
void dtls_retransmit_clock_flight_expired (DtlsRetransmitClock * self,
    gint64 now_us);

/** dtls_retransmit_clock_flight_repeated: sent again early; waits as before. */
void dtls_retransmit_clock_flight_repeated (DtlsRetransmitClock * self,
    gint64 now_us);

/** dtls_retransmit_clock_postpone: not before @until_us, if at all. */
void dtls_retransmit_clock_postpone (DtlsRetransmitClock * self,
    gint64 until_us);

void dtls_retransmit_clock_stop (DtlsRetransmitClock * self);

gboolean dtls_retransmit_clock_is_due (const DtlsRetransmitClock * self,
    gint64 now_us);

/** dtls_deadline_earlier: of two deadlines, either of which may be -1. */
gint64 dtls_deadline_earlier (gint64 a_us, gint64 b_us);

G_END_DECLS

#endif
