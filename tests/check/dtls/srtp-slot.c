/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The place of a session: when it is kept, when it is replaced, and that its
 * counters outlive it.
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
#undef ADD
  return g_test_run ();
}
