/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One stream into a bin: its format, its times, its keyframe requests.
 */
#include "config.h"

#include "whep/whep-input.h"

#include <gst/app/app.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>
#include <string.h>

typedef struct
{
  GstElement *bin;
  GstClock *clock;
  WhepInput *input;
  GstHarness *harness;
  guint buffers;
  GstClockTime time;
  guint formats;
  guint ends;
} Fixture;

static void
on_buffer (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
    gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_nonnull (caps);
  f->time = GST_BUFFER_PTS (buffer);
  f->buffers++;
}

static void
on_format (WhepInput * input, gpointer user_data)
{
  ((Fixture *) user_data)->formats++;
}

static void
on_eos (WhepInput * input, gpointer user_data)
{
  ((Fixture *) user_data)->ends++;
}

static const WhepInputFuncs funcs = { on_buffer, on_format, on_eos };

static void
setup (Fixture * f, gconstpointer data)
{
  g_autoptr (GstCaps) caps = whep_format_video_caps ();
  g_autoptr (GstPadTemplate) templ = gst_pad_template_new ("video_%u",
      GST_PAD_SINK, GST_PAD_REQUEST, caps);

  gst_object_ref_sink (templ);
  f->bin = gst_object_ref_sink (gst_bin_new (NULL));
  f->input = whep_input_new (GST_BIN (f->bin), 3, templ, "video_0", &funcs, f);
  g_assert_nonnull (f->input);
  gst_element_add_pad (f->bin, whep_input_get_pad (f->input));
  f->harness = gst_harness_new_with_element (f->bin, "video_0", NULL);
  /* With a base time of 0 all these times are past: nothing waits. */
  gst_harness_use_systemclock (f->harness);
  gst_harness_play (f->harness);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  gst_harness_teardown (f->harness);
  gst_element_set_state (f->bin, GST_STATE_NULL);
  whep_input_remove (f->input);
  g_clear_object (&f->input);
  gst_clear_object (&f->bin);
}

static void
push (Fixture * f, GstClockTime time, gboolean keyframe)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL);

  gst_buffer_memset (buffer, 0, 0, 10);
  GST_BUFFER_PTS (buffer) = time;
  if (!keyframe)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  g_assert_cmpint (gst_harness_push (f->harness, buffer), ==, GST_FLOW_OK);
}

static guint
count_requests (Fixture * f)
{
  guint requests = 0;
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (f->harness))) {
    requests += gst_video_event_is_force_key_unit (event);
    gst_event_unref (event);
  }
  return requests;
}

static void
test_format (Fixture * f, gconstpointer data)
{
  g_assert_cmpuint (whep_input_get_index (f->input), ==, 3);
  g_assert_null (whep_input_get_format (f->input).codec);
  gst_harness_set_src_caps_str (f->harness, "video/x-vp8, width=64");
  push (f, 0, TRUE);
  g_assert_cmpstr (whep_input_get_format (f->input).codec->encoding, ==, "VP8");
  g_assert_cmpuint (f->formats, ==, 1);
  /* Another size is no other format. */
  gst_harness_set_src_caps_str (f->harness, "video/x-vp8, width=32");
  push (f, 1, TRUE);
  g_assert_cmpuint (f->formats, ==, 1);
  gst_harness_set_src_caps_str (f->harness, "video/x-vp9");
  push (f, 2, TRUE);
  g_assert_cmpuint (f->formats, ==, 2);
  g_assert_cmpuint (f->buffers, ==, 3);
}

static void
test_clock_time (Fixture * f, gconstpointer data)
{
  GstSegment segment;

  gst_harness_set_src_caps_str (f->harness, "video/x-vp8");
  push (f, 5 * GST_SECOND, TRUE);
  g_assert_cmpuint (f->time, ==, 5 * GST_SECOND);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 100 * GST_SECOND;
  segment.base = 6 * GST_SECOND;
  gst_harness_push_event (f->harness, gst_event_new_segment (&segment));
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 10, NULL);
  GST_BUFFER_PTS (buffer) = 101 * GST_SECOND;
  gst_harness_push (f->harness, buffer);
  g_assert_cmpuint (f->time, ==, 7 * GST_SECOND);
}

static void
test_keyframe_requests_are_gathered (Fixture * f, gconstpointer data)
{
  gst_harness_set_src_caps_str (f->harness, "video/x-vp8");
  push (f, 0, TRUE);
  for (guint i = 0; i < 100; i++)
    whep_input_request_keyframe (f->input);
  g_assert_cmpuint (count_requests (f), ==, 1);
  g_assert_cmpuint (whep_input_get_keyframe_requests (f->input), ==, 1);
  push (f, 1, FALSE);
  g_assert_cmpuint (count_requests (f), ==, 0);
}

/* The same for all, as long as anybody has them, and while the codec lasts. */
static void
test_packetizers (Fixture * f, gconstpointer data)
{
  g_assert_null (whep_input_obtain_packetizer (f->input, 96, 7));
  gst_harness_set_src_caps_str (f->harness, "video/x-vp8");
  push (f, 0, TRUE);
  g_autoptr (WhepPacketizer) first =
      whep_input_obtain_packetizer (f->input, 96, 7);
  g_autoptr (WhepPacketizer) same =
      whep_input_obtain_packetizer (f->input, 96, 7);
  g_autoptr (WhepPacketizer) other =
      whep_input_obtain_packetizer (f->input, 97, 7);
  g_assert_nonnull (first);
  g_assert_true (first == same);
  g_assert_true (first != other);
  g_assert_cmpuint (whep_packetizer_get_ssrc (other), ==, 7);

  gst_harness_set_src_caps_str (f->harness, "video/x-vp9");
  push (f, 1, TRUE);
  g_autoptr (WhepPacketizer) vp9 =
      whep_input_obtain_packetizer (f->input, 96, 7);
  g_assert_true (vp9 != first);
  g_assert_cmpstr (whep_packetizer_get_codec (vp9)->encoding, ==, "VP9");
}

static void
test_eos (Fixture * f, gconstpointer data)
{
  gst_harness_set_src_caps_str (f->harness, "video/x-vp8");
  push (f, 0, TRUE);
  g_assert_false (whep_input_is_eos (f->input));
  gst_harness_push_event (f->harness, gst_event_new_eos ());
  g_assert_true (whep_input_is_eos (f->input));
  g_assert_cmpuint (f->ends, ==, 1);
  gst_harness_push_event (f->harness, gst_event_new_flush_start ());
  gst_harness_push_event (f->harness, gst_event_new_flush_stop (TRUE));
  g_assert_false (whep_input_is_eos (f->input));
}

#define AV1_CAPS "video/x-av1, alignment=tu"

static gboolean
exists (const gchar * name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

/* Without a payloader the sentence says which. */
static void
test_missing_payloader (Fixture * f, gconstpointer data)
{
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GError) error = NULL;
  GstMessage *message;

  if (exists ("rtpav1pay")) {
    g_test_skip ("rtpav1pay is installed");
    return;
  }
  bus = gst_bus_new ();
  gst_element_set_bus (f->bin, bus);
  gst_harness_set_src_caps_str (f->harness, AV1_CAPS);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
  g_assert_nonnull (strstr (error->message, "rtpav1pay"));
  gst_message_unref (message);
  g_assert_null (whep_input_get_format (f->input).codec);
  gst_element_set_bus (f->bin, NULL);
}

/* With one, the parser finds the profile and what the payloader needs. */
static void
test_av1 (Fixture * f, gconstpointer data)
{
  if (!exists ("av1enc") || !exists ("av1parse")) {
    g_test_skip ("no encoder for AV1");
    return;
  }
  /* Something of that name: nothing is made of it here. */
  if (!exists ("rtpav1pay"))
    gst_element_register (NULL, "rtpav1pay", GST_RANK_NONE, GST_TYPE_BIN);
  gst_harness_add_src_parse (f->harness, "videotestsrc num-buffers=9 ! "
      "video/x-raw,format=I420,width=64,height=48 ! av1enc cpu-used=10 "
      "usage-profile=realtime lag-in-frames=0", FALSE);
  while (f->buffers < 2)
    g_assert_cmpint (gst_harness_push_from_src (f->harness), ==, GST_FLOW_OK);
  WhepFormat format = whep_input_get_format (f->input);
  g_assert_cmpstr (format.codec->encoding, ==, "AV1");
  g_assert_cmpint (format.profile, ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/whep/input/" name, Fixture, NULL, setup, func, teardown)
  ADD ("format", test_format);
  ADD ("clock-time", test_clock_time);
  ADD ("keyframe-requests-are-gathered", test_keyframe_requests_are_gathered);
  ADD ("packetizers", test_packetizers);
  ADD ("eos", test_eos);
  ADD ("missing-payloader", test_missing_payloader);
  ADD ("av1", test_av1);
#undef ADD
  return g_test_run ();
}
