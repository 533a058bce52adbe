/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is proposed, and what of it a server takes, or seems to.
 */
#include "config.h"

#include "whep/whip-offer.h"

#include <string.h>

#include "offers.h"
#include "whep/whep-description.h"

static WhepFormat
format_of (const gchar * text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  return whep_format_from_caps (caps);
}

/* VP8, nothing, H.264, Opus and PCMU: the inputs 0, 2, 3 and 4. */
static GPtrArray *
offer_new (void)
{
  const WhepFormat formats[] = {
    format_of ("video/x-vp8"), format_of ("text/plain"),
    format_of ("video/x-h264, profile=main"), format_of ("audio/x-opus"),
    format_of ("audio/x-mulaw, rate=8000, channels=1"),
  };

  return whip_offer_new (formats, G_N_ELEMENTS (formats));
}

static gchar *
text_of (const GPtrArray * media)
{
  static const gchar *const candidates[] = {
    "candidate:1 1 UDP 2015363327 192.0.2.1 40000 typ host", NULL
  };
  static const guint32 ssrcs[] = { 1, 2, 3, 4, 5 };
  WhepLocal local = {
    .session_id = 42,.setup = "actpass",.ice_ufrag = "ufrag",
    .ice_pwd = "0123456789012345678901",.candidates = candidates,
    .fingerprint = "sha-256 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:"
        "10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f",
    .cname = "name",.stream_id = "stream",.ssrcs = ssrcs,.rtx_ssrcs = ssrcs,
  };

  return whep_description_new (media, &local);
}

/* Our offer as if a server had answered with it: all of it is taken. */
static gchar *
answer_new (const GPtrArray * offered)
{
  g_autofree gchar *offer = text_of (offered);
  g_autofree gchar *receiving =
      offer_replace (offer, "a=sendonly", "a=recvonly");

  return offer_replace (receiving, "actpass", "passive");
}

static void
test_sections (void)
{
  g_autoptr (GPtrArray) offered = offer_new ();
  g_autofree gchar *text = text_of (offered);

  g_assert_cmpuint (offered->len, ==, 4);
  for (const gchar * const *line = (const gchar * const[]) {
        "a=group:BUNDLE 0 1 2 3\r\n", "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n",
        "m=video 9 UDP/TLS/RTP/SAVPF 100 101\r\n", "a=rtpmap:97 rtx/90000\r\n",
        "a=fmtp:101 apt=100\r\n", "profile-level-id=4d001f\r\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 102\r\n", "a=setup:actpass\r\n",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n", "a=rtpmap:0 PCMU/8000\r\n",
        "a=rtcp-fb:96 goog-remb\r\n", NULL
      }; *line; line++) {
    if (!strstr (text, *line))
      g_error ("%s is not in %s", *line, text);
  }
  g_autoptr (GPtrArray) nothing = whip_offer_new (NULL, 0);
  g_assert_cmpuint (nothing->len, ==, 0);
}

static WhepOffer *
parse (const gchar * answer)
{
  g_autoptr (GPtrArray) offered = offer_new ();
  GError *error = NULL;
  WhepOffer *parsed =
      whep_offer_parse_answer (answer, strlen (answer), offered, &error);

  g_assert_no_error (error);
  return parsed;
}

static void
assert_inputs (const gchar * answer, gint a, gint b, gint c, gint d)
{
  g_autoptr (WhepOffer) parsed = parse (answer);
  const gint expected[] = { a, b, c, d };

  for (guint i = 0; i < 4; i++) {
    const WhepMedia *media = g_ptr_array_index (parsed->media, i);

    g_assert_cmpint (media->input, ==, expected[i]);
    g_assert_true ((media->codec != NULL) == (media->input >= 0));
  }
}

static void
test_answers (void)
{
  g_autoptr (GPtrArray) offered = offer_new ();
  g_autofree gchar *all = answer_new (offered);
  g_autofree gchar *no_first =
      offer_replace (all, "m=video 9 UDP/TLS/RTP/SAVPF 96", "m=video 0 "
      "UDP/TLS/RTP/SAVPF 96");
  g_autofree gchar *other_type = offer_replace (all, "SAVPF 102", "SAVPF 103");
  g_autofree gchar *no_rtx = offer_replace (all, "SAVPF 96 97", "SAVPF 96");
  g_autofree gchar *apart = offer_replace (all, "BUNDLE 0 1 2 3", "BUNDLE 0 2");

  assert_inputs (all, 0, 2, 3, 4);
  /* A second stream of a kind does not move into the place of a first. */
  assert_inputs (no_first, -1, 2, 3, 4);
  assert_inputs (other_type, 0, 2, -1, 4);
  assert_inputs (apart, 0, -1, 3, -1);

  g_autoptr (WhepOffer) parsed = parse (no_rtx);
  const WhepMedia *first = g_ptr_array_index (parsed->media, 0);
  const WhepMedia *second = g_ptr_array_index (parsed->media, 1);
  g_assert_cmpint (first->payload_type, ==, 96);
  g_assert_cmpint (first->rtx_payload_type, ==, -1);
  g_assert_cmpint (second->rtx_payload_type, ==, 101);
}

static void
test_roles (void)
{
  g_autoptr (GPtrArray) offered = offer_new ();
  g_autofree gchar *passive = answer_new (offered);
  g_autofree gchar *active = offer_replace (passive, "passive", "active");
  g_autoptr (WhepOffer) server = parse (passive);
  g_autoptr (WhepOffer) client = parse (active);

  g_assert_false (server->dtls_client);
  g_assert_true (client->dtls_client);
}

static void
assert_refused (const gchar * from, const gchar * to, const gchar * word)
{
  g_autoptr (GPtrArray) offered = offer_new ();
  g_autofree gchar *all = answer_new (offered);
  g_autofree gchar *answer = offer_replace (all, from, to);
  g_autoptr (GError) error = NULL;

  g_assert_null (whep_offer_parse_answer (answer, strlen (answer), offered,
          &error));
  if (!strstr (error->message, word))
    g_error ("\"%s\" is not in \"%s\"", word, error->message);
}

static void
test_refused (void)
{
  assert_refused ("a=fingerprint", "a=finger", "a=fingerprint");
  assert_refused ("sha-256", "sha-1", "a=fingerprint");
  assert_refused ("a=ice-ufrag", "a=ufrag", "a=ice-ufrag");
  assert_refused ("a=recvonly", "a=inactive", "none of the streams");
  assert_refused ("a=recvonly", "a=sendonly", "none of the streams");
  assert_refused ("a=rtcp-mux", "a=mux", "none of the streams");
  assert_refused ("UDP/TLS/RTP/SAVPF", "RTP/AVP", "none of the streams");
  assert_refused ("t=0 0\r\n", "t=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
      "sections");
  assert_refused ("v=0", "hello", "not SDP");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whip/offer/sections", test_sections);
  g_test_add_func ("/whip/offer/answers", test_answers);
  g_test_add_func ("/whip/offer/roles", test_roles);
  g_test_add_func ("/whip/offer/refused", test_refused);
  return g_test_run ();
}
