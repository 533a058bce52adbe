/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pipeline with a whepsink, and who came to it and went.
 */
#ifndef TEST_SINK_H
#define TEST_SINK_H

#include <gst/gst.h>

#include "test-viewer.h"

/**
 * TestSink:
 * @pipeline: it plays
 * @sink: the whepsink in it
 * @port: where it listens
 * @added: (element-type utf8): ids of viewers that came, under the lock
 * @removed: (element-type utf8): "ID REASON" of those that went, under the lock
 */
typedef struct
{
  GstElement *pipeline;
  GstElement *sink;
  guint port;
  GMutex lock;
  GCond cond;
  GPtrArray *added;
  GPtrArray *removed;
} TestSink;

/**
 * test_sink_start:
 * @description: of a pipeline with a whepsink of the name "sink"
 */
TestSink *test_sink_start (const gchar * description);

/** test_sink_stop: all who came must have gone then. */
void test_sink_stop (TestSink * self);

/** Returns: a number of its `stats`. */
guint64 test_sink_stat (TestSink * self, const gchar * name);

/** Waits until @n viewers were removed; the last for @reason. */
void test_sink_await_removed (TestSink * self, guint n, const gchar * reason);

/** Returns: an accepted viewer. The stream may need a moment to start. */
TestViewer *test_sink_add_viewer (TestSink * self);

#endif
