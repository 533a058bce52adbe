/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules, in the order in which they are applied: version, epoch, content
 * type, then for a handshake message its bounds, its kind and its number.
 */
#include "config.h"

#include "record-gate.h"

/*
 * Where in the handshake a message may stand, by its number. A
 * HelloVerifyRequest shifts all later numbers by one; CertificateStatus and
 * CertificateRequest may be left out.
 */
typedef struct
{
  gboolean to_client;
  guint8 type;
  guint16 first;
  guint16 last;
} GatePlace;

static const GatePlace places[] = {
  {TRUE, DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST, 0, 0},
  {TRUE, DTLS_HANDSHAKE_SERVER_HELLO, 0, 1},
  {TRUE, DTLS_HANDSHAKE_CERTIFICATE, 1, 2},
  {TRUE, DTLS_HANDSHAKE_CERTIFICATE_STATUS, 2, 3},
  {TRUE, DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE, 2, 4},
  {TRUE, DTLS_HANDSHAKE_CERTIFICATE_REQUEST, 3, 5},
  {TRUE, DTLS_HANDSHAKE_SERVER_HELLO_DONE, 3, 6},
  {FALSE, DTLS_HANDSHAKE_CLIENT_HELLO, 0, 1},
  {FALSE, DTLS_HANDSHAKE_CERTIFICATE, 1, 2},
  {FALSE, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, 2, 3},
  {FALSE, DTLS_HANDSHAKE_CERTIFICATE_VERIFY, 3, 4},
};

typedef struct
{
  gboolean to_client;
  gint previous;
  guint8 type;
} GateStep;

static const GateStep steps[] = {
  {TRUE, -1, DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST},
  {TRUE, -1, DTLS_HANDSHAKE_SERVER_HELLO},
  {TRUE, DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST, DTLS_HANDSHAKE_SERVER_HELLO},
  {TRUE, DTLS_HANDSHAKE_SERVER_HELLO, DTLS_HANDSHAKE_CERTIFICATE},
  {TRUE, DTLS_HANDSHAKE_CERTIFICATE, DTLS_HANDSHAKE_CERTIFICATE_STATUS},
  {TRUE, DTLS_HANDSHAKE_CERTIFICATE, DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE},
  {TRUE, DTLS_HANDSHAKE_CERTIFICATE_STATUS,
      DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE},
  {TRUE, DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE,
      DTLS_HANDSHAKE_CERTIFICATE_REQUEST},
  {TRUE, DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE, DTLS_HANDSHAKE_SERVER_HELLO_DONE},
  {TRUE, DTLS_HANDSHAKE_CERTIFICATE_REQUEST, DTLS_HANDSHAKE_SERVER_HELLO_DONE},
  {FALSE, -1, DTLS_HANDSHAKE_CLIENT_HELLO},
  {FALSE, DTLS_HANDSHAKE_CLIENT_HELLO, DTLS_HANDSHAKE_CERTIFICATE},
  {FALSE, DTLS_HANDSHAKE_CERTIFICATE, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE},
  {FALSE, DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE,
      DTLS_HANDSHAKE_CERTIFICATE_VERIFY},
};

void
dtls_record_gate_init (DtlsRecordGate * self, gboolean is_client)
{
  self->is_client = is_client;
  self->established = FALSE;
  self->answered = -1;
}

void
dtls_record_gate_flight_answered (DtlsRecordGate * self, gint number)
{
  self->answered = number;
}

void
dtls_record_gate_establish (DtlsRecordGate * self)
{
  self->established = TRUE;
}

gboolean
dtls_record_gate_may_follow (const DtlsRecordGate * self, gint previous,
    guint8 type)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i].to_client == self->is_client
        && steps[i].previous == previous && steps[i].type == type)
      return TRUE;
  return FALSE;
}

static DtlsVerdict
gate_drop (DtlsDropCause why, DtlsDropCause * cause)
{
  *cause = why;
  return DTLS_VERDICT_DROP;
}

static gboolean
gate_has_place (const DtlsRecordGate * self, const DtlsFragment * fragment)
{
  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    const GatePlace *place = &places[i];

    if (place->to_client == self->is_client && place->type == fragment->type)
      return fragment->sequence >= place->first
          && fragment->sequence <= place->last;
  }
  return FALSE;
}

/* A record may hold several messages: all must be good. */
static DtlsVerdict
gate_judge_handshake (const DtlsRecordGate * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  const guint8 *data = record->payload;
  gsize size = record->payload_size;
  DtlsFragment fragment;
  gboolean is_repeat = TRUE;

  while (size > 0) {
    if (!dtls_fragment_parse (data, size, &fragment)
        || fragment.length > DTLS_HANDSHAKE_MESSAGE_MAX
        || (fragment.size == 0 && fragment.length > 0)
        || !gate_has_place (self, &fragment))
      return gate_drop (DTLS_DROP_HANDSHAKE, cause);
    is_repeat &= fragment.sequence <= self->answered;
    data += DTLS_HANDSHAKE_HEADER_SIZE + fragment.size;
    size -= DTLS_HANDSHAKE_HEADER_SIZE + fragment.size;
  }
  return is_repeat ? DTLS_VERDICT_REPEAT : DTLS_VERDICT_PASS;
}

static DtlsVerdict
gate_judge_clear (const DtlsRecordGate * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  switch (record->type) {
    case DTLS_CONTENT_CHANGE_CIPHER_SPEC:
      if (record->payload_size != 1 || record->payload[0] != 1)
        return gate_drop (DTLS_DROP_HANDSHAKE, cause);
      return DTLS_VERDICT_PASS;
    case DTLS_CONTENT_ALERT:
      if (record->payload_size != 2)
        return gate_drop (DTLS_DROP_ALERT, cause);
      return DTLS_VERDICT_ALERT;
    case DTLS_CONTENT_HANDSHAKE:
      return gate_judge_handshake (self, record, cause);
    default:
      return gate_drop (DTLS_DROP_CONTENT_TYPE, cause);
  }
}

/* Nothing in the clear counts any more; but a client that missed our last
 * flight sends its own again, which does not begin with a ClientHello. */
static DtlsVerdict
gate_judge_clear_late (const DtlsRecordGate * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  DtlsVerdict verdict = gate_judge_clear (self, record, cause);

  if (verdict == DTLS_VERDICT_ALERT)
    return gate_drop (DTLS_DROP_ALERT, cause);
  if (verdict == DTLS_VERDICT_REPEAT && (self->is_client
          || record->payload[0] == DTLS_HANDSHAKE_CLIENT_HELLO))
    return gate_drop (DTLS_DROP_SEQUENCE, cause);
  if (verdict == DTLS_VERDICT_PASS)
    return gate_drop (DTLS_DROP_EPOCH, cause);
  return verdict;
}

static DtlsVerdict
gate_judge_encrypted (const DtlsRecordGate * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  switch (record->type) {
    case DTLS_CONTENT_ALERT:
    case DTLS_CONTENT_HANDSHAKE:
    case DTLS_CONTENT_APPLICATION_DATA:
      return DTLS_VERDICT_PASS;
    default:
      return gate_drop (DTLS_DROP_CONTENT_TYPE, cause);
  }
}

DtlsVerdict
dtls_record_gate_judge (const DtlsRecordGate * self, const DtlsRecord * record,
    DtlsDropCause * cause)
{
  if (record->version != DTLS_VERSION_1_0
      && record->version != DTLS_VERSION_1_2)
    return gate_drop (DTLS_DROP_VERSION, cause);
  if (record->epoch > 1)
    return gate_drop (DTLS_DROP_EPOCH, cause);
  if (record->epoch == 1)
    return gate_judge_encrypted (self, record, cause);
  if (self->established)
    return gate_judge_clear_late (self, record, cause);
  return gate_judge_clear (self, record, cause);
}
