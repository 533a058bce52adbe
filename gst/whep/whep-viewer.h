/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One viewer, from its offer to its end: the ICE agent, the leg of elements,
 * the gate that lets its media begin with a keyframe, and the watch over how
 * it ends.
 *
 * Threads: made, trickled to and ended on the server's context, where its
 * callbacks come too, except @keyframe, which comes from any thread. Buffers
 * come from the streams' threads, each stream from one.
 */
#ifndef WHEP_VIEWER_H
#define WHEP_VIEWER_H

#include <gst/gst.h>

#include "whep-offer.h"

G_BEGIN_DECLS

#define WHEP_TYPE_VIEWER (whep_viewer_get_type ())
G_DECLARE_FINAL_TYPE (WhepViewer, whep_viewer, WHEP, VIEWER, GObject)

/** Why a viewer is one no more; the names are in signals and stats. */
typedef enum
{
  WHEP_END_LEFT,                /* DELETE */
  WHEP_END_CLOSED,              /* the peer's close_notify */
  WHEP_END_SILENT,              /* consent was not renewed (RFC 7675) */
  WHEP_END_UNREACHABLE,         /* no connection in time */
  WHEP_END_HANDSHAKE,           /* DTLS failed, the peer's identity included */
  WHEP_END_FORMAT,              /* the stream is another now */
  WHEP_END_EOS,                 /* the streams have ended */
  WHEP_END_STOPPED,             /* whepsink was stopped */
  WHEP_END_ERROR,               /* an element of the leg failed */
} WhepEnd;

#define WHEP_N_ENDS (WHEP_END_ERROR + 1)

/** whep_end_name: Returns: (transfer none): e.g. "unreachable". */
const gchar *whep_end_name (WhepEnd end);

/**
 * WhepViewerFuncs:
 * @answer: the answer is ready, once; @etag names the ICE session
 * @keyframe: a keyframe of @input is needed
 * @bitrate: it says what it can receive: see whep_viewer_get_bitrate()
 * @ended: it is over, once; @detail (nullable) says more than the reason. The
 *   leg is being taken down meanwhile
 */
typedef struct
{
  void (*answer) (WhepViewer * viewer, const gchar * etag,
      const gchar * answer, gpointer user_data);
  void (*keyframe) (WhepViewer * viewer, guint input, gpointer user_data);
  void (*bitrate) (WhepViewer * viewer, gpointer user_data);
  void (*ended) (WhepViewer * viewer, WhepEnd end, const gchar * detail,
      gpointer user_data);
} WhepViewerFuncs;

/**
 * WhepViewerConfig:
 * @context: the server's
 * @cleaners: pool of threads that legs are taken down on; see
 *   whep_viewer_clean()
 * @clock: of whepsink
 * @stun: (nullable): a server for gathering candidates
 * @turn: (nullable): likewise
 * @connect_timeout_ms: how long a viewer may take to be connected
 */
typedef struct
{
  GMainContext *context;
  GThreadPool *cleaners;
  GstClock *clock;
  GUri *stun;
  GUri *turn;
  guint connect_timeout_ms;
} WhepViewerConfig;

/**
 * whep_viewer_new:
 * @offer: (transfer full): what it asks for
 *
 * Returns: (transfer full) (nullable): a viewer that gathers candidates.
 */
WhepViewer *whep_viewer_new (const WhepViewerConfig * config,
    WhepOffer * offer, const WhepViewerFuncs * funcs, gpointer user_data,
    GError ** error);

/** Returns: (transfer none): its id, which nobody can guess. */
const gchar *whep_viewer_get_id (WhepViewer * self);

/**
 * whep_viewer_trickle:
 * @etag: (nullable): the ICE session that is meant; %NULL or "*" for any
 * @fragment: see whep_ice_parse_fragment()
 */
gboolean whep_viewer_trickle (WhepViewer * self, const gchar * etag,
    const gchar * fragment, GError ** error);

/**
 * whep_viewer_push:
 *
 * Gives it a buffer of a stream, which it takes when it can; never waits.
 */
void whep_viewer_push (WhepViewer * self, guint input, GstBuffer * buffer,
    GstCaps * caps);

/** whep_viewer_uses: whether it is sent stream @input. */
gboolean whep_viewer_uses (WhepViewer * self, guint input);

/**
 * whep_viewer_get_bitrate:
 *
 * Returns: what it last said it can receive, in bits per second, 0 while it
 * said nothing.
 */
guint whep_viewer_get_bitrate (WhepViewer * self);

/** whep_viewer_end: ends it; from any thread, takes effect later. */
void whep_viewer_end (WhepViewer * self, WhepEnd end);

/** whep_viewer_clean: GFunc of the pool of cleaners. */
void whep_viewer_clean (gpointer viewer, gpointer unused);

/** Returns: (transfer full): what it has sent and heard of. */
GstStructure *whep_viewer_get_stats (WhepViewer * self);

G_END_DECLS

#endif
