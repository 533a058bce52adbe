/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the properties of dtlsdec and dtlssrtpdec are set to, and which of them
 * were set to something unusable. Part of receiver-settings, which knows what
 * a value does.
 *
 * Threads: everything may be called from any thread.
 */
#ifndef DTLS_RECEIVER_VALUES_H
#define DTLS_RECEIVER_VALUES_H

#include "association-link.h"
#include "receiver-properties.h"

G_BEGIN_DECLS

typedef struct _DtlsReceiverValues DtlsReceiverValues;

/** Returns: the defaults; no connection-id. */
DtlsReceiverValues *dtls_receiver_values_new (void);
void dtls_receiver_values_free (DtlsReceiverValues * self);

/**
 * dtls_receiver_values_set:
 *
 * For properties whose value needs no parsing; the others have functions of
 * their own below.
 *
 * Returns: %FALSE for another property.
 */
gboolean dtls_receiver_values_set (DtlsReceiverValues * self,
    DtlsReceiverProperty property, const GValue * value);

/** Returns: %FALSE for a property that is not kept here. */
gboolean dtls_receiver_values_get (DtlsReceiverValues * self,
    DtlsReceiverProperty property, GValue * value);

/** Returns: (transfer full) (nullable) */
gchar *dtls_receiver_values_dup_connection_id (DtlsReceiverValues * self);

void dtls_receiver_values_set_profiles (DtlsReceiverValues * self,
    const DtlsProfiles * profiles);

/** @fingerprints: (transfer full) (nullable): the peer's */
void dtls_receiver_values_take_fingerprints (DtlsReceiverValues * self,
    DtlsFingerprints * fingerprints);
gboolean dtls_receiver_values_have_fingerprints (DtlsReceiverValues * self);

/**
 * dtls_receiver_values_take_error:
 * @error: (transfer full) (nullable): why the last value of @property was not
 *   taken, %NULL for one that was good
 */
void dtls_receiver_values_take_error (DtlsReceiverValues * self,
    DtlsReceiverProperty property, GError * error);

/** Returns: (transfer full) (nullable): of the first unusable value. */
GError *dtls_receiver_values_dup_error (DtlsReceiverValues * self);

/** dtls_receiver_values_configure: gives @link all of it, for its next start. */
void dtls_receiver_values_configure (DtlsReceiverValues * self,
    DtlsLink * link, DtlsCertificate * certificate);

G_END_DECLS

#endif
