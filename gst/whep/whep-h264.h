/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The profiles of H.264 that matter to browsers: their names in caps, their
 * profile-level-id in SDP (RFC 6184), and which decoder takes which stream.
 */
#ifndef WHEP_H264_H
#define WHEP_H264_H

#include <glib.h>

G_BEGIN_DECLS

/** Profiles of H.264 that matter to browsers, weakest decoder first. */
typedef enum
{
  WHEP_H264_UNKNOWN,
  WHEP_H264_CONSTRAINED_BASELINE,
  WHEP_H264_BASELINE,
  WHEP_H264_MAIN,
  WHEP_H264_CONSTRAINED_HIGH,
  WHEP_H264_HIGH,
  WHEP_H264_HIGH_444,
} WhepH264Profile;

/**
 * whep_h264_profile_from_name:
 * @name: (nullable): as in caps
 *
 * Returns: the profile, unknown for one that no browser decodes.
 */
WhepH264Profile whep_h264_profile_from_name (const gchar * name);

/**
 * whep_h264_profile_from_id:
 * @profile_level_id: six hexadecimal digits (RFC 6184 section 8.1)
 *
 * Returns: the profile by table 5 there, unknown for anything else.
 */
WhepH264Profile whep_h264_profile_from_id (const gchar * profile_level_id);

/** Returns: (transfer none): a profile-level-id for it, at level 3.1. */
const gchar *whep_h264_profile_to_id (WhepH264Profile profile);

/**
 * whep_h264_decodes:
 *
 * Returns: whether a decoder of one profile takes a stream of the other; one
 * that is not known is given the benefit of the doubt.
 */
gboolean whep_h264_decodes (WhepH264Profile decoder, WhepH264Profile stream);

G_END_DECLS

#endif
