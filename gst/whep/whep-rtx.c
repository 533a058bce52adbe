/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An RTP packet sent again (RFC 4588 section 4): the same header but for
 * payload type, SSRC and sequence number; the payload begins with the
 * sequence number it had.
 */
#include "config.h"

#include "whep-rtx.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

#define OSN_SIZE 2

static void
fill (GstRTPBuffer * to, GstRTPBuffer * from)
{
  guint8 *payload = gst_rtp_buffer_get_payload (to);

  gst_rtp_buffer_set_timestamp (to, gst_rtp_buffer_get_timestamp (from));
  gst_rtp_buffer_set_marker (to, gst_rtp_buffer_get_marker (from));
  GST_WRITE_UINT16_BE (payload, gst_rtp_buffer_get_seq (from));
  memcpy (payload + OSN_SIZE, gst_rtp_buffer_get_payload (from),
      gst_rtp_buffer_get_payload_len (from));
}

GstBuffer *
whep_rtx_new (GstBuffer * packet, guint payload_type, guint32 ssrc, guint16 seq)
{
  GstRTPBuffer from = GST_RTP_BUFFER_INIT;
  GstRTPBuffer to = GST_RTP_BUFFER_INIT;
  GstBuffer *again;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &from))
    return NULL;
  again = gst_rtp_buffer_new_allocate (OSN_SIZE +
      gst_rtp_buffer_get_payload_len (&from), 0, 0);
  gst_rtp_buffer_map (again, GST_MAP_READWRITE, &to);
  gst_rtp_buffer_set_payload_type (&to, payload_type);
  gst_rtp_buffer_set_ssrc (&to, ssrc);
  gst_rtp_buffer_set_seq (&to, seq);
  fill (&to, &from);
  gst_rtp_buffer_unmap (&to);
  gst_rtp_buffer_unmap (&from);
  GST_BUFFER_PTS (again) = GST_BUFFER_PTS (packet);
  return again;
}
