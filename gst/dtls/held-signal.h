/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Signal connections between threads: the receiver is kept alive until the
 * handler is disconnected, and beyond, while the handler runs.
 */
#ifndef DTLS_HELD_SIGNAL_H
#define DTLS_HELD_SIGNAL_H

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * dtls_connect_held:
 * @callback: is called with @data as its last argument
 * @receiver: (type GObject.Object): referenced as long as @data may be used
 */
gulong dtls_connect_held (gpointer source, const gchar * name,
    GCallback callback, gpointer data, gpointer receiver, GConnectFlags flags);

G_END_DECLS

#endif
