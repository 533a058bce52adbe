/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What sessions refuse, and nothing else: replay, numbers used twice,
 * tampering, wrong keys, cut packets, too many SSRCs.
 */
#include "config.h"

#include <srtp2/srtp.h>

#include "session-pair.h"

/* ------------------------------------------------ replay and repetition */

static void
check_replay (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet, copy;

  packet_rtp (&packet, SSRC, 10, 100);
  packet_protect (pair->sender, DTLS_SRTP_RTP, &packet);
  copy = packet;
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &copy),
      DTLS_SRTP_REPLAYED);

  packet_rtcp (&packet, SSRC, 28);
  packet_protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  copy = packet;
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_OK);
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTCP, &copy),
      DTLS_SRTP_REPLAYED);

  dtls_srtp_session_get_stats (pair->receiver, &stats);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_OK], ==, 2);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_REPLAYED], ==, 2);
}

static void
check_replay_window (Pair * pair)
{
  const guint last = 2 * DTLS_SRTP_REPLAY_WINDOW;
  Packet old, edge, packet;

  for (guint seq = 0; seq <= last; seq++) {
    packet_rtp (&packet, SSRC, seq, 10);
    assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    if (seq == last - DTLS_SRTP_REPLAY_WINDOW)
      old = packet;
    if (seq == last - DTLS_SRTP_REPLAY_WINDOW + 1)
      edge = packet;
  }
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &edge),
      DTLS_SRTP_OK);
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &old),
      DTLS_SRTP_REPLAYED);
}

static void
check_reordering (Pair * pair)
{
  Packet packets[64];

  for (guint i = 0; i < G_N_ELEMENTS (packets); i++) {
    packet_rtp (&packets[i], SSRC, 1000 + i, 50);
    packet_protect (pair->sender, DTLS_SRTP_RTP, &packets[i]);
  }
  for (guint i = G_N_ELEMENTS (packets); i > 0; i--)
    assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP,
            &packets[i - 1]), DTLS_SRTP_OK);
}

/* A retransmission without RFC 4588 is the same packet again. */
static void
check_repeat_transmit (Pair * pair)
{
  Packet packet, again;

  packet_rtp (&packet, SSRC, 10, 100);
  again = packet;
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &again),
      DTLS_SRTP_OK);
  packet_assert_same (&packet, &again);
}

/* Two packets under one index would give away key material. */
static void
check_no_other_packet_under_one_number (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet;

  packet_rtp (&packet, SSRC, 10, 100);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  packet_rtp (&packet, SSRC, 10, 100);
  packet.data[50] ^= 1;
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_REPLAYED);
  packet_rtp (&packet, SSRC, 10, 101);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_REPLAYED);
  packet_rtp (&packet, SSRC + 1, 10, 101);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  packet_rtp (&packet, SSRC, 11, 100);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  dtls_srtp_session_get_stats (pair->sender, &stats);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_OK], ==, 3);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_REPLAYED], ==, 2);
}

/* A sender of plain libsrtp2 that never takes an index twice. */
static srtp_t
make_strict_sender (DtlsSecret * key)
{
  srtp_policy_t policy = { 0, };
  srtp_t sender = NULL;

  srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtp);
  srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtcp);
  policy.ssrc.type = ssrc_any_outbound;
  policy.key = dtls_secret_bytes (key);
  policy.window_size = DTLS_SRTP_REPLAY_WINDOW;
  g_assert_cmpint (srtp_create (&sender, &policy), ==, srtp_err_status_ok);
  return sender;
}

/* Steps of one, back and forth within the window, and jumps anywhere. */
static guint16
next_jump (GRand * rand, guint16 seq)
{
  switch (g_rand_int_range (rand, 0, 200)) {
    case 0:
      return g_rand_int (rand);
    case 1:
      return seq + 32768 + g_rand_int_range (rand, -1100, 1100);
    default:
      return seq + g_rand_int_range (rand, -3, 6);
  }
}

/* Every packet is another one: each index may be used once, and those that
 * were not used must not be refused. */
static void
test_jumping_sender (void)
{
  const DtlsProfile *profile =
      dtls_profile_from_id (DTLS_PROFILE_AEAD_AES_128_GCM);
  g_autoptr (DtlsSecret) key = session_key (profile, 1);
  guint refused = 0;

  for (guint seed = 0; seed < 200; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    DtlsSrtpSession *sender = session_new (profile, key, DTLS_SRTP_SEND);
    srtp_t strict = make_strict_sender (key);
    /* The first round has no round before it to go back to. */
    guint16 seq = g_rand_int_range (rand, 0, seed % 2 ? 10 : 65536);

    for (guint32 i = 0; i < 1000; i++) {
      Packet packet, expected;
      int size;

      packet_rtp (&packet, SSRC, seq, 20);
      memcpy (packet.data + 12, &i, sizeof i);
      expected = packet;
      size = expected.size;
      if (srtp_protect (strict, expected.data, &size) == srtp_err_status_ok) {
        assert_status (packet_protect (sender, DTLS_SRTP_RTP, &packet),
            DTLS_SRTP_OK);
        expected.size = size;
        packet_assert_same (&packet, &expected);
      } else {
        assert_status (packet_protect (sender, DTLS_SRTP_RTP, &packet),
            DTLS_SRTP_REPLAYED);
        refused++;
      }
      seq = next_jump (rand, seq);
    }
    dtls_srtp_session_free (sender);
    srtp_dealloc (strict);
  }
  g_assert_cmpuint (refused, >, 1000);
}

/* ------------------------------------------------ hostile packets */

static void
check_tampering_of (Pair * pair, DtlsSrtpKind kind, const Packet * good)
{
  Packet packet;

  for (gsize i = 0; i < good->size; i++) {
    DtlsSrtpStatus status;

    packet = *good;
    packet.data[i] ^= 1 << i % 8;
    status = packet_unprotect (pair->receiver, kind, &packet);
    g_assert_cmpuint (status, !=, DTLS_SRTP_OK);
    g_assert_cmpuint (status, !=, DTLS_SRTP_ERROR);
  }
  packet = *good;
  assert_status (packet_unprotect (pair->receiver, kind, &packet),
      DTLS_SRTP_OK);
}

static void
check_tampering (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet;

  packet_rtp_with_extension (&packet, 7);
  packet_protect (pair->sender, DTLS_SRTP_RTP, &packet);
  check_tampering_of (pair, DTLS_SRTP_RTP, &packet);
  packet_rtcp (&packet, SSRC, 40);
  packet_protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  check_tampering_of (pair, DTLS_SRTP_RTCP, &packet);

  dtls_srtp_session_get_stats (pair->receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, 1);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_OK], ==, 2);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_UNAUTHENTIC], >, 100);
}

static void
check_wrong_key (Pair * pair)
{
  g_autoptr (DtlsSecret) other = session_key (pair->profile, 2);
  g_autoptr (DtlsSrtpSession) receiver =
      session_new (pair->profile, other, DTLS_SRTP_RECEIVE);
  DtlsSrtpStats stats;
  Packet packet;

  packet_rtp (&packet, SSRC, 7, 100);
  packet_protect (pair->sender, DTLS_SRTP_RTP, &packet);
  assert_status (packet_unprotect (receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_UNAUTHENTIC);
  packet_rtcp (&packet, SSRC, 40);
  packet_protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  assert_status (packet_unprotect (receiver, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_UNAUTHENTIC);
  dtls_srtp_session_get_stats (receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, 0);
}

static void
check_cut_packets (Pair * pair)
{
  Packet rtp, rtcp, packet;

  packet_rtp_with_extension (&rtp, 7);
  packet_protect (pair->sender, DTLS_SRTP_RTP, &rtp);
  packet_rtcp (&rtcp, SSRC, 40);
  packet_protect (pair->sender, DTLS_SRTP_RTCP, &rtcp);

  for (gsize size = 0; size < rtp.size; size++) {
    packet = rtp;
    packet.size = size;
    g_assert_cmpuint (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        !=, DTLS_SRTP_OK);
  }
  for (gsize size = 0; size < rtcp.size; size++) {
    packet = rtcp;
    packet.size = size;
    g_assert_cmpuint (packet_unprotect (pair->receiver, DTLS_SRTP_RTCP,
            &packet), !=, DTLS_SRTP_OK);
  }
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &rtp),
      DTLS_SRTP_OK);
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTCP, &rtcp),
      DTLS_SRTP_OK);
}

static void
check_malformed_clear (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet;

  packet_rtp (&packet, SSRC, 7, 100);
  packet.size = 11;
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_MALFORMED);
  packet_rtp_with_extension (&packet, 8);
  packet.data[22] = 0xff;
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_MALFORMED);
  packet_rtcp (&packet, SSRC, 30);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_MALFORMED);
  dtls_srtp_session_get_stats (pair->sender, &stats);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_MALFORMED], ==, 3);
  g_assert_cmpuint (stats.ssrcs, ==, 0);
}

/* SRTCP could be authenticated only; nobody negotiated that here. */
static void
check_rtcp_in_the_clear (Pair * pair)
{
  Packet packet;
  gsize index_from_end;

  packet_rtcp (&packet, SSRC, 40);
  packet_protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  index_from_end = 4 + (pair->profile->aead ? 0 : pair->profile->rtcp_tag_size);
  packet.data[packet.size - index_from_end] &= 0x7f;
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_MALFORMED);
}

static void
check_random_bytes (Pair * pair)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20);
  Packet packet;

  for (guint i = 0; i < 5000; i++) {
    packet.size = g_rand_int_range (random, 0, 200);
    for (gsize j = 0; j < packet.size; j++)
      packet.data[j] = g_rand_int (random);
    if (packet.size > 0 && g_rand_boolean (random))
      packet.data[0] = (packet.data[0] & 0x1f) | 0x80;
    g_assert_cmpuint (packet_unprotect (pair->receiver, i % 2 ? DTLS_SRTP_RTP :
            DTLS_SRTP_RTCP, &packet), !=, DTLS_SRTP_OK);
  }
}

/* ------------------------------------------------ SSRCs */

static void
check_many_ssrcs (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet, clear;

  for (guint round = 0; round < 2; round++) {
    for (guint ssrc = 0; ssrc < DTLS_SRTP_SSRCS_MAX; ssrc++) {
      packet_rtp (&packet, ssrc, 5 + round, 20);
      clear = packet;
      assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
          DTLS_SRTP_OK);
      assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
          DTLS_SRTP_OK);
      packet_assert_same (&packet, &clear);
    }
  }
  dtls_srtp_session_get_stats (pair->receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, DTLS_SRTP_SSRCS_MAX);

  packet_rtp (&packet, 0x70000000, 1, 20);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_TOO_MANY_SSRCS);
  packet_rtcp (&packet, 0x70000000, 40);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_TOO_MANY_SSRCS);
  packet_rtp (&packet, 7, 10, 20);
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
}

static void
check_receiver_bounds_ssrcs (Pair * pair)
{
  Packet packet;

  for (guint ssrc = 0; ssrc <= DTLS_SRTP_SSRCS_MAX; ssrc++) {
    g_autoptr (DtlsSrtpSession) sender =
        session_new (pair->profile, pair->key, DTLS_SRTP_SEND);

    packet_rtp (&packet, ssrc, 5, 20);
    assert_status (packet_protect (sender, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        ssrc < DTLS_SRTP_SSRCS_MAX ? DTLS_SRTP_OK : DTLS_SRTP_TOO_MANY_SSRCS);
  }
}

/* Whoever has no key cannot use up the SSRCs. */
static void
check_forged_ssrcs_leave_no_trace (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet;

  for (guint ssrc = 0; ssrc < 2 * DTLS_SRTP_SSRCS_MAX; ssrc++) {
    packet_rtp (&packet, ssrc, 5, 60);
    assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_UNAUTHENTIC);
  }
  dtls_srtp_session_get_stats (pair->receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, 0);

  packet_rtp (&packet, SSRC, 5, 60);
  packet_protect (pair->sender, DTLS_SRTP_RTP, &packet);
  assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*func) (Pair *);
  } checks[] = {
    {"replay", check_replay},
    {"replay-window", check_replay_window},
    {"reordering", check_reordering},
    {"repeat-transmit", check_repeat_transmit},
    {"no-other-packet-under-one-number",
        check_no_other_packet_under_one_number},
    {"tampering", check_tampering},
    {"wrong-key", check_wrong_key},
    {"cut-packets", check_cut_packets},
    {"malformed-clear", check_malformed_clear},
    {"rtcp-in-the-clear", check_rtcp_in_the_clear},
    {"random-bytes", check_random_bytes},
    {"many-ssrcs", check_many_ssrcs},
    {"receiver-bounds-ssrcs", check_receiver_bounds_ssrcs},
    {"forged-ssrcs-leave-no-trace", check_forged_ssrcs_leave_no_trace},
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++) {
    g_autofree gchar *path =
        g_strconcat ("/srtp/session-refusals/", checks[i].path,
        NULL);

    g_test_add_data_func (path, checks[i].func, pair_run_all);
  }
  g_test_add_func ("/srtp/session-refusals/jumping-sender",
      test_jumping_sender);
  return g_test_run ();
}
