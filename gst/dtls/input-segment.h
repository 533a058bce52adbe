/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The segment of one input among several that leave by one pad. There the
 * pipeline's running time is what all of them have in common, so what comes
 * in is stamped with that. An input whose segment is no time is left alone.
 *
 * Belongs to the streaming thread of the input.
 */
#ifndef DTLS_INPUT_SEGMENT_H
#define DTLS_INPUT_SEGMENT_H

#include <gst/gst.h>

G_BEGIN_DECLS

/** DtlsInputSegment: plain value; its fields are private. */
typedef struct
{
  GstSegment segment;
  gboolean is_running_time;
} DtlsInputSegment;

/** dtls_input_segment_init: to none. */
void dtls_input_segment_init (DtlsInputSegment * self);
void dtls_input_segment_set (DtlsInputSegment * self,
    const GstSegment * segment);

/** Returns: whether there is a segment, in time. */
gboolean dtls_input_segment_is_time (const DtlsInputSegment * self);

/** Returns: @time in running time; not valid outside the segment. */
GstClockTime dtls_input_segment_running_time (const DtlsInputSegment * self,
    GstClockTime time);

/** dtls_input_segment_restamp: @buffer is writable. */
void dtls_input_segment_restamp (const DtlsInputSegment * self,
    GstBuffer * buffer);

/** dtls_input_segment_restamp_list: @list is writable. */
void dtls_input_segment_restamp_list (const DtlsInputSegment * self,
    GstBufferList * list);

/**
 * dtls_input_segment_restamp_gap:
 * @gap: (transfer full): a gap event
 *
 * Returns: (transfer full) (nullable): %NULL when it is outside the segment.
 */
GstEvent *dtls_input_segment_restamp_gap (const DtlsInputSegment * self,
    GstEvent * gap);

G_END_DECLS

#endif
