/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending direction: nothing without keys, one session a link, and no
 * nonce twice.
 */
#include "config.h"

#include "media.h"
#include "dtls/srtp-receiver.h"
#include "dtls/srtp-sender.h"

#define GCM DTLS_PROFILE_AEAD_AES_128_GCM

static guint64
sender_count (DtlsSrtpSender * sender, const gchar * inner, const gchar * name)
{
  GstStructure *stats = dtls_srtp_sender_get_stats (sender);
  guint64 count = media_count (stats, inner, name);

  gst_structure_free (stats);
  return count;
}

static void
test_nothing_without_keys (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);

  g_assert_false (dtls_srtp_sender_is_keyed (sender));
  g_assert_null (dtls_srtp_sender_protect (sender, DTLS_SRTP_RTP,
          media_rtp (1, 1)));
  g_assert_null (dtls_srtp_sender_protect (sender, DTLS_SRTP_RTCP,
          media_rtcp (1)));
  g_assert_cmpuint (sender_count (sender, "dropped", "no-keys"), ==, 2);
  dtls_srtp_sender_unref (sender);
  g_object_unref (link);
}

static void
test_protects_with_the_local_key (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);
  DtlsSrtpKeys *peer = media_keys (GCM, 9, 1);
  DtlsSrtpReceiver *receiver = dtls_srtp_receiver_new_static (peer, NULL);
  GstBuffer *buffer;
  DtlsSrtpKind kind;

  media_give_keys (link, GCM, 1, 9);
  buffer = dtls_srtp_sender_protect (sender, DTLS_SRTP_RTP, media_rtp (1, 1));
  g_assert_nonnull (buffer);
  g_assert_false (media_is_clear (buffer));
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 32 + 16);
  g_assert_true (dtls_srtp_receiver_unprotect (receiver, &buffer, &kind));
  g_assert_cmpint (kind, ==, DTLS_SRTP_RTP);
  g_assert_true (media_is_clear (buffer));
  gst_buffer_unref (buffer);
  g_assert_cmpuint (sender_count (sender, NULL, "packets-sent"), ==, 1);
  dtls_srtp_receiver_unref (receiver);
  dtls_srtp_keys_unref (peer);
  dtls_srtp_sender_unref (sender);
  g_object_unref (link);
}

static void
test_list (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);
  GstBufferList *list = gst_buffer_list_new ();

  media_give_keys (link, GCM, 1, 9);
  gst_buffer_list_add (list, media_rtp (1, 1));
  gst_buffer_list_add (list, gst_buffer_new ());
  gst_buffer_list_add (list, media_rtp (2, 1));
  list = dtls_srtp_sender_protect_list (sender, DTLS_SRTP_RTP, list);
  g_assert_cmpuint (gst_buffer_list_length (list), ==, 2);
  g_assert_cmpuint (media_seq (gst_buffer_list_get (list, 0)), ==, 1);
  g_assert_cmpuint (media_seq (gst_buffer_list_get (list, 1)), ==, 2);
  g_assert_cmpuint (sender_count (sender, "dropped", "malformed"), ==, 1);
  gst_buffer_list_unref (list);
  dtls_srtp_sender_unref (sender);
  g_object_unref (link);
}

static void
test_shared_list_is_left_alone (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);
  GstBufferList *list = gst_buffer_list_new (), *out;

  media_give_keys (link, GCM, 1, 9);
  gst_buffer_list_add (list, media_rtp (1, 1));
  out = dtls_srtp_sender_protect_list (sender, DTLS_SRTP_RTP,
      gst_buffer_list_ref (list));
  g_assert_true (media_is_clear (gst_buffer_list_get (list, 0)));
  g_assert_false (media_is_clear (gst_buffer_list_get (out, 0)));
  gst_buffer_list_unref (list);
  gst_buffer_list_unref (out);
  dtls_srtp_sender_unref (sender);
  g_object_unref (link);
}

/* The last 31 bits of SRTCP with GCM (RFC 7714 section 9.2). */
static guint32
srtcp_index (GstBuffer * buffer)
{
  guint8 index[4];

  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 8 + 16 + 4);
  gst_buffer_extract (buffer, 24, index, 4);
  return GST_READ_UINT32_BE (index) & 0x7fffffff;
}

/* The index of SRTCP starts anew with a session, so a new session under the
 * same key is two packets under one nonce. */
static void
test_the_same_key_keeps_its_counters (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);
  GstBuffer *first, *second;

  media_give_keys (link, GCM, 1, 9);
  first = dtls_srtp_sender_protect (sender, DTLS_SRTP_RTCP, media_rtcp (1));
  dtls_srtp_sender_unref (sender);
  media_give_keys (link, GCM, 1, 9);
  sender = dtls_srtp_sender_obtain (link);
  second = dtls_srtp_sender_protect (sender, DTLS_SRTP_RTCP, media_rtcp (1));
  g_assert_cmpuint (srtcp_index (second), ==, srtcp_index (first) + 1);
  gst_buffer_unref (first);
  gst_buffer_unref (second);
  dtls_srtp_sender_unref (sender);
  g_object_unref (link);
}

static void
test_new_keys_replace_old_ones (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);
  DtlsSrtpKeys *peer = media_keys (GCM, 9, 2);
  DtlsSrtpReceiver *receiver = dtls_srtp_receiver_new_static (peer, NULL);
  GstBuffer *old, *new;
  DtlsSrtpKind kind;

  media_give_keys (link, GCM, 1, 9);
  old = dtls_srtp_sender_protect (sender, DTLS_SRTP_RTP, media_rtp (1, 1));
  media_give_keys (link, GCM, 2, 9);
  new = dtls_srtp_sender_protect (sender, DTLS_SRTP_RTP, media_rtp (2, 1));
  dtls_srtp_receiver_unprotect (receiver, &old, &kind);
  g_assert_null (old);
  dtls_srtp_receiver_unprotect (receiver, &new, &kind);
  g_assert_nonnull (new);
  gst_buffer_unref (new);
  g_assert_cmpuint (sender_count (sender, NULL, "packets-sent"), ==, 2);
  dtls_srtp_receiver_unref (receiver);
  dtls_srtp_keys_unref (peer);
  dtls_srtp_sender_unref (sender);
  g_object_unref (link);
}

static void
assert_ends_with (DtlsState state, gboolean ends)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);
  GError *error = NULL;

  if (state == DTLS_STATE_FAILED)
    error = g_error_new_literal (DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH,
        "not the one");
  media_give_keys (link, GCM, 1, 9);
  g_signal_emit_by_name (link, "state", (gint) state, error);
  g_assert_true (dtls_srtp_sender_is_keyed (sender) == !ends);
  g_clear_error (&error);
  dtls_srtp_sender_unref (sender);
  g_object_unref (link);
}

static void
test_ends_with_the_association (void)
{
  assert_ends_with (DTLS_STATE_FAILED, TRUE);
  assert_ends_with (DTLS_STATE_CLOSED, TRUE);
  assert_ends_with (DTLS_STATE_NEW, TRUE);
  assert_ends_with (DTLS_STATE_CONNECTED, FALSE);
}

static void
test_one_a_link (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsLink *other = dtls_link_obtain ("other");
  DtlsSrtpSender *a = dtls_srtp_sender_obtain (link);
  DtlsSrtpSender *b = dtls_srtp_sender_obtain (link);
  DtlsSrtpSender *c = dtls_srtp_sender_obtain (other);

  g_assert_true (a == b);
  g_assert_true (a != c);
  dtls_srtp_sender_unref (a);
  dtls_srtp_sender_unref (b);
  dtls_srtp_sender_unref (c);
  g_object_unref (link);
  g_object_unref (other);
}

static void
test_outlives_its_link (void)
{
  DtlsLink *link = dtls_link_obtain ("sender");
  DtlsSrtpSender *sender = dtls_srtp_sender_obtain (link);

  g_object_unref (link);
  g_assert_null (dtls_srtp_sender_protect (sender, DTLS_SRTP_RTP,
          media_rtp (1, 1)));
  dtls_srtp_sender_unref (sender);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/srtp-sender/" #name, test_##name)
  ADD (nothing_without_keys);
  ADD (protects_with_the_local_key);
  ADD (list);
  ADD (shared_list_is_left_alone);
  ADD (the_same_key_keeps_its_counters);
  ADD (new_keys_replace_old_ones);
  ADD (ends_with_the_association);
  ADD (one_a_link);
  ADD (outlives_its_link);
#undef ADD
  return g_test_run ();
}
