/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The events ahead of the first buffer: all of them, once, in order, and none
 * that tells a key.
 */
#include "config.h"

#include <gst/gst.h>

#include "dtls/sticky-events.h"

static GstPad *
active_src (void)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));

  gst_pad_set_active (pad, TRUE);
  return pad;
}

static GstEvent *
sticky (GstPad * pad, GstEventType type)
{
  return gst_pad_get_sticky_event (pad, type, 0);
}

static void
test_what_is_missing_is_sent (void)
{
  GstPad *pad = active_src ();
  GstCaps *caps = gst_caps_new_empty_simple ("application/x-rtp");
  GstEvent *start, *again, *segment_event;
  const GstSegment *segment;

  dtls_sticky_ensure (pad, caps, GST_FORMAT_TIME);
  start = sticky (pad, GST_EVENT_STREAM_START);
  segment_event = sticky (pad, GST_EVENT_SEGMENT);
  g_assert_nonnull (start);
  g_assert_nonnull (segment_event);
  gst_event_parse_segment (segment_event, &segment);
  g_assert_cmpint (segment->format, ==, GST_FORMAT_TIME);
  dtls_sticky_ensure (pad, caps, GST_FORMAT_BYTES);
  again = sticky (pad, GST_EVENT_STREAM_START);
  g_assert_true (again == start);
  gst_event_unref (start);
  gst_event_unref (again);
  gst_event_unref (segment_event);
  gst_caps_unref (caps);
  gst_object_unref (pad);
}

static void
test_segment_that_follows_is_not_sent (void)
{
  GstPad *pad = active_src ();

  dtls_sticky_ensure (pad, NULL, GST_FORMAT_UNDEFINED);
  g_assert_null (sticky (pad, GST_EVENT_SEGMENT));
  g_assert_null (sticky (pad, GST_EVENT_CAPS));
  gst_object_unref (pad);
}

static void
test_stream_start_keeps_the_group (void)
{
  GstPad *pad = active_src ();
  GstEvent *upstream = gst_event_new_stream_start ("upstream"), *event;
  const gchar *id;
  guint group_id = 0;

  gst_event_set_group_id (upstream, 77);
  event = dtls_sticky_stream_start (pad, upstream);
  gst_event_parse_group_id (event, &group_id);
  gst_event_parse_stream_start (event, &id);
  g_assert_cmpuint (group_id, ==, 77);
  g_assert_true (g_str_has_prefix (id, "upstream/"));
  gst_event_unref (event);
  gst_event_unref (upstream);
  gst_object_unref (pad);
}

static void
test_caps_lose_keys_and_keep_the_rest (void)
{
  GstCaps *caps = gst_caps_from_string ("application/x-srtp, payload=96, "
      "clock-rate=90000, srtp-key=(buffer)0011, srtp-cipher=aes-128-icm, "
      "srtcp-auth=hmac-sha1-80, roc=(uint)1");
  GstCaps *wanted = gst_caps_from_string
      ("application/x-rtp, payload=96, clock-rate=90000");
  GstCaps *result = dtls_sticky_retarget_caps (caps, "application/x-rtp");

  g_assert_true (gst_caps_is_equal (result, wanted));
  gst_caps_unref (caps);
  gst_caps_unref (wanted);
  gst_caps_unref (result);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sticky-events/" #name, test_##name)
  ADD (what_is_missing_is_sent);
  ADD (segment_that_follows_is_not_sent);
  ADD (stream_start_keeps_the_group);
  ADD (caps_lose_keys_and_keep_the_rest);
#undef ADD
  return g_test_run ();
}
