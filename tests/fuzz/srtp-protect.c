/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A stream of packets from a sender to a receiver. The first byte of the input
 * chooses the profile; then each packet is a byte for the kind, two for its
 * size, three for a change made to a copy on the way (where, and which bits),
 * and its bytes. The changed copy comes first and must do no harm.
 */
#include "config.h"

#include "srtp-keys.h"
#include "targets.h"

#include <string.h>

typedef struct
{
  const guint8 *data;
  gsize size;
} Input;

typedef struct
{
  DtlsSrtpSession *sender;
  DtlsSrtpSession *receiver;
  const DtlsProfile *profile;
} Leg;

static guint8
input_byte (Input * input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

static guint
input_short (Input * input)
{
  guint high = input_byte (input);

  return high << 8 | input_byte (input);
}

static guint
leg_count_ssrcs (const Leg * leg)
{
  DtlsSrtpStats stats;

  dtls_srtp_session_get_stats (leg->receiver, &stats);
  return stats.ssrcs;
}

static void
leg_forge (Leg * leg, DtlsSrtpKind kind, const guint8 * packet, gsize size,
    guint where, guint8 bits)
{
  g_autofree guint8 *copy = g_memdup2 (packet, size);
  guint ssrcs = leg_count_ssrcs (leg);

  if (bits == 0)
    return;
  copy[where % size] ^= bits;
  g_assert_cmpint (dtls_srtp_session_unprotect (leg->receiver, kind, copy,
          &size), !=, DTLS_SRTP_OK);
  g_assert_cmpuint (leg_count_ssrcs (leg), ==, ssrcs);
}

/* The same RTP packet may be sent twice, and is then received once. */
static void
leg_deliver (Leg * leg, DtlsSrtpKind kind, guint8 * packet, gsize size,
    const guint8 * clear, gsize clear_size)
{
  DtlsSrtpStatus status = dtls_srtp_session_unprotect (leg->receiver, kind,
      packet, &size);

  if (kind == DTLS_SRTP_RTP && status == DTLS_SRTP_REPLAYED)
    return;
  g_assert_cmpint (status, ==, DTLS_SRTP_OK);
  g_assert_cmpmem (packet, size, clear, clear_size);
}

/* Returns FALSE when the sender kept back a packet that may have moved its
 * rollover counter: what comes after a jump then is not for the receiver. */
static gboolean
leg_send (Leg * leg, DtlsSrtpKind kind, const guint8 * clear, gsize clear_size,
    guint where, guint8 bits)
{
  gsize overhead = fuzz_srtp_overhead (leg->profile, kind);
  gsize room = clear_size + overhead, size = clear_size;
  g_autofree guint8 *packet = g_malloc (room);

  memcpy (packet, clear, clear_size);
  if (dtls_srtp_session_protect (leg->sender, kind, packet, &size, room - 1)
      == DTLS_SRTP_MALFORMED)
    return TRUE;
  g_assert_cmpmem (packet, size, clear, clear_size);
  if (dtls_srtp_session_protect (leg->sender, kind, packet, &size, room)
      != DTLS_SRTP_OK)
    return FALSE;
  g_assert_cmpuint (size, ==, room);
  leg_forge (leg, kind, packet, size, where, bits);
  leg_deliver (leg, kind, packet, size, clear, clear_size);
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  Input input = { data, size };
  guint8 selector = input_byte (&input);
  g_autoptr (DtlsSrtpSession) sender =
      fuzz_srtp_session_new (selector, DTLS_SRTP_SEND);
  g_autoptr (DtlsSrtpSession) receiver =
      fuzz_srtp_session_new (selector, DTLS_SRTP_RECEIVE);
  Leg leg = { sender, receiver, fuzz_srtp_profile (selector) };

  while (input.size > 0) {
    DtlsSrtpKind kind = input_byte (&input) & 1 ?
        DTLS_SRTP_RTCP : DTLS_SRTP_RTP;
    gsize clear_size = input_short (&input);
    guint where = input_short (&input);
    guint8 bits = input_byte (&input);

    clear_size = MIN (clear_size, input.size);
    if (!leg_send (&leg, kind, input.data, clear_size, where, bits))
      break;
    input.data += clear_size;
    input.size -= clear_size;
  }
  return 0;
}
