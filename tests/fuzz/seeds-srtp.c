/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets for the SRTP targets: of each profile and kind a good one, and a
 * short stream in the clear with a wrap, a repetition and a second SSRC.
 */
#include "config.h"

#include "seeds.h"

#include <string.h>

#include "srtp-keys.h"

/* an RTP packet with a CSRC, an extension of one word (RFC 8285), a payload */
static const guint8 rtp[] = {
  0x91, 0x60, 0xff, 0xff, 0, 0, 0, 1, 1, 2, 3, 4, 9, 9, 9, 9,
  0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0, 'm', 'e', 'd', 'i', 'a'
};

/* the next one, and of another SSRC */
static const guint8 next_rtp[] =
    { 0x80, 0x60, 0, 0, 0, 0, 0, 2, 1, 2, 3, 4, 'm' };
static const guint8 other_rtp[] =
    { 0x80, 0x60, 0, 0, 0, 0, 0, 2, 1, 2, 3, 5, 'm' };

/* an empty receiver report and a BYE */
static const guint8 rtcp[] =
    { 0x80, 0xc9, 0, 1, 1, 2, 3, 4, 0x81, 0xcb, 0, 1, 1, 2, 3, 4 };

static const struct
{
  DtlsSrtpKind kind;
  const guint8 *data;
  gsize size;
} packets[] = {
  {DTLS_SRTP_RTP, rtp, sizeof rtp},
  {DTLS_SRTP_RTCP, rtcp, sizeof rtcp},
  {DTLS_SRTP_RTP, next_rtp, sizeof next_rtp},
  {DTLS_SRTP_RTP, next_rtp, sizeof next_rtp},
  {DTLS_SRTP_RTP, other_rtp, sizeof other_rtp},
};

static void
write_protected (guint8 profile, guint i)
{
  g_autoptr (DtlsSrtpSession) sender =
      fuzz_srtp_session_new (profile, DTLS_SRTP_SEND);
  gsize size = packets[i].size, room = size + DTLS_SRTP_OVERHEAD_MAX;
  g_autofree guint8 *packet = g_malloc (room);
  g_autoptr (GByteArray) seed = g_byte_array_new ();
  guint8 selector = profile;

  if (packets[i].kind == DTLS_SRTP_RTCP)
    selector |= FUZZ_SRTP_RTCP_BIT;
  memcpy (packet, packets[i].data, size);
  if (dtls_srtp_session_protect (sender, packets[i].kind, packet, &size, room)
      != DTLS_SRTP_OK)
    g_error ("packet %u was not protected", i);
  g_byte_array_append (seed, &selector, 1);
  g_byte_array_append (seed, packet, size);
  seeds_write ("srtp-unprotect", seed->data, seed->len);
}

static void
write_stream (guint8 profile)
{
  g_autoptr (GByteArray) seed = g_byte_array_new ();

  g_byte_array_append (seed, &profile, 1);
  for (guint i = 0; i < G_N_ELEMENTS (packets); i++) {
    const guint8 step[] =
        { packets[i].kind, 0, (guint8) packets[i].size, 0, 11 * i, 1 };

    g_byte_array_append (seed, step, sizeof step);
    g_byte_array_append (seed, packets[i].data, packets[i].size);
  }
  seeds_write ("srtp-protect", seed->data, seed->len);
}

void
seeds_write_srtp (void)
{
  for (guint8 profile = 0; profile <= FUZZ_SRTP_PROFILE_BITS; profile++) {
    for (guint i = 0; i < G_N_ELEMENTS (packets); i++)
      write_protected (profile, i);
    write_stream (profile);
  }
}
