/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pipelines that publish, for the tests of whipsink.
 */
#ifndef TEST_PUBLISHER_H
#define TEST_PUBLISHER_H

#include <gst/gst.h>
#include <string.h>

#include "streams.h"

#define ONE VIDEO "whipsink name=sink"
#define BOTH "whipsink name=sink " VIDEO "queue ! sink. " AUDIO \
  "queue ! sink."

static inline GstElement *
publish (const gchar * description, const gchar * location, const gchar * token)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (description, &error);

  g_assert_no_error (error);
  g_autoptr (GstElement) sink =
      gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (sink, "location", location, "token", token, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

static inline GstMessage *
await_message (GstElement * pipeline, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
      types | GST_MESSAGE_ERROR);

  g_assert_nonnull (message);
  return message;
}

static inline void
stop (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  g_assert_null (message);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static inline GstStructure *
stats_of (GstElement * pipeline)
{
  g_autoptr (GstElement) sink =
      gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstStructure *stats;

  g_object_get (sink, "stats", &stats, NULL);
  return stats;
}

static inline guint64
stat_of (GstElement * pipeline, const gchar * name)
{
  g_autoptr (GstStructure) stats = stats_of (pipeline);
  guint64 value;

  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  return value;
}

/* The error must have all of the words, and nothing secret. */
static inline void
await_error (GstElement * pipeline, const gchar * const *words)
{
  g_autoptr (GstMessage) message = await_message (pipeline, 0);
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  for (; *words; words++) {
    if (!strstr (error->message, *words))
      g_error ("\"%s\" is not in \"%s\"", *words, error->message);
  }
  g_assert_null (strstr (error->message, "s3cret"));
}

static inline void
assert_error (GstElement * pipeline, const gchar * const *words)
{
  await_error (pipeline, words);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

#endif
