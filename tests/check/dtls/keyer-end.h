/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One end of a stream for the tests of srtpkeyer: the element, its pads in
 * harnesses, and the link that it takes its keys from. Keys are given to the
 * link by hand, so no handshake is needed.
 */
#ifndef TEST_KEYER_END_H
#define TEST_KEYER_END_H

#include "media.h"

#define GCM DTLS_PROFILE_AEAD_AES_128_GCM

typedef struct
{
  GstElement *element;
  DtlsLink *link;
  GstHarness *rtp;              /* rtp_sink_0 to src */
  GstHarness *rtcp;             /* rtcp_sink_0 */
  GstHarness *net;              /* sink */
  GstHarness *rtp_out;          /* rtp_src */
  GstHarness *rtcp_out;         /* rtcp_src */
  gint stop;                    /* atomic, for a thread that pushes */
  GThread *thread;              /* that pushes */
} End;

/* A playing srtpkeyer with the connection-id @id. */
void end_open (End * self, const gchar * id);
void end_close (End * self);

/* Two of them, "a" and "b", with each other's keys. */
void end_open_keyed_pair (End * a, End * b);

/* A guint64 of the statistics of @side, "sent" or "received". */
guint64 end_count (End * self, const gchar * side, const gchar * inner,
    const gchar * name);

/* Carries what @from has sent to @to. */
void end_carry (End * from, End * to);

/* Returns: (transfer full): the RTP packet @seq as it leaves. */
GstBuffer *end_protect_rtp (End * self, guint16 seq);

/* Pushes @buffer, which is taken, from the network.
 * Returns: whether it came out, in the clear. */
gboolean end_takes (End * self, GstBuffer * buffer);

#endif
