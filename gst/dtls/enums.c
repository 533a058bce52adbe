/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables of names for the engine's enumerations.
 */
#include "config.h"

#include "enums.h"

#include <gst/gst.h>

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
