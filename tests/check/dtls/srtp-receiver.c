/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving direction: told apart, unprotected in place, and nothing
 * accepted that is not the peer's.
 */
#include "config.h"

#include "media.h"
#include "dtls/srtp-receiver.h"
#include "dtls/srtp-sender.h"

#define GCM DTLS_PROFILE_AEAD_AES_128_GCM

typedef struct
{
  DtlsLink *link;
  DtlsSrtpReceiver *receiver;
  DtlsSrtpSender *peer;
} Fixture;

static void
fixture_open (Fixture * self, gconstpointer keyed)
{
  DtlsSrtpKeys *keys = media_keys (GCM, 2, 1);

  self->link = dtls_link_obtain ("receiver");
  self->receiver = dtls_srtp_receiver_obtain (self->link);
  self->peer = dtls_srtp_sender_new_static (keys, NULL);
  dtls_srtp_keys_unref (keys);
  if (keyed != NULL)
    media_give_keys (self->link, GCM, 1, 2);
}

static void
fixture_close (Fixture * self, gconstpointer keyed)
{
  dtls_srtp_receiver_unref (self->receiver);
  dtls_srtp_sender_unref (self->peer);
  g_object_unref (self->link);
}

static GstBuffer *
protected_rtp (Fixture * self, guint16 seq)
{
  return dtls_srtp_sender_protect (self->peer, DTLS_SRTP_RTP,
      media_rtp (seq, 1));
}

static GstBuffer *
protected_rtcp (Fixture * self)
{
  return dtls_srtp_sender_protect (self->peer, DTLS_SRTP_RTCP, media_rtcp (1));
}

static guint64
receiver_count (Fixture * self, const gchar * inner, const gchar * name)
{
  GstStructure *stats = dtls_srtp_receiver_get_stats (self->receiver);
  guint64 count = media_count (stats, inner, name);

  gst_structure_free (stats);
  return count;
}

static void
test_rtp_and_rtcp (Fixture * self, gconstpointer keyed)
{
  GstBuffer *buffer = protected_rtp (self, 1);
  DtlsSrtpKind kind;

  g_assert_true (dtls_srtp_receiver_unprotect (self->receiver, &buffer, &kind));
  g_assert_cmpint (kind, ==, DTLS_SRTP_RTP);
  g_assert_true (media_is_clear (buffer));
  gst_buffer_unref (buffer);
  buffer = protected_rtcp (self);
  g_assert_true (dtls_srtp_receiver_unprotect (self->receiver, &buffer, &kind));
  g_assert_cmpint (kind, ==, DTLS_SRTP_RTCP);
  g_assert_cmpuint (gst_buffer_get_size (buffer), ==, 8);
  gst_buffer_unref (buffer);
  g_assert_cmpuint (receiver_count (self, NULL, "packets-received"), ==, 2);
}

static void
test_shared_buffer_is_left_alone (Fixture * self, gconstpointer keyed)
{
  GstBuffer *wire = protected_rtp (self, 1), *buffer = gst_buffer_ref (wire);
  DtlsSrtpKind kind;

  dtls_srtp_receiver_unprotect (self->receiver, &buffer, &kind);
  g_assert_true (media_is_clear (buffer));
  g_assert_false (media_is_clear (wire));
  gst_buffer_unref (buffer);
  gst_buffer_unref (wire);
}

static void
test_untouched_without_keys (Fixture * self, gconstpointer keyed)
{
  GstBuffer *wire = protected_rtp (self, 1), *buffer = wire;
  GstBufferList *list = gst_buffer_list_new (), *rtp, *rtcp;
  DtlsSrtpKind kind;

  g_assert_false (dtls_srtp_receiver_unprotect (self->receiver, &buffer,
          &kind));
  g_assert_true (buffer == wire);
  gst_buffer_list_add (list, buffer);
  g_assert_false (dtls_srtp_receiver_unprotect_list (self->receiver, list,
          &rtp, &rtcp));
  g_assert_cmpuint (gst_buffer_list_length (list), ==, 1);
  gst_buffer_list_unref (list);
}

static void
test_replayed_packet_is_dropped (Fixture * self, gconstpointer keyed)
{
  GstBuffer *first = protected_rtp (self, 1), *again = gst_buffer_copy (first);
  DtlsSrtpKind kind;

  dtls_srtp_receiver_unprotect (self->receiver, &first, &kind);
  g_assert_nonnull (first);
  dtls_srtp_receiver_unprotect (self->receiver, &again, &kind);
  g_assert_null (again);
  g_assert_cmpuint (receiver_count (self, "dropped", "replayed"), ==, 1);
  gst_buffer_unref (first);
}

static void
test_forged_packet_is_dropped (Fixture * self, gconstpointer keyed)
{
  GstBuffer *buffer = gst_buffer_make_writable (protected_rtp (self, 1));
  DtlsSrtpKind kind;

  gst_buffer_memset (buffer, 20, 0, 1);
  dtls_srtp_receiver_unprotect (self->receiver, &buffer, &kind);
  g_assert_null (buffer);
  g_assert_cmpuint (receiver_count (self, "dropped", "unauthentic"), ==, 1);
}

/* A stream must not be known before one of its packets was authentic. */
static void
test_forged_ssrcs_take_no_room (Fixture * self, gconstpointer keyed)
{
  GstStructure *stats;
  guint i, ssrcs;

  for (i = 0; i < 2000; i++) {
    GstBuffer *buffer = media_rtp (1, 1000 + i);
    DtlsSrtpKind kind;

    dtls_srtp_receiver_unprotect (self->receiver, &buffer, &kind);
    g_assert_null (buffer);
  }
  stats = dtls_srtp_receiver_get_stats (self->receiver);
  g_assert_true (gst_structure_get_uint (stats, "ssrcs", &ssrcs));
  g_assert_cmpuint (ssrcs, ==, 0);
  gst_structure_free (stats);
}

static void
test_junk_is_dropped (Fixture * self, gconstpointer keyed)
{
  gsize size;

  for (size = 0; size < 40; size++) {
    GstBuffer *buffer = gst_buffer_new_wrapped (g_strnfill (size, 0x80), size);
    DtlsSrtpKind kind;

    g_assert_true (dtls_srtp_receiver_unprotect (self->receiver, &buffer,
            &kind));
    g_assert_null (buffer);
  }
}

static void
test_list (Fixture * self, gconstpointer keyed)
{
  GstBufferList *list = gst_buffer_list_new (), *rtp, *rtcp;

  gst_buffer_list_add (list, protected_rtp (self, 1));
  gst_buffer_list_add (list, protected_rtcp (self));
  gst_buffer_list_add (list, media_rtp (9, 9));
  gst_buffer_list_add (list, protected_rtp (self, 2));
  g_assert_true (dtls_srtp_receiver_unprotect_list (self->receiver, list,
          &rtp, &rtcp));
  g_assert_cmpuint (gst_buffer_list_length (rtp), ==, 2);
  g_assert_cmpuint (gst_buffer_list_length (rtcp), ==, 1);
  g_assert_cmpuint (media_seq (gst_buffer_list_get (rtp, 1)), ==, 2);
  gst_buffer_list_unref (rtp);
  gst_buffer_list_unref (rtcp);
}

/* One that joins in the middle knows what the first one learnt. */
static void
test_one_a_link (Fixture * self, gconstpointer keyed)
{
  DtlsSrtpReceiver *second = dtls_srtp_receiver_obtain (self->link);

  g_assert_true (second == self->receiver);
  dtls_srtp_receiver_unref (second);
}

static void
test_outlives_close_but_not_failure (Fixture * self, gconstpointer keyed)
{
  GError *error = g_error_new_literal (DTLS_ERROR, DTLS_ERROR_ALERT, "no");

  g_signal_emit_by_name (self->link, "state", (gint) DTLS_STATE_CLOSED, NULL);
  g_assert_true (dtls_srtp_receiver_is_keyed (self->receiver));
  g_signal_emit_by_name (self->link, "state", (gint) DTLS_STATE_FAILED, error);
  g_assert_false (dtls_srtp_receiver_is_keyed (self->receiver));
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  static gint keyed;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, data) g_test_add ("/srtp-receiver/" #name, Fixture, data, \
      fixture_open, test_##name, fixture_close)
  ADD (rtp_and_rtcp, &keyed);
  ADD (shared_buffer_is_left_alone, &keyed);
  ADD (untouched_without_keys, NULL);
  ADD (replayed_packet_is_dropped, &keyed);
  ADD (forged_packet_is_dropped, &keyed);
  ADD (forged_ssrcs_take_no_room, &keyed);
  ADD (junk_is_dropped, &keyed);
  ADD (list, &keyed);
  ADD (one_a_link, &keyed);
  ADD (outlives_close_but_not_failure, &keyed);
#undef ADD
  return g_test_run ();
}
