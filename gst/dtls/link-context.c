/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The context that carries a link from one element to another.
 */
#include "config.h"

#include "link-context.h"

GstContext *
dtls_link_to_context (DtlsLink * self)
{
  GstContext *context = gst_context_new (DTLS_LINK_CONTEXT_TYPE, FALSE);

  gst_structure_set (gst_context_writable_structure (context),
      "link", DTLS_TYPE_LINK, self, NULL);
  return context;
}

DtlsLink *
dtls_link_from_context (GstContext * context)
{
  DtlsLink *self = NULL;

  if (gst_context_has_context_type (context, DTLS_LINK_CONTEXT_TYPE))
    gst_structure_get (gst_context_get_structure (context),
        "link", DTLS_TYPE_LINK, &self, NULL);
  return self;
}
