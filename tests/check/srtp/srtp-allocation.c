/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every allocation that libsrtp2 makes, and GnuTLS for it, fails once, one at
 * a time: when a session is made and when an SSRC is new. Each time there is
 * an error or all is well; what is said to be protected is, and a session that
 * has failed once goes on.
 *
 * One is left out, the second of each session: where libsrtp2 2.5 cannot have
 * its list of streams, srtp_create() itself looks into it.
 */
#include "config.h"

#include "srtp/srtp-session.h"

#include <string.h>

#include "engine/error.h"
#include "failing-allocator.h"
#include "session-pair.h"

#define SSRCS 3
#define PACKETS 3
#define PAYLOAD_SIZE 100

/* The one that is left out, counted from zero. */
#define ALLOCATION_OF_LIST 1

typedef struct
{
  guint errors;
  guint packets;                /* that came through */
  glong sender_allocations;
} Outcome;

static const guint16 profiles[] = {
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_80,
  DTLS_PROFILE_AES128_CM_HMAC_SHA1_32,
  DTLS_PROFILE_AEAD_AES_128_GCM,
  DTLS_PROFILE_AEAD_AES_256_GCM,
};

static void
make_packet (Packet * packet, DtlsSrtpKind kind, guint8 ssrc, guint8 number)
{
  memset (packet, 0, sizeof *packet);
  packet->data[0] = 0x80;
  packet->data[1] = kind == DTLS_SRTP_RTP ? 96 : 200;
  packet->data[3] = number;
  packet->data[kind == DTLS_SRTP_RTP ? 11 : 7] = ssrc;
  packet->size = 12 + PAYLOAD_SIZE;
}

static DtlsSrtpSession *
make_session (const DtlsProfile * profile, DtlsSrtpDirection direction,
    Outcome * outcome)
{
  g_autoptr (DtlsSecret) key =
      dtls_secret_new (profile->key_size + profile->salt_size);
  g_autoptr (GError) error = NULL;
  DtlsSrtpSession *session;

  memset (dtls_secret_bytes (key), 7, dtls_secret_size (key));
  session = dtls_srtp_session_new (profile, key, direction,
      DTLS_SRTP_REPLAY_WINDOW, &error);
  if (session)
    return session;
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES);
  outcome->errors++;
  return NULL;
}

/* The packet is what it was, or nobody takes it for one. */
static void
send_packet (DtlsSrtpSession * sender, DtlsSrtpSession * receiver,
    DtlsSrtpKind kind, const Packet * clear, Outcome * outcome)
{
  Packet packet = *clear;
  DtlsSrtpStatus status = dtls_srtp_session_protect (sender, kind, packet.data,
      &packet.size, sizeof packet.data);

  if (status == DTLS_SRTP_OK) {
    g_assert_cmpuint (packet.size, >, clear->size);
    g_assert_true (memcmp (packet.data + 12, clear->data + 12,
            PAYLOAD_SIZE) != 0);
    status = dtls_srtp_session_unprotect (receiver, kind, packet.data,
        &packet.size);
  }
  if (status == DTLS_SRTP_OK) {
    g_assert_cmpmem (packet.data, packet.size, clear->data, clear->size);
    outcome->packets++;
  } else {
    outcome->errors++;
  }
}

static void
send_packets (DtlsSrtpSession * sender, DtlsSrtpSession * receiver,
    guint8 first, Outcome * outcome)
{
  for (guint8 ssrc = 1; ssrc <= SSRCS; ssrc++)
    for (guint8 i = 0; i < PACKETS; i++) {
      Packet packet;

      make_packet (&packet, DTLS_SRTP_RTP, ssrc, first + i);
      send_packet (sender, receiver, DTLS_SRTP_RTP, &packet, outcome);
      make_packet (&packet, DTLS_SRTP_RTCP, ssrc, first + i);
      send_packet (sender, receiver, DTLS_SRTP_RTCP, &packet, outcome);
    }
}

/* Returns: how many allocations there were. */
static glong
run (const DtlsProfile * profile, glong failing, Outcome * outcome)
{
  DtlsSrtpSession *sender, *receiver;
  glong total;

  failing_allocator_arm (failing);
  sender = make_session (profile, DTLS_SRTP_SEND, outcome);
  outcome->sender_allocations = failing_allocator_get_count ();
  receiver = make_session (profile, DTLS_SRTP_RECEIVE, outcome);
  if (sender && receiver)
    send_packets (sender, receiver, 0, outcome);
  total = failing_allocator_disarm ();
  if (sender && receiver) {
    Outcome later = { 0, };

    send_packets (sender, receiver, PACKETS, &later);
    g_assert_cmpuint (later.errors, ==, 0);
  }
  g_clear_pointer (&sender, dtls_srtp_session_free);
  g_clear_pointer (&receiver, dtls_srtp_session_free);
  return total;
}

static void
test_each_fails_once (gconstpointer data)
{
  const DtlsProfile *profile = data;
  Outcome outcome = { 0, };
  glong total, of_receiver;

  if (!failing_allocator_is_available ()) {
    g_test_skip ("a sanitizer owns the allocator");
    return;
  }
  run (profile, -1, &outcome);
  total = run (profile, -1, &outcome);
  of_receiver = outcome.sender_allocations;
  g_assert_cmpuint (outcome.errors, ==, 0);
  g_assert_cmpuint (outcome.packets, ==, 2 * 2 * SSRCS * PACKETS);
  g_assert_cmpint (total, >, 10);
  for (glong i = 0; i < total; i++)
    if (i != ALLOCATION_OF_LIST && i != of_receiver + ALLOCATION_OF_LIST)
      run (profile, i, &outcome);
  g_test_message ("%ld allocations failed, %u calls for that", total,
      outcome.errors);
  g_assert_cmpuint (outcome.errors, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (failing_allocator_is_available ()) {
    failing_allocator_watch ("libsrtp2.so");
    failing_allocator_watch ("libgnutls.so");
  }
  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++) {
    const DtlsProfile *profile = dtls_profile_from_id (profiles[i]);
    g_autofree gchar *path = g_strconcat ("/srtp/allocation/", profile->name,
        NULL);

    g_test_add_data_func (path, profile, test_each_fails_once);
  }
  return g_test_run ();
}
