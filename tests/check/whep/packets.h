/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Streams as packets, for tests that have no input: VP8 is the first and Opus
 * the second.
 */
#ifndef TEST_PACKETS_H
#define TEST_PACKETS_H

#include "whep/whep-inputs.h"

static const guint32 test_ssrcs[WHEP_INPUTS_MAX] = { 11, 22 };

static inline GstCaps *
packets_caps (guint input)
{
  return gst_caps_from_string (input == 0 ? "video/x-vp8" :
      "audio/x-opus, channels=2, channel-mapping-family=0");
}

static inline WhepPacketizer *
packets_of (guint input, gint payload_type)
{
  g_autoptr (GstCaps) caps = packets_caps (input);
  GError *error = NULL;
  WhepPacketizer *packetizer =
      whep_packetizer_new (whep_format_from_caps (caps).codec, payload_type,
      test_ssrcs[input], &error);

  g_assert_no_error (error);
  return packetizer;
}

/* A VP8 frame, as far as a payloader looks at it (RFC 6386 section 9.1). */
static inline GstBuffer *
packets_frame (gboolean delta)
{
  static const guint8 keyframe[50] = {
    0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00
  };
  static const guint8 other[sizeof keyframe] = { 0x11, 0x02, };
  GstBuffer *frame =
      gst_buffer_new_memdup (delta ? other : keyframe, sizeof keyframe);

  GST_BUFFER_PTS (frame) = 0;
  if (delta)
    GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT);
  return frame;
}

/* What a peer's configuration wants. */
static inline WhepPacketizer *
packets_obtain (gpointer unused, guint input, gint payload_type)
{
  return packets_of (input, payload_type);
}

#endif
