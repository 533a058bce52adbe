/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our SDP, written with GstSDP. All sections that carry a stream share one
 * transport, which is described in each of them.
 */
#include "config.h"

#include "whep-description.h"

static void
add (GstSDPMedia * section, const gchar * name, const gchar * value)
{
  gst_sdp_media_add_attribute (section, name, value);
}

static void
G_GNUC_PRINTF (3, 4)
addf (GstSDPMedia * section, const gchar * name, const gchar * format, ...)
{
  va_list args;
  g_autofree gchar *value = NULL;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  add (section, name, value);
}

static gboolean
uses_rtx (const WhepMedia * media, const WhepLocal * local)
{
  return local->rtx_ssrcs && media->rtx_payload_type >= 0;
}

static void
add_transport (GstSDPMedia * section, const WhepLocal * local)
{
  add (section, "ice-ufrag", local->ice_ufrag);
  add (section, "ice-pwd", local->ice_pwd);
  add (section, "fingerprint", local->fingerprint);
  add (section, "setup", local->setup);
  for (const gchar * const *c = local->candidates; *c; c++) {
    const gchar *value = g_str_has_prefix (*c, "candidate:") ?
        *c + sizeof "candidate:" - 1 : *c;

    add (section, "candidate", value);
  }
  add (section, "end-of-candidates", NULL);
}

static void
add_codec (GstSDPMedia * section, const WhepMedia * media,
    const WhepLocal * local)
{
  const WhepCodec *codec = media->codec;

  if (codec->channels > 0)
    addf (section, "rtpmap", "%d %s/%u/%u", media->payload_type,
        codec->encoding, codec->clock_rate, codec->channels);
  else
    addf (section, "rtpmap", "%d %s/%u", media->payload_type, codec->encoding,
        codec->clock_rate);
  if (media->fmtp)
    addf (section, "fmtp", "%d %s", media->payload_type, media->fmtp);
  for (gchar ** f = media->feedback; f && *f; f++)
    addf (section, "rtcp-fb", "%d %s", media->payload_type, *f);
  if (uses_rtx (media, local)) {
    addf (section, "rtpmap", "%d rtx/%u", media->rtx_payload_type,
        codec->clock_rate);
    addf (section, "fmtp", "%d apt=%d", media->rtx_payload_type,
        media->payload_type);
  }
}

static void
add_sources (GstSDPMedia * section, const WhepMedia * media,
    const WhepLocal * local)
{
  guint32 ssrc = local->ssrcs[media->input];

  addf (section, "msid", "%s %s-%d", local->stream_id, media->kind,
      media->input);
  if (uses_rtx (media, local))
    addf (section, "ssrc-group", "FID %u %u", ssrc,
        local->rtx_ssrcs[media->input]);
  addf (section, "ssrc", "%u cname:%s", ssrc, local->cname);
  if (uses_rtx (media, local))
    addf (section, "ssrc", "%u cname:%s", local->rtx_ssrcs[media->input],
        local->cname);
}

static void
add_accepted (GstSDPMedia * section, const WhepMedia * media,
    const WhepLocal * local)
{
  g_autofree gchar *format = g_strdup_printf ("%d", media->payload_type);

  gst_sdp_media_set_port_info (section, 9, 1);
  gst_sdp_media_add_format (section, format);
  if (uses_rtx (media, local)) {
    g_autofree gchar *rtx = g_strdup_printf ("%d", media->rtx_payload_type);

    gst_sdp_media_add_format (section, rtx);
  }
  gst_sdp_media_add_connection (section, "IN", "IP4", "0.0.0.0", 0, 0);
  add_transport (section, local);
  if (media->mid)
    add (section, "mid", media->mid);
  add (section, "sendonly", NULL);
  add (section, "rtcp-mux", NULL);
  add_codec (section, media, local);
  add_sources (section, media, local);
}

static void
add_rejected (GstSDPMedia * section, const WhepMedia * media)
{
  gst_sdp_media_set_port_info (section, 0, 1);
  gst_sdp_media_add_format (section, media->first_format);
  gst_sdp_media_add_connection (section, "IN", "IP4", "0.0.0.0", 0, 0);
  if (media->mid)
    add (section, "mid", media->mid);
  add (section, "inactive", NULL);
}

static void
add_group (GstSDPMessage * sdp, const GPtrArray * all)
{
  g_autoptr (GString) group = g_string_new ("BUNDLE");

  for (guint i = 0; i < all->len; i++) {
    const WhepMedia *media = g_ptr_array_index (all, i);

    if (media->input >= 0 && media->mid)
      g_string_append_printf (group, " %s", media->mid);
  }
  if (group->len > sizeof "BUNDLE" - 1)
    gst_sdp_message_add_attribute (sdp, "group", group->str);
}

gchar *
whep_description_new (const GPtrArray * all, const WhepLocal * local)
{
  GstSDPMessage *sdp;
  g_autofree gchar *id =
      g_strdup_printf ("%" G_GUINT64_FORMAT, local->session_id >> 1);
  gchar *text;

  gst_sdp_message_new (&sdp);
  gst_sdp_message_set_version (sdp, "0");
  gst_sdp_message_set_origin (sdp, "-", id, "1", "IN", "IP4", "127.0.0.1");
  gst_sdp_message_set_session_name (sdp, "-");
  gst_sdp_message_add_time (sdp, "0", "0", NULL);
  add_group (sdp, all);
  gst_sdp_message_add_attribute (sdp, "msid-semantic", " WMS *");

  for (guint i = 0; i < all->len; i++) {
    const WhepMedia *media = g_ptr_array_index (all, i);
    GstSDPMedia *section;

    gst_sdp_media_new (&section);
    gst_sdp_media_set_media (section, media->kind);
    gst_sdp_media_set_proto (section, media->proto);
    if (media->input >= 0)
      add_accepted (section, media, local);
    else
      add_rejected (section, media);
    gst_sdp_message_add_media (sdp, section);
    gst_sdp_media_free (section);
  }
  text = gst_sdp_message_as_text (sdp);
  gst_sdp_message_free (sdp);
  return text;
}
