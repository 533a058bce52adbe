/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The SRTP protection profiles of the IANA registry that this project can
 * use (RFC 5764 section 4.1.2, RFC 7714 section 14.2), as one table.
 */
#ifndef DTLS_PROFILE_H
#define DTLS_PROFILE_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * DtlsProfile:
 * @id: IANA id, as in the use_srtp extension
 * @name: the registry's name without "SRTP_", which is also what the W3C
 *   statistics call srtpCipher, e.g. "AEAD_AES_128_GCM"
 * @key_size: bytes of a master key
 * @salt_size: bytes of a master salt
 * @rtp_tag_size: bytes that SRTP appends to a packet
 * @rtcp_tag_size: bytes of tag that SRTCP appends, besides the 4 of its index
 * @aead: whether the cipher authenticates (RFC 7714)
 */
typedef struct
{
  guint16 id;
  const gchar *name;
  gsize key_size;
  gsize salt_size;
  gsize rtp_tag_size;
  gsize rtcp_tag_size;
  gboolean aead;
} DtlsProfile;

#define DTLS_PROFILE_AES128_CM_HMAC_SHA1_80 1
#define DTLS_PROFILE_AES128_CM_HMAC_SHA1_32 2
#define DTLS_PROFILE_AEAD_AES_128_GCM 7
#define DTLS_PROFILE_AEAD_AES_256_GCM 8

#define DTLS_PROFILES_MAX 4

/** What a new element offers, best first. */
#define DTLS_PROFILES_DEFAULT \
    "AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_HMAC_SHA1_80"

/**
 * DtlsProfiles:
 * @count: how many, 0 to %DTLS_PROFILES_MAX; 0 means a plain data connection
 *   without use_srtp
 * @items: in order of preference, each once
 *
 * Plain value, copied by assignment.
 */
typedef struct
{
  guint count;
  const DtlsProfile *items[DTLS_PROFILES_MAX];
} DtlsProfiles;

/**
 * dtls_profile_from_id:
 *
 * Returns: (transfer none) (nullable): the profile, or %NULL when unknown.
 */
const DtlsProfile *dtls_profile_from_id (guint16 id);

/**
 * dtls_profiles_parse:
 * @text: (nullable): names separated by commas, colons or spaces, upper or
 *   lower case, with or without a leading "SRTP_"; "none", an empty string
 *   or %NULL for no SRTP
 * @profiles: (out): the list
 * @error: %DTLS_ERROR_UNKNOWN_PROFILE names the word and lists the known ones
 *
 * Returns: whether @text was understood; @profiles is untouched otherwise.
 */
gboolean dtls_profiles_parse (const gchar * text, DtlsProfiles * profiles,
    GError ** error);

/**
 * dtls_profiles_to_string:
 *
 * Returns: (transfer full): text that dtls_profiles_parse() reads back.
 */
gchar *dtls_profiles_to_string (const DtlsProfiles * profiles);

G_END_DECLS

#endif
