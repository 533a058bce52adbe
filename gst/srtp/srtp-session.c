/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One direction of SRTP and SRTCP, on libsrtp2.
 *
 * libsrtp2 is given one template stream and makes a stream of its own for
 * each SSRC: when sending with the first packet, when receiving only once a
 * packet has authenticated. A stream stays until the session ends, since
 * forgetting one would reset its rollover counter under the same key, and
 * with it repeat a keystream. Hence a bound on SSRCs, and no eviction.
 *
 * srtp_shutdown() and srtp_install_event_handler() act on the whole process,
 * which may hold other users of libsrtp2: neither is called here.
 */
#include "config.h"

#include "srtp-session.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <srtp2/srtp.h>

#include "engine/error.h"
#include "key-usage.h"
#include "packet-check.h"
#include "sent-window.h"
#include "srtp-crypto.h"

/* The index and the E flag behind an SRTCP packet (RFC 3711 section 3.4). */
#define SRTCP_INDEX_SIZE 4
#define SRTCP_ENCRYPTED_BIT 0x80

struct _DtlsSrtpSession
{
  srtp_t srtp;
  DtlsSrtpDirection direction;
  const DtlsProfile *profile;
  DtlsKeyUsage usage;
  guint replay_window;
  GHashTable *ssrcs;            /* SSRC to DtlsSentWindow, NULL when receiving */
  guint32 last_ssrc;
  DtlsSentWindow *last_window;
  DtlsSrtpStats stats;
};

static gboolean
session_fill_policy (srtp_policy_t * policy, const DtlsProfile * profile)
{
  switch (profile->id) {
    case DTLS_PROFILE_AES128_CM_HMAC_SHA1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy->rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy->rtcp);
      return TRUE;
    case DTLS_PROFILE_AES128_CM_HMAC_SHA1_32:
      /* SRTCP keeps the long tag: RFC 5764 section 4.1.2 */
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy->rtp);
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy->rtcp);
      return TRUE;
    case DTLS_PROFILE_AEAD_AES_128_GCM:
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy->rtp);
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy->rtcp);
      return TRUE;
    case DTLS_PROFILE_AEAD_AES_256_GCM:
      srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy->rtp);
      srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy->rtcp);
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
session_create (DtlsSrtpSession * self, DtlsSecret * key, GError ** error)
{
  gsize key_size = self->profile->key_size + self->profile->salt_size;
  srtp_policy_t policy = { 0, };
  srtp_err_status_t status;

  if (dtls_secret_size (key) != key_size) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_KEY,
        _("The key is %u bytes long, but %s takes a master key and master "
            "salt of %u bytes together."), (guint) dtls_secret_size (key),
        self->profile->name, (guint) key_size);
    return FALSE;
  }
  if (!session_fill_policy (&policy, self->profile)) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_KEY,
        _("The SRTP protection profile %s is not implemented."),
        self->profile->name);
    return FALSE;
  }

  policy.ssrc.type = self->direction == DTLS_SRTP_SEND ?
      ssrc_any_outbound : ssrc_any_inbound;
  policy.key = dtls_secret_bytes (key);
  policy.window_size = self->replay_window;
  policy.allow_repeat_tx = 1;
  status = srtp_create (&self->srtp, &policy);
  if (status != srtp_err_status_ok) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("libsrtp2 could not make an SRTP context for %s (status %d)."),
        self->profile->name, status);
    return FALSE;
  }
  return TRUE;
}

static DtlsSrtpStatus
session_status_from_library (srtp_err_status_t status)
{
  switch (status) {
    case srtp_err_status_ok:
      return DTLS_SRTP_OK;
    case srtp_err_status_bad_param:
    case srtp_err_status_parse_err:
      return DTLS_SRTP_MALFORMED;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
      return DTLS_SRTP_REPLAYED;
    case srtp_err_status_auth_fail:
      return DTLS_SRTP_UNAUTHENTIC;
    case srtp_err_status_key_expired:
      return DTLS_SRTP_KEY_EXHAUSTED;
    default:
      return DTLS_SRTP_ERROR;
  }
}

static gsize
session_overhead (const DtlsSrtpSession * self, DtlsSrtpKind kind)
{
  if (kind == DTLS_SRTP_RTP)
    return self->profile->rtp_tag_size;
  return self->profile->rtcp_tag_size + SRTCP_INDEX_SIZE;
}

static gboolean
session_is_packet (DtlsSrtpKind kind, const guint8 * packet, gsize size)
{
  if (kind == DTLS_SRTP_RTP)
    return dtls_packet_is_rtp (packet, size);
  return dtls_packet_is_rtcp (packet, size);
}

/* With GCM the index comes last, otherwise the tag does: RFC 7714 section 9.2,
 * RFC 3711 section 3.4. Neither way is a packet in the clear accepted. */
static gboolean
session_is_encrypted_rtcp (const DtlsSrtpSession * self,
    const guint8 * packet, gsize size)
{
  gsize from_end = SRTCP_INDEX_SIZE;

  if (!self->profile->aead)
    from_end += self->profile->rtcp_tag_size;
  return packet[size - from_end] & SRTCP_ENCRYPTED_BIT;
}

static gboolean
session_is_protected_packet (const DtlsSrtpSession * self, DtlsSrtpKind kind,
    const guint8 * packet, gsize size)
{
  gsize overhead = session_overhead (self, kind);

  if (size < overhead || !session_is_packet (kind, packet, size - overhead))
    return FALSE;
  return kind == DTLS_SRTP_RTP ||
      session_is_encrypted_rtcp (self, packet, size);
}

static guint32
session_get_ssrc (DtlsSrtpKind kind, const guint8 * packet)
{
  const guint8 *p = packet + (kind == DTLS_SRTP_RTP ? 8 : 4);

  return (guint32) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static inline gboolean
session_knows_ssrc (const DtlsSrtpSession * self, guint32 ssrc)
{
  if (ssrc == self->last_ssrc && self->stats.ssrcs > 0)
    return TRUE;
  return g_hash_table_contains (self->ssrcs, GUINT_TO_POINTER (ssrc));
}

static inline void
session_remember_ssrc (DtlsSrtpSession * self, guint32 ssrc)
{
  gpointer key = GUINT_TO_POINTER (ssrc), window = NULL;

  if (ssrc == self->last_ssrc && self->stats.ssrcs > 0)
    return;
  if (!g_hash_table_lookup_extended (self->ssrcs, key, NULL, &window)) {
    if (self->direction == DTLS_SRTP_SEND)
      window = dtls_sent_window_new (self->replay_window);
    g_hash_table_insert (self->ssrcs, key, window);
    self->stats.ssrcs = g_hash_table_size (self->ssrcs);
  }
  self->last_ssrc = ssrc;
  self->last_window = window;
}

/* The packet is protected already. Returns FALSE when it must not be sent. */
static gboolean
session_may_send (DtlsSrtpSession * self, DtlsSrtpKind kind,
    const guint8 * packet, gsize size)
{
  guint16 seq = packet[2] << 8 | packet[3];
  guint32 tag;

  if (kind == DTLS_SRTP_RTCP)
    return TRUE;
  memcpy (&tag, packet + size - sizeof tag, sizeof tag);
  return dtls_sent_window_add (self->last_window, seq, tag);
}

static srtp_err_status_t
session_call_library (DtlsSrtpSession * self, DtlsSrtpKind kind,
    guint8 * packet, int *size)
{
  if (self->direction == DTLS_SRTP_SEND)
    return kind == DTLS_SRTP_RTP ?
        srtp_protect (self->srtp, packet, size) :
        srtp_protect_rtcp (self->srtp, packet, size);
  return kind == DTLS_SRTP_RTP ?
      srtp_unprotect (self->srtp, packet, size) :
      srtp_unprotect_rtcp (self->srtp, packet, size);
}

/* What both directions share, once the packet is known to be well formed. */
static DtlsSrtpStatus
session_process (DtlsSrtpSession * self, DtlsSrtpKind kind, guint8 * packet,
    gsize * size)
{
  guint32 ssrc = session_get_ssrc (kind, packet);
  int library_size = (int) *size;
  DtlsSrtpStatus status;

  if (dtls_key_usage_is_exhausted (&self->usage))
    return DTLS_SRTP_KEY_EXHAUSTED;
  if (self->stats.ssrcs >= DTLS_SRTP_SSRCS_MAX
      && !session_knows_ssrc (self, ssrc))
    return DTLS_SRTP_TOO_MANY_SSRCS;

  status = session_status_from_library (session_call_library (self, kind,
          packet, &library_size));
  /* libsrtp2 has made a stream for the SSRC even where sending failed */
  if (status == DTLS_SRTP_OK || self->direction == DTLS_SRTP_SEND)
    session_remember_ssrc (self, ssrc);
  if (status != DTLS_SRTP_OK)
    return status;
  if (self->direction == DTLS_SRTP_SEND
      && !session_may_send (self, kind, packet, library_size))
    return DTLS_SRTP_REPLAYED;

  self->usage.packets[kind]++;
  self->stats.bytes += *size;
  *size = (gsize) library_size;
  return DTLS_SRTP_OK;
}

const gchar *
dtls_srtp_status_name (DtlsSrtpStatus status)
{
  static const gchar *const names[DTLS_SRTP_N_STATUS] = {
    [DTLS_SRTP_OK] = "ok",
    [DTLS_SRTP_MALFORMED] = "malformed",
    [DTLS_SRTP_REPLAYED] = "replayed",
    [DTLS_SRTP_UNAUTHENTIC] = "unauthentic",
    [DTLS_SRTP_NO_ROOM] = "no-room",
    [DTLS_SRTP_KEY_EXHAUSTED] = "key-exhausted",
    [DTLS_SRTP_TOO_MANY_SSRCS] = "too-many-ssrcs",
    [DTLS_SRTP_ERROR] = "error",
  };

  g_return_val_if_fail ((guint) status < DTLS_SRTP_N_STATUS, NULL);

  return names[status];
}

DtlsSrtpSession *
dtls_srtp_session_new (const DtlsProfile * profile, DtlsSecret * key,
    DtlsSrtpDirection direction, guint replay_window, GError ** error)
{
  DtlsSrtpSession *self;

  g_return_val_if_fail (profile != NULL && key != NULL, NULL);
  g_return_val_if_fail (replay_window >= 64 && replay_window <= 32767, NULL);

  dtls_srtp_crypto_init ();
  self = g_new0 (DtlsSrtpSession, 1);
  self->profile = profile;
  self->direction = direction;
  self->replay_window = replay_window;
  self->ssrcs = g_hash_table_new_full (NULL, NULL, NULL,
      (GDestroyNotify) dtls_sent_window_free);
  if (!session_create (self, key, error))
    g_clear_pointer (&self, dtls_srtp_session_free);
  return self;
}

void
dtls_srtp_session_free (DtlsSrtpSession * self)
{
  if (self->srtp)
    srtp_dealloc (self->srtp);
  g_hash_table_unref (self->ssrcs);
  g_free (self);
}

DtlsSrtpStatus
dtls_srtp_session_protect (DtlsSrtpSession * self, DtlsSrtpKind kind,
    guint8 * packet, gsize * size, gsize room)
{
  DtlsSrtpStatus status;

  g_return_val_if_fail (self->direction == DTLS_SRTP_SEND, DTLS_SRTP_ERROR);
  g_return_val_if_fail (*size <= room, DTLS_SRTP_ERROR);

  if (!session_is_packet (kind, packet, *size))
    status = DTLS_SRTP_MALFORMED;
  else if (room - *size < session_overhead (self, kind))
    status = DTLS_SRTP_NO_ROOM;
  else
    status = session_process (self, kind, packet, size);
  self->stats.packets[status]++;
  return status;
}

DtlsSrtpStatus
dtls_srtp_session_unprotect (DtlsSrtpSession * self, DtlsSrtpKind kind,
    guint8 * packet, gsize * size)
{
  DtlsSrtpStatus status;

  g_return_val_if_fail (self->direction == DTLS_SRTP_RECEIVE, DTLS_SRTP_ERROR);

  if (!session_is_protected_packet (self, kind, packet, *size))
    status = DTLS_SRTP_MALFORMED;
  else
    status = session_process (self, kind, packet, size);
  self->stats.packets[status]++;
  return status;
}

gboolean
dtls_srtp_session_is_nearly_exhausted (const DtlsSrtpSession * self)
{
  return dtls_key_usage_is_nearly_exhausted (&self->usage);
}

void
dtls_srtp_session_get_stats (const DtlsSrtpSession * self,
    DtlsSrtpStats * stats)
{
  *stats = self->stats;
  stats->key_is_nearly_exhausted =
      dtls_key_usage_is_nearly_exhausted (&self->usage);
}
