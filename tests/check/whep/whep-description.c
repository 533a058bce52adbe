/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers to real offers: what is in them, and what must not be.
 */
#include "config.h"

#include "whep/whep-description.h"

#include "offers.h"

static WhepFormat formats[2];
static const gchar *const candidates[] = {
  "candidate:1 1 UDP 2015363327 192.0.2.1 40000 typ host", NULL
};

static const guint32 ssrcs[] = { 1111, 2222 };
static const guint32 rtx_ssrcs[] = { 3333, 4444 };

static WhepLocal
local_new (void)
{
  WhepLocal local = {
    .session_id = 42,.setup = "passive",.ice_ufrag = "ufrag",.ice_pwd = "pwd",
    .fingerprint = "sha-256 AA:BB",.candidates = candidates,
    .cname = "name",.stream_id = "stream",.ssrcs = ssrcs,
  };

  return local;
}

static GstSDPMessage *
answer_of (const gchar * offer_text, const WhepLocal * local)
{
  GError *error = NULL;
  g_autoptr (WhepOffer) offer = whep_offer_parse (offer_text,
      strlen (offer_text), formats, G_N_ELEMENTS (formats), &error);
  GstSDPMessage *sdp;

  g_assert_no_error (error);
  g_autofree gchar *answer = whep_description_new (offer->media, local);
  gst_sdp_message_new (&sdp);
  g_assert_cmpint (gst_sdp_message_parse_buffer ((guint8 *) answer,
          strlen (answer), sdp), ==, GST_SDP_OK);
  return sdp;
}

static void
assert_attribute (const GstSDPMedia * section, const gchar * name,
    const gchar * value)
{
  g_assert_cmpstr (gst_sdp_media_get_attribute_val (section, name), ==, value);
}

static void
test_chromium (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  WhepLocal local = local_new ();
  GstSDPMessage *sdp = answer_of (text, &local);
  const GstSDPMedia *video = gst_sdp_message_get_media (sdp, 0);
  const GstSDPMedia *audio = gst_sdp_message_get_media (sdp, 1);

  g_assert_cmpuint (gst_sdp_message_medias_len (sdp), ==, 2);
  g_assert_cmpstr (gst_sdp_message_get_attribute_val (sdp, "group"), ==,
      "BUNDLE 0 1");
  g_assert_cmpuint (gst_sdp_media_get_port (video), ==, 9);
  g_assert_cmpuint (gst_sdp_media_formats_len (video), ==, 1);
  g_assert_cmpstr (gst_sdp_media_get_format (video, 0), ==, "96");
  assert_attribute (video, "mid", "0");
  assert_attribute (video, "setup", "passive");
  assert_attribute (video, "fingerprint", "sha-256 AA:BB");
  assert_attribute (video, "ice-ufrag", "ufrag");
  assert_attribute (video, "ice-pwd", "pwd");
  assert_attribute (video, "candidate", candidates[0] + 10);
  assert_attribute (video, "rtpmap", "96 VP8/90000");
  assert_attribute (video, "rtcp-fb", "96 goog-remb");
  assert_attribute (video, "ssrc", "1111 cname:name");
  assert_attribute (video, "msid", "stream video-0");
  g_assert_nonnull (gst_sdp_media_get_attribute_val (video, "sendonly"));
  g_assert_nonnull (gst_sdp_media_get_attribute_val (video, "rtcp-mux"));
  assert_attribute (audio, "rtpmap", "111 opus/48000/2");
  assert_attribute (audio, "ssrc", "2222 cname:name");
  assert_attribute (audio, "msid", "stream audio-1");
  gst_sdp_message_free (sdp);
}

static void
test_retransmission (void)
{
  g_autofree gchar *text = offer_load ("firefox.sdp");
  WhepLocal local = local_new ();
  GstSDPMessage *sdp;
  const GstSDPMedia *video;

  local.rtx_ssrcs = rtx_ssrcs;
  sdp = answer_of (text, &local);
  video = gst_sdp_message_get_media (sdp, 0);
  g_assert_cmpstr (gst_sdp_media_get_format (video, 1), ==, "124");
  g_assert_cmpstr (gst_sdp_media_get_attribute_val_n (video, "rtpmap", 1), ==,
      "124 rtx/90000");
  assert_attribute (video, "ssrc-group", "FID 1111 3333");
  assert_attribute (gst_sdp_message_get_media (sdp, 1), "ssrc-group", NULL);
  gst_sdp_message_free (sdp);
}

static void
test_roles (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  WhepLocal local = local_new ();
  GstSDPMessage *sdp;

  local.setup = "active";
  sdp = answer_of (text, &local);
  assert_attribute (gst_sdp_message_get_media (sdp, 0), "setup", "active");
  gst_sdp_message_free (sdp);
}

static void
test_rejected_sections (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autofree gchar *offer = offer_replace (text, " VP8/90000", " XY8/90000");
  WhepLocal local = local_new ();
  GstSDPMessage *sdp = answer_of (offer, &local);
  const GstSDPMedia *video = gst_sdp_message_get_media (sdp, 0);

  g_assert_cmpuint (gst_sdp_message_medias_len (sdp), ==, 2);
  g_assert_cmpuint (gst_sdp_media_get_port (video), ==, 0);
  assert_attribute (video, "mid", "0");
  assert_attribute (video, "fingerprint", NULL);
  assert_attribute (video, "candidate", NULL);
  g_assert_cmpstr (gst_sdp_message_get_attribute_val (sdp, "group"), ==,
      "BUNDLE 1");
  gst_sdp_message_free (sdp);
}

/* What a stranger writes comes back only where it is a token. */
static void
test_nothing_is_smuggled_in (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autofree gchar *offer =
      offer_replace (text, "a=mid:0", "a=mid:0 x<script>");
  WhepLocal local = local_new ();
  GstSDPMessage *sdp = answer_of (offer, &local);

  assert_attribute (gst_sdp_message_get_media (sdp, 0), "mid", NULL);
  gst_sdp_message_free (sdp);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8");
  g_autoptr (GstCaps) opus = gst_caps_from_string ("audio/x-opus");
  formats[0] = whep_format_from_caps (vp8);
  formats[1] = whep_format_from_caps (opus);

  g_test_add_func ("/whep/description/chromium", test_chromium);
  g_test_add_func ("/whep/description/retransmission", test_retransmission);
  g_test_add_func ("/whep/description/roles", test_roles);
  g_test_add_func ("/whep/description/rejected-sections",
      test_rejected_sections);
  g_test_add_func ("/whep/description/nothing-is-smuggled-in",
      test_nothing_is_smuggled_in);
  return g_test_run ();
}
