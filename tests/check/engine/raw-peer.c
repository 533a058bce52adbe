/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two queues around a GnuTLS session.
 */
#include "config.h"

#include "raw-peer.h"

#include <errno.h>
#include <string.h>
#include <gnutls/dtls.h>

#include "engine/certificate-gnutls.h"

static ssize_t
peer_push (gnutls_transport_ptr_t ptr, const void *data, size_t size)
{
  RawPeer *peer = ptr;

  g_queue_push_tail (&peer->out, g_bytes_new (data, size));
  return size;
}

/* One record at a time, as GnuTLS wants it. */
static ssize_t
peer_pull (gnutls_transport_ptr_t ptr, void *buffer, size_t size)
{
  RawPeer *peer = ptr;
  g_autoptr (GBytes) bytes = g_queue_pop_head (&peer->in);

  if (!bytes) {
    gnutls_transport_set_errno (peer->tls, EAGAIN);
    return -1;
  }
  g_assert_cmpuint (g_bytes_get_size (bytes), <=, size);
  memcpy (buffer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_bytes_get_size (bytes);
}

static int
peer_pull_timeout (gnutls_transport_ptr_t ptr, unsigned int ms)
{
  RawPeer *peer = ptr;

  return peer->in.length > 0;
}

RawPeer *
raw_peer_new (VirtualSide side, const gchar * priority,
    gboolean with_certificate, guint srtp_profile)
{
  RawPeer *peer = g_new0 (RawPeer, 1);
  gboolean is_client = side == VIRTUAL_SERVER;

  peer->net = virtual_network_new (1);
  peer->side = side;
  g_assert_cmpint (gnutls_init (&peer->tls, GNUTLS_DATAGRAM | GNUTLS_NONBLOCK
          | (is_client ? GNUTLS_CLIENT : GNUTLS_SERVER)), >=, 0);
  g_assert_cmpint (gnutls_priority_set_direct (peer->tls, priority, NULL), >=,
      0);
  gnutls_certificate_allocate_credentials (&peer->credentials);
  gnutls_credentials_set (peer->tls, GNUTLS_CRD_CERTIFICATE,
      with_certificate ? dtls_certificate_get_credentials (virtual_certificate
          (3)) : peer->credentials);
  if (!is_client)
    gnutls_certificate_server_set_request (peer->tls, GNUTLS_CERT_REQUEST);
  if (srtp_profile)
    g_assert_cmpint (gnutls_srtp_set_profile (peer->tls,
            (gnutls_srtp_profile_t) srtp_profile), >=, 0);
  gnutls_transport_set_ptr (peer->tls, peer);
  gnutls_transport_set_push_function (peer->tls, peer_push);
  gnutls_transport_set_pull_function (peer->tls, peer_pull);
  gnutls_transport_set_pull_timeout_function (peer->tls, peer_pull_timeout);
  gnutls_dtls_set_timeouts (peer->tls, 60000, 60000);
  gnutls_dtls_set_mtu (peer->tls, 1200);
  return peer;
}

void
raw_peer_free (RawPeer * peer)
{
  gnutls_deinit (peer->tls);
  gnutls_certificate_free_credentials (peer->credentials);
  g_queue_clear_full (&peer->in, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&peer->out, (GDestroyNotify) g_bytes_unref);
  virtual_network_free (peer->net);
  g_free (peer);
}

VirtualEnd *
raw_peer_end (RawPeer * peer)
{
  return virtual_network_end (peer->net, peer->side);
}

void
raw_peer_deliver (RawPeer * peer)
{
  GBytes *bytes;

  while ((bytes = g_queue_pop_head (&peer->out))) {
    virtual_network_inject (peer->net, peer->side,
        g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    g_bytes_unref (bytes);
  }
}

static void
peer_step (RawPeer * peer, gboolean handshaking)
{
  gchar buffer[2048];

  if (handshaking)
    peer->result = gnutls_handshake (peer->tls);
  else
    peer->result = gnutls_record_recv (peer->tls, buffer, sizeof buffer);
}

void
raw_peer_exchange (RawPeer * peer, gboolean handshaking)
{
  for (guint i = 0; i < 30; i++) {
    peer_step (peer, handshaking);
    if (peer->result == GNUTLS_E_SUCCESS)
      handshaking = FALSE;
    raw_peer_deliver (peer);
  }
}

static GBytes *
peer_take_records (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  RawPeer *peer = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (datagram, &size);

  /* Records of a datagram one by one. */
  while (size >= 13) {
    gsize whole = 13 + (data[11] << 8 | data[12]);

    g_assert_cmpuint (whole, <=, size);
    g_queue_push_tail (&peer->in, g_bytes_new (data, whole));
    data += whole;
    size -= whole;
  }
  g_bytes_unref (datagram);
  return NULL;
}

void
raw_peer_start (RawPeer * peer)
{
  peer->net->filter = peer_take_records;
  peer->net->filter_data = peer;
  virtual_network_start (peer->net, peer->side);
}

void
raw_peer_handshake (RawPeer * peer)
{
  raw_peer_start (peer);
  raw_peer_exchange (peer, TRUE);
}
