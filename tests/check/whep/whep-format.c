/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which offered payload type carries which stream.
 */
#include "config.h"

#include "whep/whep-format.h"

#include <string.h>

static WhepFormat
format_of (const gchar * caps_text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_text);

  return whep_format_from_caps (caps);
}

/* A section with the payload types of @formats and the given attributes. */
static GstSDPMedia *
section_new (const gchar * formats, const gchar * const *attributes)
{
  GstSDPMedia *section;
  gchar **words = g_strsplit (formats, " ", -1);

  gst_sdp_media_new (&section);
  for (gchar ** w = words; *w; w++)
    gst_sdp_media_add_format (section, *w);
  g_strfreev (words);
  for (; *attributes; attributes += 2)
    gst_sdp_media_add_attribute (section, attributes[0], attributes[1]);
  return section;
}

static void
assert_payload_type (const gchar * caps, const gchar * formats,
    const gchar * const *attributes, gint expected, const gchar * fmtp)
{
  WhepFormat format = format_of (caps);
  GstSDPMedia *section = section_new (formats, attributes);
  g_autofree gchar *parameters = NULL;

  g_assert_nonnull (format.codec);
  g_assert_cmpint (whep_format_find_payload_type (&format, section,
          &parameters), ==, expected);
  g_assert_cmpstr (parameters, ==, fmtp);
  gst_sdp_media_free (section);
}

static void
test_caps (void)
{
  g_assert_cmpstr (format_of ("video/x-vp8").codec->encoding, ==, "VP8");
  g_assert_cmpstr (format_of ("audio/x-mulaw").codec->encoding, ==, "PCMU");
  g_assert_null (format_of ("video/x-raw, format=I420").codec);
  g_assert_null (whep_format_from_caps (NULL).codec);
  g_assert_cmpint (format_of ("audio/x-opus, channels=2").channels, ==, 2);
  g_assert_cmpint (format_of ("video/x-vp9, profile=(string)2").profile, ==, 2);
  g_assert_cmpint (format_of ("video/x-av1, profile=high").profile, ==, 1);
  g_assert_cmpint (format_of ("video/x-av1").profile, ==, 0);
  g_assert_cmpint (format_of ("video/x-h264, profile=high").h264_profile, ==,
      WHEP_H264_HIGH);
  g_assert_cmpint (format_of ("video/x-h264, profile=high-10").h264_profile,
      ==, WHEP_H264_UNKNOWN);
}

static void
test_input_caps (void)
{
  g_autoptr (GstCaps) video = whep_format_video_caps ();
  g_autoptr (GstCaps) audio = whep_format_audio_caps ();
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8, width=1");
  g_autoptr (GstCaps) opus = gst_caps_from_string ("audio/x-opus, rate=1");

  g_assert_true (gst_caps_can_intersect (video, vp8));
  g_assert_false (gst_caps_can_intersect (audio, vp8));
  g_assert_true (gst_caps_can_intersect (audio, opus));
  /* What no browser plays, an encoder must not choose. */
  g_autoptr (GstCaps) deep =
      gst_caps_from_string ("video/x-vp9, profile=(string)3");
  g_autoptr (GstCaps) h264 = gst_caps_from_string ("video/x-h264");
  g_autoptr (GstCaps) full =
      gst_caps_from_string ("video/x-h264, profile=high-4:4:4");
  g_assert_false (gst_caps_can_intersect (video, deep));
  g_assert_true (gst_caps_can_intersect (video, h264));
  g_assert_false (gst_caps_can_intersect (video, full));
}

static const gchar *const h264_attributes[] = {
  "rtpmap", "102 H264/90000",
  "fmtp", "102 packetization-mode=0;profile-level-id=42e01f",
  "rtpmap", "103 H264/90000",
  "fmtp", "103 profile-level-id=42e01f; packetization-mode=1",
  "rtpmap", "104 H264/90000",
  "fmtp", "104 packetization-mode=1;profile-level-id=4d001f",
  NULL
};

static void
test_h264 (void)
{
#define FMTP "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
  assert_payload_type ("video/x-h264, profile=constrained-baseline",
      "102 103 104", h264_attributes, 103, FMTP "42e01f");
  assert_payload_type ("video/x-h264, profile=main", "102 103 104",
      h264_attributes, 104, FMTP "4d001f");
  /* A decoder of a richer profile takes the simpler stream. */
  assert_payload_type ("video/x-h264, profile=constrained-baseline",
      "102 104", h264_attributes, 104, FMTP "4d001f");
  /* As long as the profile is not known, the simplest decoder it is. */
  assert_payload_type ("video/x-h264", "104 103", h264_attributes, 103,
      FMTP "42e01f");
  assert_payload_type ("video/x-h264, profile=high", "102 103 104",
      h264_attributes, -1, NULL);
  assert_payload_type ("video/x-h264, profile=constrained-baseline", "102",
      h264_attributes, -1, NULL);
#undef FMTP
}

static void
test_vp9_profile (void)
{
  const gchar *const attributes[] = {
    "rtpmap", "98 VP9/90000", "fmtp", "98 profile-id=0",
    "rtpmap", "100 VP9/90000", "fmtp", "100 profile-id=2",
    NULL
  };

  assert_payload_type ("video/x-vp9", "98 100", attributes, 98, "profile-id=0");
  assert_payload_type ("video/x-vp9, profile=(string)2", "98 100", attributes,
      100, "profile-id=2");
  assert_payload_type ("video/x-vp9, profile=(string)1", "98 100", attributes,
      -1, NULL);
}

static void
test_h264_high (void)
{
#define FMTP "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
  const gchar *const attributes[] = {
    "rtpmap", "106 H264/90000",
    "fmtp", "106 packetization-mode=1;profile-level-id=42e01f",
    "rtpmap", "108 H264/90000",
    "fmtp", "108 packetization-mode=1;profile-level-id=640c1f",
    "rtpmap", "110 H264/90000",
    "fmtp", "110 packetization-mode=1;profile-level-id=64001f",
    "rtpmap", "112 H264/90000",
    "fmtp", "112 packetization-mode=0;profile-level-id=64001f",
    NULL
  };
  const gchar *all = "106 108 110 112";

  assert_payload_type ("video/x-h264, profile=high", all, attributes, 110,
      FMTP "64001f");
  assert_payload_type ("video/x-h264, profile=progressive-high", all,
      attributes, 110, FMTP "64001f");
  assert_payload_type ("video/x-h264, profile=constrained-high", all,
      attributes, 108, FMTP "640c1f");
  assert_payload_type ("video/x-h264, profile=constrained-baseline", all,
      attributes, 106, FMTP "42e01f");
  /* High may have what a decoder of Constrained High cannot decode. */
  assert_payload_type ("video/x-h264, profile=high", "106 108", attributes,
      -1, NULL);
  assert_payload_type ("video/x-h264, profile=high", "112", attributes, -1,
      NULL);
  /* A viewer that decodes more has no trouble, but not under that number. */
  const gchar *const chromium[] = {
    "rtpmap", "108 H264/90000",
    "fmtp", "108 packetization-mode=1;profile-level-id=42e01f",
    "rtpmap", "116 H264/90000",
    "fmtp", "116 packetization-mode=1;profile-level-id=4d001f",
    "rtpmap", "41 H264/90000",
    "fmtp", "41 packetization-mode=1;profile-level-id=f4001f",
    NULL
  };
  assert_payload_type ("video/x-h264, profile=high", "108 116 41", chromium,
      116, FMTP "4d001f");
  assert_payload_type ("video/x-h264, profile=high", "41", chromium, 41,
      FMTP "f4001f");
  assert_payload_type ("video/x-h264, profile=high", "108 116", chromium, -1,
      NULL);
#undef FMTP
}

static void
test_av1 (void)
{
  const gchar *const attributes[] = {
    "rtpmap", "45 AV1/90000", "fmtp", "45 level-idx=5;profile=0;tier=0",
    "rtpmap", "46 AV1/90000", "fmtp", "46 profile=1",
    "rtpmap", "47 AV1/90000",
    NULL
  };

  assert_payload_type ("video/x-av1, profile=main", "46 45", attributes, 45,
      "level-idx=5;profile=0;tier=0");
  assert_payload_type ("video/x-av1, profile=high", "45 46", attributes, 46,
      "profile=1");
  /* Main is what none means. */
  assert_payload_type ("video/x-av1", "47", attributes, 47, NULL);
  assert_payload_type ("video/x-av1, profile=professional", "45 46 47",
      attributes, -1, NULL);
}

static void
test_missing_element (void)
{
  WhepCodec codec = *format_of ("video/x-vp8").codec;
  g_autoptr (GError) error = NULL;

  g_assert_true (whep_codec_check (&codec, &error));
  g_assert_no_error (error);
  codec.parser = "no-such-parser";
  g_assert_false (whep_codec_check (&codec, &error));
  g_assert_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
  g_assert_nonnull (strstr (error->message, "no-such-parser"));
  g_clear_error (&error);
  codec.payloader = "no-such-payloader";
  g_assert_false (whep_codec_check (&codec, &error));
  g_assert_nonnull (strstr (error->message, "VP8"));
  g_assert_nonnull (strstr (error->message, "no-such-payloader"));
}

static void
test_audio (void)
{
  const gchar *const attributes[] = {
    "rtpmap", "111 OPUS/48000/2", "rtpmap", "112 opus/48000", NULL
  };
  const gchar *const none[] = { NULL };

  assert_payload_type ("audio/x-opus, channels=1", "112 111", attributes, 111,
      "minptime=10;useinbandfec=1");
  assert_payload_type ("audio/x-opus, channels=2", "111", attributes, 111,
      "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1");
  assert_payload_type ("audio/x-mulaw", "111 8 0", none, 0, NULL);
  assert_payload_type ("audio/x-alaw", "111 8 0", none, 8, NULL);
  assert_payload_type ("audio/x-alaw", "111", attributes, -1, NULL);
}

static void
test_payload_types_nobody_may_use (void)
{
  const gchar *const attributes[] = {
    "rtpmap", "72 VP8/90000", "rtpmap", "128 VP8/90000",
    "rtpmap", "-1 VP8/90000", "rtpmap", "96x VP8/90000",
    "rtpmap", "97 VP8/8000", NULL
  };

  assert_payload_type ("video/x-vp8", "72 128 -1 96x 96 97", attributes, -1,
      NULL);
}

static void
test_rtx (void)
{
  const gchar *const attributes[] = {
    "rtpmap", "97 rtx/90000", "fmtp", "97 apt=98",
    "rtpmap", "99 rtx/90000", "fmtp", "99 apt=96", NULL
  };
  GstSDPMedia *section = section_new ("96 97 98 99", attributes);

  g_assert_cmpint (whep_format_find_rtx (section, 96), ==, 99);
  g_assert_cmpint (whep_format_find_rtx (section, 98), ==, 97);
  g_assert_cmpint (whep_format_find_rtx (section, 100), ==, -1);
  gst_sdp_media_free (section);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/format/caps", test_caps);
  g_test_add_func ("/whep/format/input-caps", test_input_caps);
  g_test_add_func ("/whep/format/h264", test_h264);
  g_test_add_func ("/whep/format/h264-high", test_h264_high);
  g_test_add_func ("/whep/format/av1", test_av1);
  g_test_add_func ("/whep/format/missing-element", test_missing_element);
  g_test_add_func ("/whep/format/vp9-profile", test_vp9_profile);
  g_test_add_func ("/whep/format/audio", test_audio);
  g_test_add_func ("/whep/format/payload-types-nobody-may-use",
      test_payload_types_nobody_may_use);
  g_test_add_func ("/whep/format/rtx", test_rtx);
  return g_test_run ();
}
