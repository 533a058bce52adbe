/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One stream that a sink is given: the pad, what makes it fit for RTP, and
 * the sink that keeps it to the clock, from where its buffers go to peers.
 *
 *   ghost pad ─ [parser] ─ appsink ─► WhepInputFuncs.buffer
 *
 * Threads: the functions may be called from any thread; the callbacks come
 * from the stream's own. Lock: its own, held for its fields only.
 */
#ifndef WHEP_INPUT_H
#define WHEP_INPUT_H

#include <gst/gst.h>

#include "whep-packetizer.h"

G_BEGIN_DECLS

#define WHEP_TYPE_INPUT (whep_input_get_type ())
G_DECLARE_FINAL_TYPE (WhepInput, whep_input, WHEP, INPUT, GObject)

/**
 * WhepInputFuncs:
 * @buffer: a buffer whose timestamp is the clock time it belongs to, at that
 *   time; @caps are the stream's
 * @format: its format has changed
 * @eos: the stream has ended
 */
typedef struct
{
  void (*buffer) (WhepInput * input, GstBuffer * buffer, GstCaps * caps,
      gpointer user_data);
  void (*format) (WhepInput * input, gpointer user_data);
  void (*eos) (WhepInput * input, gpointer user_data);
} WhepInputFuncs;

/**
 * whep_input_new:
 * @bin: where its elements go
 * @index: its number among the inputs
 * @templ: of its pad
 * @name: of its pad
 *
 * Returns: (transfer full) (nullable): an input whose pad is not yet added to
 * @bin; %NULL when an element is missing.
 */
WhepInput *whep_input_new (GstBin * bin, guint index, GstPadTemplate * templ,
    const gchar * name, const WhepInputFuncs * funcs, gpointer user_data);

/**
 * whep_input_remove: ends the stream and takes its elements out of the bin; a
 * stream's thread that waits in there goes.
 */
void whep_input_remove (WhepInput * self);

/** Returns: (transfer none): the pad. */
GstPad *whep_input_get_pad (WhepInput * self);

guint whep_input_get_index (WhepInput * self);

/** whep_input_get_format: without a codec before the stream has caps. */
WhepFormat whep_input_get_format (WhepInput * self);

/** whep_input_is_eos: whether the stream has ended. */
gboolean whep_input_is_eos (WhepInput * self);

/**
 * whep_input_obtain_packetizer:
 * @ssrc: of its packets; always the same for one input
 *
 * Who asks for the same payload type gets the same packets, as long as
 * somebody has them.
 *
 * Returns: (transfer full) (nullable): the stream as packets, %NULL while it
 * has no caps.
 */
WhepPacketizer *whep_input_obtain_packetizer (WhepInput * self,
    gint payload_type, guint32 ssrc);

/**
 * whep_input_request_keyframe:
 *
 * Asks upstream for a keyframe: at once, or, where that happened moments ago,
 * as soon as it may be done again, until one comes.
 */
void whep_input_request_keyframe (WhepInput * self);

/** whep_input_get_keyframe_requests: how many went upstream. */
guint64 whep_input_get_keyframe_requests (WhepInput * self);

G_END_DECLS

#endif
