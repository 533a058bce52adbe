/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two ways that find each other, one that finds nobody, and one that was
 * stopped and says nothing any more.
 */
#include "config.h"

#include "whep/whep-transport.h"

#include <gst/gst.h>
#include <string.h>

typedef struct
{
  GMainContext *context;
  WhepTransport *transport;
  guint gathered;
  guint connected;
  guint failed;
  guint heard;
  guint received;
} Side;

static void
on_gathered (WhepTransport * transport, gpointer user_data)
{
  ((Side *) user_data)->gathered++;
}

static void
on_connected (WhepTransport * transport, gpointer user_data)
{
  ((Side *) user_data)->connected++;
}

static void
on_failed (WhepTransport * transport, gpointer user_data)
{
  ((Side *) user_data)->failed++;
}

static void
on_heard (WhepTransport * transport, gpointer user_data)
{
  Side *side = user_data;

  g_assert_cmpuint (side->connected, ==, 0);
  side->heard++;
}

static const WhepTransportFuncs funcs = {
  on_gathered, on_connected, on_failed, on_heard
};

static void
side_init (Side * side, GMainContext * context, gboolean controlling)
{
  WhepTransportConfig config = {.context = context,.controlling = controlling };

  *side = (Side) {
  .context = context};
  side->transport = whep_transport_new (&config, &funcs, side);
  g_assert_cmpuint (strlen (whep_transport_get_ufrag (side->transport)), >=, 4);
  g_assert_cmpuint (strlen (whep_transport_get_pwd (side->transport)), >=, 22);
  whep_transport_gather (side->transport);
}

static void
side_await (Side * side, const guint * counter)
{
  while (*counter == 0)
    g_main_context_iteration (side->context, TRUE);
}

static void
side_clear (Side * side)
{
  whep_transport_stop (side->transport);
  whep_transport_close (side->transport);
  g_object_unref (side->transport);
  while (g_main_context_iteration (side->context, FALSE));
}

static void
meet (Side * side, Side * other)
{
  g_auto (GStrv) candidates = whep_transport_get_candidates (other->transport);

  g_assert_cmpuint (g_strv_length (candidates), >, 0);
  whep_transport_set_remote (side->transport,
      whep_transport_get_ufrag (other->transport),
      whep_transport_get_pwd (other->transport),
      (const gchar * const *) candidates);
}

static void
count (NiceAgent * agent, guint stream, guint component, guint size,
    gchar * data, gpointer received)
{
  ++*(guint *) received;
}

static void
receive (Side * side)
{
  nice_agent_attach_recv (whep_transport_get_agent (side->transport),
      whep_transport_get_stream_id (side->transport),
      NICE_COMPONENT_TYPE_RTP, side->context, count, &side->received);
}

/* Two that have met. */
static void
connect_pair (Side * a, Side * b, GMainContext * context)
{
  side_init (a, context, TRUE);
  side_init (b, context, FALSE);
  side_await (a, &a->gathered);
  side_await (b, &b->gathered);
  g_assert_false (whep_transport_is_connected (a->transport));
  receive (a);
  receive (b);
  meet (a, b);
  meet (b, a);
  side_await (a, &a->connected);
  side_await (b, &b->connected);
}

static void
test_connect (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Side a, b;

  connect_pair (&a, &b, context);
  g_assert_true (whep_transport_is_connected (a.transport));
  g_assert_cmpuint (a.gathered, ==, 1);
  g_assert_cmpuint (a.connected, ==, 1);
  g_assert_cmpuint (a.failed, ==, 0);
  g_assert_cmpuint (b.heard, ==, 1);
  side_clear (&a);
  side_clear (&b);
}

static void
on_state (NiceAgent * agent, guint stream_id, guint component_id, guint state,
    guint * ready)
{
  *ready += state == NICE_COMPONENT_STATE_READY;
}

static void
send_data (Side * side)
{
  g_assert_cmpint (nice_agent_send (whep_transport_get_agent (side->transport),
          whep_transport_get_stream_id (side->transport),
          NICE_COMPONENT_TYPE_RTP, 4, "data"), ==, 4);
}

static void
test_restart (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  guint ready = 0;
  Side a, b;

  connect_pair (&a, &b, context);
  ufrag = g_strdup (whep_transport_get_ufrag (a.transport));
  pwd = g_strdup (whep_transport_get_pwd (a.transport));
  whep_transport_restart (a.transport);
  whep_transport_restart (b.transport);
  g_assert_cmpstr (whep_transport_get_ufrag (a.transport), !=, ufrag);
  g_assert_cmpstr (whep_transport_get_pwd (a.transport), !=, pwd);
  g_signal_connect (whep_transport_get_agent (a.transport),
      "component-state-changed", G_CALLBACK (on_state), &ready);
  meet (&a, &b);
  meet (&b, &a);
  g_assert_cmpstr (whep_transport_get_remote_ufrag (a.transport), ==,
      whep_transport_get_ufrag (b.transport));
  side_await (&a, &ready);
  g_assert_cmpuint (a.connected, ==, 1);
  g_assert_cmpuint (a.heard, ==, 1);
  g_assert_cmpuint (a.failed, ==, 0);

  /* Who received before does so again. */
  a.received = b.received = 0;
  send_data (&a);
  side_await (&b, &b.received);
  send_data (&b);
  side_await (&a, &a.received);
  side_clear (&a);
  side_clear (&b);
}

static void
test_fail (void)
{
  static const gchar *const nobody[] = {
    "candidate:1 1 udp 2015363327 127.0.0.1 9 typ host", NULL
  };
  g_autoptr (GMainContext) context = g_main_context_new ();
  Side a;

  side_init (&a, context, TRUE);
  side_await (&a, &a.gathered);
  receive (&a);
  whep_transport_set_remote (a.transport, "abcd", "0123456789012345678901",
      nobody);
  side_await (&a, &a.failed);
  g_assert_cmpuint (a.connected, ==, 0);
  g_assert_false (whep_transport_is_connected (a.transport));
  side_clear (&a);
}

/* The agent's threads may tell of a failure after the way that was found. */
static void
test_failure_told_late (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Side a, b;

  connect_pair (&a, &b, context);
  g_signal_emit_by_name (whep_transport_get_agent (a.transport),
      "component-state-changed", whep_transport_get_stream_id (a.transport),
      NICE_COMPONENT_TYPE_RTP, NICE_COMPONENT_STATE_FAILED);
  send_data (&b);
  side_await (&a, &a.received);
  g_assert_cmpuint (a.failed, ==, 0);
  side_clear (&a);
  side_clear (&b);
}

static void
test_stop (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Side a;

  side_init (&a, context, TRUE);
  whep_transport_stop (a.transport);
  for (gint64 end = g_get_monotonic_time () + 50000;
      g_get_monotonic_time () < end;)
    g_main_context_iteration (context, FALSE);
  g_assert_cmpuint (a.gathered, ==, 0);
  side_clear (&a);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/whep/transport/connect", test_connect);
  g_test_add_func ("/whep/transport/restart", test_restart);
  g_test_add_func ("/whep/transport/fail", test_fail);
  g_test_add_func ("/whep/transport/failure-told-late", test_failure_told_late);
  g_test_add_func ("/whep/transport/stop", test_stop);
  return g_test_run ();
}
