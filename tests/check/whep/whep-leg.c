/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of a leg: there, ours, and linked as an offer needs them.
 */
#include "config.h"

#include "whep/whep-leg.h"

#include <string.h>

#include "offers.h"
#include "packets.h"
#include "whep/whep-ice.h"

static const guint32 rtx_ssrcs[WHEP_INPUTS_MAX] = { 33, 44 };

static WhepOffer *
offer_of (const gchar * text)
{
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8");
  g_autoptr (GstCaps) opus = gst_caps_from_string ("audio/x-opus");
  WhepFormat formats[] = {
    whep_format_from_caps (vp8), whep_format_from_caps (opus)
  };
  GError *error = NULL;
  WhepOffer *offer = whep_offer_parse (text, strlen (text), formats, 2,
      &error);

  g_assert_no_error (error);
  return offer;
}

static void
test_elements (void)
{
  GError *error = NULL;

  g_assert_true (whep_leg_check_elements (&error));
  g_assert_no_error (error);
}

static WhepPacketizer *
on_packetizer (guint input, gint payload_type, gpointer user_data)
{
  return packets_of (input, payload_type);
}

static void
on_keyframe (guint input, gpointer user_data)
{
}

static const WhepTracksFuncs funcs = { on_packetizer, on_keyframe };

static guint
count_elements (WhepLeg * leg, const gchar * factory)
{
  guint count = 0;
  g_autoptr (GstIterator) all =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (leg->pipeline),
      factory);
  GValue item = G_VALUE_INIT;

  while (gst_iterator_next (all, &item) == GST_ITERATOR_OK) {
    count++;
    g_value_unset (&item);
  }
  return count;
}

/* Builds, starts and clears a leg for an offer; nothing may warn. */
static void
check_leg (const gchar * text, gboolean is_client)
{
  g_autoptr (WhepOffer) offer = offer_of (text);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  guint stream_id;
  NiceAgent *agent = whep_ice_agent_new (context, NULL, NULL, &stream_id);
  WhepLegConfig config = {
    .id = "leg",.offer = offer,.agent = agent,.stream_id = stream_id,
    .context = context,.clock = clock,.cname = "name",
    .tracks = whep_tracks_new (offer, rtx_ssrcs, &funcs, NULL),
  };
  WhepLeg leg;
  GError *error = NULL;
  gboolean client;
  g_autofree gchar *own_fingerprint = NULL;

  config.certgen = whep_leg_certgen_new (&own_fingerprint, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (own_fingerprint, "sha-256 "));
  g_assert_true (whep_leg_init (&leg, &config, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_elements (&leg, "srtpkeyer"), ==, 2);
  g_object_get (leg.dtlsenc, "is-client", &client, NULL);
  g_assert_cmpint (client, ==, is_client);

  g_autofree gchar *fingerprint = NULL;
  g_object_get (leg.dtlsdec, "peer-fingerprint", &fingerprint, NULL);
  g_assert_nonnull (fingerprint);
  g_assert_cmpint (gst_element_set_state (leg.pipeline, GST_STATE_PLAYING), !=,
      GST_STATE_CHANGE_FAILURE);
  g_assert_cmpint (GST_STATE (leg.dtlsenc), ==, GST_STATE_NULL);
  whep_leg_set_connected (&leg);
  g_assert_cmpint (GST_STATE (leg.dtlsenc), ==, GST_STATE_PLAYING);
  whep_leg_clear (&leg);
  whep_leg_clear (&leg);
  whep_tracks_free (config.tracks);
  gst_element_set_state (config.certgen, GST_STATE_NULL);
  gst_object_unref (config.certgen);
  nice_agent_remove_stream (agent, stream_id);
  g_object_unref (agent);
}

static void
test_legs (void)
{
  g_autofree gchar *both = offer_load ("chromium.sdp");
  g_autofree gchar *sound = offer_replace (both, " VP8/90000", " XY8/90000");
  g_autofree gchar *plain = offer_replace (both, " rtx/90000", " xyz/90000");
  g_autofree gchar *passive =
      offer_replace (both, "setup:actpass", "setup:passive");

  check_leg (both, FALSE);
  check_leg (sound, FALSE);
  check_leg (plain, FALSE);
  check_leg (passive, TRUE);
}

/* No two are the same. */
static void
test_certificates (void)
{
  GstElement *certgens[2];
  gchar *fingerprints[2];

  for (guint i = 0; i < 2; i++)
    certgens[i] = whep_leg_certgen_new (&fingerprints[i], NULL);
  g_assert_cmpstr (fingerprints[0], !=, fingerprints[1]);
  for (guint i = 0; i < 2; i++) {
    gst_element_set_state (certgens[i], GST_STATE_NULL);
    gst_object_unref (certgens[i]);
    g_free (fingerprints[i]);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/leg/elements", test_elements);
  g_test_add_func ("/whep/leg/legs", test_legs);
  g_test_add_func ("/whep/leg/certificates", test_certificates);
  return g_test_run ();
}
