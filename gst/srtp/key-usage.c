/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two counters against two limits; see the header.
 */
#include "config.h"

#include "key-usage.h"

static gboolean
key_usage_reaches (const DtlsKeyUsage * self, guint64 reserve)
{
  return self->packets[DTLS_SRTP_RTP] >= DTLS_KEY_RTP_PACKETS_MAX - reserve ||
      self->packets[DTLS_SRTP_RTCP] >= DTLS_KEY_RTCP_PACKETS_MAX - reserve;
}

gboolean
dtls_key_usage_is_exhausted (const DtlsKeyUsage * self)
{
  return key_usage_reaches (self, 0);
}

gboolean
dtls_key_usage_is_nearly_exhausted (const DtlsKeyUsage * self)
{
  return key_usage_reaches (self, DTLS_KEY_PACKETS_RESERVE);
}
