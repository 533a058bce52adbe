/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gate, reassembly and two small queues for records that are early.
 */
#include "config.h"

#include "inbox.h"

#include "datagram-queue.h"
#include "reassembly.h"

/* A message that is longer than a record travels in several. */
#define INBOX_CHUNK_MAX 16000

/* More than one datagram and all that waited for it can amount to. Only a
 * library that has stopped reading leaves more. */
#define INBOX_READY_MAX 8192
#define INBOX_READY_BYTES_MAX (512 * 1024)

/* A Finished that overtakes, with a few copies of it. */
#define INBOX_EARLY_HANDSHAKE_MAX 8
/* Data that overtakes the end of the handshake. */
#define INBOX_EARLY_DATA_MAX 16
#define INBOX_EARLY_BYTES_MAX (64 * 1024)

struct _DtlsInbox
{
  DtlsRecordGate gate;
  DtlsReassembly *reassembly;   /* NULL once established */
  DtlsDatagramQueue *ready;
  DtlsDatagramQueue *early_handshake;
  DtlsDatagramQueue *early_data;
  guint64 next_sequence;
  gint previous;                /* type of the latest message put; -1 */
  gboolean seen_change_cipher_spec;
  gboolean passed_change_cipher_spec;
};

DtlsInbox *
dtls_inbox_new (gboolean is_client, guint16 first_message)
{
  DtlsInbox *self = g_new0 (DtlsInbox, 1);

  dtls_record_gate_init (&self->gate, is_client);
  self->reassembly = dtls_reassembly_new (first_message);
  self->ready = dtls_datagram_queue_new (INBOX_READY_MAX,
      INBOX_READY_BYTES_MAX);
  self->previous = -1;
  self->early_handshake = dtls_datagram_queue_new (INBOX_EARLY_HANDSHAKE_MAX,
      INBOX_EARLY_BYTES_MAX);
  self->early_data = dtls_datagram_queue_new (INBOX_EARLY_DATA_MAX,
      INBOX_EARLY_BYTES_MAX);
  return self;
}

static void
inbox_free_handshake (DtlsInbox * self)
{
  g_clear_pointer (&self->reassembly, dtls_reassembly_free);
  g_clear_pointer (&self->early_handshake, dtls_datagram_queue_free);
  g_clear_pointer (&self->early_data, dtls_datagram_queue_free);
}

void
dtls_inbox_free (DtlsInbox * self)
{
  inbox_free_handshake (self);
  dtls_datagram_queue_free (self->ready);
  g_free (self);
}

static gboolean
inbox_put (DtlsInbox * self, const guint8 * record, gsize size)
{
  return dtls_datagram_queue_push (self->ready, record, size);
}

static void
inbox_put_all (DtlsInbox * self, DtlsDatagramQueue * queue)
{
  GBytes *bytes;

  while ((bytes = dtls_datagram_queue_pop (queue))) {
    dtls_datagram_queue_push_bytes (self->ready, bytes);
    g_bytes_unref (bytes);
  }
}

static void
inbox_put_clear (DtlsInbox * self, guint8 type, GByteArray * record)
{
  dtls_record_write_header (record->data, type, 0, self->next_sequence++,
      record->len - DTLS_RECORD_HEADER_SIZE);
  inbox_put (self, record->data, record->len);
}

static void
inbox_put_message (DtlsInbox * self, const DtlsMessage * message)
{
  guint32 offset = 0;

  do {
    guint32 size = MIN (message->length - offset, INBOX_CHUNK_MAX);
    GByteArray *record = g_byte_array_new ();

    g_byte_array_set_size (record,
        DTLS_RECORD_HEADER_SIZE + DTLS_HANDSHAKE_HEADER_SIZE);
    dtls_fragment_write_header (record->data + DTLS_RECORD_HEADER_SIZE,
        message->type, message->length, message->number, offset, size);
    g_byte_array_append (record, message->body + offset, size);
    inbox_put_clear (self, DTLS_CONTENT_HANDSHAKE, record);
    g_byte_array_unref (record);
    offset += size;
  } while (offset < message->length);
}

static gboolean
inbox_has_all_messages (const DtlsInbox * self)
{
  return self->previous == (self->gate.is_client
      ? DTLS_HANDSHAKE_SERVER_HELLO_DONE : DTLS_HANDSHAKE_CERTIFICATE_VERIFY);
}

/* What follows a HelloVerifyRequest answers the ClientHello that it asks for,
 * and that has not been sent before the library has seen the request. */
static gboolean
inbox_awaits_second_hello (const DtlsInbox * self)
{
  return self->previous == DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST
      && self->gate.answered < 0;
}

/* A whole message of the wrong kind was forged, or is of another handshake,
 * and so may be those that wait behind it. The right ones will come again. */
static gboolean
inbox_next_message_fits (DtlsInbox * self)
{
  guint8 type;

  if (!dtls_reassembly_peek (self->reassembly, &type))
    return FALSE;
  if (!inbox_awaits_second_hello (self)
      && dtls_record_gate_may_follow (&self->gate, self->previous, type))
    return TRUE;
  dtls_reassembly_discard (self->reassembly);
  return FALSE;
}

static void
inbox_put_change_cipher_spec (DtlsInbox * self)
{
  GByteArray *record = g_byte_array_new ();
  const guint8 payload = 1;

  g_byte_array_set_size (record, DTLS_RECORD_HEADER_SIZE);
  g_byte_array_append (record, &payload, 1);
  inbox_put_clear (self, DTLS_CONTENT_CHANGE_CIPHER_SPEC, record);
  g_byte_array_unref (record);
}

/* Moves on as far as the order allows. */
static void
inbox_proceed (DtlsInbox * self)
{
  DtlsMessage message;

  while (inbox_next_message_fits (self)
      && dtls_reassembly_pop (self->reassembly, &message)) {
    inbox_put_message (self, &message);
    self->previous = message.type;
    g_free (message.body);
  }
  if (!inbox_has_all_messages (self) || !self->seen_change_cipher_spec)
    return;
  if (!self->passed_change_cipher_spec)
    inbox_put_change_cipher_spec (self);
  self->passed_change_cipher_spec = TRUE;
  inbox_put_all (self, self->early_handshake);
}

static gboolean
inbox_take_fragments (DtlsInbox * self, const DtlsRecord * record)
{
  const guint8 *data = record->payload;
  gsize size = record->payload_size;
  DtlsFragment fragment;
  gboolean taken = FALSE;

  while (dtls_fragment_parse (data, size, &fragment)) {
    taken |= dtls_reassembly_add (self->reassembly, &fragment);
    data += DTLS_HANDSHAKE_HEADER_SIZE + fragment.size;
    size -= DTLS_HANDSHAKE_HEADER_SIZE + fragment.size;
  }
  return taken;
}

/* When the queue is full its content makes room: the newest is most likely
 * the one that fits. */
static void
inbox_keep_early (DtlsDatagramQueue * queue, const DtlsRecord * record)
{
  if (dtls_datagram_queue_push (queue, record->bytes, record->size))
    return;
  dtls_datagram_queue_clear (queue);
  dtls_datagram_queue_push (queue, record->bytes, record->size);
}

static DtlsVerdict
inbox_take_clear (DtlsInbox * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  if (record->type == DTLS_CONTENT_CHANGE_CIPHER_SPEC) {
    self->seen_change_cipher_spec = TRUE;
  } else if (!inbox_take_fragments (self, record)) {
    *cause = DTLS_DROP_SEQUENCE;
    return DTLS_VERDICT_DROP;
  }
  inbox_proceed (self);
  return DTLS_VERDICT_PASS;
}

static DtlsVerdict
inbox_take_encrypted (DtlsInbox * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  gboolean is_data = record->type == DTLS_CONTENT_APPLICATION_DATA;

  if (self->gate.established || (self->passed_change_cipher_spec && !is_data)) {
    if (inbox_put (self, record->bytes, record->size))
      return DTLS_VERDICT_PASS;
    *cause = DTLS_DROP_QUEUE_FULL;
    return DTLS_VERDICT_DROP;
  }
  inbox_keep_early (is_data ? self->early_data : self->early_handshake, record);
  return DTLS_VERDICT_PASS;
}

DtlsVerdict
dtls_inbox_take (DtlsInbox * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  DtlsVerdict verdict = dtls_record_gate_judge (&self->gate, record, cause);

  if (verdict != DTLS_VERDICT_PASS)
    return verdict;
  if (record->epoch == 0)
    return inbox_take_clear (self, record, cause);
  return inbox_take_encrypted (self, record, cause);
}

GBytes *
dtls_inbox_pop (DtlsInbox * self)
{
  return dtls_datagram_queue_pop (self->ready);
}

gboolean
dtls_inbox_is_empty (const DtlsInbox * self)
{
  return dtls_datagram_queue_get_length (self->ready) == 0;
}

void
dtls_inbox_flight_answered (DtlsInbox * self)
{
  dtls_record_gate_flight_answered (&self->gate,
      dtls_reassembly_get_next (self->reassembly) - 1);
  /* The peer's next flight answers ours: what is here of it was forged. */
  dtls_reassembly_discard (self->reassembly);
}

void
dtls_inbox_establish (DtlsInbox * self)
{
  dtls_record_gate_establish (&self->gate);
  inbox_put_all (self, self->early_data);
  inbox_free_handshake (self);
}
