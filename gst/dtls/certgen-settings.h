/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a dtlscertgen was told: how to make certificates, or which one to take
 * instead, as text or from a file. It passes that on to the source of
 * certificates that it owns.
 *
 * Threads: everything may be called from any thread.
 */
#ifndef DTLS_CERTGEN_SETTINGS_H
#define DTLS_CERTGEN_SETTINGS_H

#include "certificate-source.h"

G_BEGIN_DECLS

typedef struct _DtlsCertGenSettings DtlsCertGenSettings;

/** How to make a certificate. */
typedef struct
{
  DtlsKeyType key_type;
  guint lifetime_days;
  DtlsCertificateScope scope;
} DtlsCertGenRecipe;

DtlsCertGenSettings *dtls_certgen_settings_new (void);
void dtls_certgen_settings_free (DtlsCertGenSettings * self);

/** Returns: (transfer none): always the same. */
DtlsCertificateSource *dtls_certgen_settings_get_source (DtlsCertGenSettings *
    self);

void dtls_certgen_settings_get_recipe (DtlsCertGenSettings * self,
    DtlsCertGenRecipe * recipe);
void dtls_certgen_settings_set_key_type (DtlsCertGenSettings * self,
    DtlsKeyType key_type);
void dtls_certgen_settings_set_lifetime (DtlsCertGenSettings * self,
    guint lifetime_days);
void dtls_certgen_settings_set_scope (DtlsCertGenSettings * self,
    DtlsCertificateScope scope);

/**
 * dtls_certgen_settings_set_pem:
 * @pem: (nullable): a certificate and its key; %NULL to make one
 * @keep_former: whether a text that cannot be used changes nothing
 * @error: %DTLS_ERROR_INVALID_PEM, with @keep_former
 *
 * Without @keep_former, the error comes from whatever needs the certificate.
 */
gboolean dtls_certgen_settings_set_pem (DtlsCertGenSettings * self,
    const gchar * pem, gboolean keep_former, GError ** error);

/**
 * dtls_certgen_settings_set_location:
 * @location: (nullable): a file that is read or made when it is first needed,
 *   so that the settings may come in any order
 */
void dtls_certgen_settings_set_location (DtlsCertGenSettings * self,
    const gchar * location);

/** Returns: (transfer full) (nullable) */
gchar *dtls_certgen_settings_dup_location (DtlsCertGenSettings * self);

/**
 * dtls_certgen_settings_prepare_source:
 *
 * Before somebody else is given the source: reads or makes the file. Where
 * that fails, the source fails too, for all who ask.
 */
gboolean dtls_certgen_settings_prepare_source (DtlsCertGenSettings * self,
    GError ** error);

/**
 * dtls_certgen_settings_get_certificate:
 *
 * Returns: (transfer full) (nullable): %NULL without @error when every
 * association gets its own and none has asked yet.
 */
DtlsCertificate *dtls_certgen_settings_get_certificate (DtlsCertGenSettings *
    self, GError ** error);

G_END_DECLS

#endif
