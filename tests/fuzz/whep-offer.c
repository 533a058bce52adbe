/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An SDP offer of a stranger, and the answer to it: whatever is accepted must
 * give an answer that is SDP with as many sections.
 */
#include "config.h"

#include <string.h>

#include "targets.h"
#include "whep/whep-description.h"
#include "whep/whip-offer.h"

static const guint32 ssrcs[] = { 1, 2, 3 };
static const guint32 rtx_ssrcs[] = { 4, 5, 6 };

static const gchar *const candidates[] = {
  "candidate:1 1 UDP 2015363327 192.0.2.1 40000 typ host", NULL
};

static const WhepLocal local = {
  .session_id = 1,.setup = "passive",.ice_ufrag = "ufrag",.ice_pwd = "pwd",
  .fingerprint = "sha-256 AA",.candidates = candidates,.cname = "cname",
  .stream_id = "stream",.ssrcs = ssrcs,.rtx_ssrcs = rtx_ssrcs,
};

static void
check_answer (const WhepOffer * offer)
{
  g_autofree gchar *answer = whep_description_new (offer->media, &local);
  GstSDPMessage *sdp;

  gst_sdp_message_new (&sdp);
  g_assert_cmpint (gst_sdp_message_parse_buffer ((const guint8 *) answer,
          strlen (answer), sdp), ==, GST_SDP_OK);
  g_assert_cmpuint (gst_sdp_message_medias_len (sdp), ==, offer->media->len);
  gst_sdp_message_free (sdp);
}

static WhepFormat
format_of (const gchar * text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  return whep_format_from_caps (caps);
}

/* Without plugins, whose names would make GLib's table of quarks grow: it
 * leaves the old one behind, which would be taken for a leak. */
static void
start_library (void)
{
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  g_setenv ("GST_PLUGIN_PATH_1_0", "", TRUE);
  g_setenv ("GST_REGISTRY", "/dev/null", TRUE);
  gst_init (NULL, NULL);
}

/* The same text, as if a server had answered our offer with it. */
static void
parse_as_answer (const guint8 * data, gsize size, const WhepFormat * formats,
    guint n_formats)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offered = whip_offer_new (formats, n_formats);
  g_autoptr (WhepOffer) answer = whep_offer_parse_answer ((const gchar *) data,
      size, offered, &error);

  g_assert_true ((answer == NULL) == (error != NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  static WhepFormat formats[3];
  g_autoptr (GError) error = NULL;

  if (!formats[0].codec) {
    start_library ();
    formats[0] = format_of ("video/x-vp8");
    formats[1] = format_of ("video/x-h264, profile=main");
    formats[2] = format_of ("audio/x-opus, channels=2");
  }
  g_autoptr (WhepOffer) offer = whep_offer_parse ((const gchar *) data, size,
      formats, G_N_ELEMENTS (formats), &error);
  g_assert_true ((offer == NULL) == (error != NULL));
  if (offer)
    check_answer (offer);
  parse_as_answer (data, size, formats, G_N_ELEMENTS (formats));
  return 0;
}
