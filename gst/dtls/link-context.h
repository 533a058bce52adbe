/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A link travels over the pad pair dtlsdec.keys ──► srtpkeyer.keys as the
 * answer to a context query; the reference is all there is in it, and nothing
 * secret can be printed from it.
 */
#ifndef DTLS_LINK_CONTEXT_H
#define DTLS_LINK_CONTEXT_H

#include "association-link.h"

G_BEGIN_DECLS

/** Of the query, and of the context that answers it. */
#define DTLS_LINK_CONTEXT_TYPE "gst.dtls.association-link"

/** Of the pads dtlsdec.keys and srtpkeyer.keys, so that nothing else fits. */
#define DTLS_LINK_CAPS "application/x-dtls-association-link"

GstContext *dtls_link_to_context (DtlsLink * self);

/** Returns: (transfer full) (nullable) */
DtlsLink *dtls_link_from_context (GstContext * context);

G_END_DECLS

#endif
