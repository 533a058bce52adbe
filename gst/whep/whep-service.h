/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a whepsink does for those who come over HTTP: it judges their offers,
 * makes viewers of them, and tells how each ended.
 *
 * Threads: made and freed in state changes of the sink. Its functions are
 * called on the HTTP server's thread.
 */
#ifndef WHEP_SERVICE_H
#define WHEP_SERVICE_H

#include "whep-inputs.h"
#include "whep-settings.h"
#include "whep-viewers.h"

G_BEGIN_DECLS

typedef struct _WhepService WhepService;

/**
 * WhepServiceFuncs:
 * @added: viewer @id was accepted
 * @removed: viewer @id is over, for @reason; @detail (nullable) says more
 * @bitrate: what the slowest viewer can receive has changed, in bits per
 *   second
 */
typedef struct
{
  void (*added) (const gchar * id, gpointer user_data);
  void (*removed) (const gchar * id, const gchar * reason,
      const gchar * detail, gpointer user_data);
  void (*bitrate) (guint bitrate, gpointer user_data);
} WhepServiceFuncs;

/**
 * whep_service_new:
 * @sink: whose clock is used; borrowed, as all else
 * @settings: guarded by the object lock of @sink; what limits viewers is read
 *   with each offer, the rest now
 * @inputs: what is served
 * @viewers: where they are kept
 * @error: names the setting that cannot be, and the cure
 *
 * Returns: (transfer full) (nullable): a service that takes offers.
 */
WhepService *whep_service_new (GstElement * sink,
    const WhepSettings * settings, WhepInputs * inputs, WhepViewers * viewers,
    const WhepServiceFuncs * funcs, gpointer user_data, GError ** error);

/** whep_service_get_port: the TCP port in use. */
guint whep_service_get_port (WhepService * self);

/** Returns: (transfer full): the address of the page. */
gchar *whep_service_get_uri (WhepService * self);

/**
 * whep_service_end_viewers:
 *
 * Waits until everybody was told, and until an offer that came before
 * whep_inputs_set_open() was judged; not from the server's thread.
 */
void whep_service_end_viewers (WhepService * self);

/** whep_service_free: ends all there is; not from the server's thread. */
void whep_service_free (WhepService * self);

G_END_DECLS

#endif
