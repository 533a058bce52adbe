/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packets out of pads into a socket: all of them, in order, and never waiting
 * for one that takes none.
 */
#include "config.h"

#include "whep/whep-outlet.h"

#include <string.h>
#include <sys/socket.h>

#include "whep/whep-ice.h"

/* More than a socket takes that nobody reads from. */
#define MANY 3000
#define PACKET_SIZE 600

typedef struct
{
  GMainContext *context;
  NiceAgent *agent;
  guint stream_id;
  WhepOutlet *outlet;
  GstPad *src;
  GstPad *sink;
  GSocket *from;
  GSocket *to;
  GSocketAddress *address;
} Fixture;

static GSocket *
open_socket (GSocketAddress ** address)
{
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  GError *error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, any, FALSE, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (socket, FALSE);
  if (address)
    *address = g_socket_get_local_address (socket, NULL);
  return socket;
}

static void
setup (Fixture * f, gconstpointer data)
{
  GstSegment segment;

  f->context = g_main_context_new ();
  f->agent = whep_ice_agent_new (f->context, NULL, &f->stream_id);
  f->outlet = whep_outlet_new (f->agent, f->stream_id, f->context);
  f->from = open_socket (NULL);
  f->to = open_socket (&f->address);
  f->src = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  f->sink = whep_outlet_new_pad (f->outlet);
  g_assert_cmpint (gst_pad_link (f->src, f->sink), ==, GST_PAD_LINK_OK);
  gst_pad_set_active (f->src, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f->src, gst_event_new_stream_start ("packets"));
  gst_pad_push_event (f->src, gst_event_new_segment (&segment));
}

static void
teardown (Fixture * f, gconstpointer data)
{
  gst_pad_set_active (f->src, FALSE);
  gst_pad_set_active (f->sink, FALSE);
  whep_outlet_free (f->outlet);
  gst_object_unref (f->src);
  gst_object_unref (f->sink);
  g_object_unref (f->from);
  g_object_unref (f->to);
  g_object_unref (f->address);
  g_object_unref (f->agent);
  g_main_context_unref (f->context);
}

static GstBuffer *
packet_of (guint number)
{
  guint *packet = g_malloc0 (PACKET_SIZE);

  *packet = number;
  return gst_buffer_new_wrapped (packet, PACKET_SIZE);
}

/* Returns: whether all of them will leave. */
static gboolean
push_list (Fixture * f, guint first, guint n)
{
  GstBufferList *packets = gst_buffer_list_new ();

  for (guint i = 0; i < n; i++)
    gst_buffer_list_add (packets, packet_of (first + i));
  GstFlowReturn flow = gst_pad_push_list (f->src, packets);
  g_assert_true (flow == GST_FLOW_OK || flow == WHEP_OUTLET_DROPPED);
  return flow == GST_FLOW_OK;
}

/* Returns: how many of these numbers came, in order and without a gap. */
static guint
receive (Fixture * f, guint first)
{
  guint packet[PACKET_SIZE / sizeof (guint)];
  guint count = 0;

  while (g_socket_receive (f->to, (gchar *) packet, sizeof packet, NULL,
          NULL) == PACKET_SIZE)
    g_assert_cmpuint (packet[0], ==, first + count++);
  return count;
}

static void
test_lists (Fixture * f, gconstpointer data)
{
  whep_outlet_set_way (f->outlet, f->from, f->address);
  g_assert_true (push_list (f, 0, 3));
  gst_pad_push (f->src, packet_of (3));
  /* More than one system call. */
  push_list (f, 4, 100);
  g_assert_cmpuint (receive (f, 0), ==, 104);
  g_assert_cmpuint (whep_outlet_get_dropped (f->outlet), ==, 0);
}

static void
test_nowhere (Fixture * f, gconstpointer data)
{
  g_assert_false (push_list (f, 0, 3));
  g_assert_cmpuint (whep_outlet_get_dropped (f->outlet), ==, 3);
}

static void
test_error (Fixture * f, gconstpointer data)
{
  g_autoptr (GInetAddress) other =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV6);
  g_autoptr (GSocketAddress) unreachable = g_inet_socket_address_new (other, 9);

  whep_outlet_set_way (f->outlet, f->from, unreachable);
  push_list (f, 0, 3);
  g_assert_cmpuint (whep_outlet_get_dropped (f->outlet), ==, 3);
  whep_outlet_set_way (f->outlet, f->from, f->address);
  push_list (f, 0, 3);
  g_assert_cmpuint (receive (f, 0), ==, 3);
}

static void
test_stopped (Fixture * f, gconstpointer data)
{
  whep_outlet_set_way (f->outlet, f->from, f->address);
  whep_outlet_stop (f->outlet);
  push_list (f, 0, 3);
  whep_outlet_set_way (f->outlet, f->from, f->address);
  push_list (f, 0, 3);
  g_assert_cmpuint (receive (f, 0), ==, 0);
}

/* A pair of sockets is full when nobody reads. Returns: the other end. */
static GSocket *
set_way_that_fills (Fixture * f)
{
  GSocket *ends[2];
  gint fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_DGRAM, 0, fds), ==, 0);
  for (guint i = 0; i < 2; i++) {
    ends[i] = g_socket_new_from_fd (fds[i], NULL);
    g_socket_set_blocking (ends[i], FALSE);
  }
  whep_outlet_set_way (f->outlet, ends[0], NULL);
  g_set_object (&f->from, ends[0]);
  g_object_unref (ends[0]);
  g_set_object (&f->to, ends[1]);
  return ends[1];
}

static void
test_full_socket (Fixture * f, gconstpointer data)
{
  g_autoptr (GSocket) other = set_way_that_fills (f);
  guint received;

  push_list (f, 0, MANY);
  g_assert_cmpuint (whep_outlet_get_dropped (f->outlet), ==, 0);
  received = receive (f, 0);
  g_assert_cmpuint (received, <, MANY);
  /* The rest comes when there is room. */
  while (received < MANY) {
    g_main_context_iteration (f->context, TRUE);
    received += receive (f, received);
  }
  while (g_main_context_iteration (f->context, FALSE));
  push_list (f, MANY, 1);
  g_assert_cmpuint (receive (f, MANY), ==, 1);
  g_assert_cmpuint (whep_outlet_get_dropped (f->outlet), ==, 0);
}

/* What comes while others wait, comes after them. */
static void
test_order (Fixture * f, gconstpointer data)
{
  g_autoptr (GSocket) other = set_way_that_fills (f);
  guint pushed = 0, received;

  while (g_socket_condition_check (f->from, G_IO_OUT))
    push_list (f, pushed++, 1);
  for (guint i = 0; i < 100; i++)
    push_list (f, pushed++, 1);
  for (received = receive (f, 0); received < pushed;) {
    g_main_context_iteration (f->context, FALSE);
    received += receive (f, received);
  }
  g_assert_cmpuint (whep_outlet_get_dropped (f->outlet), ==, 0);
}

/* Nobody reads: what is kept is bounded, and lists go or stay as a whole. */
static void
test_blocked_peer (Fixture * f, gconstpointer data)
{
  g_autoptr (GSocket) other = set_way_that_fills (f);
  guint accepted = 0, in_socket, received;
  guint64 dropped;

  for (guint i = 0; i < MANY / 30; i++)
    accepted += push_list (f, i * 30, 30);
  dropped = whep_outlet_get_dropped (f->outlet);
  g_assert_cmpuint (dropped, >, 0);
  g_assert_cmpuint (dropped, ==, MANY - accepted * 30);
  received = in_socket = receive (f, 0);
  while (g_main_context_iteration (f->context, FALSE))
    received += receive (f, received);
  g_assert_cmpuint (received - in_socket, <=, 512 + 30);
  g_assert_cmpuint (received + dropped, ==, MANY);
}

/* What waits for one way is not sent by another. */
static void
test_new_way (Fixture * f, gconstpointer data)
{
  g_autoptr (GSocket) other = set_way_that_fills (f);

  push_list (f, 0, MANY);
  g_clear_object (&f->address);
  g_clear_object (&f->to);
  g_clear_object (&f->from);
  f->to = open_socket (&f->address);
  f->from = open_socket (NULL);
  whep_outlet_set_way (f->outlet, f->from, f->address);
  g_assert_cmpuint (whep_outlet_get_dropped (f->outlet), >, 0);
  while (g_main_context_iteration (f->context, FALSE));
  push_list (f, 7, 1);
  g_assert_cmpuint (receive (f, 7), ==, 1);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/whep/outlet/" name, Fixture, NULL, setup, func, teardown)
  ADD ("lists", test_lists);
  ADD ("nowhere", test_nowhere);
  ADD ("error", test_error);
  ADD ("stopped", test_stopped);
  ADD ("full-socket", test_full_socket);
  ADD ("order", test_order);
  ADD ("blocked-peer", test_blocked_peer);
  ADD ("new-way", test_new_way);
#undef ADD
  return g_test_run ();
}
