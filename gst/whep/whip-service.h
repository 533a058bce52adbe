/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a whipsink does for the server it publishes to: it begins a session
 * when there is something to send, ends it when that becomes another, and
 * judges whether one that was lost may come back.
 *
 * HTTP, ICE and all decisions are on one thread of its own, from
 * whip_service_start() to whip_service_stop().
 *
 * Threads: made, freed, and through whip_service_start(), _begin(), _end() and
 * _stop() in state changes of the sink. The rest may be called from any thread
 * at any time between.
 */
#ifndef WHIP_SERVICE_H
#define WHIP_SERVICE_H

#include "whep-inputs.h"
#include "whip-settings.h"

G_BEGIN_DECLS

typedef struct _WhipService WhipService;

/**
 * WhipServiceFuncs:
 * @connected: the server is sent the streams from now on; once a session
 * @bitrate: what the server can receive has changed, in bits per second
 * @failed: nothing is published any more, until whip_service_begin(); @error
 *   says what to do
 * @lost: a session ended with @error; the @attempt-th to have another is made
 *   in @delay_ms milliseconds
 *
 * All come on the service's thread and with no lock held.
 */
typedef struct
{
  void (*connected) (gpointer user_data);
  void (*bitrate) (guint bitrate, gpointer user_data);
  void (*failed) (const GError * error, gpointer user_data);
  void (*lost) (const GError * error, guint attempt, guint delay_ms,
      gpointer user_data);
} WhipServiceFuncs;

/**
 * whip_service_new:
 * @sink: whose clock is used; borrowed, as all else
 * @settings: guarded by the object lock of @sink; read by whip_service_begin()
 * @inputs: what is published
 *
 * Returns: (transfer full): a service that does nothing yet.
 */
WhipService *whip_service_new (GstElement * sink,
    const WhipSettings * settings, WhepInputs * inputs,
    const WhipServiceFuncs * funcs, gpointer user_data);

/** whip_service_free: when it was stopped, or never started. */
void whip_service_free (WhipService * self);

/** whip_service_start: begins its thread. */
void whip_service_start (WhipService * self);

/** whip_service_stop: ends its thread, if there is one; from another. */
void whip_service_stop (WhipService * self);

/**
 * whip_service_begin:
 * @error: names the setting that cannot be, and the cure
 *
 * What is pushed makes sessions from now on, with the settings of now.
 *
 * Returns: whether the settings can be.
 */
gboolean whip_service_begin (WhipService * self, GError ** error);

/**
 * whip_service_end:
 *
 * Ends the session and waits until the server was told, for two seconds at
 * most; started, and not from its thread. After whep_inputs_set_open(): what
 * is not offered any more makes no session.
 */
void whip_service_end (WhipService * self);

/**
 * whip_service_push:
 *
 * A buffer of stream @input, as of WhepInputFuncs.buffer. When there is no
 * session to take it, it asks for one.
 */
void whip_service_push (WhipService * self, guint input, GstBuffer * buffer,
    GstCaps * caps);

/** whip_service_compare_formats: another session for streams that changed. */
void whip_service_compare_formats (WhipService * self);

/** whip_service_end_streams: the session is over, as all streams are. */
void whip_service_end_streams (WhipService * self);

/** Returns: (transfer full): what #WhipSink:stats describes. */
GstStructure *whip_service_get_stats (WhipService * self);

G_END_DECLS

#endif
