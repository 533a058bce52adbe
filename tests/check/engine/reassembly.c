/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fragments in every order, overlapping, repeated, contradicting.
 */
#include "config.h"

#include "engine/reassembly.h"

#include <string.h>

static const gchar text[] = "the whole message, all of it";
#define TEXT_SIZE ((guint32) sizeof text)

static gboolean
add (DtlsReassembly * self, guint16 sequence, guint32 offset, guint32 size)
{
  DtlsFragment fragment = {.type = 11,.length = TEXT_SIZE,
    .sequence = sequence,.offset = offset,
    .body = (const guint8 *) text + offset,.size = size
  };

  return dtls_reassembly_add (self, &fragment);
}

static void
assert_pops (DtlsReassembly * self, guint16 number)
{
  DtlsMessage message;

  g_assert_true (dtls_reassembly_pop (self, &message));
  g_assert_cmpuint (message.number, ==, number);
  g_assert_cmpuint (message.type, ==, 11);
  g_assert_cmpmem (message.body, message.length, text, TEXT_SIZE);
  g_free (message.body);
}

static void
assert_pops_nothing (DtlsReassembly * self)
{
  DtlsMessage message;
  guint8 type;

  g_assert_false (dtls_reassembly_peek (self, &type));
  g_assert_false (dtls_reassembly_pop (self, &message));
}

static void
test_any_order (void)
{
  /* All orders of three fragments. */
  static const guint8 orders[][3] =
      { {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0} };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++) {
    g_autoptr (DtlsReassembly) self = dtls_reassembly_new (0);

    for (guint k = 0; k < 3; k++) {
      guint32 offset = orders[i][k] * 10;

      assert_pops_nothing (self);
      g_assert_true (add (self, 0, offset, MIN (10, TEXT_SIZE - offset)));
    }
    assert_pops (self, 0);
    assert_pops_nothing (self);
  }
}

static void
test_overlapping_cuts_merge (void)
{
  g_autoptr (DtlsReassembly) self = dtls_reassembly_new (0);

  g_assert_true (add (self, 0, 15, 5));
  g_assert_true (add (self, 0, 0, 7));
  g_assert_true (add (self, 0, 5, 12));
  g_assert_true (add (self, 0, 5, 12));
  assert_pops_nothing (self);
  g_assert_true (add (self, 0, 12, TEXT_SIZE - 12));
  assert_pops (self, 0);
}

static void
test_messages_in_sequence (void)
{
  g_autoptr (DtlsReassembly) self = dtls_reassembly_new (3);

  g_assert_true (add (self, 5, 0, TEXT_SIZE));
  g_assert_true (add (self, 4, 0, TEXT_SIZE));
  assert_pops_nothing (self);
  g_assert_true (add (self, 3, 0, TEXT_SIZE));
  for (guint i = 3; i <= 5; i++)
    assert_pops (self, i);
  g_assert_cmpuint (dtls_reassembly_get_next (self), ==, 6);
  /* What was handed out is not taken again. */
  g_assert_false (add (self, 4, 0, TEXT_SIZE));
  assert_pops_nothing (self);
}

static void
test_window (void)
{
  g_autoptr (DtlsReassembly) self = dtls_reassembly_new (0);

  g_assert_true (add (self, DTLS_REASSEMBLY_WINDOW - 1, 0, TEXT_SIZE));
  g_assert_false (add (self, DTLS_REASSEMBLY_WINDOW, 0, TEXT_SIZE));
  g_assert_false (add (self, G_MAXUINT16, 0, TEXT_SIZE));
}

static void
test_newest_claim_wins (void)
{
  g_autoptr (DtlsReassembly) self = dtls_reassembly_new (0);
  DtlsFragment forged = {.type = 11,.length = TEXT_SIZE + 1,
    .body = (const guint8 *) text,.size = 4
  };

  g_assert_true (add (self, 0, 0, 10));
  g_assert_true (dtls_reassembly_add (self, &forged));
  g_assert_true (add (self, 0, 10, TEXT_SIZE - 10));
  assert_pops_nothing (self);
  g_assert_true (add (self, 0, 0, 10));
  assert_pops (self, 0);
}

static void
test_empty_message (void)
{
  g_autoptr (DtlsReassembly) self = dtls_reassembly_new (0);
  DtlsFragment fragment = {.type = 14,.body = (const guint8 *) text };
  DtlsMessage message;

  g_assert_true (dtls_reassembly_add (self, &fragment));
  g_assert_true (dtls_reassembly_pop (self, &message));
  g_assert_cmpuint (message.length, ==, 0);
  g_free (message.body);
}

static void
test_bound_on_bytes (void)
{
  g_autoptr (DtlsReassembly) self = dtls_reassembly_new (0);
  DtlsFragment fragment = {.type = 11,.length = 60000,
    .body = (const guint8 *) text,.size = 4
  };

  for (guint i = 0; i < 2; i++) {
    fragment.sequence = i;
    g_assert_true (dtls_reassembly_add (self, &fragment));
  }
  fragment.length = DTLS_REASSEMBLY_BYTES_MAX + 1;
  g_assert_false (dtls_reassembly_add (self, &fragment));
}

/* Forged claims do not keep the peer's messages out for ever. */
static void
test_newest_finds_room (void)
{
  g_autoptr (DtlsReassembly) self = dtls_reassembly_new (0);
  DtlsFragment fragment = {.type = 11,.length = 65536,
    .body = (const guint8 *) text,.size = 4
  };

  for (guint i = 1; i < 6; i++) {
    fragment.sequence = i;
    g_assert_true (dtls_reassembly_add (self, &fragment));
  }
  g_assert_true (add (self, 0, 0, TEXT_SIZE));
  assert_pops (self, 0);
  g_assert_true (add (self, 1, 0, TEXT_SIZE));
  assert_pops (self, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reassembly/any-order", test_any_order);
  g_test_add_func ("/reassembly/overlapping-cuts-merge",
      test_overlapping_cuts_merge);
  g_test_add_func ("/reassembly/messages-in-sequence",
      test_messages_in_sequence);
  g_test_add_func ("/reassembly/window", test_window);
  g_test_add_func ("/reassembly/newest-claim-wins", test_newest_claim_wins);
  g_test_add_func ("/reassembly/empty-message", test_empty_message);
  g_test_add_func ("/reassembly/bound-on-bytes", test_bound_on_bytes);
  g_test_add_func ("/reassembly/newest-finds-room", test_newest_finds_room);
  return g_test_run ();
}
