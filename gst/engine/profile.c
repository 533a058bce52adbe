/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of SRTP protection profiles, and lists of them as text.
 */
#include "config.h"

#include "profile.h"

#include <glib/gi18n-lib.h>

#include "error.h"

/* RFC 5764 section 4.1.2: with the 32 bit tag RTCP keeps its 80 bits.
 * RFC 7714 section 14.2: the AEAD tag is the cipher's own, 16 bytes. */
static const DtlsProfile profiles_known[] = {
  {DTLS_PROFILE_AEAD_AES_128_GCM, "AEAD_AES_128_GCM", 16, 12, 16, 16, TRUE},
  {DTLS_PROFILE_AEAD_AES_256_GCM, "AEAD_AES_256_GCM", 32, 12, 16, 16, TRUE},
  {DTLS_PROFILE_AES128_CM_HMAC_SHA1_80, "AES128_CM_HMAC_SHA1_80",
      16, 14, 10, 10, FALSE},
  {DTLS_PROFILE_AES128_CM_HMAC_SHA1_32, "AES128_CM_HMAC_SHA1_32",
      16, 14, 4, 10, FALSE},
};

G_STATIC_ASSERT (G_N_ELEMENTS (profiles_known) == DTLS_PROFILES_MAX);

const DtlsProfile *
dtls_profile_from_id (guint16 id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (profiles_known); i++) {
    if (profiles_known[i].id == id)
      return &profiles_known[i];
  }
  return NULL;
}

static const DtlsProfile *
profile_from_name (const gchar * name)
{
  const gchar *bare = name;

  if (g_ascii_strncasecmp (name, "SRTP_", 5) == 0)
    bare = name + 5;
  for (gsize i = 0; i < G_N_ELEMENTS (profiles_known); i++) {
    if (g_ascii_strcasecmp (profiles_known[i].name, bare) == 0)
      return &profiles_known[i];
  }
  return NULL;
}

static void
profiles_add (DtlsProfiles * profiles, const DtlsProfile * profile)
{
  for (guint i = 0; i < profiles->count; i++) {
    if (profiles->items[i] == profile)
      return;
  }
  profiles->items[profiles->count++] = profile;
}

static void
set_unknown_error (const gchar * word, GError ** error)
{
  DtlsProfiles known = { 0 };
  g_autofree gchar *names = NULL;
  g_autofree gchar *shown = g_utf8_make_valid (word, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (profiles_known); i++)
    profiles_add (&known, &profiles_known[i]);
  names = dtls_profiles_to_string (&known);
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_UNKNOWN_PROFILE,
      _("\"%s\" is not an SRTP protection profile. Known are: %s."),
      shown, names);
}

gboolean
dtls_profiles_parse (const gchar * text, DtlsProfiles * profiles,
    GError ** error)
{
  g_auto (GStrv) words = g_strsplit_set (text ? text : "", ",: \t\r\n", -1);
  g_autofree gchar *only = g_strstrip (g_strdup (text ? text : ""));
  DtlsProfiles list = { 0 };

  if (g_ascii_strcasecmp (only, "none") == 0) {
    *profiles = list;
    return TRUE;
  }

  for (gchar ** word = words; *word; word++) {
    const DtlsProfile *profile;

    if (**word == '\0')
      continue;
    profile = profile_from_name (*word);
    if (profile == NULL) {
      set_unknown_error (*word, error);
      return FALSE;
    }
    profiles_add (&list, profile);
  }
  *profiles = list;
  return TRUE;
}

gchar *
dtls_profiles_to_string (const DtlsProfiles * profiles)
{
  GString *text;

  if (profiles->count == 0)
    return g_strdup ("none");

  text = g_string_new (profiles->items[0]->name);
  for (guint i = 1; i < profiles->count; i++)
    g_string_append_printf (text, ", %s", profiles->items[i]->name);
  return g_string_free (text, FALSE);
}
