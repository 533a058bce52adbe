/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What strangers do to a whepsink while an honest viewer watches: each of them
 * gets a status with one line of text, the picture never stops, and nothing is
 * left of them.
 */
#include "config.h"

#include <libsoup/soup.h>
#include <malloc.h>
#include <string.h>

#include "../lib/patience.h"
#include "test-sink.h"

#define VP8 96
/* RTP time; the stream has 30 pictures a second. */
#define PICTURE 3000

#define STREAM "videotestsrc is-live=true ! " \
  "video/x-raw,format=I420,width=64,height=48,framerate=30/1 ! " \
  "vp8enc deadline=1 keyframe-max-dist=9999 ! sink."

/* How much more memory there may be is what malloc keeps of a thread that was
 * there for a moment; a sanitizer finds what is lost. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define OFFERS 60
#define MEMORY_MAX G_MAXSIZE
#else
#define OFFERS 1000
#define MEMORY_MAX (4 * 1024 * 1024)
#endif

#define OFFERS_PER_MINUTE 100

/* What the process holds at a moment. */
typedef struct
{
  guint descriptors;
  guint threads;
  gsize memory;
} Holdings;

typedef struct
{
  TestSink *sink;
  TestViewer *honest;
  SoupSession *session;
  gchar *offer;                 /* sound, of nobody who could connect */
  gchar *body;                  /* of the last response */
  gchar *location;              /* likewise */
} Fixture;

static guint
count_entries (const gchar * path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static Holdings
holdings (void)
{
  g_thread_pool_stop_unused_threads ();
  malloc_trim (0);
  Holdings now = {
    count_entries ("/proc/self/fd"), count_entries ("/proc/self/task"),
    mallinfo2 ().uordblks
  };
  return now;
}

/* Threads and descriptors return to what they were; memory nearly. Legs and
 * idle threads may take a moment to go. */
static void
assert_returned (const Holdings * before)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  Holdings now = holdings ();

  while (now.descriptors > before->descriptors || now.threads > before->threads) {
    if (g_get_monotonic_time () > until_us)
      g_error ("%u descriptors and %u threads instead of %u and %u",
          now.descriptors, now.threads, before->descriptors, before->threads);
    g_usleep (10000);
    now = holdings ();
  }
  g_test_message ("%" G_GSSIZE_FORMAT " kB more memory",
      (gssize) (now.memory - before->memory) / 1024);
  if (now.memory > before->memory)
    g_assert_cmpuint (now.memory - before->memory, <=, MEMORY_MAX);
}

/* Measured in the stream's own pictures: it came further, none of them long
 * after the one before. */
static void
assert_picture_goes_on (Fixture * f)
{
  test_viewer_await (f->honest, VP8, test_viewer_count (f->honest, VP8) + 10);
  guint gap = test_viewer_longest_gap (f->honest);
  g_test_message ("longest step: %u pictures", gap / PICTURE);
  g_assert_cmpuint (gap, <=, 30 * PICTURE);
}

static void
setup (Fixture * f, gconstpointer options)
{
  g_autofree gchar *line = g_strdup_printf ("whepsink name=sink port=0 %s %s",
      (const gchar *) options, STREAM);
  TestViewer *stranger;

  f->sink = test_sink_start (line);
  f->honest = test_sink_add_viewer (f->sink);
  f->session = soup_session_new_with_options ("timeout", 60, NULL);
  test_viewer_await (f->honest, VP8, 10);
  g_object_set (f->sink->sink, "connect-timeout", 200u, NULL);
  /* Nobody reads the messages about who comes and goes. */
  g_autoptr (GstBus) bus = gst_element_get_bus (f->sink->pipeline);
  gst_bus_set_flushing (bus, TRUE);
  test_viewer_longest_gap (f->honest);
  stranger = test_viewer_new ();
  f->offer = g_strdup (test_viewer_get_offer (stranger));
  test_viewer_free (stranger);
}

static void
teardown (Fixture * f, gconstpointer options)
{
  assert_picture_goes_on (f);
  g_assert_cmpuint (test_viewer_leave (f->honest, f->sink->port), ==, 200);
  test_viewer_free (f->honest);
  test_sink_stop (f->sink);
  g_object_unref (f->session);
  g_free (f->offer);
  g_free (f->body);
  g_free (f->location);
}

/* Returns: the status. Every refusal is one line of text. */
static guint
request (Fixture * f, const gchar * method, const gchar * path,
    const gchar * type, const gchar * body, gsize size)
{
  g_autofree gchar *uri = g_strdup_printf ("http://127.0.0.1:%u%s",
      f->sink->port, path);
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);
  g_autoptr (GBytes) bytes = g_bytes_new (body, size);
  g_autoptr (GError) error = NULL;

  if (body)
    soup_message_set_request_body_from_bytes (message, type, bytes);
  g_autoptr (GBytes) response =
      soup_session_send_and_read (f->session, message, NULL, &error);
  g_assert_no_error (error);
  guint status = soup_message_get_status (message);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  g_free (f->body);
  f->body = g_strndup (g_bytes_get_data (response, NULL),
      g_bytes_get_size (response));
  g_free (f->location);
  f->location = g_strdup (soup_message_headers_get_one (headers, "Location"));
  if (status >= 400) {
    g_assert_cmpint (strlen (f->body), >, 10);
    g_assert_true (strchr (f->body, '\n') == f->body + strlen (f->body) - 1);
  }
  return status;
}

static guint
offer (Fixture * f, const gchar * text, gsize size)
{
  return request (f, "POST", "/whep", "application/sdp", text, size);
}

/* Offers until @n more have been accepted, however often they are not. */
static void
be_accepted (Fixture * f, guint n)
{
  guint accepted = 0, full = 0;

  while (accepted < n) {
    guint status = offer (f, f->offer, strlen (f->offer));

    if (status == 201) {
      accepted++;
    } else {
      g_assert_cmpuint (status, ==, 503);
      full++;
      g_usleep (1000);
    }
  }
  g_test_message ("%u were accepted, %u refused", accepted, full);
}

/* In waves: as many as there may be, who are gone before the next ones. */
static void
test_offers_that_never_connect (Fixture * f, gconstpointer options)
{
  be_accepted (f, OFFERS / 10);
  test_sink_await_removed (f->sink, OFFERS / 10, " unreachable");
  Holdings before = holdings ();

  gint64 start_us = g_get_monotonic_time ();
  be_accepted (f, OFFERS);
  g_test_message ("%" G_GINT64_FORMAT " us an offer",
      (g_get_monotonic_time () - start_us) / OFFERS);
  test_sink_await_removed (f->sink, OFFERS / 10 + OFFERS, " unreachable");
  assert_returned (&before);
}

/* The honest viewer asked once or more while the stream started, and a minute
 * may end meanwhile. */
static void
test_too_many_offers (Fixture * f, gconstpointer options)
{
  guint status = 0, looked_at = 0;

  for (; status != 429; looked_at++) {
    status = offer (f, f->offer, strlen (f->offer));
    g_assert_true (status == 201 || status == 503 || status == 429);
    g_assert_cmpuint (looked_at, <=, 2 * OFFERS_PER_MINUTE);
  }
  for (guint i = 0; i < OFFERS; i++)
    g_assert_cmpuint (offer (f, "v=0", 3), ==, 429);
}

static void
test_full_house (Fixture * f, gconstpointer options)
{
  guint full = 0;

  g_object_set (f->sink->sink, "connect-timeout", 60000u, NULL);
  for (guint i = 0; i < OFFERS; i++)
    full += offer (f, f->offer, strlen (f->offer)) == 503;
  g_assert_cmpuint (full, ==, OFFERS - 4);
  g_assert_cmpuint (test_sink_stat (f->sink, "viewers"), ==, 5);
}

/* Returns: (transfer full): the offer, made @size bytes long by a line. */
static gchar *
padded_offer (Fixture * f, gsize size)
{
  gsize length = strlen (f->offer) + strlen ("a=x:\r\n");
  g_autofree gchar *padding = g_strnfill (size - length, 'x');

  return g_strconcat (f->offer, "a=x:", padding, "\r\n", NULL);
}

/* Returns: (transfer full): @line so often that it fills 60 kB. */
static gchar *
repeated (const gchar * start, const gchar * line)
{
  GString *text = g_string_new (start);

  while (text->len < 60000)
    g_string_append (text, line);
  return g_string_free (text, FALSE);
}

static void
check_nonsense (Fixture * f, const gchar * start, const gchar * line,
    guint expected)
{
  g_autofree gchar *text = repeated (start, line);

  g_assert_cmpuint (offer (f, text, strlen (text)), ==, expected);
}

static void
test_nonsense (Fixture * f, gconstpointer options)
{
  g_autofree gchar *largest = padded_offer (f, 65536);
  g_autofree gchar *too_large = padded_offer (f, 65537);
  g_autofree gchar *noise = g_malloc (65536);
  GRand *rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 65536; i++)
    noise[i] = g_rand_int (rand);
  g_rand_free (rand);
  be_accepted (f, 1);
  test_sink_await_removed (f->sink, 1, " unreachable");
  Holdings before = holdings ();
  for (guint i = 0; i < OFFERS / 20; i++) {
    const gchar *start = "v=0\r\n";

    g_assert_cmpuint (request (f, "POST", "/whep", "text/plain", f->offer,
            strlen (f->offer)), ==, 415);
    g_assert_cmpuint (request (f, "POST", "/whep", NULL, NULL, 0), ==, 415);
    g_assert_cmpuint (offer (f, "", 0), ==, 400);
    g_assert_cmpuint (offer (f, noise, 65536), ==, 400);
    g_assert_cmpuint (offer (f, too_large, 65537), ==, 413);
    check_nonsense (f, start, "m=a 9 U 0\r\n", 422);
    check_nonsense (f, start, "a=group:BUNDLE v\r\n", 400);
    check_nonsense (f, f->offer, "a=candidate:1 1 udp 1 x 9 typ host\r\n", 422);
    check_nonsense (f, f->offer, "a=rtpmap:96 VP8/90000\r\n", 422);
    check_nonsense (f, f->offer, "a=fmtp:96 \"\r\n", 422);
    check_nonsense (f, f->offer, "a=fingerprint:sha-256 AA\r\n", 422);
    check_nonsense (f, f->offer, "\r\n\r\n=", 201);
    g_assert_cmpuint (offer (f, largest, 65536), ==, 201);
  }
  test_sink_await_removed (f->sink, 1 + OFFERS / 20 * 2, " unreachable");
  assert_returned (&before);
}

static void
test_deletes (Fixture * f, gconstpointer options)
{
  g_autofree gchar *known = NULL;

  be_accepted (f, 1);
  known = g_strdup (f->location);
  g_assert_cmpuint (request (f, "DELETE", known, NULL, NULL, 0), ==, 200);
  test_sink_await_removed (f->sink, 1, " left");
  Holdings before = holdings ();
  for (guint i = 0; i < OFFERS; i++) {
    g_autofree gchar *other = g_strdup_printf ("/whep/%032x", i);

    g_assert_cmpuint (request (f, "DELETE", other, NULL, NULL, 0), ==, 404);
    g_assert_cmpuint (request (f, "DELETE", known, NULL, NULL, 0), ==, 404);
  }
  assert_returned (&before);
}

/* Returns: (transfer full): a connection that has sent half a request. */
static GSocketConnection *
dawdler_new (Fixture * f)
{
  const gchar *half = "POST /whep HTTP/1.1\r\nHost: 127.0.0.1\r\n"
      "Content-Type: application/sdp\r\nContent-Length: 60000\r\n\r\nv=0";
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", f->sink->port,
      NULL, &error);

  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM
          (connection)), half, strlen (half), NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

static void
assert_told_to_go (GSocketConnection * connection)
{
  gchar text[1000] = "";

  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM
          (connection)), text, sizeof text - 1, NULL, NULL, NULL);
  g_assert_true (g_str_has_prefix (text, "HTTP/1.1 503 "));
  g_assert_true (g_str_has_suffix (text, "connections.\n"));
}

/* More than there is room for, and still others are served. */
static void
test_slow_bodies (Fixture * f, gconstpointer options)
{
  g_autoptr (GPtrArray) dawdlers =
      g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GSocketConnection) first = NULL;

  be_accepted (f, 1);
  test_sink_await_removed (f->sink, 1, " unreachable");
  Holdings before = holdings ();
  first = dawdler_new (f);
  for (guint i = 0; i < 300; i++) {
    g_ptr_array_add (dawdlers, dawdler_new (f));
    if (i % 50 == 0)
      g_assert_cmpuint (request (f, "GET", "/", NULL, NULL, 0), ==, 200);
  }
  be_accepted (f, 1);
  assert_told_to_go (first);
  g_clear_object (&first);
  g_ptr_array_set_size (dawdlers, 0);
  test_sink_await_removed (f->sink, 2, " unreachable");
  assert_returned (&before);
}

/* Those whose network is gone keep their places until their reports are
 * missed, and trouble nobody. */
static void
test_viewers_that_fall_silent (Fixture * f, gconstpointer options)
{
  TestViewer *silent[3];

  be_accepted (f, 1);
  test_sink_await_removed (f->sink, 1, " unreachable");
  Holdings before = holdings ();
  g_object_set (f->sink->sink, "connect-timeout", 20000u, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++) {
    silent[i] = test_sink_add_viewer (f->sink);
    test_viewer_await (silent[i], VP8, 5);
  }
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    test_viewer_freeze (silent[i]);
  test_sink_await_removed (f->sink, 1 + G_N_ELEMENTS (silent), " silent");
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    test_viewer_free (silent[i]);
  g_assert_cmpuint (test_sink_stat (f->sink, "ended-silent"), ==,
      G_N_ELEMENTS (silent));
  assert_returned (&before);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, options, func) \
  g_test_add ("/whep/abuse/" name, Fixture, options, setup, func, teardown)
  ADD ("offers-that-never-connect", "max-viewers=50",
      test_offers_that_never_connect);
  ADD ("too-many-offers",
      "offers-per-minute=" G_STRINGIFY (OFFERS_PER_MINUTE),
      test_too_many_offers);
  ADD ("full-house", "max-viewers=5", test_full_house);
  ADD ("nonsense", "max-viewers=0", test_nonsense);
  ADD ("deletes", "max-viewers=50", test_deletes);
  ADD ("slow-bodies", "max-viewers=50", test_slow_bodies);
  ADD ("viewers-that-fall-silent", "max-viewers=50",
      test_viewers_that_fall_silent);
#undef ADD
  return g_test_run ();
}
