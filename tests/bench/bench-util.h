/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the benchmarks of elements share: peers made of two elements by
 * factory name, and what the kernel says about this process. The benchmarks
 * know no plugin; whichever the environment lets GStreamer find is measured.
 */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * BenchPeer:
 *
 * One end of an association: dtlssrtpenc and dtlssrtpdec under one
 * connection-id, inside a pipeline.
 */
typedef struct
{
  GstElement *enc;
  GstElement *dec;
  GstPad *rtp_sink;             /* (nullable): of @enc */
} BenchPeer;

/** CPU time of the process so far, user and system, all threads. */
gint64 bench_cpu_us (void);

/** A number of /proc/self/status, such as "Threads" or "VmRSS" (in kB). */
guint64 bench_proc_status (const gchar * name);

/** Prints "name value unit" on a line of its own. */
void bench_print (const gchar * name, gdouble value, const gchar * unit);

/** Prints "plugin" and the file that has the DTLS elements. */
void bench_print_plugin (void);

/** Makes an element, or ends the program saying which one is missing. */
GstElement *bench_make (const gchar * factory);

/** Sets a property if the element has it. */
void bench_set (GstElement * element, const gchar * name,
    const gchar * value);

/**
 * bench_peer_open:
 * @profiles: (nullable): value of srtp-profiles, where there is one
 *
 * Makes the elements and puts them into @bin, without linking them.
 */
void bench_peer_open (BenchPeer * peer, GstElement * bin,
    const gchar * connection_id, gboolean is_client, const gchar * profiles);

/** Requests the RTP pad and sends the events a stream begins with. */
void bench_peer_start_rtp (BenchPeer * peer);

/** Links what each end sends to what the other receives. */
void bench_peers_link (BenchPeer * a, BenchPeer * b);

/** Returns: whether the association of @peer is connected at this moment. */
gboolean bench_peer_is_connected (BenchPeer * peer);

/** Shuts @element down and takes it out of its bin. */
void bench_remove (GstElement * element);

/** Shuts the elements down and takes them out of their bin. */
void bench_peer_close (BenchPeer * peer);

/** Events that begin an RTP stream, on a source pad or into a sink pad. */
void bench_send_stream_start (GstPad * sink_pad, const gchar * caps);

#define BENCH_RTP_CAPS "application/x-rtp, media=video, clock-rate=90000, " \
    "encoding-name=VP8, payload=96, ssrc=(uint)16909060"

G_END_DECLS

#endif
