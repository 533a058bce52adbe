/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is proposed to a server that streams are published to: a section for
 * each stream, with the one format that it has. Pure function.
 */
#ifndef WHIP_OFFER_H
#define WHIP_OFFER_H

#include "whep-offer.h"

G_BEGIN_DECLS

/**
 * whip_offer_new:
 * @formats: (array length=n_formats): our streams, at most 16; those without
 *   a codec are left out
 *
 * Returns: (transfer full) (element-type WhepMedia): for
 * whep_description_new() and whep_offer_parse_answer(); empty when there is
 * nothing to send.
 */
GPtrArray *whip_offer_new (const WhepFormat * formats, guint n_formats);

G_END_DECLS

#endif
