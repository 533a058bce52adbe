/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Packing, copies and their record numbers.
 */
#include "config.h"

#include "engine/flight.h"

#include <string.h>

static void
collect (gpointer user_data, GBytes * datagram)
{
  g_ptr_array_add (user_data, datagram);
}

static void
add_record (DtlsFlight * flight, guint8 type, guint16 epoch,
    const guint8 * payload, gsize size)
{
  guint8 bytes[1024];

  dtls_record_write_header (bytes, type, epoch, 999, size);
  memcpy (bytes + DTLS_RECORD_HEADER_SIZE, payload, size);
  dtls_flight_add (flight, bytes, DTLS_RECORD_HEADER_SIZE + size);
}

static void
add_message (DtlsFlight * flight, guint16 number, guint32 size)
{
  guint8 message[1000] = { 0 };

  dtls_fragment_write_header (message, 11, size, number, 0, size);
  add_record (flight, DTLS_CONTENT_HANDSHAKE, 0, message,
      DTLS_HANDSHAKE_HEADER_SIZE + size);
}

static void
add_final (DtlsFlight * flight)
{
  guint8 payload[40] = { 1 };

  add_record (flight, DTLS_CONTENT_CHANGE_CIPHER_SPEC, 0, payload, 1);
  add_record (flight, DTLS_CONTENT_HANDSHAKE, 1, payload, 40);
}

/* Returns: "number@epoch" of all records, "|" between datagrams. */
static gchar *
describe (GPtrArray * datagrams)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < datagrams->len; i++) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagrams->pdata[i], &size);
    DtlsRecord record;

    if (i > 0)
      g_string_append_c (text, '|');
    while (dtls_record_parse (data, size, &record)) {
      g_string_append_printf (text, " %" G_GUINT64_FORMAT "@%u",
          record.sequence, record.epoch);
      data += record.size;
      size -= record.size;
    }
    g_assert_cmpuint (size, ==, 0);
  }
  g_ptr_array_set_size (datagrams, 0);
  return g_string_free (text, FALSE);
}

static void
assert_sent (DtlsFlight * flight, GPtrArray * datagrams, const gchar * expected)
{
  g_autofree gchar *text = NULL;

  dtls_flight_flush (flight);
  text = describe (datagrams);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_packs_up_to_the_mtu (void)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_bytes_unref);
  g_autoptr (DtlsFlight) flight = dtls_flight_new (250, 0, collect, sent);

  for (guint i = 0; i < 5; i++)
    add_message (flight, i, 75);        /* 100 bytes each */
  for (guint i = 0; i < sent->len; i++)
    g_assert_cmpuint (g_bytes_get_size (sent->pdata[i]), <=, 250);
  assert_sent (flight, sent, " 0@0 1@0| 2@0 3@0| 4@0");
  assert_sent (flight, sent, "");
}

static void
test_large_record_goes_alone (void)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_bytes_unref);
  g_autoptr (DtlsFlight) flight = dtls_flight_new (250, 0, collect, sent);

  add_message (flight, 0, 10);
  add_message (flight, 1, 500);
  add_message (flight, 2, 10);
  assert_sent (flight, sent, " 0@0| 1@0| 2@0");
}

static void
test_copies_have_new_numbers (void)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_bytes_unref);
  g_autoptr (DtlsFlight) flight = dtls_flight_new (1200, 5, collect, sent);

  add_message (flight, 0, 10);
  add_message (flight, 1, 10);
  add_final (flight);
  assert_sent (flight, sent, " 5@0 6@0 7@0 999@1");
  g_assert_true (dtls_flight_repeat (flight));
  assert_sent (flight, sent, " 8@0 9@0 10@0 999@1");
}

static void
test_library_copies_need_permission (void)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_bytes_unref);
  g_autoptr (DtlsFlight) flight = dtls_flight_new (1200, 0, collect, sent);
  DtlsFlightNews news;

  add_message (flight, 0, 10);
  add_final (flight);
  news = dtls_flight_take_news (flight);
  g_assert_true (news.fresh && !news.repeated);
  assert_sent (flight, sent, " 0@0 1@0 999@1");

  add_message (flight, 0, 10);
  add_final (flight);
  news = dtls_flight_take_news (flight);
  g_assert_true (!news.fresh && !news.repeated);
  assert_sent (flight, sent, "");

  dtls_flight_allow_repeats (flight, TRUE);
  add_message (flight, 0, 10);
  add_final (flight);
  news = dtls_flight_take_news (flight);
  g_assert_true (!news.fresh && news.repeated);
  assert_sent (flight, sent, " 2@0 3@0 999@1");
}

static void
test_new_flight_replaces_the_old (void)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_bytes_unref);
  g_autoptr (DtlsFlight) flight = dtls_flight_new (1200, 0, collect, sent);

  add_message (flight, 0, 10);
  dtls_flight_end (flight);
  add_message (flight, 1, 10);
  add_message (flight, 2, 10);
  assert_sent (flight, sent, " 0@0 1@0 2@0");
  g_assert_true (dtls_flight_repeat (flight));
  assert_sent (flight, sent, " 3@0 4@0");
  dtls_flight_forget (flight);
  g_assert_false (dtls_flight_repeat (flight));
}

static void
test_data_and_alerts_are_no_flight (void)
{
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func (
      (GDestroyNotify) g_bytes_unref);
  g_autoptr (DtlsFlight) flight = dtls_flight_new (1200, 0, collect, sent);
  const guint8 payload[30] = { 0 };

  add_record (flight, DTLS_CONTENT_APPLICATION_DATA, 1, payload, 30);
  add_record (flight, DTLS_CONTENT_ALERT, 0, payload, 2);
  add_record (flight, DTLS_CONTENT_APPLICATION_DATA, 1, payload, 30);
  assert_sent (flight, sent, " 999@1 0@0 999@1");
  g_assert_false (dtls_flight_repeat (flight));
  g_assert_false (dtls_flight_take_news (flight).fresh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func ("/flight/" name, func)
  TEST ("packs-up-to-the-mtu", test_packs_up_to_the_mtu);
  TEST ("large-record-goes-alone", test_large_record_goes_alone);
  TEST ("copies-have-new-numbers", test_copies_have_new_numbers);
  TEST ("library-copies-need-permission", test_library_copies_need_permission);
  TEST ("new-flight-replaces-the-old", test_new_flight_replaces_the_old);
  TEST ("data-and-alerts-are-no-flight", test_data_and_alerts_are_no_flight);
#undef TEST
  return g_test_run ();
}
