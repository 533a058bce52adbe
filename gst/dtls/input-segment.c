/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See input-segment.h. The usual segment of a live source is its running time
 * already, which is found out once a segment and not once a buffer.
 */
#include "config.h"

#include "input-segment.h"

void
dtls_input_segment_init (DtlsInputSegment * self)
{
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  self->is_running_time = TRUE;
}

void
dtls_input_segment_set (DtlsInputSegment * self, const GstSegment * segment)
{
  gst_segment_copy_into (segment, &self->segment);
  self->is_running_time = segment->format != GST_FORMAT_TIME
      || (segment->rate == 1.0 && segment->start == 0 && segment->base == 0
      && segment->offset == 0 && segment->stop == GST_CLOCK_TIME_NONE);
}

gboolean
dtls_input_segment_is_time (const DtlsInputSegment * self)
{
  return self->segment.format == GST_FORMAT_TIME;
}

GstClockTime
dtls_input_segment_running_time (const DtlsInputSegment * self,
    GstClockTime time)
{
  if (self->is_running_time || !GST_CLOCK_TIME_IS_VALID (time))
    return time;
  return gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, time);
}

void
dtls_input_segment_restamp (const DtlsInputSegment * self, GstBuffer * buffer)
{
  if (self->is_running_time)
    return;
  GST_BUFFER_PTS (buffer) = dtls_input_segment_running_time (self,
      GST_BUFFER_PTS (buffer));
  GST_BUFFER_DTS (buffer) = dtls_input_segment_running_time (self,
      GST_BUFFER_DTS (buffer));
}

static gboolean
restamp_item (GstBuffer ** buffer, guint index, gpointer segment)
{
  dtls_input_segment_restamp (segment, *buffer);
  return TRUE;
}

void
dtls_input_segment_restamp_list (const DtlsInputSegment * self,
    GstBufferList * list)
{
  if (!self->is_running_time)
    gst_buffer_list_foreach (list, restamp_item, (gpointer) self);
}

GstEvent *
dtls_input_segment_restamp_gap (const DtlsInputSegment * self, GstEvent * gap)
{
  GstClockTime time, duration;
  GstEvent *restamped = NULL;
  GstGapFlags flags;

  if (self->is_running_time)
    return gap;
  gst_event_parse_gap (gap, &time, &duration);
  gst_event_parse_gap_flags (gap, &flags);
  gst_event_unref (gap);
  time = dtls_input_segment_running_time (self, time);
  if (GST_CLOCK_TIME_IS_VALID (time)) {
    restamped = gst_event_new_gap (time, duration);
    gst_event_set_gap_flags (restamped, flags);
  }
  return restamped;
}
