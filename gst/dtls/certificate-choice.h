/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which certificate an element shows, chosen once in its life: that of its
 * `pem` property, or else that of a dtlscertgen linked to its certificate
 * pad, or else that of the pipeline's dtlscertgen (a GstContext), or else that
 * of the process.
 */
#ifndef DTLS_CERTIFICATE_CHOICE_H
#define DTLS_CERTIFICATE_CHOICE_H

#include <gst/gst.h>

#include "engine/certificate.h"

G_BEGIN_DECLS

typedef struct _DtlsCertificateChoice DtlsCertificateChoice;

/** dtls_certificate_choice_new: @owner is not referenced. */
DtlsCertificateChoice *dtls_certificate_choice_new (GstElement * owner);
void dtls_certificate_choice_free (DtlsCertificateChoice * self);

/**
 * dtls_certificate_choice_set_pem:
 * @pem: (nullable): certificate and key; %NULL for none of the element's own
 * @error: see dtls_certificate_from_pem(); the choice is what it was
 */
gboolean dtls_certificate_choice_set_pem (DtlsCertificateChoice * self,
    const gchar * pem, GError ** error);

/** @pad: (nullable): a sink pad that answers come from by context query */
void dtls_certificate_choice_set_pad (DtlsCertificateChoice * self,
    GstPad * pad);

/**
 * dtls_certificate_choice_get:
 *
 * Chooses where that was not done yet; posts a need-context message then. Not
 * to be called with a lock held.
 *
 * Returns: (transfer full) (nullable): the certificate; %NULL with @error set.
 */
DtlsCertificate *dtls_certificate_choice_get (DtlsCertificateChoice * self,
    GError ** error);

G_END_DECLS

#endif
