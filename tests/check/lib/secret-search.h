/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looks for secrets in all that GStreamer shows of a program: its log with
 * every category at its highest level, dot files, caps and other sticky
 * events, properties, bus messages; and in GLib's log. One search at a time.
 */
#ifndef SECRET_SEARCH_H
#define SECRET_SEARCH_H

#include <gst/gst.h>

/** secret_search_start: collects the logs from now on, in place of printing. */
void secret_search_start (void);

/** secret_search_stop: what was collected stays, to be looked at. */
void secret_search_stop (void);
void secret_search_clear (void);

/** secret_search_see: collects a text of the test's own. */
void secret_search_see (const gchar * what, const gchar * text);

/**
 * secret_search_see_pipeline:
 *
 * Collects all that can be asked of @pipeline, except for the properties
 * encoder-key and decoder-key, which are there to show a key.
 */
void secret_search_see_pipeline (GstElement * pipeline);

/**
 * secret_search_finds:
 * @secret: random bytes, @size of them, 8 or more
 *
 * Returns: whether eight bytes in a row that begin at a multiple of eight are
 * there, as such or in hexadecimal, or nine of the first in base64.
 */
gboolean secret_search_finds (const guint8 * secret, gsize size);

gboolean secret_search_has_text (const gchar * text);

/** Returns: how many bytes were collected. */
gsize secret_search_get_size (void);

/** How bytes are written: "c31e", "C3:1E", "0xc3, 0x1e" and more. */
#define SECRET_SEARCH_N_NOTATIONS 8

/** Returns: (transfer full): @bytes in one of the notations. */
gchar *secret_search_to_hex (const guint8 * bytes, gsize size,
    guint notation_id);

#endif
