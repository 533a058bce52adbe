/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The settings of whepsink: its properties that a person sets, with their
 * texts and defaults. The caller serialises.
 */
#ifndef WHEP_SETTINGS_H
#define WHEP_SETTINGS_H

#include <gst/gst.h>

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

/**
 * whep_settings_install:
 * @first_id: of the first property; the others follow
 *
 * Returns: the first id that is free again.
 */
guint whep_settings_install (GObjectClass * klass, guint first_id);

void whep_settings_init (WhepSettings * self);
void whep_settings_clear (WhepSettings * self);

/** whep_settings_copy: @to is to be cleared. */
void whep_settings_copy (const WhepSettings * self, WhepSettings * to);

/** whep_settings_set: @index: property id less @first_id. */
void whep_settings_set (WhepSettings * self, guint index,
    const GValue * value);
void whep_settings_get (const WhepSettings * self, guint index,
    GValue * value);

/** whep_settings_port_index: which of them is `port`. */
guint whep_settings_port_index (void);

/** Returns: how many there are. */
guint whep_settings_count (void);

G_END_DECLS

#endif
