/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving side of a link on an element that has nothing else.
 */
#include "config.h"

#include "dtls/enums.h"
#include "dtls/receiver-link.h"
#include "link-host.h"

typedef struct
{
  GstElement *host;
  guint n_states;
  DtlsReceiverLink *receiver;
  GstBus *bus;
  DtlsLink *link;
} Fixture;

static void
set_up (Fixture * self, gconstpointer data)
{
  self->host = link_host_new (&self->n_states);
  self->receiver = dtls_receiver_link_new (self->host);
  self->bus = gst_bus_new ();
  gst_element_set_bus (self->host, self->bus);
  self->link = dtls_link_obtain ("receiver-link");
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  dtls_receiver_link_close (self->receiver);
  dtls_receiver_link_free (self->receiver);
  gst_element_set_bus (self->host, NULL);
  gst_object_unref (self->host);
  gst_object_unref (self->bus);
  g_object_unref (self->link);
}

static void
open_link (Fixture * self)
{
  g_assert_true (dtls_receiver_link_open (self->receiver, self->link, NULL));
}

/* Returns: the state in the next message, 99 without one. */
static gint
pop_state (Fixture * self)
{
  GstMessage *message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ELEMENT);
  gint state = 99;

  if (!message)
    return state;
  gst_structure_get_enum (gst_message_get_structure (message), "state",
      DTLS_TYPE_CONNECTION_STATE, &state);
  gst_message_unref (message);
  return state;
}

static void
test_open_and_close (Fixture * self, gconstpointer data)
{
  DtlsReceiverLink *receiver = self->receiver;
  g_autoptr (DtlsLink) link = NULL;

  g_assert_null (dtls_receiver_link_ref_link (receiver));
  g_assert_cmpint (dtls_receiver_link_get_state (receiver), ==,
      DTLS_STATE_CLOSED);
  open_link (self);
  link = dtls_receiver_link_ref_link (receiver);
  g_assert_true (link == self->link);
  g_assert_cmpint (dtls_receiver_link_get_state (receiver), ==, DTLS_STATE_NEW);
  dtls_receiver_link_close (receiver);
  dtls_receiver_link_close (receiver);
  g_assert_null (dtls_receiver_link_ref_link (receiver));
  g_assert_cmpint (dtls_receiver_link_get_state (receiver), ==,
      DTLS_STATE_CLOSED);
  g_assert_cmpuint (self->n_states, ==, 2);
}

static void
test_second_receiver_of_an_id_is_refused (Fixture * self, gconstpointer data)
{
  g_autoptr (GstElement) host = link_host_new (NULL);
  DtlsReceiverLink *other = dtls_receiver_link_new (host);
  g_autoptr (GError) error = NULL;

  open_link (self);
  g_assert_false (dtls_receiver_link_open (other, self->link, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_DUPLICATE_ID);
  dtls_receiver_link_close (self->receiver);
  g_assert_true (dtls_receiver_link_open (other, self->link, NULL));
  dtls_receiver_link_close (other);
  dtls_receiver_link_free (other);
}

static void
test_states_are_posted (Fixture * self, gconstpointer data)
{
  open_link (self);
  g_signal_emit_by_name (self->link, "state", DTLS_STATE_CONNECTING, NULL);
  g_assert_cmpint (pop_state (self), ==, DTLS_STATE_CONNECTING);
  g_assert_cmpint (dtls_receiver_link_get_state (self->receiver), ==,
      DTLS_STATE_CONNECTING);
  dtls_receiver_link_close (self->receiver);
  g_signal_emit_by_name (self->link, "state", DTLS_STATE_CONNECTED, NULL);
  g_assert_cmpint (pop_state (self), ==, 99);
}

static void
test_failed_peer_is_a_warning (Fixture * self, gconstpointer data)
{
  g_autoptr (GError) reason = g_error_new_literal (DTLS_ERROR,
      DTLS_ERROR_TIMEOUT, "too late");
  g_autoptr (GstMessage) warning = NULL;

  open_link (self);
  g_signal_emit_by_name (self->link, "state", DTLS_STATE_FAILED, reason);
  warning = gst_bus_pop (self->bus);
  g_assert_cmpint (GST_MESSAGE_TYPE (warning), ==, GST_MESSAGE_WARNING);
  g_assert_cmpint (pop_state (self), ==, DTLS_STATE_FAILED);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/receiver-link/" #name, Fixture, NULL, set_up, \
      test_##name, tear_down)
  ADD (open_and_close);
  ADD (second_receiver_of_an_id_is_refused);
  ADD (states_are_posted);
  ADD (failed_peer_is_a_warning);
  return g_test_run ();
}
