/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets and keys for the tests of what carries media.
 */
#ifndef DTLS_CHECK_MEDIA_H
#define DTLS_CHECK_MEDIA_H

#include <gst/check/gstharness.h>
#include <gst/rtp/rtp.h>
#include <gst/video/video-event.h>
#include <string.h>

#include "dtls/association-link.h"

static inline DtlsSecret *
media_secret (const DtlsProfile * profile, guint8 seed)
{
  gsize size = profile->key_size + profile->salt_size, i;
  DtlsSecret *secret = dtls_secret_new (size);

  for (i = 0; i < size; i++)
    dtls_secret_bytes (secret)[i] = seed + i;
  return secret;
}

/* Two ends of one association have each other's @local and @remote. */
static inline DtlsSrtpKeys *
media_keys (guint16 profile_id, guint8 local, guint8 remote)
{
  const DtlsProfile *profile = dtls_profile_from_id (profile_id);

  return dtls_srtp_keys_new (profile, media_secret (profile, local),
      media_secret (profile, remote));
}

/* Gives @link keys as a handshake would. */
static inline void
media_give_keys (DtlsLink * link, guint16 profile_id, guint8 local,
    guint8 remote)
{
  DtlsSrtpKeys *keys = media_keys (profile_id, local, remote);

  g_signal_emit_by_name (link, "keys", keys);
  dtls_srtp_keys_unref (keys);
}

static inline GstBuffer *
media_rtp (guint16 seq, guint32 ssrc)
{
  GstBuffer *buffer = gst_rtp_buffer_new_allocate (20, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  g_assert_true (gst_rtp_buffer_map (buffer, GST_MAP_WRITE, &rtp));
  gst_rtp_buffer_set_payload_type (&rtp, 96);
  gst_rtp_buffer_set_seq (&rtp, seq);
  gst_rtp_buffer_set_ssrc (&rtp, ssrc);
  memset (gst_rtp_buffer_get_payload (&rtp), 0x5a, 20);
  gst_rtp_buffer_unmap (&rtp);
  return buffer;
}

static inline guint16
media_seq (GstBuffer * buffer)
{
  guint8 head[4];

  g_assert_cmpuint (gst_buffer_extract (buffer, 0, head, 4), ==, 4);
  return GST_READ_UINT16_BE (head + 2);
}

/* An empty receiver report. */
static inline GstBuffer *
media_rtcp (guint32 ssrc)
{
  guint8 *report = g_malloc0 (8);

  report[0] = 0x80;
  report[1] = 201;
  report[3] = 1;
  GST_WRITE_UINT32_BE (report + 4, ssrc);
  return gst_buffer_new_wrapped (report, 8);
}

/* Returns: how many keyframes were asked for since the last call. */
static inline guint
media_keyframe_requests (GstHarness * harness)
{
  GstEvent *event;
  guint count = 0;

  while ((event = gst_harness_try_pull_upstream_event (harness)) != NULL) {
    count += gst_video_event_is_force_key_unit (event);
    gst_event_unref (event);
  }
  return count;
}

/* Whether @buffer shows the payload that media_rtp() writes. */
static inline gboolean
media_is_clear (GstBuffer * buffer)
{
  guint8 payload[20];

  memset (payload, 0x5a, sizeof (payload));
  return gst_buffer_get_size (buffer) == 32
      && gst_buffer_memcmp (buffer, 12, payload, sizeof (payload)) == 0;
}

/* A guint64 of @stats, or of the structure @inner in it. */
static inline guint64
media_count (const GstStructure * stats, const gchar * inner,
    const gchar * name)
{
  guint64 count = 0;

  if (inner != NULL)
    stats = gst_value_get_structure (gst_structure_get_value (stats, inner));
  g_assert_true (gst_structure_get_uint64 (stats, name, &count));
  return count;
}

#endif
