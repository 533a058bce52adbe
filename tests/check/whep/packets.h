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

/* What a peer's configuration wants. */
static inline WhepPacketizer *
packets_obtain (gpointer unused, guint input, gint payload_type)
{
  return packets_of (input, payload_type);
}

#endif
