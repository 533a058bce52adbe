/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * GnuTLS makes and checks the cookies. All of one key are the same: an
 * association has one peer, and a client that begins anew before the request
 * comes for its first ClientHello can answer that with its second.
 */
#include "config.h"

#include "hello-cookie.h"

#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>

/* GnuTLS wants the client's address here, which is not known. */
static char everybody[] = "the peer";

struct _DtlsHelloCookie
{
  gnutls_datum_t key;
};

DtlsHelloCookie *
dtls_hello_cookie_new (void)
{
  DtlsHelloCookie *self = g_new0 (DtlsHelloCookie, 1);

  /* Without a key every check fails and nothing is requested. */
  gnutls_key_generate (&self->key, GNUTLS_COOKIE_KEY_SIZE);
  return self;
}

void
dtls_hello_cookie_free (DtlsHelloCookie * self)
{
  if (self->key.data)
    gnutls_memset (self->key.data, 0, self->key.size);
  gnutls_free (self->key.data);
  g_free (self);
}

gboolean
dtls_hello_cookie_check (DtlsHelloCookie * self, const DtlsRecord * hello)
{
  gnutls_dtls_prestate_st prestate = { 0 };
  const guint8 *random;
  DtlsFragment fragment;

  if (!dtls_record_is_client_hello (hello, &random)
      || !dtls_fragment_parse (hello->payload, hello->payload_size, &fragment)
      || fragment.sequence != 1)
    return FALSE;
  return gnutls_dtls_cookie_verify (&self->key, everybody, sizeof everybody,
      (void *) hello->bytes, hello->size, &prestate) >= 0;
}

static ssize_t
hello_cookie_push (gnutls_transport_ptr_t ptr, const void *data, size_t size)
{
  g_byte_array_append (ptr, data, size);
  return size;
}

GBytes *
dtls_hello_cookie_request (DtlsHelloCookie * self, const DtlsRecord * hello)
{
  gnutls_dtls_prestate_st prestate = { 0 };
  g_autoptr (GByteArray) request = g_byte_array_new ();
  const guint8 *random;

  if (!dtls_record_is_client_hello (hello, &random)
      || gnutls_dtls_cookie_send (&self->key, everybody, sizeof everybody,
          &prestate, request, hello_cookie_push) < 0)
    return NULL;
  /* RFC 6347 section 4.2.1: with the number of the record it answers. */
  dtls_record_set_sequence (request->data, hello->sequence);
  return g_byte_array_free_to_bytes (g_steal_pointer (&request));
}
