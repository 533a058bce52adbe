/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The streams that a sink of this plugin is given: its request pads, and what
 * can be offered of them at a moment.
 *
 * Threads: any. Lock: its own; an input's may be taken with it, and nothing
 * else is called under it.
 */
#ifndef WHEP_INPUTS_H
#define WHEP_INPUTS_H

#include "whep-input.h"

G_BEGIN_DECLS

/** How many streams one sink can take. */
#define WHEP_INPUTS_MAX 16

typedef struct _WhepInputs WhepInputs;

/** whep_inputs_add_templates: the pads of a class of sinks. */
void whep_inputs_add_templates (GstElementClass * klass);

/**
 * whep_inputs_new:
 * @sink: a bin that has the templates; borrowed
 * @funcs: `format` comes for a stream that is taken away, too
 */
WhepInputs *whep_inputs_new (GstBin * sink, const WhepInputFuncs * funcs,
    gpointer user_data);
void whep_inputs_free (WhepInputs * self);

/**
 * whep_inputs_request_pad: what GstElementClass.request_new_pad is asked for.
 *
 * Returns: (transfer none) (nullable): the pad, which the sink has.
 */
GstPad *whep_inputs_request_pad (WhepInputs * self, GstPadTemplate * templ,
    const gchar * name);

/** whep_inputs_release_pad: what GstElementClass.release_pad is asked for. */
void whep_inputs_release_pad (WhepInputs * self, GstPad * pad);

/** whep_inputs_set_open: whether the streams are to be offered. */
void whep_inputs_set_open (WhepInputs * self, gboolean open);

/** whep_inputs_are_eos: whether all have ended. */
gboolean whep_inputs_are_eos (WhepInputs * self);

/**
 * whep_inputs_read_formats:
 * @formats: (array fixed-size=16): by index; without a codec for none
 *
 * What can be offered now. While the streams start, it is all of them or
 * none: who asks early shall not be left with half of them.
 *
 * Returns: one more than the highest index; 0 for nothing.
 */
guint whep_inputs_read_formats (WhepInputs * self, WhepFormat * formats);

/**
 * whep_inputs_get_ssrcs:
 *
 * Returns: (array fixed-size=16): the SSRC of each stream's packets, which
 * all peers share.
 */
const guint32 *whep_inputs_get_ssrcs (WhepInputs * self);

/**
 * whep_inputs_obtain_packetizer: see whep_input_obtain_packetizer().
 * @inputs: a #WhepInputs
 *
 * Returns: (transfer full) (nullable): %NULL, too, when the stream is gone.
 */
WhepPacketizer *whep_inputs_obtain_packetizer (gpointer inputs, guint index,
    gint payload_type);

/** whep_inputs_request_keyframe: see whep_input_request_keyframe(). */
void whep_inputs_request_keyframe (WhepInputs * self, guint index);

/** whep_inputs_get_keyframe_requests: how many went upstream. */
guint64 whep_inputs_get_keyframe_requests (WhepInputs * self);

G_END_DECLS

#endif
