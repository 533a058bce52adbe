/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where an element's certificate comes from: an object that hands one out to
 * each association that asks, from any thread. A dtlscertgen owns one and
 * shares it with its pipeline as a GstContext, or over the pad link
 * dtlscertgen.src ──► dtlsdec.certificate; the process has one by default.
 *
 * Signal "changed" (DtlsCertificate *): there is a new certificate; %NULL when
 * one of the user's own is withdrawn. The argument is only borrowed. Emitted
 * without a lock, from the thread whose call brought it about.
 */
#ifndef DTLS_CERTIFICATE_SOURCE_H
#define DTLS_CERTIFICATE_SOURCE_H

#include <gst/gst.h>

#include "engine/certificate.h"

G_BEGIN_DECLS

#define DTLS_TYPE_CERTIFICATE_SOURCE (dtls_certificate_source_get_type ())
G_DECLARE_FINAL_TYPE (DtlsCertificateSource, dtls_certificate_source, DTLS,
    CERTIFICATE_SOURCE, GObject)

/**
 * DtlsCertificateScope:
 * @DTLS_CERTIFICATE_SCOPE_PIPELINE: one for all who ask, replaced for those
 *   who ask after half its life
 * @DTLS_CERTIFICATE_SCOPE_ASSOCIATION: a fresh one for each who asks
 */
typedef enum
{
  DTLS_CERTIFICATE_SCOPE_PIPELINE,
  DTLS_CERTIFICATE_SCOPE_ASSOCIATION,
} DtlsCertificateScope;

DtlsCertificateSource *dtls_certificate_source_new (DtlsKeyType key_type,
    guint lifetime_days, DtlsCertificateScope scope);

/**
 * dtls_certificate_source_default:
 *
 * Returns: (transfer full): the process's own: ECDSA P-256, shared by all
 * elements that nothing else supplies, because one SDP must not carry several
 * certificates.
 */
DtlsCertificateSource *dtls_certificate_source_default (void);

/**
 * dtls_certificate_source_configure:
 *
 * For certificates made from now on. The present one goes when it differs
 * from what is asked for.
 */
void dtls_certificate_source_configure (DtlsCertificateSource * self,
    DtlsKeyType key_type, guint lifetime_days, DtlsCertificateScope scope);

/**
 * dtls_certificate_source_set_own:
 * @certificate: (nullable): handed out to all who ask, whatever its age;
 *   %NULL to make certificates again
 */
void dtls_certificate_source_set_own (DtlsCertificateSource * self,
    DtlsCertificate * certificate);

/**
 * dtls_certificate_source_set_error:
 * @error: (nullable) (transfer full): why there is none; until the next
 *   dtls_certificate_source_set_own(), or %NULL, all who ask get this
 *
 * So that nobody shows another certificate than the one the user meant.
 */
void dtls_certificate_source_set_error (DtlsCertificateSource * self,
    GError * error);

/**
 * dtls_certificate_source_take:
 * @error: %DTLS_ERROR_RESOURCES, or what set_error() was given
 *
 * For the start of one association. May have to make a certificate first,
 * which takes up to a second for RSA.
 *
 * Returns: (transfer full) (nullable): a certificate, %NULL with @error set.
 */
DtlsCertificate *dtls_certificate_source_take (DtlsCertificateSource * self,
    GError ** error);

/**
 * dtls_certificate_source_peek:
 *
 * Returns: (transfer full) (nullable): what the next taker will get; with
 * %DTLS_CERTIFICATE_SCOPE_ASSOCIATION, what the last one got, and %NULL
 * without @error before the first.
 */
DtlsCertificate *dtls_certificate_source_peek (DtlsCertificateSource * self,
    GError ** error);

/* Who needs one posts a need-context message of this type, which the bins
 * above answer with what a dtlscertgen announced to them. */
#define DTLS_CERTIFICATE_CONTEXT_TYPE "gst.dtls.certificate-source"

/** Of the pads dtlscertgen.src and dtlsdec.certificate (RFC 8555 section 9.1
 * registered it), so that nothing else is linked to the latter by chance. */
#define DTLS_CERTIFICATE_CAPS "application/pem-certificate-chain"

GstContext *dtls_certificate_source_to_context (DtlsCertificateSource * self);

/** Returns: (transfer full) (nullable) */
DtlsCertificateSource *dtls_certificate_source_from_context (GstContext *
    context);

G_END_DECLS

#endif
