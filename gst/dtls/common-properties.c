/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See common-properties.h.
 */
#include "config.h"

#include "common-properties.h"

#include <glib/gi18n-lib.h>
#include <gst/gst.h>

#include "enums.h"

GParamSpec *
dtls_param_connection_id (void)
{
  return g_param_spec_string ("connection-id", _("Connection id"),
      _("Joins the encoder and the decoder of one peer; needed, and unique "
          "in the process"), NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

GParamSpec *
dtls_param_is_client (void)
{
  return g_param_spec_boolean ("is-client", _("Is client"),
      _("Whether this end begins the handshake (a=setup:active in SDP)"),
      FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
      GST_PARAM_MUTABLE_READY);
}

GParamSpec *
dtls_param_connection_state (void)
{
  return g_param_spec_enum ("connection-state", _("Connection state"),
      _("State of the DTLS association"), DTLS_TYPE_CONNECTION_STATE,
      DTLS_STATE_CLOSED, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
version_param (const gchar * name, const gchar * nick)
{
  return g_param_spec_uint (name, nick,
      _("Negotiated DTLS version: 65277 (0xFEFD) for DTLS 1.2; 0 before"),
      0, G_MAXUINT16, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

GParamSpec *
dtls_param_version (void)
{
  return version_param ("version", _("Version"));
}

GParamSpec *
dtls_param_dtls_version (void)
{
  return version_param ("dtls-version", _("DTLS version"));
}
