/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables of names for enumerations.
 */
#include "config.h"

#include "enums.h"

#include <gst/gst.h>

#include "certificate-source.h"

static const GEnumValue states[] = {
  {DTLS_STATE_NEW, "No handshake yet", "new"},
  {DTLS_STATE_CLOSED, "Closed by either end, or not there", "closed"},
  {DTLS_STATE_FAILED, "Failed", "failed"},
  {DTLS_STATE_CONNECTING, "The handshake is going on", "connecting"},
  {DTLS_STATE_CONNECTED, "Connected", "connected"},
  {0, NULL, NULL},
};

static const GEnumValue verifications[] = {
  {DTLS_VERIFY_AUTO, "Required when a fingerprint is given", "auto"},
  {DTLS_VERIFY_REQUIRED, "Hold keys and data until it is given and matches",
      "required"},
  {DTLS_VERIFY_NONE, "Accept any peer", "none"},
  {0, NULL, NULL},
};

static const GEnumValue key_types[] = {
  {DTLS_KEY_TYPE_ECDSA_P256, "ECDSA, P-256", "ecdsa-p256"},
  {DTLS_KEY_TYPE_ECDSA_P384, "ECDSA, P-384", "ecdsa-p384"},
  {DTLS_KEY_TYPE_RSA_2048, "RSA, 2048 bits", "rsa-2048"},
  {DTLS_KEY_TYPE_RSA_3072, "RSA, 3072 bits", "rsa-3072"},
  {0, NULL, NULL},
};

static const GEnumValue scopes[] = {
  {DTLS_CERTIFICATE_SCOPE_PIPELINE, "One for all associations", "pipeline"},
  {DTLS_CERTIFICATE_SCOPE_ASSOCIATION, "A fresh one for each association",
      "association"},
  {0, NULL, NULL},
};

static GType
register_once (gsize * type, const gchar * name, const GEnumValue * values)
{
  if (g_once_init_enter (type)) {
    GType new_type = g_enum_register_static (name, values);

    gst_type_mark_as_plugin_api (new_type, 0);
    g_once_init_leave (type, new_type);
  }
  return *type;
}

GType
dtls_connection_state_get_type (void)
{
  static gsize type;

  return register_once (&type, "DtlsConnectionState", states);
}

const gchar *
dtls_connection_state_get_nick (DtlsState state)
{
  return states[state].value_nick;
}

GType
dtls_verify_get_type (void)
{
  static gsize type;

  return register_once (&type, "DtlsVerify", verifications);
}

GType
dtls_key_type_get_type (void)
{
  static gsize type;

  return register_once (&type, "DtlsKeyType", key_types);
}

GType
dtls_certificate_scope_get_type (void)
{
  static gsize type;

  return register_once (&type, "DtlsCertificateScope", scopes);
}
