/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whepsink.
 */
#include "config.h"

#include "whep-settings.h"

#include <glib/gi18n-lib.h>

#define FIELD(name) G_STRUCT_OFFSET (WhepSettings, name)
/* Looked at with each offer. */
#define LIVE (G_PARAM_READWRITE | GST_PARAM_MUTABLE_PLAYING)

const WhepSetting whep_settings[] = {
  WHEP_SETTING_TEXT (FIELD (address), G_PARAM_READWRITE,
      "address", N_("Address"),
      N_("IP address that the HTTP server listens at: 127.0.0.1 for this "
          "machine alone, 0.0.0.0 or :: for everybody"), "127.0.0.1"),
  WHEP_SETTING_TEXT (FIELD (path), G_PARAM_READWRITE, "path", N_("Path"),
      N_("Path of the WHEP endpoint"), "/whep"),
  WHEP_SETTING_TEXT (FIELD (stun_server), G_PARAM_READWRITE,
      "stun-server", N_("STUN server"),
      N_("For viewers behind address translation: stun://HOST:PORT"), NULL),
  WHEP_SETTING_TEXT (FIELD (turn_server), G_PARAM_WRITABLE,
      "turn-server", N_("TURN server"),
      N_("Relay of last resort: turn://USER:PASSWORD@HOST:PORT, with "
          "?transport=tcp for TCP"), NULL),
  WHEP_SETTING_TEXT (FIELD (allowed_origins), G_PARAM_READWRITE,
      "allowed-origins", N_("Allowed origins"),
      N_("Other web sites whose pages may play the stream, such as "
          "https://example.org, separated by commas; * for all. Without "
          "it, only the page of this server may"), NULL),
  WHEP_SETTING_TEXT (FIELD (token), G_PARAM_WRITABLE, "token", N_("Token"),
      N_("What viewers must bear to be served; give it to the page as "
          "#token=…"), NULL),
  WHEP_SETTING_TEXT (FIELD (tls_certificate), G_PARAM_READWRITE,
      "tls-certificate", N_("TLS certificate"),
      N_("PEM file with the certificate of the HTTP server, for HTTPS"), NULL),
  WHEP_SETTING_TEXT (FIELD (tls_key), G_PARAM_READWRITE,
      "tls-key", N_("TLS key"),
      N_("PEM file with the private key to it; the certificate's file if "
          "not set"), NULL),
  WHEP_SETTING_NUMBER (FIELD (port), G_PARAM_READWRITE, "port", N_("Port"),
      N_("TCP port of the HTTP server; 0 takes a free one, which can be "
          "read here from READY on"), 0, 65535, 8080),
  WHEP_SETTING_NUMBER (FIELD (max_viewers), LIVE,
      "max-viewers", N_("Most viewers"),
      N_("How many viewers are served at a time, 0 for any number"),
      0, G_MAXUINT, 64),
  WHEP_SETTING_NUMBER (FIELD (offers_per_minute), LIVE,
      "offers-per-minute", N_("Offers per minute"),
      N_("How many offers are looked at in a minute, 0 for any number"),
      0, G_MAXUINT, 0),
  WHEP_SETTING_NUMBER (FIELD (connect_timeout_ms), LIVE,
      "connect-timeout", N_("Connect timeout"),
      N_("Milliseconds that a viewer may take from its offer until it is "
          "connected"), 1, G_MAXUINT, 20000),
  WHEP_SETTING_FLAG (FIELD (ice_tcp), LIVE,
      "ice-tcp", N_("ICE over TCP"),
      N_("Take viewers over TCP as well (RFC 6544), for those whose network "
          "lets no UDP through; each gets a TCP port of its own")),
  WHEP_SETTING_FLAG (FIELD (share_turn_server), G_PARAM_READWRITE,
      "share-turn-server", N_("Share the TURN server"),
      N_("Tell viewers of turn-server too, with its user and password, for "
          "those that can reach nothing else. Whoever may view gets them")),
  WHEP_SETTING_END
};
