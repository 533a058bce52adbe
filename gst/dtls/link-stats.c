/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plain values in, one GstStructure out.
 */
#include "config.h"

#include "link-stats.h"

#include "enums.h"

#define STRUCTURE_NAME "application/x-dtls-stats"

static void
add_negotiated (GstStructure * structure, const DtlsStats * stats)
{
  if (stats->version) {
    gchar *version = g_strdup_printf ("%04X", stats->version);

    gst_structure_set (structure, "tls-version", G_TYPE_STRING, version, NULL);
    g_free (version);
  }
  if (stats->cipher)
    gst_structure_set (structure, "dtls-cipher", G_TYPE_STRING, stats->cipher,
        NULL);
  if (stats->group)
    gst_structure_set (structure, "tls-group", G_TYPE_STRING, stats->group,
        NULL);
  if (stats->profile)
    gst_structure_set (structure, "srtp-cipher", G_TYPE_STRING,
        stats->profile->name, NULL);
  if (stats->handshake_duration_us >= 0)
    gst_structure_set (structure, "handshake-duration", G_TYPE_UINT64,
        (guint64) stats->handshake_duration_us * 1000, NULL);
}

static void
add_dropped (GstStructure * structure, const DtlsStats * stats)
{
  GstStructure *dropped = gst_structure_new_empty ("dropped");
  guint i;

  for (i = 0; i < DTLS_N_DROP_CAUSES; i++)
    gst_structure_set (dropped, dtls_drop_cause_name (i), G_TYPE_UINT64,
        stats->dropped[i], NULL);
  gst_structure_set (structure, "dropped", GST_TYPE_STRUCTURE, dropped, NULL);
  gst_structure_free (dropped);
}

GstStructure *
dtls_link_stats_to_structure (const gchar * connection_id, DtlsState state,
    DtlsRole role, const DtlsStats * stats)
{
  GstStructure *structure = gst_structure_new (STRUCTURE_NAME,
      "connection-id", G_TYPE_STRING, connection_id,
      "dtls-state", G_TYPE_STRING, dtls_connection_state_get_nick (state),
      "dtls-role", G_TYPE_STRING,
      role == DTLS_ROLE_CLIENT ? "client" : "server",
      "verified", G_TYPE_BOOLEAN, stats->verified,
      "packets-sent", G_TYPE_UINT64, stats->datagrams_sent,
      "bytes-sent", G_TYPE_UINT64, stats->bytes_sent,
      "packets-received", G_TYPE_UINT64, stats->datagrams_received,
      "bytes-received", G_TYPE_UINT64, stats->bytes_received,
      "flights-resent", G_TYPE_UINT64, stats->flights_resent, NULL);

  add_negotiated (structure, stats);
  add_dropped (structure, stats);
  return structure;
}

GstStructure *
dtls_link_stats_new_empty (void)
{
  return gst_structure_new_empty (STRUCTURE_NAME);
}
