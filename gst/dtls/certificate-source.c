/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hands out certificates, and makes them as they are needed. One for all is
 * replaced at half its life, when somebody asks: no timer, and associations
 * that run keep theirs.
 *
 * Lock: self->lock, held while a certificate is made, so that those who ask
 * meanwhile get the same one. Never held while the signal is emitted.
 */
#include "config.h"

#include "certificate-source.h"

#define DAY_US (G_GINT64_CONSTANT (24) * 60 * 60 * G_USEC_PER_SEC)
#define CONTEXT_FIELD "source"

struct _DtlsCertificateSource
{
  GObject parent;

  GMutex lock;
  DtlsKeyType key_type;
  guint lifetime_days;
  DtlsCertificateScope scope;
  GError *error;                /* nullable; goes before all others */
  DtlsCertificate *own;         /* nullable */
  DtlsCertificate *made;        /* nullable, the latest */
  gint64 renew_us;              /* when to replace it, on the wall clock */
};

G_DEFINE_TYPE (DtlsCertificateSource, dtls_certificate_source, G_TYPE_OBJECT);

static guint signal_changed;

static DtlsCertificate *
make (DtlsCertificateSource * self, GError ** error)
{
  DtlsCertificate *certificate =
      dtls_certificate_generate (self->key_type, self->lifetime_days, error);

  if (certificate == NULL)
    return NULL;
  g_clear_pointer (&self->made, dtls_certificate_unref);
  self->made = dtls_certificate_ref (certificate);
  self->renew_us = g_get_real_time () + self->lifetime_days * DAY_US / 2;
  return certificate;
}

static gboolean
is_fresh (DtlsCertificateSource * self)
{
  return self->made && g_get_real_time () < self->renew_us;
}

/* @changed is set when the caller has to emit the signal */
static DtlsCertificate *
take_locked (DtlsCertificateSource * self, gboolean * changed, GError ** error)
{
  DtlsCertificate *certificate;

  if (self->error) {
    g_propagate_error (error, g_error_copy (self->error));
    return NULL;
  }
  if (self->own)
    return dtls_certificate_ref (self->own);
  if (self->scope == DTLS_CERTIFICATE_SCOPE_PIPELINE && is_fresh (self))
    return dtls_certificate_ref (self->made);

  certificate = make (self, error);
  *changed = certificate != NULL;
  return certificate;
}

static DtlsCertificate *
peek_locked (DtlsCertificateSource * self, gboolean * changed, GError ** error)
{
  if (self->error || self->own
      || self->scope == DTLS_CERTIFICATE_SCOPE_PIPELINE)
    return take_locked (self, changed, error);
  return self->made ? dtls_certificate_ref (self->made) : NULL;
}

DtlsCertificate *
dtls_certificate_source_take (DtlsCertificateSource * self, GError ** error)
{
  gboolean changed = FALSE;
  DtlsCertificate *certificate;

  g_mutex_lock (&self->lock);
  certificate = take_locked (self, &changed, error);
  g_mutex_unlock (&self->lock);

  if (changed)
    g_signal_emit (self, signal_changed, 0, certificate);
  return certificate;
}

DtlsCertificate *
dtls_certificate_source_peek (DtlsCertificateSource * self, GError ** error)
{
  gboolean changed = FALSE;
  DtlsCertificate *certificate;

  g_mutex_lock (&self->lock);
  certificate = peek_locked (self, &changed, error);
  g_mutex_unlock (&self->lock);

  if (changed)
    g_signal_emit (self, signal_changed, 0, certificate);
  return certificate;
}

void
dtls_certificate_source_configure (DtlsCertificateSource * self,
    DtlsKeyType key_type, guint lifetime_days, DtlsCertificateScope scope)
{
  g_mutex_lock (&self->lock);
  if (key_type != self->key_type || lifetime_days != self->lifetime_days)
    g_clear_pointer (&self->made, dtls_certificate_unref);
  self->key_type = key_type;
  self->lifetime_days = lifetime_days;
  self->scope = scope;
  g_mutex_unlock (&self->lock);
}

void
dtls_certificate_source_set_own (DtlsCertificateSource * self,
    DtlsCertificate * certificate)
{
  g_mutex_lock (&self->lock);
  g_clear_error (&self->error);
  g_clear_pointer (&self->own, dtls_certificate_unref);
  if (certificate)
    self->own = dtls_certificate_ref (certificate);
  g_mutex_unlock (&self->lock);

  g_signal_emit (self, signal_changed, 0, certificate);
}

void
dtls_certificate_source_set_error (DtlsCertificateSource * self, GError * error)
{
  g_mutex_lock (&self->lock);
  g_clear_error (&self->error);
  self->error = error;
  g_mutex_unlock (&self->lock);
}

DtlsCertificateSource *
dtls_certificate_source_new (DtlsKeyType key_type, guint lifetime_days,
    DtlsCertificateScope scope)
{
  DtlsCertificateSource *self =
      g_object_new (DTLS_TYPE_CERTIFICATE_SOURCE, NULL);

  dtls_certificate_source_configure (self, key_type, lifetime_days, scope);
  return self;
}

DtlsCertificateSource *
dtls_certificate_source_default (void)
{
  static gsize source;

  if (g_once_init_enter (&source)) {
    DtlsCertificateSource *made =
        dtls_certificate_source_new (DTLS_KEY_TYPE_ECDSA_P256,
        DTLS_CERTIFICATE_LIFETIME_DAYS, DTLS_CERTIFICATE_SCOPE_PIPELINE);

    g_once_init_leave (&source, (gsize) made);
  }
  return g_object_ref ((DtlsCertificateSource *) source);
}

GstContext *
dtls_certificate_source_to_context (DtlsCertificateSource * self)
{
  GstContext *context = gst_context_new (DTLS_CERTIFICATE_CONTEXT_TYPE, FALSE);

  gst_structure_set (gst_context_writable_structure (context), CONTEXT_FIELD,
      DTLS_TYPE_CERTIFICATE_SOURCE, self, NULL);
  return context;
}

DtlsCertificateSource *
dtls_certificate_source_from_context (GstContext * context)
{
  DtlsCertificateSource *self = NULL;

  if (!gst_context_has_context_type (context, DTLS_CERTIFICATE_CONTEXT_TYPE))
    return NULL;
  gst_structure_get (gst_context_get_structure (context), CONTEXT_FIELD,
      DTLS_TYPE_CERTIFICATE_SOURCE, &self, NULL);
  return self;
}

static void
dtls_certificate_source_finalize (GObject * object)
{
  DtlsCertificateSource *self = DTLS_CERTIFICATE_SOURCE (object);

  g_clear_error (&self->error);
  g_clear_pointer (&self->own, dtls_certificate_unref);
  g_clear_pointer (&self->made, dtls_certificate_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (dtls_certificate_source_parent_class)->finalize (object);
}

static void
dtls_certificate_source_class_init (DtlsCertificateSourceClass * class)
{
  G_OBJECT_CLASS (class)->finalize = dtls_certificate_source_finalize;

  signal_changed = g_signal_new ("changed", G_TYPE_FROM_CLASS (class),
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
dtls_certificate_source_init (DtlsCertificateSource * self)
{
  g_mutex_init (&self->lock);
  self->lifetime_days = DTLS_CERTIFICATE_LIFETIME_DAYS;
}
