/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A peer by itself: it ends once, for the reason that came first, it takes
 * buffers from nobody before it is connected, and nothing wakes it after the
 * end.
 */
#include "config.h"

#include "whep/whep-peer.h"

#include <string.h>
#include <sys/random.h>

#include "offers.h"
#include "packets.h"

/* In the place of the C library's. */
static gint random_is_gone;

int
getentropy (void *bytes, size_t size)
{
  if (g_atomic_int_get (&random_is_gone))
    return -1;
  return getrandom (bytes, size, 0) == (ssize_t) size ? 0 : -1;
}

typedef struct
{
  GMainContext *context;
  GThreadPool *cleaners;
  GstClock *clock;
  WhepPeer *peer;
  guint gathered;
  guint ends;
  WhepEnd end;
} Fixture;

static void
on_gathered (WhepPeer * peer, gpointer user_data)
{
  Fixture *f = user_data;

  f->gathered++;
}

static void
on_keyframe (WhepPeer * peer, guint input, gpointer user_data)
{
}

static void
on_ended (WhepPeer * peer, WhepEnd end, const gchar * detail,
    gpointer user_data)
{
  Fixture *f = user_data;

  f->ends++;
  f->end = end;
}

static const WhepPeerFuncs funcs = {
  .gathered = on_gathered,
  .keyframe = on_keyframe,.ended = on_ended
};

static WhepOffer *
offer_of (const gchar * text)
{
  g_autoptr (GstCaps) vp8 = gst_caps_from_string ("video/x-vp8");
  WhepFormat format = whep_format_from_caps (vp8);
  GError *error = NULL;
  WhepOffer *offer = whep_offer_parse (text, strlen (text), &format, 1, &error);

  g_assert_no_error (error);
  return offer;
}

static void
setup (Fixture * f, gconstpointer timeout_ms)
{
  g_autofree gchar *text = offer_load ("chromium.sdp");
  GError *error = NULL;

  f->context = g_main_context_new ();
  f->clock = gst_system_clock_obtain ();
  f->cleaners = g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
  WhepPeerConfig config = {
    .context = f->context,.cleaners = f->cleaners,.clock = f->clock,
    .ssrcs = test_ssrcs,.obtain_packetizer = packets_obtain,
    .connect_timeout_ms = GPOINTER_TO_UINT (timeout_ms),
  };
  f->peer = whep_peer_new (&config, &funcs, f, &error);
  g_assert_no_error (error);
  whep_peer_set_remote (f->peer, offer_of (text), &error);
  g_assert_no_error (error);
}

/* Until the last task of it has run. */
static void
await_peer_gone (Fixture * f)
{
  g_object_add_weak_pointer (G_OBJECT (f->peer), (gpointer *) & f->peer);
  g_object_unref (f->peer);
  while (f->peer)
    g_main_context_iteration (f->context, TRUE);
}

static void
teardown (Fixture * f, gconstpointer data)
{
  if (f->peer && f->ends == 0) {
    whep_peer_end (f->peer, WHEP_END_STOPPED);
    while (f->ends == 0)
      g_main_context_iteration (f->context, TRUE);
  }
  g_thread_pool_free (f->cleaners, FALSE, TRUE);
  if (f->peer)
    await_peer_gone (f);
  gst_object_unref (f->clock);
  g_main_context_unref (f->context);
}

static void
test_local (Fixture * f, gconstpointer data)
{
  WhepLocal local = whep_peer_get_local (f->peer);

  g_assert_cmpstr (local.ice_ufrag, ==,
      whep_transport_get_ufrag (whep_peer_get_transport (f->peer)));
  g_assert_true (g_str_has_prefix (local.fingerprint, "sha-256 "));
  g_assert_true (g_str_has_prefix (local.cname, local.stream_id));
  g_assert_nonnull (whep_peer_get_remote (f->peer));
  whep_transport_gather (whep_peer_get_transport (f->peer));
  while (f->gathered == 0)
    g_main_context_iteration (f->context, TRUE);
  whep_peer_connect (f->peer);
}

static void
test_ends_once (Fixture * f, gconstpointer data)
{
  whep_peer_end (f->peer, WHEP_END_LEFT);
  whep_peer_end (f->peer, WHEP_END_ERROR);
  g_assert_cmpuint (f->ends, ==, 0);
  while (g_main_context_iteration (f->context, FALSE));
  g_assert_cmpuint (f->ends, ==, 1);
  g_assert_cmpint (f->end, ==, WHEP_END_LEFT);
}

static void
test_timeout (Fixture * f, gconstpointer data)
{
  while (f->ends == 0)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpint (f->end, ==, WHEP_END_UNREACHABLE);
}

static void
test_stats (Fixture * f, gconstpointer data)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-vp8");
  g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 10, NULL);
  gboolean connected = TRUE;

  g_assert_true (whep_peer_uses (f->peer, 0));
  g_assert_false (whep_peer_uses (f->peer, 1));
  whep_peer_push (f->peer, 0, buffer, caps);
  whep_peer_push (f->peer, 1, buffer, caps);
  g_autoptr (GstStructure) stats = whep_peer_get_stats (f->peer);
  g_assert_cmpstr (gst_structure_get_string (stats, "id"), ==,
      whep_peer_get_id (f->peer));
  g_assert_cmpuint (strlen (whep_peer_get_id (f->peer)), ==, 32);
  g_assert_true (gst_structure_get_boolean (stats, "connected", &connected));
  g_assert_false (connected);
  /* There is a leg once it was heard of. */
  g_assert_false (gst_structure_has_field (stats, "dtls"));
  g_assert_false (gst_structure_has_field (stats, "rtp"));
}

/* One that was made an offer, before it answers. */
static void
test_stats_of_one_who_has_not_answered (Fixture * f, gconstpointer data)
{
  WhepPeerConfig config = {
    .context = f->context,.cleaners = f->cleaners,.clock = f->clock,
    .ssrcs = test_ssrcs,.obtain_packetizer = packets_obtain,
  };
  g_autoptr (WhepPeer) peer = whep_peer_new (&config, &funcs, f, NULL);
  g_autoptr (GstStructure) stats = whep_peer_get_stats (peer);
  guint64 dropped = 1;

  g_assert_true (gst_structure_get_uint64 (stats, "buffers-dropped", &dropped));
  g_assert_cmpuint (dropped, ==, 0);
  g_assert_false (whep_peer_uses (peer, 0));
}

static void
test_no_random_numbers (Fixture * f, gconstpointer data)
{
  WhepPeerConfig config = {
    .context = f->context,.cleaners = f->cleaners,.clock = f->clock,
    .ssrcs = test_ssrcs,.obtain_packetizer = packets_obtain,
  };
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&random_is_gone, TRUE);
  g_assert_null (whep_peer_new (&config, &funcs, f, &error));
  g_atomic_int_set (&random_is_gone, FALSE);
  g_assert_error (error, WHEP_ERROR, WHEP_ERROR_INTERNAL);
}

/* What a leg has left behind when it is gone. */
typedef struct
{
  GstElement *dtlsdec;
  GstBus *bus;
} Remains;

static gboolean
on_element_added (GSignalInvocationHint * hint, guint n, const GValue * values,
    gpointer user_data)
{
  GstElement *element = g_value_get_object (&values[1]);
  GstElementFactory *factory = gst_element_get_factory (element);
  Remains *remains = user_data;

  if (!factory || !g_str_equal (GST_OBJECT_NAME (factory), "dtlsdec"))
    return TRUE;
  remains->dtlsdec = gst_object_ref (element);
  remains->bus = gst_element_get_bus (g_value_get_object (&values[0]));
  return FALSE;
}

/* Makes the leg, as the first check of the peer's agent does. */
static Remains
hear_of (Fixture * f)
{
  WhepTransport *transport = whep_peer_get_transport (f->peer);
  Remains remains = { NULL, NULL };

  g_signal_add_emission_hook (g_signal_lookup ("element-added", GST_TYPE_BIN),
      0, on_element_added, &remains, NULL);
  g_signal_emit_by_name (whep_transport_get_agent (transport),
      "initial-binding-request-received",
      whep_transport_get_stream_id (transport));
  while (!remains.dtlsdec)
    g_main_context_iteration (f->context, TRUE);
  return remains;
}

/* Waits until the leg is gone. */
static void
end_leg (Fixture * f)
{
  whep_peer_end (f->peer, WHEP_END_STOPPED);
  while (f->ends == 0)
    g_main_context_iteration (f->context, TRUE);
  g_thread_pool_free (f->cleaners, FALSE, TRUE);
  f->cleaners = g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
}

/* Workers of dtlsdec tell of its state when they come to it. */
static void
test_dtls_state_after_the_end (Fixture * f, gconstpointer data)
{
  guint notify = g_signal_lookup ("notify", G_TYPE_OBJECT);
  GQuark detail = g_quark_from_static_string ("connection-state");
  Remains remains = hear_of (f);

  g_assert_true (g_signal_has_handler_pending (remains.dtlsdec, notify, detail,
          FALSE));
  end_leg (f);
  gst_clear_object (&remains.bus);
  await_peer_gone (f);
  g_assert_false (g_signal_has_handler_pending (remains.dtlsdec, notify, detail,
          FALSE));
  g_object_notify (G_OBJECT (remains.dtlsdec), "connection-state");
  gst_object_unref (remains.dtlsdec);
}

/* Nobody may look after the context any more: what waited there would keep
 * the peer for ever. */
static void
test_message_after_the_end (Fixture * f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (WHEP_ERROR,
      WHEP_ERROR_INTERNAL, "late");
  Remains remains = hear_of (f);

  gst_object_unref (remains.dtlsdec);
  end_leg (f);
  while (g_main_context_iteration (f->context, FALSE));
  g_object_add_weak_pointer (G_OBJECT (f->peer), (gpointer *) & f->peer);
  g_object_unref (f->peer);
  g_assert_nonnull (f->peer);
  gst_bus_set_flushing (remains.bus, FALSE);
  gst_bus_post (remains.bus, gst_message_new_error (NULL, error, NULL));
  gst_object_unref (remains.bus);
  g_assert_null (f->peer);
}

static void
test_end_names (void)
{
  for (guint i = 0; i < WHEP_N_ENDS; i++)
    g_assert_nonnull (whep_end_name (i));
  g_assert_cmpstr (whep_end_name (WHEP_END_SILENT), ==, "silent");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, timeout_ms, func) \
  g_test_add ("/whep/peer/" name, Fixture, GUINT_TO_POINTER (timeout_ms), \
      setup, func, teardown)
  ADD ("local", 20000, test_local);
  ADD ("ends-once", 20000, test_ends_once);
  ADD ("timeout", 50, test_timeout);
  ADD ("stats", 20000, test_stats);
  ADD ("stats-of-one-who-has-not-answered", 20000,
      test_stats_of_one_who_has_not_answered);
  ADD ("no-random-numbers", 20000, test_no_random_numbers);
  ADD ("dtls-state-after-the-end", 20000, test_dtls_state_after_the_end);
  ADD ("message-after-the-end", 20000, test_message_after_the_end);
#undef ADD
  g_test_add_func ("/whep/peer/end-names", test_end_names);
  return g_test_run ();
}
