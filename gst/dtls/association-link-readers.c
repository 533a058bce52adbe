/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What readers want to know about a link: each takes its lock, and a copy or a
 * reference.
 */
#include "config.h"

#include "association-link-private.h"

#include "link-stats.h"

/* What readers want to know */

guint
dtls_link_get_n_datagrams (DtlsLink * self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = g_queue_get_length (&self->datagrams);
  g_mutex_unlock (&self->lock);
  return n;
}

DtlsState
dtls_link_get_state (DtlsLink * self)
{
  DtlsState state;

  g_mutex_lock (&self->lock);
  state = self->state;
  g_mutex_unlock (&self->lock);
  return state;
}

gboolean
dtls_link_get_peer_closed (DtlsLink * self)
{
  gboolean closed;

  g_mutex_lock (&self->lock);
  closed = self->peer_closed;
  g_mutex_unlock (&self->lock);
  return closed;
}

guint
dtls_link_get_version (DtlsLink * self)
{
  DtlsStats stats;

  g_mutex_lock (&self->lock);
  dtls_association_get_stats (self->association, &stats);
  g_mutex_unlock (&self->lock);
  return stats.version;
}

gboolean
dtls_link_has_early_data (DtlsLink * self)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = dtls_datagram_queue_get_length (self->early_data) > 0;
  g_mutex_unlock (&self->lock);
  return has;
}

DtlsSrtpKeys *
dtls_link_get_keys (DtlsLink * self)
{
  DtlsSrtpKeys *keys;

  g_mutex_lock (&self->lock);
  keys = self->keys ? dtls_srtp_keys_ref (self->keys) : NULL;
  g_mutex_unlock (&self->lock);
  return keys;
}

GBytes *
dtls_link_get_peer_certificate (DtlsLink * self)
{
  GBytes *bytes;

  g_mutex_lock (&self->lock);
  bytes = self->peer_certificate ? g_bytes_ref (self->peer_certificate) : NULL;
  g_mutex_unlock (&self->lock);
  return bytes;
}

GstStructure *
dtls_link_get_stats (DtlsLink * self)
{
  DtlsStats stats;
  DtlsRole role;
  DtlsState state;

  g_mutex_lock (&self->lock);
  dtls_association_get_stats (self->association, &stats);
  role = self->config.role;
  state = self->state;
  g_mutex_unlock (&self->lock);
  return dtls_link_stats_to_structure (self->id, state, role, &stats);
}
