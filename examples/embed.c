/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How an application puts encryption between its own elements: it links pads,
 * exchanges fingerprints, and reads the state. Here both ends live in one
 * process and send to each other over UDP on the loopback interface:
 *
 *   video ──► srtpkeyer ─┬─► udpsink
 *               dtlsenc ─┘
 *
 *   udpsrc ──► dtlssrtpdemux ─┬─► srtpkeyer ──► video
 *                             └─► dtlsdec
 *
 * Build:  meson compile -C build
 * Run:    meson devenv -C build examples/embed
 */
#include <glib/gi18n.h>
#include <gst/gst.h>
#include <locale.h>
#include <stdlib.h>

#define FRAMES 100

typedef struct
{
  GstElement *pipeline, *udpsrc, *udpsink, *dtlsdec, *srtpkeyer;
} End;

static GMainLoop *loop;
static gint frames;

static GstElement *
add (GstElement * pipeline, const gchar * factory)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    g_printerr (_("The element %s is missing; is GST_PLUGIN_PATH set?\n"),
        factory);
    exit (1);
  }
  gst_bin_add (GST_BIN (pipeline), element);
  return element;
}

/* From any thread. The numbers of the states are part of the interface. */
static void
on_state (GstElement * dtlsdec, GParamSpec * pspec, gpointer pipeline)
{
  static const gchar *const names[] = {
    "new", "closed", "failed", "connecting", "connected"
  };
  gint state;

  g_object_get (dtlsdec, "connection-state", &state, NULL);
  g_print ("%s: %s\n", GST_OBJECT_NAME (pipeline), names[state]);
  if (g_str_equal (names[state], "failed"))
    g_main_loop_quit (loop);
}

static void
on_frame (GstElement * sink, GstBuffer * frame, GstPad * pad, gpointer data)
{
  if (g_atomic_int_add (&frames, 1) + 1 == FRAMES)
    g_main_loop_quit (loop);
}

/* A failed association is a warning: other peers may go on. */
static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer pipeline)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, NULL);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_main_loop_quit (loop);
  }
  if (error)
    g_printerr ("%s: %s\n", GST_OBJECT_NAME (pipeline), error->message);
  return G_SOURCE_CONTINUE;
}

/* Everything but the media. The two halves of DTLS and the srtpkeyer find
 * each other by the connection-id; the certificate comes from dtlscertgen. */
static End
make_end (const gchar * name, gboolean is_client)
{
  GstElement *pipeline = gst_pipeline_new (name);
  GstElement *demux = add (pipeline, "dtlssrtpdemux");
  GstElement *dtlsenc = add (pipeline, "dtlsenc");
  GstElement *funnel = add (pipeline, "funnel");
  End end = { pipeline, add (pipeline, "udpsrc"), add (pipeline, "udpsink"),
    add (pipeline, "dtlsdec"), add (pipeline, "srtpkeyer")
  };
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  add (pipeline, "dtlscertgen");
  g_object_set (dtlsenc, "connection-id", name, "is-client", is_client, NULL);
  g_object_set (end.dtlsdec, "connection-id", name, NULL);
  g_object_set (end.srtpkeyer, "connection-id", name, NULL);
  g_object_set (end.udpsrc, "address", "127.0.0.1", "port", 0, NULL);
  g_object_set (end.udpsink, "host", "127.0.0.1", "async", FALSE, NULL);

  gst_element_link (end.udpsrc, demux);
  gst_element_link_pads (demux, "dtls_src", end.dtlsdec, "sink");
  gst_element_link_pads (demux, "rtp_src", end.srtpkeyer, "sink");
  gst_element_link_pads (end.srtpkeyer, "src", funnel, NULL);
  gst_element_link_pads (dtlsenc, "src", funnel, NULL);
  gst_element_link (funnel, end.udpsink);

  g_signal_connect (end.dtlsdec, "notify::connection-state",
      G_CALLBACK (on_state), pipeline);
  gst_bus_add_watch (bus, on_message, pipeline);
  return end;
}

/* What an application's signalling does: tell the other end where to send to
 * and which certificate to expect. */
static void
introduce (End * end, End * peer)
{
  g_autofree gchar *fingerprint = NULL;
  gint port;

  g_object_get (end->udpsrc, "port", &port, NULL);
  g_object_get (end->dtlsdec, "fingerprint", &fingerprint, NULL);
  g_print ("%s: %s\n", GST_OBJECT_NAME (end->pipeline), fingerprint);
  g_object_set (peer->udpsink, "port", port, NULL);
  g_object_set (peer->dtlsdec, "peer-fingerprint", fingerprint, NULL);
}

/* What goes in or comes out of the srtpkeyer is plain RTP. */
static void
add_camera (End * end)
{
  GstElement *video = gst_parse_bin_from_description
      ("videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay", TRUE, NULL);

  gst_bin_add (GST_BIN (end->pipeline), video);
  gst_element_link_pads (video, "src", end->srtpkeyer, "rtp_sink_0");
}

static void
add_viewer (End * end)
{
  GstElement *video = gst_parse_bin_from_description
      ("rtpvp8depay ! vp8dec ! fakesink name=sink signal-handoffs=true", TRUE,
      NULL);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (video), "sink");

  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), NULL);
  gst_bin_add (GST_BIN (end->pipeline), video);
  gst_element_link_pads (end->srtpkeyer, "rtp_src", video, "sink");
  gst_util_set_object_arg (G_OBJECT (end->udpsrc), "caps",
      "application/x-srtp, media=video, encoding-name=VP8, clock-rate=90000");
}

static void
set_state (End * end, GstState state)
{
  if (gst_element_set_state (end->pipeline, state) == GST_STATE_CHANGE_FAILURE) {
    g_printerr (_("%s does not start.\n"), GST_OBJECT_NAME (end->pipeline));
    exit (1);
  }
}

/* An application has a domain of its own, and a folder for it. */
static void
speak_users_language (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain ("gst-dtls-srtp", g_getenv ("TEXTDOMAINDIR"));
  bind_textdomain_codeset ("gst-dtls-srtp", "UTF-8");
  textdomain ("gst-dtls-srtp");
}

int
main (int argc, char **argv)
{
  End camera, viewer;
  g_autoptr (GstStructure) stats = NULL;

  speak_users_language ();
  gst_init (&argc, &argv);
  loop = g_main_loop_new (NULL, FALSE);
  camera = make_end ("camera", TRUE);
  viewer = make_end ("viewer", FALSE);
  add_camera (&camera);
  add_viewer (&viewer);

  set_state (&camera, GST_STATE_READY); /* now both have a port */
  set_state (&viewer, GST_STATE_READY);
  introduce (&camera, &viewer);
  introduce (&viewer, &camera);
  set_state (&viewer, GST_STATE_PLAYING);
  set_state (&camera, GST_STATE_PLAYING);
  g_main_loop_run (loop);

  g_object_get (viewer.dtlsdec, "stats", &stats, NULL);
  g_print (_("Frames: %d, encrypted with %s\n"), g_atomic_int_get (&frames),
      gst_structure_get_string (stats, "srtp-cipher"));
  set_state (&camera, GST_STATE_NULL);
  set_state (&viewer, GST_STATE_NULL);
  gst_object_unref (camera.pipeline);
  gst_object_unref (viewer.pipeline);
  g_main_loop_unref (loop);
  return g_atomic_int_get (&frames) >= FRAMES ? 0 : 1;
}
