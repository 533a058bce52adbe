/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See sticky-events.h.
 */
#include "config.h"

#include "sticky-events.h"

/* The fields of application/x-srtp that GStreamer's own srtp elements use. */
static const gchar *const srtp_fields[] = {
  "srtp-key", "srtp-cipher", "srtp-auth", "srtcp-cipher", "srtcp-auth", "roc",
  "mki", NULL
};

static gboolean
pad_has_sticky (GstPad * pad, GstEventType type)
{
  GstEvent *event = gst_pad_get_sticky_event (pad, type, 0);
  gboolean found = event != NULL;

  gst_clear_event (&event);
  return found;
}

GstEvent *
dtls_sticky_stream_start (GstPad * pad, GstEvent * upstream)
{
  g_autofree gchar *id = NULL;
  const gchar *upstream_id = "";
  GstEvent *event;
  guint group_id;

  if (upstream != NULL)
    gst_event_parse_stream_start (upstream, &upstream_id);
  id = g_strdup_printf ("%s/%s:%s", upstream_id, GST_DEBUG_PAD_NAME (pad));
  event = gst_event_new_stream_start (id);
  if (upstream == NULL || !gst_event_parse_group_id (upstream, &group_id))
    group_id = gst_util_group_id_next ();
  gst_event_set_group_id (event, group_id);
  return event;
}

void
dtls_sticky_ensure (GstPad * pad, GstCaps * caps, GstFormat format)
{
  GstSegment segment;

  if (!pad_has_sticky (pad, GST_EVENT_STREAM_START))
    gst_pad_push_event (pad, dtls_sticky_stream_start (pad, NULL));
  if (caps != NULL && !pad_has_sticky (pad, GST_EVENT_CAPS))
    gst_pad_push_event (pad, gst_event_new_caps (caps));
  if (format != GST_FORMAT_UNDEFINED
      && !pad_has_sticky (pad, GST_EVENT_SEGMENT)) {
    gst_segment_init (&segment, format);
    gst_pad_push_event (pad, gst_event_new_segment (&segment));
  }
}

GstCaps *
dtls_sticky_retarget_caps (GstCaps * caps, const gchar * media_type)
{
  GstStructure *fields = gst_structure_copy (gst_caps_get_structure (caps, 0));
  GstCaps *result = gst_caps_new_empty ();
  guint i;

  gst_structure_set_name (fields, media_type);
  for (i = 0; srtp_fields[i] != NULL; i++)
    gst_structure_remove_field (fields, srtp_fields[i]);
  gst_caps_append_structure (result, fields);
  return result;
}
