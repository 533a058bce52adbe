/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first-byte table of RFC 7983 section 7, and the payload types that
 * RFC 5761 section 4 reserves for RTCP where both share a port.
 */
#include "config.h"

#include "demux.h"

static gboolean
is_rtcp (const guint8 * data, gsize size)
{
  return size > 1 && data[1] >= 192 && data[1] <= 223;
}

DtlsProtocol
dtls_demux (const guint8 * data, gsize size)
{
  if (size == 0)
    return DTLS_PROTOCOL_UNKNOWN;

  switch (data[0]) {
    case 0 ... 3:
      return DTLS_PROTOCOL_STUN;
    case 16 ... 19:
      return DTLS_PROTOCOL_ZRTP;
    case 20 ... 63:
      return DTLS_PROTOCOL_DTLS;
    case 64 ... 79:
      return DTLS_PROTOCOL_TURN_CHANNEL;
    case 128 ... 191:
      return is_rtcp (data, size) ? DTLS_PROTOCOL_RTCP : DTLS_PROTOCOL_RTP;
    default:
      return DTLS_PROTOCOL_UNKNOWN;
  }
}

const gchar *
dtls_protocol_name (DtlsProtocol protocol)
{
  switch (protocol) {
    case DTLS_PROTOCOL_UNKNOWN:
      return "unknown";
    case DTLS_PROTOCOL_STUN:
      return "stun";
    case DTLS_PROTOCOL_ZRTP:
      return "zrtp";
    case DTLS_PROTOCOL_DTLS:
      return "dtls";
    case DTLS_PROTOCOL_TURN_CHANNEL:
      return "turn-channel";
    case DTLS_PROTOCOL_RTP:
      return "rtp";
    case DTLS_PROTOCOL_RTCP:
      return "rtcp";
  }
  return "unknown";
}
