/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two links that pass each other their datagrams, without an element.
 */
#include "config.h"

#include "association-link.h"

#include "link-context.h"
#include "link-table.h"

typedef struct
{
  DtlsLink *links[2];           /* client, server */
  gchar *log[2];
  guint n_data;
} Fixture;

static void
note (Fixture * self, DtlsLink * link, const gchar * what)
{
  gchar **log = &self->log[link == self->links[1]];
  gchar *longer = g_strconcat (*log ? *log : "", what, NULL);

  g_free (*log);
  *log = longer;
}

static void
on_state (DtlsLink * link, gint state, GError * error, Fixture * self)
{
  gchar digit[] = { '0' + state, '\0' };

  g_assert_cmpint (error != NULL, ==, state == DTLS_STATE_FAILED);
  note (self, link, digit);
}

static void
on_certificate (DtlsLink * link, GBytes * der, Fixture * self)
{
  note (self, link, "p");
}

static void
on_keys (DtlsLink * link, DtlsSrtpKeys * keys, Fixture * self)
{
  DtlsSrtpKeys *current = dtls_link_get_keys (link);

  g_assert_true (current == keys);
  dtls_srtp_keys_unref (current);
  note (self, link, "k");
}

static void
on_data (DtlsLink * link, GBytes * bytes, Fixture * self)
{
  self->n_data++;
  note (self, link, "d");
}

static void
on_peer_closed (DtlsLink * link, Fixture * self)
{
  note (self, link, "x");
}

static void
set_up (Fixture * self, gconstpointer data)
{
  DtlsConfig config = {
    .verify = DTLS_VERIFY_NONE,.mtu = DTLS_MTU_DEFAULT,
    .retransmit_timeout_ms = 60000,.retransmit_cap_ms = 60000
  };

  config.certificate = dtls_certificate_generate (DTLS_KEY_TYPE_ECDSA_P256, 1,
      NULL);
  dtls_profiles_parse (DTLS_PROFILES_DEFAULT, &config.profiles, NULL);
  for (guint i = 0; i < 2; i++) {
    DtlsLink *link = dtls_link_obtain (i == 0 ? "client" : "server");

    self->links[i] = link;
    dtls_link_set_role (link, i == 0 ? DTLS_ROLE_CLIENT : DTLS_ROLE_SERVER);
    dtls_link_configure (link, &config);
    g_signal_connect (link, "state", G_CALLBACK (on_state), self);
    g_signal_connect (link, "peer-certificate", G_CALLBACK (on_certificate),
        self);
    g_signal_connect (link, "keys", G_CALLBACK (on_keys), self);
    g_signal_connect (link, "data", G_CALLBACK (on_data), self);
    g_signal_connect (link, "peer-closed", G_CALLBACK (on_peer_closed), self);
  }
  dtls_certificate_unref (config.certificate);
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++) {
    dtls_link_stop (self->links[i], DTLS_SIDE_SENDER);
    dtls_link_stop (self->links[i], DTLS_SIDE_RECEIVER);
    g_object_unref (self->links[i]);
    g_free (self->log[i]);
  }
  g_assert_cmpuint (dtls_link_table_size (), ==, 0);
}

static void
start (DtlsLink * link)
{
  g_assert_true (dtls_link_start (link, DTLS_SIDE_RECEIVER, NULL));
  g_assert_true (dtls_link_start (link, DTLS_SIDE_SENDER, NULL));
}

/* Carries datagrams until there are no more. */
static void
carry (Fixture * self)
{
  guint n_carried;

  do {
    n_carried = 0;
    for (guint i = 0; i < 2; i++) {
      GBytes *bytes = dtls_link_pop_datagram (self->links[i]);

      if (!bytes)
        continue;
      dtls_link_handle_datagram (self->links[!i],
          g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      g_bytes_unref (bytes);
      n_carried++;
    }
  } while (n_carried > 0);
}

static void
test_order_of_events (Fixture * self, gconstpointer data)
{
  start (self->links[1]);
  start (self->links[0]);
  g_assert_cmpstr (self->log[0], ==, "3");
  carry (self);
  g_assert_true (dtls_link_send_data (self->links[0], (const guint8 *) "x", 1,
          NULL));
  carry (self);
  dtls_link_close (self->links[0]);
  carry (self);
  g_assert_cmpstr (self->log[0], ==, "3pk41x");
  g_assert_cmpstr (self->log[1], ==, "3pk4dx1");
  g_assert_true (dtls_link_get_peer_closed (self->links[0]));
}

static void
test_starts_with_the_second_side (Fixture * self, gconstpointer data)
{
  g_assert_true (dtls_link_start (self->links[0], DTLS_SIDE_SENDER, NULL));
  g_assert_cmpint (dtls_link_get_state (self->links[0]), ==, DTLS_STATE_NEW);
  g_assert_null (dtls_link_pop_datagram (self->links[0]));
  g_assert_true (dtls_link_start (self->links[0], DTLS_SIDE_RECEIVER, NULL));
  g_assert_cmpint (dtls_link_get_state (self->links[0]), ==,
      DTLS_STATE_CONNECTING);
}

static void
test_datagrams_before_the_start_count (Fixture * self, gconstpointer data)
{
  start (self->links[0]);
  carry (self);
  g_assert_cmpint (dtls_link_get_state (self->links[1]), ==, DTLS_STATE_NEW);
  start (self->links[1]);
  carry (self);
  g_assert_cmpint (dtls_link_get_state (self->links[0]), ==,
      DTLS_STATE_CONNECTED);
}

static void
test_restart_is_a_new_association (Fixture * self, gconstpointer data)
{
  for (guint round = 0; round < 2; round++) {
    start (self->links[1]);
    start (self->links[0]);
    carry (self);
    for (guint i = 0; i < 2; i++) {
      DtlsSrtpKeys *keys = dtls_link_get_keys (self->links[i]);

      g_assert_cmpint (dtls_link_get_state (self->links[i]), ==,
          DTLS_STATE_CONNECTED);
      g_assert_nonnull (keys);
      dtls_srtp_keys_unref (keys);
    }
    for (guint i = 0; i < 2; i++) {
      dtls_link_stop (self->links[i], DTLS_SIDE_SENDER);
      dtls_link_stop (self->links[i], DTLS_SIDE_RECEIVER);
      g_assert_null (dtls_link_get_keys (self->links[i]));
    }
  }
}

static void
test_asked_restart_leaves_the_live_one (Fixture * self, gconstpointer data)
{
  GError *error = NULL;

  g_assert_false (dtls_link_restart (self->links[0], NULL, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_NOT_CONNECTED);
  g_clear_error (&error);
  start (self->links[1]);
  start (self->links[0]);
  carry (self);
  g_assert_cmpstr (self->log[0], ==, "3pk4");
  g_assert_true (dtls_link_restart (self->links[0], NULL, &error));
  g_assert_cmpstr (self->log[0], ==, "3pk4");
  g_assert_cmpuint (dtls_link_get_n_datagrams (self->links[0]), >, 0);
  carry (self);
  g_assert_cmpstr (self->log[0], ==, "3pk4pk");
  g_assert_cmpstr (self->log[1], ==, "3pk4pk");
  dtls_link_stop (self->links[0], DTLS_SIDE_SENDER);
  g_assert_false (dtls_link_restart (self->links[0], NULL, NULL));
}

static void
test_one_owner_a_side (Fixture * self, gconstpointer data)
{
  DtlsLink *link = self->links[0];
  GError *error = NULL;

  g_assert_true (dtls_link_attach (link, DTLS_SIDE_SENDER, "a", NULL));
  g_assert_true (dtls_link_attach (link, DTLS_SIDE_RECEIVER, "b", NULL));
  g_assert_false (dtls_link_attach (link, DTLS_SIDE_SENDER, "c", &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_DUPLICATE_ID);
  g_error_free (error);
  dtls_link_detach (link, DTLS_SIDE_SENDER, "stranger");
  g_assert_false (dtls_link_attach (link, DTLS_SIDE_SENDER, "c", NULL));
  dtls_link_detach (link, DTLS_SIDE_SENDER, "a");
  g_assert_true (dtls_link_attach (link, DTLS_SIDE_SENDER, "c", NULL));
  dtls_link_detach (link, DTLS_SIDE_SENDER, "c");
  dtls_link_detach (link, DTLS_SIDE_RECEIVER, "b");
}

static void
test_early_data_leave_when_connected (Fixture * self, gconstpointer data)
{
  GError *error = NULL;
  gchar large[DTLS_DATA_MTU (DTLS_MTU_DEFAULT) + 1] = { 0, };

  g_assert_true (dtls_link_send_data (self->links[0], (const guint8 *) "x", 1,
          NULL));
  g_assert_true (dtls_link_has_early_data (self->links[0]));
  g_assert_false (dtls_link_send_data (self->links[0], (const guint8 *) large,
          sizeof (large), &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_DATA_SIZE);
  g_error_free (error);
  start (self->links[1]);
  start (self->links[0]);
  carry (self);
  g_assert_cmpuint (self->n_data, ==, 1);
  g_assert_false (dtls_link_has_early_data (self->links[0]));
}

static void
test_context_carries_the_link (Fixture * self, gconstpointer data)
{
  GstContext *context = dtls_link_to_context (self->links[0]);
  GstContext *other = gst_context_new ("other", FALSE);
  DtlsLink *link = dtls_link_from_context (context);

  g_assert_true (link == self->links[0]);
  g_assert_null (dtls_link_from_context (other));
  g_object_unref (link);
  gst_context_unref (context);
  gst_context_unref (other);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/association-link/" path, Fixture, NULL, \
    set_up, test, tear_down)
  ADD ("order-of-events", test_order_of_events);
  ADD ("starts-with-the-second-side", test_starts_with_the_second_side);
  ADD ("datagrams-before-the-start-count",
      test_datagrams_before_the_start_count);
  ADD ("restart-is-a-new-association", test_restart_is_a_new_association);
  ADD ("asked-restart-leaves-the-live-one",
      test_asked_restart_leaves_the_live_one);
  ADD ("one-owner-a-side", test_one_owner_a_side);
  ADD ("early-data-leave-when-connected", test_early_data_leave_when_connected);
  ADD ("context-carries-the-link", test_context_carries_the_link);
  return g_test_run ();
}
