/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whepsink: its properties that a person sets, with their
 * texts and defaults.
 */
#ifndef WHEP_SETTINGS_H
#define WHEP_SETTINGS_H

#include "whep-setting-table.h"

G_BEGIN_DECLS

/** Plain values; see the blurbs in whep-settings.c. */
typedef struct
{
  gchar *address;
  gchar *path;
  gchar *stun_server;
  gchar *turn_server;
  gchar *allowed_origins;
  gchar *token;
  gchar *tls_certificate;
  gchar *tls_key;
  guint port;
  guint max_viewers;
  guint offers_per_minute;
  guint connect_timeout_ms;
  gboolean ice_tcp;
  gboolean share_turn_server;
} WhepSettings;

/** The table of a #WhepSettings. */
extern const WhepSetting whep_settings[];

G_END_DECLS

#endif
