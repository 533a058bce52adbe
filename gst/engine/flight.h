/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Outgoing records on their way to datagrams (RFC 6347 section 4.2.4).
 *
 * Packs: as many records into a datagram as the MTU holds. Remembers: the
 * handshake records of the latest flight, to be sent again. Numbers: records
 * in the clear get record numbers of our own, so that every copy of one has a
 * new number, as the peer's replay protection asks.
 *
 * GnuTLS repeats its flight at every call without news; those copies are
 * told from a new flight by message number, and dropped unless the caller
 * has said that it is time to repeat.
 */
#ifndef DTLS_FLIGHT_H
#define DTLS_FLIGHT_H

#include "record.h"

G_BEGIN_DECLS

typedef struct _DtlsFlight DtlsFlight;

/** DtlsFlightEmit: a datagram is ready; @datagram is (transfer full). */
typedef void (*DtlsFlightEmit) (gpointer user_data, GBytes * datagram);

/**
 * dtls_flight_new:
 * @mtu: largest datagram in bytes; a single record above it goes alone
 * @first_sequence: number of the first record in the clear
 */
DtlsFlight *dtls_flight_new (guint mtu, guint64 first_sequence,
    DtlsFlightEmit emit, gpointer user_data);
void dtls_flight_free (DtlsFlight * self);

/**
 * dtls_flight_add:
 * @records: one or several whole records, as the TLS library made them
 */
void dtls_flight_add (DtlsFlight * self, const guint8 * records, gsize size);

/** dtls_flight_end: what is added after this is of a new flight, if new. */
void dtls_flight_end (DtlsFlight * self);

/** dtls_flight_flush: emits what has been packed. */
void dtls_flight_flush (DtlsFlight * self);

/** dtls_flight_allow_repeats: whether copies by the TLS library may leave. */
void dtls_flight_allow_repeats (DtlsFlight * self, gboolean allow);

/**
 * dtls_flight_repeat:
 *
 * Packs the remembered flight once more.
 *
 * Returns: whether there was one.
 */
gboolean dtls_flight_repeat (DtlsFlight * self);

/** dtls_flight_forget: frees the remembered flight. */
void dtls_flight_forget (DtlsFlight * self);

/**
 * DtlsFlightNews:
 * @fresh: records of a new flight were packed
 * @repeated: records of the latest flight were packed again
 */
typedef struct
{
  gboolean fresh;
  gboolean repeated;
} DtlsFlightNews;

/** dtls_flight_take_news: what happened since the last call. */
DtlsFlightNews dtls_flight_take_news (DtlsFlight * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsFlight, dtls_flight_free)

G_END_DECLS

#endif
