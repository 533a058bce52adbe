/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlsenc and the data it is given: before, during and after an association.
 */
#include "config.h"

#include <string.h>
#include <gst/check/gstharness.h>

#include "enums.h"
#include "peer.h"
#include "tap.h"

static GstHarness *
new_data_source (Peer * peer)
{
  GstHarness *harness = gst_harness_new_with_element (peer->enc, "sink", NULL);

  gst_harness_set_src_caps_str (harness, "application/x-test");
  return harness;
}

static GstHarness *
new_data_sink (Peer * peer)
{
  return gst_harness_new_with_element (peer->dec, NULL, "src");
}

static GstFlowReturn
push_text (GstHarness * harness, const gchar * text)
{
  return gst_harness_push (harness, gst_buffer_new_memdup (text,
          strlen (text)));
}

static void
assert_text (GstHarness * harness, const gchar * text)
{
  GstBuffer *buffer = gst_harness_pull (harness);

  g_assert_nonnull (buffer);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, strlen (text));
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, text, strlen (text)), ==, 0);
  gst_buffer_unref (buffer);
}

static void
test_data_reach_the_peer (void)
{
  Peer *pair[2];
  GstHarness *source, *sink;

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  sink = new_data_sink (pair[1]);
  g_assert_cmpint (push_text (source, "one"), ==, GST_FLOW_OK);
  g_assert_cmpint (push_text (source, "two"), ==, GST_FLOW_OK);
  assert_text (sink, "one");
  assert_text (sink, "two");
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
test_buffer_list_is_sent_record_by_record (void)
{
  Peer *pair[2];
  GstHarness *source, *sink;
  GstBufferList *list = gst_buffer_list_new ();

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  sink = new_data_sink (pair[1]);
  gst_buffer_list_add (list, gst_buffer_new_memdup ("one", 3));
  gst_buffer_list_add (list, gst_buffer_new_memdup ("two", 3));
  g_assert_cmpint (gst_pad_push_list (source->srcpad, list), ==, GST_FLOW_OK);
  assert_text (sink, "one");
  assert_text (sink, "two");
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
test_empty_buffer_is_no_error (void)
{
  Peer *pair[2];
  GstHarness *source, *sink;

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  sink = new_data_sink (pair[1]);
  g_assert_cmpint (gst_harness_push (source, gst_buffer_new ()), ==,
      GST_FLOW_OK);
  g_assert_cmpint (push_text (source, "after"), ==, GST_FLOW_OK);
  assert_text (sink, "after");
  g_assert_null (peer_pop_message (pair[0], GST_MESSAGE_ERROR |
          GST_MESSAGE_WARNING));
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
test_large_buffer_is_refused_with_one_warning (void)
{
  Peer *pair[2];
  GstHarness *source, *sink;
  GstMessage *message;

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  sink = new_data_sink (pair[1]);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (gst_harness_push (source, gst_harness_create_buffer
            (source, 9000)), ==, GST_FLOW_OK);
  message = peer_pop_message (pair[0], GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  gst_message_unref (message);
  g_assert_null (peer_pop_message (pair[0], GST_MESSAGE_WARNING |
          GST_MESSAGE_ERROR));
  g_assert_cmpint (push_text (source, "small"), ==, GST_FLOW_OK);
  assert_text (sink, "small");
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
}

static void
test_early_data_wait_for_the_handshake (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);
  GstHarness *source = new_data_source (client);
  GstHarness *sink = new_data_sink (server);

  g_assert_cmpint (push_text (source, "first"), ==, GST_FLOW_OK);
  g_assert_cmpint (push_text (source, "second"), ==, GST_FLOW_OK);
  peer_connect (client, server);
  peer_set_state (server, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  assert_text (sink, "first");
  assert_text (sink, "second");
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free (client);
  peer_free (server);
}

static void
test_early_data_are_bounded (void)
{
  Peer *client = peer_new ("c", TRUE);
  GstHarness *source = new_data_source (client);
  GError *error = NULL;
  GstMessage *message;

  for (guint i = 0; i < DTLS_LINK_EARLY_DATA_MAX / 1000 + 10; i++)
    g_assert_cmpint (gst_harness_push (source, gst_harness_create_buffer
            (source, 1000)), ==, GST_FLOW_OK);
  message = peer_pop_message (client, GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  gst_message_parse_warning (message, &error, NULL);
  g_assert_nonnull (strstr (error->message,
          G_STRINGIFY (DTLS_LINK_EARLY_DATA_MAX)) ? : strstr (error->message,
          "262144"));
  g_error_free (error);
  gst_message_unref (message);
  g_assert_null (peer_pop_message (client, GST_MESSAGE_WARNING |
          GST_MESSAGE_ERROR));
  gst_harness_teardown (source);
  peer_free (client);
}

static void
test_flush_keeps_the_association_and_the_segment (void)
{
  Peer *pair[2];
  GstHarness *source, *sink;
  GstSegment segment;
  Tap tap;

  peer_new_pair (pair);
  tap_init (&tap, pair[0]->enc, "src");
  source = new_data_source (pair[0]);
  sink = new_data_sink (pair[1]);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (source, gst_event_new_flush_start ());
  gst_harness_push_event (source, gst_event_new_flush_stop (TRUE));
  g_assert_true (tap_has (&tap, "flush-start flush-stop"));
  gst_harness_push_event (source, gst_event_new_segment (&segment));
  g_assert_cmpint (push_text (source, "after"), ==, GST_FLOW_OK);
  assert_text (sink, "after");
  g_assert_true (tap_has (&tap, "segment buffer"));
  g_assert_cmpint (peer_get_state (pair[0]->enc), ==, DTLS_STATE_CONNECTED);
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
  tap_clear (&tap);
}

static gpointer
flush (gpointer data)
{
  gst_harness_push_event (data, gst_event_new_flush_start ());
  gst_harness_push_event (data, gst_event_new_flush_stop (TRUE));
  return NULL;
}

typedef struct
{
  GstHarness *source;
  GThread *thread;
} Flush;

/* Gives a flush the time to get as far as it can. */
static GstPadProbeReturn
flush_in_mid_push (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Flush *self = data;

  g_atomic_pointer_set (&self->thread,
      g_thread_new ("flush", flush, self->source));
  g_usleep (50 * 1000);
  return GST_PAD_PROBE_REMOVE;
}

/* A worker pushes when it likes; what a flush overtakes is dropped, and does
 * not leave without the segment that the flush took away. */
static void
test_flush_while_another_thread_pushes (void)
{
  Flush self = { NULL };
  Peer *pair[2];
  DtlsLink *link;
  GstPad *src;
  gchar *id;

  peer_new_pair (pair);
  g_object_get (pair[0]->enc, "connection-id", &id, NULL);
  link = dtls_link_obtain (id);
  src = gst_element_get_static_pad (pair[0]->enc, "src");
  self.source = new_data_source (pair[0]);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, flush_in_mid_push, &self,
      NULL);
  dtls_link_close (link);
  while (g_atomic_pointer_get (&self.thread) == NULL)
    g_usleep (1000);
  g_thread_join (self.thread);
  gst_harness_teardown (self.source);
  gst_object_unref (src);
  g_object_unref (link);
  g_free (id);
  peer_free_pair (pair);
}

static void
test_eos_waits_for_the_peer_to_close (void)
{
  Peer *pair[2];
  GstHarness *source;
  Tap tap, answers;

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  tap_init (&tap, pair[0]->enc, "src");
  tap_init (&answers, pair[1]->enc, "src");
  gst_harness_push_event (source, gst_event_new_eos ());
  tap_wait_for (&tap, "buffer eos");
  g_assert_true (tap_has (&answers, "buffer"));
  peer_wait_for_state (pair[1], DTLS_STATE_CLOSED);
  gst_harness_teardown (source);
  peer_free_pair (pair);
  tap_clear (&tap);
  tap_clear (&answers);
}

static void
test_eos_leaves_although_the_answer_is_lost (void)
{
  Peer *pair[2];
  GstHarness *source;
  Tap tap, answers;

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  tap_init (&tap, pair[0]->enc, "src");
  tap_init (&answers, pair[1]->enc, "src");
  answers.verdict = GST_PAD_PROBE_DROP;
  gst_harness_push_event (source, gst_event_new_eos ());
  tap_wait_for (&answers, "buffer");
  g_assert_false (tap_has (&tap, "eos"));
  tap_wait_for (&tap, "buffer eos");
  gst_harness_teardown (source);
  peer_free_pair (pair);
  tap_clear (&tap);
  tap_clear (&answers);
}

static void
test_eos_leaves_after_early_data (void)
{
  Peer *client = peer_new ("c", TRUE), *server = peer_new ("s", FALSE);
  GstHarness *source = new_data_source (client);
  GstHarness *sink = new_data_sink (server);
  Tap tap;

  tap_init (&tap, client->enc, "src");
  push_text (source, "early");
  gst_harness_push_event (source, gst_event_new_eos ());
  peer_connect (client, server);
  peer_set_state (server, GST_STATE_PLAYING);
  peer_set_state (client, GST_STATE_PLAYING);
  assert_text (sink, "early");
  tap_wait_for (&tap, "eos");
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free (client);
  peer_free (server);
  tap_clear (&tap);
}

static void
test_eos_without_a_peer_leaves_at_once (void)
{
  Peer *server = peer_new ("s", FALSE), *client = peer_new ("c", TRUE);
  GstHarness *source = new_data_source (server);
  Tap tap;

  tap_init (&tap, server->enc, "src");
  peer_connect (client, server);
  gst_element_set_state (client->dec, GST_STATE_PLAYING);
  peer_set_state (server, GST_STATE_PLAYING);
  gst_harness_push_event (source, gst_event_new_eos ());
  tap_wait_for (&tap, "eos");
  gst_harness_teardown (source);
  peer_free (server);
  peer_free (client);
  tap_clear (&tap);
}

/* As "gst-launch-1.0 -e" does on Ctrl-C. */
static void
test_eos_of_the_pipeline (void)
{
  Peer *pair[2];
  Tap tap;

  peer_new_pair (pair);
  tap_init (&tap, pair[0]->enc, "src");
  g_assert_true (GST_OBJECT_FLAG_IS_SET (pair[0]->enc,
          GST_ELEMENT_FLAG_SOURCE));
  g_assert_true (gst_element_send_event (pair[0]->enc, gst_event_new_eos ()));
  tap_wait_for (&tap, "buffer eos");
  peer_wait_for_state (pair[1], DTLS_STATE_CLOSED);
  peer_free_pair (pair);
  tap_clear (&tap);
}

static void
test_eos_of_the_pipeline_comes_with_the_data (void)
{
  Peer *client = peer_new ("c", TRUE);
  GstHarness *source = new_data_source (client);

  g_assert_false (GST_OBJECT_FLAG_IS_SET (client->enc,
          GST_ELEMENT_FLAG_SOURCE));
  gst_harness_teardown (source);
  peer_free (client);
}

static void
test_data_after_the_peer_closed_are_eos (void)
{
  Peer *pair[2];
  GstHarness *source;

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  g_assert_cmpint (push_text (source, "x"), ==, GST_FLOW_OK);
  peer_set_state (pair[1], GST_STATE_READY);
  peer_wait_for_state (pair[0], DTLS_STATE_CLOSED);
  g_assert_cmpint (push_text (source, "x"), ==, GST_FLOW_EOS);
  g_assert_null (peer_pop_message (pair[0], GST_MESSAGE_ERROR));
  gst_harness_teardown (source);
  peer_free_pair (pair);
}

static void
test_unlinked_src_is_no_element_error (void)
{
  Peer *pair[2];
  GstHarness *source;

  peer_new_pair (pair);
  source = new_data_source (pair[0]);
  gst_element_unlink (pair[0]->enc, pair[1]->dec);
  push_text (source, "nobody");
  g_assert_null (peer_pop_message (pair[0], GST_MESSAGE_ERROR));
  gst_harness_teardown (source);
  peer_free_pair (pair);
}

static void
test_incoming_stream_events_are_swallowed (void)
{
  Peer *pair[2];
  GstHarness *source, *sink;
  Tap tap;

  peer_new_pair (pair);
  tap_init (&tap, pair[0]->enc, "src");
  source = new_data_source (pair[0]);
  sink = new_data_sink (pair[1]);
  tap_forget (&tap);
  gst_harness_push_event (source, gst_event_new_tag (gst_tag_list_new
          (GST_TAG_TITLE, "secret", NULL)));
  push_text (source, "x");
  gst_harness_push_event (source,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
          gst_structure_new_empty ("passes")));
  assert_text (sink, "x");
  tap_wait_for (&tap, "buffer custom-downstream");
  g_assert_false (tap_has (&tap, "tag"));
  g_assert_false (tap_has (&tap, "caps"));
  gst_harness_teardown (source);
  gst_harness_teardown (sink);
  peer_free_pair (pair);
  tap_clear (&tap);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();

#define ADD(name) g_test_add_func ("/dtlsenc-data/" #name, test_##name)
  ADD (data_reach_the_peer);
  ADD (buffer_list_is_sent_record_by_record);
  ADD (empty_buffer_is_no_error);
  ADD (large_buffer_is_refused_with_one_warning);
  ADD (early_data_wait_for_the_handshake);
  ADD (early_data_are_bounded);
  ADD (flush_keeps_the_association_and_the_segment);
  ADD (flush_while_another_thread_pushes);
  ADD (eos_waits_for_the_peer_to_close);
  ADD (eos_leaves_although_the_answer_is_lost);
  ADD (eos_leaves_after_early_data);
  ADD (eos_without_a_peer_leaves_at_once);
  ADD (eos_of_the_pipeline);
  ADD (eos_of_the_pipeline_comes_with_the_data);
  ADD (data_after_the_peer_closed_are_eos);
  ADD (unlinked_src_is_no_element_error);
  ADD (incoming_stream_events_are_swallowed);
#undef ADD
  return g_test_run ();
}
