/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See the header.
 */
#include "config.h"

#include "bench-util.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define STATE_CONNECTED 4

gint64
bench_cpu_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC
      + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

guint64
bench_proc_status (const gchar * name)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *key = g_strconcat ("\n", name, ":", NULL);
  const gchar *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, key);
  return line ? g_ascii_strtoull (line + strlen (key), NULL, 10) : 0;
}

void
bench_print (const gchar * name, gdouble value, const gchar * unit)
{
  printf ("%s %.6g %s\n", name, value, unit);
}

void
bench_print_plugin (void)
{
  g_autoptr (GstPluginFeature) feature =
      gst_registry_lookup_feature (gst_registry_get (), "dtlsdec");
  g_autoptr (GstPlugin) plugin = feature ?
      gst_plugin_feature_get_plugin (feature) : NULL;

  printf ("plugin %s\n", plugin ? gst_plugin_get_filename (plugin) : "none");
}

GstElement *
bench_make (const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_error ("there is no element %s", factory);
  return element;
}

void
bench_set (GstElement * element, const gchar * name, const gchar * value)
{
  if (value && g_object_class_find_property (G_OBJECT_GET_CLASS (element),
          name))
    gst_util_set_object_arg (G_OBJECT (element), name, value);
}

void
bench_peer_open (BenchPeer * peer, GstElement * bin,
    const gchar * connection_id, gboolean is_client, const gchar * profiles)
{
  peer->enc = bench_make ("dtlssrtpenc");
  peer->dec = bench_make ("dtlssrtpdec");
  peer->rtp_sink = NULL;
  g_object_set (peer->enc, "connection-id", connection_id, "is-client",
      is_client, NULL);
  g_object_set (peer->dec, "connection-id", connection_id, NULL);
  bench_set (peer->dec, "srtp-profiles", profiles);
  /* nobody signals fingerprints here */
  bench_set (peer->dec, "verify", "none");
  gst_bin_add_many (GST_BIN (bin), peer->enc, peer->dec, NULL);
}

void
bench_send_stream_start (GstPad * sink_pad, const gchar * caps)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_send_event (sink_pad, gst_event_new_stream_start ("bench"));
  if (caps) {
    g_autoptr (GstCaps) parsed = gst_caps_from_string (caps);

    gst_pad_send_event (sink_pad, gst_event_new_caps (parsed));
  }
  gst_pad_send_event (sink_pad, gst_event_new_segment (&segment));
}

void
bench_peer_start_rtp (BenchPeer * peer)
{
  peer->rtp_sink = gst_element_request_pad_simple (peer->enc, "rtp_sink_0");
  g_assert_nonnull (peer->rtp_sink);
}

static void
link_one_way (BenchPeer * from, BenchPeer * to)
{
  if (!gst_element_link_pads (from->enc, "src", to->dec, "sink"))
    g_error ("dtlssrtpenc and dtlssrtpdec do not link");
}

void
bench_peers_link (BenchPeer * a, BenchPeer * b)
{
  link_one_way (a, b);
  link_one_way (b, a);
}

static gboolean
element_is_connected (GstElement * element)
{
  gint state = 0;

  g_object_get (element, "connection-state", &state, NULL);
  return state == STATE_CONNECTED;
}

gboolean
bench_peer_is_connected (BenchPeer * peer)
{
  return element_is_connected (peer->enc) && element_is_connected (peer->dec);
}

void
bench_remove (GstElement * element)
{
  GstObject *bin = gst_object_get_parent (GST_OBJECT (element));

  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (bin), element);
  gst_object_unref (bin);
}

void
bench_peer_close (BenchPeer * peer)
{
  if (peer->rtp_sink) {
    gst_element_release_request_pad (peer->enc, peer->rtp_sink);
    gst_clear_object (&peer->rtp_sink);
  }
  bench_remove (peer->enc);
  bench_remove (peer->dec);
}
