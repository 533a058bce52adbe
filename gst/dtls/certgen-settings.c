/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See certgen-settings.h.
 *
 * Lock: one, over the fields; never held while the source is called, because
 * its signal leads back to the element.
 */
#include "config.h"

#include "certgen-settings.h"

#include <glib/gi18n-lib.h>

#include "engine/error.h"
#include "identity-file.h"

struct _DtlsCertGenSettings
{
  DtlsCertificateSource *source;        /* constant */
  GMutex lock;

  /* All below under the lock. */
  DtlsCertGenRecipe recipe;
  DtlsCertificate *pem;         /* nullable, what was set */
  GError *pem_error;            /* nullable, in its place */
  gchar *location;              /* nullable */
  gboolean location_pending;    /* the file is yet to be read or made */
};

DtlsCertificateSource *
dtls_certgen_settings_get_source (DtlsCertGenSettings * self)
{
  return self->source;
}

void
dtls_certgen_settings_get_recipe (DtlsCertGenSettings * self,
    DtlsCertGenRecipe * recipe)
{
  g_mutex_lock (&self->lock);
  *recipe = self->recipe;
  g_mutex_unlock (&self->lock);
}

static void
configure_source (DtlsCertGenSettings * self)
{
  DtlsCertGenRecipe recipe;

  dtls_certgen_settings_get_recipe (self, &recipe);
  dtls_certificate_source_configure (self->source, recipe.key_type,
      recipe.lifetime_days, recipe.scope);
}

void
dtls_certgen_settings_set_key_type (DtlsCertGenSettings * self,
    DtlsKeyType key_type)
{
  g_mutex_lock (&self->lock);
  self->recipe.key_type = key_type;
  g_mutex_unlock (&self->lock);
  configure_source (self);
}

void
dtls_certgen_settings_set_lifetime (DtlsCertGenSettings * self,
    guint lifetime_days)
{
  g_mutex_lock (&self->lock);
  self->recipe.lifetime_days = lifetime_days;
  g_mutex_unlock (&self->lock);
  configure_source (self);
}

void
dtls_certgen_settings_set_scope (DtlsCertGenSettings * self,
    DtlsCertificateScope scope)
{
  g_mutex_lock (&self->lock);
  self->recipe.scope = scope;
  g_mutex_unlock (&self->lock);
  configure_source (self);
}

gboolean
dtls_certgen_settings_set_pem (DtlsCertGenSettings * self, const gchar * pem,
    gboolean keep_former, GError ** error)
{
  g_autoptr (DtlsCertificate) certificate = NULL;
  g_autoptr (GError) reason = NULL;

  if (pem)
    certificate = dtls_certificate_from_pem (pem, &reason);
  if (reason)
    g_prefix_error (&reason, "pem: ");
  if (reason && keep_former) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }

  g_mutex_lock (&self->lock);
  g_clear_error (&self->pem_error);
  self->pem_error = g_steal_pointer (&reason);
  g_clear_pointer (&self->pem, dtls_certificate_unref);
  if (certificate)
    self->pem = dtls_certificate_ref (certificate);
  g_mutex_unlock (&self->lock);
  dtls_certificate_source_set_own (self->source, certificate);
  return TRUE;
}

void
dtls_certgen_settings_set_location (DtlsCertGenSettings * self,
    const gchar * location)
{
  g_autoptr (DtlsCertificate) pem = NULL;

  g_mutex_lock (&self->lock);
  g_free (self->location);
  self->location = g_strdup (location);
  self->location_pending = location != NULL;
  if (self->pem)
    pem = dtls_certificate_ref (self->pem);
  g_mutex_unlock (&self->lock);
  dtls_certificate_source_set_own (self->source, pem);
}

gchar *
dtls_certgen_settings_dup_location (DtlsCertGenSettings * self)
{
  gchar *location;

  g_mutex_lock (&self->lock);
  location = g_strdup (self->location);
  g_mutex_unlock (&self->lock);
  return location;
}

static gboolean
check_settings (DtlsCertGenSettings * self, GError ** error)
{
  gboolean good = FALSE;

  g_mutex_lock (&self->lock);
  if (self->pem_error)
    g_propagate_error (error, g_error_copy (self->pem_error));
  else if (self->pem && self->location)
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM,
        _("Both pem and location are set. Set the one that has the "
            "certificate to use."));
  else
    good = TRUE;
  g_mutex_unlock (&self->lock);
  return good;
}

static gboolean
load_location (DtlsCertGenSettings * self, GError ** error)
{
  g_autoptr (DtlsCertificate) certificate = NULL;
  g_autofree gchar *location = NULL;
  DtlsCertGenRecipe recipe;

  g_mutex_lock (&self->lock);
  if (self->location_pending)
    location = g_strdup (self->location);
  recipe = self->recipe;
  g_mutex_unlock (&self->lock);
  if (location == NULL)
    return TRUE;

  certificate = dtls_identity_file_obtain (location, recipe.key_type,
      recipe.lifetime_days, error);
  if (certificate == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  self->location_pending = FALSE;
  g_mutex_unlock (&self->lock);
  dtls_certificate_source_set_own (self->source, certificate);
  return TRUE;
}

/* Whoever holds the source must not get another certificate than the one
 * that could not be had. */
gboolean
dtls_certgen_settings_prepare_source (DtlsCertGenSettings * self,
    GError ** error)
{
  g_autoptr (GError) reason = NULL;

  if (check_settings (self, &reason) && load_location (self, &reason))
    return TRUE;
  dtls_certificate_source_set_error (self->source, g_error_copy (reason));
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

DtlsCertificate *
dtls_certgen_settings_get_certificate (DtlsCertGenSettings * self,
    GError ** error)
{
  if (!dtls_certgen_settings_prepare_source (self, error))
    return NULL;
  return dtls_certificate_source_peek (self->source, error);
}

DtlsCertGenSettings *
dtls_certgen_settings_new (void)
{
  DtlsCertGenSettings *self = g_new0 (DtlsCertGenSettings, 1);

  g_mutex_init (&self->lock);
  self->recipe.key_type = DTLS_KEY_TYPE_ECDSA_P256;
  self->recipe.lifetime_days = DTLS_CERTIFICATE_LIFETIME_DAYS;
  self->recipe.scope = DTLS_CERTIFICATE_SCOPE_PIPELINE;
  self->source = dtls_certificate_source_new (self->recipe.key_type,
      self->recipe.lifetime_days, self->recipe.scope);
  return self;
}

void
dtls_certgen_settings_free (DtlsCertGenSettings * self)
{
  g_object_unref (self->source);
  g_clear_error (&self->pem_error);
  g_clear_pointer (&self->pem, dtls_certificate_unref);
  g_free (self->location);
  g_mutex_clear (&self->lock);
  g_free (self);
}
