/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The media formats that can be served. A codec is one row of a table; only
 * of video but VP8 the profile decides whether a payload type fits.
 */
#include "config.h"

#include "whep-format.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

/* AV1: its payloader is in gst-plugins-rs, which not everybody has. */
static const WhepCodec codecs[] = {
  {"video", "VP8", 90000, 0, "video/x-vp8", NULL, "rtpvp8pay", NULL, NULL, -1},
  {"video", "VP9", 90000, 0, "video/x-vp9", "profile=(string)0",
      "rtpvp9pay", NULL, NULL, -1},
  {"video", "H264", 90000, 0, "video/x-h264",
        "profile=(string){constrained-baseline,baseline,main,"
        "constrained-high,progressive-high,high}", "rtph264pay", "h264parse",
      "video/x-h264,stream-format=byte-stream,alignment=au", -1},
  {"video", "AV1", 90000, 0, "video/x-av1", "profile=(string)main",
        "rtpav1pay", "av1parse",
      "video/x-av1,parsed=true,stream-format=obu-stream,alignment=tu", -1},
  {"audio", "opus", 48000, 2, "audio/x-opus", NULL, "rtpopuspay", NULL, NULL,
      -1},
  {"audio", "PCMU", 8000, 0, "audio/x-mulaw", "rate=8000,channels=1",
      "rtppcmupay", NULL, NULL, 0},
  {"audio", "PCMA", 8000, 0, "audio/x-alaw", "rate=8000,channels=1",
      "rtppcmapay", NULL, NULL, 8},
};

/* As of the codec's name in caps; the index is the profile. */
static const gchar *const av1_profiles[] = {
  "main", "high", "professional", NULL
};

static const WhepCodec *
codec_from_caps_name (const gchar * name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (g_str_equal (name, codecs[i].caps))
      return &codecs[i];
  }
  return NULL;
}

/* VP9 has digits for it, AV1 names. */
static gint
profile_from_name (const gchar * name)
{
  if (name && g_ascii_isdigit (name[0]))
    return atoi (name);
  for (gint i = 0; name && av1_profiles[i]; i++) {
    if (g_str_equal (name, av1_profiles[i]))
      return i;
  }
  return 0;
}

WhepFormat
whep_format_from_caps (const GstCaps * caps)
{
  WhepFormat format = { NULL, };

  if (!caps || !gst_caps_is_fixed (caps))
    return format;
  const GstStructure *s = gst_caps_get_structure (caps, 0);

  format.codec = codec_from_caps_name (gst_structure_get_name (s));
  gst_structure_get_int (s, "channels", &format.channels);
  const gchar *profile = gst_structure_get_string (s, "profile");
  format.h264_profile = whep_h264_profile_from_name (profile);
  format.profile = profile_from_name (profile);
  return format;
}

gboolean
whep_format_equal (const WhepFormat * a, const WhepFormat * b)
{
  return a->codec == b->codec && a->h264_profile == b->h264_profile
      && a->profile == b->profile && a->channels == b->channels;
}

static GstCaps *
caps_of_media (const gchar * media)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    g_autofree gchar *text = g_strjoin (",", codecs[i].caps,
        codecs[i].limits, NULL);

    if (g_str_equal (codecs[i].media, media))
      gst_caps_append (caps, gst_caps_from_string (text));
  }
  return caps;
}

static gboolean
check_element (const WhepCodec * codec, const gchar * name, GError ** error)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  if (factory)
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
      _("To serve %s, the element %s is needed, which is not installed. "
          "Install the GStreamer plugins that have it, or encode to VP8."),
      codec->encoding, name);
  return FALSE;
}

gboolean
whep_codec_check (const WhepCodec * codec, GError ** error)
{
  return check_element (codec, codec->payloader, error)
      && (!codec->parser || check_element (codec, codec->parser, error));
}

GstCaps *
whep_format_video_caps (void)
{
  return caps_of_media ("video");
}

GstCaps *
whep_format_audio_caps (void)
{
  return caps_of_media ("audio");
}

/* The value of an a=NAME:PT line, without the payload type. */
static const gchar *
attribute_of_payload_type (const GstSDPMedia * media, const gchar * name,
    gint payload_type)
{
  const gchar *value;

  for (guint i = 0; (value =
          gst_sdp_media_get_attribute_val_n (media, name, i)); i++) {
    gchar *end;

    if (g_ascii_isdigit (value[0])
        && (gint) strtol (value, &end, 10) == payload_type && *end == ' ')
      return end + 1;
  }
  return NULL;
}

/* One parameter of a=fmtp, NULL where it is not there. */
static gchar *
fmtp_parameter (const GstSDPMedia * media, gint payload_type,
    const gchar * name)
{
  const gchar *fmtp = attribute_of_payload_type (media, "fmtp", payload_type);
  gchar *found = NULL;

  if (!fmtp)
    return NULL;
  gchar **parameters = g_strsplit (fmtp, ";", 32);
  for (gchar ** p = parameters; *p && !found; p++) {
    gchar *value = strchr (g_strstrip (*p), '=');

    if (!value)
      continue;
    *value++ = '\0';
    if (g_ascii_strcasecmp (*p, name) == 0)
      found = g_strdup (value);
  }
  g_strfreev (parameters);
  return found;
}

/* "VP8/90000" or "opus/48000/2"; a parameter of 1 channel may be left out. */
static gboolean
codec_matches_rtpmap (const WhepCodec * codec, const gchar * rtpmap)
{
  gchar **parts = g_strsplit (rtpmap, "/", 4);
  guint n = g_strv_length (parts);
  gboolean matches = n >= 2
      && g_ascii_strcasecmp (parts[0], codec->encoding) == 0
      && g_ascii_strtoull (parts[1], NULL, 10) == codec->clock_rate
      && (n < 3 ? codec->channels == 0
      : g_ascii_strtoull (parts[2], NULL, 10) == MAX (codec->channels, 1));

  g_strfreev (parts);
  return matches;
}

static gboolean
codec_has_payload_type (const WhepCodec * codec, const GstSDPMedia * media,
    gint payload_type)
{
  const gchar *rtpmap =
      attribute_of_payload_type (media, "rtpmap", payload_type);

  if (rtpmap)
    return codec_matches_rtpmap (codec, rtpmap);
  return payload_type == codec->static_payload_type;
}

/*
 * The profile that a payload type of H.264 stands for. Packetization mode 1 is
 * a must, because pictures do not fit into single NAL unit packets.
 */
static WhepH264Profile
h264_offered_profile (const GstSDPMedia * media, gint payload_type, gchar ** id)
{
  g_autofree gchar *mode =
      fmtp_parameter (media, payload_type, "packetization-mode");

  *id = fmtp_parameter (media, payload_type, "profile-level-id");
  if (g_strcmp0 (mode, "1") != 0)
    return WHEP_H264_UNKNOWN;
  /* RFC 6184 section 8.1: Baseline at level 1 when there is none. */
  return *id ? whep_h264_profile_from_id (*id) : WHEP_H264_BASELINE;
}

static gboolean
h264_is_decoded_by_any (WhepH264Profile stream, const GstSDPMedia * media)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
    gint payload_type = atoi (gst_sdp_media_get_format (media, i));
    g_autofree gchar *id = NULL;

    if (whep_h264_decodes (h264_offered_profile (media, payload_type, &id),
            stream))
      return TRUE;
  }
  return FALSE;
}

/*
 * How well a payload type's decoder suits an H.264 stream: 0 not at all, more
 * is better, and the stream's own profile is best.
 *
 * Chromium offers High 4:4:4 Predictive, of which High is a part, but decodes
 * nothing under that payload type. Under one of a lesser profile it decodes
 * High all the same.
 */
static guint
h264_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, gchar ** fmtp)
{
  WhepH264Profile stream = format->h264_profile;
  g_autofree gchar *id = NULL;
  WhepH264Profile offered = h264_offered_profile (media, payload_type, &id);

  if (offered == WHEP_H264_UNKNOWN)
    return 0;
  *fmtp = g_strdup_printf ("level-asymmetry-allowed=1;packetization-mode=1;"
      "profile-level-id=%s", id ? id : "42000a");
  if (offered == stream)
    return 100;
  if (offered != WHEP_H264_HIGH_444 && whep_h264_decodes (offered, stream))
    return 50 - offered;
  if (!h264_is_decoded_by_any (stream, media))
    return 0;
  return offered == WHEP_H264_HIGH_444 ? 1 : 10 + offered;
}

/* A decoder of one profile of VP9 or AV1 takes streams of that one. */
static guint
profile_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, const gchar * parameter)
{
  g_autofree gchar *id = fmtp_parameter (media, payload_type, parameter);

  return (id ? atoi (id) : 0) == format->profile;
}

static guint
vp9_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, gchar ** fmtp)
{
  *fmtp = g_strdup_printf ("profile-id=%d", format->profile);
  return profile_suits (format, media, payload_type, "profile-id");
}

/* AV1 RTP specification, section 7.2: level and tier are those of the offer,
 * which is what the viewer decodes. */
static guint
av1_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, gchar ** fmtp)
{
  *fmtp = g_strdup (attribute_of_payload_type (media, "fmtp", payload_type));
  return profile_suits (format, media, payload_type, "profile");
}

static gchar *
opus_fmtp (const WhepFormat * format)
{
  return g_strdup (format->channels == 2 ?
      "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1" :
      "minptime=10;useinbandfec=1");
}

static guint
format_suits (const WhepFormat * format, const GstSDPMedia * media,
    gint payload_type, gchar ** fmtp)
{
  const gchar *encoding = format->codec->encoding;

  if (g_str_equal (encoding, "H264"))
    return h264_suits (format, media, payload_type, fmtp);
  if (g_str_equal (encoding, "VP9"))
    return vp9_suits (format, media, payload_type, fmtp);
  if (g_str_equal (encoding, "AV1"))
    return av1_suits (format, media, payload_type, fmtp);
  if (g_str_equal (encoding, "opus"))
    *fmtp = opus_fmtp (format);
  return 1;
}

/* An RTP payload type that a=rtcp-mux leaves usable (RFC 5761 section 4). */
static gint
parse_payload_type (const gchar * text)
{
  gchar *end;
  guint64 value = g_ascii_strtoull (text, &end, 10);

  if (!g_ascii_isdigit (text[0]) || *end != '\0' || value > 127
      || (value >= 64 && value < 96))
    return -1;
  return value;
}

gint
whep_format_find_payload_type (const WhepFormat * format,
    const GstSDPMedia * media, gchar ** fmtp)
{
  guint best = 0;
  gint found = -1;

  *fmtp = NULL;
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
    gint payload_type =
        parse_payload_type (gst_sdp_media_get_format (media, i));
    g_autofree gchar *parameters = NULL;

    if (payload_type < 0
        || !codec_has_payload_type (format->codec, media, payload_type))
      continue;
    guint suits = format_suits (format, media, payload_type, &parameters);
    if (suits > best) {
      best = suits;
      found = payload_type;
      g_free (*fmtp);
      *fmtp = g_steal_pointer (&parameters);
    }
  }
  return found;
}

gchar *
whep_format_new_fmtp (const WhepFormat * format)
{
  const gchar *encoding = format->codec->encoding;

  if (g_str_equal (encoding, "H264"))
    return g_strdup_printf ("level-asymmetry-allowed=1;packetization-mode=1;"
        "profile-level-id=%s", whep_h264_profile_to_id (format->h264_profile));
  if (g_str_equal (encoding, "VP9"))
    return g_strdup_printf ("profile-id=%d", format->profile);
  if (g_str_equal (encoding, "AV1"))
    return g_strdup_printf ("profile=%d", format->profile);
  if (g_str_equal (encoding, "opus"))
    return opus_fmtp (format);
  return NULL;
}

gint
whep_format_find_rtx (const GstSDPMedia * media, gint payload_type)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
    gint candidate = parse_payload_type (gst_sdp_media_get_format (media, i));
    const gchar *rtpmap = candidate < 0 ? NULL :
        attribute_of_payload_type (media, "rtpmap", candidate);

    if (!rtpmap || g_ascii_strncasecmp (rtpmap, "rtx/", 4) != 0)
      continue;
    g_autofree gchar *apt = fmtp_parameter (media, candidate, "apt");
    if (apt && parse_payload_type (apt) == payload_type)
      return candidate;
  }
  return -1;
}
