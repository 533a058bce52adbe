/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pad by which data leave: it may be missing, late, or gone.
 */
#include "config.h"

#include <gst/check/gstharness.h>

#include "dtls/data-source.h"

typedef struct
{
  GstElement *element;
  GstPad *sink;
  GstPad *src;
  GstHarness *out;
  DtlsDataSource *data;
  GThread *thread;
} Fixture;

static void
fixture_open (Fixture * self, gconstpointer data)
{
  self->element = gst_object_ref_sink (gst_bin_new (NULL));
  self->sink = gst_pad_new ("sink", GST_PAD_SINK);
  self->src = gst_pad_new ("data_src", GST_PAD_SRC);
  gst_element_add_pad (self->element, self->sink);
  gst_element_add_pad (self->element, self->src);
  self->data = dtls_data_source_new (self->sink);
  self->out = gst_harness_new_with_element (self->element, NULL, "data_src");
}

static void
fixture_close (Fixture * self, gconstpointer data)
{
  gst_harness_teardown (self->out);
  g_object_unref (self->data);
  gst_object_unref (self->element);
}

static void
push (Fixture * self)
{
  GBytes *bytes = g_bytes_new_static ("data", 4);

  dtls_data_source_push (self->data, bytes);
  g_bytes_unref (bytes);
}

static GstEventType
next_event (Fixture * self)
{
  GstEvent *event = gst_harness_pull_event (self->out);
  GstEventType type = GST_EVENT_TYPE (event);

  gst_event_unref (event);
  return type;
}

static void
test_without_a_pad_data_are_dropped (Fixture * self, gconstpointer data)
{
  push (self);
  g_assert_cmpint (dtls_data_source_take_flow (self->data), ==, GST_FLOW_OK);
  g_assert_cmpuint (gst_harness_buffers_received (self->out), ==, 0);
}

static void
test_stream_begins_with_the_first_data (Fixture * self, gconstpointer data)
{
  g_assert_true (dtls_data_source_set_pad (self->data, self->src));
  g_assert_cmpuint (gst_harness_events_in_queue (self->out), ==, 0);
  push (self);
  g_assert_cmpint (next_event (self), ==, GST_EVENT_STREAM_START);
  g_assert_cmpint (next_event (self), ==, GST_EVENT_SEGMENT);
  push (self);
  g_assert_cmpuint (gst_harness_events_in_queue (self->out), ==, 0);
  g_assert_cmpuint (gst_harness_buffers_received (self->out), ==, 2);
}

static void
test_there_is_one_pad (Fixture * self, gconstpointer data)
{
  g_assert_true (dtls_data_source_set_pad (self->data, self->src));
  g_assert_false (dtls_data_source_set_pad (self->data, self->src));
  g_assert_true (dtls_data_source_set_pad (self->data, NULL));
  g_assert_true (dtls_data_source_set_pad (self->data, self->src));
}

static void
test_data_have_the_time_of_their_datagram (Fixture * self, gconstpointer data)
{
  GstBuffer *datagram = gst_buffer_new (), *buffer;

  GST_BUFFER_PTS (datagram) = 5;
  dtls_data_source_set_pad (self->data, self->src);
  dtls_data_source_note_times (self->data, datagram);
  push (self);
  buffer = gst_harness_pull (self->out);
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, 5);
  gst_buffer_unref (buffer);
  gst_buffer_unref (datagram);
}

static void
test_a_new_stream_follows_an_end (Fixture * self, gconstpointer data)
{
  dtls_data_source_set_pad (self->data, self->src);
  push (self);
  dtls_data_source_push_eos (self->data);
  push (self);
  g_assert_cmpuint (gst_harness_buffers_received (self->out), ==, 2);
}

static void
test_only_errors_go_upstream (Fixture * self, gconstpointer data)
{
  dtls_data_source_set_pad (self->data, self->src);
  gst_pad_unlink (self->src, self->out->sinkpad);
  push (self);
  g_assert_cmpint (dtls_data_source_take_flow (self->data), ==, GST_FLOW_OK);
}

static gpointer
flush (gpointer data)
{
  Fixture *self = data;
  GstEvent *start = gst_event_new_flush_start ();
  GstEvent *stop = gst_event_new_flush_stop (TRUE);

  dtls_data_source_event (self->data, start);
  dtls_data_source_event (self->data, stop);
  gst_event_unref (start);
  gst_event_unref (stop);
  return NULL;
}

/* Gives a flush the time to get as far as it can. */
static GstPadProbeReturn
flush_in_mid_push (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Fixture *self = data;

  self->thread = g_thread_new ("flush", flush, self);
  g_usleep (50 * 1000);
  return GST_PAD_PROBE_REMOVE;
}

/* What it overtakes is dropped, and does not leave without a segment. */
static void
test_flush_while_data_are_pushed (Fixture * self, gconstpointer data)
{
  dtls_data_source_set_pad (self->data, self->src);
  gst_pad_add_probe (self->src, GST_PAD_PROBE_TYPE_BUFFER, flush_in_mid_push,
      self, NULL);
  push (self);
  g_thread_join (self->thread);
  g_assert_cmpuint (gst_harness_buffers_received (self->out), ==, 0);
  push (self);
  g_assert_cmpuint (gst_harness_buffers_received (self->out), ==, 1);
}

static void
tell_data (DtlsLink * link)
{
  GBytes *bytes = g_bytes_new_static ("data", 4);

  g_signal_emit_by_name (link, "data", bytes);
  g_bytes_unref (bytes);
}

static void
test_data_of_the_link_until_it_is_closed (Fixture * self, gconstpointer data)
{
  g_autoptr (DtlsLink) link = dtls_link_obtain ("data-source");

  dtls_data_source_set_pad (self->data, self->src);
  dtls_data_source_open (self->data, link, self->element);
  tell_data (link);
  g_assert_cmpuint (gst_harness_buffers_received (self->out), ==, 1);
  dtls_data_source_close (self->data);
  dtls_data_source_close (self->data);
  tell_data (link);
  g_assert_cmpuint (gst_harness_buffers_received (self->out), ==, 1);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/data-source/" #name, Fixture, NULL, \
      fixture_open, test_##name, fixture_close)
  ADD (without_a_pad_data_are_dropped);
  ADD (stream_begins_with_the_first_data);
  ADD (there_is_one_pad);
  ADD (data_have_the_time_of_their_datagram);
  ADD (a_new_stream_follows_an_end);
  ADD (only_errors_go_upstream);
  ADD (flush_while_data_are_pushed);
  ADD (data_of_the_link_until_it_is_closed);
#undef ADD
  return g_test_run ();
}
