/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two sessions under one key, and packets for them.
 */
#ifndef TEST_SESSION_PAIR_H
#define TEST_SESSION_PAIR_H

#include <string.h>

#include "srtp/srtp-session.h"

#define PACKET_ROOM 2048
#define SSRC 0x01020304

typedef struct
{
  gsize size;
  union
  {
    guint8 data[PACKET_ROOM];
    guint64 alignment;
  };
} Packet;

typedef struct
{
  const DtlsProfile *profile;
  DtlsSecret *key;
  DtlsSrtpSession *sender;
  DtlsSrtpSession *receiver;
} Pair;

/* Returns: (transfer full): a master key and salt that @seed tells apart */
DtlsSecret *session_key (const DtlsProfile * profile, guint8 seed);

/* Returns: (transfer full): with the default replay window */
DtlsSrtpSession *session_new (const DtlsProfile * profile, DtlsSecret * key,
    DtlsSrtpDirection direction);

void pair_open (Pair * pair, guint16 profile_id);
void pair_close (Pair * pair);

/* A test function: calls @check, a void (*) (Pair *), with a new pair of each
 * profile. */
void pair_run_all (gconstpointer check);

/* Packets in the clear, the same for the same arguments. */
void packet_rtp (Packet * packet, guint32 ssrc, guint16 seq,
    gsize payload_size);
void packet_rtcp (Packet * packet, guint32 ssrc, gsize size);

/* With 2 CSRCs and an extension of one word (RFC 8285). */
void packet_rtp_with_extension (Packet * packet, guint16 seq);

DtlsSrtpStatus packet_protect (DtlsSrtpSession * session, DtlsSrtpKind kind,
    Packet * packet);
DtlsSrtpStatus packet_unprotect (DtlsSrtpSession * session, DtlsSrtpKind kind,
    Packet * packet);

void packet_assert_same (const Packet * a, const Packet * b);

#define assert_status(call, expected) \
    g_assert_cmpstr (dtls_srtp_status_name (call), ==, \
        dtls_srtp_status_name (expected))

#endif
