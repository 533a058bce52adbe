/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions against published packets, against the reference implementation,
 * and against each other: replay, tampering, wrong keys, cut packets, many
 * SSRCs, sequence numbers that wrap, buffers with and without room.
 */
#include "config.h"

#include "srtp/srtp-session.h"

#include <string.h>

#include <srtp2/srtp.h>

#include "engine/error.h"
#include "reference.h"

#define PACKET_ROOM 2048
#define SSRC 0x01020304

static const guint16 all_profiles[] = {
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_80,
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_32,
  DTLS_PROFILE_AEAD_AES_128_GCM,
  DTLS_PROFILE_AEAD_AES_256_GCM,
};

typedef struct
{
  gsize size;
  union
  {
    guint8 data[PACKET_ROOM];
    guint64 alignment;
  };
} Packet;

typedef struct
{
  const DtlsProfile *profile;
  DtlsSecret *key;
  DtlsSrtpSession *sender;
  DtlsSrtpSession *receiver;
} Pair;

static DtlsSecret *
make_key (const DtlsProfile * profile, guint8 seed)
{
  DtlsSecret *key = dtls_secret_new (profile->key_size + profile->salt_size);

  for (gsize i = 0; i < dtls_secret_size (key); i++)
    dtls_secret_bytes (key)[i] = seed + 7 * i;
  return key;
}

static DtlsSrtpSession *
make_session (const DtlsProfile * profile, DtlsSecret * key,
    DtlsSrtpDirection direction)
{
  g_autoptr (GError) error = NULL;
  DtlsSrtpSession *session = dtls_srtp_session_new (profile, key, direction,
      DTLS_SRTP_REPLAY_WINDOW, &error);

  g_assert_no_error (error);
  g_assert_nonnull (session);
  return session;
}

static void
pair_open (Pair * pair, guint16 profile_id)
{
  pair->profile = dtls_profile_from_id (profile_id);
  pair->key = make_key (pair->profile, 1);
  pair->sender = make_session (pair->profile, pair->key, DTLS_SRTP_SEND);
  pair->receiver = make_session (pair->profile, pair->key, DTLS_SRTP_RECEIVE);
}

static void
pair_close (Pair * pair)
{
  dtls_srtp_session_free (pair->sender);
  dtls_srtp_session_free (pair->receiver);
  dtls_secret_unref (pair->key);
}

static void
make_rtp (Packet * packet, guint32 ssrc, guint16 seq, gsize payload_size)
{
  static const guint8 fixed[] = { 0x80, 0x60 };
  guint16 be_seq = GUINT16_TO_BE (seq);
  guint32 be_ssrc = GUINT32_TO_BE (ssrc);

  memset (packet, 0, sizeof *packet);
  memcpy (packet->data, fixed, sizeof fixed);
  memcpy (packet->data + 2, &be_seq, sizeof be_seq);
  memcpy (packet->data + 8, &be_ssrc, sizeof be_ssrc);
  for (gsize i = 0; i < payload_size; i++)
    packet->data[12 + i] = seq + i;
  packet->size = 12 + payload_size;
}

/* The same with 2 CSRCs and an extension of one word (RFC 8285). */
static void
make_rtp_with_extension (Packet * packet, guint16 seq)
{
  static const guint8 extension[] = { 0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0 };

  make_rtp (packet, SSRC, seq, 100);
  packet->data[0] |= 0x10 | 2;
  memcpy (packet->data + 20, extension, sizeof extension);
}

static void
make_rtcp (Packet * packet, guint32 ssrc, gsize size)
{
  static const guint8 fixed[] = { 0x81, 0xc8, 0x00, 0x06 };
  guint32 be_ssrc = GUINT32_TO_BE (ssrc);

  memset (packet, 0, sizeof *packet);
  memcpy (packet->data, fixed, sizeof fixed);
  memcpy (packet->data + 4, &be_ssrc, sizeof be_ssrc);
  for (gsize i = 8; i < size; i++)
    packet->data[i] = i;
  packet->size = size;
}

static DtlsSrtpStatus
protect (DtlsSrtpSession * session, DtlsSrtpKind kind, Packet * packet)
{
  return dtls_srtp_session_protect (session, kind, packet->data, &packet->size,
      sizeof packet->data);
}

static DtlsSrtpStatus
unprotect (DtlsSrtpSession * session, DtlsSrtpKind kind, Packet * packet)
{
  return dtls_srtp_session_unprotect (session, kind, packet->data,
      &packet->size);
}

#define assert_status(call, expected) \
    g_assert_cmpstr (dtls_srtp_status_name (call), ==, \
        dtls_srtp_status_name (expected))

static void
assert_same (const Packet * a, const Packet * b)
{
  g_assert_cmpmem (a->data, a->size, b->data, b->size);
}

static void
count_packets (DtlsSrtpSession * session, DtlsSrtpStats * stats)
{
  dtls_srtp_session_get_stats (session, stats);
}

static void
for_all_profiles (gconstpointer func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_profiles); i++) {
    Pair pair;

    pair_open (&pair, all_profiles[i]);
    ((void (*)(Pair *)) func) (&pair);
    pair_close (&pair);
  }
}

/* ------------------------------------------------ published packets */

typedef struct
{
  guint16 profile;
  const gchar *key;
  DtlsSrtpKind kind;
  const gchar *clear;
  const gchar *protected;
} KnownPacket;

#define CM_KEY "e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6"
#define GCM_KEY "000102030405060708090a0b0c0d0e0fa0a1a2a3a4a5a6a7a8a9aaab"
#define KNOWN_RTP \
    "800f1234 decafbad cafebabe abababab abababab abababab abababab"
#define KNOWN_RTCP \
    "81c8000b cafebabe abababab abababab abababab abababab"

/* From libsrtp's own validation; the CM key is that of RFC 3711 B.3. */
static const KnownPacket known_packets[] = {
  {DTLS_PROFILE_AES128_CM_HMAC_SHA1_80, CM_KEY, DTLS_SRTP_RTP, KNOWN_RTP,
      "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402"
        "b78d6acc 99ea179b 8dbb"},
  {DTLS_PROFILE_AES128_CM_HMAC_SHA1_80, CM_KEY, DTLS_SRTP_RTCP, KNOWN_RTCP,
      "81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001"
        "993e08cd 54d6c123 0798"},
  {DTLS_PROFILE_AES128_CM_HMAC_SHA1_32, CM_KEY, DTLS_SRTP_RTP, KNOWN_RTP,
      "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402"
        "b78d6acc"},
  /* RFC 5764 section 4.1.2: the tag of SRTCP stays at 80 bits */
  {DTLS_PROFILE_AES128_CM_HMAC_SHA1_32, CM_KEY, DTLS_SRTP_RTCP, KNOWN_RTCP,
      "81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001"
        "993e08cd 54d6c123 0798"},
  {DTLS_PROFILE_AEAD_AES_128_GCM, GCM_KEY, DTLS_SRTP_RTP, KNOWN_RTP,
      "800f1234 decafbad cafebabe c5002ede 04cfdd2e b91159e0 880aa06e"
        "d2976826 f796b201 df3131a1 27e8a392"},
  {DTLS_PROFILE_AEAD_AES_128_GCM, GCM_KEY, DTLS_SRTP_RTCP, KNOWN_RTCP,
      "81c8000b cafebabe c98b8b5d f0392a55 852b6c21 ac8e7025 c52c6fbe"
        "a2b3b446 ea31123b a88ce61e 80000001"},
};

static void
check_known_packet (const KnownPacket * known)
{
  g_autoptr (GByteArray) key_bytes = reference_bytes (known->key);
  g_autoptr (GByteArray) clear = reference_bytes (known->clear);
  g_autoptr (GByteArray) protected = reference_bytes (known->protected);
  g_autoptr (DtlsSecret) key = dtls_secret_new (key_bytes->len);
  const DtlsProfile *profile = dtls_profile_from_id (known->profile);
  g_autoptr (DtlsSrtpSession) sender = NULL;
  g_autoptr (DtlsSrtpSession) receiver = NULL;
  Packet packet;

  memcpy (dtls_secret_bytes (key), key_bytes->data, key_bytes->len);
  sender = make_session (profile, key, DTLS_SRTP_SEND);
  receiver = make_session (profile, key, DTLS_SRTP_RECEIVE);

  packet.size = clear->len;
  memcpy (packet.data, clear->data, clear->len);
  assert_status (protect (sender, known->kind, &packet), DTLS_SRTP_OK);
  g_assert_cmpmem (packet.data, packet.size, protected->data, protected->len);
  assert_status (unprotect (receiver, known->kind, &packet), DTLS_SRTP_OK);
  g_assert_cmpmem (packet.data, packet.size, clear->data, clear->len);
}

static void
test_known_packets (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known_packets); i++)
    check_known_packet (&known_packets[i]);
}

/* ------------------------------------------------ reference */

static void
check_against_reference (Pair * pair, DtlsSrtpKind kind, Packet * packet,
    guint64 index)
{
  g_autoptr (GByteArray) expected = NULL;
  ReferenceKeys keys;

  reference_derive (pair->profile, dtls_secret_bytes (pair->key), kind, &keys);
  expected = reference_protect (pair->profile, &keys, kind, index,
      packet->data, packet->size);
  assert_status (protect (pair->sender, kind, packet), DTLS_SRTP_OK);
  g_assert_cmpmem (packet->data, packet->size, expected->data, expected->len);
}

static void
check_reference (Pair * pair)
{
  Packet packet;

  for (guint seq = 0; seq < 300; seq++) {
    make_rtp (&packet, SSRC, seq, 5 * seq);
    check_against_reference (pair, DTLS_SRTP_RTP, &packet, seq);
  }
  make_rtp_with_extension (&packet, 300);
  check_against_reference (pair, DTLS_SRTP_RTP, &packet, 300);
  for (guint i = 1; i < 100; i++) {
    make_rtcp (&packet, SSRC, 4 + 4 * i);
    check_against_reference (pair, DTLS_SRTP_RTCP, &packet, i);
  }
}

/* ------------------------------------------------ round trips */

static void
check_round_trip (Pair * pair)
{
  gsize sizes[] = { 0, 1, 15, 16, 17, 160, 1200, 1460 };
  DtlsSrtpStats stats;
  Packet packet, clear;
  guint64 bytes = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    make_rtp (&packet, SSRC, i, sizes[i]);
    clear = packet;
    assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    g_assert_cmpuint (packet.size, ==,
        clear.size + pair->profile->rtp_tag_size);
    bytes += packet.size;
    assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    assert_same (&packet, &clear);

    make_rtcp (&packet, SSRC, 8 + sizes[i] / 4 * 4);
    clear = packet;
    assert_status (protect (pair->sender, DTLS_SRTP_RTCP, &packet),
        DTLS_SRTP_OK);
    g_assert_cmpuint (packet.size, ==,
        clear.size + pair->profile->rtcp_tag_size + 4);
    bytes += packet.size;
    assert_status (unprotect (pair->receiver, DTLS_SRTP_RTCP, &packet),
        DTLS_SRTP_OK);
    assert_same (&packet, &clear);
  }

  count_packets (pair->receiver, &stats);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_OK], ==, 2 * G_N_ELEMENTS (sizes));
  g_assert_cmpuint (stats.bytes, ==, bytes);
  g_assert_cmpuint (stats.ssrcs, ==, 1);
  g_assert_false (stats.key_is_nearly_exhausted);
}

/* The header is authenticated but not encrypted: RFC 3711 section 3.1. */
static void
check_header_stays (Pair * pair)
{
  const gsize header_size = 12 + 2 * 4 + 8;
  Packet packet, clear;

  make_rtp_with_extension (&packet, 1);
  clear = packet;
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
  g_assert_cmpmem (packet.data, header_size, clear.data, header_size);
  g_assert_true (memcmp (packet.data + header_size, clear.data + header_size,
          clear.size - header_size) != 0);
}

/* ------------------------------------------------ replay and repetition */

static void
check_replay (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet, copy;

  make_rtp (&packet, SSRC, 10, 100);
  protect (pair->sender, DTLS_SRTP_RTP, &packet);
  copy = packet;
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &copy),
      DTLS_SRTP_REPLAYED);

  make_rtcp (&packet, SSRC, 28);
  protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  copy = packet;
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_OK);
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTCP, &copy),
      DTLS_SRTP_REPLAYED);

  count_packets (pair->receiver, &stats);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_OK], ==, 2);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_REPLAYED], ==, 2);
}

static void
check_replay_window (Pair * pair)
{
  const guint last = 2 * DTLS_SRTP_REPLAY_WINDOW;
  Packet old, edge, packet;

  for (guint seq = 0; seq <= last; seq++) {
    make_rtp (&packet, SSRC, seq, 10);
    assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    if (seq == last - DTLS_SRTP_REPLAY_WINDOW)
      old = packet;
    if (seq == last - DTLS_SRTP_REPLAY_WINDOW + 1)
      edge = packet;
  }
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &edge),
      DTLS_SRTP_OK);
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &old),
      DTLS_SRTP_REPLAYED);
}

static void
check_reordering (Pair * pair)
{
  Packet packets[64];

  for (guint i = 0; i < G_N_ELEMENTS (packets); i++) {
    make_rtp (&packets[i], SSRC, 1000 + i, 50);
    protect (pair->sender, DTLS_SRTP_RTP, &packets[i]);
  }
  for (guint i = G_N_ELEMENTS (packets); i > 0; i--)
    assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packets[i - 1]),
        DTLS_SRTP_OK);
}

/* A retransmission without RFC 4588 is the same packet again. */
static void
check_repeat_transmit (Pair * pair)
{
  Packet packet, again;

  make_rtp (&packet, SSRC, 10, 100);
  again = packet;
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &again), DTLS_SRTP_OK);
  assert_same (&packet, &again);
}

/* Two packets under one index would give away key material. */
static void
check_no_other_packet_under_one_number (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet;

  make_rtp (&packet, SSRC, 10, 100);
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
  make_rtp (&packet, SSRC, 10, 100);
  packet.data[50] ^= 1;
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_REPLAYED);
  make_rtp (&packet, SSRC, 10, 101);
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_REPLAYED);
  make_rtp (&packet, SSRC + 1, 10, 101);
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
  make_rtp (&packet, SSRC, 11, 100);
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
  count_packets (pair->sender, &stats);
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
  g_autoptr (DtlsSecret) key = make_key (profile, 1);
  guint refused = 0;

  for (guint seed = 0; seed < 200; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    DtlsSrtpSession *sender = make_session (profile, key, DTLS_SRTP_SEND);
    srtp_t strict = make_strict_sender (key);
    /* The first round has no round before it to go back to. */
    guint16 seq = g_rand_int_range (rand, 0, seed % 2 ? 10 : 65536);

    for (guint32 i = 0; i < 1000; i++) {
      Packet packet, expected;
      int size;

      make_rtp (&packet, SSRC, seq, 20);
      memcpy (packet.data + 12, &i, sizeof i);
      expected = packet;
      size = expected.size;
      if (srtp_protect (strict, expected.data, &size) == srtp_err_status_ok) {
        assert_status (protect (sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
        expected.size = size;
        assert_same (&packet, &expected);
      } else {
        assert_status (protect (sender, DTLS_SRTP_RTP, &packet),
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
    status = unprotect (pair->receiver, kind, &packet);
    g_assert_cmpuint (status, !=, DTLS_SRTP_OK);
    g_assert_cmpuint (status, !=, DTLS_SRTP_ERROR);
  }
  packet = *good;
  assert_status (unprotect (pair->receiver, kind, &packet), DTLS_SRTP_OK);
}

static void
check_tampering (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet;

  make_rtp_with_extension (&packet, 7);
  protect (pair->sender, DTLS_SRTP_RTP, &packet);
  check_tampering_of (pair, DTLS_SRTP_RTP, &packet);
  make_rtcp (&packet, SSRC, 40);
  protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  check_tampering_of (pair, DTLS_SRTP_RTCP, &packet);

  count_packets (pair->receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, 1);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_OK], ==, 2);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_UNAUTHENTIC], >, 100);
}

static void
check_wrong_key (Pair * pair)
{
  g_autoptr (DtlsSecret) other = make_key (pair->profile, 2);
  g_autoptr (DtlsSrtpSession) receiver =
      make_session (pair->profile, other, DTLS_SRTP_RECEIVE);
  DtlsSrtpStats stats;
  Packet packet;

  make_rtp (&packet, SSRC, 7, 100);
  protect (pair->sender, DTLS_SRTP_RTP, &packet);
  assert_status (unprotect (receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_UNAUTHENTIC);
  make_rtcp (&packet, SSRC, 40);
  protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  assert_status (unprotect (receiver, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_UNAUTHENTIC);
  count_packets (receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, 0);
}

static void
check_cut_packets (Pair * pair)
{
  Packet rtp, rtcp, packet;

  make_rtp_with_extension (&rtp, 7);
  protect (pair->sender, DTLS_SRTP_RTP, &rtp);
  make_rtcp (&rtcp, SSRC, 40);
  protect (pair->sender, DTLS_SRTP_RTCP, &rtcp);

  for (gsize size = 0; size < rtp.size; size++) {
    packet = rtp;
    packet.size = size;
    g_assert_cmpuint (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet), !=,
        DTLS_SRTP_OK);
  }
  for (gsize size = 0; size < rtcp.size; size++) {
    packet = rtcp;
    packet.size = size;
    g_assert_cmpuint (unprotect (pair->receiver, DTLS_SRTP_RTCP, &packet), !=,
        DTLS_SRTP_OK);
  }
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &rtp), DTLS_SRTP_OK);
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTCP, &rtcp),
      DTLS_SRTP_OK);
}

static void
check_malformed_clear (Pair * pair)
{
  DtlsSrtpStats stats;
  Packet packet;

  make_rtp (&packet, SSRC, 7, 100);
  packet.size = 11;
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_MALFORMED);
  make_rtp_with_extension (&packet, 8);
  packet.data[22] = 0xff;
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_MALFORMED);
  make_rtcp (&packet, SSRC, 30);
  assert_status (protect (pair->sender, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_MALFORMED);
  count_packets (pair->sender, &stats);
  g_assert_cmpuint (stats.packets[DTLS_SRTP_MALFORMED], ==, 3);
  g_assert_cmpuint (stats.ssrcs, ==, 0);
}

/* SRTCP could be authenticated only; nobody negotiated that here. */
static void
check_rtcp_in_the_clear (Pair * pair)
{
  Packet packet;
  gsize index_from_end;

  make_rtcp (&packet, SSRC, 40);
  protect (pair->sender, DTLS_SRTP_RTCP, &packet);
  index_from_end = 4 + (pair->profile->aead ? 0 : pair->profile->rtcp_tag_size);
  packet.data[packet.size - index_from_end] &= 0x7f;
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTCP, &packet),
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
    g_assert_cmpuint (unprotect (pair->receiver, i % 2 ? DTLS_SRTP_RTP :
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
      make_rtp (&packet, ssrc, 5 + round, 20);
      clear = packet;
      assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
          DTLS_SRTP_OK);
      assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
          DTLS_SRTP_OK);
      assert_same (&packet, &clear);
    }
  }
  count_packets (pair->receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, DTLS_SRTP_SSRCS_MAX);

  make_rtp (&packet, 0x70000000, 1, 20);
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_TOO_MANY_SSRCS);
  make_rtcp (&packet, 0x70000000, 40);
  assert_status (protect (pair->sender, DTLS_SRTP_RTCP, &packet),
      DTLS_SRTP_TOO_MANY_SSRCS);
  make_rtp (&packet, 7, 10, 20);
  assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
}

static void
check_receiver_bounds_ssrcs (Pair * pair)
{
  Packet packet;

  for (guint ssrc = 0; ssrc <= DTLS_SRTP_SSRCS_MAX; ssrc++) {
    g_autoptr (DtlsSrtpSession) sender =
        make_session (pair->profile, pair->key, DTLS_SRTP_SEND);

    make_rtp (&packet, ssrc, 5, 20);
    assert_status (protect (sender, DTLS_SRTP_RTP, &packet), DTLS_SRTP_OK);
    assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
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
    make_rtp (&packet, ssrc, 5, 60);
    assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_UNAUTHENTIC);
  }
  count_packets (pair->receiver, &stats);
  g_assert_cmpuint (stats.ssrcs, ==, 0);

  make_rtp (&packet, SSRC, 5, 60);
  protect (pair->sender, DTLS_SRTP_RTP, &packet);
  assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
}

/* ------------------------------------------------ rollover counter */

static void
check_rollover (Pair * pair)
{
  const guint64 last = 3 * 65536 + 100;
  Packet packet, clear;

  for (guint64 index = 0; index < last; index += 97) {
    make_rtp (&packet, SSRC, index & 0xffff, 33);
    clear = packet;
    check_against_reference (pair, DTLS_SRTP_RTP, &packet, index);
    assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    assert_same (&packet, &clear);
  }
}

static void
check_reordering_across_rollover (Pair * pair)
{
  guint16 seqs[] = { 65000, 65534, 65535, 0, 1, 2 };
  guint order[] = { 0, 3, 2, 5, 1, 4 };
  Packet packets[G_N_ELEMENTS (seqs)];

  for (guint i = 0; i < G_N_ELEMENTS (seqs); i++) {
    make_rtp (&packets[i], SSRC, seqs[i], 40);
    assert_status (protect (pair->sender, DTLS_SRTP_RTP, &packets[i]),
        DTLS_SRTP_OK);
  }
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    assert_status (unprotect (pair->receiver, DTLS_SRTP_RTP,
            &packets[order[i]]), DTLS_SRTP_OK);
}

/* ------------------------------------------------ room */

static void
check_room_of (Pair * pair, DtlsSrtpKind kind, const Packet * clear,
    gsize overhead)
{
  gsize size = clear->size;
  g_autofree guint8 *exact = g_malloc (clear->size + overhead);
  Packet packet = *clear;

  memcpy (exact, clear->data, clear->size);
  assert_status (dtls_srtp_session_protect (pair->sender, kind, exact, &size,
          clear->size + overhead - 1), DTLS_SRTP_NO_ROOM);
  g_assert_cmpuint (size, ==, clear->size);
  g_assert_cmpmem (exact, size, clear->data, clear->size);

  assert_status (dtls_srtp_session_protect (pair->sender, kind, exact, &size,
          clear->size + overhead), DTLS_SRTP_OK);
  g_assert_cmpuint (size, ==, clear->size + overhead);
  memcpy (packet.data, exact, size);
  packet.size = size;
  assert_status (unprotect (pair->receiver, kind, &packet), DTLS_SRTP_OK);
  assert_same (&packet, clear);
}

static void
check_room (Pair * pair)
{
  Packet packet;

  make_rtp (&packet, SSRC, 3, 160);
  check_room_of (pair, DTLS_SRTP_RTP, &packet, pair->profile->rtp_tag_size);
  make_rtcp (&packet, SSRC, 40);
  check_room_of (pair, DTLS_SRTP_RTCP, &packet,
      pair->profile->rtcp_tag_size + 4);
  g_assert_cmpuint (pair->profile->rtcp_tag_size + 4, <=,
      DTLS_SRTP_OVERHEAD_MAX);
}

/* ------------------------------------------------ keys */

static void
check_key_size (Pair * pair)
{
  g_autoptr (DtlsSecret) key =
      dtls_secret_new (dtls_secret_size (pair->key) + 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (dtls_srtp_session_new (pair->profile, key, DTLS_SRTP_SEND,
          DTLS_SRTP_REPLAY_WINDOW, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_KEY);
  g_assert_nonnull (strstr (error->message, pair->profile->name));
}

static void
test_unknown_profile (void)
{
  DtlsProfile profile = *dtls_profile_from_id (DTLS_PROFILE_AEAD_AES_128_GCM);
  g_autoptr (DtlsSecret) key = make_key (&profile, 1);
  g_autoptr (GError) error = NULL;

  profile.id = 5;
  g_assert_null (dtls_srtp_session_new (&profile, key, DTLS_SRTP_SEND,
          DTLS_SRTP_REPLAY_WINDOW, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_KEY);
}

static void
test_status_names (void)
{
  for (guint i = 0; i < DTLS_SRTP_N_STATUS; i++) {
    g_assert_nonnull (dtls_srtp_status_name (i));
    for (guint j = 0; j < i; j++)
      g_assert_cmpstr (dtls_srtp_status_name (i), !=,
          dtls_srtp_status_name (j));
  }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*func) (Pair *);
  } checks[] = {
    {"reference", check_reference},
    {"round-trip", check_round_trip},
    {"header-stays", check_header_stays},
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
    {"rollover", check_rollover},
    {"reordering-across-rollover", check_reordering_across_rollover},
    {"room", check_room},
    {"key-size", check_key_size},
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/session/known-packets", test_known_packets);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++) {
    g_autofree gchar *path = g_strconcat ("/srtp/session/", checks[i].path,
        NULL);

    g_test_add_data_func (path, checks[i].func, for_all_profiles);
  }
  g_test_add_func ("/srtp/session/jumping-sender", test_jumping_sender);
  g_test_add_func ("/srtp/session/unknown-profile", test_unknown_profile);
  g_test_add_func ("/srtp/session/status-names", test_status_names);
  return g_test_run ();
}
