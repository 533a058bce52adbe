/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fingerprint values: lenient in form (case, separators, a line's prefix),
 * strict in content (every byte there, a hash function that is strong).
 */
#include "config.h"

#include "fingerprint.h"

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "error.h"
#include "log.h"

#define DIGEST_SIZE_MAX 64

/* The longest value, of sha-512, has 199 characters; what is longer than
 * this is not worth quoting back. */
#define VALUE_SIZE_MAX 256

typedef struct
{
  const gchar *name;            /* IANA hash function textual name */
  const gchar *openssl_name;
  gnutls_digest_algorithm_t algorithm;
  gsize size;
} HashInfo;

static const HashInfo hashes[] = {
  [DTLS_HASH_SHA_256] = {"sha-256", "sha256", GNUTLS_DIG_SHA256, 32},
  [DTLS_HASH_SHA_384] = {"sha-384", "sha384", GNUTLS_DIG_SHA384, 48},
  [DTLS_HASH_SHA_512] = {"sha-512", "sha512", GNUTLS_DIG_SHA512, 64},
};

/* Of the same registry, but too weak to tell one certificate from another. */
static const gchar *const weak_hashes[] = {
  "md2", "md5", "sha-1", "sha1", "sha-224", "sha224"
};

typedef struct
{
  DtlsHash hash;
  guint8 digest[DIGEST_SIZE_MAX];
} Fingerprint;

struct _DtlsFingerprints
{
  GArray *items;                /* of Fingerprint, at least one */
};

static gboolean
hash_der (DtlsHash hash, const guint8 * der, gsize der_size, guint8 * digest)
{
  return gnutls_hash_fast (hashes[hash].algorithm, der, der_size, digest)
      == GNUTLS_E_SUCCESS;
}

static void
append_value (GString * text, DtlsHash hash, const guint8 * digest)
{
  g_string_append_printf (text, "%s ", hashes[hash].name);
  for (gsize i = 0; i < hashes[hash].size; i++)
    g_string_append_printf (text, i ? ":%02X" : "%02X", digest[i]);
}

gchar *
dtls_fingerprint_format (const guint8 * der, gsize der_size, DtlsHash hash)
{
  guint8 digest[DIGEST_SIZE_MAX];
  GString *text;

  if (!hash_der (hash, der, der_size, digest)) {
    dtls_log (DTLS_LOG_WARNING, "GnuTLS has no %s", hashes[hash].name);
    return NULL;
  }
  text = g_string_new (NULL);
  append_value (text, hash, digest);
  return g_string_free (text, FALSE);
}

static gboolean
parse_hash (const gchar * name, DtlsHash * hash)
{
  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++) {
    if (g_ascii_strcasecmp (hashes[i].name, name) == 0
        || g_ascii_strcasecmp (hashes[i].openssl_name, name) == 0) {
      *hash = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_weak_hash (const gchar * name)
{
  for (guint i = 0; i < G_N_ELEMENTS (weak_hashes); i++) {
    if (g_ascii_strcasecmp (weak_hashes[i], name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* "AA:BB:…" of exactly @size bytes and nothing behind them */
static gboolean
parse_digest (const gchar * text, guint8 * digest, gsize size)
{
  if (strlen (text) != size * 3 - 1)
    return FALSE;

  for (gsize i = 0; i < size; i++) {
    const gchar *pair = text + i * 3;

    if (i > 0 && pair[-1] != ':')
      return FALSE;
    if (!g_ascii_isxdigit (pair[0]) || !g_ascii_isxdigit (pair[1]))
      return FALSE;
    digest[i] = g_ascii_xdigit_value (pair[0]) << 4
        | g_ascii_xdigit_value (pair[1]);
  }
  return TRUE;
}

static gchar *
skip_word (gchar * text, const gchar * word)
{
  gsize length = strlen (word);

  if (g_ascii_strncasecmp (text, word, length) == 0)
    text += length;
  return g_strchug (text);
}

static void
set_form_error (const gchar * value, GError ** error)
{
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT,
      _("\"%s\" is not a fingerprint. It is the name of a hash function, a "
          "space, and bytes in hexadecimal with colons between them, such as "
          "\"sha-256 1F:2E:...\"."), value);
}

static void
set_length_error (gsize size, GError ** error)
{
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT,
      _("A text of %u characters is too long to be a fingerprint."),
      (guint) size);
}

static void
set_hash_error (const gchar * name, GError ** error)
{
  if (is_weak_hash (name))
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT,
        _("The hash function \"%s\" is too weak for a fingerprint. Ask the "
            "peer for sha-256, sha-384 or sha-512."), name);
  else
    g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT,
        _("The hash function \"%s\" of the fingerprint is not known. Known "
            "are sha-256, sha-384 and sha-512."), name);
}

static void
set_digest_error (const gchar * value, DtlsHash hash, GError ** error)
{
  g_set_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT,
      _("The fingerprint \"%s\" does not have the %u bytes of %s, each two "
          "hexadecimal digits, with a colon between them."),
      value, (guint) hashes[hash].size, hashes[hash].name);
}

/* Takes @value apart in place; @shown is the whole of it, for errors. */
static gboolean
parse_value (gchar * value, const gchar * shown, Fingerprint * item,
    GError ** error)
{
  gchar *digest = strpbrk (value, " \t");

  if (digest == NULL) {
    set_form_error (shown, error);
    return FALSE;
  }
  *digest++ = '\0';
  if (!parse_hash (value, &item->hash)) {
    set_hash_error (value, error);
    return FALSE;
  }
  /* "sha256 Fingerprint=…", as openssl x509 -fingerprint prints it */
  digest = skip_word (g_strchug (digest), "Fingerprint=");
  if (!parse_digest (digest, item->digest, hashes[item->hash].size)) {
    set_digest_error (shown, item->hash, error);
    return FALSE;
  }
  return TRUE;
}

/* A value of a weak hash function. It is passed over beside stronger ones,
 * which would outweigh it in any case. */
static gboolean
is_weak_value (const gchar * value)
{
  g_autofree gchar *name = g_strndup (value, strcspn (value, " \t"));

  return is_weak_hash (name);
}

static gboolean
parse_values (gchar ** values, GArray * items, GError ** error)
{
  gchar *weak = NULL;

  for (gchar ** v = values; *v; v++) {
    gchar *value = skip_word (skip_word (g_strstrip (*v), "a="),
        "fingerprint:");
    g_autofree gchar *shown = g_strdup (value);
    Fingerprint item = { 0 };

    if (*value == '\0')
      continue;
    if (strlen (value) > VALUE_SIZE_MAX) {
      set_length_error (strlen (value), error);
      return FALSE;
    }
    if (is_weak_value (value)) {
      weak = value;
      continue;
    }
    if (!parse_value (value, shown, &item, error))
      return FALSE;
    g_array_append_val (items, item);
  }

  if (items->len > 0)
    return TRUE;
  if (weak) {
    Fingerprint item;

    return parse_value (weak, weak, &item, error);
  }
  g_set_error_literal (error, DTLS_ERROR, DTLS_ERROR_INVALID_FINGERPRINT,
      _("There is no fingerprint in an empty text."));
  return FALSE;
}

DtlsFingerprints *
dtls_fingerprints_parse (const gchar * text, GError ** error)
{
  g_autofree gchar *valid = g_utf8_make_valid (text ? text : "", -1);
  g_auto (GStrv) values = g_strsplit_set (valid, ",;\r\n", -1);
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (Fingerprint));
  DtlsFingerprints *fingerprints;

  if (!parse_values (values, items, error))
    return NULL;

  fingerprints = g_atomic_rc_box_new (DtlsFingerprints);
  fingerprints->items = g_steal_pointer (&items);
  return fingerprints;
}

DtlsFingerprints *
dtls_fingerprints_ref (DtlsFingerprints * fingerprints)
{
  return g_atomic_rc_box_acquire (fingerprints);
}

static void
fingerprints_clear (gpointer data)
{
  DtlsFingerprints *fingerprints = data;

  g_array_unref (fingerprints->items);
}

void
dtls_fingerprints_unref (DtlsFingerprints * fingerprints)
{
  g_atomic_rc_box_release_full (fingerprints, fingerprints_clear);
}

static const Fingerprint *
get_item (const DtlsFingerprints * fingerprints, guint i)
{
  return &g_array_index (fingerprints->items, Fingerprint, i);
}

gchar *
dtls_fingerprints_to_string (const DtlsFingerprints * fingerprints)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < fingerprints->items->len; i++) {
    const Fingerprint *item = get_item (fingerprints, i);

    if (i > 0)
      g_string_append (text, ", ");
    append_value (text, item->hash, item->digest);
  }
  return g_string_free (text, FALSE);
}

static DtlsHash
get_strongest_hash (const DtlsFingerprints * fingerprints)
{
  DtlsHash strongest = DTLS_HASH_SHA_256;

  for (guint i = 0; i < fingerprints->items->len; i++)
    strongest = MAX (strongest, get_item (fingerprints, i)->hash);
  return strongest;
}

gboolean
dtls_fingerprints_match (const DtlsFingerprints * fingerprints,
    const guint8 * der, gsize der_size)
{
  DtlsHash hash = get_strongest_hash (fingerprints);
  guint8 digest[DIGEST_SIZE_MAX];
  gboolean match = FALSE;

  if (!hash_der (hash, der, der_size, digest))
    return FALSE;
  for (guint i = 0; i < fingerprints->items->len; i++) {
    const Fingerprint *item = get_item (fingerprints, i);

    if (item->hash == hash
        && gnutls_memcmp (item->digest, digest, hashes[hash].size) == 0)
      match = TRUE;
  }
  return match;
}
