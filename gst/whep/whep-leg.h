/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of one peer's leg, linked and ready to start:
 *
 *   tracks ─ rtpsession ─ srtpkeyer ─┐
 *                          dtlsenc ──┴ outlet
 *   nicesrc ─ dtlssrtpdemux ─┬ dtlsdec ─ dtlscertgen
 *                            └ srtpkeyer ─ RTCP ─ rtpsession
 *
 * One srtpkeyer a direction, because a pipeline must not be a ring; they find
 * their keys by the connection-id.
 *
 * It is a pipeline of its own, so that what happens to one peer happens to
 * nobody else. It runs on the clock of the sink with a base time of 0: the
 * running time of its buffers is the clock time they belong to.
 */
#ifndef WHEP_LEG_H
#define WHEP_LEG_H

#include <gst/gst.h>
#include <nice/agent.h>

#include "whep-outlet.h"
#include "whep-tracks.h"

G_BEGIN_DECLS

/**
 * WhepLeg:
 * @protect: the srtpkeyer of what is sent
 * @unprotect: the srtpkeyer of what is received
 * @media_pad: what @protect sends by
 * @dtls_pad: what @dtlsenc sends by
 *
 * Elements are borrowed from @pipeline.
 */
typedef struct
{
  GstElement *pipeline;
  GstElement *dtlsdec;
  GstElement *dtlsenc;
  GstElement *protect;
  GstElement *unprotect;
  GstElement *session;
  WhepOutlet *outlet;
  GstPad *media_pad;
  GstPad *dtls_pad;
} WhepLeg;

/**
 * WhepLegConfig:
 * @id: of the peer, which is its connection-id too
 * @offer: what the peer takes; outlives the leg
 * @tracks: what it is sent; outlive the leg
 * @certgen: of whep_leg_certgen_new(); it joins the leg
 * @agent: carries its packets, in stream @stream_id
 * @context: of the agent
 * @clock: of the sink
 * @cname: of its RTP session
 */
typedef struct
{
  const gchar *id;
  const WhepOffer *offer;
  WhepTracks *tracks;
  GstElement *certgen;
  NiceAgent *agent;
  guint stream_id;
  GMainContext *context;
  GstClock *clock;
  const gchar *cname;
} WhepLegConfig;

/**
 * whep_leg_check_elements:
 * @error: names what is missing, or where elements come from that are not
 *   ours
 *
 * Returns: whether all elements of a leg are there and ours where they must
 * be.
 */
gboolean whep_leg_check_elements (GError ** error);

/**
 * whep_leg_certgen_new:
 * @fingerprint: (out) (transfer full): of its certificate, as an
 *   a=fingerprint value
 *
 * Returns: (transfer full) (nullable): a dtlscertgen that answers for its
 * certificate without a thread that streams it; to be set to NULL when it is
 * not needed any more.
 */
GstElement *whep_leg_certgen_new (gchar ** fingerprint, GError ** error);

/**
 * whep_leg_init:
 *
 * Returns: whether @leg could be built; nothing is left to clear otherwise.
 */
gboolean whep_leg_init (WhepLeg * leg, const WhepLegConfig * config,
    GError ** error);

/** whep_leg_set_connected: the peer's address is known; DTLS may answer. */
void whep_leg_set_connected (WhepLeg * leg);

/**
 * whep_leg_clear:
 *
 * Says goodbye to the peer (close_notify), stops and frees everything. Waits
 * for the leg's threads: never call it from one of them.
 */
void whep_leg_clear (WhepLeg * leg);

G_END_DECLS

#endif
