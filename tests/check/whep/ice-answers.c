/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer that answers checks with errors (RFC 8489 section 14.8), as it
 * likes: that ends neither the process nor what it connects to afterwards.
 */
#include "config.h"

#include "stun-peer.h"

#include <gst/gst.h>

typedef struct
{
  GMainContext *context;
  WhepTransport *transport;
  gboolean gathered;
  gboolean connected;
  gboolean failed;

  StunPeer peer;
  StunError code;
  guint refused;
  guint to_refuse;
  gboolean silent;              /* answers nothing */
  guint requests;
} Fixture;

static void
on_gathered (WhepTransport * transport, gpointer user_data)
{
  ((Fixture *) user_data)->gathered = TRUE;
}

static void
on_connected (WhepTransport * transport, gpointer user_data)
{
  ((Fixture *) user_data)->connected = TRUE;
}

static void
on_failed (WhepTransport * transport, gpointer user_data)
{
  ((Fixture *) user_data)->failed = TRUE;
}

static const WhepTransportFuncs funcs = {
  on_gathered, on_connected, on_failed, NULL
};

static void
on_request (StunPeer * peer, GSocketAddress * from, StunMessage * request,
    gpointer user_data)
{
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  Fixture *f = user_data;

  f->requests++;
  if (f->silent)
    return;
  if (f->refused == f->to_refuse) {
    stun_peer_agree (peer, from, request);
    return;
  }
  f->refused++;
  stun_peer_send (peer, from, data, stun_peer_refuse (peer, request, f->code,
          data));
  /* It is asked again for what it asks. */
  static const StunPeerCheck check = {.priority = 1,.tie_breaker = 1,
    .nominates = TRUE
  };
  stun_peer_send (peer, from, data, stun_peer_check (peer, &check, data));
}

static void
await (Fixture * f, const gboolean * what)
{
  while (!*what)
    g_main_context_iteration (f->context, TRUE);
}

static void
setup (Fixture * f, gconstpointer code)
{
  WhepTransportConfig config = {.context = g_main_context_new () };

  f->context = config.context;
  f->code = GPOINTER_TO_INT (code);
  f->transport = whep_transport_new (&config, &funcs, f);
  whep_transport_gather (f->transport);
  await (f, &f->gathered);
  stun_peer_init (&f->peer, f->transport, f->context, on_request, f);
}

static void
teardown (Fixture * f, gconstpointer code)
{
  whep_transport_stop (f->transport);
  whep_transport_close (f->transport);
  g_object_unref (f->transport);
  while (g_main_context_iteration (f->context, FALSE));
  stun_peer_clear (&f->peer);
  g_main_context_unref (f->context);
}

static void
announce (Fixture * f)
{
  g_autofree gchar *line = stun_peer_get_candidate (&f->peer, 1);
  const gchar *lines[] = { line, NULL };

  whep_transport_set_remote (f->transport, STUN_PEER_UFRAG, STUN_PEER_PWD,
      lines);
}

static void
test_error (Fixture * f, gconstpointer code)
{
  f->to_refuse = 3;
  announce (f);
  await (f, &f->connected);
  g_assert_cmpuint (f->refused, ==, 3);
}

/* libnice 0.1.21 ends the process when it gets an answer after a failure. */
static void
test_nothing_is_heard_after_a_failure (Fixture * f, gconstpointer code)
{
  static const StunPeerCheck check = {.priority = 1,.tie_breaker = 1,
    .nominates = TRUE
  };
  g_autoptr (GSocketAddress) goal = stun_peer_get_goal (f->transport);
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];

  f->silent = TRUE;
  announce (f);
  while (f->requests == 0)
    g_main_context_iteration (f->context, TRUE);
  await (f, &f->failed);
  f->requests = 0;
  for (guint i = 0; i < 50; i++) {
    stun_peer_send (&f->peer, goal, data, stun_peer_check (&f->peer, &check,
            data));
    g_usleep (1000);
    while (g_main_context_iteration (f->context, FALSE));
  }
  /* A check that is heard has one of ours follow. */
  g_assert_cmpuint (f->requests, ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, code) \
  g_test_add ("/whep/ice-answers/" name, Fixture, GINT_TO_POINTER (code), \
      setup, test_error, teardown)
  ADD ("try-alternate", STUN_ERROR_TRY_ALTERNATE);
  ADD ("bad-request", STUN_ERROR_BAD_REQUEST);
  ADD ("unauthorized", STUN_ERROR_UNAUTHORIZED);
  /* Ended the process where the agent looked after consent (RFC 7675). */
  ADD ("forbidden", STUN_ERROR_FORBIDDEN);
  ADD ("unknown-attribute", STUN_ERROR_UNKNOWN_ATTRIBUTE);
  ADD ("server-error", STUN_ERROR_SERVER_ERROR);
#undef ADD
  g_test_add ("/whep/ice-answers/nothing-is-heard-after-a-failure", Fixture,
      NULL, setup, test_nothing_is_heard_after_a_failure, teardown);
  return g_test_run ();
}
