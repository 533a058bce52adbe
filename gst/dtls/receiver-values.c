/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See receiver-values.h.
 *
 * Locks: one, over the values; nothing is called out of it.
 */
#include "config.h"

#include "receiver-values.h"

struct _DtlsReceiverValues
{
  GMutex lock;

  /* All below under the lock. */
  gchar *connection_id;
  DtlsConfig config;            /* owns fingerprints and priority */
  GError *errors[DTLS_RECEIVER_N_PROPERTIES];
};

static void
set_string (gchar ** field, const GValue * value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

/* With the lock held. */
static gboolean
set_value (DtlsReceiverValues * self, DtlsReceiverProperty property,
    const GValue * value)
{
  switch (property) {
    case DTLS_RECEIVER_CONNECTION_ID:
      set_string (&self->connection_id, value);
      return TRUE;
    case DTLS_RECEIVER_VERIFY:
      self->config.verify = g_value_get_enum (value);
      return TRUE;
    case DTLS_RECEIVER_MTU:
      self->config.mtu = g_value_get_uint (value);
      return TRUE;
    case DTLS_RECEIVER_RETRANSMIT_TIMEOUT:
      self->config.retransmit_timeout_ms = g_value_get_uint (value);
      return TRUE;
    case DTLS_RECEIVER_RETRANSMIT_CAP:
      self->config.retransmit_cap_ms = g_value_get_uint (value);
      return TRUE;
    case DTLS_RECEIVER_HANDSHAKE_TIMEOUT:
      self->config.handshake_timeout_ms = g_value_get_uint (value);
      return TRUE;
    case DTLS_RECEIVER_PRIORITY:
      set_string ((gchar **) & self->config.priority, value);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
dtls_receiver_values_set (DtlsReceiverValues * self,
    DtlsReceiverProperty property, const GValue * value)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = set_value (self, property, value);
  g_mutex_unlock (&self->lock);
  return known;
}

/* With the lock held. */
static gboolean
get_value (DtlsReceiverValues * self, DtlsReceiverProperty property,
    GValue * value)
{
  switch (property) {
    case DTLS_RECEIVER_CONNECTION_ID:
      g_value_set_string (value, self->connection_id);
      return TRUE;
    case DTLS_RECEIVER_PEER_FINGERPRINT:
      g_value_take_string (value, self->config.fingerprints ?
          dtls_fingerprints_to_string (self->config.fingerprints) : NULL);
      return TRUE;
    case DTLS_RECEIVER_VERIFY:
      g_value_set_enum (value, self->config.verify);
      return TRUE;
    case DTLS_RECEIVER_SRTP_PROFILES:
      g_value_take_string (value,
          dtls_profiles_to_string (&self->config.profiles));
      return TRUE;
    case DTLS_RECEIVER_MTU:
      g_value_set_uint (value, self->config.mtu);
      return TRUE;
    case DTLS_RECEIVER_RETRANSMIT_TIMEOUT:
      g_value_set_uint (value, self->config.retransmit_timeout_ms);
      return TRUE;
    case DTLS_RECEIVER_RETRANSMIT_CAP:
      g_value_set_uint (value, self->config.retransmit_cap_ms);
      return TRUE;
    case DTLS_RECEIVER_HANDSHAKE_TIMEOUT:
      g_value_set_uint (value, self->config.handshake_timeout_ms);
      return TRUE;
    case DTLS_RECEIVER_PRIORITY:
      g_value_set_string (value, self->config.priority);
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
dtls_receiver_values_get (DtlsReceiverValues * self,
    DtlsReceiverProperty property, GValue * value)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = get_value (self, property, value);
  g_mutex_unlock (&self->lock);
  return known;
}

gchar *
dtls_receiver_values_dup_connection_id (DtlsReceiverValues * self)
{
  gchar *id;

  g_mutex_lock (&self->lock);
  id = g_strdup (self->connection_id);
  g_mutex_unlock (&self->lock);
  return id;
}

void
dtls_receiver_values_set_profiles (DtlsReceiverValues * self,
    const DtlsProfiles * profiles)
{
  g_mutex_lock (&self->lock);
  self->config.profiles = *profiles;
  g_mutex_unlock (&self->lock);
}

void
dtls_receiver_values_take_fingerprints (DtlsReceiverValues * self,
    DtlsFingerprints * fingerprints)
{
  DtlsFingerprints *old;

  g_mutex_lock (&self->lock);
  old = self->config.fingerprints;
  self->config.fingerprints = fingerprints;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, dtls_fingerprints_unref);
}

gboolean
dtls_receiver_values_have_fingerprints (DtlsReceiverValues * self)
{
  gboolean have;

  g_mutex_lock (&self->lock);
  have = self->config.fingerprints != NULL;
  g_mutex_unlock (&self->lock);
  return have;
}

void
dtls_receiver_values_take_error (DtlsReceiverValues * self,
    DtlsReceiverProperty property, GError * error)
{
  GError *old;

  g_mutex_lock (&self->lock);
  old = self->errors[property];
  self->errors[property] = error;
  g_mutex_unlock (&self->lock);
  g_clear_error (&old);
}

GError *
dtls_receiver_values_dup_error (DtlsReceiverValues * self)
{
  GError *error = NULL;
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < DTLS_RECEIVER_N_PROPERTIES && !error; i++)
    error = self->errors[i] ? g_error_copy (self->errors[i]) : NULL;
  g_mutex_unlock (&self->lock);
  return error;
}

/* Returns: %FALSE when other fingerprints were set meanwhile, which the link
 * may have lost again. */
static gboolean
try_to_configure (DtlsReceiverValues * self, DtlsLink * link,
    DtlsCertificate * certificate)
{
  DtlsConfig config;
  gboolean still_hold;

  g_mutex_lock (&self->lock);
  config = self->config;
  config.priority = g_strdup (self->config.priority);
  if (config.fingerprints)
    dtls_fingerprints_ref (config.fingerprints);
  g_mutex_unlock (&self->lock);

  config.certificate = certificate;
  dtls_link_configure (link, &config);
  g_mutex_lock (&self->lock);
  still_hold = self->config.fingerprints == config.fingerprints;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&config.fingerprints, dtls_fingerprints_unref);
  g_free ((gchar *) config.priority);
  return still_hold;
}

void
dtls_receiver_values_configure (DtlsReceiverValues * self, DtlsLink * link,
    DtlsCertificate * certificate)
{
  while (!try_to_configure (self, link, certificate));
}

DtlsReceiverValues *
dtls_receiver_values_new (void)
{
  DtlsReceiverValues *self = g_new0 (DtlsReceiverValues, 1);

  g_mutex_init (&self->lock);
  dtls_profiles_parse (DTLS_PROFILES_DEFAULT, &self->config.profiles, NULL);
  self->config.verify = DTLS_VERIFY_AUTO;
  self->config.mtu = DTLS_MTU_DEFAULT;
  self->config.retransmit_timeout_ms = DTLS_RETRANSMIT_TIMEOUT_MS;
  self->config.retransmit_cap_ms = DTLS_RETRANSMIT_CAP_MS;
  self->config.handshake_timeout_ms = DTLS_HANDSHAKE_TIMEOUT_MS;
  return self;
}

void
dtls_receiver_values_free (DtlsReceiverValues * self)
{
  guint i;

  g_free (self->connection_id);
  g_clear_pointer (&self->config.fingerprints, dtls_fingerprints_unref);
  g_free ((gchar *) self->config.priority);
  for (i = 0; i < DTLS_RECEIVER_N_PROPERTIES; i++)
    g_clear_error (&self->errors[i]);
  g_mutex_clear (&self->lock);
  g_free (self);
}
