/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A server of WHIP for tests: it answers with GStreamer's webrtcbin, whose
 * SDP and ICE are none of ours, and counts what it can decrypt.
 *
 *   POST /whip     → 201      POST /moved    → 307 to /whip
 *   POST /away     → 307 to another origin
 *   POST /status/N → N, with a line of text
 */
#ifndef TEST_WHIP_SERVER_H
#define TEST_WHIP_SERVER_H

#include <gio/gio.h>
#include <gst/gst.h>

typedef struct _TestWhipServer TestWhipServer;

/** What an answer may have wrong. */
typedef enum
{
  TEST_WHIP_SOUND,
  TEST_WHIP_PASSIVE,            /* the server is the DTLS server */
  TEST_WHIP_NO_FINGERPRINT,
  TEST_WHIP_WRONG_FINGERPRINT,
  TEST_WHIP_NO_WAY,             /* ICE cannot succeed */
  TEST_WHIP_NO_LOCATION,
  TEST_WHIP_NO_SDP,
  TEST_WHIP_REJECTING,
  TEST_WHIP_SILENT,             /* no response at all */
  TEST_WHIP_LOSING,             /* loses packets of video, and wants them */
  TEST_WHIP_RESIGNED,           /* loses them, and makes do */
} TestWhipFault;

TestWhipServer *test_whip_server_new (TestWhipFault fault,
    const gchar * token);

/** test_whip_server_new_https: whose certificate is @identity. */
TestWhipServer *test_whip_server_new_https (GTlsCertificate * identity);

/** test_whip_server_new_at: where another one was. */
TestWhipServer *test_whip_server_new_at (guint port);

/** Returns: its TCP port. */
guint test_whip_server_port (TestWhipServer * self);

/** test_whip_server_refuse: each offer from now on; 0: none any more. */
void test_whip_server_refuse (TestWhipServer * self, guint status);

void test_whip_server_free (TestWhipServer * self);

/** test_whip_server_set_link: the Link of its answers; before any. */
void test_whip_server_set_link (TestWhipServer * self, const gchar * link);

/** Returns: (transfer full): "http://127.0.0.1:PORT" or https, + @path. */
gchar *test_whip_server_uri (TestWhipServer * self, const gchar * path);

/** test_whip_server_await: waits for @n packets of a kind, in all. */
void test_whip_server_await (TestWhipServer * self, const gchar * media,
    guint n);

/** test_whip_server_count: packets of a kind, so far. */
guint test_whip_server_count (TestWhipServer * self, const gchar * media);

/**
 * test_whip_server_losses:
 * @lost: (out): packets of video that were thrown away on arrival
 * @recovered: (out): those of them that came after all, in their place
 */
void test_whip_server_losses (TestWhipServer * self, guint * lost,
    guint * recovered);

/** test_whip_server_request_keyframe: has a PLI sent. */
void test_whip_server_request_keyframe (TestWhipServer * self);

/** test_whip_server_report_bitrate: says by REMB what it can receive. */
void test_whip_server_report_bitrate (TestWhipServer * self, guint bitrate);

/** test_whip_server_vanish: ends the session without a word to anybody. */
void test_whip_server_vanish (TestWhipServer * self);

/** test_whip_server_hang_up: sends close_notify. */
void test_whip_server_hang_up (TestWhipServer * self);

/** How many offers were answered, and how many sessions were DELETEd. */
guint test_whip_server_posts (TestWhipServer * self);
guint test_whip_server_deletes (TestWhipServer * self);

/** Whether there was an offer before the session of before was DELETEd. */
gboolean test_whip_server_overlapped (TestWhipServer * self);

/** Returns: (transfer full) (nullable): the last offer. */
gchar *test_whip_server_offer (TestWhipServer * self);

/** Whether a token was seen by the other origin that /away leads to. */
gboolean test_whip_server_leaked (TestWhipServer * self);

#endif
