/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repeated packets pass, others under the same number do not, wherever the
 * sequence numbers begin, jump and wrap.
 */
#include "config.h"

#include "srtp/sent-window.h"

#define WINDOW 64

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsSentWindow, dtls_sent_window_free);

static void
test_repeated (void)
{
  g_autoptr (DtlsSentWindow) window = dtls_sent_window_new (WINDOW);

  g_assert_true (dtls_sent_window_add (window, 10, 7));
  g_assert_true (dtls_sent_window_add (window, 10, 7));
  g_assert_false (dtls_sent_window_add (window, 10, 8));
  g_assert_true (dtls_sent_window_add (window, 10, 7));
  g_assert_true (dtls_sent_window_add (window, 11, 8));
}

/* A tag of zeros is one like any other. */
static void
test_zero (void)
{
  g_autoptr (DtlsSentWindow) window = dtls_sent_window_new (WINDOW);

  g_assert_true (dtls_sent_window_add (window, 0, 0));
  g_assert_true (dtls_sent_window_add (window, 0, 0));
  g_assert_false (dtls_sent_window_add (window, 0, 1));
}

static void
test_whole_window (void)
{
  g_autoptr (DtlsSentWindow) window = dtls_sent_window_new (WINDOW);
  const guint begin = 65536 - 3 * WINDOW, end = 65536 + 3 * WINDOW;

  for (guint i = begin; i < end; i++) {
    g_assert_true (dtls_sent_window_add (window, i, i));
    for (guint j = i - MIN (i - begin, WINDOW - 1); j <= i; j++) {
      g_assert_true (dtls_sent_window_add (window, j, j));
      g_assert_false (dtls_sent_window_add (window, j, j + 1));
    }
  }
}

static void
test_late_first_time (void)
{
  g_autoptr (DtlsSentWindow) window = dtls_sent_window_new (WINDOW);

  for (guint i = 0; i < 200; i += 2)
    g_assert_true (dtls_sent_window_add (window, i, i));
  for (guint i = 200 - WINDOW; i < 198; i += 2) {
    g_assert_true (dtls_sent_window_add (window, i + 1, i + 1));
    g_assert_false (dtls_sent_window_add (window, i + 1, i));
  }
}

/* In the order in which a replay check lets them pass: forward by up to half
 * of the numbers, or further where nothing came before them. */
static void
test_jumps (void)
{
  g_autoptr (DtlsSentWindow) window = dtls_sent_window_new (WINDOW);
  guint16 seqs[] = { 5, 105, 30000, 62768, 5, 32773, 40000, 200 };

  for (guint i = 0; i < G_N_ELEMENTS (seqs); i++) {
    g_assert_true (dtls_sent_window_add (window, seqs[i], 1000 + i));
    g_assert_false (dtls_sent_window_add (window, seqs[i], 2000 + i));
  }
}

/* Numbers are only the same in the same round: 1 is not refused for that of
 * the round before, and a second 65500 not taken for a new one. */
static void
test_jump_to_the_end_of_a_round (void)
{
  g_autoptr (DtlsSentWindow) window = dtls_sent_window_new (WINDOW);

  g_assert_true (dtls_sent_window_add (window, 1, 1));
  g_assert_true (dtls_sent_window_add (window, 65500, 2));
  g_assert_false (dtls_sent_window_add (window, 65500, 3));
  g_assert_true (dtls_sent_window_add (window, 65450, 4));
  g_assert_false (dtls_sent_window_add (window, 65450, 5));
  g_assert_true (dtls_sent_window_add (window, 0, 6));
  g_assert_true (dtls_sent_window_add (window, 1, 7));
  g_assert_false (dtls_sent_window_add (window, 65500, 8));
}

/* Any number of packets, also those that are no power of two. */
static void
test_sizes (void)
{
  for (guint size = 1; size <= 32768; size = size * 3 / 2 + 1) {
    g_autoptr (DtlsSentWindow) window = dtls_sent_window_new (size);

    for (guint i = 0; i < size; i++)
      g_assert_true (dtls_sent_window_add (window, i, i + 1));
    g_assert_false (dtls_sent_window_add (window, 0, 2));
    g_assert_true (dtls_sent_window_add (window, 0, 1));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srtp/sent-window/repeated", test_repeated);
  g_test_add_func ("/srtp/sent-window/zero", test_zero);
  g_test_add_func ("/srtp/sent-window/whole-window", test_whole_window);
  g_test_add_func ("/srtp/sent-window/late-first-time", test_late_first_time);
  g_test_add_func ("/srtp/sent-window/jumps", test_jumps);
  g_test_add_func ("/srtp/sent-window/jump-to-the-end-of-a-round",
      test_jump_to_the_end_of_a_round);
  g_test_add_func ("/srtp/sent-window/sizes", test_sizes);
  return g_test_run ();
}
