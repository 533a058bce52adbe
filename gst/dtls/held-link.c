/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See held-link.h.
 */
#include "config.h"

#include "held-link.h"

void
dtls_held_link_init (DtlsHeldLink * self, GstElement * owner)
{
  self->owner = owner;
  self->link = NULL;
  self->state = DTLS_STATE_CLOSED;
  g_mutex_init (&self->lock);
}

void
dtls_held_link_clear (DtlsHeldLink * self)
{
  g_clear_object (&self->link);
  g_mutex_clear (&self->lock);
}

void
dtls_held_link_set (DtlsHeldLink * self, DtlsLink * link)
{
  DtlsLink *old;

  g_mutex_lock (&self->lock);
  old = self->link;
  self->link = link != NULL ? g_object_ref (link) : NULL;
  g_mutex_unlock (&self->lock);
  g_clear_object (&old);
}

DtlsLink *
dtls_held_link_ref (DtlsHeldLink * self)
{
  DtlsLink *link;

  g_mutex_lock (&self->lock);
  link = self->link != NULL ? g_object_ref (self->link) : NULL;
  g_mutex_unlock (&self->lock);
  return link;
}

gboolean
dtls_held_link_is (DtlsHeldLink * self, DtlsLink * link)
{
  gboolean is_held;

  g_mutex_lock (&self->lock);
  is_held = self->link == link;
  g_mutex_unlock (&self->lock);
  return is_held;
}

void
dtls_held_link_announce (DtlsHeldLink * self, DtlsState state)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = self->state != state;
  self->state = state;
  g_mutex_unlock (&self->lock);
  if (is_new)
    g_object_notify (G_OBJECT (self->owner), "connection-state");
}

DtlsState
dtls_held_link_get_state (DtlsHeldLink * self)
{
  DtlsState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}
