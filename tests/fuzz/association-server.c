/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The association as server, against what the network makes of a real peer.
 */
#include "config.h"

#include "mutated-network.h"
#include "targets.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  mutated_network_run (VIRTUAL_SERVER, data, size);
  return 0;
}
