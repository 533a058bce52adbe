/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The place of a session: when it is kept, when it is replaced, what is taken
 * under the former keys, and that its counters outlive it.
 */
#include "config.h"

#include "media.h"
#include "dtls/srtp-slot.h"

#define GCM DTLS_PROFILE_AEAD_AES_128_GCM

static void
set (DtlsSrtpSlot * slot, guint8 local, guint8 remote, gboolean initial)
{
  DtlsSrtpKeys *keys = media_keys (GCM, local, remote);

  g_assert_true (dtls_srtp_slot_set_keys (slot, keys, initial, NULL));
  dtls_srtp_keys_unref (keys);
}

static void
test_same_key_keeps_the_session (void)
{
  DtlsSrtpSlot slot;
  DtlsSrtpSession *session;

  dtls_srtp_slot_init (&slot, DTLS_SRTP_SEND);
  set (&slot, 1, 2, FALSE);
  session = slot.session;
  set (&slot, 1, 9, FALSE);
  g_assert_true (slot.session == session);
  dtls_srtp_slot_clear (&slot);
}

static void
test_each_direction_has_its_key (void)
{
  DtlsSrtpSlot send, receive;

  dtls_srtp_slot_init (&send, DTLS_SRTP_SEND);
  dtls_srtp_slot_init (&receive, DTLS_SRTP_RECEIVE);
  set (&send, 1, 2, FALSE);
  set (&receive, 1, 2, FALSE);
  g_assert_cmpuint (dtls_secret_bytes (send.secret)[0], ==, 1);
  g_assert_cmpuint (dtls_secret_bytes (receive.secret)[0], ==, 2);
  dtls_srtp_slot_clear (&send);
  dtls_srtp_slot_clear (&receive);
}

static void
test_initial_keys_do_not_replace (void)
{
  DtlsSrtpSlot slot;

  dtls_srtp_slot_init (&slot, DTLS_SRTP_SEND);
  set (&slot, 3, 4, TRUE);
  set (&slot, 1, 2, TRUE);
  g_assert_cmpuint (dtls_secret_bytes (slot.secret)[0], ==, 3);
  set (&slot, 1, 2, FALSE);
  g_assert_cmpuint (dtls_secret_bytes (slot.secret)[0], ==, 1);
  dtls_srtp_slot_clear (&slot);
}

static void
test_no_keys_close_it (void)
{
  DtlsSrtpSlot slot;

  dtls_srtp_slot_init (&slot, DTLS_SRTP_SEND);
  set (&slot, 1, 2, FALSE);
  g_assert_true (dtls_srtp_slot_set_keys (&slot, NULL, FALSE, NULL));
  g_assert_false (dtls_srtp_slot_is_keyed (&slot));
  dtls_srtp_slot_clear (&slot);
}

static void
test_counters_outlive_a_session (void)
{
  DtlsSrtpSlot slot;
  GstStructure *stats;
  guint8 junk[4] = { 0 };
  gsize size = sizeof (junk);

  dtls_srtp_slot_init (&slot, DTLS_SRTP_RECEIVE);
  set (&slot, 1, 2, FALSE);
  dtls_srtp_session_unprotect (slot.session, DTLS_SRTP_RTP, junk, &size);
  set (&slot, 1, 3, FALSE);
  size = sizeof (junk);
  dtls_srtp_session_unprotect (slot.session, DTLS_SRTP_RTP, junk, &size);
  stats = dtls_srtp_slot_get_stats (&slot);
  g_assert_cmpuint (media_count (stats, "dropped", "malformed"), ==, 2);
  gst_structure_free (stats);
  dtls_srtp_slot_clear (&slot);
}

/* Whether a packet that the peer has protected with the key @remote comes out
 * as it was. */
static gboolean
takes (DtlsSrtpSlot * slot, guint8 remote, guint16 seq)
{
  const DtlsProfile *profile = dtls_profile_from_id (GCM);
  DtlsSecret *secret = media_secret (profile, remote);
  g_autoptr (DtlsSrtpSession) peer = dtls_srtp_session_new (profile, secret,
      DTLS_SRTP_SEND, DTLS_SRTP_REPLAY_WINDOW, NULL);
  g_autoptr (GstBuffer) buffer = media_rtp (seq, 1);
  guint8 packet[128];
  gsize size = gst_buffer_extract (buffer, 0, packet, sizeof (packet));

  dtls_secret_unref (secret);
  g_assert_cmpint (dtls_srtp_session_protect (peer, DTLS_SRTP_RTP, packet,
          &size, sizeof (packet)), ==, DTLS_SRTP_OK);
  if (dtls_srtp_slot_unprotect (slot, DTLS_SRTP_RTP, packet, &size)
      != DTLS_SRTP_OK)
    return FALSE;
  g_assert_cmpuint (size, ==, gst_buffer_get_size (buffer));
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, packet, size), ==, 0);
  return TRUE;
}

static guint64
count (DtlsSrtpSlot * slot, const gchar * inner, const gchar * name)
{
  GstStructure *stats = dtls_srtp_slot_get_stats (slot);
  guint64 n = media_count (stats, inner, name);

  gst_structure_free (stats);
  return n;
}

static void
test_late_packets_are_taken_until_the_first_new_one (void)
{
  DtlsSrtpSlot slot;

  dtls_srtp_slot_init (&slot, DTLS_SRTP_RECEIVE);
  set (&slot, 1, 2, FALSE);
  g_assert_true (takes (&slot, 2, 1));
  set (&slot, 1, 3, FALSE);
  g_assert_true (takes (&slot, 2, 2));
  g_assert_false (takes (&slot, 2, 2));
  g_assert_false (takes (&slot, 9, 3));
  g_assert_true (takes (&slot, 2, 3));
  g_assert_true (takes (&slot, 3, 4));
  g_assert_false (takes (&slot, 2, 5));
  g_assert_true (takes (&slot, 3, 5));
  g_assert_cmpuint (count (&slot, NULL, "packets-received"), ==, 5);
  g_assert_cmpuint (count (&slot, "dropped", "unauthentic"), ==, 3);
  dtls_srtp_slot_clear (&slot);
}

static void
test_late_packets_are_not_taken_for_long (void)
{
  DtlsSrtpSlot slot;

  dtls_srtp_slot_init (&slot, DTLS_SRTP_RECEIVE);
  set (&slot, 1, 2, FALSE);
  set (&slot, 1, 3, FALSE);
  g_assert_cmpint (slot.former_until_us, <=,
      g_get_monotonic_time () + G_USEC_PER_SEC);
  slot.former_until_us = g_get_monotonic_time ();
  g_assert_false (takes (&slot, 2, 1));
  g_assert_null (slot.former);
  dtls_srtp_slot_clear (&slot);
}

static void
test_former_session_goes_with_the_keys (void)
{
  DtlsSrtpSlot slot, sender;

  dtls_srtp_slot_init (&slot, DTLS_SRTP_RECEIVE);
  set (&slot, 1, 2, FALSE);
  set (&slot, 1, 3, FALSE);
  g_assert_nonnull (slot.former);
  g_assert_true (dtls_srtp_slot_set_keys (&slot, NULL, FALSE, NULL));
  g_assert_null (slot.former);
  dtls_srtp_slot_clear (&slot);

  dtls_srtp_slot_init (&sender, DTLS_SRTP_SEND);
  set (&sender, 1, 2, FALSE);
  set (&sender, 3, 2, FALSE);
  g_assert_null (sender.former);
  dtls_srtp_slot_clear (&sender);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/srtp-slot/" #name, test_##name)
  ADD (same_key_keeps_the_session);
  ADD (each_direction_has_its_key);
  ADD (initial_keys_do_not_replace);
  ADD (no_keys_close_it);
  ADD (counters_outlive_a_session);
  ADD (late_packets_are_taken_until_the_first_new_one);
  ADD (late_packets_are_not_taken_for_long);
  ADD (former_session_goes_with_the_keys);
#undef ADD
  return g_test_run ();
}
