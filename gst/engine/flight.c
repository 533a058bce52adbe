/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pack, remember, resend.
 *
 * A handshake record is new when its message number and offset are above all
 * that was sent before. ChangeCipherSpec and the encrypted Finished carry no
 * number that can be read: a session sends each of them once, so the second
 * is a copy.
 */
#include "config.h"

#include "flight.h"

#include <string.h>

struct _DtlsFlight
{
  guint mtu;
  DtlsFlightEmit emit;
  gpointer user_data;
  GByteArray *datagram;
  GPtrArray *records;           /* GBytes, the latest flight */
  guint64 next_sequence;
  gint64 newest;                /* message number << 24 | offset; -1 at first */
  gboolean sent_change_cipher_spec;
  gboolean sent_finished;
  gboolean ended;
  gboolean repeats_allowed;
  DtlsFlightNews news;
};

DtlsFlight *
dtls_flight_new (guint mtu, guint64 first_sequence, DtlsFlightEmit emit,
    gpointer user_data)
{
  DtlsFlight *self = g_new0 (DtlsFlight, 1);

  self->mtu = mtu;
  self->emit = emit;
  self->user_data = user_data;
  self->datagram = g_byte_array_new ();
  self->records = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_bytes_unref);
  self->next_sequence = first_sequence;
  self->newest = -1;
  return self;
}

void
dtls_flight_free (DtlsFlight * self)
{
  g_byte_array_unref (self->datagram);
  g_ptr_array_unref (self->records);
  g_free (self);
}

void
dtls_flight_flush (DtlsFlight * self)
{
  if (self->datagram->len == 0)
    return;
  self->emit (self->user_data,
      g_bytes_new (self->datagram->data, self->datagram->len));
  g_byte_array_set_size (self->datagram, 0);
}

static void
flight_pack (DtlsFlight * self, const guint8 * record, gsize size,
    gboolean in_the_clear)
{
  guint at = self->datagram->len;

  if (at > 0 && at + size > self->mtu) {
    dtls_flight_flush (self);
    at = 0;
  }
  g_byte_array_append (self->datagram, record, size);
  if (in_the_clear)
    dtls_record_set_sequence (self->datagram->data + at, self->next_sequence++);
}

static gboolean
flight_is_first (gboolean * sent)
{
  gboolean first = !*sent;

  *sent = TRUE;
  return first;
}

static gboolean
flight_is_new (DtlsFlight * self, const DtlsRecord * record)
{
  DtlsFragment fragment;
  gint64 number;

  if (record->type == DTLS_CONTENT_CHANGE_CIPHER_SPEC)
    return flight_is_first (&self->sent_change_cipher_spec);
  if (record->epoch > 0)
    return flight_is_first (&self->sent_finished);
  if (!dtls_fragment_parse (record->payload, record->payload_size, &fragment))
    return FALSE;
  number = (gint64) fragment.sequence << 24 | fragment.offset;
  if (number <= self->newest)
    return FALSE;
  self->newest = number;
  return TRUE;
}

static void
flight_remember (DtlsFlight * self, const DtlsRecord * record)
{
  if (self->ended)
    dtls_flight_forget (self);
  self->ended = FALSE;
  g_ptr_array_add (self->records, g_bytes_new (record->bytes, record->size));
  self->news.fresh = TRUE;
}

static void
flight_add_record (DtlsFlight * self, const DtlsRecord * record)
{
  gboolean of_handshake = record->type == DTLS_CONTENT_HANDSHAKE
      || record->type == DTLS_CONTENT_CHANGE_CIPHER_SPEC;

  if (of_handshake) {
    if (flight_is_new (self, record))
      flight_remember (self, record);
    else if (self->repeats_allowed)
      self->news.repeated = TRUE;
    else
      return;
  }
  flight_pack (self, record->bytes, record->size, record->epoch == 0);
}

void
dtls_flight_add (DtlsFlight * self, const guint8 * records, gsize size)
{
  DtlsRecord record;

  while (dtls_record_parse (records, size, &record)) {
    flight_add_record (self, &record);
    records += record.size;
    size -= record.size;
  }
}

void
dtls_flight_end (DtlsFlight * self)
{
  self->ended = TRUE;
}

void
dtls_flight_allow_repeats (DtlsFlight * self, gboolean allow)
{
  self->repeats_allowed = allow;
}

gboolean
dtls_flight_repeat (DtlsFlight * self)
{
  for (guint i = 0; i < self->records->len; i++) {
    gsize size;
    const guint8 *bytes = g_bytes_get_data (self->records->pdata[i], &size);
    DtlsRecord record;

    if (dtls_record_parse (bytes, size, &record))
      flight_pack (self, bytes, size, record.epoch == 0);
  }
  self->news.repeated |= self->records->len > 0;
  return self->records->len > 0;
}

void
dtls_flight_forget (DtlsFlight * self)
{
  g_ptr_array_set_size (self->records, 0);
}

DtlsFlightNews
dtls_flight_take_news (DtlsFlight * self)
{
  DtlsFlightNews news = self->news;

  memset (&self->news, 0, sizeof self->news);
  return news;
}
