/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults of GStreamer's own that a slow machine makes visible, with the
 * OpenSSL-based plugin as well. Everything else that is critical ends a test,
 * as GLib has it, and all that others leave behind is a leak.
 *
 * A program with this file is forgiven what rtpbin loses: it lists what the
 * streams of one session bring from their threads, without a lock (1.22).
 */
#ifndef KNOWN_FAULTS_H
#define KNOWN_FAULTS_H

#include <gst/gst.h>

/**
 * known_faults_allow:
 *
 * Allows one CRITICAL of rtpmanager 1.22: it lets go of its lock while it goes
 * through its sources (the signal on-sending-nacks). For this case of a test
 * alone, because GLib forgets it after each.
 */
void known_faults_allow (void);

/**
 * known_faults_avoid:
 *
 * Has @webrtcbin look for no router by UPnP: libgupnp chooses a free port and
 * warns, which ends a test, when somebody else was faster.
 */
void known_faults_avoid (GstElement * webrtcbin);

#endif
