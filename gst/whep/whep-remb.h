/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a peer says it can receive: the REMB message of RTCP
 * (draft-alvestrand-rmcat-remb-03 section 2.2). Pure function.
 */
#ifndef WHEP_REMB_H
#define WHEP_REMB_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * whep_remb_parse:
 * @fci: the feedback control information of an application layer feedback
 *   message, @size bytes
 *
 * Returns: bits per second, %G_MAXUINT for more than that; 0 when it is no
 * REMB.
 */
guint whep_remb_parse (const guint8 * fci, gsize size);

/**
 * whep_remb_differs:
 *
 * Returns: whether @to is so far from @from that an encoder should know: by
 * more than a twentieth.
 */
gboolean whep_remb_differs (guint from, guint to);

G_END_DECLS

#endif
