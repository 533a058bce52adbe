/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GnuTLS 3.7 as a DTLS engine without timers.
 *
 * Its retransmission timer runs on the wall clock and doubles without end.
 * An interval of zero makes it deterministic instead: a flight without an
 * answer is pushed again at every call that finds nothing to pull, with new
 * record numbers, and whoever collects the records decides which copies may
 * leave. Its total timeout is put out of the way likewise.
 */
#include "config.h"

#include "gnutls-session.h"

#include <errno.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

#include "certificate-gnutls.h"
#include "error.h"
#include "record.h"
#include "verification.h"

#define SESSION_PRIORITY \
    "NONE:+VERS-DTLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AEAD" \
    ":+AES-128-GCM:+CHACHA20-POLY1305:+AES-256-GCM" \
    ":+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384" \
    ":+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA256" \
    ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1" \
    ":+CTYPE-X509:+COMP-NULL:%SAFE_RENEGOTIATION"

/* The deadline that is fixed with the first step, and the span that all later
 * steps compare with: 32 bits of milliseconds, so that a wall clock which is
 * set back looks like a long time, but not too long. */
#define SESSION_TOTAL_TIMEOUT_FIRST_MS (1U << 30)
#define SESSION_TOTAL_TIMEOUT_LATER_MS 0xFFFFFFFFU

/* Application data of one record, RFC 5246 section 6.2.1. */
#define SESSION_RECORD_MAX 16384

#define SESSION_IDLE_CALLS_MAX 8

#define SESSION_EXTENSION_USE_SRTP 14
#define SESSION_EXPORTER_LABEL "EXTRACTOR-dtls_srtp"

struct _DtlsSession
{
  gnutls_session_t tls;
  const DtlsSessionHooks *hooks;
  gpointer user_data;
  DtlsCertificate *certificate;
  DtlsProfiles profiles;
  gboolean is_client;
  guint mtu;
  gboolean stepped;
  gboolean pulled;              /* since the latest call */
  guint idle_calls;             /* without a pull, in a row */
  gboolean peer_refused;
  gboolean no_common_profile;
  gboolean close_sent;
};

/* Callbacks of GnuTLS. */

static ssize_t
session_push (gnutls_transport_ptr_t ptr, const void *data, size_t size)
{
  DtlsSession *self = ptr;

  self->hooks->push (self->user_data, data, size);
  return size;
}

static ssize_t
session_pull (gnutls_transport_ptr_t ptr, void *buffer, size_t size)
{
  DtlsSession *self = ptr;
  g_autoptr (GBytes) record = self->hooks->pull (self->user_data);

  if (!record || g_bytes_get_size (record) > size) {
    gnutls_transport_set_errno (self->tls, EAGAIN);
    return -1;
  }
  self->pulled = TRUE;
  memcpy (buffer, g_bytes_get_data (record, NULL), g_bytes_get_size (record));
  return g_bytes_get_size (record);
}

static int
session_pull_timeout (gnutls_transport_ptr_t ptr, unsigned int ms)
{
  DtlsSession *self = ptr;

  return self->hooks->can_pull (self->user_data) ? 1 : 0;
}

static int
session_verify_peer (gnutls_session_t tls)
{
  DtlsSession *self = gnutls_session_get_ptr (tls);
  g_autoptr (GBytes) certificate = dtls_session_get_peer_certificate (self);

  if (certificate && self->hooks->accept_peer (self->user_data, certificate))
    return 0;
  self->peer_refused = certificate != NULL;
  return GNUTLS_E_CERTIFICATE_ERROR;
}

/* The client's profiles: two bytes of length, ids of two bytes each. */
static int
session_choose_profile (void *ctx, unsigned id, const unsigned char *data,
    unsigned size)
{
  DtlsSession *self = ctx;
  gsize ids_size;

  if (id != SESSION_EXTENSION_USE_SRTP || size < 2)
    return 0;
  ids_size = MIN ((gsize) (data[0] << 8 | data[1]), size - 2);
  for (guint i = 0; i < self->profiles.count; i++) {
    for (gsize at = 0; at + 1 < ids_size; at += 2) {
      if ((data[2 + at] << 8 | data[3 + at]) != self->profiles.items[i]->id)
        continue;
      gnutls_srtp_set_profile (self->tls,
          (gnutls_srtp_profile_t) self->profiles.items[i]->id);
      self->no_common_profile = FALSE;
      return 0;
    }
  }
  return 0;
}

/* GnuTLS follows the client's order. To have ours decide, it is told of one
 * profile only, once the client's offer is known. */
static int
session_client_hello (gnutls_session_t tls, unsigned int type, unsigned when,
    unsigned int incoming, const gnutls_datum_t * message)
{
  DtlsSession *self = gnutls_session_get_ptr (tls);

  if (self->profiles.count == 0)
    return 0;
  self->no_common_profile = TRUE;
  gnutls_ext_raw_parse (self, session_choose_profile, message,
      GNUTLS_EXT_RAW_FLAG_DTLS_CLIENT_HELLO);
  return self->no_common_profile ? GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER : 0;
}

/* Setting up. */

static gpointer
session_make_default_priority (gpointer data)
{
  gnutls_priority_t priority = NULL;

  /* NULL where the system's policy leaves nothing of it. */
  gnutls_priority_init (&priority, SESSION_PRIORITY, NULL);
  return priority;
}

/* Shared by all sessions of the process. */
static int
session_set_default_priority (DtlsSession * self)
{
  static GOnce once = G_ONCE_INIT;
  gnutls_priority_t priority =
      g_once (&once, session_make_default_priority, NULL);

  return priority ? gnutls_priority_set (self->tls, priority)
      : GNUTLS_E_NO_PRIORITIES_WERE_SET;
}

static gboolean
session_set_priority (DtlsSession * self, const gchar * text, GError ** error)
{
  const char *where = NULL;
  int ret;

  if (text && *text)
    ret = gnutls_priority_set_direct (self->tls, text, &where);
  else
    ret = session_set_default_priority (self);
  if (ret >= 0)
    return TRUE;
  if (ret == GNUTLS_E_INVALID_REQUEST)
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PRIORITY,
        _("The priority string \"%s\" does not parse from \"%s\" on."),
        text, where ? where : text);
  else
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("GnuTLS could not set the priorities: %s."), gnutls_strerror (ret));
  return FALSE;
}

static void
session_set_profiles (DtlsSession * self)
{
  if (!self->is_client) {
    gnutls_handshake_set_hook_function (self->tls,
        GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE, session_client_hello);
    return;
  }
  for (guint i = 0; i < self->profiles.count; i++)
    gnutls_srtp_set_profile (self->tls,
        (gnutls_srtp_profile_t) self->profiles.items[i]->id);
}

static void
session_set_transport (DtlsSession * self, guint mtu, guint16 first_message)
{
  gnutls_dtls_prestate_st prestate = {.hsk_read_seq = first_message };

  gnutls_session_set_ptr (self->tls, self);
  gnutls_transport_set_ptr (self->tls, self);
  gnutls_transport_set_push_function (self->tls, session_push);
  gnutls_transport_set_pull_function (self->tls, session_pull);
  gnutls_transport_set_pull_timeout_function (self->tls, session_pull_timeout);
  gnutls_dtls_set_mtu (self->tls, mtu);
  gnutls_dtls_set_timeouts (self->tls, 0, SESSION_TOTAL_TIMEOUT_FIRST_MS);
  /* After a cookie both ends count from one. */
  if (first_message > 0)
    gnutls_dtls_prestate_set (self->tls, &prestate);
}

DtlsSession *
dtls_session_new (const DtlsConfig * config, guint16 first_message,
    const DtlsSessionHooks * hooks, gpointer user_data, GError ** error)
{
  g_autoptr (DtlsSession) self = g_new0 (DtlsSession, 1);
  int ret;

  self->hooks = hooks;
  self->user_data = user_data;
  self->certificate = dtls_certificate_ref (config->certificate);
  self->profiles = config->profiles;
  self->is_client = config->role == DTLS_ROLE_CLIENT;
  self->mtu = config->mtu;

  ret = gnutls_init (&self->tls, GNUTLS_DATAGRAM | GNUTLS_NONBLOCK
      | GNUTLS_NO_TICKETS | (self->is_client ? GNUTLS_CLIENT : GNUTLS_SERVER));
  if (ret >= 0)
    ret = gnutls_credentials_set (self->tls, GNUTLS_CRD_CERTIFICATE,
        dtls_certificate_get_credentials (self->certificate));
  if (ret < 0) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("GnuTLS could not make a session: %s."), gnutls_strerror (ret));
    return NULL;
  }
  if (!session_set_priority (self, config->priority, error))
    return NULL;
  if (!self->is_client)
    gnutls_certificate_server_set_request (self->tls, GNUTLS_CERT_REQUIRE);
  gnutls_session_set_verify_function (self->tls, session_verify_peer);
  session_set_transport (self, config->mtu, first_message);
  session_set_profiles (self);
  return g_steal_pointer (&self);
}

void
dtls_session_free (DtlsSession * self)
{
  if (self->tls)
    gnutls_deinit (self->tls);
  dtls_certificate_unref (self->certificate);
  g_free (self);
}

/* Errors. */

GError *
dtls_session_alert_error (guint8 alert)
{
  const char *name = gnutls_alert_get_name ((gnutls_alert_description_t) alert);

  return g_error_new (DTLS_ERROR, DTLS_ERROR_ALERT,
      _("The peer ended the association with the alert \"%s\" (%u)."),
      name ? name : _("unknown"), alert);
}

static void
session_set_profile_error (GError ** error)
{
  g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_NO_COMMON_PROFILE,
      _("The peer and this end have no SRTP protection profile in common. "
          "Compare the lists of both ends; a peer that only carries data "
          "offers none."));
}

static DtlsSessionResult
session_fail (DtlsSession * self, int ret, GError ** error)
{
  if (self->no_common_profile)
    session_set_profile_error (error);
  else if (self->peer_refused)
    g_propagate_error (error, dtls_verification_mismatch_error ());
  else if (ret == GNUTLS_E_FATAL_ALERT_RECEIVED)
    g_propagate_error (error,
        dtls_session_alert_error (gnutls_alert_get (self->tls)));
  else if (ret == GNUTLS_E_NO_CERTIFICATE_FOUND
      || ret == GNUTLS_E_CERTIFICATE_REQUIRED
      || ret == GNUTLS_E_CERTIFICATE_ERROR)
    g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_NO_PEER_CERTIFICATE,
        _("The peer showed no certificate."));
  else
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_HANDSHAKE,
        _("The DTLS handshake failed: %s"), gnutls_strerror (ret));
  return DTLS_SESSION_FAILED;
}

/* What a complete handshake must have brought besides keys. */
static DtlsSessionResult
session_check_result (DtlsSession * self, GError ** error)
{
  gnutls_srtp_profile_t profile;

  if (!gnutls_session_ext_master_secret_status (self->tls)) {
    g_set_error_literal (error, DTLS_ERROR,
        DTLS_ERROR_NO_EXTENDED_MASTER_SECRET,
        _("The peer does not support the extended master secret "
            "(RFC 7627), without which the keys are not safe."));
    return DTLS_SESSION_FAILED;
  }
  if (!gnutls_certificate_get_peers (self->tls, NULL))
    return session_fail (self, GNUTLS_E_NO_CERTIFICATE_FOUND, error);
  if (self->profiles.count > 0
      && gnutls_srtp_get_selected_profile (self->tls, &profile) < 0) {
    session_set_profile_error (error);
    return DTLS_SESSION_FAILED;
  }
  return DTLS_SESSION_DONE;
}

/* Traffic. */

/* GNUTLS_E_AGAIN does not mean that there is nothing left to pull. Some calls
 * only throw away what an earlier one had pulled; a few in a row are no
 * endless loop. */
static gboolean
session_can_go_on (DtlsSession * self, int ret)
{
  if (self->pulled)
    self->idle_calls = 0;
  else
    self->idle_calls++;
  self->pulled = FALSE;
  return ret < 0 && !gnutls_error_is_fatal (ret)
      && self->idle_calls < SESSION_IDLE_CALLS_MAX
      && self->hooks->can_pull (self->user_data);
}

DtlsSessionResult
dtls_session_handshake (DtlsSession * self, GError ** error)
{
  int ret;

  do {
    ret = gnutls_handshake (self->tls);
    if (!self->stepped)
      gnutls_dtls_set_timeouts (self->tls, 0, SESSION_TOTAL_TIMEOUT_LATER_MS);
    self->stepped = TRUE;
  } while (session_can_go_on (self, ret));

  if (ret >= 0) {
    gnutls_dtls_set_mtu (self->tls, DTLS_DATA_MTU (self->mtu));
    return session_check_result (self, error);
  }
  if (!gnutls_error_is_fatal (ret))
    return DTLS_SESSION_AGAIN;
  return session_fail (self, ret, error);
}

/* Not gnutls_record_recv_packet(): GnuTLS 3.7 leaks what it discards there
 * when a peer attempts to renegotiate. */
DtlsSessionResult
dtls_session_receive (DtlsSession * self, GBytes ** data, GError ** error)
{
  guint8 buffer[SESSION_RECORD_MAX];
  ssize_t ret;

  do {
    ret = gnutls_record_recv (self->tls, buffer, sizeof buffer);
  } while (session_can_go_on (self, ret));

  if (ret > 0)
    *data = g_bytes_new (buffer, ret);
  if (ret > 0)
    return DTLS_SESSION_DONE;
  if (ret == 0)
    return DTLS_SESSION_CLOSED;
  if (!gnutls_error_is_fatal (ret))
    return DTLS_SESSION_AGAIN;
  return session_fail (self, ret, error);
}

gboolean
dtls_session_send (DtlsSession * self, const guint8 * data, gsize size,
    GError ** error)
{
  ssize_t ret = gnutls_record_send (self->tls, data, size);

  if (ret >= 0)
    return TRUE;
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
      _("GnuTLS could not encrypt a record: %s."), gnutls_strerror (ret));
  return FALSE;
}

void
dtls_session_send_close (DtlsSession * self)
{
  if (!self->close_sent)
    gnutls_bye (self->tls, GNUTLS_SHUT_WR);
  self->close_sent = TRUE;
}

void
dtls_session_send_failure_alert (DtlsSession * self, const GError * error)
{
  gnutls_alert_description_t alert = GNUTLS_A_HANDSHAKE_FAILURE;

  if (g_error_matches (error, DTLS_ERROR, DTLS_ERROR_ALERT))
    return;
  if (g_error_matches (error, DTLS_ERROR, DTLS_ERROR_FINGERPRINT_MISMATCH))
    alert = GNUTLS_A_BAD_CERTIFICATE;
  gnutls_alert_send (self->tls, GNUTLS_AL_FATAL, alert);
}

/* What came of it. */

gsize
dtls_session_get_data_size_max (DtlsSession * self)
{
  return gnutls_dtls_get_data_mtu (self->tls);
}

guint
dtls_session_get_discarded (DtlsSession * self)
{
  return gnutls_record_get_discarded (self->tls);
}

GBytes *
dtls_session_get_peer_certificate (DtlsSession * self)
{
  unsigned int n = 0;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (self->tls, &n);

  if (!chain || n == 0)
    return NULL;
  return g_bytes_new (chain[0].data, chain[0].size);
}

static const DtlsProfile *
session_get_profile (DtlsSession * self)
{
  gnutls_srtp_profile_t profile;

  if (gnutls_srtp_get_selected_profile (self->tls, &profile) < 0)
    return NULL;
  return dtls_profile_from_id ((guint16) profile);
}

/* The exporter's output is client key, server key, client salt, server salt;
 * a key of ours is key and salt of one side. */
static DtlsSecret *
session_cut_key (const DtlsProfile * profile, DtlsSecret * exported,
    gboolean of_client)
{
  DtlsSecret *key = dtls_secret_new (profile->key_size + profile->salt_size);
  const guint8 *from = dtls_secret_bytes (exported);
  gsize side = of_client ? 0 : 1;

  memcpy (dtls_secret_bytes (key), from + side * profile->key_size,
      profile->key_size);
  memcpy (dtls_secret_bytes (key) + profile->key_size,
      from + 2 * profile->key_size + side * profile->salt_size,
      profile->salt_size);
  return key;
}

DtlsSrtpKeys *
dtls_session_export_keys (DtlsSession * self, GError ** error)
{
  const DtlsProfile *profile = session_get_profile (self);
  g_autoptr (DtlsSecret) exported = NULL;
  int ret;

  if (!profile)
    return NULL;
  exported = dtls_secret_new (2 * (profile->key_size + profile->salt_size));
  ret = gnutls_prf_rfc5705 (self->tls, strlen (SESSION_EXPORTER_LABEL),
      SESSION_EXPORTER_LABEL, 0, NULL, dtls_secret_size (exported),
      (char *) dtls_secret_bytes (exported));
  if (ret < 0) {
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_RESOURCES,
        _("GnuTLS could not export the SRTP keys: %s."), gnutls_strerror (ret));
    return NULL;
  }
  return dtls_srtp_keys_new (profile,
      session_cut_key (profile, exported, self->is_client),
      session_cut_key (profile, exported, !self->is_client));
}

void
dtls_session_get_facts (DtlsSession * self, DtlsStats * stats)
{
  stats->version =
      gnutls_protocol_get_version (self->tls) == GNUTLS_DTLS1_2
      ? DTLS_VERSION_1_2 : 0;
  stats->cipher = gnutls_ciphersuite_get (self->tls);
  stats->group = gnutls_group_get_name (gnutls_group_get (self->tls));
  stats->profile = session_get_profile (self);
}
