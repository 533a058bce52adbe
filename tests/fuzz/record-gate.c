/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gate and what stands behind it: whatever comes in, only whole records
 * and whole handshake messages in a lawful order come out. The first byte of
 * the input chooses the role, and when the handshake counts as done.
 */
#include "config.h"

#include "engine/inbox.h"
#include "targets.h"

static void
check_output (DtlsInbox * inbox)
{
  GBytes *bytes;

  while ((bytes = dtls_inbox_pop (inbox))) {
    DtlsRecord record;
    DtlsFragment fragment;

    g_assert_true (dtls_record_parse (g_bytes_get_data (bytes, NULL),
            g_bytes_get_size (bytes), &record));
    g_assert_cmpuint (record.size, ==, g_bytes_get_size (bytes));
    if (record.epoch == 0 && record.type == DTLS_CONTENT_HANDSHAKE) {
      g_assert_true (dtls_fragment_parse (record.payload,
              record.payload_size, &fragment));
      g_assert_cmpuint (fragment.length, <=, DTLS_HANDSHAKE_MESSAGE_MAX);
    } else if (record.epoch == 0) {
      g_assert_cmpuint (record.type, ==, DTLS_CONTENT_CHANGE_CIPHER_SPEC);
    }
    g_bytes_unref (bytes);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  g_autoptr (DtlsInbox) inbox = NULL;
  DtlsRecord record;
  guint n = 0, answer_at, establish_at;

  if (size == 0)
    return 0;
  inbox = dtls_inbox_new (data[0] & 1, data[0] >> 1 & 1);
  answer_at = data[0] >> 2 & 7;
  establish_at = answer_at + 1 + (data[0] >> 5);
  data++;
  size--;
  while (dtls_record_parse (data, size, &record)) {
    DtlsDropCause cause;

    dtls_inbox_take (inbox, &record, &cause);
    check_output (inbox);
    if (n == answer_at)
      dtls_inbox_flight_answered (inbox);
    if (n == establish_at)
      dtls_inbox_establish (inbox);
    n++;
    data += record.size;
    size -= record.size;
  }
  check_output (inbox);
  return 0;
}
