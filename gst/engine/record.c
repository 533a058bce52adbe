/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads and writes the headers of records and handshake fragments.
 */
#include "config.h"

#include "record.h"

#include <string.h>

static guint16
read_u16 (const guint8 * p)
{
  return (guint16) (p[0] << 8 | p[1]);
}

static guint32
read_u24 (const guint8 * p)
{
  return (guint32) p[0] << 16 | (guint32) p[1] << 8 | p[2];
}

static guint64
read_u48 (const guint8 * p)
{
  return (guint64) read_u24 (p) << 24 | read_u24 (p + 3);
}

static void
write_u16 (guint8 * p, guint16 value)
{
  p[0] = value >> 8;
  p[1] = value & 0xff;
}

static void
write_u24 (guint8 * p, guint32 value)
{
  p[0] = (value >> 16) & 0xff;
  p[1] = (value >> 8) & 0xff;
  p[2] = value & 0xff;
}

gboolean
dtls_record_parse (const guint8 * data, gsize size, DtlsRecord * record)
{
  gsize payload_size;

  if (size < DTLS_RECORD_HEADER_SIZE)
    return FALSE;
  payload_size = read_u16 (data + 11);
  if (payload_size == 0 || payload_size > DTLS_RECORD_PAYLOAD_MAX
      || payload_size > size - DTLS_RECORD_HEADER_SIZE)
    return FALSE;

  record->type = data[0];
  record->version = read_u16 (data + 1);
  record->epoch = read_u16 (data + 3);
  record->sequence = read_u48 (data + 5);
  record->bytes = data;
  record->size = DTLS_RECORD_HEADER_SIZE + payload_size;
  record->payload = data + DTLS_RECORD_HEADER_SIZE;
  record->payload_size = payload_size;
  return TRUE;
}

void
dtls_record_set_sequence (guint8 * record, guint64 sequence)
{
  write_u24 (record + 5, (sequence >> 24) & 0xffffff);
  write_u24 (record + 8, sequence & 0xffffff);
}

void
dtls_record_write_header (guint8 * out, guint8 type, guint16 epoch,
    guint64 sequence, guint16 payload_size)
{
  out[0] = type;
  write_u16 (out + 1, DTLS_VERSION_1_2);
  write_u16 (out + 3, epoch);
  dtls_record_set_sequence (out, sequence);
  write_u16 (out + 11, payload_size);
}

gboolean
dtls_fragment_parse (const guint8 * data, gsize size, DtlsFragment * fragment)
{
  if (size < DTLS_HANDSHAKE_HEADER_SIZE)
    return FALSE;

  fragment->type = data[0];
  fragment->length = read_u24 (data + 1);
  fragment->sequence = read_u16 (data + 4);
  fragment->offset = read_u24 (data + 6);
  fragment->size = read_u24 (data + 9);
  fragment->body = data + DTLS_HANDSHAKE_HEADER_SIZE;
  return fragment->size <= size - DTLS_HANDSHAKE_HEADER_SIZE
      && fragment->offset <= fragment->length
      && fragment->size <= fragment->length - fragment->offset;
}

void
dtls_fragment_write_header (guint8 * out, guint8 type, guint32 length,
    guint16 sequence, guint32 offset, guint32 size)
{
  out[0] = type;
  write_u24 (out + 1, length);
  write_u16 (out + 4, sequence);
  write_u24 (out + 6, offset);
  write_u24 (out + 9, size);
}

gboolean
dtls_record_is_client_hello (const DtlsRecord * record, const guint8 ** random)
{
  DtlsFragment fragment;

  if (record->type != DTLS_CONTENT_HANDSHAKE || record->epoch != 0
      || !dtls_fragment_parse (record->payload, record->payload_size, &fragment)
      || fragment.type != DTLS_HANDSHAKE_CLIENT_HELLO
      || fragment.offset != 0 || fragment.size < 2 + DTLS_RANDOM_SIZE)
    return FALSE;
  *random = fragment.body + 2;
  return TRUE;
}
