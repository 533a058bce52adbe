/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the other end says in SDP, read and judged: what it announces of its
 * ICE and DTLS ends, and which of our streams each of its m= sections will
 * carry. A viewer says it in an offer, a server in its answer to ours. Pure
 * functions of their arguments; the text is input of a stranger.
 */
#ifndef WHEP_OFFER_H
#define WHEP_OFFER_H

#include "whep-error.h"
#include "whep-format.h"

G_BEGIN_DECLS

/** Largest text in bytes; the one of a browser has 4 to 8 kB. */
#define WHEP_OFFER_SIZE_MAX 65536

/**
 * WhepMedia:
 * @kind: "audio", "video", "application", …
 * @proto: of the m= line, repeated in the answer
 * @first_format: the first format of the m= line, for a rejected section
 * @mid: (nullable): its identification tag (RFC 5888)
 * @input: index of the stream that it carries, -1 when it is rejected
 * @codec: (nullable): of that stream
 * @payload_type: to send with
 * @fmtp: (nullable): format parameters for the answer
 * @rtx_payload_type: for retransmissions (RFC 4588), -1 for none
 * @feedback: (nullable): a=rtcp-fb values that were offered and are used
 */
typedef struct
{
  gchar *kind;
  gchar *proto;
  gchar *first_format;
  gchar *mid;
  gint input;
  const WhepCodec *codec;
  gint payload_type;
  gchar *fmtp;
  gint rtx_payload_type;
  gchar **feedback;
} WhepMedia;

/**
 * WhepOffer:
 * @ice_ufrag: of its ICE agent
 * @ice_pwd: of its ICE agent
 * @fingerprints: what its certificate must match, "sha-256 AB:…",
 *   several separated by ", "
 * @dtls_client: whether it can be the DTLS client, which suits us best;
 *   otherwise we are
 * @candidates: "candidate:…" lines of the transport
 * @media: (element-type WhepMedia): every m= section, in order
 */
typedef struct
{
  gchar *ice_ufrag;
  gchar *ice_pwd;
  gchar *fingerprints;
  gboolean dtls_client;
  gchar **candidates;
  GPtrArray *media;
} WhepOffer;

/**
 * whep_offer_parse:
 * @text: (nullable): the body of a request, @size bytes, need not end in NUL
 * @formats: (array length=n_formats): our streams
 * @error: of %WHEP_ERROR
 *
 * Each m= section gets the first stream of its kind that is not yet carried
 * and for which it offers a payload type. Sections outside the first one's
 * BUNDLE group are rejected: there is one transport.
 *
 * Returns: (transfer full) (nullable): the offer, which carries at least one
 * stream; %NULL with @error set otherwise.
 */
WhepOffer *whep_offer_parse (const gchar * text, gsize size,
    const WhepFormat * formats, guint n_formats, GError ** error);

/**
 * whep_offer_parse_answer:
 * @text: (nullable): the body of a response, @size bytes, need not end in NUL
 * @offered: (element-type WhepMedia): the sections of our offer
 * @error: of %WHEP_ERROR
 *
 * A section carries its stream when the answer takes the payload type that
 * was offered for it.
 *
 * Returns: (transfer full) (nullable): the answer, which carries at least one
 * stream; %NULL with @error set otherwise.
 */
WhepOffer *whep_offer_parse_answer (const gchar * text, gsize size,
    const GPtrArray * offered, GError ** error);

/** whep_media_free: a #GDestroyNotify. */
void whep_media_free (gpointer media);

void whep_offer_free (WhepOffer * offer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WhepOffer, whep_offer_free)

G_END_DECLS

#endif
