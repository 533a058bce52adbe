/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What whepsink is compared with where time counts until a browser shows a
 * picture: the same test picture, sent by webrtcbin, one for each offer that
 * is POSTed to any path. Prints its port; ends when it is told to.
 *
 *   bench-webrtcbin
 */
#define GST_USE_UNSTABLE_API
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <libsoup/soup.h>

#include "bench-util.h"

#define SOURCE "videotestsrc is-live=true ! video/x-raw, format=I420, " \
    "width=320, height=240, framerate=30/1 ! vp8enc name=encoder " \
    "deadline=1 keyframe-max-dist=9999 ! rtpvp8pay pt=96 " \
    "picture-id-mode=15-bit ! application/x-rtp, media=video, " \
    "encoding-name=VP8, payload=96, clock-rate=90000 ! tee name=tee " \
    "tee. ! queue ! fakesink async=false"

static GstElement *pipeline;

typedef struct
{
  GstElement *webrtcbin;
  SoupServerMessage *message;
} Exchange;

static GstWebRTCSessionDescription *
parse_offer (SoupServerMessage * message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  GstSDPMessage *sdp;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  gst_sdp_message_new (&sdp);
  if (gst_sdp_message_parse_buffer (data, size, sdp) != GST_SDP_OK)
    g_error ("the offer cannot be read");
  return gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, sdp);
}

static gboolean
respond (gpointer data)
{
  Exchange *exchange = data;
  GstWebRTCSessionDescription *answer = NULL;
  gchar *text;

  g_object_get (exchange->webrtcbin, "local-description", &answer, NULL);
  text = gst_sdp_message_as_text (answer->sdp);
  soup_server_message_set_status (exchange->message, SOUP_STATUS_CREATED, NULL);
  soup_server_message_set_response (exchange->message, "application/sdp",
      SOUP_MEMORY_TAKE, text, strlen (text));
  soup_server_message_unpause (exchange->message);
  gst_webrtc_session_description_free (answer);
  return G_SOURCE_REMOVE;
}

static void
on_gathering_state (GstElement * webrtcbin, GParamSpec * pspec,
    Exchange * exchange)
{
  GstWebRTCICEGatheringState state;

  g_object_get (webrtcbin, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    g_idle_add (respond, exchange);
}

static void
on_answer (GstPromise * promise, gpointer webrtcbin)
{
  GstWebRTCSessionDescription *answer = NULL;

  gst_structure_get (gst_promise_get_reply (promise), "answer",
      GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
  gst_promise_unref (promise);
  g_assert_nonnull (answer);
  g_signal_emit_by_name (webrtcbin, "set-local-description", answer, NULL);
  gst_webrtc_session_description_free (answer);
}

static void
link_to_stream (GstElement * webrtcbin)
{
  g_autoptr (GstElement) tee = gst_bin_get_by_name (GST_BIN (pipeline), "tee");
  GstElement *queue = bench_make ("queue");

  gst_bin_add (GST_BIN (pipeline), queue);
  if (!gst_element_link (queue, webrtcbin))
    g_error ("webrtcbin does not link");
  gst_element_sync_state_with_parent (webrtcbin);
  gst_element_sync_state_with_parent (queue);
  if (!gst_element_link (tee, queue))
    g_error ("the stream does not link");
}

static void
on_request (SoupServer * server, SoupServerMessage * message,
    const char *path, GHashTable * query, gpointer data)
{
  Exchange *exchange;
  GstWebRTCSessionDescription *offer;

  if (soup_server_message_get_method (message) != SOUP_METHOD_POST) {
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    soup_server_message_set_response (message, "text/plain",
        SOUP_MEMORY_STATIC, "webrtcbin", strlen ("webrtcbin"));
    return;
  }
  exchange = g_new0 (Exchange, 1);
  exchange->message = message;
  exchange->webrtcbin = bench_make ("webrtcbin");
  gst_util_set_object_arg (G_OBJECT (exchange->webrtcbin), "bundle-policy",
      "max-bundle");
  g_signal_connect (exchange->webrtcbin, "notify::ice-gathering-state",
      G_CALLBACK (on_gathering_state), exchange);
  gst_bin_add (GST_BIN (pipeline), exchange->webrtcbin);
  soup_server_message_pause (message);

  link_to_stream (exchange->webrtcbin);
  offer = parse_offer (message);
  g_signal_emit_by_name (exchange->webrtcbin, "set-remote-description", offer,
      NULL);
  gst_webrtc_session_description_free (offer);
  g_signal_emit_by_name (exchange->webrtcbin, "create-answer", NULL,
      gst_promise_new_with_change_func (on_answer, exchange->webrtcbin, NULL));
}

int
main (int argc, char **argv)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  gst_init (&argc, &argv);
  bench_print_plugin ();
  pipeline = gst_parse_launch (SOURCE, &error);
  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  soup_server_add_handler (server, NULL, on_request, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY,
          &error))
    g_error ("%s", error->message);
  uris = soup_server_get_uris (server);
  printf ("open http://127.0.0.1:%d/\n", g_uri_get_port (uris->data));
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
