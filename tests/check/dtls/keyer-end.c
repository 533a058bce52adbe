/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See keyer-end.h.
 */
#include "config.h"

#include "keyer-end.h"

void
end_open (End * self, const gchar * id)
{
  self->stop = FALSE;
  self->link = dtls_link_obtain (id);
  self->element = gst_element_factory_make ("srtpkeyer", NULL);
  g_object_set (self->element, "connection-id", id, NULL);
  self->rtp = gst_harness_new_with_element (self->element, "rtp_sink_0", "src");
  self->rtcp = gst_harness_new_with_element (self->element, "rtcp_sink_0",
      NULL);
  self->net = gst_harness_new_with_element (self->element, "sink", NULL);
  self->rtp_out = gst_harness_new_with_element (self->element, NULL, "rtp_src");
  self->rtcp_out = gst_harness_new_with_element (self->element, NULL,
      "rtcp_src");
  gst_harness_set_src_caps_str (self->rtp, "application/x-rtp");
  gst_harness_set_src_caps_str (self->rtcp, "application/x-rtcp");
  gst_harness_set_src_caps_str (self->net,
      "application/x-srtp, payload=96, clock-rate=90000, srtp-auth=null");
}

void
end_close (End * self)
{
  gst_harness_teardown (self->rtcp_out);
  gst_harness_teardown (self->rtp_out);
  gst_harness_teardown (self->net);
  gst_harness_teardown (self->rtcp);
  gst_harness_teardown (self->rtp);
  gst_object_unref (self->element);
  g_object_unref (self->link);
}

void
end_open_keyed_pair (End * a, End * b)
{
  end_open (a, "a");
  end_open (b, "b");
  media_give_keys (a->link, GCM, 1, 2);
  media_give_keys (b->link, GCM, 2, 1);
}

guint64
end_count (End * self, const gchar * side, const gchar * inner,
    const gchar * name)
{
  GstStructure *stats = NULL;
  guint64 count;

  g_object_get (self->element, "stats", &stats, NULL);
  count = media_count (gst_value_get_structure (gst_structure_get_value
          (stats, side)), inner, name);
  gst_structure_free (stats);
  return count;
}

void
end_carry (End * from, End * to)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (from->rtp)) != NULL)
    g_assert_cmpint (gst_harness_push (to->net, buffer), ==, GST_FLOW_OK);
}

GstBuffer *
end_protect_rtp (End * self, guint16 seq)
{
  g_assert_cmpint (gst_harness_push (self->rtp, media_rtp (seq, 1)), ==,
      GST_FLOW_OK);
  return gst_harness_pull (self->rtp);
}

gboolean
end_takes (End * self, GstBuffer * buffer)
{
  g_assert_cmpint (gst_harness_push (self->net, buffer), ==, GST_FLOW_OK);
  buffer = gst_harness_try_pull (self->rtp_out);
  if (buffer == NULL)
    return FALSE;
  g_assert_true (media_is_clear (buffer));
  gst_buffer_unref (buffer);
  return TRUE;
}
