/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The media formats that can be served: what their caps look like, what SDP
 * calls them, what payloads them, and which offered payload type can carry a
 * given stream.
 */
#ifndef WHEP_FORMAT_H
#define WHEP_FORMAT_H

#include <gst/gst.h>
#include <gst/sdp/sdp.h>

#include "whep-h264.h"

G_BEGIN_DECLS

/**
 * WhepCodec:
 * @media: "audio" or "video", as in an m= line
 * @encoding: the encoding name of a=rtpmap, compared without case
 * @clock_rate: RTP clock rate in Hz
 * @channels: the encoding parameter of a=rtpmap; 0 for none
 * @caps: the media type in caps
 * @limits: (nullable): fields of caps that say what of it any browser plays,
 *   so that an encoder chooses such a thing
 * @payloader: factory name of the element that makes RTP packets of it
 * @parser: (nullable): factory name of the element that makes of whatever
 *   form of it what the payloader and the viewers need
 * @parsed: (nullable): caps behind the parser
 * @static_payload_type: of RFC 3551, -1 for none
 */
typedef struct
{
  const gchar *media;
  const gchar *encoding;
  guint clock_rate;
  guint channels;
  const gchar *caps;
  const gchar *limits;
  const gchar *payloader;
  const gchar *parser;
  const gchar *parsed;
  gint static_payload_type;
} WhepCodec;

/**
 * WhepFormat:
 * @codec: (nullable): %NULL as long as the stream has no caps
 * @h264_profile: of the stream, when known
 * @profile: of VP9 or AV1, 0 to 3; 0 when not known
 * @channels: of audio, 0 when not known
 *
 * Plain value, copied by assignment.
 */
typedef struct
{
  const WhepCodec *codec;
  WhepH264Profile h264_profile;
  gint profile;
  gint channels;
} WhepFormat;

/**
 * whep_format_from_caps:
 * @caps: (nullable): of an input
 *
 * Returns: the format; without a codec where @caps are none we serve.
 */
WhepFormat whep_format_from_caps (const GstCaps * caps);

/** whep_format_equal: whether both are the same for those who receive them. */
gboolean whep_format_equal (const WhepFormat * a, const WhepFormat * b);

/**
 * whep_codec_check:
 * @error: (out): names the element that is missing and where it comes from
 *
 * Returns: whether this installation of GStreamer has what @codec needs.
 */
gboolean whep_codec_check (const WhepCodec * codec, GError ** error);

/**
 * whep_format_video_caps:
 *
 * A field that is not in an input's caps is no reason to refuse them.
 *
 * Returns: (transfer full): what a video input accepts.
 */
GstCaps *whep_format_video_caps (void);

/** whep_format_audio_caps: the same for an audio input. */
GstCaps *whep_format_audio_caps (void);

/**
 * whep_format_find_payload_type:
 * @format: a stream, with a codec
 * @media: an m= section of an offer
 * @fmtp: (out) (transfer full) (nullable): the format parameters to answer
 *
 * The level of H.264 is not looked at: it says what a decoder guarantees, and
 * browsers state 3.1 while they decode far more.
 *
 * Returns: the payload type of @media that can carry @format, -1 for none.
 */
gint whep_format_find_payload_type (const WhepFormat * format,
    const GstSDPMedia * media, gchar ** fmtp);

/**
 * whep_format_new_fmtp:
 * @format: a stream, with a codec
 *
 * Returns: (transfer full) (nullable): the format parameters to offer it with.
 */
gchar *whep_format_new_fmtp (const WhepFormat * format);

/**
 * whep_format_find_rtx:
 *
 * Returns: the payload type in @media that repeats @payload_type's packets
 * (RFC 4588), -1 for none.
 */
gint whep_format_find_rtx (const GstSDPMedia * media, gint payload_type);

G_END_DECLS

#endif
