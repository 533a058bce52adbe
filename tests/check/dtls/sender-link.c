/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending side of a link on an element that has nothing else.
 */
#include "config.h"

#include <gst/check/gstharness.h>

#include "dtls/sender-link.h"
#include "../lib/patience.h"
#include "link-host.h"

typedef struct
{
  GstElement *host;
  guint n_states;
  DtlsSenderLink *sender;
} Fixture;

static void
set_up (Fixture * self, gconstpointer data)
{
  GstPad *src = gst_pad_new ("src", GST_PAD_SRC);
  GstCaps *caps = gst_caps_new_empty_simple ("application/x-dtls");

  self->host = link_host_new (&self->n_states);
  gst_element_add_pad (self->host, src);
  self->sender = dtls_sender_link_new (self->host, src, caps);
  gst_caps_unref (caps);
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  g_object_unref (self->sender);
  gst_object_unref (self->host);
}

static void
test_open_and_close (Fixture * self, gconstpointer data)
{
  DtlsLink *link;

  g_assert_cmpint (dtls_sender_link_get_state (self->sender), ==,
      DTLS_STATE_CLOSED);
  g_assert_null (dtls_sender_link_ref_link (self->sender));
  link = dtls_sender_link_open (self->sender, "sender-link");
  g_assert_nonnull (link);
  g_assert_cmpint (dtls_sender_link_get_state (self->sender), ==,
      DTLS_STATE_NEW);
  dtls_sender_link_close (self->sender);
  g_assert_cmpint (dtls_sender_link_get_state (self->sender), ==,
      DTLS_STATE_CLOSED);
  g_object_unref (link);
}

static void
test_no_id_is_refused (Fixture * self, gconstpointer data)
{
  g_assert_null (dtls_sender_link_open (self->sender, NULL));
}

static void
test_second_sender_of_an_id_is_refused (Fixture * self, gconstpointer data)
{
  DtlsLink *link = dtls_sender_link_open (self->sender, "sender-link");
  Fixture other = { NULL };

  set_up (&other, NULL);
  g_assert_null (dtls_sender_link_open (other.sender, "sender-link"));
  dtls_sender_link_close (self->sender);
  g_object_unref (link);
  link = dtls_sender_link_open (other.sender, "sender-link");
  g_assert_nonnull (link);
  dtls_sender_link_close (other.sender);
  g_object_unref (link);
  tear_down (&other, NULL);
}

static void
test_state_is_notified_once_a_change (Fixture * self, gconstpointer data)
{
  DtlsLink *link = dtls_sender_link_open (self->sender, "sender-link");

  g_signal_emit_by_name (link, "state", (gint) DTLS_STATE_CONNECTING, NULL);
  g_signal_emit_by_name (link, "state", (gint) DTLS_STATE_CONNECTING, NULL);
  g_assert_cmpuint (self->n_states, ==, 2);
  dtls_sender_link_close (self->sender);
  g_signal_emit_by_name (link, "state", (gint) DTLS_STATE_CONNECTING, NULL);
  g_assert_cmpuint (self->n_states, ==, 3);
  g_object_unref (link);
}

static void
test_data_without_a_link_are_refused (Fixture * self, gconstpointer data)
{
  g_assert_cmpint (dtls_sender_link_send (self->sender, gst_buffer_new ()),
      ==, GST_FLOW_FLUSHING);
}

static void
test_end_before_a_handshake (Fixture * self, gconstpointer data)
{
  GstHarness *out = gst_harness_new_with_element (self->host, NULL, "src");
  DtlsLink *link = dtls_sender_link_open (self->sender, "sender-link");
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;
  GstEvent *eos = NULL;

  gst_harness_play (out);
  g_assert_true (dtls_sender_link_start (self->sender, DTLS_ROLE_SERVER));
  dtls_sender_link_handle_eos (self->sender);
  while (eos == NULL) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_usleep (1000);
    eos = gst_pad_get_sticky_event (out->sinkpad, GST_EVENT_EOS, 0);
  }
  gst_event_unref (eos);
  dtls_sender_link_stop (self->sender);
  dtls_sender_link_close (self->sender);
  g_object_unref (link);
  gst_harness_teardown (out);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/sender-link/" #name, Fixture, NULL, set_up, \
      test_##name, tear_down)
  ADD (open_and_close);
  ADD (no_id_is_refused);
  ADD (second_sender_of_an_id_is_refused);
  ADD (state_is_notified_once_a_change);
  ADD (data_without_a_link_are_refused);
  ADD (end_before_a_handshake);
#undef ADD
  return g_test_run ();
}
