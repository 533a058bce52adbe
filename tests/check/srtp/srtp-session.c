/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions against published packets, against the reference implementation,
 * and against each other: sizes, sequence numbers that wrap, buffers with and
 * without room.
 */
#include "config.h"

#include "engine/error.h"
#include "reference.h"
#include "session-pair.h"

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
  sender = session_new (profile, key, DTLS_SRTP_SEND);
  receiver = session_new (profile, key, DTLS_SRTP_RECEIVE);

  packet.size = clear->len;
  memcpy (packet.data, clear->data, clear->len);
  assert_status (packet_protect (sender, known->kind, &packet), DTLS_SRTP_OK);
  g_assert_cmpmem (packet.data, packet.size, protected->data, protected->len);
  assert_status (packet_unprotect (receiver, known->kind, &packet),
      DTLS_SRTP_OK);
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
  assert_status (packet_protect (pair->sender, kind, packet), DTLS_SRTP_OK);
  g_assert_cmpmem (packet->data, packet->size, expected->data, expected->len);
}

static void
check_reference (Pair * pair)
{
  Packet packet;

  for (guint seq = 0; seq < 300; seq++) {
    packet_rtp (&packet, SSRC, seq, 5 * seq);
    check_against_reference (pair, DTLS_SRTP_RTP, &packet, seq);
  }
  packet_rtp_with_extension (&packet, 300);
  check_against_reference (pair, DTLS_SRTP_RTP, &packet, 300);
  for (guint i = 1; i < 100; i++) {
    packet_rtcp (&packet, SSRC, 4 + 4 * i);
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
    packet_rtp (&packet, SSRC, i, sizes[i]);
    clear = packet;
    assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    g_assert_cmpuint (packet.size, ==,
        clear.size + pair->profile->rtp_tag_size);
    bytes += packet.size;
    assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    packet_assert_same (&packet, &clear);

    packet_rtcp (&packet, SSRC, 8 + sizes[i] / 4 * 4);
    clear = packet;
    assert_status (packet_protect (pair->sender, DTLS_SRTP_RTCP, &packet),
        DTLS_SRTP_OK);
    g_assert_cmpuint (packet.size, ==,
        clear.size + pair->profile->rtcp_tag_size + 4);
    bytes += packet.size;
    assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTCP, &packet),
        DTLS_SRTP_OK);
    packet_assert_same (&packet, &clear);
  }

  dtls_srtp_session_get_stats (pair->receiver, &stats);
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

  packet_rtp_with_extension (&packet, 1);
  clear = packet;
  assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packet),
      DTLS_SRTP_OK);
  g_assert_cmpmem (packet.data, header_size, clear.data, header_size);
  g_assert_true (memcmp (packet.data + header_size, clear.data + header_size,
          clear.size - header_size) != 0);
}

/* ------------------------------------------------ rollover counter */

static void
check_rollover (Pair * pair)
{
  const guint64 last = 3 * 65536 + 100;
  Packet packet, clear;

  for (guint64 index = 0; index < last; index += 97) {
    packet_rtp (&packet, SSRC, index & 0xffff, 33);
    clear = packet;
    check_against_reference (pair, DTLS_SRTP_RTP, &packet, index);
    assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP, &packet),
        DTLS_SRTP_OK);
    packet_assert_same (&packet, &clear);
  }
}

static void
check_reordering_across_rollover (Pair * pair)
{
  guint16 seqs[] = { 65000, 65534, 65535, 0, 1, 2 };
  guint order[] = { 0, 3, 2, 5, 1, 4 };
  Packet packets[G_N_ELEMENTS (seqs)];

  for (guint i = 0; i < G_N_ELEMENTS (seqs); i++) {
    packet_rtp (&packets[i], SSRC, seqs[i], 40);
    assert_status (packet_protect (pair->sender, DTLS_SRTP_RTP, &packets[i]),
        DTLS_SRTP_OK);
  }
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    assert_status (packet_unprotect (pair->receiver, DTLS_SRTP_RTP,
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
  assert_status (packet_unprotect (pair->receiver, kind, &packet),
      DTLS_SRTP_OK);
  packet_assert_same (&packet, clear);
}

static void
check_room (Pair * pair)
{
  Packet packet;

  packet_rtp (&packet, SSRC, 3, 160);
  check_room_of (pair, DTLS_SRTP_RTP, &packet, pair->profile->rtp_tag_size);
  packet_rtcp (&packet, SSRC, 40);
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
  g_autoptr (DtlsSecret) key = session_key (&profile, 1);
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

    g_test_add_data_func (path, checks[i].func, pair_run_all);
  }
  g_test_add_func ("/srtp/session/unknown-profile", test_unknown_profile);
  g_test_add_func ("/srtp/session/status-names", test_status_names);
  return g_test_run ();
}
