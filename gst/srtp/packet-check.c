/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bounds checks of RTP and RTCP headers; see the header file.
 */
#include "config.h"

#include "packet-check.h"

#define EXTENSION_HEADER_SIZE 4

static inline gboolean
packet_is_version_2 (const guint8 * packet)
{
  return packet[0] >> 6 == 2;
}

gboolean
dtls_packet_is_rtp (const guint8 * packet, gsize size)
{
  gsize header_size;

  if (size < DTLS_RTP_HEADER_SIZE || size > DTLS_PACKET_SIZE_MAX)
    return FALSE;
  if (!packet_is_version_2 (packet))
    return FALSE;

  header_size = DTLS_RTP_HEADER_SIZE + 4 * (gsize) (packet[0] & 0x0f);
  if (packet[0] & 0x10) {
    const guint8 *extension = packet + header_size;

    header_size += EXTENSION_HEADER_SIZE;
    if (header_size > size)
      return FALSE;
    header_size += 4 * (gsize) (extension[2] << 8 | extension[3]);
  }
  return header_size <= size;
}

gboolean
dtls_packet_is_rtcp (const guint8 * packet, gsize size)
{
  if (size < DTLS_RTCP_HEADER_SIZE || size > DTLS_PACKET_SIZE_MAX)
    return FALSE;
  return size % 4 == 0 && packet_is_version_2 (packet);
}
