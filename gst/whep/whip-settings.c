/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whipsink.
 */
#include "config.h"

#include "whip-settings.h"

#include <glib/gi18n-lib.h>

#define FIELD(name) G_STRUCT_OFFSET (WhipSettings, name)
#define OPEN (G_PARAM_READWRITE | GST_PARAM_MUTABLE_READY)
#define SECRET (G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY)

const WhepSetting whip_settings[] = {
  WHEP_SETTING_TEXT (FIELD (location), OPEN, "location", N_("Location"),
      N_("Address to publish to, such as https://example.org/whip"), NULL),
  WHEP_SETTING_TEXT (FIELD (token), SECRET, "token", N_("Token"),
      N_("What the server expects of those who publish (a bearer token)"),
      NULL),
  WHEP_SETTING_TEXT (FIELD (stun_server), OPEN,
      "stun-server", N_("STUN server"),
      N_("When this end is behind address translation: stun://HOST:PORT"),
      NULL),
  WHEP_SETTING_TEXT (FIELD (turn_server), SECRET,
      "turn-server", N_("TURN server"),
      N_("Relay of last resort: turn://USER:PASSWORD@HOST:PORT, with "
          "?transport=tcp for TCP"), NULL),
  WHEP_SETTING_TEXT (FIELD (tls_ca_file), OPEN,
      "tls-ca-file", N_("TLS CA file"),
      N_("PEM file with the authorities that may have signed the server's "
          "certificate, instead of those that the system trusts"), NULL),
  WHEP_SETTING_NUMBER (FIELD (connect_timeout_ms), OPEN,
      "connect-timeout", N_("Connect timeout"),
      N_("Milliseconds that the server may take for its answer, and then "
          "until it is connected"), 1, G_MAXUINT, 20000),
  WHEP_SETTING_FLAG (FIELD (reconnect), OPEN,
      "reconnect", N_("Reconnect"),
      N_("Whether to publish again, after 1 to 30 seconds, when a connection "
          "that was there is lost, instead of ending with an error")),
  WHEP_SETTING_END
};
