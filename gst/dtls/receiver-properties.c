/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See receiver-properties.h.
 */
#include "config.h"

#include "receiver-properties.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "common-properties.h"
#include "enums.h"

#define TIMEOUT_MIN_MS 10
#define TIMEOUT_MAX_MS 60000

static GParamSpec *
string_property (const gchar * name, const gchar * nick, const gchar * blurb,
    const gchar * value, GParamFlags flags)
{
  return g_param_spec_string (name, nick, blurb, value,
      flags | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
ms_property (const gchar * name, const gchar * nick, const gchar * blurb,
    guint min, guint max, guint value)
{
  return g_param_spec_uint (name, nick, blurb, min, max, value,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
}

static void
install_identity (GObjectClass * klass, guint first_id)
{
  g_object_class_install_property (klass,
      first_id + DTLS_RECEIVER_CONNECTION_ID, dtls_param_connection_id ());
  g_object_class_install_property (klass,
      first_id + DTLS_RECEIVER_CONNECTION_STATE,
      dtls_param_connection_state ());
  g_object_class_install_property (klass, first_id + DTLS_RECEIVER_PEM,
      string_property ("pem", _("PEM"),
          _("Certificate and private key to use, in PEM format; reads as the "
              "certificate in use, without the key"), NULL,
          G_PARAM_READWRITE | GST_PARAM_DOC_SHOW_DEFAULT));
  g_object_class_install_property (klass, first_id + DTLS_RECEIVER_PEER_PEM,
      string_property ("peer-pem", _("Peer's PEM"),
          _("Certificate that the peer has shown, in PEM format"), NULL,
          G_PARAM_READABLE));
  g_object_class_install_property (klass, first_id + DTLS_RECEIVER_FINGERPRINT,
      string_property ("fingerprint", _("Fingerprint"),
          _("Fingerprint of the certificate in use, as in an a=fingerprint "
              "line of SDP"), NULL, G_PARAM_READABLE));
}

static void
install_verification (GObjectClass * klass, guint first_id)
{
  g_object_class_install_property (klass,
      first_id + DTLS_RECEIVER_PEER_FINGERPRINT,
      string_property ("peer-fingerprint", _("Peer's fingerprint"),
          _("What the signalling says about the peer's certificate: one or "
              "several values such as \"sha-256 AB:CD:…\", separated by "
              "commas; may be set while running"), NULL,
          G_PARAM_READWRITE | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (klass, first_id + DTLS_RECEIVER_VERIFY,
      g_param_spec_enum ("verify", _("Verify"),
          _("What is asked of the peer's certificate"), DTLS_TYPE_VERIFY,
          DTLS_VERIFY_AUTO,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass,
      first_id + DTLS_RECEIVER_SRTP_PROFILES, string_property ("srtp-profiles",
          _("SRTP profiles"),
          _("SRTP protection profiles, best first; \"none\" for data only"),
          DTLS_PROFILES_DEFAULT, G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass, first_id + DTLS_RECEIVER_PRIORITY,
      string_property ("priority", _("Priority"),
          _("GnuTLS priority string in place of the default, for peers with "
              "special needs"), NULL,
          G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY));
}

static void
install_transport (GObjectClass * klass, guint first_id)
{
  g_object_class_install_property (klass, first_id + DTLS_RECEIVER_MTU,
      g_param_spec_uint ("mtu", _("MTU"),
          _("Largest datagram of a handshake, in bytes; those with data may "
              "have 1452 unless this is below 1200"), DTLS_MTU_MIN,
          DTLS_MTU_MAX, DTLS_MTU_DEFAULT, G_PARAM_READWRITE |
          G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  g_object_class_install_property (klass,
      first_id + DTLS_RECEIVER_RETRANSMIT_TIMEOUT,
      ms_property ("retransmit-timeout", _("Retransmission timeout"),
          _("Milliseconds until an unanswered flight is sent again"),
          TIMEOUT_MIN_MS, TIMEOUT_MAX_MS, DTLS_RETRANSMIT_TIMEOUT_MS));
  g_object_class_install_property (klass,
      first_id + DTLS_RECEIVER_RETRANSMIT_CAP, ms_property ("retransmit-cap",
          _("Retransmission cap"),
          _("Milliseconds that the retransmission timeout may grow to in the "
              "first seconds"), TIMEOUT_MIN_MS, TIMEOUT_MAX_MS,
          DTLS_RETRANSMIT_CAP_MS));
  g_object_class_install_property (klass,
      first_id + DTLS_RECEIVER_HANDSHAKE_TIMEOUT,
      ms_property ("handshake-timeout", _("Handshake timeout"),
          _("Milliseconds that a handshake may take from its first message "
              "on; 0 for any time. A server waits for that message for ever"),
          0, G_MAXUINT, DTLS_HANDSHAKE_TIMEOUT_MS));
  g_object_class_install_property (klass, first_id + DTLS_RECEIVER_STATS,
      g_param_spec_boxed ("stats", _("Statistics"),
          _("What was negotiated, and counters of DTLS datagrams"),
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
dtls_receiver_properties_install (GObjectClass * klass, guint first_id)
{
  install_identity (klass, first_id);
  install_verification (klass, first_id);
  install_transport (klass, first_id);
}
