/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See receiver-link.h.
 *
 * Locks: one, over the fields; the link and the owner are called without it.
 */
#include "config.h"

#include "receiver-link.h"

#include "enums.h"
#include "held-signal.h"

struct _DtlsReceiverLink
{
  GstElement *owner;
  GMutex lock;

  /* All below under the lock. */
  DtlsLink *link;               /* between open and close */
  gulong state_handler;
  gulong certificate_handler;
  DtlsState state;              /* as last announced */
};

DtlsLink *
dtls_receiver_link_ref_link (DtlsReceiverLink * self)
{
  DtlsLink *link;

  g_mutex_lock (&self->lock);
  link = self->link ? g_object_ref (self->link) : NULL;
  g_mutex_unlock (&self->lock);
  return link;
}

DtlsState
dtls_receiver_link_get_state (DtlsReceiverLink * self)
{
  DtlsState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

/* What the application is told */

static void
announce_state (DtlsReceiverLink * self, DtlsState state)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = self->state != state;
  self->state = state;
  g_mutex_unlock (&self->lock);
  if (is_new)
    g_object_notify (G_OBJECT (self->owner), "connection-state");
}

/* A signal that was on its way may still come after the link was left. */
static gboolean
is_open (DtlsReceiverLink * self, DtlsLink * link)
{
  gboolean open;

  g_mutex_lock (&self->lock);
  open = self->link == link;
  g_mutex_unlock (&self->lock);
  return open;
}

static gboolean
is_verified (DtlsLink * link)
{
  GstStructure *stats = dtls_link_get_stats (link);
  gboolean verified = FALSE;

  gst_structure_get_boolean (stats, "verified", &verified);
  gst_structure_free (stats);
  return verified;
}

static void
post_state (DtlsReceiverLink * self, DtlsLink * link, DtlsState state,
    const GError * error)
{
  GstStructure *structure = gst_structure_new ("dtls-state",
      "connection-id", G_TYPE_STRING, dtls_link_get_id (link),
      "state", DTLS_TYPE_CONNECTION_STATE, state,
      "verified", G_TYPE_BOOLEAN, is_verified (link), NULL);

  if (error)
    gst_structure_set (structure,
        "error", G_TYPE_STRING, dtls_error_name (error->code),
        "error-message", G_TYPE_STRING, error->message, NULL);
  gst_element_post_message (self->owner,
      gst_message_new_element (GST_OBJECT (self->owner), structure));
}

static void
on_state (DtlsLink * link, gint state, const GError * error,
    DtlsReceiverLink * self)
{
  if (!is_open (self, link))
    return;
  /* no error: the pipeline may serve other peers */
  if (error)
    GST_ELEMENT_WARNING (self->owner, STREAM, FAILED, ("%s", error->message),
        ("the association %s failed", dtls_link_get_id (link)));
  announce_state (self, state);
  post_state (self, link, state, error);
}

static void
on_peer_certificate (DtlsLink * link, GBytes * der, DtlsReceiverLink * self)
{
  g_object_notify (G_OBJECT (self->owner), "peer-pem");
}

/* Changes of state */

static void
hold_link (DtlsReceiverLink * self, DtlsLink * link)
{
  gulong state, certificate;

  state = dtls_connect_held (link, "state", G_CALLBACK (on_state), self,
      self->owner, 0);
  certificate = dtls_connect_held (link, "peer-certificate",
      G_CALLBACK (on_peer_certificate), self, self->owner, 0);
  g_mutex_lock (&self->lock);
  self->link = g_object_ref (link);
  self->state_handler = state;
  self->certificate_handler = certificate;
  g_mutex_unlock (&self->lock);
}

gboolean
dtls_receiver_link_open (DtlsReceiverLink * self, DtlsLink * link,
    GError ** error)
{
  if (!dtls_link_attach (link, DTLS_SIDE_RECEIVER, self->owner, error))
    return FALSE;
  hold_link (self, link);
  announce_state (self, DTLS_STATE_NEW);
  return TRUE;
}

void
dtls_receiver_link_stop (DtlsReceiverLink * self)
{
  DtlsLink *link = dtls_receiver_link_ref_link (self);

  if (link)
    dtls_link_stop (link, DTLS_SIDE_RECEIVER);
  g_clear_object (&link);
}

void
dtls_receiver_link_close (DtlsReceiverLink * self)
{
  DtlsLink *link = dtls_receiver_link_ref_link (self);

  if (!link)
    return;
  dtls_link_detach (link, DTLS_SIDE_RECEIVER, self->owner);
  g_mutex_lock (&self->lock);
  g_clear_object (&self->link);
  g_mutex_unlock (&self->lock);
  g_signal_handler_disconnect (link, self->state_handler);
  g_signal_handler_disconnect (link, self->certificate_handler);
  g_object_unref (link);
  announce_state (self, DTLS_STATE_CLOSED);
}

DtlsReceiverLink *
dtls_receiver_link_new (GstElement * owner)
{
  DtlsReceiverLink *self = g_new0 (DtlsReceiverLink, 1);

  self->owner = owner;
  self->state = DTLS_STATE_CLOSED;
  g_mutex_init (&self->lock);
  return self;
}

void
dtls_receiver_link_free (DtlsReceiverLink * self)
{
  g_mutex_clear (&self->lock);
  g_free (self);
}
