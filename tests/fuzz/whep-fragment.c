/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Candidates that a stranger trickles, into an ICE agent.
 */
#include "config.h"

#include "targets.h"
#include "whep/whep-ice.h"

int
LLVMFuzzerTestOneInput (const guint8 * data, gsize size)
{
  static NiceAgent *agent;
  static guint stream_id;
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autofree gchar *ufrag = NULL;
  g_autofree gchar *pwd = NULL;
  g_auto (GStrv) lines = whep_ice_parse_fragment (text, &ufrag, &pwd);

  if (!agent)
    agent = whep_ice_agent_new (NULL, NULL, &stream_id);
  for (gchar ** line = lines; *line; line++) {
    g_autofree gchar *attribute = g_strconcat ("a=", *line, NULL);
    NiceCandidate *candidate =
        nice_agent_parse_remote_candidate_sdp (agent, stream_id, attribute);

    g_clear_pointer (&candidate, nice_candidate_free);
  }
  return 0;
}
