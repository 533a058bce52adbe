/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One publication, from the offer to the DELETE: the client that talks to the
 * server, and the peer that the streams go to. What it publishes does not
 * change; for other streams there is another one.
 *
 * Threads: made and called back on its context; @keyframe comes from
 * whip_session_push() as well. The rest may be called from any.
 */
#ifndef WHIP_SESSION_H
#define WHIP_SESSION_H

#include "whep-peer.h"

G_BEGIN_DECLS

#define WHIP_TYPE_SESSION (whip_session_get_type ())
G_DECLARE_FINAL_TYPE (WhipSession, whip_session, WHIP, SESSION, GObject)

/**
 * WhipSessionFuncs:
 * @connected: the server is sent the streams from now on; once
 * @keyframe: a keyframe of @input is needed
 * @bitrate: the server says what it can receive
 * @ended: it is over and the server was told, once; @error (nullable) of
 *   %WHEP_ERROR says what to do when that was not wanted
 */
typedef struct
{
  void (*connected) (WhipSession * session, gpointer user_data);
  void (*keyframe) (WhipSession * session, guint input, gpointer user_data);
  void (*bitrate) (WhipSession * session, gpointer user_data);
  void (*ended) (WhipSession * session, WhepEnd end, const GError * error,
      gpointer user_data);
} WhipSessionFuncs;

/**
 * WhipSessionConfig:
 * @peer: its `controlling` is not looked at
 * @location: where to publish
 * @token: (nullable): for the server
 * @authorities: (nullable): see #WhipClientConfig
 */
typedef struct
{
  WhepPeerConfig peer;
  GUri *location;
  const gchar *token;
  GTlsDatabase *authorities;
} WhipSessionConfig;

/**
 * whip_session_new:
 * @formats: (array length=n_formats): the streams to publish
 *
 * Returns: (transfer full) (nullable): a session that is on its way.
 */
WhipSession *whip_session_new (const WhipSessionConfig * config,
    const WhepFormat * formats, guint n_formats,
    const WhipSessionFuncs * funcs, gpointer user_data, GError ** error);

/** whip_session_end: ends it; @ended will come, in two seconds at most. */
void whip_session_end (WhipSession * self, WhepEnd end);

/** whip_session_push: see whep_peer_push(). */
void whip_session_push (WhipSession * self, guint input, GstBuffer * buffer,
    GstCaps * caps);

/** whip_session_get_bitrate: see whep_peer_get_bitrate(). */
guint whip_session_get_bitrate (WhipSession * self);

/** Returns: (transfer full): see whep_peer_get_stats(). */
GstStructure *whip_session_get_stats (WhipSession * self);

G_END_DECLS

#endif
