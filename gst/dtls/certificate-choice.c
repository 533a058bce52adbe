/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks those who might have a certificate, one after the other.
 *
 * Locks: one, over the fields; nobody is asked while it is held.
 */
#include "config.h"

#include "certificate-choice.h"

#include "certificate-source.h"

struct _DtlsCertificateChoice
{
  GstElement *owner;

  GMutex lock;
  GstPad *pad;
  DtlsCertificate *certificate;
};

static DtlsCertificateSource *
ask_pad (DtlsCertificateChoice * self)
{
  DtlsCertificateSource *source = NULL;
  GstContext *context = NULL;
  GstQuery *query;
  GstPad *pad;

  g_mutex_lock (&self->lock);
  pad = self->pad ? gst_object_ref (self->pad) : NULL;
  g_mutex_unlock (&self->lock);
  if (!pad)
    return NULL;

  query = gst_query_new_context (DTLS_CERTIFICATE_CONTEXT_TYPE);
  if (gst_pad_peer_query (pad, query))
    gst_query_parse_context (query, &context);
  if (context)
    source = dtls_certificate_source_from_context (context);
  gst_query_unref (query);
  gst_object_unref (pad);
  return source;
}

static DtlsCertificateSource *
ask_pipeline (DtlsCertificateChoice * self)
{
  DtlsCertificateSource *source;
  GstContext *context = gst_element_get_context (self->owner,
      DTLS_CERTIFICATE_CONTEXT_TYPE);

  if (!context) {
    gst_element_post_message (self->owner,
        gst_message_new_need_context (GST_OBJECT (self->owner),
            DTLS_CERTIFICATE_CONTEXT_TYPE));
    context = gst_element_get_context (self->owner,
        DTLS_CERTIFICATE_CONTEXT_TYPE);
  }
  if (!context)
    return NULL;
  source = dtls_certificate_source_from_context (context);
  gst_context_unref (context);
  return source;
}

static DtlsCertificate *
choose (DtlsCertificateChoice * self, GError ** error)
{
  DtlsCertificateSource *source = ask_pad (self);
  DtlsCertificate *certificate;

  if (!source)
    source = ask_pipeline (self);
  if (!source)
    source = dtls_certificate_source_default ();
  certificate = dtls_certificate_source_take (source, error);
  g_object_unref (source);
  return certificate;
}

/* Returns: (transfer full): @certificate, or what another thread chose. */
static DtlsCertificate *
keep (DtlsCertificateChoice * self, DtlsCertificate * certificate)
{
  g_mutex_lock (&self->lock);
  if (self->certificate) {
    dtls_certificate_unref (certificate);
    certificate = self->certificate;
  } else {
    self->certificate = certificate;
  }
  dtls_certificate_ref (certificate);
  g_mutex_unlock (&self->lock);
  return certificate;
}

DtlsCertificate *
dtls_certificate_choice_get (DtlsCertificateChoice * self, GError ** error)
{
  DtlsCertificate *certificate;

  g_mutex_lock (&self->lock);
  certificate = self->certificate ?
      dtls_certificate_ref (self->certificate) : NULL;
  g_mutex_unlock (&self->lock);
  if (certificate)
    return certificate;

  certificate = choose (self, error);
  return certificate ? keep (self, certificate) : NULL;
}

gboolean
dtls_certificate_choice_set_pem (DtlsCertificateChoice * self,
    const gchar * pem, GError ** error)
{
  DtlsCertificate *certificate = NULL, *old;

  if (pem) {
    certificate = dtls_certificate_from_pem (pem, error);
    if (!certificate)
      return FALSE;
  }

  g_mutex_lock (&self->lock);
  old = self->certificate;
  self->certificate = certificate;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, dtls_certificate_unref);
  return TRUE;
}

void
dtls_certificate_choice_set_pad (DtlsCertificateChoice * self, GstPad * pad)
{
  g_mutex_lock (&self->lock);
  gst_object_replace ((GstObject **) & self->pad, (GstObject *) pad);
  g_mutex_unlock (&self->lock);
}

DtlsCertificateChoice *
dtls_certificate_choice_new (GstElement * owner)
{
  DtlsCertificateChoice *self = g_new0 (DtlsCertificateChoice, 1);

  self->owner = owner;
  g_mutex_init (&self->lock);
  return self;
}

void
dtls_certificate_choice_free (DtlsCertificateChoice * self)
{
  g_clear_pointer (&self->certificate, dtls_certificate_unref);
  gst_object_replace ((GstObject **) & self->pad, NULL);
  g_mutex_clear (&self->lock);
  g_free (self);
}
