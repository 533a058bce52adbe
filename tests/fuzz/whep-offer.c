/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An SDP offer of a stranger, and the answer to it: whatever is accepted must
 * give an answer that is SDP with as many sections.
 */
#include "config.h"

#include <sanitizer/lsan_interface.h>
#include <string.h>

#include "targets.h"
#include "whep/whep-answer.h"

/* How many quarks GLib's first table holds. */
#define QUARK_BLOCK 2048

static const guint32 ssrcs[] = { 1, 2, 3 };
static const guint32 rtx_ssrcs[] = { 4, 5, 6 };

static const gchar *const candidates[] = {
  "candidate:1 1 UDP 2015363327 192.0.2.1 40000 typ host", NULL
};

static const WhepLocal local = {
  .session_id = 1,.ice_ufrag = "ufrag",.ice_pwd = "pwd",
  .fingerprint = "sha-256 AA",.candidates = candidates,.cname = "cname",
  .stream_id = "stream",.ssrcs = ssrcs,.rtx_ssrcs = rtx_ssrcs,
};

static void
check_answer (const WhepOffer * offer)
{
  g_autofree gchar *answer = whep_answer_new (offer, &local);
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

/* What it keeps for the life of the process is no leak; nor is the old table
 * of quarks, which GLib lets go of when it grows for the first time. */
static void
start_library (void)
{
  __lsan_disable ();
  gst_init (NULL, NULL);
  for (guint i = 0, last = 0; last <= QUARK_BLOCK; i++) {
    g_autofree gchar *name = g_strdup_printf ("fuzz-%u", i);

    last = g_quark_from_string (name);
  }
  __lsan_enable ();
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
  return 0;
}
