/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose HTTPS a client of WHIP believes: the authorities of the system, or
 * those in a file of the user's own.
 */
#ifndef WHIP_TRUST_H
#define WHIP_TRUST_H

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * whip_trust_load:
 * @path: a PEM file with certificates, which must stay where it is
 * @error: of #GIOErrorEnum; says how to set it right
 *
 * Returns: (transfer full) (nullable): these authorities and no others.
 */
GTlsDatabase *whip_trust_load (const gchar * path, GError ** error);

/**
 * whip_trust_explain:
 * @flags: what is wrong with a certificate
 * @own: whether it was judged by authorities of whip_trust_load()
 *
 * Returns: (transfer none): why it is not trusted, and what can be done.
 */
const gchar *whip_trust_explain (GTlsCertificateFlags flags, gboolean own);

G_END_DECLS

#endif
