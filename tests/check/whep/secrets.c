/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A whepsink and its viewer with every debug category at its highest level:
 * their SRTP keys are in nothing that can be seen.
 */
#include "config.h"

#include <gst/gst.h>

#include "secret-search.h"
#include "test-viewer.h"

#define VP8 96
#define PACKETS 5
#define LINE "videotestsrc is-live=true " \
    "! video/x-raw,format=I420,width=64,height=48 ! vp8enc deadline=1 " \
    "! whepsink name=sink port=0"

static GstElement *
start_server (guint * port)
{
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (LINE, &error);
  g_autoptr (GstElement) sink = NULL;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), !=,
      GST_STATE_CHANGE_FAILURE);
  gst_element_get_state (pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
  g_object_get (sink, "port", port, NULL);
  return pipeline;
}

static TestViewer *
start_viewer (guint port)
{
  TestViewer *viewer = test_viewer_new ();
  guint status;

  while ((status = test_viewer_ask (viewer, port)) == 503)
    g_usleep (10000);
  g_assert_cmpuint (status, ==, 201);
  test_viewer_await (viewer, VP8, PACKETS);
  return viewer;
}

static void
assert_not_found (GstBuffer * key)
{
  GstMapInfo map;

  g_assert_nonnull (key);
  g_assert_true (gst_buffer_map (key, &map, GST_MAP_READ));
  g_assert_cmpuint (map.size, ==, 28);
  g_assert_false (secret_search_finds (map.data, map.size));
  gst_buffer_unmap (key, &map);
  gst_buffer_unref (key);
}

static void
assert_found (const gchar * text)
{
  g_test_message ("%s", text);
  g_assert_true (secret_search_has_text (text));
}

static void
test_keys (void)
{
  GstElement *pipeline;
  TestViewer *viewer;
  GstBuffer *keys[2];
  guint port;

  secret_search_start ();
  pipeline = start_server (&port);
  viewer = start_viewer (port);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    keys[i] = test_viewer_get_key (viewer, i);
  secret_search_see_pipeline (pipeline);
  test_viewer_free (viewer);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  secret_search_see_pipeline (pipeline);
  gst_object_unref (pipeline);
  secret_search_stop ();
  g_test_message ("%" G_GSIZE_FORMAT " bytes were seen",
      secret_search_get_size ());

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    assert_not_found (keys[i]);
  /* the elements that hold them were among what was seen */
  assert_found ("srtpkeyer");
  assert_found ("dtlsdec");
  assert_found ("whepsink");
  assert_found ("AEAD_AES_128_GCM");
  secret_search_clear ();
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/secrets/keys", test_keys);
  return g_test_run ();
}
