/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending half of an element, on an element that has nothing else.
 */
#include "config.h"

#include "media.h"
#include "dtls/media-sender.h"

static GstStaticPadTemplate sink_template =
GST_STATIC_PAD_TEMPLATE ("rtp_sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS_ANY);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

#define TYPE_HOST (host_get_type ())
G_DECLARE_FINAL_TYPE (Host, host, TEST, HOST, GstElement);

struct _Host
{
  GstElement parent;
  DtlsMediaSender *media;
  guint ended;
  guint flushed;
};

G_DEFINE_TYPE (Host, host, GST_TYPE_ELEMENT);

static void
host_ended (GstElement * element)
{
  TEST_HOST (element)->ended++;
}

static void
host_flushed (GstElement * element)
{
  TEST_HOST (element)->flushed++;
}

static const DtlsMediaSenderFuncs funcs = { host_ended, host_flushed };

static void
host_finalize (GObject * object)
{
  dtls_media_sender_free (TEST_HOST (object)->media);
  G_OBJECT_CLASS (host_parent_class)->finalize (object);
}

static GstPad *
host_request_new_pad (GstElement * element, GstPadTemplate * template,
    const gchar * name, const GstCaps * caps)
{
  return dtls_media_sender_add_pad (TEST_HOST (element)->media, template,
      name, DTLS_SRTP_RTP, NULL);
}

static void
host_release_pad (GstElement * element, GstPad * pad)
{
  dtls_media_sender_remove_pad (TEST_HOST (element)->media, pad);
}

static void
host_class_init (HostClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = host_finalize;
  element_class->request_new_pad = host_request_new_pad;
  element_class->release_pad = host_release_pad;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Host", "Test",
      "Has a media sender", "test");
}

static void
host_init (Host * self)
{
  GstPad *src = gst_pad_new_from_static_template (&src_template, "src");

  gst_element_add_pad (GST_ELEMENT (self), src);
  self->media = dtls_media_sender_new (GST_ELEMENT (self), src,
      gst_caps_new_empty_simple ("application/x-srtp"));
}

typedef struct
{
  Host *host;
  GstHarness *a;
  GstHarness *b;
  GThread *thread;
} Fixture;

static void
fixture_open (Fixture * self, gconstpointer data)
{
  DtlsSrtpKeys *keys = media_keys (DTLS_PROFILE_AEAD_AES_128_GCM, 1, 2);
  DtlsSrtpSender *sender = dtls_srtp_sender_new_static (keys, NULL);

  self->host = gst_object_ref_sink (g_object_new (TYPE_HOST, NULL));
  dtls_media_sender_set_sender (self->host->media, sender);
  self->a = gst_harness_new_with_element (GST_ELEMENT (self->host),
      "rtp_sink_0", "src");
  self->b = gst_harness_new_with_element (GST_ELEMENT (self->host),
      "rtp_sink_1", NULL);
  gst_harness_set_src_caps_str (self->a, "application/x-rtp");
  gst_harness_set_src_caps_str (self->b, "application/x-rtp");
  dtls_srtp_sender_unref (sender);
  dtls_srtp_keys_unref (keys);
}

static void
fixture_close (Fixture * self, gconstpointer data)
{
  g_clear_pointer (&self->b, gst_harness_teardown);
  gst_harness_teardown (self->a);
  gst_object_unref (self->host);
}

static GstEventType
next_event (GstHarness * harness)
{
  GstEvent *event = gst_harness_pull_event (harness);
  GstEventType type = GST_EVENT_TYPE (event);

  gst_event_unref (event);
  return type;
}

static void
test_one_stream_for_all_inputs (Fixture * self, gconstpointer data)
{
  gst_harness_push (self->a, media_rtp (1, 1));
  gst_harness_push (self->b, media_rtp (1, 2));
  g_assert_cmpint (next_event (self->a), ==, GST_EVENT_STREAM_START);
  g_assert_cmpint (next_event (self->a), ==, GST_EVENT_CAPS);
  g_assert_cmpint (next_event (self->a), ==, GST_EVENT_SEGMENT);
  g_assert_cmpuint (gst_harness_events_in_queue (self->a), ==, 0);
  g_assert_cmpuint (gst_harness_buffers_received (self->a), ==, 2);
}

static gpointer
push_by_b (gpointer harness)
{
  g_assert_cmpint (gst_harness_push (harness, media_rtp (1, 2)), ==,
      GST_FLOW_OK);
  return NULL;
}

/* While the caps of a's first buffer are on their way, b's comes in. */
static GstPadProbeReturn
push_by_b_meanwhile (GstPad * src, GstPadProbeInfo * info, gpointer data)
{
  Fixture *self = data;
  guint i;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  self->thread = g_thread_new ("b", push_by_b, self->b);
  for (i = 0; i < 50 && gst_harness_buffers_received (self->a) == 0; i++)
    g_usleep (1000);
  g_assert_cmpuint (gst_harness_buffers_received (self->a), ==, 0);
  return GST_PAD_PROBE_OK;
}

static void
test_no_buffer_overtakes_the_events (Fixture * self, gconstpointer data)
{
  GstPad *src = gst_element_get_static_pad (GST_ELEMENT (self->host), "src");

  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      push_by_b_meanwhile, self, NULL);
  gst_harness_push (self->a, media_rtp (1, 1));
  g_thread_join (self->thread);
  g_assert_cmpuint (gst_harness_buffers_received (self->a), ==, 2);
  gst_object_unref (src);
}

static GstClockTime
restamped (GstHarness * in, GstHarness * out, guint64 base, GstClockTime pts)
{
  GstSegment segment;
  GstBuffer *buffer = media_rtp (1, base + 1);

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = base;
  gst_harness_push_event (in, gst_event_new_segment (&segment));
  GST_BUFFER_PTS (buffer) = pts;
  gst_harness_push (in, buffer);
  buffer = gst_harness_pull (out);
  pts = GST_BUFFER_PTS (buffer);
  gst_buffer_unref (buffer);
  return pts;
}

static void
test_each_input_has_its_segment (Fixture * self, gconstpointer data)
{
  g_assert_cmpuint (restamped (self->a, self->a, 5, 10), ==, 15);
  g_assert_cmpuint (restamped (self->b, self->a, 0, 10), ==, 10);
}

static void
push_gap (Fixture * self, GstClockTime base, GstClockTime time)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = base;
  segment.start = 10;
  gst_harness_push_event (self->a, gst_event_new_segment (&segment));
  gst_harness_push_event (self->a, gst_event_new_gap (time, 3));
}

static void
test_gap_is_in_running_time (Fixture * self, gconstpointer data)
{
  GstClockTime time, duration;
  GstEvent *event;

  gst_harness_push (self->a, media_rtp (1, 1));
  while (gst_harness_events_in_queue (self->a) > 0)
    next_event (self->a);
  push_gap (self, 5, 12);
  event = gst_harness_pull_event (self->a);
  g_assert_cmpint (GST_EVENT_TYPE (event), ==, GST_EVENT_GAP);
  gst_event_parse_gap (event, &time, &duration);
  g_assert_cmpuint (time, ==, 7);
  g_assert_cmpuint (duration, ==, 3);
  gst_event_unref (event);
  push_gap (self, 5, 9);
  g_assert_cmpuint (gst_harness_events_in_queue (self->a), ==, 0);
}

static void
test_end_is_told_once_all_have_ended (Fixture * self, gconstpointer data)
{
  dtls_media_sender_set_funcs (self->host->media, &funcs);
  gst_harness_push_event (self->a, gst_event_new_eos ());
  g_assert_cmpuint (self->host->ended, ==, 0);
  gst_harness_push_event (self->b, gst_event_new_eos ());
  g_assert_cmpuint (self->host->ended, ==, 1);
}

static void
test_stream_after_the_end (Fixture * self, gconstpointer data)
{
  gst_harness_push (self->a, media_rtp (1, 1));
  gst_harness_push_event (self->a, gst_event_new_eos ());
  gst_harness_push_event (self->b, gst_event_new_eos ());
  while (gst_harness_events_in_queue (self->a) > 1)
    next_event (self->a);
  g_assert_cmpint (next_event (self->a), ==, GST_EVENT_EOS);
  gst_harness_push_event (self->a, gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (self->a, "application/x-rtp");
  g_assert_cmpint (gst_harness_push (self->a, media_rtp (2, 1)), ==,
      GST_FLOW_OK);
  g_assert_cmpint (next_event (self->a), ==, GST_EVENT_STREAM_START);
  g_assert_cmpuint (gst_harness_buffers_received (self->a), ==, 2);
}

static void
test_release_of_the_last_that_runs_is_the_end (Fixture * self,
    gconstpointer data)
{
  dtls_media_sender_set_funcs (self->host->media, &funcs);
  gst_harness_push_event (self->a, gst_event_new_eos ());
  g_clear_pointer (&self->b, gst_harness_teardown);
  g_assert_cmpuint (self->host->ended, ==, 1);
}

static void
test_release_of_another_is_no_end (Fixture * self, gconstpointer data)
{
  dtls_media_sender_set_funcs (self->host->media, &funcs);
  gst_harness_push_event (self->b, gst_event_new_eos ());
  g_clear_pointer (&self->b, gst_harness_teardown);
  g_assert_cmpuint (self->host->ended, ==, 0);
}

static void
test_flush_undoes_an_end (Fixture * self, gconstpointer data)
{
  dtls_media_sender_set_funcs (self->host->media, &funcs);
  gst_harness_push_event (self->a, gst_event_new_eos ());
  gst_harness_push_event (self->a, gst_event_new_flush_start ());
  gst_harness_push_event (self->a, gst_event_new_flush_stop (TRUE));
  g_assert_cmpuint (self->host->flushed, ==, 1);
  gst_harness_push_event (self->b, gst_event_new_eos ());
  g_assert_cmpuint (self->host->ended, ==, 0);
}

static void
test_tags_stay_inside (Fixture * self, gconstpointer data)
{
  gst_harness_push (self->a, media_rtp (1, 1));
  gst_harness_push_event (self->a,
      gst_event_new_tag (gst_tag_list_new_empty ()));
  while (gst_harness_events_in_queue (self->a) > 0)
    g_assert_cmpint (next_event (self->a), !=, GST_EVENT_TAG);
}

static void
test_without_a_sender_nothing_flows (Fixture * self, gconstpointer data)
{
  dtls_media_sender_set_sender (self->host->media, NULL);
  g_assert_cmpint (gst_harness_push (self->a, media_rtp (1, 1)), ==,
      GST_FLOW_FLUSHING);
  g_assert_null (dtls_media_sender_get_stats (self->host->media));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/media-sender/" #name, Fixture, NULL, \
      fixture_open, test_##name, fixture_close)
  ADD (one_stream_for_all_inputs);
  ADD (no_buffer_overtakes_the_events);
  ADD (each_input_has_its_segment);
  ADD (gap_is_in_running_time);
  ADD (end_is_told_once_all_have_ended);
  ADD (stream_after_the_end);
  ADD (release_of_the_last_that_runs_is_the_end);
  ADD (release_of_another_is_no_end);
  ADD (flush_undoes_an_end);
  ADD (tags_stay_inside);
  ADD (without_a_sender_nothing_flows);
#undef ADD
  return g_test_run ();
}
