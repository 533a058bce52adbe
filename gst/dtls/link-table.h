/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process's table of connection-ids: which object goes by which name. It
 * holds no reference, so an entry lives as long as somebody needs it.
 */
#ifndef DTLS_LINK_TABLE_H
#define DTLS_LINK_TABLE_H

#include <glib-object.h>

G_BEGIN_DECLS

/** Makes the object for @id; called under the lock of the table. */
typedef GObject *(*DtlsLinkTableMake) (const gchar * id);

/**
 * dtls_link_table_obtain:
 *
 * Returns: (transfer full): the object that goes by @id, or what @make gives.
 */
GObject *dtls_link_table_obtain (const gchar * id, DtlsLinkTableMake make);

/**
 * dtls_link_table_forget:
 *
 * From the object's finalize function. A younger object that has taken the
 * name over in the meantime stays.
 */
void dtls_link_table_forget (const gchar * id, gpointer object);

/** Returns: how many names there are; for tests. */
guint dtls_link_table_size (void);

G_END_DECLS

#endif
