/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sending side of a link on an element that has nothing else.
 */
#include "config.h"

#include <gst/check/gstharness.h>

#include "dtls/enums.h"
#include "dtls/sender-link.h"

#define TYPE_HOST (host_get_type ())
G_DECLARE_FINAL_TYPE (Host, host, TEST, HOST, GstElement);

struct _Host
{
  GstElement parent;
  DtlsSenderLink *sender;
};

G_DEFINE_TYPE (Host, host, GST_TYPE_ELEMENT);

static void
host_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  g_value_set_enum (value,
      dtls_sender_link_get_state (TEST_HOST (object)->sender));
}

static void
host_finalize (GObject * object)
{
  g_object_unref (TEST_HOST (object)->sender);
  G_OBJECT_CLASS (host_parent_class)->finalize (object);
}

static void
host_class_init (HostClass * klass)
{
  G_OBJECT_CLASS (klass)->get_property = host_get_property;
  G_OBJECT_CLASS (klass)->finalize = host_finalize;
  g_object_class_install_property (G_OBJECT_CLASS (klass), 1,
      g_param_spec_enum ("connection-state", "State", "State",
          DTLS_TYPE_CONNECTION_STATE, DTLS_STATE_CLOSED, G_PARAM_READABLE));
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Host",
      "Test", "Has a sender link", "test");
}

static void
host_init (Host * self)
{
  GstPad *src = gst_pad_new ("src", GST_PAD_SRC);
  GstCaps *caps = gst_caps_new_empty_simple ("application/x-dtls");

  gst_element_add_pad (GST_ELEMENT (self), src);
  self->sender = dtls_sender_link_new (GST_ELEMENT (self), src, caps);
  gst_caps_unref (caps);
}

static Host *
host_new (void)
{
  return gst_object_ref_sink (g_object_new (TYPE_HOST, NULL));
}

static void
test_open_and_close (void)
{
  Host *host = host_new ();
  DtlsLink *link;

  g_assert_cmpint (dtls_sender_link_get_state (host->sender), ==,
      DTLS_STATE_CLOSED);
  g_assert_null (dtls_sender_link_ref_link (host->sender));
  link = dtls_sender_link_open (host->sender, "sender-link");
  g_assert_nonnull (link);
  g_assert_cmpint (dtls_sender_link_get_state (host->sender), ==,
      DTLS_STATE_NEW);
  dtls_sender_link_close (host->sender);
  g_assert_cmpint (dtls_sender_link_get_state (host->sender), ==,
      DTLS_STATE_CLOSED);
  g_object_unref (link);
  gst_object_unref (host);
}

static void
test_no_id_is_refused (void)
{
  Host *host = host_new ();

  g_assert_null (dtls_sender_link_open (host->sender, NULL));
  gst_object_unref (host);
}

static void
test_second_sender_of_an_id_is_refused (void)
{
  Host *first = host_new (), *second = host_new ();
  DtlsLink *link = dtls_sender_link_open (first->sender, "sender-link");

  g_assert_null (dtls_sender_link_open (second->sender, "sender-link"));
  dtls_sender_link_close (first->sender);
  g_object_unref (link);
  link = dtls_sender_link_open (second->sender, "sender-link");
  g_assert_nonnull (link);
  dtls_sender_link_close (second->sender);
  g_object_unref (link);
  gst_object_unref (first);
  gst_object_unref (second);
}

static void
count_call (GObject * object, GParamSpec * pspec, guint * count)
{
  (*count)++;
}

static void
test_state_is_notified_once_a_change (void)
{
  Host *host = host_new ();
  DtlsLink *link;
  guint count = 0;

  g_signal_connect (host, "notify::connection-state", G_CALLBACK (count_call),
      &count);
  link = dtls_sender_link_open (host->sender, "sender-link");
  g_signal_emit_by_name (link, "state", (gint) DTLS_STATE_CONNECTING, NULL);
  g_signal_emit_by_name (link, "state", (gint) DTLS_STATE_CONNECTING, NULL);
  g_assert_cmpuint (count, ==, 2);
  dtls_sender_link_close (host->sender);
  g_signal_emit_by_name (link, "state", (gint) DTLS_STATE_CONNECTING, NULL);
  g_assert_cmpuint (count, ==, 3);
  g_object_unref (link);
  gst_object_unref (host);
}

static void
test_data_without_a_link_are_refused (void)
{
  Host *host = host_new ();

  g_assert_cmpint (dtls_sender_link_send (host->sender, gst_buffer_new ()),
      ==, GST_FLOW_FLUSHING);
  gst_object_unref (host);
}

static void
test_end_before_a_handshake (void)
{
  Host *host = host_new ();
  GstHarness *out = gst_harness_new_with_element (GST_ELEMENT (host), NULL,
      "src");
  DtlsLink *link = dtls_sender_link_open (host->sender, "sender-link");
  gint64 end_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  GstEvent *eos = NULL;

  gst_harness_play (out);
  g_assert_true (dtls_sender_link_start (host->sender, DTLS_ROLE_SERVER));
  dtls_sender_link_handle_eos (host->sender);
  while (eos == NULL) {
    g_assert_cmpint (g_get_monotonic_time (), <, end_us);
    g_usleep (1000);
    eos = gst_pad_get_sticky_event (out->sinkpad, GST_EVENT_EOS, 0);
  }
  gst_event_unref (eos);
  dtls_sender_link_stop (host->sender);
  dtls_sender_link_close (host->sender);
  g_object_unref (link);
  gst_harness_teardown (out);
  gst_object_unref (host);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/sender-link/" #name, test_##name)
  ADD (open_and_close);
  ADD (no_id_is_refused);
  ADD (second_sender_of_an_id_is_refused);
  ADD (state_is_notified_once_a_change);
  ADD (data_without_a_link_are_refused);
  ADD (end_before_a_handshake);
#undef ADD
  return g_test_run ();
}
