/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A packet sent again is what RFC 4588 says.
 */
#include "config.h"

#include "whep/whep-rtx.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

static void
test_packet (void)
{
  g_autoptr (GstBuffer) packet = gst_rtp_buffer_new_allocate (5, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  gst_rtp_buffer_map (packet, GST_MAP_READWRITE, &rtp);
  gst_rtp_buffer_set_payload_type (&rtp, 96);
  gst_rtp_buffer_set_seq (&rtp, 0xabcd);
  gst_rtp_buffer_set_ssrc (&rtp, 1);
  gst_rtp_buffer_set_timestamp (&rtp, 77);
  gst_rtp_buffer_set_marker (&rtp, TRUE);
  memcpy (gst_rtp_buffer_get_payload (&rtp), "hello", 5);
  gst_rtp_buffer_unmap (&rtp);
  GST_BUFFER_PTS (packet) = 123;

  g_autoptr (GstBuffer) again = whep_rtx_new (packet, 97, 2, 65535);
  g_assert_nonnull (again);
  g_assert_true (gst_rtp_buffer_map (again, GST_MAP_READ, &rtp));
  g_assert_cmpuint (gst_rtp_buffer_get_payload_type (&rtp), ==, 97);
  g_assert_cmpuint (gst_rtp_buffer_get_ssrc (&rtp), ==, 2);
  g_assert_cmpuint (gst_rtp_buffer_get_seq (&rtp), ==, 65535);
  g_assert_cmpuint (gst_rtp_buffer_get_timestamp (&rtp), ==, 77);
  g_assert_true (gst_rtp_buffer_get_marker (&rtp));
  g_assert_cmpmem (gst_rtp_buffer_get_payload (&rtp),
      gst_rtp_buffer_get_payload_len (&rtp), "\xab\xcdhello", 7);
  gst_rtp_buffer_unmap (&rtp);
  g_assert_cmpuint (GST_BUFFER_PTS (again), ==, 123);
}

static void
test_no_packet (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 4, NULL);

  gst_buffer_memset (buffer, 0, 0, 4);
  g_assert_null (whep_rtx_new (buffer, 97, 2, 1));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/rtx/packet", test_packet);
  g_test_add_func ("/whep/rtx/no-packet", test_no_packet);
  return g_test_run ();
}
