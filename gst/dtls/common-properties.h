/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Properties that several elements have, with one text for all.
 */
#ifndef DTLS_COMMON_PROPERTIES_H
#define DTLS_COMMON_PROPERTIES_H

#include <glib-object.h>

G_BEGIN_DECLS

/* Returns: (transfer floating) */
GParamSpec *dtls_param_connection_id (void);
GParamSpec *dtls_param_is_client (void);
GParamSpec *dtls_param_connection_state (void);

/** dtls_param_version: of dtlsenc and dtlsdec */
GParamSpec *dtls_param_version (void);

/** dtls_param_dtls_version: of those that know RTP too */
GParamSpec *dtls_param_dtls_version (void);

G_END_DECLS

#endif
