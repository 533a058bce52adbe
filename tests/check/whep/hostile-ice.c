/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Peers that may speak to an ICE agent, and say what they like: checks of any
 * priority and role from ports of any number, answers that are false, late or
 * errors, messages that are cut or changed, while candidates come and sessions
 * start anew. None ends the process, and who means well connects meanwhile.
 */
#include "config.h"

#include "stun-peer.h"

#include <gst/gst.h>

#define VICTIMS 6
#define PEERS 5
#define ROUNDS 30
#define ACTS_PER_ROUND 60

typedef struct _Fixture Fixture;

typedef struct
{
  Fixture *f;
  WhepTransport *transport;
  gboolean gathered;
  gboolean connected;
  gboolean honest;
  StunPeer peers[PEERS];
} Victim;

struct _Fixture
{
  GMainContext *context;
  GRand *rand;
  Victim victims[VICTIMS];
  guint requests;
  guint connected;
};

static void
on_gathered (WhepTransport * transport, gpointer user_data)
{
  ((Victim *) user_data)->gathered = TRUE;
}

static void
on_connected (WhepTransport * transport, gpointer user_data)
{
  Victim *victim = user_data;

  victim->connected = TRUE;
  victim->f->connected++;
}

static void
on_failed (WhepTransport * transport, gpointer user_data)
{
}

static const WhepTransportFuncs funcs = {
  on_gathered, on_connected, on_failed, NULL
};

static guint
upto (Fixture * f, guint n)
{
  return g_rand_int_range (f->rand, 0, n);
}

static gboolean
one_in (Fixture * f, guint n)
{
  return upto (f, n) == 0;
}

/* Also the least and the most. */
static guint32
any_number (Fixture * f)
{
  static const guint32 numbers[] = { 0, 1, G_MAXINT32, G_MAXUINT32 };

  return one_in (f, 2) ? g_rand_int (f->rand) :
      numbers[upto (f, G_N_ELEMENTS (numbers))];
}

/* One in ten arrives changed, or in part. */
static void
send_any (Victim * victim, StunPeer * peer, GSocketAddress * to, guint8 * data,
    gsize size)
{
  Fixture *f = victim->f;

  if (one_in (f, 20))
    data[upto (f, size)] ^= 1 << upto (f, 8);
  if (one_in (f, 20))
    size = upto (f, size);
  stun_peer_send (peer, to, data, size);
}

static void
check_any (Victim * victim, StunPeer * peer, GSocketAddress * to)
{
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  Fixture *f = victim->f;
  StunPeerCheck check = {
    .pwd = one_in (f, 20) ? STUN_PEER_PWD : NULL,
    .priority = any_number (f),.tie_breaker = any_number (f),
    .controlled = one_in (f, 3),.nominates = one_in (f, 2),
  };

  send_any (victim, peer, to, data, stun_peer_check (peer, &check, data));
}

static void
accept_any (Victim * victim, StunPeer * peer, GSocketAddress * from,
    StunMessage * request)
{
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  Fixture *f = victim->f;
  g_autoptr (GSocketAddress) elsewhere = g_inet_socket_address_new_from_string
      (one_in (f, 2) ? "192.0.2.200" : "2001:db8::2", upto (f, 65536));
  StunPeer *sender = one_in (f, 8) ? &victim->peers[upto (f, PEERS)] : peer;
  gsize size = stun_peer_accept (peer, request, one_in (f, 3) ? elsewhere :
      from, data);

  for (guint n = 1 + one_in (f, 8); n > 0; n--)
    send_any (victim, sender, from, data, size);
}

static void
refuse_any (Victim * victim, StunPeer * peer, GSocketAddress * from,
    StunMessage * request)
{
  static const StunError codes[] = {
    STUN_ERROR_TRY_ALTERNATE, STUN_ERROR_BAD_REQUEST, STUN_ERROR_UNAUTHORIZED,
    STUN_ERROR_FORBIDDEN, STUN_ERROR_UNKNOWN_ATTRIBUTE,
    STUN_ERROR_STALE_NONCE, STUN_ERROR_ROLE_CONFLICT, STUN_ERROR_SERVER_ERROR
  };
  guint8 data[STUN_MAX_MESSAGE_SIZE_IPV6];
  StunError code = codes[upto (victim->f, G_N_ELEMENTS (codes))];

  send_any (victim, peer, from, data, stun_peer_refuse (peer, request, code,
          data));
}

static void
on_request (StunPeer * peer, GSocketAddress * from, StunMessage * request,
    gpointer user_data)
{
  Victim *victim = user_data;
  Fixture *f = victim->f;

  f->requests++;
  if (victim->honest)
    stun_peer_agree (peer, from, request);
  else if (one_in (f, 2))
    accept_any (victim, peer, from, request);
  else if (one_in (f, 2))
    refuse_any (victim, peer, from, request);
  if (!victim->honest && one_in (f, 3))
    check_any (victim, peer, from);
}

/* Each peer's candidate, or something of the kind. */
static GStrv
any_candidates (Victim * victim)
{
  static const gchar *const odd[] = {
    "candidate:1 1 udp 0 192.0.2.1 0 typ host",
    "candidate:1 1 udp 1 2001:db8::1 9 typ relay raddr 192.0.2.1 rport 9",
    "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype passive",
    "candidate:1 1 udp 4294967295 0.0.0.0 9 typ srflx raddr :: rport 0",
  };
  GStrvBuilder *builder = g_strv_builder_new ();
  Fixture *f = victim->f;

  for (guint i = 0; i < PEERS; i++) {
    g_autofree gchar *line =
        stun_peer_get_candidate (&victim->peers[i], any_number (f));

    if (victim->honest || one_in (f, 2))
      g_strv_builder_add (builder, line);
    else
      g_strv_builder_add (builder, odd[upto (f, G_N_ELEMENTS (odd))]);
  }
  GStrv lines = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return lines;
}

static void
meet (Victim * victim)
{
  g_auto (GStrv) lines = any_candidates (victim);

  whep_transport_set_remote (victim->transport, STUN_PEER_UFRAG, STUN_PEER_PWD,
      (const gchar * const *) lines);
}

static void
victim_init (Victim * victim, Fixture * f, gboolean honest)
{
  WhepTransportConfig config = {.context = f->context };

  *victim = (Victim) {
  .f = f,.honest = honest};
  victim->transport = whep_transport_new (&config, &funcs, victim);
  whep_transport_gather (victim->transport);
  while (!victim->gathered)
    g_main_context_iteration (f->context, TRUE);
  for (guint i = 0; i < PEERS; i++)
    stun_peer_init (&victim->peers[i], victim->transport, f->context,
        on_request, victim);
  meet (victim);
}

static void
victim_clear (Victim * victim)
{
  whep_transport_stop (victim->transport);
  whep_transport_close (victim->transport);
  while (g_main_context_iteration (victim->f->context, FALSE));
  g_object_unref (victim->transport);
  for (guint i = 0; i < PEERS; i++)
    stun_peer_clear (&victim->peers[i]);
}

static void
act (Victim * victim)
{
  g_autoptr (GSocketAddress) goal = stun_peer_get_goal (victim->transport);
  Fixture *f = victim->f;
  guint which = upto (f, 100);

  if (which < 90) {
    check_any (victim, &victim->peers[upto (f, PEERS)], goal);
  } else if (which < 96) {
    g_auto (GStrv) lines = any_candidates (victim);
    whep_transport_add_candidates (victim->transport,
        (const gchar * const *) lines);
  } else if (which < 98) {
    /* Its next check comes from a port that nobody knows. */
    StunPeer *peer = &victim->peers[upto (f, PEERS)];
    stun_peer_clear (peer);
    stun_peer_init (peer, victim->transport, f->context, on_request, victim);
  } else {
    whep_transport_restart (victim->transport);
    meet (victim);
  }
}

static void
connect_honestly (Fixture * f)
{
  Victim honest;

  victim_init (&honest, f, TRUE);
  while (!honest.connected)
    g_main_context_iteration (f->context, TRUE);
  victim_clear (&honest);
}

static void
act_in_turn (Fixture * f)
{
  for (guint i = 0; i < ACTS_PER_ROUND; i++) {
    act (&f->victims[upto (f, VICTIMS)]);
    while (g_main_context_iteration (f->context, FALSE));
    g_usleep (500);
  }
}

static void
test_hostile_peers (Fixture * f, gconstpointer seed)
{
  f->context = g_main_context_new ();
  f->rand = g_rand_new_with_seed (GPOINTER_TO_UINT (seed));
  for (guint i = 0; i < VICTIMS; i++)
    victim_init (&f->victims[i], f, FALSE);
  for (guint round = 0; round < ROUNDS; round++) {
    Victim *victim = &f->victims[upto (f, VICTIMS)];

    act_in_turn (f);
    connect_honestly (f);
    victim_clear (victim);
    victim_init (victim, f, FALSE);
  }
  g_test_message ("%u checks, %u connected", f->requests, f->connected);
  /* They got as far as that. */
  g_assert_cmpuint (f->connected, >, ROUNDS);
  for (guint i = 0; i < VICTIMS; i++)
    victim_clear (&f->victims[i]);
  g_rand_free (f->rand);
  g_main_context_unref (f->context);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(seed) \
  g_test_add ("/whep/hostile-ice/" #seed, Fixture, GUINT_TO_POINTER (seed), \
      NULL, test_hostile_peers, NULL)
  ADD (1);
  ADD (2);
  ADD (3);
#undef ADD
  return g_test_run ();
}
