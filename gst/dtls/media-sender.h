/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending half of an element: any number of sink pads that take RTP or
 * RTCP in the clear, one source pad that everything leaves by, protected. One
 * chain function lies between the two.
 *
 * The source pad has a stream of its own. Its segment is the pipeline's
 * running time, and buffers are stamped with that, because its inputs may
 * have different segments.
 */
#ifndef DTLS_MEDIA_SENDER_H
#define DTLS_MEDIA_SENDER_H

#include "clock-wait.h"
#include "srtp-sender.h"

G_BEGIN_DECLS

typedef struct _DtlsMediaSender DtlsMediaSender;

#define DTLS_TYPE_MEDIA_PAD (dtls_media_pad_get_type ())
G_DECLARE_FINAL_TYPE (DtlsMediaPad, dtls_media_pad, DTLS, MEDIA_PAD, GstPad);

/**
 * dtls_media_sender_new:
 * @element: not referenced: the sender is a part of it
 * @src: the source pad, which @element has or will have
 * @caps: (transfer full): what leaves by @src
 */
DtlsMediaSender *dtls_media_sender_new (GstElement * element, GstPad * src,
    GstCaps * caps);
void dtls_media_sender_free (DtlsMediaSender * self);

/**
 * dtls_media_sender_add_pad:
 * @name: of the new pad
 * @chain: (nullable): for what is no media; by default packets of @kind are
 *   protected
 *
 * Returns: (transfer none): a pad that was added to the element.
 */
GstPad *dtls_media_sender_add_pad (DtlsMediaSender * self,
    GstPadTemplate * template, const gchar * name, DtlsSrtpKind kind,
    GstPadChainFunction chain);

/**
 * dtls_media_sender_remove_pad:
 * @pad: any request pad of the element
 *
 * Where it was the only one that had not ended, all have now.
 */
void dtls_media_sender_remove_pad (DtlsMediaSender * self, GstPad * pad);

/** dtls_media_sender_push_eos: on the source pad, after all that was pushed. */
void dtls_media_sender_push_eos (DtlsMediaSender * self);

/** dtls_media_sender_set_sender: below PAUSED; (nullable) drops it. */
void dtls_media_sender_set_sender (DtlsMediaSender * self,
    DtlsSrtpSender * sender);

/** dtls_media_sender_set_sync: whether RTP waits for the clock. */
void dtls_media_sender_set_sync (DtlsMediaSender * self, gboolean sync);

/**
 * DtlsMediaSenderFuncs:
 * @ended: all pads have ended; in place of an EOS on the source pad
 * @flushed: a flush of the source pad is over
 *
 * What an element wants to be told, from a streaming thread, without a lock.
 */
typedef struct
{
  void (*ended) (GstElement * element);
  void (*flushed) (GstElement * element);
} DtlsMediaSenderFuncs;

/** dtls_media_sender_set_funcs: @funcs is static. */
void dtls_media_sender_set_funcs (DtlsMediaSender * self,
    const DtlsMediaSenderFuncs * funcs);

/**
 * dtls_media_sender_change_state:
 *
 * For the element's change_state, before its parent class's.
 */
void dtls_media_sender_change_state (DtlsMediaSender * self,
    GstStateChange transition);

/**
 * dtls_media_sender_request_keyframes:
 *
 * Asks for one over every RTP pad, so that the first frame the peer can
 * decrypt is one it can decode.
 */
void dtls_media_sender_request_keyframes (DtlsMediaSender * self);

/** Returns: (transfer full): see dtls_srtp_sender_get_stats(). */
GstStructure *dtls_media_sender_get_stats (DtlsMediaSender * self);

G_END_DECLS

#endif
