/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Datagrams in flight are a sorted sequence; the clock jumps from one event
 * to the next.
 */
#include "config.h"

#include "virtual-network.h"

#include <string.h>

typedef struct
{
  gint64 arrives_us;
  guint64 order;
  VirtualSide to;
  GBytes *bytes;
} VirtualDatagram;

static void
datagram_free (gpointer data)
{
  VirtualDatagram *datagram = data;

  g_bytes_unref (datagram->bytes);
  g_free (datagram);
}

static gint
datagram_compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const VirtualDatagram *x = a, *y = b;

  if (x->arrives_us != y->arrives_us)
    return x->arrives_us < y->arrives_us ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

DtlsCertificate *
virtual_certificate (guint i)
{
  static DtlsCertificate *certificates[4];

  g_assert_cmpuint (i, <, G_N_ELEMENTS (certificates));
  if (!certificates[i])
    certificates[i] = dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256,
        DTLS_CERTIFICATE_LIFETIME_DAYS, NULL);
  g_assert_nonnull (certificates[i]);
  return certificates[i];
}

DtlsFingerprints *
virtual_fingerprint (DtlsCertificate * certificate, DtlsHash hash)
{
  g_autofree gchar *text = dtls_certificate_get_fingerprint (certificate, hash);
  DtlsFingerprints *fingerprints = dtls_fingerprints_parse (text, NULL);

  g_assert_nonnull (fingerprints);
  return fingerprints;
}

static void
end_init (VirtualEnd * end, VirtualSide side)
{
  end->association = dtls_association_new ();
  end->state = DTLS_STATE_NEW;
  end->data = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  end->story = g_string_new (NULL);
  end->connected_us = -1;
  end->config.role = side == VIRTUAL_CLIENT ? DTLS_ROLE_CLIENT
      : DTLS_ROLE_SERVER;
  end->config.certificate = virtual_certificate (side);
  end->config.mtu = DTLS_MTU_DEFAULT;
  end->config.retransmit_timeout_ms = DTLS_RETRANSMIT_TIMEOUT_MS;
  end->config.retransmit_cap_ms = DTLS_RETRANSMIT_CAP_MS;
  end->config.handshake_timeout_ms = DTLS_HANDSHAKE_TIMEOUT_MS;
  g_assert_true (dtls_profiles_parse (DTLS_PROFILES_DEFAULT,
          &end->config.profiles, NULL));
}

static void
end_clear (VirtualEnd * end)
{
  g_clear_pointer (&end->association, dtls_association_free);
  g_clear_pointer (&end->config.fingerprints, dtls_fingerprints_unref);
  g_clear_pointer (&end->keys, dtls_srtp_keys_unref);
  g_clear_pointer (&end->peer_certificate, g_bytes_unref);
  g_clear_pointer (&end->data, g_ptr_array_unref);
  g_clear_error (&end->error);
  g_string_free (end->story, TRUE);
  memset (end, 0, sizeof *end);
}

VirtualNetwork *
virtual_network_new (guint32 seed)
{
  VirtualNetwork *net = g_new0 (VirtualNetwork, 1);

  net->rand = g_rand_new_with_seed (seed);
  net->flying = g_sequence_new (datagram_free);
  net->now_us = 1000 * G_USEC_PER_SEC;
  net->link.delay_ms = 25;
  end_init (&net->ends[VIRTUAL_CLIENT], VIRTUAL_CLIENT);
  end_init (&net->ends[VIRTUAL_SERVER], VIRTUAL_SERVER);
  return net;
}

void
virtual_network_free (VirtualNetwork * net)
{
  end_clear (&net->ends[VIRTUAL_CLIENT]);
  end_clear (&net->ends[VIRTUAL_SERVER]);
  g_sequence_free (net->flying);
  g_rand_free (net->rand);
  g_free (net);
}

VirtualEnd *
virtual_network_end (VirtualNetwork * net, VirtualSide side)
{
  return &net->ends[side];
}

void
virtual_network_exchange_fingerprints (VirtualNetwork * net)
{
  for (guint i = 0; i < 2; i++) {
    g_clear_pointer (&net->ends[i].config.fingerprints,
        dtls_fingerprints_unref);
    net->ends[i].config.fingerprints =
        virtual_fingerprint (net->ends[!i].config.certificate,
        DTLS_HASH_SHA_256);
  }
}

static void
network_fly (VirtualNetwork * net, VirtualSide to, GBytes * bytes)
{
  static guint64 order;
  VirtualDatagram *datagram = g_new0 (VirtualDatagram, 1);
  gint64 delay_us = net->link.delay_ms * VIRTUAL_MS;

  if (net->link.jitter_ms)
    delay_us += g_rand_int_range (net->rand, 0,
        net->link.jitter_ms * VIRTUAL_MS);
  datagram->arrives_us = net->now_us + delay_us;
  datagram->order = order++;
  datagram->to = to;
  datagram->bytes = g_bytes_ref (bytes);
  g_sequence_insert_sorted (net->flying, datagram, datagram_compare, NULL);
}

static GBytes *
network_corrupt (VirtualNetwork * net, GBytes * bytes)
{
  gsize size;
  guint8 *data = g_bytes_unref_to_data (bytes, &size);

  if (size > 0)
    data[g_rand_int_range (net->rand, 0, size)] ^=
        1 << g_rand_int_range (net->rand, 0, 8);
  return g_bytes_new_take (data, size);
}

static gboolean
network_happens (VirtualNetwork * net, gdouble probability)
{
  return probability > 0 && g_rand_double (net->rand) < probability;
}

static void
network_send (VirtualNetwork * net, VirtualSide from, GBytes * bytes)
{
  VirtualSide to = !from;

  if (net->filter)
    bytes = net->filter (net, from, bytes, net->filter_data);
  if (!bytes)
    return;
  if (network_happens (net, net->link.corruption))
    bytes = network_corrupt (net, bytes);
  if (!network_happens (net, net->link.loss))
    network_fly (net, to, bytes);
  if (network_happens (net, net->link.duplication))
    network_fly (net, to, bytes);
  g_bytes_unref (bytes);
}

static void
end_tell (VirtualEnd * end, const gchar * what)
{
  if (end->story->len > 0)
    g_string_append_c (end->story, ' ');
  g_string_append (end->story, what);
}

static void
end_note_state (VirtualNetwork * net, VirtualEnd * end, DtlsOutput * output)
{
  static const gchar *const names[] =
      { "new", "closed", "failed", "connecting", "connected" };

  end->state = output->state;
  end_tell (end, names[output->state]);
  g_assert_true ((output->error != NULL) == (output->state
          == DTLS_STATE_FAILED));
  if (output->error)
    end->error = g_error_copy (output->error);
  if (output->state == DTLS_STATE_CONNECTED && end->connected_us < 0)
    end->connected_us = net->now_us;
}

void
virtual_network_drain (VirtualNetwork * net, VirtualSide side)
{
  VirtualEnd *end = &net->ends[side];
  DtlsOutput output;

  while (dtls_association_poll (end->association, &output)) {
    switch (output.type) {
      case DTLS_OUTPUT_DATAGRAM:
        end->largest = MAX (end->largest, g_bytes_get_size (output.bytes));
        network_send (net, side, g_steal_pointer (&output.bytes));
        break;
      case DTLS_OUTPUT_STATE:
        end_note_state (net, end, &output);
        break;
      case DTLS_OUTPUT_PEER_CERTIFICATE:
        end_tell (end, "certificate");
        g_clear_pointer (&end->peer_certificate, g_bytes_unref);
        end->peer_certificate = g_steal_pointer (&output.bytes);
        break;
      case DTLS_OUTPUT_KEYS:
        end_tell (end, "keys");
        end->n_keys++;
        g_clear_pointer (&end->keys, dtls_srtp_keys_unref);
        end->keys = g_steal_pointer (&output.keys);
        break;
      case DTLS_OUTPUT_DATA:
        g_ptr_array_add (end->data, g_steal_pointer (&output.bytes));
        break;
      case DTLS_OUTPUT_PEER_CLOSED:
        end->n_peer_closed++;
        break;
    }
    dtls_output_clear (&output);
  }
}

void
virtual_network_start (VirtualNetwork * net, VirtualSide side)
{
  VirtualEnd *end = &net->ends[side];
  GError *error = NULL;

  dtls_association_start (end->association, &end->config, net->now_us, &error);
  g_assert_no_error (error);
  virtual_network_drain (net, side);
}

void
virtual_network_start_both (VirtualNetwork * net)
{
  virtual_network_start (net, VIRTUAL_SERVER);
  virtual_network_start (net, VIRTUAL_CLIENT);
}

void
virtual_network_reset_end (VirtualNetwork * net, VirtualSide side)
{
  VirtualEnd *end = &net->ends[side];
  DtlsConfig config = end->config;

  config.fingerprints = g_steal_pointer (&end->config.fingerprints);
  end_clear (end);
  end_init (end, side);
  end->config = config;
}

void
virtual_network_inject (VirtualNetwork * net, VirtualSide to,
    const guint8 * data, gsize size)
{
  dtls_association_handle_datagram (net->ends[to].association, data, size,
      net->now_us);
  virtual_network_drain (net, to);
}

GBytes *
virtual_network_peek_flying (GSequenceIter * iter)
{
  const VirtualDatagram *datagram = g_sequence_get (iter);

  return g_bytes_ref (datagram->bytes);
}

static gint64
network_next_deadline (VirtualNetwork * net, VirtualSide * side)
{
  gint64 next_us = G_MAXINT64;

  for (guint i = 0; i < 2; i++) {
    gint64 deadline_us =
        dtls_association_get_deadline_us (net->ends[i].association);

    if (deadline_us >= 0 && deadline_us < next_us) {
      next_us = deadline_us;
      *side = i;
    }
  }
  return next_us;
}

/* Returns: FALSE when nothing is left to happen by until_us. */
static gboolean
network_step (VirtualNetwork * net, gint64 until_us)
{
  VirtualSide side = VIRTUAL_CLIENT;
  gint64 deadline_us = network_next_deadline (net, &side);
  GSequenceIter *first = g_sequence_get_begin_iter (net->flying);
  VirtualDatagram *datagram = g_sequence_iter_is_end (first)
      ? NULL : g_sequence_get (first);

  if (datagram && datagram->arrives_us <= deadline_us) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagram->bytes, &size);
    g_autoptr (GBytes) keep = g_bytes_ref (datagram->bytes);
    VirtualSide to = datagram->to;

    if (datagram->arrives_us > until_us)
      return FALSE;
    net->now_us = MAX (net->now_us, datagram->arrives_us);
    g_sequence_remove (first);
    virtual_network_inject (net, to, data, size);
    return TRUE;
  }
  if (deadline_us > until_us)
    return FALSE;
  net->now_us = MAX (net->now_us, deadline_us);
  dtls_association_handle_deadline (net->ends[side].association, net->now_us);
  virtual_network_drain (net, side);
  return TRUE;
}

void
virtual_network_run (VirtualNetwork * net, gint64 until_us)
{
  while (network_step (net, until_us));
  net->now_us = MAX (net->now_us, until_us);
}

gboolean
virtual_network_connect (VirtualNetwork * net, gint64 until_us)
{
  while (net->ends[0].state != DTLS_STATE_CONNECTED
      || net->ends[1].state != DTLS_STATE_CONNECTED)
    if (!network_step (net, until_us))
      return FALSE;
  return TRUE;
}

void
virtual_network_assert_data_flows (VirtualNetwork * net)
{
  for (guint side = 0; side < 2; side++) {
    VirtualEnd *to = virtual_network_end (net, !side);
    guint before = to->data->len;

    g_assert_true (dtls_association_send_data (virtual_network_end (net,
                side)->association, (const guint8 *) "data", 4, NULL));
    virtual_network_drain (net, side);
    virtual_network_run (net, net->now_us + 100 * VIRTUAL_MS);
    g_assert_cmpuint (to->data->len, ==, before + 1);
  }
}
