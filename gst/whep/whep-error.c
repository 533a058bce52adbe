/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The error domain of this room.
 */
#include "config.h"

#include "whep-error.h"

G_DEFINE_QUARK (whep - error - quark, whep_error)
