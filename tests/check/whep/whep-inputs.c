/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The streams of a sink: pads with names and limits, and what can be offered
 * while they start, run, end and go.
 */
#include "config.h"

#include "whep/whep-inputs.h"

#include <gst/check/gstharness.h>

/* A sink that is nothing but its inputs. */
typedef struct
{
  GstBin parent;
  WhepInputs *inputs;
  guint formats;
  guint ends;
} TestSink;

typedef GstBinClass TestSinkClass;

static GType test_sink_get_type (void);

G_DEFINE_TYPE (TestSink, test_sink, GST_TYPE_BIN);

static void
on_buffer (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
    gpointer user_data)
{
}

static void
on_format (WhepInput * input, gpointer user_data)
{
  ((TestSink *) user_data)->formats++;
}

static void
on_eos (WhepInput * input, gpointer user_data)
{
  ((TestSink *) user_data)->ends++;
}

static const WhepInputFuncs funcs = { on_buffer, on_format, on_eos };

static GstPad *
test_sink_request_new_pad (GstElement * element, GstPadTemplate * templ,
    const gchar * name, const GstCaps * caps)
{
  return whep_inputs_request_pad (((TestSink *) element)->inputs, templ, name);
}

static void
test_sink_release_pad (GstElement * element, GstPad * pad)
{
  whep_inputs_release_pad (((TestSink *) element)->inputs, pad);
}

static void
test_sink_finalize (GObject * object)
{
  whep_inputs_free (((TestSink *) object)->inputs);
  G_OBJECT_CLASS (test_sink_parent_class)->finalize (object);
}

static void
test_sink_class_init (TestSinkClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_sink_finalize;
  element_class->request_new_pad = test_sink_request_new_pad;
  element_class->release_pad = test_sink_release_pad;
  whep_inputs_add_templates (element_class);
  gst_element_class_set_static_metadata (element_class, "Test", "Sink", "Test",
      "Test");
}

static void
test_sink_init (TestSink * self)
{
  self->inputs = whep_inputs_new (GST_BIN (self), &funcs, self);
}

static TestSink *
sink_new (void)
{
  return (TestSink *) gst_object_ref_sink (g_object_new (test_sink_get_type (),
          NULL));
}

static void
sink_free (TestSink * sink)
{
  gst_element_set_state (GST_ELEMENT (sink), GST_STATE_NULL);
  gst_object_unref (sink);
}

static void
test_pads (void)
{
  TestSink *sink = sink_new ();
  GstElement *element = GST_ELEMENT (sink);
  GstPad *pads[WHEP_INPUTS_MAX];

  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    pads[i] = gst_element_request_pad_simple (element,
        i % 2 ? "audio_%u" : "video_%u");
    g_assert_nonnull (pads[i]);
  }
  g_assert_cmpstr (GST_PAD_NAME (pads[2]), ==, "video_1");
  g_assert_cmpstr (GST_PAD_NAME (pads[3]), ==, "audio_1");
  g_assert_null (gst_element_request_pad_simple (element, "audio_%u"));

  gst_element_release_request_pad (element, pads[2]);
  gst_object_unref (pads[2]);
  g_assert_cmpuint (sink->formats, ==, 1);
  pads[2] = gst_element_request_pad_simple (element, "video_%u");
  g_assert_cmpstr (GST_PAD_NAME (pads[2]), ==, "video_1");
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    gst_element_release_request_pad (element, pads[i]);
    gst_object_unref (pads[i]);
  }
  g_assert_cmpuint (element->numsinkpads, ==, 0);
  sink_free (sink);
}

static GstHarness *
harness_new (TestSink * sink, const gchar * pad)
{
  GstHarness *h = gst_harness_new_with_element (GST_ELEMENT (sink), pad, NULL);

  gst_harness_use_systemclock (h);
  gst_harness_play (h);
  return h;
}

/* All of the streams or none, while they start. */
static void
test_formats (void)
{
  TestSink *sink = sink_new ();
  WhepFormat formats[WHEP_INPUTS_MAX];
  GstHarness *video = harness_new (sink, "video_0");
  GstHarness *audio = harness_new (sink, "audio_0");

  gst_harness_set_src_caps_str (video, "video/x-vp8");
  g_assert_cmpuint (whep_inputs_read_formats (sink->inputs, formats), ==, 0);
  whep_inputs_set_open (sink->inputs, TRUE);
  g_assert_cmpuint (whep_inputs_read_formats (sink->inputs, formats), ==, 0);

  gst_harness_set_src_caps_str (audio,
      "audio/x-opus, rate=48000, channels=2, channel-mapping-family=0");
  g_assert_cmpuint (sink->formats, ==, 2);
  g_assert_cmpuint (whep_inputs_read_formats (sink->inputs, formats), ==, 2);
  g_assert_cmpstr (formats[0].codec->encoding, ==, "VP8");
  g_assert_cmpstr (formats[1].codec->encoding, ==, "opus");
  g_assert_null (formats[2].codec);

  gst_harness_push_event (video, gst_event_new_eos ());
  while (!g_atomic_int_get (&sink->ends))
    g_usleep (1000);
  g_assert_false (whep_inputs_are_eos (sink->inputs));
  g_assert_cmpuint (whep_inputs_read_formats (sink->inputs, formats), ==, 2);
  g_assert_null (formats[0].codec);
  gst_harness_push_event (audio, gst_event_new_eos ());
  while (g_atomic_int_get (&sink->ends) < 2)
    g_usleep (1000);
  g_assert_true (whep_inputs_are_eos (sink->inputs));
  g_assert_cmpuint (whep_inputs_read_formats (sink->inputs, formats), ==, 0);
  gst_harness_teardown (audio);
  gst_harness_teardown (video);
  sink_free (sink);
}

static void
test_keyframes (void)
{
  TestSink *sink = sink_new ();
  GstHarness *video = harness_new (sink, "video_0");

  gst_harness_set_src_caps_str (video, "video/x-vp8");
  whep_inputs_request_keyframe (sink->inputs, 0);
  whep_inputs_request_keyframe (sink->inputs, 5);
  g_assert_cmpuint (whep_inputs_get_keyframe_requests (sink->inputs), ==, 1);
  gst_harness_teardown (video);
  sink_free (sink);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/inputs/pads", test_pads);
  g_test_add_func ("/whep/inputs/formats", test_formats);
  g_test_add_func ("/whep/inputs/keyframes", test_keyframes);
  return g_test_run ();
}
