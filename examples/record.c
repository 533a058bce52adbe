/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records an encrypted VP8 stream that comes over UDP into a Matroska file:
 *
 *   udpsrc ──► dtlssrtpdemux ─┬─► srtpkeyer ──► rtpjitterbuffer ──► depayloader
 *                             └─► dtlsdec         ──► matroskamux ──► filesink
 *   udpsink ◄── dtlsenc
 *
 * Usage: record FILE LISTEN-PORT PEER-HOST PEER-PORT PEER-FINGERPRINT [client]
 *
 * It prints its own fingerprint, as a line of SDP, for the other end. With
 * "client" it begins the handshake (a=setup:active), otherwise the other end
 * does. Ctrl-C, or the other end's goodbye, closes the file in good order.
 */
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <gst/gst.h>
#include <locale.h>
#include <stdlib.h>

static const gchar description[] =
    "dtlscertgen "
    "udpsrc name=from-peer caps=\"application/x-srtp, media=video, "
    "    encoding-name=VP8, clock-rate=90000\" ! dtlssrtpdemux name=demux "
    "demux.dtls_src ! dtlsdec name=dec connection-id=peer verify=required "
    "demux.rtp_src ! srtpkeyer connection-id=peer ! rtpjitterbuffer "
    "    ! rtpvp8depay ! matroskamux ! filesink name=file "
    "dtlsenc name=enc connection-id=peer "
    "    ! udpsink name=to-peer async=false close-socket=false";

typedef struct
{
  GMainLoop *loop;
  GstElement *pipeline, *udpsrc, *udpsink, *dtlsenc, *dtlsdec, *filesink;
  gint status;
} Recorder;

static void
die (const gchar * what, const gchar * why)
{
  g_printerr ("%s: %s\n", what, why);
  exit (1);
}

static GstElement *
find (Recorder * recorder, const gchar * name)
{
  GstElement *element =
      gst_bin_get_by_name (GST_BIN (recorder->pipeline), name);

  gst_object_unref (element);   /* the pipeline keeps it */
  return element;
}

static guint
parse_port (const gchar * text)
{
  g_autoptr (GError) error = NULL;
  guint64 port;

  if (!g_ascii_string_to_unsigned (text, 10, 1, 65535, &port, &error))
    die (text, error->message);
  return port;
}

static gboolean
on_interrupt (gpointer pipeline)
{
  gst_element_send_event (pipeline, gst_event_new_eos ());
  return G_SOURCE_CONTINUE;
}

static void
fail (Recorder * recorder, const gchar * why)
{
  g_printerr ("%s\n", why);
  recorder->status = 1;
  g_main_loop_quit (recorder->loop);
}

/* The states of dtlsdec come as messages, in the main loop. Their numbers are
 * part of the interface. */
static void
on_state (Recorder * recorder, const GstStructure * message)
{
  static const gchar *const names[] = {
    "new", "closed", "failed", "connecting", "connected"
  };
  const GValue *value = gst_structure_get_value (message, "state");
  const gchar *state = names[g_value_get_enum (value)];

  g_print ("%s\n", state);
  if (g_str_equal (state, "failed"))
    fail (recorder, gst_structure_get_string (message, "error-message"));
  if (g_str_equal (state, "closed"))
    gst_element_send_event (recorder->pipeline, gst_event_new_eos ());
}

static gboolean
on_message (GstBus * bus, GstMessage * message, gpointer data)
{
  Recorder *recorder = data;
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, "dtls-state"))
        on_state (recorder, gst_message_get_structure (message));
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      fail (recorder, error->message);
      break;
    case GST_MESSAGE_EOS:      /* the file is whole now */
      g_main_loop_quit (recorder->loop);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static void
set_up (Recorder * recorder, char **argv)
{
  g_autoptr (GError) error = NULL;

  recorder->pipeline = gst_parse_launch (description, &error);
  if (error)
    die (_("The pipeline cannot be made"), error->message);
  recorder->udpsrc = find (recorder, "from-peer");
  recorder->udpsink = find (recorder, "to-peer");
  recorder->dtlsenc = find (recorder, "enc");
  recorder->dtlsdec = find (recorder, "dec");
  recorder->filesink = find (recorder, "file");

  g_object_set (recorder->filesink, "location", argv[1], NULL);
  g_object_set (recorder->udpsrc, "port", parse_port (argv[2]), NULL);
  g_object_set (recorder->udpsink, "host", argv[3], "port",
      parse_port (argv[4]), NULL);
  g_object_set (recorder->dtlsdec, "peer-fingerprint", argv[5], NULL);
  g_object_set (recorder->dtlsenc, "is-client", argv[6] != NULL, NULL);
}

/* In READY the port is open and the certificate chosen. Both directions share
 * the one socket, because that is what firewalls let through. If an element
 * cannot get there, its message says why. */
static gboolean
introduce (Recorder * recorder, const gchar * port)
{
  g_autofree gchar *fingerprint = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (gst_element_set_state (recorder->udpsrc, GST_STATE_READY) ==
      GST_STATE_CHANGE_FAILURE)
    die (port, _("The port is in use, or may not be used."));
  g_object_get (recorder->udpsrc, "used-socket", &socket, NULL);
  g_object_set (recorder->udpsink, "socket", socket, NULL);
  if (gst_element_set_state (recorder->pipeline, GST_STATE_READY) ==
      GST_STATE_CHANGE_FAILURE)
    return FALSE;
  g_object_get (recorder->dtlsdec, "fingerprint", &fingerprint, NULL);
  g_print ("a=fingerprint:%s\n", fingerprint);
  return TRUE;
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
  Recorder recorder = { NULL, };
  g_autoptr (GstBus) bus = NULL;

  speak_users_language ();
  gst_init (&argc, &argv);
  if (argc < 6 || argc > 7 || (argc == 7 && !g_str_equal (argv[6], "client"))) {
    g_printerr ("%s\n", _("Usage: record FILE LISTEN-PORT PEER-HOST PEER-PORT "
            "PEER-FINGERPRINT [client]"));
    return 1;
  }
  recorder.loop = g_main_loop_new (NULL, FALSE);
  set_up (&recorder, argv);
  bus = gst_element_get_bus (recorder.pipeline);
  gst_bus_add_watch (bus, on_message, &recorder);
  g_unix_signal_add (SIGINT, on_interrupt, recorder.pipeline);

  if (introduce (&recorder, argv[2]))
    gst_element_set_state (recorder.pipeline, GST_STATE_PLAYING);
  g_main_loop_run (recorder.loop);

  gst_element_set_state (recorder.pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_object_unref (recorder.pipeline);
  g_main_loop_unref (recorder.loop);
  return recorder.status;
}
