/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our SDP, as an offer or as the answer to one (RFC 8829, RFC 9143). Pure
 * function.
 */
#ifndef WHEP_DESCRIPTION_H
#define WHEP_DESCRIPTION_H

#include "whep-offer.h"

G_BEGIN_DECLS

/**
 * WhepLocal:
 * @session_id: of the o= line, random
 * @setup: "actpass" in an offer, "active" or "passive" in an answer
 * @ice_ufrag: of our ICE agent
 * @ice_pwd: of our ICE agent
 * @fingerprint: of our certificate, "sha-256 AB:CD:…"
 * @candidates: (array zero-terminated=1): "candidate:…" lines of ours, all
 *   there are
 * @cname: RTCP canonical name that all our sources share (RFC 7022)
 * @stream_id: name of the media stream that all tracks belong to
 * @ssrcs: one SSRC per input, indexed as %WhepMedia's input
 * @rtx_ssrcs: (nullable): likewise for retransmissions; %NULL when there are
 *   none
 *
 * Only borrowed.
 */
typedef struct
{
  guint64 session_id;
  const gchar *setup;
  const gchar *ice_ufrag;
  const gchar *ice_pwd;
  const gchar *fingerprint;
  const gchar *const *candidates;
  const gchar *cname;
  const gchar *stream_id;
  const guint32 *ssrcs;
  const guint32 *rtx_ssrcs;
} WhepLocal;

/**
 * whep_description_new:
 * @media: (element-type WhepMedia): what there is to say, or to answer
 *
 * Every section is in it, sendonly where it carries a stream, with port 0
 * where it is rejected (RFC 3264 section 6).
 *
 * Returns: (transfer full): the text.
 */
gchar *whep_description_new (const GPtrArray * media,
    const WhepLocal * local);

G_END_DECLS

#endif
