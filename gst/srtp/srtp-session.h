/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One direction of SRTP and SRTCP under one master key (RFC 3711, RFC 7714):
 * protects or unprotects packets in place. Any number of SSRCs, each known
 * from its first good packet on. The caller serialises.
 */
#ifndef DTLS_SRTP_SESSION_H
#define DTLS_SRTP_SESSION_H

#include "engine/profile.h"
#include "engine/secret.h"

G_BEGIN_DECLS

typedef struct _DtlsSrtpSession DtlsSrtpSession;

typedef enum
{
  DTLS_SRTP_SEND,
  DTLS_SRTP_RECEIVE,
} DtlsSrtpDirection;

typedef enum
{
  DTLS_SRTP_RTP,
  DTLS_SRTP_RTCP,
} DtlsSrtpKind;

/**
 * DtlsSrtpStatus:
 * @DTLS_SRTP_OK: done
 * @DTLS_SRTP_MALFORMED: no RTP or RTCP packet, too short, or SRTCP that is
 *   not encrypted
 * @DTLS_SRTP_REPLAYED: seen before, or older than the window; when sending,
 *   also one whose sequence number another packet had
 * @DTLS_SRTP_UNAUTHENTIC: the tag is wrong
 * @DTLS_SRTP_NO_ROOM: the buffer cannot hold the tag
 * @DTLS_SRTP_KEY_EXHAUSTED: the key must not be used any more (RFC 3711
 *   section 9.2, RFC 7714 section 11)
 * @DTLS_SRTP_TOO_MANY_SSRCS: the bound on SSRCs is reached
 * @DTLS_SRTP_ERROR: the library failed
 */
typedef enum
{
  DTLS_SRTP_OK,
  DTLS_SRTP_MALFORMED,
  DTLS_SRTP_REPLAYED,
  DTLS_SRTP_UNAUTHENTIC,
  DTLS_SRTP_NO_ROOM,
  DTLS_SRTP_KEY_EXHAUSTED,
  DTLS_SRTP_TOO_MANY_SSRCS,
  DTLS_SRTP_ERROR,
} DtlsSrtpStatus;

#define DTLS_SRTP_N_STATUS (DTLS_SRTP_ERROR + 1)

/** dtls_srtp_status_name: Returns: (transfer none): e.g. "replayed". */
const gchar *dtls_srtp_status_name (DtlsSrtpStatus status);

/** Bytes that protecting may add to a packet, whatever the profile. */
#define DTLS_SRTP_OVERHEAD_MAX 32

#define DTLS_SRTP_REPLAY_WINDOW 1024
#define DTLS_SRTP_SSRCS_MAX 1024

/**
 * DtlsSrtpStats:
 * @packets: RTP and RTCP packets by status
 * @bytes: bytes of the good ones, as they came in
 * @ssrcs: how many SSRCs are known
 * @key_is_nearly_exhausted: %DTLS_SRTP_KEY_EXHAUSTED is near; time for new
 *   keys
 */
typedef struct
{
  guint64 packets[DTLS_SRTP_N_STATUS];
  guint64 bytes;
  guint ssrcs;
  gboolean key_is_nearly_exhausted;
} DtlsSrtpStats;

/**
 * dtls_srtp_session_new:
 * @key: master key followed by master salt; only borrowed
 * @replay_window: packets, 64 to 32767
 * @error: %DTLS_ERROR_KEY, %DTLS_ERROR_RESOURCES
 *
 * Returns: (transfer full) (nullable): a session, or %NULL with @error set.
 */
DtlsSrtpSession *dtls_srtp_session_new (const DtlsProfile * profile,
    DtlsSecret * key, DtlsSrtpDirection direction, guint replay_window,
    GError ** error);

/** dtls_srtp_session_free: wipes what it derived from the key. */
void dtls_srtp_session_free (DtlsSrtpSession * self);

/**
 * dtls_srtp_session_protect:
 * @packet: a packet in the clear, 4-byte aligned, @room bytes long
 * @size: (inout): its size, which grows by at most %DTLS_SRTP_OVERHEAD_MAX
 *
 * The bytes of @packet are undefined unless the status is %DTLS_SRTP_OK, and
 * must not be sent then. The same RTP packet may be protected again, within
 * the replay window; a different one under its sequence number may not.
 */
DtlsSrtpStatus dtls_srtp_session_protect (DtlsSrtpSession * self,
    DtlsSrtpKind kind, guint8 * packet, gsize * size, gsize room);

/**
 * dtls_srtp_session_unprotect:
 * @packet: a protected packet, 4-byte aligned
 * @size: (inout): its size, which shrinks
 */
DtlsSrtpStatus dtls_srtp_session_unprotect (DtlsSrtpSession * self,
    DtlsSrtpKind kind, guint8 * packet, gsize * size);

/** Returns: whether %DTLS_SRTP_KEY_EXHAUSTED is near; cheap. */
gboolean dtls_srtp_session_is_nearly_exhausted (const DtlsSrtpSession * self);

void dtls_srtp_session_get_stats (const DtlsSrtpSession * self,
    DtlsSrtpStats * stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DtlsSrtpSession, dtls_srtp_session_free)

G_END_DECLS

#endif
