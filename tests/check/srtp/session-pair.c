/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See session-pair.h.
 */
#include "config.h"

#include "session-pair.h"

static const guint16 all_profiles[] = {
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_80,
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_32,
  DTLS_PROFILE_AEAD_AES_128_GCM,
  DTLS_PROFILE_AEAD_AES_256_GCM,
};

DtlsSecret *
session_key (const DtlsProfile * profile, guint8 seed)
{
  DtlsSecret *key = dtls_secret_new (profile->key_size + profile->salt_size);

  for (gsize i = 0; i < dtls_secret_size (key); i++)
    dtls_secret_bytes (key)[i] = seed + 7 * i;
  return key;
}

DtlsSrtpSession *
session_new (const DtlsProfile * profile, DtlsSecret * key,
    DtlsSrtpDirection direction)
{
  g_autoptr (GError) error = NULL;
  DtlsSrtpSession *session = dtls_srtp_session_new (profile, key, direction,
      DTLS_SRTP_REPLAY_WINDOW, &error);

  g_assert_no_error (error);
  g_assert_nonnull (session);
  return session;
}

void
pair_open (Pair * pair, guint16 profile_id)
{
  pair->profile = dtls_profile_from_id (profile_id);
  pair->key = session_key (pair->profile, 1);
  pair->sender = session_new (pair->profile, pair->key, DTLS_SRTP_SEND);
  pair->receiver = session_new (pair->profile, pair->key, DTLS_SRTP_RECEIVE);
}

void
pair_close (Pair * pair)
{
  dtls_srtp_session_free (pair->sender);
  dtls_srtp_session_free (pair->receiver);
  dtls_secret_unref (pair->key);
}

void
pair_run_all (gconstpointer func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_profiles); i++) {
    Pair pair;

    pair_open (&pair, all_profiles[i]);
    ((void (*)(Pair *)) func) (&pair);
    pair_close (&pair);
  }
}

void
packet_rtp (Packet * packet, guint32 ssrc, guint16 seq, gsize payload_size)
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

void
packet_rtp_with_extension (Packet * packet, guint16 seq)
{
  static const guint8 extension[] = { 0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0 };

  packet_rtp (packet, SSRC, seq, 100);
  packet->data[0] |= 0x10 | 2;
  memcpy (packet->data + 20, extension, sizeof extension);
}

void
packet_rtcp (Packet * packet, guint32 ssrc, gsize size)
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

DtlsSrtpStatus
packet_protect (DtlsSrtpSession * session, DtlsSrtpKind kind, Packet * packet)
{
  return dtls_srtp_session_protect (session, kind, packet->data, &packet->size,
      sizeof packet->data);
}

DtlsSrtpStatus
packet_unprotect (DtlsSrtpSession * session, DtlsSrtpKind kind, Packet * packet)
{
  return dtls_srtp_session_unprotect (session, kind, packet->data,
      &packet->size);
}

void
packet_assert_same (const Packet * a, const Packet * b)
{
  g_assert_cmpmem (a->data, a->size, b->data, b->size);
}
