/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When the values of the properties count, and what a value does that cannot
 * be used.
 *
 * No lock: the values, the link and the certificate's choice have theirs.
 */
#include "config.h"

#include "receiver-settings.h"

#include <glib/gi18n-lib.h>

#include "certificate-choice.h"
#include "enums.h"
#include "link-stats.h"
#include "receiver-link.h"
#include "receiver-properties.h"
#include "receiver-values.h"

GST_DEBUG_CATEGORY_STATIC (receiver_debug);
#define GST_CAT_DEFAULT receiver_debug

/* Matches no certificate: stands in for a value that could not be read. */
#define IMPOSSIBLE_FINGERPRINT \
    "sha-256 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:" \
    "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00"

struct _DtlsReceiverSettings
{
  GstElement *owner;
  guint first_id;
  DtlsCertificateChoice *certificate;
  DtlsReceiverLink *link;
  DtlsReceiverValues *values;
};

void
dtls_receiver_settings_install (GObjectClass * klass, guint first_id,
    DtlsReceiverRestart restart)
{
  GST_DEBUG_CATEGORY_INIT (receiver_debug, "dtlsreceiver", 0,
      "Settings of DTLS decoders");
  dtls_receiver_properties_install (klass, first_id);

  /**
   * DtlsDec::restart:
   * @object: the element
   * @peer_fingerprint: (nullable): what the signalling says about the new
   *   peer's certificate, as in the property `peer-fingerprint`, which takes
   *   this value; %NULL to keep the property's
   *
   * Asks for a new association with the peer (RFC 8842). As DTLS client this
   * end begins a handshake at once; as server it awaits the peer's. The live
   * association carries media and data until the new peer is accepted; then
   * the keys change and `on-key-received` comes again, while
   * `connection-state` stays connected. When nothing comes of it, the live
   * association goes on. dtlssrtpdec has the same signal.
   *
   * Returns: %FALSE, with the reason in a warning message, when the value is
   * no fingerprint or there is no association; nothing has changed then.
   *
   * Since: 1.0
   */
  g_signal_new_class_handler ("restart", G_OBJECT_CLASS_TYPE (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (restart), NULL, NULL,
      NULL, G_TYPE_BOOLEAN, 1, G_TYPE_STRING);
}

/* The link */

static DtlsLink *
ref_link (DtlsReceiverSettings * self)
{
  return dtls_receiver_link_ref_link (self->link);
}

DtlsLink *
dtls_receiver_settings_obtain_link (DtlsReceiverSettings * self)
{
  DtlsLink *link = ref_link (self);
  gchar *id;

  if (link)
    return link;
  id = dtls_receiver_values_dup_connection_id (self->values);
  if (id)
    link = dtls_link_obtain (id);
  g_free (id);
  return link;
}

/* Reports */

static void
post_error (DtlsReceiverSettings * self, const GError * error)
{
  GST_ELEMENT_ERROR (self->owner, LIBRARY, SETTINGS, ("%s", error->message),
      (NULL));
}

/* Setting */

/* Takes @error, which is NULL for a value that was good. */
static void
keep_error (DtlsReceiverSettings * self, DtlsReceiverProperty property,
    GError * error)
{
  if (error)
    GST_ERROR_OBJECT (self->owner, "%s", error->message);
  dtls_receiver_values_take_error (self->values, property, error);
}

static void
set_pem (DtlsReceiverSettings * self, const gchar * pem)
{
  GError *error = NULL;

  dtls_certificate_choice_set_pem (self->certificate, pem, &error);
  keep_error (self, DTLS_RECEIVER_PEM, error);
}

/* Takes @fingerprints. In this order: who configures the link meanwhile looks
 * at the values again when it has done so. */
static void
use_fingerprints (DtlsReceiverSettings * self, DtlsFingerprints * fingerprints)
{
  DtlsFingerprints *kept =
      fingerprints ? dtls_fingerprints_ref (fingerprints) : NULL;
  DtlsLink *link;

  dtls_receiver_values_take_fingerprints (self->values, fingerprints);
  link = ref_link (self);
  if (link)
    dtls_link_set_fingerprints (link, kept);
  g_clear_object (&link);
  g_clear_pointer (&kept, dtls_fingerprints_unref);
}

/* The value cannot be used, but the peer was to be verified: where no former
 * value does that, nobody is let in. */
static void
refuse_fingerprints (DtlsReceiverSettings * self, GError * error)
{
  DtlsLink *link = ref_link (self);

  if (link) {
    GST_ELEMENT_WARNING (self->owner, LIBRARY, SETTINGS,
        ("%s", error->message), (NULL));
    if (!dtls_receiver_values_have_fingerprints (self->values))
      use_fingerprints (self,
          dtls_fingerprints_parse (IMPOSSIBLE_FINGERPRINT, NULL));
  }
  g_clear_object (&link);
  keep_error (self, DTLS_RECEIVER_PEER_FINGERPRINT, error);
}

static void
set_fingerprints (DtlsReceiverSettings * self, const gchar * text)
{
  DtlsFingerprints *fingerprints = NULL;
  GError *error = NULL;

  if (text && *text) {
    fingerprints = dtls_fingerprints_parse (text, &error);
    if (!fingerprints) {
      refuse_fingerprints (self, error);
      return;
    }
  }
  keep_error (self, DTLS_RECEIVER_PEER_FINGERPRINT, NULL);
  use_fingerprints (self, fingerprints);
}

static void
set_profiles (DtlsReceiverSettings * self, const gchar * text)
{
  DtlsProfiles profiles;
  GError *error = NULL;

  if (dtls_profiles_parse (text, &profiles, &error))
    dtls_receiver_values_set_profiles (self->values, &profiles);
  keep_error (self, DTLS_RECEIVER_SRTP_PROFILES, error);
}

gboolean
dtls_receiver_settings_set_property (DtlsReceiverSettings * self, guint id,
    const GValue * value)
{
  DtlsReceiverProperty property = id - self->first_id;

  switch (property) {
    case DTLS_RECEIVER_PEM:
      set_pem (self, g_value_get_string (value));
      return TRUE;
    case DTLS_RECEIVER_PEER_FINGERPRINT:
      set_fingerprints (self, g_value_get_string (value));
      return TRUE;
    case DTLS_RECEIVER_SRTP_PROFILES:
      set_profiles (self, g_value_get_string (value));
      return TRUE;
    default:
      return dtls_receiver_values_set (self->values, property, value);
  }
}

/* Getting */

static DtlsCertificate *
get_certificate (DtlsReceiverSettings * self)
{
  GError *error = NULL;
  DtlsCertificate *certificate;

  certificate = dtls_certificate_choice_get (self->certificate, &error);
  if (!certificate) {
    GST_WARNING_OBJECT (self->owner, "no certificate: %s", error->message);
    g_error_free (error);
  }
  return certificate;
}

static void
get_pem (DtlsReceiverSettings * self, GValue * value)
{
  DtlsCertificate *certificate = get_certificate (self);

  if (!certificate)
    return;
  g_value_set_string (value, dtls_certificate_get_pem (certificate));
  dtls_certificate_unref (certificate);
}

static void
get_fingerprint (DtlsReceiverSettings * self, GValue * value)
{
  DtlsCertificate *certificate = get_certificate (self);

  if (!certificate)
    return;
  g_value_take_string (value,
      dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256));
  dtls_certificate_unref (certificate);
}

static void
get_peer_pem (DtlsReceiverSettings * self, GValue * value)
{
  DtlsLink *link = ref_link (self);
  GBytes *der = link ? dtls_link_get_peer_certificate (link) : NULL;

  if (der) {
    g_value_take_string (value,
        dtls_certificate_der_to_pem (g_bytes_get_data (der, NULL),
            g_bytes_get_size (der)));
    g_bytes_unref (der);
  }
  g_clear_object (&link);
}

static void
get_stats (DtlsReceiverSettings * self, GValue * value)
{
  DtlsLink *link = ref_link (self);

  g_value_take_boxed (value, link ? dtls_link_get_stats (link)
      : dtls_link_stats_new_empty ());
  g_clear_object (&link);
}

gboolean
dtls_receiver_settings_get_property (DtlsReceiverSettings * self, guint id,
    GValue * value)
{
  DtlsReceiverProperty property = id - self->first_id;

  switch (property) {
    case DTLS_RECEIVER_PEM:
      get_pem (self, value);
      return TRUE;
    case DTLS_RECEIVER_FINGERPRINT:
      get_fingerprint (self, value);
      return TRUE;
    case DTLS_RECEIVER_PEER_PEM:
      get_peer_pem (self, value);
      return TRUE;
    case DTLS_RECEIVER_STATS:
      get_stats (self, value);
      return TRUE;
    case DTLS_RECEIVER_CONNECTION_STATE:
      g_value_set_enum (value, dtls_receiver_link_get_state (self->link));
      return TRUE;
    default:
      return dtls_receiver_values_get (self->values, property, value);
  }
}

void
dtls_receiver_settings_set_certificate_pad (DtlsReceiverSettings * self,
    GstPad * pad)
{
  dtls_certificate_choice_set_pad (self->certificate, pad);
}

/* Changes of state */

DtlsLink *
dtls_receiver_settings_open (DtlsReceiverSettings * self)
{
  GError *error = dtls_receiver_values_dup_error (self->values);
  DtlsLink *link = NULL;

  if (!error)
    link = dtls_receiver_settings_obtain_link (self);
  if (!error && !link)
    g_set_error_literal (&error, DTLS_ERROR, DTLS_ERROR_DUPLICATE_ID,
        _("The property \"connection-id\" is not set. Set it to the same text "
            "on the encoder and on the decoder of one peer."));
  if (!error)
    dtls_receiver_link_open (self->link, link, &error);
  if (error) {
    post_error (self, error);
    g_error_free (error);
    g_clear_object (&link);
    return NULL;
  }
  return link;
}

gboolean
dtls_receiver_settings_start (DtlsReceiverSettings * self)
{
  DtlsLink *link = ref_link (self);
  GError *error = NULL;
  DtlsCertificate *certificate;

  certificate = dtls_certificate_choice_get (self->certificate, &error);
  if (certificate) {
    dtls_receiver_values_configure (self->values, link, certificate);
    dtls_certificate_unref (certificate);
    dtls_link_start (link, DTLS_SIDE_RECEIVER, &error);
  }
  g_object_unref (link);
  if (!error)
    return TRUE;
  post_error (self, error);
  g_error_free (error);
  return FALSE;
}

/* The link keeps the live association until the new peer is accepted, so the
 * property must not reach it as one that is set. */
static gboolean
restart_link (DtlsReceiverSettings * self, DtlsFingerprints * fingerprints,
    GError ** error)
{
  DtlsLink *link = ref_link (self);
  gboolean asked = FALSE;

  if (link)
    asked = dtls_link_restart (link, fingerprints, error);
  else
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED,
        _("There is no association that could start anew."));
  g_clear_object (&link);
  if (!asked || !fingerprints)
    return asked;
  keep_error (self, DTLS_RECEIVER_PEER_FINGERPRINT, NULL);
  dtls_receiver_values_take_fingerprints (self->values,
      dtls_fingerprints_ref (fingerprints));
  g_object_notify (G_OBJECT (self->owner), "peer-fingerprint");
  return TRUE;
}

gboolean
dtls_receiver_settings_restart (DtlsReceiverSettings * self,
    const gchar * peer_fingerprint)
{
  DtlsFingerprints *fingerprints = NULL;
  GError *error = NULL;

  if (peer_fingerprint)
    fingerprints = dtls_fingerprints_parse (peer_fingerprint, &error);
  if (!error)
    restart_link (self, fingerprints, &error);
  g_clear_pointer (&fingerprints, dtls_fingerprints_unref);
  if (!error)
    return TRUE;
  GST_ELEMENT_WARNING (self->owner, LIBRARY, SETTINGS, ("%s", error->message),
      ("refused to restart the association, all goes on as it was"));
  g_error_free (error);
  return FALSE;
}

void
dtls_receiver_settings_stop (DtlsReceiverSettings * self)
{
  dtls_receiver_link_stop (self->link);
}

void
dtls_receiver_settings_close (DtlsReceiverSettings * self)
{
  dtls_receiver_link_close (self->link);
}

DtlsReceiverSettings *
dtls_receiver_settings_new (GstElement * owner, guint first_id)
{
  DtlsReceiverSettings *self = g_new0 (DtlsReceiverSettings, 1);

  self->owner = owner;
  self->first_id = first_id;
  self->certificate = dtls_certificate_choice_new (owner);
  self->link = dtls_receiver_link_new (owner);
  self->values = dtls_receiver_values_new ();
  return self;
}

void
dtls_receiver_settings_free (DtlsReceiverSettings * self)
{
  dtls_certificate_choice_free (self->certificate);
  dtls_receiver_link_free (self->link);
  dtls_receiver_values_free (self->values);
  g_free (self);
}
