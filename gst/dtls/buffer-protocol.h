/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which protocol a datagram in a buffer speaks; called for each packet.
 */
#ifndef DTLS_BUFFER_PROTOCOL_H
#define DTLS_BUFFER_PROTOCOL_H

#include <gst/gst.h>

#include "engine/demux.h"

G_BEGIN_DECLS

static inline DtlsProtocol
dtls_buffer_get_protocol (GstBuffer * buffer)
{
  guint8 head[2];
  gsize size = gst_buffer_extract (buffer, 0, head, sizeof (head));

  return dtls_demux (head, size);
}

static inline gboolean
dtls_protocol_is_media (DtlsProtocol protocol)
{
  return protocol == DTLS_PROTOCOL_RTP || protocol == DTLS_PROTOCOL_RTCP;
}

G_END_DECLS

#endif
