/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whipsink: its properties that a person sets, with their
 * texts and defaults.
 */
#ifndef WHIP_SETTINGS_H
#define WHIP_SETTINGS_H

#include "whep-setting-table.h"

G_BEGIN_DECLS

/** Plain values; see the blurbs in whip-settings.c. */
typedef struct
{
  gchar *location;
  gchar *token;
  gchar *stun_server;
  gchar *turn_server;
  gchar *tls_ca_file;
  guint connect_timeout_ms;
  gboolean reconnect;
} WhipSettings;

/** The table of a #WhipSettings. */
extern const WhepSetting whip_settings[];

G_END_DECLS

#endif
