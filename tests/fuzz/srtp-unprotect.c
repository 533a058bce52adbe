/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One SRTP or SRTCP packet of a stranger. The first byte of the input chooses
 * profile and kind, the rest is the packet. What is accepted must be what a
 * sender with the key would have sent, and is accepted once.
 */
#include "config.h"

#include "srtp-keys.h"
#include "targets.h"

#include <string.h>

/* The first RTP packet of a stream is protected with a rollover counter of 0
 * by both ends, so the way back gives the same bytes. SRTCP has its index
 * inside, where a new sender's is always 1. */
static void
check_way_back (guint8 selector, const guint8 * packet, gsize size,
    const guint8 * original, gsize original_size)
{
  g_autoptr (DtlsSrtpSession) sender =
      fuzz_srtp_session_new (selector, DTLS_SRTP_SEND);
  g_autofree guint8 *again = g_malloc (original_size);

  memcpy (again, packet, size);
  g_assert_cmpint (dtls_srtp_session_protect (sender, DTLS_SRTP_RTP, again,
          &size, original_size), ==, DTLS_SRTP_OK);
  g_assert_cmpmem (again, size, original, original_size);
}

static void
check_replay (DtlsSrtpSession * receiver, DtlsSrtpKind kind,
    const guint8 * original, gsize original_size)
{
  g_autofree guint8 *again = g_memdup2 (original, original_size);
  gsize size = original_size;

  g_assert_cmpint (dtls_srtp_session_unprotect (receiver, kind, again, &size),
      ==, DTLS_SRTP_REPLAYED);
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  guint8 selector = size > 0 ? *data : 0;
  DtlsSrtpKind kind = selector & FUZZ_SRTP_RTCP_BIT ?
      DTLS_SRTP_RTCP : DTLS_SRTP_RTP;
  g_autoptr (DtlsSrtpSession) receiver =
      fuzz_srtp_session_new (selector, DTLS_SRTP_RECEIVE);
  gsize original_size = size > 0 ? size - 1 : 0;
  const guint8 *original = data + size - original_size;
  /* of just this size, so that nothing behind it is read unseen */
  g_autofree guint8 *packet = g_memdup2 (original, original_size);
  gsize packet_size = original_size;
  DtlsSrtpStatus status = dtls_srtp_session_unprotect (receiver, kind, packet,
      &packet_size);
  DtlsSrtpStats stats;

  dtls_srtp_session_get_stats (receiver, &stats);
  g_assert_cmpuint (stats.packets[status], ==, 1);
  g_assert_cmpuint (stats.ssrcs, ==, status == DTLS_SRTP_OK);
  if (status != DTLS_SRTP_OK) {
    g_assert_true (status == DTLS_SRTP_MALFORMED
        || status == DTLS_SRTP_UNAUTHENTIC);
    g_assert_cmpuint (packet_size, ==, original_size);
    return 0;
  }
  g_assert_cmpuint (packet_size + fuzz_srtp_overhead (fuzz_srtp_profile
          (selector), kind), ==, original_size);
  check_replay (receiver, kind, original, original_size);
  if (kind == DTLS_SRTP_RTP)
    check_way_back (selector, packet, packet_size, original, original_size);
  return 0;
}
