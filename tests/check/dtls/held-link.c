/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A link that is held, and the state its owner was told.
 */
#include "config.h"

#include "dtls/held-link.h"
#include "link-host.h"

typedef struct
{
  GstElement *host;
  guint n_states;
  DtlsHeldLink held;
} Fixture;

static void
set_up (Fixture * self, gconstpointer data)
{
  self->host = link_host_new (&self->n_states);
  dtls_held_link_init (&self->held, self->host);
}

static void
tear_down (Fixture * self, gconstpointer data)
{
  dtls_held_link_clear (&self->held);
  gst_object_unref (self->host);
}

static void
test_link_lives_while_it_is_held (Fixture * self, gconstpointer data)
{
  DtlsLink *link = dtls_link_obtain ("held-link");
  gpointer alive = link;

  g_object_add_weak_pointer (G_OBJECT (link), &alive);
  dtls_held_link_set (&self->held, link);
  g_object_unref (link);
  g_assert_nonnull (alive);
  link = dtls_held_link_ref (&self->held);
  g_assert_true (link == alive);
  g_object_unref (link);
  dtls_held_link_set (&self->held, NULL);
  g_assert_null (alive);
  g_assert_null (dtls_held_link_ref (&self->held));
}

static void
test_link_that_was_left_is_told_apart (Fixture * self, gconstpointer data)
{
  g_autoptr (DtlsLink) old = dtls_link_obtain ("held-link-old");
  g_autoptr (DtlsLink) new = dtls_link_obtain ("held-link-new");

  g_assert_false (dtls_held_link_is (&self->held, old));
  dtls_held_link_set (&self->held, old);
  g_assert_true (dtls_held_link_is (&self->held, old));
  dtls_held_link_set (&self->held, new);
  g_assert_false (dtls_held_link_is (&self->held, old));
  g_assert_true (dtls_held_link_is (&self->held, new));
}

static void
test_state_is_notified_once_a_change (Fixture * self, gconstpointer data)
{
  g_assert_cmpint (dtls_held_link_get_state (&self->held), ==,
      DTLS_STATE_CLOSED);
  dtls_held_link_announce (&self->held, DTLS_STATE_CLOSED);
  g_assert_cmpuint (self->n_states, ==, 0);
  dtls_held_link_announce (&self->held, DTLS_STATE_NEW);
  dtls_held_link_announce (&self->held, DTLS_STATE_NEW);
  g_assert_cmpuint (self->n_states, ==, 1);
  g_assert_cmpint (dtls_held_link_get_state (&self->held), ==, DTLS_STATE_NEW);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/held-link/" #name, Fixture, NULL, set_up, \
      test_##name, tear_down)
  ADD (link_lives_while_it_is_held);
  ADD (link_that_was_left_is_told_apart);
  ADD (state_is_notified_once_a_change);
#undef ADD
  return g_test_run ();
}
