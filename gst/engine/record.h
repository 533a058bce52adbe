/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The outside of DTLS records and of handshake messages in the clear
 * (RFC 6347 sections 4.1 and 4.2.2): bounds-checked reading, nothing else.
 */
#ifndef DTLS_RECORD_H
#define DTLS_RECORD_H

#include <glib.h>

G_BEGIN_DECLS

#define DTLS_RECORD_HEADER_SIZE 13
#define DTLS_RECORD_PAYLOAD_MAX (16384 + 2048)
#define DTLS_HANDSHAKE_HEADER_SIZE 12
#define DTLS_RANDOM_SIZE 32

#define DTLS_VERSION_1_0 0xFEFF
#define DTLS_VERSION_1_2 0xFEFD

/** ContentType, RFC 5246 section 6.2.1. */
enum
{
  DTLS_CONTENT_CHANGE_CIPHER_SPEC = 20,
  DTLS_CONTENT_ALERT = 21,
  DTLS_CONTENT_HANDSHAKE = 22,
  DTLS_CONTENT_APPLICATION_DATA = 23,
};

/** HandshakeType, RFC 5246 section 7.4 and RFC 6347 section 4.3.2. */
enum
{
  DTLS_HANDSHAKE_HELLO_REQUEST = 0,
  DTLS_HANDSHAKE_CLIENT_HELLO = 1,
  DTLS_HANDSHAKE_SERVER_HELLO = 2,
  DTLS_HANDSHAKE_HELLO_VERIFY_REQUEST = 3,
  DTLS_HANDSHAKE_CERTIFICATE = 11,
  DTLS_HANDSHAKE_SERVER_KEY_EXCHANGE = 12,
  DTLS_HANDSHAKE_CERTIFICATE_REQUEST = 13,
  DTLS_HANDSHAKE_SERVER_HELLO_DONE = 14,
  DTLS_HANDSHAKE_CERTIFICATE_VERIFY = 15,
  DTLS_HANDSHAKE_CLIENT_KEY_EXCHANGE = 16,
  DTLS_HANDSHAKE_FINISHED = 20,
  DTLS_HANDSHAKE_CERTIFICATE_STATUS = 22,
};

/**
 * DtlsRecord:
 * @bytes: the whole record, @size bytes, header included; borrowed
 * @payload: what follows the header, @payload_size bytes
 */
typedef struct
{
  guint8 type;
  guint16 version;
  guint16 epoch;
  guint64 sequence;
  const guint8 *bytes;
  gsize size;
  const guint8 *payload;
  gsize payload_size;
} DtlsRecord;

/**
 * dtls_record_parse:
 * @data: what is left of a datagram, @size bytes
 *
 * Returns: whether @data begins with a whole record of a lawful size.
 */
gboolean dtls_record_parse (const guint8 * data, gsize size,
    DtlsRecord * record);

/** dtls_record_set_sequence: writes a record number, 48 bits, in place. */
void dtls_record_set_sequence (guint8 * record, guint64 sequence);

/** dtls_record_write_header: the 13 bytes; version 1.2. */
void dtls_record_write_header (guint8 * out, guint8 type, guint16 epoch,
    guint64 sequence, guint16 payload_size);

/**
 * DtlsFragment:
 * @length: of the whole message's body, in bytes
 * @body: the fragment's bytes of it, @size of them from @offset on
 */
typedef struct
{
  guint8 type;
  guint32 length;
  guint16 sequence;
  guint32 offset;
  const guint8 *body;
  guint32 size;
} DtlsFragment;

/**
 * dtls_fragment_parse:
 *
 * Returns: whether @data begins with a whole handshake fragment that lies
 * within its message.
 */
gboolean dtls_fragment_parse (const guint8 * data, gsize size,
    DtlsFragment * fragment);

/** dtls_fragment_write_header: the 12 bytes of an unfragmented message. */
void dtls_fragment_write_header (guint8 * out, guint8 type, guint32 length,
    guint16 sequence, guint32 offset, guint32 size);

/**
 * dtls_record_is_client_hello:
 * @random: (out): points at the client's random, %DTLS_RANDOM_SIZE bytes
 *
 * Returns: whether @record begins a ClientHello in the clear.
 */
gboolean dtls_record_is_client_hello (const DtlsRecord * record,
    const guint8 ** random);

G_END_DECLS

#endif
