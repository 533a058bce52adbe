/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One peer that is sent our streams, from what it announced to its end.
 *
 * Threads: what elements and the ICE agent tell comes from threads of theirs
 * and is taken to the context, where all decisions are made. The
 * streams' threads only look at two atomic flags and their own gate.
 *
 * Timers, on the context: who is not connected in the time that the
 * configuration allows is removed, and who falls silent afterwards.
 */
#include "config.h"

#include "whep-peer.h"

#include <glib/gi18n-lib.h>
#include <gst/rtp/gstrtcpbuffer.h>
#include <sys/random.h>

#include "whep-leg.h"
#include "whep-remb.h"
#include "whep-task.h"
#include "whep-watch.h"

GST_DEBUG_CATEGORY_STATIC (whep_peer_debug);
#define GST_CAT_DEFAULT whep_peer_debug

/* Values of dtlsdec's connection-state. */
#define DTLS_CLOSED 1
#define DTLS_FAILED 2
#define DTLS_CONNECTED 4

/* With WHEP_WATCH_PERIODS, 30 seconds and up to 10 more. */
#define WATCH_PERIOD_MS 10000

struct _WhepPeer
{
  GObject parent;

  gchar *id;
  GMainContext *context;
  GThreadPool *cleaners;
  GstClock *clock;
  WhepPeerFuncs funcs;
  gpointer user_data;
  WhepOffer *remote;
  WhepTransport *transport;
  gchar *cname;
  gchar *stream_name;
  GstElement *certgen;
  gchar *fingerprint;
  guint connect_timeout_ms;
  WhepPacketizer *(*obtain_packetizer) (gpointer data, guint input,
      gint payload_type);
  gpointer packets_data;
  guint32 ssrcs[WHEP_INPUTS_MAX];
  guint32 rtx_ssrcs[WHEP_INPUTS_MAX];
  WhepLeg leg;

  /* On the context alone. */
  GSource *connecting_timer;
  WhepWatch watch;              /* its notes come from any thread */
  gint64 born_us;

  /* Atomic. */
  WhepTracks *tracks;           /* from whep_peer_set_remote() on */
  GstElement *dtlsdec;          /* of the leg, which it outlives, for stats */
  GstElement *session;
  gchar *detail;
  gint connected;
  gint ended;
  guint bitrate;
};

G_DEFINE_TYPE_WITH_CODE (WhepPeer, whep_peer, G_TYPE_OBJECT,
    GST_DEBUG_CATEGORY_INIT (whep_peer_debug, "wheppeer", 0,
        "those who are sent streams"));

static const gchar *const end_names[] = {
  [WHEP_END_LEFT] = "left",
  [WHEP_END_CLOSED] = "closed",
  [WHEP_END_SILENT] = "silent",
  [WHEP_END_UNREACHABLE] = "unreachable",
  [WHEP_END_HANDSHAKE] = "handshake",
  [WHEP_END_FORMAT] = "format",
  [WHEP_END_EOS] = "eos",
  [WHEP_END_STOPPED] = "stopped",
  [WHEP_END_ERROR] = "error",
};

const gchar *
whep_end_name (WhepEnd end)
{
  return end_names[end];
}

static void
finish (gpointer peer, guint end)
{
  WhepPeer *self = peer;

  if (g_atomic_int_get (&self->ended))
    return;
  g_atomic_int_set (&self->ended, TRUE);
  g_object_ref (self);          /* for the cleaner, and until it has it */
  whep_transport_stop (self->transport);
  whep_task_clear_timer (&self->connecting_timer);
  whep_watch_stop (&self->watch);
  const gchar *detail = g_atomic_pointer_get (&self->detail);
  GST_INFO ("peer %.8s ended: %s%s%s", self->id, end_names[end],
      detail ? ": " : "", detail ? detail : "");
  self->funcs.ended (self, end, detail, self->user_data);
  g_thread_pool_push (self->cleaners, self, NULL);
}

/* Nothing after the end: the context may not run any more then, and would keep
 * the task, and so the peer, which keeps the context. */
static void
later (WhepPeer * self, WhepTaskFunc func, guint value)
{
  if (!g_atomic_int_get (&self->ended))
    whep_task_later (self->context, self, func, value);
}

void
whep_peer_end (WhepPeer * self, WhepEnd end)
{
  later (self, finish, end);
}

void
whep_peer_clean (gpointer peer, gpointer unused)
{
  WhepPeer *self = peer;

  if (self->tracks)
    whep_tracks_stop (self->tracks);
  whep_leg_clear (&self->leg);
  whep_transport_close (self->transport);
  g_object_unref (self);
}

/* The connection */

static void
on_gathered (WhepTransport * transport, gpointer user_data)
{
  WhepPeer *self = user_data;

  self->funcs.gathered (self, self->user_data);
}

static gboolean make_leg (WhepPeer * self, GError ** error);

/* Most of what a peer costs; who never gets this far does not have it. */
static void
on_heard (WhepTransport * transport, gpointer user_data)
{
  WhepPeer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->leg.pipeline || !self->remote || make_leg (self, &error))
    return;
  GST_WARNING ("peer %.8s: %s", self->id, error->message);
  finish (self, WHEP_END_ERROR);
}

static void
on_reachable (WhepTransport * transport, gpointer user_data)
{
  WhepPeer *self = user_data;

  /* One who was heard before the answer that names him had no leg yet. */
  on_heard (transport, self);
  if (!g_atomic_int_get (&self->ended))
    whep_leg_set_connected (&self->leg);
}

static WhepEnd
end_without_connection (WhepPeer * self, WhepEnd end)
{
  return whep_transport_is_connected (self->transport) ? end :
      WHEP_END_UNREACHABLE;
}

static void
on_unreachable (WhepTransport * transport, gpointer user_data)
{
  WhepPeer *self = user_data;

  finish (self, end_without_connection (self, WHEP_END_SILENT));
}

static const WhepTransportFuncs transport_funcs = {
  on_gathered, on_reachable, on_unreachable, on_heard
};

static void
on_silent (gpointer user_data)
{
  finish (user_data, WHEP_END_SILENT);
}

static void
dtls_connected (gpointer peer, guint unused)
{
  WhepPeer *self = peer;

  if (g_atomic_int_get (&self->ended))
    return;
  whep_task_clear_timer (&self->connecting_timer);
  GST_INFO ("peer %.8s connected after %" G_GINT64_FORMAT " ms", self->id,
      (g_get_monotonic_time () - self->born_us) / 1000);
  whep_watch_start (&self->watch, self->context, WATCH_PERIOD_MS, on_silent,
      self);
  g_atomic_int_set (&self->connected, TRUE);
  if (self->funcs.connected)
    self->funcs.connected (self, self->user_data);
  whep_tracks_request_keyframes (self->tracks);
}

static void
on_dtls_state (GstElement * dtlsdec, GParamSpec * pspec, WhepPeer * self)
{
  gint state;

  g_object_get (dtlsdec, "connection-state", &state, NULL);
  if (state == DTLS_CONNECTED)
    later (self, dtls_connected, 0);
  else if (state == DTLS_FAILED)
    later (self, finish, WHEP_END_HANDSHAKE);
  else if (state == DTLS_CLOSED && g_atomic_int_get (&self->connected))
    later (self, finish, WHEP_END_CLOSED);
}

static gboolean
on_connecting_timeout (gpointer user_data)
{
  WhepPeer *self = user_data;

  finish (self, end_without_connection (self, WHEP_END_HANDSHAKE));
  return G_SOURCE_REMOVE;
}

/* The first trouble is what it will end for. */
static void
note_detail (WhepPeer * self, const GError * error, const gchar * debug)
{
  gchar *text = g_strdup (error->message);

  GST_WARNING ("peer %.8s: %s (%s)", self->id, text, debug ? debug : "");
  if (!g_atomic_pointer_compare_and_exchange (&self->detail, NULL, text))
    g_free (text);
}

/* A leg's troubles are its peer's alone: nothing reaches the bus. */
static GstBusSyncReply
on_leg_message (GstBus * bus, GstMessage * message, gpointer user_data)
{
  WhepPeer *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, &debug);
    note_detail (self, error, debug);
    later (self, finish, WHEP_END_ERROR);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING
      && GST_MESSAGE_SRC (message) == GST_OBJECT (self->dtlsdec)) {
    gst_message_parse_warning (message, &error, &debug);
    note_detail (self, error, debug);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* Media */

static void
keyframe_wanted (gpointer peer, guint input)
{
  WhepPeer *self = peer;

  if (!g_atomic_int_get (&self->ended))
    self->funcs.keyframe (self, input, self->user_data);
}

static void
bitrate_changed (gpointer peer, guint unused)
{
  WhepPeer *self = peer;

  if (!g_atomic_int_get (&self->ended))
    self->funcs.bitrate (self, self->user_data);
}

static void
on_rtcp (GObject * session, GstBuffer * packet, WhepPeer * self)
{
  whep_watch_note_heard (&self->watch);
}

/* Feedback that GStreamer's RTP session does not act upon itself. */
static void
on_feedback (GObject * session, guint type, guint subtype, guint sender_ssrc,
    guint media_ssrc, GstBuffer * fci, WhepPeer * self)
{
  GstMapInfo map;

  if (type != GST_RTCP_TYPE_PSFB || subtype != GST_RTCP_PSFB_TYPE_AFB || !fci
      || !gst_buffer_map (fci, &map, GST_MAP_READ))
    return;
  guint bitrate = whep_remb_parse (map.data, map.size);
  gst_buffer_unmap (fci, &map);
  if (bitrate > 0) {
    g_atomic_int_set ((gint *) & self->bitrate, bitrate);
    later (self, bitrate_changed, 0);
  }
}

guint
whep_peer_get_bitrate (WhepPeer * self)
{
  return g_atomic_int_get ((gint *) & self->bitrate);
}

void
whep_peer_push (WhepPeer * self, guint input, GstBuffer * buffer,
    GstCaps * caps)
{
  if (g_atomic_int_get (&self->connected) && !g_atomic_int_get (&self->ended)
      && !whep_tracks_push (self->tracks, input, buffer, caps))
    whep_peer_end (self, WHEP_END_ERROR);
}

gboolean
whep_peer_uses (WhepPeer * self, guint input)
{
  WhepTracks *tracks = g_atomic_pointer_get (&self->tracks);

  return tracks && whep_tracks_have (tracks, input);
}

const gchar *
whep_peer_get_id (WhepPeer * self)
{
  return self->id;
}

static void
add_element_stats (GstStructure * stats, const gchar * name,
    GstElement * element)
{
  g_autoptr (GstStructure) structure = NULL;

  if (!element)
    return;
  g_object_get (element, "stats", &structure, NULL);
  if (structure)
    gst_structure_set (stats, name, GST_TYPE_STRUCTURE, structure, NULL);
}

GstStructure *
whep_peer_get_stats (WhepPeer * self)
{
  GstStructure *stats = gst_structure_new ("whep-peer",
      "id", G_TYPE_STRING, self->id,
      "connected", G_TYPE_BOOLEAN, g_atomic_int_get (&self->connected),
      "age-ms", G_TYPE_UINT64,
      (guint64) (g_get_monotonic_time () - self->born_us) / 1000,
      "bitrate-estimate", G_TYPE_UINT, whep_peer_get_bitrate (self), NULL);
  whep_tracks_add_stats (g_atomic_pointer_get (&self->tracks), stats);
  add_element_stats (stats, "dtls", g_atomic_pointer_get (&self->dtlsdec));
  add_element_stats (stats, "rtp", g_atomic_pointer_get (&self->session));
  return stats;
}

/* Making one */

/* @size random bytes in hexadecimal digits, from the system's generator; NULL
 * where that has none. */
static gchar *
random_hex (gsize size)
{
  guint8 bytes[32];

  g_assert (size <= sizeof bytes);
  if (getentropy (bytes, size) != 0)
    return NULL;
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static WhepPacketizer *
on_track_packetizer (guint input, gint payload_type, gpointer user_data)
{
  WhepPeer *self = user_data;

  return self->obtain_packetizer (self->packets_data, input, payload_type);
}

static void
on_track_keyframe (guint input, gpointer user_data)
{
  WhepPeer *self = user_data;

  later (self, keyframe_wanted, input);
}

static void
on_track_sent (gpointer user_data)
{
  WhepPeer *self = user_data;

  whep_watch_note_sent (&self->watch);
}

static const WhepTracksFuncs tracks_funcs = {
  on_track_packetizer, on_track_keyframe, on_track_sent
};

static gboolean
make_tracks (WhepPeer * self, GError ** error)
{
  WhepTracks *tracks = whep_tracks_new (self->remote, self->rtx_ssrcs,
      &tracks_funcs, self);

  if (!tracks)
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_UNAVAILABLE,
        _("The stream is changing. Try again."));
  g_atomic_pointer_set (&self->tracks, tracks);
  return tracks != NULL;
}

static gboolean
make_leg (WhepPeer * self, GError ** error)
{
  WhepLegConfig config = {
    .id = self->id,.offer = self->remote,.tracks = self->tracks,
    .certgen = self->certgen,.context = self->context,
    .agent = whep_transport_get_agent (self->transport),
    .stream_id = whep_transport_get_stream_id (self->transport),
    .clock = self->clock,.cname = self->cname,
  };
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GObject) rtp_session = NULL;

  if (!whep_leg_init (&self->leg, &config, error))
    return FALSE;
  g_atomic_pointer_set (&self->dtlsdec, gst_object_ref (self->leg.dtlsdec));
  g_atomic_pointer_set (&self->session, gst_object_ref (self->leg.session));
  g_object_get (self->session, "internal-session", &rtp_session, NULL);
  g_signal_connect_object (rtp_session, "on-feedback-rtcp",
      G_CALLBACK (on_feedback), self, 0);
  g_signal_connect_object (rtp_session, "on-receiving-rtcp",
      G_CALLBACK (on_rtcp), self, 0);
  bus = gst_element_get_bus (self->leg.pipeline);
  /* Both may still be on their way when the leg has gone. */
  gst_bus_set_sync_handler (bus, on_leg_message, g_object_ref (self),
      g_object_unref);
  g_signal_connect_object (self->leg.dtlsdec, "notify::connection-state",
      G_CALLBACK (on_dtls_state), self, 0);
  if (gst_element_set_state (self->leg.pipeline, GST_STATE_PLAYING) !=
      GST_STATE_CHANGE_FAILURE)
    return TRUE;
  g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_INTERNAL,
      _("The leg to the peer does not start. The log says why."));
  return FALSE;
}

gboolean
whep_peer_set_remote (WhepPeer * self, WhepOffer * remote, GError ** error)
{
  self->remote = remote;
  if (!make_tracks (self, error))
    return FALSE;
  self->connecting_timer = whep_task_timer (self->context,
      self->connect_timeout_ms, on_connecting_timeout, self);
  return TRUE;
}

const WhepOffer *
whep_peer_get_remote (WhepPeer * self)
{
  return self->remote;
}

void
whep_peer_connect (WhepPeer * self)
{
  whep_transport_set_remote (self->transport, self->remote->ice_ufrag,
      self->remote->ice_pwd, (const gchar * const *) self->remote->candidates);
}

WhepTransport *
whep_peer_get_transport (WhepPeer * self)
{
  return self->transport;
}

WhepLocal
whep_peer_get_local (WhepPeer * self)
{
  WhepLocal local = { 0, };

  local.session_id = ((guint64) g_random_int () << 32) | g_random_int ();
  local.ice_ufrag = whep_transport_get_ufrag (self->transport);
  local.ice_pwd = whep_transport_get_pwd (self->transport);
  local.fingerprint = self->fingerprint;
  local.cname = self->cname;
  local.stream_id = self->stream_name;
  local.ssrcs = self->ssrcs;
  local.rtx_ssrcs = self->rtx_ssrcs;
  return local;
}

static void
make_transport (WhepPeer * self, const WhepPeerConfig * config)
{
  WhepTransportConfig transport = {
    .context = config->context,.controlling = config->controlling,
    .ice_tcp = config->ice_tcp,.servers = config->servers,
  };

  self->transport = whep_transport_new (&transport, &transport_funcs, self);
}

WhepPeer *
whep_peer_new (const WhepPeerConfig * config, const WhepPeerFuncs * funcs,
    gpointer user_data, GError ** error)
{
  g_autoptr (WhepPeer) self = g_object_new (WHEP_TYPE_PEER, NULL);

  self->context = g_main_context_ref (config->context);
  self->cleaners = config->cleaners;
  self->clock = gst_object_ref (config->clock);
  self->connect_timeout_ms = config->connect_timeout_ms;
  self->funcs = *funcs;
  self->obtain_packetizer = config->obtain_packetizer;
  self->packets_data = config->packets_data;
  self->user_data = user_data;
  self->id = random_hex (16);
  self->cname = random_hex (12);
  if (!self->id || !self->cname) {
    g_set_error_literal (error, WHEP_ERROR, WHEP_ERROR_INTERNAL,
        _("The system has no random numbers, which keys are made of."));
    return NULL;
  }
  self->stream_name = g_strndup (self->cname, 12);
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    self->ssrcs[i] = config->ssrcs[i];
    self->rtx_ssrcs[i] = g_random_int ();
  }
  self->certgen = whep_leg_certgen_new (&self->fingerprint, error);
  if (!self->certgen)
    return NULL;
  make_transport (self, config);
  return g_steal_pointer (&self);
}

static void
whep_peer_finalize (GObject * object)
{
  WhepPeer *self = WHEP_PEER (object);

  g_clear_pointer (&self->tracks, whep_tracks_free);
  g_clear_object (&self->transport);
  gst_clear_object (&self->dtlsdec);
  gst_clear_object (&self->session);
  if (self->certgen)
    gst_element_set_state (self->certgen, GST_STATE_NULL);
  gst_clear_object (&self->certgen);
  gst_clear_object (&self->clock);
  g_clear_pointer (&self->remote, whep_offer_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->id);
  g_free (self->cname);
  g_free (self->stream_name);
  g_free (self->fingerprint);
  g_free (self->detail);
  G_OBJECT_CLASS (whep_peer_parent_class)->finalize (object);
}

static void
whep_peer_class_init (WhepPeerClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = whep_peer_finalize;
}

static void
whep_peer_init (WhepPeer * self)
{
  self->born_us = g_get_monotonic_time ();
}
