/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * After which ends of a publication another one may succeed, and when it is
 * tried. Pure functions.
 */
#ifndef WHIP_RETRY_H
#define WHIP_RETRY_H

#include "whep-peer.h"

G_BEGIN_DECLS

/** A session that has lasted this long counts as a new beginning. */
#define WHIP_RETRY_STABLE_MS 30000

/**
 * whip_retry_may_help:
 * @error: (nullable): what the session ended with
 *
 * Returns: whether it was the network, or a server that is not there or has no
 * room at this time. What a person must set right first, such as a token or a
 * certificate, does not become right by itself.
 */
gboolean whip_retry_may_help (WhepEnd end, const GError * error);

/**
 * whip_retry_delay_ms:
 * @attempt: from 0
 *
 * Returns: milliseconds, 1000 to 30000: about twice as many each time, not the
 * same for all who have lost a server at once.
 */
guint whip_retry_delay_ms (guint attempt);

G_END_DECLS

#endif
