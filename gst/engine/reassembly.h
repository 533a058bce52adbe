/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts handshake messages together from fragments that come in any order,
 * overlap or repeat (RFC 6347 section 4.2.3), and hands them out whole, each
 * once, in the order of their numbers. Bounded in number and bytes.
 */
#ifndef DTLS_REASSEMBLY_H
#define DTLS_REASSEMBLY_H

#include "record.h"

G_BEGIN_DECLS

typedef struct _DtlsReassembly DtlsReassembly;

/** How far ahead of the next message one may be. */
#define DTLS_REASSEMBLY_WINDOW 8
/** Bytes of all messages that are not whole or not yet their turn. */
#define DTLS_REASSEMBLY_BYTES_MAX (128 * 1024)

/** @first_number: number of the first message to hand out */
DtlsReassembly *dtls_reassembly_new (guint16 first_number);
void dtls_reassembly_free (DtlsReassembly * self);

/**
 * dtls_reassembly_add:
 *
 * Where a fragment contradicts earlier ones about the message's type or
 * length, the newest is believed. Where there is no room for it, all that
 * waits is forgotten: that may be forged, and a peer sends again.
 *
 * Returns: %FALSE when the fragment was not taken: not its turn, or too long.
 */
gboolean dtls_reassembly_add (DtlsReassembly * self,
    const DtlsFragment * fragment);

/**
 * dtls_reassembly_peek:
 * @type: (out): of the next message
 *
 * Returns: whether the next message is whole.
 */
gboolean dtls_reassembly_peek (const DtlsReassembly * self, guint8 * type);

/**
 * DtlsMessage:
 * @body: @length bytes
 */
typedef struct
{
  guint8 type;
  guint16 number;
  guint32 length;
  guint8 *body;
} DtlsMessage;

/**
 * dtls_reassembly_pop:
 * @message: (out): the next message; its body is freed with g_free()
 *
 * Returns: whether the next message is whole.
 */
gboolean dtls_reassembly_pop (DtlsReassembly * self, DtlsMessage * message);

/** Returns: the number of the next message to hand out. */
guint16 dtls_reassembly_get_next (const DtlsReassembly * self);

/** dtls_reassembly_discard: forgets all that has not been handed out. */
void dtls_reassembly_discard (DtlsReassembly * self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsReassembly, dtls_reassembly_free)

G_END_DECLS

#endif
