/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What dtlsdec and dtlssrtpdec have in common, apart from pads: the
 * properties of the association, its restart, the choice of the certificate,
 * the receiving side of the link, and the reports about its state.
 *
 * A property that gets an unusable value says so in the log and keeps its
 * former value; the next change of state to READY then fails with an error
 * message. A bad `peer-fingerprint` on a live association withholds keys and
 * data until a good one is set.
 *
 * The certificate is chosen once in an element's life, when it is first read
 * or when the association starts: `pem`, or else that of a dtlscertgen linked
 * to the pad `certificate`, or else that of the pipeline's dtlscertgen, or
 * else that of the process. Setting `pem` chooses anew.
 *
 * Threads: everything may be called from any thread.
 */
#ifndef DTLS_RECEIVER_SETTINGS_H
#define DTLS_RECEIVER_SETTINGS_H

#include <gst/gst.h>

#include "association-link.h"

G_BEGIN_DECLS

typedef struct _DtlsReceiverSettings DtlsReceiverSettings;

/** What an element does when "restart" is emitted; see _settings_restart(). */
typedef gboolean (*DtlsReceiverRestart) (GstElement * owner,
    const gchar * peer_fingerprint);

/**
 * dtls_receiver_settings_install:
 * @first_id: of %DTLS_RECEIVER_N_PROPERTIES in a row
 * @restart: serves the action signal "restart"
 */
void dtls_receiver_settings_install (GObjectClass * klass, guint first_id,
    DtlsReceiverRestart restart);

/** dtls_receiver_settings_new: @owner is not referenced. */
DtlsReceiverSettings *dtls_receiver_settings_new (GstElement * owner,
    guint first_id);
void dtls_receiver_settings_free (DtlsReceiverSettings * self);

/** Returns: whether @id is one of the properties installed here. */
gboolean dtls_receiver_settings_set_property (DtlsReceiverSettings * self,
    guint id, const GValue * value);
gboolean dtls_receiver_settings_get_property (DtlsReceiverSettings * self,
    guint id, GValue * value);

/** @pad: (nullable): the pad that a dtlscertgen may be linked to */
void dtls_receiver_settings_set_certificate_pad (DtlsReceiverSettings * self,
    GstPad * pad);

/**
 * dtls_receiver_settings_obtain_link:
 *
 * Returns: (transfer full) (nullable): the link; %NULL without connection-id.
 */
DtlsLink *dtls_receiver_settings_obtain_link (DtlsReceiverSettings * self);

/**
 * dtls_receiver_settings_open:
 *
 * NULL→READY. Posts an error where it fails.
 *
 * Returns: (transfer full) (nullable): the link that is open until close.
 */
DtlsLink *dtls_receiver_settings_open (DtlsReceiverSettings * self);

/** READY→PAUSED, with the pads active. Posts an error where it fails. */
gboolean dtls_receiver_settings_start (DtlsReceiverSettings * self);

/**
 * dtls_receiver_settings_restart:
 * @peer_fingerprint: (nullable): see the signal "restart"
 *
 * Returns: %FALSE when it was refused; says why in a warning message.
 */
gboolean dtls_receiver_settings_restart (DtlsReceiverSettings * self,
    const gchar * peer_fingerprint);

/** PAUSED→READY */
void dtls_receiver_settings_stop (DtlsReceiverSettings * self);

/** READY→NULL */
void dtls_receiver_settings_close (DtlsReceiverSettings * self);

G_END_DECLS

#endif
