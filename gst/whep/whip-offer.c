/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is proposed to a server that streams are published to.
 */
#include "config.h"

#include "whip-offer.h"

/* The first payload type that is free for all uses (RFC 3551 section 6). */
#define FIRST_DYNAMIC 96

/* What is understood of a receiver's reports. */
static const gchar *const video_feedback[] = {
  "nack", "nack pli", "ccm fir", "goog-remb", NULL
};

/* Two payload types an input: for its packets, and for them again. */
static gint
payload_type_of (const WhepCodec * codec, guint input)
{
  return codec->static_payload_type >= 0 ? codec->static_payload_type :
      (gint) (FIRST_DYNAMIC + 2 * input);
}

static WhepMedia *
media_new (const WhepFormat * format, guint input, guint section)
{
  WhepMedia *media = g_new0 (WhepMedia, 1);
  gboolean video = g_str_equal (format->codec->media, "video");

  media->kind = g_strdup (format->codec->media);
  media->proto = g_strdup ("UDP/TLS/RTP/SAVPF");
  media->mid = g_strdup_printf ("%u", section);
  media->input = input;
  media->codec = format->codec;
  media->payload_type = payload_type_of (format->codec, input);
  media->first_format = g_strdup_printf ("%d", media->payload_type);
  media->fmtp = whep_format_new_fmtp (format);
  media->rtx_payload_type = video ? (gint) (FIRST_DYNAMIC + 2 * input + 1) : -1;
  media->feedback = video ? g_strdupv ((gchar **) video_feedback) : NULL;
  return media;
}

GPtrArray *
whip_offer_new (const WhepFormat * formats, guint n_formats)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (whep_media_free);

  for (guint i = 0; i < n_formats; i++) {
    if (formats[i].codec)
      g_ptr_array_add (all, media_new (&formats[i], i, all->len));
  }
  return all;
}
