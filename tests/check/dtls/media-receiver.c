/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving half of an element, on an element that has nothing else.
 */
#include "config.h"

#include "media.h"
#include "dtls/media-receiver.h"
#include "dtls/srtp-sender.h"

#define GCM DTLS_PROFILE_AEAD_AES_128_GCM

static GstStaticPadTemplate templates[] = {
  GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
      GST_STATIC_CAPS_ANY),
  GST_STATIC_PAD_TEMPLATE ("rtp_src", GST_PAD_SRC, GST_PAD_ALWAYS,
      GST_STATIC_CAPS_ANY),
  GST_STATIC_PAD_TEMPLATE ("rtcp_src", GST_PAD_SRC, GST_PAD_ALWAYS,
      GST_STATIC_CAPS_ANY),
};

#define TYPE_HOST (host_get_type ())
G_DECLARE_FINAL_TYPE (Host, host, TEST, HOST, GstElement);

struct _Host
{
  GstElement parent;
  DtlsMediaReceiver *media;
};

G_DEFINE_TYPE (Host, host, GST_TYPE_ELEMENT);

static GstFlowReturn
host_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  return dtls_media_receiver_chain (TEST_HOST (parent)->media, buffer);
}

static gboolean
host_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  dtls_media_receiver_event (TEST_HOST (parent)->media, event);
  gst_event_unref (event);
  return TRUE;
}

static void
host_finalize (GObject * object)
{
  dtls_media_receiver_free (TEST_HOST (object)->media);
  G_OBJECT_CLASS (host_parent_class)->finalize (object);
}

static void
host_class_init (HostClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  guint i;

  G_OBJECT_CLASS (klass)->finalize = host_finalize;
  for (i = 0; i < G_N_ELEMENTS (templates); i++)
    gst_element_class_add_static_pad_template (element_class, &templates[i]);
  gst_element_class_set_static_metadata (element_class, "Host", "Test",
      "Has a media receiver", "test");
}

static void
host_init (Host * self)
{
  GstPad *pads[3];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pads); i++) {
    pads[i] = gst_pad_new_from_static_template (&templates[i],
        templates[i].name_template);
    gst_element_add_pad (GST_ELEMENT (self), pads[i]);
  }
  gst_pad_set_chain_function (pads[0], host_chain);
  gst_pad_set_event_function (pads[0], host_event);
  self->media = dtls_media_receiver_new (GST_ELEMENT (self), pads[0], pads[1],
      pads[2]);
}

typedef struct
{
  Host *host;
  DtlsLink *link;
  DtlsSrtpReceiver *receiver;
  DtlsSrtpSender *peer;
  GstHarness *in;
  GstHarness *rtcp;
} Fixture;

static void
fixture_open (Fixture * self, gconstpointer data)
{
  DtlsSrtpKeys *keys = media_keys (GCM, 2, 1);

  self->peer = dtls_srtp_sender_new_static (keys, NULL);
  self->link = dtls_link_obtain ("receiver");
  self->receiver = dtls_srtp_receiver_obtain (self->link);
  self->host = gst_object_ref_sink (g_object_new (TYPE_HOST, NULL));
  dtls_media_receiver_set_receiver (self->host->media, self->receiver);
  self->in = gst_harness_new_with_element (GST_ELEMENT (self->host), "sink",
      "rtp_src");
  self->rtcp = gst_harness_new_with_element (GST_ELEMENT (self->host), NULL,
      "rtcp_src");
  gst_harness_set_src_caps_str (self->in, "application/x-srtp, payload=96");
  dtls_srtp_keys_unref (keys);
}

static void
fixture_close (Fixture * self, gconstpointer data)
{
  gst_harness_teardown (self->rtcp);
  gst_harness_teardown (self->in);
  gst_object_unref (self->host);
  dtls_srtp_receiver_unref (self->receiver);
  dtls_srtp_sender_unref (self->peer);
  g_object_unref (self->link);
}

static GstFlowReturn
push_rtp (Fixture * self, guint16 seq)
{
  return gst_harness_push (self->in, dtls_srtp_sender_protect (self->peer,
          DTLS_SRTP_RTP, media_rtp (seq, 1)));
}

static void
give_keys (Fixture * self)
{
  media_give_keys (self->link, GCM, 1, 2);
  dtls_media_receiver_keys_came (self->host->media);
}

static guint16
pull_seq (Fixture * self)
{
  GstBuffer *buffer = gst_harness_pull (self->in);
  guint16 seq = media_seq (buffer);

  gst_buffer_unref (buffer);
  return seq;
}

static void
test_early_packets_leave_without_another (Fixture * self, gconstpointer data)
{
  push_rtp (self, 1);
  push_rtp (self, 2);
  give_keys (self);
  g_assert_cmpuint (pull_seq (self), ==, 1);
  g_assert_cmpuint (pull_seq (self), ==, 2);
}

static void
test_early_packets_leave_before_later_ones (Fixture * self, gconstpointer data)
{
  push_rtp (self, 1);
  media_give_keys (self->link, GCM, 1, 2);
  push_rtp (self, 2);
  g_assert_cmpuint (pull_seq (self), ==, 1);
  g_assert_cmpuint (pull_seq (self), ==, 2);
}

static void
test_none_may_wait (Fixture * self, gconstpointer data)
{
  dtls_media_receiver_set_early_packets (self->host->media, 0);
  g_assert_cmpint (push_rtp (self, 1), ==, GST_FLOW_OK);
  give_keys (self);
  push_rtp (self, 2);
  g_assert_cmpuint (pull_seq (self), ==, 2);
}

static void
test_reset_drops_what_waits (Fixture * self, gconstpointer data)
{
  push_rtp (self, 1);
  dtls_media_receiver_reset (self->host->media);
  give_keys (self);
  push_rtp (self, 2);
  g_assert_cmpuint (pull_seq (self), ==, 2);
}

/* Whoever brings the keys must not wait for whoever takes the media. */
static void
test_keys_do_not_wait_for_a_blocked_pad (Fixture * self, gconstpointer data)
{
  GstPad *src = gst_element_get_static_pad (GST_ELEMENT (self->host),
      "rtp_src");
  gulong block = gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM,
      NULL, NULL, NULL);

  push_rtp (self, 1);
  give_keys (self);
  gst_pad_remove_probe (src, block);
  g_assert_cmpuint (pull_seq (self), ==, 1);
  gst_object_unref (src);
}

static void
test_bytes_become_time (Fixture * self, gconstpointer data)
{
  GstSegment segment;
  const GstSegment *out;
  GstEvent *event;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (self->in, gst_event_new_segment (&segment));
  event = gst_pad_get_sticky_event (self->in->sinkpad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &out);
  g_assert_cmpint (out->format, ==, GST_FORMAT_TIME);
  gst_event_unref (event);
}

static void
test_flush_is_followed_by_a_segment (Fixture * self, gconstpointer data)
{
  GstSegment segment;
  GstEvent *event;

  give_keys (self);
  push_rtp (self, 1);
  gst_harness_push_event (self->in, gst_event_new_flush_start ());
  gst_harness_push_event (self->in, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (self->in, gst_event_new_segment (&segment));
  g_assert_cmpint (push_rtp (self, 2), ==, GST_FLOW_OK);
  event = gst_pad_get_sticky_event (self->in->sinkpad, GST_EVENT_SEGMENT, 0);
  g_assert_nonnull (event);
  gst_event_unref (event);
  g_assert_cmpuint (gst_harness_buffers_received (self->in), ==, 2);
}

static void
test_rtcp_has_its_own_pad (Fixture * self, gconstpointer data)
{
  give_keys (self);
  gst_harness_push (self->in, dtls_srtp_sender_protect (self->peer,
          DTLS_SRTP_RTCP, media_rtcp (1)));
  g_assert_cmpuint (gst_harness_buffers_received (self->in), ==, 0);
  g_assert_cmpuint (gst_harness_buffers_received (self->rtcp), ==, 1);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/media-receiver/" #name, Fixture, NULL, \
      fixture_open, test_##name, fixture_close)
  ADD (early_packets_leave_without_another);
  ADD (early_packets_leave_before_later_ones);
  ADD (none_may_wait);
  ADD (reset_drops_what_waits);
  ADD (keys_do_not_wait_for_a_blocked_pad);
  ADD (bytes_become_time);
  ADD (flush_is_followed_by_a_segment);
  ADD (rtcp_has_its_own_pad);
#undef ADD
  return g_test_run ();
}
