/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A closure that owns a reference, which g_signal_connect_object() has not.
 */
#include "config.h"

#include "held-signal.h"

static void
release_receiver (gpointer receiver, GClosure * closure)
{
  g_object_unref (receiver);
}

gulong
dtls_connect_held (gpointer source, const gchar * name, GCallback callback,
    gpointer data, gpointer receiver, GConnectFlags flags)
{
  GClosure *closure = flags & G_CONNECT_SWAPPED ?
      g_cclosure_new_swap (callback, data, NULL) :
      g_cclosure_new (callback, data, NULL);

  g_closure_add_finalize_notifier (closure, g_object_ref (receiver),
      release_receiver);
  return g_signal_connect_closure (source, name, closure,
      (flags & G_CONNECT_AFTER) != 0);
}
