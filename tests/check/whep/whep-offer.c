/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is read from an offer, and which offers are refused with what status.
 */
#include "config.h"

#include "whep/whep-offer.h"

#include "offers.h"

static WhepFormat formats[2];

static WhepOffer *
parse (const gchar * text, GError ** error)
{
  return whep_offer_parse (text, strlen (text), formats,
      G_N_ELEMENTS (formats), error);
}

static WhepOffer *
parse_ok (const gchar * text)
{
  GError *error = NULL;
  WhepOffer *offer = parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (offer);
  return offer;
}

static void
assert_refused (const gchar * text, gint status, const gchar * word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (text, &error));
  g_assert_error (error, WHEP_ERROR, status);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_null (strchr (error->message, '\n'));
}

static const WhepMedia *
media_at (const WhepOffer * offer, guint i)
{
  return g_ptr_array_index (offer->media, i);
}

static void
test_chromium (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autoptr (WhepOffer) offer = parse_ok (text);
  const gchar *const feedback[] = {
    "goog-remb", "ccm fir", "nack", "nack pli", NULL
  };

  g_assert_cmpuint (offer->media->len, ==, 2);
  g_assert_cmpstr (offer->ice_ufrag, ==, "bIgv");
  g_assert_cmpstr (offer->ice_pwd, ==, "rCri4PEFwn//wbmnzBNk1l7/");
  g_assert_true (g_str_has_prefix (offer->fingerprints, "sha-256 92:D1:19:"));
  g_assert_true (offer->dtls_client);
  g_assert_cmpuint (g_strv_length (offer->candidates), ==, 2);

  g_assert_cmpstr (media_at (offer, 0)->mid, ==, "0");
  g_assert_cmpint (media_at (offer, 0)->input, ==, 0);
  g_assert_cmpint (media_at (offer, 0)->payload_type, ==, 96);
  g_assert_cmpint (media_at (offer, 0)->rtx_payload_type, ==, 97);
  g_assert_cmpstrv (media_at (offer, 0)->feedback, feedback);
  g_assert_cmpint (media_at (offer, 1)->input, ==, 1);
  g_assert_cmpint (media_at (offer, 1)->payload_type, ==, 111);
  g_assert_cmpint (media_at (offer, 1)->rtx_payload_type, ==, -1);
}

static void
test_firefox (void)
{
  g_autofree gchar *text = offer_load ("firefox.sdp");
  g_autoptr (WhepOffer) offer = parse_ok (text);

  g_assert_cmpstr (offer->ice_ufrag, ==, "8763e3b4");
  g_assert_true (g_str_has_prefix (offer->fingerprints, "sha-256 F5:20:47:"));
  g_assert_cmpint (media_at (offer, 0)->payload_type, ==, 120);
  g_assert_cmpint (media_at (offer, 0)->rtx_payload_type, ==, 124);
  g_assert_cmpint (media_at (offer, 1)->payload_type, ==, 109);
}

static void
test_first_stream_that_fits (void)
{
  g_autofree gchar *text = offer_load ("firefox.sdp");
  WhepFormat several[3] = { formats[0], formats[0], formats[1] };
  g_autoptr (GstCaps) h264 = gst_caps_from_string ("video/x-h264");
  GError *error = NULL;

  /* Firefox without a plug-in offers no H.264: it gets the VP8 one. */
  several[0] = whep_format_from_caps (h264);
  g_autoptr (WhepOffer) offer =
      whep_offer_parse (text, strlen (text), several, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpint (media_at (offer, 0)->input, ==, 1);
  g_assert_cmpint (media_at (offer, 1)->input, ==, 2);
}

static void
test_peer_that_must_be_server (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autofree gchar *passive =
      offer_replace (text, "setup:actpass", "setup:passive");
  g_autoptr (WhepOffer) offer = parse_ok (passive);

  g_assert_false (offer->dtls_client);
}

static void
test_sections_that_cannot_be_served (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autofree gchar *data = g_strconcat (text,
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
      "c=IN IP4 0.0.0.0\r\na=mid:2\r\n", NULL);
  g_autofree gchar *split = offer_replace (data, "BUNDLE 0 1", "BUNDLE 0");
  g_autoptr (WhepOffer) all = parse_ok (data);
  g_autoptr (WhepOffer) some = parse_ok (split);

  g_assert_cmpuint (all->media->len, ==, 3);
  g_assert_cmpint (media_at (all, 1)->input, ==, 1);
  g_assert_cmpint (media_at (all, 2)->input, ==, -1);
  g_assert_cmpstr (media_at (all, 2)->first_format, ==, "webrtc-datachannel");
  g_assert_cmpint (media_at (some, 0)->input, ==, 0);
  g_assert_cmpint (media_at (some, 1)->input, ==, -1);
}

static void
test_only_usable_fingerprints (void)
{
  g_autofree gchar *text = offer_load ("firefox.sdp");
  g_autofree gchar *more = offer_replace (text, "a=group:",
      "a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
      "00:11:22:33\r\na=group:");
  g_autofree gchar *weak = offer_replace (text, "a=fingerprint:sha-256",
      "a=fingerprint:sha-1");
  g_autofree gchar *cut = offer_replace (text, ":D2:AC\r", ":D2\r");
  g_autoptr (WhepOffer) offer = parse_ok (more);

  g_assert_null (strstr (offer->fingerprints, "sha-1 "));
  assert_refused (weak, 422, "a=fingerprint");
  assert_refused (cut, 422, "a=fingerprint");
}

static void
test_refusals (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autofree gchar *no_print = offer_without (text, "a=fingerprint");
  g_autofree gchar *no_ice = offer_without (text, "a=ice-pwd");
  g_autofree gchar *no_mux = offer_without (text, "a=rtcp-mux");
  g_autofree gchar *sends = offer_replace (text, "a=recvonly", "a=sendonly");
  g_autofree gchar *plain =
      offer_replace (text, "UDP/TLS/RTP/SAVPF", "RTP/AVP");
  g_autofree gchar *no_vp8 = offer_replace (text, " VP8/90000", " XY8/90000");
  g_autofree gchar *no_codec = offer_replace (no_vp8, " opus/", " popus/");

  assert_refused ("", 400, "body is empty");
  assert_refused ("hello", 400, "not SDP");
  assert_refused ("v=0\r\n", 400, "not SDP");
  assert_refused ("v=0\r\n\xff\xfe\r\nm=video 9 X 1\r\n", 400, "not SDP");
  assert_refused (no_print, 422, "a=fingerprint");
  assert_refused (no_ice, 422, "a=ice-");
  assert_refused (no_mux, 422, "rtcp-mux");
  assert_refused (sends, 422, "receives");
  assert_refused (plain, 422, "SAVPF");
  assert_refused (no_codec, 406, "VP8, opus");
}

static void
test_too_large (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  g_autofree gchar *padding =
      g_strnfill (WHEP_OFFER_SIZE_MAX - strlen (text) - strlen ("a=x:\r\n"),
      'x');
  g_autofree gchar *large = g_strconcat (text, "a=x:", padding, "\r\n", NULL);
  g_autofree gchar *too_large = g_strconcat (large, "\n", NULL);

  g_assert_cmpuint (strlen (large), ==, WHEP_OFFER_SIZE_MAX);
  whep_offer_free (parse_ok (large));
  assert_refused (too_large, 413, "65536");
}

static void
test_too_many_sections (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  GString *many = g_string_new (text);

  for (guint i = 0; i < 31; i++)
    g_string_append (many, "m=audio 9 RTP/AVP 0\r\n");
  assert_refused (many->str, 422, "32");
  g_string_free (many, TRUE);
}

static void
test_no_stream_yet (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  WhepFormat none = { NULL, };
  g_autoptr (GError) error = NULL;

  g_assert_null (whep_offer_parse (text, strlen (text), &none, 1, &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_UNAVAILABLE);
}

/* Any mutation is taken or refused with a client's status; nothing else. */
static void
test_mutations (void)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  gsize size = strlen (text);
  GRand *rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 3000; round++) {
    g_autofree gchar *mutant = g_memdup2 (text, size + 1);
    gsize length = round % 3 ? size : (gsize) g_rand_int_range (rand, 0, size);
    g_autoptr (GError) error = NULL;

    for (guint i = 0; i < 1 + round % 40; i++)
      mutant[g_rand_int_range (rand, 0, size)] =
          g_rand_int_range (rand, 0, round % 2 ? 256 : 128);
    WhepOffer *offer = whep_offer_parse (mutant, length, formats,
        G_N_ELEMENTS (formats), &error);
    if (offer) {
      g_assert_nonnull (offer->fingerprints);
      whep_offer_free (offer);
    } else {
      g_assert_cmpint (error->code, >=, 400);
      g_assert_cmpint (error->code, <, 500);
    }
  }
  g_rand_free (rand);
}

/* Found by trying: each payload type is looked for among all attributes, which
 * took an offer of 64 kB more than a minute. */
static void
test_many_formats_and_attributes (void)
{
  g_autoptr (GString) many =
      g_string_new ("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF");
  g_autoptr (GString) attributes =
      g_string_new ("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 129; i++)
    g_string_append (many, " 96");
  g_string_append (many, "\r\n");
  for (guint i = 0; i < 1001; i++)
    g_string_append (attributes, "a=rtpmap:9 x/9\r\n");
  g_assert_null (whep_offer_parse (many->str, many->len, NULL, 0, &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE);
  g_assert_nonnull (strstr (error->message, "128 formats"));
  g_clear_error (&error);
  g_assert_null (whep_offer_parse (attributes->str, attributes->len, NULL, 0,
          &error));
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_UNPROCESSABLE);
  g_assert_nonnull (strstr (error->message, "1000 attributes"));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8");
  g_autoptr (GstCaps) opus = gst_caps_from_string ("audio/x-opus, channels=2");
  formats[0] = whep_format_from_caps (vp8);
  formats[1] = whep_format_from_caps (opus);

  g_test_add_func ("/whep/offer/many-formats-and-attributes",
      test_many_formats_and_attributes);
  g_test_add_func ("/whep/offer/chromium", test_chromium);
  g_test_add_func ("/whep/offer/firefox", test_firefox);
  g_test_add_func ("/whep/offer/first-stream-that-fits",
      test_first_stream_that_fits);
  g_test_add_func ("/whep/offer/peer-that-must-be-server",
      test_peer_that_must_be_server);
  g_test_add_func ("/whep/offer/sections-that-cannot-be-served",
      test_sections_that_cannot_be_served);
  g_test_add_func ("/whep/offer/only-usable-fingerprints",
      test_only_usable_fingerprints);
  g_test_add_func ("/whep/offer/refusals", test_refusals);
  g_test_add_func ("/whep/offer/too-large", test_too_large);
  g_test_add_func ("/whep/offer/too-many-sections", test_too_many_sections);
  g_test_add_func ("/whep/offer/no-stream-yet", test_no_stream_yet);
  g_test_add_func ("/whep/offer/mutations", test_mutations);
  return g_test_run ();
}
