/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlssrtpenc and dtlssrtpdec with a `key` that is set by hand, and so without
 * DTLS; and what is as well tried without a handshake.
 */
#include "config.h"

#include <gst/check/gsttestclock.h>

#include "pair.h"

static GstBuffer *
static_key (gsize size)
{
  guint8 *bytes = g_malloc (size);
  gsize i;

  for (i = 0; i < size; i++)
    bytes[i] = i;
  return gst_buffer_new_wrapped (bytes, size);
}

static void
set_key (GstElement * element, const gchar * cipher, GstBuffer * key)
{
  g_object_set (element, "key", key, "srtp-cipher", cipher, "srtcp-cipher",
      cipher, "srtp-auth", "hmac-sha1-80", "srtcp-auth", "hmac-sha1-80", NULL);
}

static GstElement *
enc_with_key (GstBuffer * key)
{
  GstElement *enc = gst_element_factory_make ("dtlssrtpenc", NULL);

  set_key (enc, "aes-128-icm", key);
  return enc;
}

static void
run_both_ways (const gchar * cipher, gsize size)
{
  GstElement *enc = gst_element_factory_make ("dtlssrtpenc", NULL);
  GstElement *dec = gst_element_factory_make ("dtlssrtpdec", NULL);
  GstBuffer *key = static_key (size), *buffer;
  GstHarness *out, *in;

  set_key (enc, cipher, key);
  set_key (dec, cipher, key);
  out = gst_harness_new_with_element (enc, "rtp_sink_0", "src");
  in = gst_harness_new_with_element (dec, "sink", "rtp_src");
  gst_harness_set_src_caps_str (out, "application/x-rtp");
  gst_harness_set_src_caps_str (in, "application/x-srtp");
  gst_harness_push (out, media_rtp (1, 1));
  buffer = gst_harness_pull (out);
  g_assert_false (media_is_clear (buffer));
  gst_harness_push (in, buffer);
  buffer = gst_harness_pull (in);
  g_assert_true (media_is_clear (buffer));
  gst_buffer_unref (buffer);
  gst_harness_teardown (in);
  gst_harness_teardown (out);
  gst_object_unref (enc);
  gst_object_unref (dec);
  gst_buffer_unref (key);
}

static void
test_media_both_ways (void)
{
  run_both_ways ("aes-128-icm", 30);
  run_both_ways ("aes-128-gcm", 28);
  run_both_ways ("aes-256-gcm", 44);
}

/* Against GStreamer's own element, with the 30 bytes @key. */
static GstCaps *
give_key (GstElement * srtpdec, guint ssrc, GstBuffer * key)
{
  return gst_caps_new_simple ("application/x-srtp",
      "srtp-key", GST_TYPE_BUFFER, key,
      "srtp-cipher", G_TYPE_STRING, "aes-128-icm",
      "srtp-auth", G_TYPE_STRING, "hmac-sha1-80",
      "srtcp-cipher", G_TYPE_STRING, "aes-128-icm",
      "srtcp-auth", G_TYPE_STRING, "hmac-sha1-80", NULL);
}

static void
test_key_is_understood_by_srtpdec (void)
{
  GstBuffer *key = static_key (30), *buffer;
  GstElement *enc = enc_with_key (key);
  GstHarness *out = gst_harness_new_with_element (enc, "rtp_sink_0", "src");
  GstElement *srtpdec = gst_element_factory_make ("srtpdec", NULL);
  GstHarness *in;

  if (srtpdec == NULL) {
    g_test_skip ("there is no srtpdec here");
    return;
  }
  g_signal_connect (srtpdec, "request-key", G_CALLBACK (give_key), key);
  in = gst_harness_new_with_element (srtpdec, "rtp_sink", "rtp_src");
  gst_harness_set_src_caps_str (in, "application/x-srtp, ssrc=(uint)1");
  gst_harness_set_src_caps_str (out, "application/x-rtp");
  gst_harness_push (out, media_rtp (5, 1));
  gst_harness_push (in, gst_harness_pull (out));
  buffer = gst_harness_pull (in);
  g_assert_true (media_is_clear (buffer));
  gst_buffer_unref (buffer);
  gst_harness_teardown (in);
  gst_harness_teardown (out);
  gst_object_unref (srtpdec);
  gst_object_unref (enc);
  gst_buffer_unref (key);
}

static void
test_key_cannot_be_read (void)
{
  GstBuffer *key = static_key (30), *read;
  GstElement *enc = enc_with_key (key);

  g_object_get (enc, "key", &read, NULL);
  g_assert_null (read);
  gst_object_unref (enc);
  gst_buffer_unref (key);
}

static void
test_key_of_wrong_size_is_refused (void)
{
  GstBuffer *key = static_key (29);
  GstElement *enc = enc_with_key (key);

  element_assert_does_not_start (enc);
  gst_object_unref (enc);
  gst_buffer_unref (key);
}

static void
test_null_cipher_is_refused (void)
{
  GstBuffer *key = static_key (30);
  GstElement *enc = enc_with_key (key);

  g_object_set (enc, "srtp-cipher", "null", NULL);
  element_assert_does_not_start (enc);
  gst_object_unref (enc);
  gst_buffer_unref (key);
}

typedef struct
{
  GstHarness *harness;
  GstBuffer *buffer;
} Push;

static gpointer
push_in_thread (gpointer data)
{
  Push *push = data;

  return GINT_TO_POINTER (gst_harness_push (push->harness, push->buffer));
}

/* RTP waits for its time; RTCP goes by. */
static void
test_rtp_sync (void)
{
  GstBuffer *key = static_key (30);
  GstElement *enc = enc_with_key (key);
  Push push = { NULL, media_rtp (1, 1) };
  GstHarness *rtcp;
  GThread *thread;

  g_object_set (enc, "rtp-sync", TRUE, NULL);
  push.harness = gst_harness_new_with_element (enc, "rtp_sink_0", "src");
  rtcp = gst_harness_new_with_element (enc, "rtcp_sink_0", NULL);
  gst_harness_use_testclock (push.harness);
  gst_harness_set_src_caps_str (push.harness, "application/x-rtp");
  gst_harness_set_src_caps_str (rtcp, "application/x-rtcp");
  GST_BUFFER_PTS (push.buffer) = GST_SECOND;
  thread = g_thread_new ("push", push_in_thread, &push);
  g_assert_true (gst_harness_wait_for_clock_id_waits (push.harness, 1, 20));
  gst_harness_push (rtcp, media_rtcp (1));
  g_assert_cmpuint (gst_harness_buffers_received (push.harness), ==, 1);
  g_assert_true (gst_harness_crank_single_clock_wait (push.harness));
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (push.harness), ==, 2);
  gst_harness_teardown (rtcp);
  gst_harness_teardown (push.harness);
  gst_object_unref (enc);
  gst_buffer_unref (key);
}

/* A wait ends with the element, not with the clock. */
static void
test_rtp_sync_ends_with_the_element (void)
{
  GstBuffer *key = static_key (30);
  GstElement *enc = enc_with_key (key);
  Push push = { NULL, media_rtp (1, 1) };
  GThread *thread;

  g_object_set (enc, "rtp-sync", TRUE, NULL);
  push.harness = gst_harness_new_with_element (enc, "rtp_sink_0", "src");
  gst_harness_use_testclock (push.harness);
  gst_harness_set_src_caps_str (push.harness, "application/x-rtp");
  GST_BUFFER_PTS (push.buffer) = GST_SECOND;
  thread = g_thread_new ("push", push_in_thread, &push);
  g_assert_true (gst_harness_wait_for_clock_id_waits (push.harness, 1, 20));
  gst_element_set_state (enc, GST_STATE_READY);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==,
      GST_FLOW_FLUSHING);
  gst_harness_teardown (push.harness);
  gst_object_unref (enc);
  gst_buffer_unref (key);
}

static void
test_eos_of_the_pipeline_without_dtls (void)
{
  GstBuffer *key = static_key (30);
  GstElement *enc = enc_with_key (key);
  GstHarness *out = gst_harness_new_with_element (enc, NULL, "src");
  GstEvent *eos;

  gst_harness_play (out);
  g_assert_true (gst_element_send_event (enc, gst_event_new_eos ()));
  eos = gst_pad_get_sticky_event (out->sinkpad, GST_EVENT_EOS, 0);
  g_assert_nonnull (eos);
  gst_event_unref (eos);
  gst_harness_teardown (out);
  gst_object_unref (enc);
  gst_buffer_unref (key);
}

int
main (int argc, char **argv)
{
  pair_test_init (&argc, &argv);
#define ADD(name) g_test_add_func ("/dtlssrtpenc-key/" #name, test_##name)
  ADD (media_both_ways);
  ADD (key_is_understood_by_srtpdec);
  ADD (key_cannot_be_read);
  ADD (key_of_wrong_size_is_refused);
  ADD (null_cipher_is_refused);
  ADD (rtp_sync);
  ADD (rtp_sync_ends_with_the_element);
  ADD (eos_of_the_pipeline_without_dtls);
#undef ADD
  return g_test_run ();
}
