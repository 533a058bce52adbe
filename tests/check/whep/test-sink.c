/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pipeline with a whepsink, and who came to it and went.
 */
#include "config.h"

#include "test-sink.h"

#include "../lib/patience.h"

static void
on_viewer_added (GstElement * sink, const gchar * id, TestSink * self)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->added, g_strdup (id));
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
on_viewer_removed (GstElement * sink, const gchar * id, const gchar * reason,
    TestSink * self)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->removed, g_strdup_printf ("%s %s", id, reason));
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

TestSink *
test_sink_start (const gchar * description)
{
  TestSink *self = g_new0 (TestSink, 1);
  GError *error = NULL;

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->added = g_ptr_array_new_with_free_func (g_free);
  self->removed = g_ptr_array_new_with_free_func (g_free);
  self->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  g_signal_connect (self->sink, "viewer-added",
      G_CALLBACK (on_viewer_added), self);
  g_signal_connect (self->sink, "viewer-removed",
      G_CALLBACK (on_viewer_removed), self);
  g_assert_cmpint (gst_element_set_state (self->pipeline,
          GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  gst_element_get_state (self->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  g_object_get (self->sink, "port", &self->port, NULL);
  g_assert_cmpuint (self->port, >, 0);
  return self;
}

void
test_sink_stop (TestSink * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_assert_cmpuint (self->added->len, ==, self->removed->len);
  gst_object_unref (self->sink);
  gst_object_unref (self->pipeline);
  g_ptr_array_unref (self->added);
  g_ptr_array_unref (self->removed);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

guint64
test_sink_stat (TestSink * self, const gchar * name)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;
  guint small;

  g_object_get (self->sink, "stats", &stats, NULL);
  if (gst_structure_get_uint (stats, name, &small))
    return small;
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

void
test_sink_await_removed (TestSink * self, guint n, const gchar * reason)
{
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;

  g_mutex_lock (&self->lock);
  while (self->removed->len < n) {
    if (!g_cond_wait_until (&self->cond, &self->lock, deadline_us))
      g_error ("%u viewers were removed", self->removed->len);
  }
  const gchar *last = g_ptr_array_index (self->removed, n - 1);
  g_assert_true (g_str_has_suffix (last, reason));
  g_mutex_unlock (&self->lock);
}

TestViewer *
test_sink_add_viewer (TestSink * self)
{
  TestViewer *viewer = test_viewer_new ();
  guint status;

  while ((status = test_viewer_ask (viewer, self->port)) == 503)
    g_usleep (10000);
  g_assert_cmpuint (status, ==, 201);
  return viewer;
}
