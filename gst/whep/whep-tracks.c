/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What one peer is sent, as RTP.
 */
#include "config.h"

#include "whep-tracks.h"

#include "whep-outlet.h"
#include "whep-rtx.h"

GST_DEBUG_CATEGORY_STATIC (whep_tracks_debug);
#define GST_CAT_DEFAULT whep_tracks_debug

/* A peer may ask for as much again as it was sent, and for this much at
 * once. */
#define RTX_CREDIT_MAX 1024

typedef struct
{
  WhepPacketizer *packetizer;
  gint rtx_payload_type;        /* -1 for none */
  guint32 rtx_ssrc;
  gboolean video;
  gboolean needs_keyframe;      /* of the stream's thread */
  gint dropped;                 /* atomic */

  /* Under the lock. */
  guint rtx_credit;
  guint16 rtx_seq;
  guint64 rtx_sent;
  guint64 rtx_refused;
} Track;

struct _WhepTracks
{
  WhepTracksFuncs funcs;
  gpointer user_data;
  GstPad *pad;
  Track tracks[WHEP_INPUTS_MAX];
  GMutex lock;
};

static void
init_debug (void)
{
  static gsize done;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (whep_tracks_debug, "wheptracks", 0,
        "what one peer is sent");
    g_once_init_leave (&done, 1);
  }
}

static void
drop (WhepTracks * self, guint input)
{
  Track *track = &self->tracks[input];

  g_atomic_int_inc (&track->dropped);
  track->needs_keyframe = track->video;
  if (track->video)
    self->funcs.keyframe (input, self->user_data);
}

static void
give_credit (WhepTracks * self, Track * track, guint n)
{
  g_mutex_lock (&self->lock);
  track->rtx_credit = MIN (track->rtx_credit + n, RTX_CREDIT_MAX);
  g_mutex_unlock (&self->lock);
}

gboolean
whep_tracks_push (WhepTracks * self, guint input, GstBuffer * buffer,
    GstCaps * caps)
{
  Track *track = &self->tracks[input];
  GstBufferList *packets;
  GstFlowReturn flow;

  if (!track->packetizer)
    return TRUE;
  if (track->needs_keyframe
      && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)) {
    drop (self, input);
    return TRUE;
  }
  packets = whep_packetizer_get_packets (track->packetizer, buffer, caps);
  if (!packets)
    return FALSE;
  if (gst_buffer_list_length (packets) == 0)
    return TRUE;
  track->needs_keyframe = FALSE;
  GST_PAD_STREAM_LOCK (self->pad);
  flow = gst_pad_push_list (self->pad, gst_buffer_list_ref (packets));
  GST_PAD_STREAM_UNLOCK (self->pad);
  if (flow == WHEP_OUTLET_DROPPED)
    drop (self, input);
  give_credit (self, track, gst_buffer_list_length (packets));
  self->funcs.sent (self->user_data);
  return TRUE;
}

void
whep_tracks_request_keyframes (WhepTracks * self)
{
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    if (self->tracks[i].packetizer && self->tracks[i].video)
      self->funcs.keyframe (i, self->user_data);
  }
}

/* What comes back */

static gint
find_track (WhepTracks * self, guint32 ssrc)
{
  for (gint i = 0; i < WHEP_INPUTS_MAX; i++) {
    WhepPacketizer *packetizer = self->tracks[i].packetizer;

    if (packetizer && whep_packetizer_get_ssrc (packetizer) == ssrc)
      return i;
  }
  return -1;
}

/* PLI and FIR name a stream, the keys of SRTP want pictures of all. */
static void
on_keyframe_request (WhepTracks * self, const GstStructure * request)
{
  guint ssrc;
  gint input;

  if (!gst_structure_get_uint (request, "ssrc", &ssrc)) {
    whep_tracks_request_keyframes (self);
    return;
  }
  input = find_track (self, ssrc);
  if (input >= 0 && self->tracks[input].video)
    self->funcs.keyframe (input, self->user_data);
}

/* Whether one more may be sent again, and under which number. */
static gboolean
take_credit (WhepTracks * self, Track * track, guint16 * seq)
{
  g_mutex_lock (&self->lock);
  gboolean may = track->rtx_credit > 0;
  if (may) {
    track->rtx_credit--;
    track->rtx_sent++;
    *seq = track->rtx_seq++;
  } else {
    track->rtx_refused++;
  }
  g_mutex_unlock (&self->lock);
  return may;
}

static void
send_again (WhepTracks * self, Track * track, GstBuffer * packet)
{
  GstBuffer *again;
  guint16 seq;

  if (!take_credit (self, track, &seq))
    return;
  again = whep_rtx_new (packet, track->rtx_payload_type, track->rtx_ssrc, seq);
  if (!again)
    return;
  GST_PAD_STREAM_LOCK (self->pad);
  gst_pad_push (self->pad, again);
  GST_PAD_STREAM_UNLOCK (self->pad);
}

static void
on_retransmission_request (WhepTracks * self, const GstStructure * request)
{
  g_autoptr (GstBuffer) packet = NULL;
  guint seq, ssrc;
  gint input;

  if (!gst_structure_get_uint (request, "seqnum", &seq)
      || !gst_structure_get_uint (request, "ssrc", &ssrc)
      || (input = find_track (self, ssrc)) < 0
      || self->tracks[input].rtx_payload_type < 0)
    return;
  packet = whep_packetizer_find (self->tracks[input].packetizer, seq);
  GST_LOG ("packet %u of stream %d is %s", seq, input,
      packet ? "sent again" : "gone");
  if (packet)
    send_again (self, &self->tracks[input], packet);
}

/* What else there is, a collision of SSRCs among it, is no matter of those
 * who share these packets. */
static gboolean
on_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  WhepTracks *self = gst_pad_get_element_private (pad);

  if (gst_event_has_name (event, "GstForceKeyUnit"))
    on_keyframe_request (self, gst_event_get_structure (event));
  else if (gst_event_has_name (event, "GstRTPRetransmissionRequest"))
    on_retransmission_request (self, gst_event_get_structure (event));
  gst_event_unref (event);
  return TRUE;
}

/* Making one */

static gboolean
make_tracks (WhepTracks * self, const WhepOffer * remote,
    const guint32 * rtx_ssrcs)
{
  for (guint i = 0; i < remote->media->len; i++) {
    const WhepMedia *media = g_ptr_array_index (remote->media, i);

    if (media->input < 0)
      continue;
    Track *track = &self->tracks[media->input];
    track->packetizer = self->funcs.packetizer (media->input,
        media->payload_type, self->user_data);
    if (!track->packetizer
        || whep_packetizer_get_codec (track->packetizer) != media->codec)
      return FALSE;
    track->video = track->needs_keyframe = g_str_equal (media->kind, "video");
    track->rtx_payload_type = media->rtx_payload_type;
    track->rtx_ssrc = rtx_ssrcs[media->input];
    track->rtx_seq = g_random_int ();
  }
  return TRUE;
}

static void
make_pad (WhepTracks * self)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtp");
  GstSegment segment;

  self->pad = gst_object_ref_sink (gst_pad_new ("tracks", GST_PAD_SRC));
  gst_pad_set_element_private (self->pad, self);
  gst_pad_set_event_function (self->pad, on_event);
  gst_pad_set_active (self->pad, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->pad, gst_event_new_stream_start ("tracks"));
  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
}

WhepTracks *
whep_tracks_new (const WhepOffer * remote, const guint32 * rtx_ssrcs,
    const WhepTracksFuncs * funcs, gpointer user_data)
{
  WhepTracks *self = g_new0 (WhepTracks, 1);

  init_debug ();
  g_mutex_init (&self->lock);
  self->funcs = *funcs;
  self->user_data = user_data;
  make_pad (self);
  if (!make_tracks (self, remote, rtx_ssrcs))
    g_clear_pointer (&self, whep_tracks_free);
  return self;
}

gboolean
whep_tracks_have (WhepTracks * self, guint input)
{
  return self->tracks[input].packetizer != NULL;
}

GstPad *
whep_tracks_get_pad (WhepTracks * self)
{
  return self->pad;
}

void
whep_tracks_stop (WhepTracks * self)
{
  gst_pad_set_active (self->pad, FALSE);
}

void
whep_tracks_free (WhepTracks * self)
{
  gst_pad_set_active (self->pad, FALSE);
  gst_object_unref (self->pad);
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++)
    g_clear_object (&self->tracks[i].packetizer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
count (WhepTracks * self, guint64 * dropped, guint64 * sent, guint64 * refused)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < WHEP_INPUTS_MAX; i++) {
    *dropped += (guint) g_atomic_int_get (&self->tracks[i].dropped);
    *sent += self->tracks[i].rtx_sent;
    *refused += self->tracks[i].rtx_refused;
  }
  g_mutex_unlock (&self->lock);
}

void
whep_tracks_add_stats (WhepTracks * self, GstStructure * stats)
{
  guint64 dropped = 0, sent = 0, refused = 0;

  if (self)
    count (self, &dropped, &sent, &refused);
  gst_structure_set (stats, "buffers-dropped", G_TYPE_UINT64, dropped,
      "packets-retransmitted", G_TYPE_UINT64, sent,
      "retransmissions-refused", G_TYPE_UINT64, refused, NULL);
}
