/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See static-keys.h.
 *
 * Lock: one, over the values; nothing is called under it.
 */
#include "config.h"

#include "static-keys.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "engine/error.h"

#define DEFAULT_CIPHER "aes-128-icm"
#define DEFAULT_AUTH "hmac-sha1-80"

typedef enum
{
  KEY,
  SRTP_CIPHER,
  SRTP_AUTH,
  SRTCP_CIPHER,
  SRTCP_AUTH,
  N_PROPERTIES,
} Property;

G_STATIC_ASSERT (N_PROPERTIES == DTLS_STATIC_KEYS_N_PROPERTIES);

struct _DtlsStaticKeys
{
  guint first_id;
  GMutex lock;
  DtlsSecret *key;
  gchar *texts[N_PROPERTIES];   /* that of KEY is never set */
};

/* What GStreamer's srtp elements call the profiles. Those of GCM need no other
 * authentication. */
static const struct
{
  const gchar *cipher;
  const gchar *auth;
  guint16 profile;
} profiles[] = {
  {"aes-128-icm", "hmac-sha1-80", DTLS_PROFILE_AES128_CM_HMAC_SHA1_80},
  {"aes-128-icm", "hmac-sha1-32", DTLS_PROFILE_AES128_CM_HMAC_SHA1_32},
  {"aes-128-gcm", NULL, DTLS_PROFILE_AEAD_AES_128_GCM},
  {"aes-256-gcm", NULL, DTLS_PROFILE_AEAD_AES_256_GCM},
};

static void
install_text (GObjectClass * klass, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb)
{
  g_object_class_install_property (klass, id,
      g_param_spec_string (name, nick, blurb, NULL, G_PARAM_READWRITE
          | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

void
dtls_static_keys_install (GObjectClass * klass, guint first_id)
{
  g_object_class_install_property (klass, first_id + KEY,
      g_param_spec_boxed ("key", _("Key"),
          _("SRTP master key followed by the master salt, to be used instead "
              "of DTLS; cannot be read back"), GST_TYPE_BUFFER,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_PLAYING));
  install_text (klass, first_id + SRTP_CIPHER, "srtp-cipher",
      _("SRTP cipher"), _("Cipher for SRTP, to be used instead of DTLS: "
          "aes-128-icm, aes-128-gcm or aes-256-gcm"));
  install_text (klass, first_id + SRTP_AUTH, "srtp-auth",
      _("SRTP authentication"), _("Authentication for SRTP, to be used instead "
          "of DTLS: hmac-sha1-80 or hmac-sha1-32; not looked at with GCM"));
  install_text (klass, first_id + SRTCP_CIPHER, "srtcp-cipher",
      _("SRTCP cipher"), _("Cipher for SRTCP, to be used instead of DTLS: "
          "that of SRTP"));
  install_text (klass, first_id + SRTCP_AUTH, "srtcp-auth",
      _("SRTCP authentication"), _("Authentication for SRTCP, to be used "
          "instead of DTLS: hmac-sha1-80; not looked at with GCM"));
}

DtlsStaticKeys *
dtls_static_keys_new (guint first_id)
{
  DtlsStaticKeys *self = g_new0 (DtlsStaticKeys, 1);

  self->first_id = first_id;
  g_mutex_init (&self->lock);
  return self;
}

void
dtls_static_keys_free (DtlsStaticKeys * self)
{
  guint i;

  g_clear_pointer (&self->key, dtls_secret_unref);
  for (i = 0; i < N_PROPERTIES; i++)
    g_free (self->texts[i]);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static DtlsSecret *
secret_from_buffer (GstBuffer * buffer)
{
  gsize size = buffer != NULL ? gst_buffer_get_size (buffer) : 0;
  DtlsSecret *secret;

  if (size == 0)
    return NULL;
  secret = dtls_secret_new (size);
  gst_buffer_extract (buffer, 0, dtls_secret_bytes (secret), size);
  return secret;
}

gboolean
dtls_static_keys_set_property (DtlsStaticKeys * self, guint id,
    const GValue * value)
{
  guint property = id - self->first_id;

  if (property >= N_PROPERTIES)
    return FALSE;
  g_mutex_lock (&self->lock);
  if (property == KEY) {
    g_clear_pointer (&self->key, dtls_secret_unref);
    self->key = secret_from_buffer (g_value_get_boxed (value));
  } else {
    g_free (self->texts[property]);
    self->texts[property] = g_value_dup_string (value);
  }
  g_mutex_unlock (&self->lock);
  return TRUE;
}

gboolean
dtls_static_keys_get_property (DtlsStaticKeys * self, guint id, GValue * value)
{
  guint property = id - self->first_id;

  if (property >= N_PROPERTIES)
    return FALSE;
  if (property == KEY)
    return TRUE;
  g_mutex_lock (&self->lock);
  g_value_set_string (value, self->texts[property]);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

gboolean
dtls_static_keys_are_used (DtlsStaticKeys * self)
{
  gboolean used;
  guint i;

  g_mutex_lock (&self->lock);
  used = self->key != NULL;
  for (i = 0; i < N_PROPERTIES; i++)
    used |= self->texts[i] != NULL;
  g_mutex_unlock (&self->lock);
  return used;
}

static const DtlsProfile *
find_profile (const gchar * cipher, const gchar * auth, GError ** error)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (profiles); i++) {
    if (g_str_equal (profiles[i].cipher, cipher) && (profiles[i].auth == NULL
            || g_str_equal (profiles[i].auth, auth)))
      return dtls_profile_from_id (profiles[i].profile);
  }
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_KEY,
      _("There is no SRTP with srtp-cipher \"%s\" and srtp-auth \"%s\" here. "
          "Use aes-128-icm with hmac-sha1-80 or hmac-sha1-32, aes-128-gcm or "
          "aes-256-gcm."), cipher, auth);
  return NULL;
}

/* RFC 5764 section 4.1.2: the tag of SRTCP has 80 bits in all profiles with
 * HMAC, and the cipher is that of SRTP. */
static gboolean
check_srtcp (const DtlsProfile * profile, const gchar * srtp_cipher,
    const gchar * cipher, const gchar * auth, GError ** error)
{
  if (g_str_equal (cipher, srtp_cipher)
      && (profile->aead || g_str_equal (auth, "hmac-sha1-80")))
    return TRUE;
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_KEY,
      _("There is no SRTCP with srtcp-cipher \"%s\" and srtcp-auth \"%s\" "
          "beside srtp-cipher \"%s\". Use the same cipher for both, and "
          "hmac-sha1-80."), cipher, auth, srtp_cipher);
  return FALSE;
}

static gboolean
check_key (const DtlsProfile * profile, DtlsSecret * key, GError ** error)
{
  gsize size = profile->key_size + profile->salt_size;

  if (key != NULL && dtls_secret_size (key) == size)
    return TRUE;
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_KEY,
      _("%s needs a \"key\" of %zu bytes, master key and master salt, but "
          "there are %zu."), profile->name,
      size, key != NULL ? dtls_secret_size (key) : 0);
  return FALSE;
}

/* With the lock held. */
static const gchar *
get_text (DtlsStaticKeys * self, Property property, const gchar * value)
{
  return self->texts[property] != NULL ? self->texts[property] : value;
}

DtlsSrtpKeys *
dtls_static_keys_make (DtlsStaticKeys * self, GError ** error)
{
  const DtlsProfile *profile;
  const gchar *cipher, *auth;
  DtlsSrtpKeys *keys = NULL;

  g_mutex_lock (&self->lock);
  cipher = get_text (self, SRTP_CIPHER, DEFAULT_CIPHER);
  auth = get_text (self, SRTP_AUTH, DEFAULT_AUTH);
  profile = find_profile (cipher, auth, error);
  if (profile != NULL
      && check_srtcp (profile, cipher, get_text (self, SRTCP_CIPHER, cipher),
          get_text (self, SRTCP_AUTH, DEFAULT_AUTH), error)
      && check_key (profile, self->key, error))
    keys = dtls_srtp_keys_new (profile, dtls_secret_ref (self->key),
        dtls_secret_ref (self->key));
  g_mutex_unlock (&self->lock);
  return keys;
}
