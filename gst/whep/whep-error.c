/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The error domain of this room.
 */
#include "config.h"

#include "whep-error.h"

GQuark
whep_error_quark (void)
{
  return g_quark_from_static_string ("whep-error-quark");
}
