/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A handler keeps its receiver alive until it is disconnected and done.
 */
#include "config.h"

#include "held-signal.h"

static gulong handler;
static gpointer receiver;

static void
disconnect_and_look (GObject * source, GParamSpec * pspec, gpointer data)
{
  g_signal_handler_disconnect (source, handler);
  g_assert_nonnull (receiver);
  (*(guint *) data)++;
}

static void
test_receiver_lives_as_long_as_the_handler (void)
{
  GObject *source = G_OBJECT (g_object_ref_sink (g_object_new
          (G_TYPE_INITIALLY_UNOWNED, NULL)));
  guint n_calls = 0;
  GParamSpec *pspec = g_param_spec_int ("x", "x", "x", 0, 1, 0,
      G_PARAM_READABLE);

  receiver = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_add_weak_pointer (receiver, &receiver);
  handler = dtls_connect_held (source, "notify",
      G_CALLBACK (disconnect_and_look), &n_calls, receiver, 0);
  g_object_unref (receiver);
  g_assert_nonnull (receiver);

  g_signal_emit_by_name (source, "notify", pspec);
  g_assert_cmpuint (n_calls, ==, 1);
  g_assert_null (receiver);
  g_signal_emit_by_name (source, "notify", pspec);
  g_assert_cmpuint (n_calls, ==, 1);
  g_param_spec_unref (g_param_spec_ref_sink (pspec));
  g_object_unref (source);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/held-signal/receiver-lives-as-long-as-the-handler",
      test_receiver_lives_as_long_as_the_handler);
  return g_test_run ();
}
