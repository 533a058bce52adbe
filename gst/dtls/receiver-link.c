/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See receiver-link.h.
 *
 * The owner and the link are called without a lock.
 */
#include "config.h"

#include "receiver-link.h"

#include "enums.h"
#include "held-link.h"
#include "held-signal.h"

struct _DtlsReceiverLink
{
  GstElement *owner;
  DtlsHeldLink held;            /* between open and close */
};

DtlsLink *
dtls_receiver_link_ref_link (DtlsReceiverLink * self)
{
  return dtls_held_link_ref (&self->held);
}

DtlsState
dtls_receiver_link_get_state (DtlsReceiverLink * self)
{
  return dtls_held_link_get_state (&self->held);
}

/* What the application is told */

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
  if (!dtls_held_link_is (&self->held, link))
    return;
  /* no error: the pipeline may serve other peers */
  if (error)
    GST_ELEMENT_WARNING (self->owner, STREAM, FAILED, ("%s", error->message),
        ("the association %s failed", dtls_link_get_id (link)));
  dtls_held_link_announce (&self->held, state);
  post_state (self, link, state, error);
}

static void
on_peer_certificate (DtlsLink * link, GBytes * der, DtlsReceiverLink * self)
{
  g_object_notify (G_OBJECT (self->owner), "peer-pem");
}

/* Changes of state */

gboolean
dtls_receiver_link_open (DtlsReceiverLink * self, DtlsLink * link,
    GError ** error)
{
  if (!dtls_link_attach (link, DTLS_SIDE_RECEIVER, self->owner, error))
    return FALSE;
  dtls_connect_held (link, "state", G_CALLBACK (on_state), self, self->owner,
      0);
  dtls_connect_held (link, "peer-certificate",
      G_CALLBACK (on_peer_certificate), self, self->owner, 0);
  dtls_held_link_set (&self->held, link);
  dtls_held_link_announce (&self->held, DTLS_STATE_NEW);
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
  dtls_held_link_set (&self->held, NULL);
  g_signal_handlers_disconnect_by_data (link, self);
  g_object_unref (link);
  dtls_held_link_announce (&self->held, DTLS_STATE_CLOSED);
}

DtlsReceiverLink *
dtls_receiver_link_new (GstElement * owner)
{
  DtlsReceiverLink *self = g_new0 (DtlsReceiverLink, 1);

  self->owner = owner;
  dtls_held_link_init (&self->held, owner);
  return self;
}

void
dtls_receiver_link_free (DtlsReceiverLink * self)
{
  dtls_held_link_clear (&self->held);
  g_free (self);
}
