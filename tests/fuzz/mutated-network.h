/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A real handshake on the virtual network, in which the input decides what
 * becomes of each datagram on its way to one end. That reaches states which
 * bytes alone never would, since a peer with keys is at the other end.
 */
#ifndef MUTATED_NETWORK_H
#define MUTATED_NETWORK_H

#include "virtual-network.h"

/** Runs one; ends the program where a promise of the engine is broken. */
void mutated_network_run (VirtualSide victim, const guint8 * data,
    gsize size);

#endif
