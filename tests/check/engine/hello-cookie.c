/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A cookie fits one key.
 */
#include "config.h"

#include "engine/hello-cookie.h"

#include <string.h>

#define RECORD_SEQUENCE 3

/* A ClientHello as far as the cookie; no more is needed of it. */
static DtlsRecord
make_hello (guint8 * bytes, guint8 random, guint16 number,
    const guint8 * cookie, guint8 cookie_size)
{
  guint8 *message = bytes + DTLS_RECORD_HEADER_SIZE;
  guint8 *body = message + DTLS_HANDSHAKE_HEADER_SIZE;
  guint32 size = 2 + DTLS_RANDOM_SIZE + 1 + 1 + cookie_size + 10;
  DtlsRecord record;

  memset (bytes, 0, 256);
  body[0] = 0xFE;
  body[1] = 0xFD;
  memset (body + 2, random, DTLS_RANDOM_SIZE);
  body[3 + DTLS_RANDOM_SIZE] = cookie_size;
  if (cookie_size)
    memcpy (body + 4 + DTLS_RANDOM_SIZE, cookie, cookie_size);
  dtls_fragment_write_header (message, DTLS_HANDSHAKE_CLIENT_HELLO, size,
      number, 0, size);
  dtls_record_write_header (bytes, DTLS_CONTENT_HANDSHAKE, 0, RECORD_SEQUENCE,
      DTLS_HANDSHAKE_HEADER_SIZE + size);
  g_assert_true (dtls_record_parse (bytes, 256, &record));
  return record;
}

/* Asks for a cookie and returns it. */
static gsize
request_cookie (DtlsHelloCookie * self, guint8 random, guint8 * cookie)
{
  guint8 bytes[256];
  DtlsRecord hello = make_hello (bytes, random, 0, NULL, 0);
  g_autoptr (GBytes) request = NULL;
  DtlsRecord record;
  DtlsFragment fragment;

  g_assert_false (dtls_hello_cookie_check (self, &hello));
  request = dtls_hello_cookie_request (self, &hello);
  g_assert_nonnull (request);
  g_assert_true (dtls_record_parse (g_bytes_get_data (request, NULL),
          g_bytes_get_size (request), &record));
  g_assert_cmpuint (record.size, ==, g_bytes_get_size (request));
  g_assert_cmpuint (record.sequence, ==, RECORD_SEQUENCE);
  g_assert_true (dtls_fragment_parse (record.payload, record.payload_size,
          &fragment));
  g_assert_cmpuint (fragment.type, ==, DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST);
  g_assert_cmpuint (fragment.body[2], ==, fragment.size - 3);
  memcpy (cookie, fragment.body + 3, fragment.body[2]);
  return fragment.body[2];
}

static void
test_round_trip (void)
{
  g_autoptr (DtlsHelloCookie) self = dtls_hello_cookie_new ();
  g_autoptr (DtlsHelloCookie) other = dtls_hello_cookie_new ();
  guint8 cookie[255], bytes[256];
  gsize size = request_cookie (self, 7, cookie);
  DtlsRecord hello = make_hello (bytes, 7, 1, cookie, size);

  g_assert_true (dtls_hello_cookie_check (self, &hello));
  g_assert_false (dtls_hello_cookie_check (other, &hello));
}

/* The client has begun anew before the request came. */
static void
test_of_an_earlier_hello (void)
{
  g_autoptr (DtlsHelloCookie) self = dtls_hello_cookie_new ();
  guint8 cookie[255], bytes[256];
  gsize size = request_cookie (self, 7, cookie);
  DtlsRecord hello = make_hello (bytes, 8, 1, cookie, size);

  g_assert_true (dtls_hello_cookie_check (self, &hello));
}

static void
test_wrong_cookies (void)
{
  g_autoptr (DtlsHelloCookie) self = dtls_hello_cookie_new ();
  guint8 cookie[255], bytes[256];
  gsize size = request_cookie (self, 7, cookie);
  DtlsRecord hello;

  /* An old message number, cut, changed. */
  hello = make_hello (bytes, 7, 0, cookie, size);
  g_assert_false (dtls_hello_cookie_check (self, &hello));
  hello = make_hello (bytes, 7, 1, cookie, size - 1);
  g_assert_false (dtls_hello_cookie_check (self, &hello));
  cookie[0] ^= 1;
  hello = make_hello (bytes, 7, 1, cookie, size);
  g_assert_false (dtls_hello_cookie_check (self, &hello));
}

static void
test_other_records (void)
{
  g_autoptr (DtlsHelloCookie) self = dtls_hello_cookie_new ();
  guint8 bytes[256];
  DtlsRecord record = make_hello (bytes, 7, 1, NULL, 0);

  record.type = DTLS_CONTENT_ALERT;
  g_assert_false (dtls_hello_cookie_check (self, &record));
  g_assert_null (dtls_hello_cookie_request (self, &record));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hello-cookie/round-trip", test_round_trip);
  g_test_add_func ("/hello-cookie/of-an-earlier-hello",
      test_of_an_earlier_hello);
  g_test_add_func ("/hello-cookie/wrong-cookies", test_wrong_cookies);
  g_test_add_func ("/hello-cookie/other-records", test_other_records);
  return g_test_run ();
}
