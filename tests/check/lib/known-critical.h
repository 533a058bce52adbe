/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A CRITICAL of GStreamer's own that a slow machine makes visible. Everything
 * else that is critical ends a test, as GLib has it.
 */
#ifndef KNOWN_CRITICAL_H
#define KNOWN_CRITICAL_H

/**
 * known_critical_allow:
 *
 * Of rtpmanager 1.22: it lets go of its lock while it goes through its sources
 * (the signal on-sending-nacks), with the OpenSSL-based plugin as well. For
 * this case of a test alone, because GLib forgets it after each.
 */
void known_critical_allow (void);

#endif
