/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the two sides of a link have in common: the link that an element holds
 * from READY to NULL, and the state that the application was told last. Part
 * of receiver-link and of sender-link.
 *
 * Threads: everything may be called from any thread.
 */
#ifndef DTLS_HELD_LINK_H
#define DTLS_HELD_LINK_H

#include <gst/gst.h>

#include "association-link.h"

G_BEGIN_DECLS

/* The lock is over what stands below it; the owner is called without it. */
typedef struct
{
  GstElement *owner;

  GMutex lock;
  DtlsLink *link;
  DtlsState state;
} DtlsHeldLink;

/**
 * dtls_held_link_init:
 * @owner: not referenced; has the property `connection-state`
 *
 * Holds nothing; the state is closed.
 */
void dtls_held_link_init (DtlsHeldLink * self, GstElement * owner);
void dtls_held_link_clear (DtlsHeldLink * self);

/** @link: (nullable): is referenced, and takes the place of the former one */
void dtls_held_link_set (DtlsHeldLink * self, DtlsLink * link);

/** Returns: (transfer full) (nullable): the link that is held. */
DtlsLink *dtls_held_link_ref (DtlsHeldLink * self);

/**
 * dtls_held_link_is:
 *
 * Returns: whether @link is held. A signal that was on its way may still come
 * after the link was left.
 */
gboolean dtls_held_link_is (DtlsHeldLink * self, DtlsLink * link);

/** dtls_held_link_announce: notifies `connection-state`, once a change. */
void dtls_held_link_announce (DtlsHeldLink * self, DtlsState state);

/** Returns: the state as it was announced last. */
DtlsState dtls_held_link_get_state (DtlsHeldLink * self);

G_END_DECLS

#endif
