/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The input is a list of steps, one for each datagram that the peer sends:
 * a byte that says what to do, and its arguments. When it is used up all
 * datagrams pass.
 */
#include "config.h"

#include "mutated-network.h"

#include <string.h>

#include "engine/record.h"

#define INJECTED_MAX 255

typedef struct
{
  const guint8 *data;
  gsize size;
  VirtualSide victim;
} Input;

static guint8
input_byte (Input * input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

static guint
input_short (Input * input)
{
  guint high = input_byte (input);

  return high << 8 | input_byte (input);
}

static GBytes *
change_byte (Input * input, GBytes * datagram)
{
  gsize size;
  guint8 *bytes = g_bytes_unref_to_data (datagram, &size);

  bytes[input_short (input) % size] ^= input_byte (input);
  return g_bytes_new_take (bytes, size);
}

static GBytes *
cut (Input * input, GBytes * datagram)
{
  GBytes *part = g_bytes_new_from_bytes (datagram, 0,
      input_short (input) % (g_bytes_get_size (datagram) + 1));

  g_bytes_unref (datagram);
  return part;
}

static void
inject_record (VirtualNetwork * net, Input * input)
{
  guint8 bytes[DTLS_RECORD_HEADER_SIZE + INJECTED_MAX] = { 0 };
  guint8 type = input_byte (input);
  guint8 epoch = input_byte (input);
  guint16 sequence = input_short (input);
  guint8 size = input_byte (input);

  dtls_record_write_header (bytes, type, epoch, sequence, size);
  for (guint i = 0; i < size; i++)
    bytes[DTLS_RECORD_HEADER_SIZE + i] = input_byte (input);
  virtual_network_inject (net, input->victim, bytes,
      DTLS_RECORD_HEADER_SIZE + size);
}

static void
inject_bytes (VirtualNetwork * net, Input * input)
{
  guint8 size = input_byte (input);

  size = MIN (size, input->size);
  virtual_network_inject (net, input->victim, input->data, size);
  input->data += size;
  input->size -= size;
}

static GBytes *
treat (VirtualNetwork * net, Input * input, GBytes * datagram)
{
  switch (input_byte (input) % 8) {
    case 1:
      g_bytes_unref (datagram);
      return NULL;
    case 2:
    case 3:
      return change_byte (input, datagram);
    case 4:
      return cut (input, datagram);
    case 5:
      inject_record (net, input);
      return datagram;
    case 6:
      inject_bytes (net, input);
      return datagram;
    case 7:
      virtual_network_inject (net, input->victim,
          g_bytes_get_data (datagram, NULL), g_bytes_get_size (datagram));
      return datagram;
    default:
      return datagram;
  }
}

static GBytes *
filter (VirtualNetwork * net, VirtualSide from, GBytes * datagram,
    gpointer user_data)
{
  Input *input = user_data;

  return from == input->victim ? datagram : treat (net, input, datagram);
}

static gboolean
secrets_equal (DtlsSecret * a, DtlsSecret * b)
{
  return dtls_secret_size (a) == dtls_secret_size (b)
      && memcmp (dtls_secret_bytes (a), dtls_secret_bytes (b),
      dtls_secret_size (a)) == 0;
}

void
mutated_network_run (VirtualSide victim, const guint8 * data, gsize size)
{
  g_autoptr (VirtualNetwork) net = virtual_network_new (1);
  Input input = { data, size, victim };

  net->filter = filter;
  net->filter_data = &input;
  for (guint side = 0; side < 2; side++)
    virtual_network_end (net, side)->config.mtu =
        input_byte (&input) % 2 ? 300 : 1200;
  virtual_network_exchange_fingerprints (net);
  virtual_network_start_both (net);

  /* Either both ends are connected, with the same keys, or one of them says
   * why not. */
  if (virtual_network_connect (net, net->now_us + 65 * VIRTUAL_SECOND)) {
    g_assert_true (secrets_equal (net->ends[0].keys->local,
            net->ends[1].keys->remote));
    virtual_network_run (net, net->now_us + VIRTUAL_SECOND);
    dtls_association_close (net->ends[!victim].association);
    virtual_network_drain (net, !victim);
    virtual_network_run (net, net->now_us + VIRTUAL_SECOND);
  } else {
    g_assert_true (net->ends[0].error || net->ends[1].error
        || net->ends[victim].state == DTLS_STATE_CLOSED);
  }
}
