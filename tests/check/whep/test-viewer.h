/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A viewer without a browser: it makes an offer, asks a whepsink over HTTP,
 * and counts the RTP packets that it can decrypt.
 */
#ifndef TEST_VIEWER_H
#define TEST_VIEWER_H

#include <gst/gst.h>

typedef struct _TestViewer TestViewer;

/** test_viewer_new: gathers candidates; nothing is asked for yet. */
TestViewer *test_viewer_new (void);
void test_viewer_free (TestViewer * self);

/**
 * test_viewer_get_offer:
 *
 * Returns: (transfer none): VP8 as 96 with retransmissions as 97, H.264 as
 * 102, Opus as 111. A test may replace it before it asks.
 */
const gchar *test_viewer_get_offer (TestViewer * self);
void test_viewer_take_offer (TestViewer * self, gchar * offer);

/**
 * test_viewer_ignore_answers:
 *
 * It connects to nothing any more. One agent is made for one peer: given the
 * addresses of many, libnice may end in an assertion.
 */
void test_viewer_ignore_answers (TestViewer * self);

/**
 * test_viewer_ask:
 *
 * POSTs the offer to a whepsink on 127.0.0.1.
 *
 * Returns: the HTTP status; with 201, connecting begins.
 */
guint test_viewer_ask (TestViewer * self, guint port);

/** Returns: (transfer none): path of its resource, after 201. */
const gchar *test_viewer_get_location (TestViewer * self);

/** Returns: (transfer none): the body of the response. */
const gchar *test_viewer_get_body (TestViewer * self);

/** test_viewer_leave: DELETEs its resource. Returns: the HTTP status. */
guint test_viewer_leave (TestViewer * self, guint port);

/** test_viewer_patch: Returns: the HTTP status of a PATCH. */
guint test_viewer_patch (TestViewer * self, guint port, const gchar * etag,
    const gchar * fragment);

/**
 * test_viewer_restart_ice:
 * @etag: of the If-Match
 *
 * Returns: the HTTP status; with 200, the new session is taken up.
 */
guint test_viewer_restart_ice (TestViewer * self, guint port,
    const gchar * etag);

/** test_viewer_await_way: waits until ICE is done. */
void test_viewer_await_way (TestViewer * self);

/** test_viewer_await: waits for @n packets of a payload type, in all. */
void test_viewer_await (TestViewer * self, guint payload_type, guint n);

/** test_viewer_count: how many packets of a payload type there were. */
guint test_viewer_count (TestViewer * self, guint payload_type);

/**
 * test_viewer_longest_gap:
 *
 * Returns: the longest step of RTP time between VP8 packets that followed each
 * other, at 90 kHz, since it was last asked.
 */
guint test_viewer_longest_gap (TestViewer * self);

/** test_viewer_freeze: answers nothing any more, ICE checks included. */
void test_viewer_freeze (TestViewer * self);

/** Whether the very first VP8 packet began a keyframe. */
gboolean test_viewer_began_with_keyframe (TestViewer * self);

/** test_viewer_request_keyframe: sends a PLI (RFC 4585). */
void test_viewer_request_keyframe (TestViewer * self);

/** test_viewer_request_again: sends a NACK for the last VP8 packet. */
void test_viewer_request_again (TestViewer * self);

/** test_viewer_get_key: Returns: (transfer full): an SRTP key and its salt. */
GstBuffer *test_viewer_get_key (TestViewer * self, gboolean of_server);

/** test_viewer_report_bitrate: sends a REMB with bits per second. */
void test_viewer_report_bitrate (TestViewer * self, guint bitrate);

/** test_viewer_close: sends close_notify and falls silent. */
void test_viewer_close (TestViewer * self);

#endif
