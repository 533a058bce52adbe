/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page that plays the stream, out of the program's resources.
 */
#ifndef WHEP_PAGE_H
#define WHEP_PAGE_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * whep_page_lookup:
 * @path: of a GET request
 * @endpoint: path of the WHEP endpoint, which the page is told
 * @content_type: (out) (transfer none): of what is returned
 *
 * Returns: (transfer full) (nullable): the bytes, %NULL for no such path.
 */
GBytes *whep_page_lookup (const gchar * path, const gchar * endpoint,
    const gchar ** content_type);

G_END_DECLS

#endif
