/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One publication by itself: what its server gets, how it ends, and that the
 * server is told of the end once, whatever state that finds it in.
 */
#include "config.h"

#include "whep/whip-session.h"

#include <string.h>

#include "packets.h"
#include "test-whip-server.h"
#include "whep/whip-client.h"

typedef struct
{
  GMainContext *context;
  GThreadPool *cleaners;
  GstClock *clock;
  TestWhipServer *server;
  WhipSession *session;
  GstCaps *caps;
  guint connected;
  guint keyframes;
  guint bitrates;
  guint ends;
  WhepEnd end;
  GError *error;
} Fixture;

static void
on_connected (WhipSession * session, gpointer user_data)
{
  ((Fixture *) user_data)->connected++;
}

static void
on_keyframe (WhipSession * session, guint input, gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpuint (input, ==, 0);
  f->keyframes++;
}

static void
on_bitrate (WhipSession * session, gpointer user_data)
{
  ((Fixture *) user_data)->bitrates++;
}

static void
on_ended (WhipSession * session, WhepEnd end, const GError * error,
    gpointer user_data)
{
  Fixture *f = user_data;

  f->ends++;
  f->end = end;
  f->error = error ? g_error_copy (error) : NULL;
}

static const WhipSessionFuncs funcs = {
  on_connected, on_keyframe, on_bitrate, on_ended
};

static void
setup (Fixture * f, gconstpointer fault)
{
  f->context = g_main_context_new ();
  g_main_context_push_thread_default (f->context);
  f->cleaners = g_thread_pool_new (whep_peer_clean, NULL, 1, FALSE, NULL);
  f->clock = gst_system_clock_obtain ();
  f->caps = packets_caps (0);
  f->server = test_whip_server_new (GPOINTER_TO_INT (fault), NULL);
}

static void
begin (Fixture * f, const gchar * path)
{
  g_autofree gchar *uri = test_whip_server_uri (f->server, path);
  g_autoptr (GUri) location = whip_client_parse_location (uri, NULL);
  WhepFormat format = whep_format_from_caps (f->caps);
  WhipSessionConfig config = {
    .peer = {.context = f->context,.cleaners = f->cleaners,
          .clock = f->clock,.ssrcs = test_ssrcs,
        .obtain_packetizer = packets_obtain,.connect_timeout_ms = 20000},
    .location = location,
  };
  GError *error = NULL;

  f->session = whip_session_new (&config, &format, 1, &funcs, f, &error);
  g_assert_no_error (error);
}

static void
await (Fixture * f, const guint * counter)
{
  while (*counter == 0)
    g_main_context_iteration (f->context, TRUE);
}

/* Its last reference is ours, once it has ended. */
static void
teardown (Fixture * f, gconstpointer fault)
{
  await (f, &f->ends);
  g_thread_pool_free (f->cleaners, FALSE, TRUE);
  g_object_add_weak_pointer (G_OBJECT (f->session), (gpointer *) & f->session);
  g_object_unref (f->session);
  while (f->session)
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpuint (f->ends, ==, 1);
  test_whip_server_free (f->server);
  gst_caps_unref (f->caps);
  gst_object_unref (f->clock);
  g_clear_error (&f->error);
  g_main_context_pop_thread_default (f->context);
  g_main_context_unref (f->context);
}

/* Until the server has had @n packets in all. */
static void
send_frames (Fixture * f, guint n)
{
  while (test_whip_server_count (f->server, "video") < n) {
    g_autoptr (GstBuffer) frame = packets_frame (FALSE);

    whip_session_push (f->session, 0, frame, f->caps);
    g_usleep (1000);
    while (g_main_context_iteration (f->context, FALSE));
  }
}

static void
assert_ended (Fixture * f, WhepEnd end, const gchar * word, guint deletes)
{
  await (f, &f->ends);
  g_assert_cmpint (f->end, ==, end);
  if (word)
    g_assert_nonnull (strstr (f->error->message, word));
  else
    g_assert_no_error (f->error);
  g_assert_cmpuint (test_whip_server_deletes (f->server), ==, deletes);
}

static void
test_publish (Fixture * f, gconstpointer fault)
{
  g_autoptr (GstBuffer) early = packets_frame (FALSE);

  begin (f, "/whip");
  whip_session_push (f->session, 0, early, f->caps);
  await (f, &f->connected);
  await (f, &f->keyframes);
  g_assert_cmpuint (test_whip_server_count (f->server, "video"), ==, 0);
  send_frames (f, 5);
  whip_session_end (f->session, WHEP_END_EOS);
  whip_session_end (f->session, WHEP_END_ERROR);
  assert_ended (f, WHEP_END_EOS, NULL, 1);
  g_assert_cmpuint (f->connected, ==, 1);
  g_assert_cmpuint (test_whip_server_posts (f->server), ==, 1);
}

static void
test_bitrate (Fixture * f, gconstpointer fault)
{
  begin (f, "/whip");
  await (f, &f->connected);
  send_frames (f, 1);
  g_assert_cmpuint (whip_session_get_bitrate (f->session), ==, 0);
  test_whip_server_report_bitrate (f->server, 512000);
  await (f, &f->bitrates);
  g_assert_cmpuint (whip_session_get_bitrate (f->session), ==, 512000);
  whip_session_end (f->session, WHEP_END_STOPPED);
}

static void
test_stats (Fixture * f, gconstpointer fault)
{
  gboolean connected = FALSE;

  begin (f, "/whip");
  await (f, &f->connected);
  g_autoptr (GstStructure) stats = whip_session_get_stats (f->session);
  g_assert_true (gst_structure_get_boolean (stats, "connected", &connected));
  g_assert_true (connected);
  whip_session_end (f->session, WHEP_END_STOPPED);
}

/* Where gathering was faster, the offer is taken back. */
static void
test_end_at_once (Fixture * f, gconstpointer fault)
{
  begin (f, "/whip");
  whip_session_end (f->session, WHEP_END_STOPPED);
  await (f, &f->ends);
  assert_ended (f, WHEP_END_STOPPED, NULL, test_whip_server_posts (f->server));
  g_assert_cmpuint (f->connected, ==, 0);
}

static void
test_end_while_offering (Fixture * f, gconstpointer fault)
{
  begin (f, "/whip");
  while (test_whip_server_posts (f->server) == 0)
    g_main_context_iteration (f->context, FALSE);
  whip_session_end (f->session, WHEP_END_STOPPED);
  assert_ended (f, WHEP_END_STOPPED, NULL, 0);
}

static void
test_refused (Fixture * f, gconstpointer fault)
{
  begin (f, "/status/403");
  assert_ended (f, WHEP_END_ERROR, "403", 0);
  g_assert_error (f->error, WHEP_ERROR, WHEP_ERROR_FORBIDDEN);
  g_assert_cmpuint (f->connected, ==, 0);
}

/* The server believes in a session, so it is told. */
static void
test_useless_answer (Fixture * f, gconstpointer fault)
{
  begin (f, "/whip");
  assert_ended (f, WHEP_END_ERROR, "of no use", 1);
  g_assert_cmpuint (f->connected, ==, 0);
}

static void
test_other_certificate (Fixture * f, gconstpointer fault)
{
  begin (f, "/whip");
  assert_ended (f, WHEP_END_HANDSHAKE, "nothing is sent", 1);
  g_assert_cmpuint (f->connected, ==, 0);
}

static void
test_hang_up (Fixture * f, gconstpointer fault)
{
  begin (f, "/whip");
  await (f, &f->connected);
  send_frames (f, 1);
  test_whip_server_hang_up (f->server);
  assert_ended (f, WHEP_END_CLOSED, "has ended", 1);
}

/* A stream that becomes another one is no error. */
static void
test_other_format (Fixture * f, gconstpointer fault)
{
  begin (f, "/whip");
  await (f, &f->connected);
  whip_session_end (f->session, WHEP_END_FORMAT);
  assert_ended (f, WHEP_END_FORMAT, NULL, 0);
}

/* A relay that hears what is asked of it and says nothing. */
static GSocket *
listen_as_relay (guint16 * port)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string (g_getenv ("TEST_ADDRESS"), 0);
  g_autoptr (GSocketAddress) bound = NULL;
  GError *error = NULL;
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4,
      G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);

  g_assert_no_error (error);
  g_socket_bind (socket, address, TRUE, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (socket, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return socket;
}

/* An Allocate request (RFC 8656 section 17). */
#define ALLOCATE 0x0003

/* The relay of a Link is asked; the session does not wait for it. */
static void
test_relay (Fixture * f, gconstpointer fault)
{
  guint16 port;
  guint8 request[1500];
  g_autoptr (GSocket) relay = listen_as_relay (&port);
  g_autofree gchar *link = g_strdup_printf ("<turn:%s:%u>; "
      "rel=\"ice-server\"; username=\"u\"; credential=\"p\"",
      g_getenv ("TEST_ADDRESS"), port);

  test_whip_server_set_link (f->server, link);
  begin (f, "/whip");
  await (f, &f->connected);
  while (!(g_socket_condition_check (relay, G_IO_IN) & G_IO_IN))
    g_main_context_iteration (f->context, TRUE);
  g_assert_cmpint (g_socket_receive (relay, (gchar *) request, sizeof request,
          NULL, NULL), >=, 20);
  g_assert_cmpuint (GST_READ_UINT16_BE (request), ==, ALLOCATE);
  whip_session_end (f->session, WHEP_END_STOPPED);
}

static void
test_malformed_link (Fixture * f, gconstpointer fault)
{
  test_whip_server_set_link (f->server,
      "<turn:[>; rel=\"ice-server\"; credential=\"");
  begin (f, "/whip");
  await (f, &f->connected);
  whip_session_end (f->session, WHEP_END_STOPPED);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fault, func) \
  g_test_add ("/whip/session/" name, Fixture, GINT_TO_POINTER (fault), setup, \
      func, teardown)
  ADD ("publish", TEST_WHIP_SOUND, test_publish);
  ADD ("bitrate", TEST_WHIP_SOUND, test_bitrate);
  ADD ("stats", TEST_WHIP_SOUND, test_stats);
  ADD ("end-at-once", TEST_WHIP_SOUND, test_end_at_once);
  ADD ("end-while-offering", TEST_WHIP_SILENT, test_end_while_offering);
  ADD ("refused", TEST_WHIP_SOUND, test_refused);
  ADD ("useless-answer", TEST_WHIP_NO_FINGERPRINT, test_useless_answer);
  ADD ("other-certificate", TEST_WHIP_WRONG_FINGERPRINT,
      test_other_certificate);
  ADD ("hang-up", TEST_WHIP_SOUND, test_hang_up);
  ADD ("other-format", TEST_WHIP_NO_LOCATION, test_other_format);
  ADD ("relay", TEST_WHIP_SOUND, test_relay);
  ADD ("malformed-link", TEST_WHIP_SOUND, test_malformed_link);
#undef ADD
  return g_test_run ();
}
