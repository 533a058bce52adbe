/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first bytes of a datagram, and its records.
 */
#include "config.h"

#include "engine/demux.h"
#include "engine/record.h"
#include "targets.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  const guint8 *random;
  DtlsRecord record;
  DtlsFragment fragment;

  g_assert_nonnull (dtls_protocol_name (dtls_demux (data, size)));
  while (dtls_record_parse (data, size, &record)) {
    g_assert_cmpuint (record.size, <=, size);
    dtls_record_is_client_hello (&record, &random);
    if (dtls_fragment_parse (record.payload, record.payload_size, &fragment))
      g_assert_true (fragment.body + fragment.size <=
          record.payload + record.payload_size);
    data += record.size;
    size -= record.size;
  }
  return 0;
}
