/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a whole pair of peers with every debug category at its highest level
 * and looks for their secrets in all that GStreamer shows of them: the log,
 * the dot files, caps, properties and bus messages. Looked for are the SRTP
 * keys of both directions and the private keys of both certificates, as bytes,
 * in hexadecimal and in base64. Planted secrets show that the search finds.
 */
#define _GNU_SOURCE             /* memmem() */
#include "config.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <gst/gst.h>
#include <string.h>

#include "dtls/association-link.h"
#include "dtls/elements.h"
#include "dtls/identity-file.h"
#include "engine/log.h"

#define WINDOW_SIZE 8
#define BASE64_GROUP_SIZE 12
#define TIMEOUT_US (30 * G_USEC_PER_SEC)

GST_DEBUG_CATEGORY_STATIC (secrets_debug);
#define GST_CAT_DEFAULT secrets_debug

/* ----- what is seen ----- */

static GMutex seen_lock;
static GString *seen;

static void
see (const gchar * what, const gchar * text)
{
  g_mutex_lock (&seen_lock);
  g_string_append_printf (seen, "%s: %s\n", what, text);
  g_mutex_unlock (&seen_lock);
}

static void
see_log (GstDebugCategory * category, GstDebugLevel level, const gchar * file,
    const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer user_data)
{
  g_autofree gchar *text = gst_debug_log_get_line (category, level, file,
      function, line, object, message);

  see ("log", text);
}

static void
see_engine_log (DtlsLogLevel level, const gchar * message)
{
  see ("engine", message);
}

static void
see_value (const gchar * name, const GValue * value)
{
  g_autofree gchar *contents = g_strdup_value_contents (value);
  g_autofree gchar *serialized = NULL;

  see (name, contents);
  if (G_VALUE_HOLDS_BOXED (value) && g_value_get_boxed (value) == NULL)
    return;
  serialized = gst_value_serialize (value);
  if (serialized)
    see (name, serialized);
}

/* Where the keys are on purpose, for who asks by export-keys. */
static gboolean
is_key_export (GParamSpec * pspec)
{
  return g_str_equal (pspec->name, "encoder-key")
      || g_str_equal (pspec->name, "decoder-key");
}

static void
see_properties (GObject * object)
{
  guint count;
  g_autofree GParamSpec **pspecs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &count);

  for (guint i = 0; i < count; i++) {
    GValue value = G_VALUE_INIT;

    if (!(pspecs[i]->flags & G_PARAM_READABLE) || is_key_export (pspecs[i]))
      continue;
    g_value_init (&value, pspecs[i]->value_type);
    g_object_get_property (object, pspecs[i]->name, &value);
    see_value (pspecs[i]->name, &value);
    g_value_unset (&value);
  }
}

static gboolean
see_sticky (GstPad * pad, GstEvent ** event, gpointer user_data)
{
  const GstStructure *structure = gst_event_get_structure (*event);
  g_autofree gchar *text =
      structure ? gst_structure_to_string (structure) : NULL;

  if (text)
    see ("sticky event", text);
  return TRUE;
}

static gboolean
see_pad (GstElement * element, GstPad * pad, gpointer user_data)
{
  see_properties (G_OBJECT (pad));
  gst_pad_sticky_events_foreach (pad, see_sticky, NULL);
  return TRUE;
}

static void
see_element (const GValue * item, gpointer user_data)
{
  GstElement *element = g_value_get_object (item);

  see_properties (G_OBJECT (element));
  gst_element_foreach_pad (element, see_pad, NULL);
}

static void
see_messages (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop (bus))) {
    const GstStructure *structure = gst_message_get_structure (message);
    g_autofree gchar *text =
        structure ? gst_structure_to_string (structure) : NULL;

    if (text)
      see ("message", text);
    gst_message_unref (message);
  }
}

static void
see_pipeline (GstElement * pipeline)
{
  g_autofree gchar *dot = gst_debug_bin_to_dot_data (GST_BIN (pipeline),
      GST_DEBUG_GRAPH_SHOW_ALL | GST_DEBUG_GRAPH_SHOW_FULL_PARAMS);
  GstIterator *elements = gst_bin_iterate_recurse (GST_BIN (pipeline));

  see ("dot", dot);
  while (gst_iterator_foreach (elements, see_element, NULL)
      == GST_ITERATOR_RESYNC)
    gst_iterator_resync (elements);
  gst_iterator_free (elements);
  see_messages (pipeline);
}

static void
start_seeing (void)
{
  seen = g_string_new (NULL);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (see_log, NULL, NULL);
  gst_debug_set_default_threshold (GST_LEVEL_MEMDUMP);
  dtls_log_set_func (see_engine_log);
}

static void
stop_seeing (void)
{
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  dtls_log_set_func (NULL);
  gst_debug_remove_log_function (see_log);
}

/* ----- what is looked for ----- */

/* How bytes are written: "c31e", "C3:1E", "\\xc3\\x1e", "0xc3, 0x1e" */
typedef struct
{
  const gchar *before;
  const gchar *between;
  gboolean upper;
} Notation;

static const Notation notations[] = {
  {"", "", FALSE}, {"", "", TRUE},
  {"", " ", FALSE}, {"", " ", TRUE},
  {"", ":", FALSE}, {"", ":", TRUE},
  {"\\x", "", FALSE}, {"0x", ", ", FALSE},
};

static gchar *
to_hex (const guint8 * bytes, gsize size, const Notation * notation)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < size; i++) {
    g_string_append (text, i ? notation->between : "");
    g_string_append (text, notation->before);
    if (notation->upper)
      g_string_append_printf (text, "%02X", bytes[i]);
    else
      g_string_append_printf (text, "%02x", bytes[i]);
  }
  return g_string_free (text, FALSE);
}

static gboolean
is_seen (const void *bytes, gsize size)
{
  return memmem (seen->str, seen->len, bytes, size) != NULL;
}

static gboolean
is_hex_seen (const guint8 * bytes, gsize size)
{
  for (guint i = 0; i < G_N_ELEMENTS (notations); i++) {
    g_autofree gchar *text = to_hex (bytes, size, &notations[i]);

    if (is_seen (text, strlen (text)))
      return TRUE;
  }
  return FALSE;
}

/* Whatever stands before the secret in what was encoded: its groups of three
 * bytes begin at the secret's first, second or third. */
static gboolean
is_base64_seen (const guint8 * bytes, gsize size)
{
  for (gsize i = 0; i < 3 && i + BASE64_GROUP_SIZE <= size; i++) {
    g_autofree gchar *text = g_base64_encode (bytes + i, BASE64_GROUP_SIZE);

    if (is_seen (text, strlen (text)))
      return TRUE;
  }
  return FALSE;
}

/* Whether a part of @secret that cannot be chance is in what was seen. Dumps
 * break lines, so each part of eight bytes is looked for by itself. */
static gboolean
is_secret_seen (const guint8 * secret, gsize size)
{
  gboolean found;

  g_mutex_lock (&seen_lock);
  found = is_base64_seen (secret, size);
  for (gsize i = 0; i + WINDOW_SIZE <= size && !found; i += WINDOW_SIZE)
    found = is_seen (secret + i, WINDOW_SIZE)
        || is_hex_seen (secret + i, WINDOW_SIZE);
  g_mutex_unlock (&seen_lock);
  return found;
}

/* ----- the pair ----- */

#define MEDIA \
    "audiotestsrc is-live=true samplesperbuffer=160 " \
    "! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay "

#define ELEMENTS \
    "dtlscertgen name=certgen-one ! dec-one.certificate " \
    "dtlscertgen name=certgen-two ! dec-two.certificate " \
    "dtlsenc name=enc-one connection-id=one is-client=true ! queue " \
    "! dtlssrtpdemux name=demux " \
    "demux.dtls_src ! dtlsdec name=dec-two connection-id=two " \
    "dtlsenc name=enc-two connection-id=two ! queue " \
    "! dtlsdec name=dec-one connection-id=one " \
    MEDIA "! srtpkeyer connection-id=one ! queue " \
    "! srtpkeyer name=keyer-two connection-id=two " \
    "keyer-two.rtp_src ! fakesink name=sink signal-handoffs=true"

#define BINS \
    MEDIA "! enc-one.rtp_sink_0 " \
    "dtlssrtpenc name=enc-one connection-id=one is-client=true ! queue " \
    "! dtlssrtpdec name=dec-two connection-id=two " \
    "dtlssrtpenc name=enc-two connection-id=two ! queue " \
    "! dtlssrtpdec name=dec-one connection-id=one " \
    "dec-two.rtp_src ! fakesink name=sink signal-handoffs=true"

#define PACKETS 10

typedef struct
{
  GstElement *pipeline;
  gchar *folder;
  gchar *identities[2];
  GMutex lock;
  GCond cond;
  guint packets;
} Pair;

static void
on_packet (GstElement * sink, GstBuffer * buffer, GstPad * pad, Pair * pair)
{
  g_mutex_lock (&pair->lock);
  pair->packets++;
  g_cond_signal (&pair->cond);
  g_mutex_unlock (&pair->lock);
}

static GstElement *
get_element (Pair * pair, const gchar * name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pair->pipeline), name);

  g_assert_nonnull (element);
  gst_object_unref (element);   /* the pipeline keeps it */
  return element;
}

static void
pair_init (Pair * pair, const gchar * description)
{
  g_autoptr (GError) error = NULL;

  memset (pair, 0, sizeof *pair);
  pair->folder = g_dir_make_tmp ("secrets-XXXXXX", NULL);
  pair->identities[0] = g_build_filename (pair->folder, "one.pem", NULL);
  pair->identities[1] = g_build_filename (pair->folder, "two.pem", NULL);
  pair->pipeline = gst_object_ref_sink (gst_parse_launch (description, &error));
  g_assert_no_error (error);
  g_signal_connect (get_element (pair, "sink"), "handoff",
      G_CALLBACK (on_packet), pair);
}

/* The certificates are kept in files, so that their keys are known here. */
static void
pair_init_elements (Pair * pair, gboolean export_keys)
{
  static const gchar *const exporters[] = {
    "enc-one", "enc-two", "dec-one", "dec-two"
  };

  pair_init (pair, ELEMENTS);
  g_object_set (get_element (pair, "certgen-one"), "location",
      pair->identities[0], NULL);
  g_object_set (get_element (pair, "certgen-two"), "location",
      pair->identities[1], NULL);
  for (guint i = 0; i < G_N_ELEMENTS (exporters); i++)
    g_object_set (get_element (pair, exporters[i]), "export-keys", export_keys,
        NULL);
}

static void
set_pem_of_file (GstElement * element, const gchar * path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DtlsCertificate) certificate =
      dtls_identity_file_obtain (path, DTLS_KEY_TYPE_ECDSA_P256, 30, &error);
  g_autofree gchar *pem = NULL;

  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &pem, NULL, NULL));
  g_object_set (element, "pem", pem, NULL);
}

static void
pair_init_bins (Pair * pair)
{
  pair_init (pair, BINS);
  set_pem_of_file (get_element (pair, "dec-one"), pair->identities[0]);
  set_pem_of_file (get_element (pair, "dec-two"), pair->identities[1]);
}

/* until media has gone from one peer to the other */
static void
pair_run (Pair * pair)
{
  gint64 end_us = g_get_monotonic_time () + TIMEOUT_US;

  g_assert_cmpint (gst_element_set_state (pair->pipeline, GST_STATE_PLAYING),
      !=, GST_STATE_CHANGE_FAILURE);
  g_mutex_lock (&pair->lock);
  while (pair->packets < PACKETS)
    g_assert_true (g_cond_wait_until (&pair->cond, &pair->lock, end_us));
  g_mutex_unlock (&pair->lock);
}

static void
pair_clear (Pair * pair)
{
  gst_element_set_state (pair->pipeline, GST_STATE_NULL);
  gst_object_unref (pair->pipeline);
  for (guint i = 0; i < G_N_ELEMENTS (pair->identities); i++) {
    g_unlink (pair->identities[i]);
    g_free (pair->identities[i]);
  }
  g_rmdir (pair->folder);
  g_free (pair->folder);
}

/* ----- its secrets ----- */

static DtlsSrtpKeys *
get_keys (const gchar * connection_id)
{
  g_autoptr (DtlsLink) link = dtls_link_obtain (connection_id);
  DtlsSrtpKeys *keys = dtls_link_get_keys (link);

  g_assert_nonnull (keys);
  return keys;
}

static gboolean
is_key_seen (DtlsSecret * key)
{
  return is_secret_seen (dtls_secret_bytes (key), dtls_secret_size (key));
}

/* The private scalar of the identity's ECDSA key. */
static gboolean
is_identity_seen (const gchar * path)
{
  gnutls_x509_privkey_t key;
  gnutls_datum_t x, y, scalar, pem;
  gboolean found;

  g_assert_cmpint (gnutls_load_file (path, &pem), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_init (&key), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_import (key, &pem,
          GNUTLS_X509_FMT_PEM), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_export_ecc_raw (key, NULL, &x, &y,
          &scalar), ==, 0);
  found = is_secret_seen (scalar.data, scalar.size);
  gnutls_free (x.data);
  gnutls_free (y.data);
  gnutls_free (scalar.data);
  gnutls_free (pem.data);
  gnutls_x509_privkey_deinit (key);
  return found;
}

/* ----- tests ----- */

static void
look_at_pair (Pair * pair)
{
  g_autoptr (DtlsSrtpKeys) one = NULL;
  g_autoptr (DtlsSrtpKeys) two = NULL;

  pair_run (pair);
  one = get_keys ("one");
  two = get_keys ("two");
  see_pipeline (pair->pipeline);
  gst_element_set_state (pair->pipeline, GST_STATE_NULL);
  see_pipeline (pair->pipeline);
  stop_seeing ();
  g_test_message ("%" G_GSIZE_FORMAT " bytes were seen", seen->len);

  g_assert_cmpmem (dtls_secret_bytes (one->local),
      dtls_secret_size (one->local), dtls_secret_bytes (two->remote),
      dtls_secret_size (two->remote));
  g_assert_false (is_key_seen (one->local));
  g_assert_false (is_key_seen (one->remote));
  g_assert_false (is_identity_seen (pair->identities[0]));
  g_assert_false (is_identity_seen (pair->identities[1]));

  pair_clear (pair);
  g_string_free (seen, TRUE);
}

static void
test_elements (void)
{
  Pair pair;

  start_seeing ();
  pair_init_elements (&pair, FALSE);
  look_at_pair (&pair);
}

/* who asks for the keys gets them as a property, and nowhere else */
static void
test_elements_with_export (void)
{
  Pair pair;

  start_seeing ();
  pair_init_elements (&pair, TRUE);
  look_at_pair (&pair);
}

static void
test_bins (void)
{
  Pair pair;

  start_seeing ();
  pair_init_bins (&pair);
  look_at_pair (&pair);
}

/* all that is looked at does show what is in it */
static void
test_everything_is_seen (void)
{
  static const gchar *const signs[] = {
    "log: ", "dot: ", "sticky event: ", "message: ",
    "application/x-dtls", "application/x-rtp", "dtls-certificate, fingerprint",
    "AEAD_AES_128_GCM", "-----BEGIN CERTIFICATE-----", "gst_base_sink_chain",
  };
  Pair pair;

  start_seeing ();
  pair_init_elements (&pair, FALSE);
  pair_run (&pair);
  see_pipeline (pair.pipeline);
  stop_seeing ();
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_test_message ("%s", signs[i]);
    g_assert_true (is_seen (signs[i], strlen (signs[i])));
  }
  pair_clear (&pair);
  g_string_free (seen, TRUE);
}

/* ----- planted secrets ----- */

static const guint8 planted[] = {
  0xC3, 0x1E, 0x97, 0x5A, 0xD8, 0x42, 0xB6, 0x0F, 0x6D, 0xE1, 0x38, 0x8C,
  0x24, 0xFA, 0x71, 0x9B, 0x15, 0xCE, 0x63, 0xA7, 0x4C, 0xD9, 0x82, 0x3D,
  0xF5, 0x2B, 0x90, 0x5E
};

static void
assert_planted (gboolean found)
{
  stop_seeing ();
  g_assert_true (is_secret_seen (planted, sizeof planted) == found);
  g_string_free (seen, TRUE);
}

static void
test_planted_nowhere (void)
{
  start_seeing ();
  GST_INFO ("nothing to see");
  assert_planted (FALSE);
}

static void
test_planted_raw (void)
{
  g_autofree gchar *text = g_strndup ((gchar *) planted, sizeof planted);

  start_seeing ();
  see ("bytes", text);
  assert_planted (TRUE);
}

static void
test_planted_hex (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (notations); i++) {
    g_autofree gchar *text = to_hex (planted, sizeof planted, &notations[i]);

    start_seeing ();
    GST_INFO ("key %s", text);
    assert_planted (TRUE);
  }
}

static void
test_planted_in_engine (void)
{
  g_autofree gchar *text = to_hex (planted, sizeof planted, &notations[0]);

  start_seeing ();
  dtls_log (DTLS_LOG_TRACE, "%s", text);
  assert_planted (TRUE);
}

/* a salt alone, or the end of a key, is found as well */
static void
test_planted_part (void)
{
  g_autofree gchar *text = to_hex (planted + 16, 12, &notations[0]);

  start_seeing ();
  GST_INFO ("salt %s", text);
  assert_planted (TRUE);
}

static void
test_planted_base64 (void)
{
  for (gsize before = 0; before < 3; before++) {
    guint8 bytes[3 + sizeof planted] = { 1, 2, 3 };
    g_autofree gchar *text = NULL;

    memcpy (bytes + before, planted, sizeof planted);
    text = g_base64_encode (bytes, before + sizeof planted);
    start_seeing ();
    GST_INFO ("inline:%s", text);
    assert_planted (TRUE);
  }
}

static void
test_planted_dump (void)
{
  for (gsize before = 0; before < 16; before++) {
    guint8 bytes[16 + sizeof planted] = { 0 };

    memcpy (bytes + before, planted, sizeof planted);
    start_seeing ();
    GST_MEMDUMP ("key", bytes, before + sizeof planted);
    assert_planted (TRUE);
  }
}

/* as the caps of other SRTP elements carry it */
static void
test_planted_caps (void)
{
  g_autofree gchar *hex = to_hex (planted, sizeof planted, &notations[0]);
  g_autofree gchar *line = g_strdup_printf ("fakesrc num-buffers=1 "
      "! capsfilter caps=application/x-srtp,srtp-key=(buffer)%s ! fakesink",
      hex);
  g_autoptr (GstElement) pipeline =
      gst_object_ref_sink (gst_parse_launch (line, NULL));

  start_seeing ();
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  see_pipeline (pipeline);
  assert_planted (TRUE);
}

/* a key that the application itself sets, and thereby knows */
static void
test_key_set_by_hand (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBuffer) key = gst_buffer_new_memdup (planted, sizeof planted);
  Pair pair;

  start_seeing ();
  pair_init (&pair, MEDIA "! enc.rtp_sink_0 dtlssrtpenc name=enc "
      "! fakesink name=sink signal-handoffs=true");
  g_object_set (get_element (&pair, "enc"), "key", key, NULL);
  gst_util_set_object_arg (G_OBJECT (get_element (&pair, "enc")),
      "srtp-cipher", "aes-128-gcm");
  pair_run (&pair);
  see_pipeline (pair.pipeline);
  pair_clear (&pair);
  assert_planted (FALSE);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_DEBUG_CATEGORY_INIT (secrets_debug, "secrets", 0, "planted secrets");
  GST_ELEMENT_REGISTER (dtlscertgen, NULL);
  GST_ELEMENT_REGISTER (dtlsdec, NULL);
  GST_ELEMENT_REGISTER (dtlsenc, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpdemux, NULL);
  GST_ELEMENT_REGISTER (srtpkeyer, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpdec, NULL);
  GST_ELEMENT_REGISTER (dtlssrtpenc, NULL);
  g_test_add_func ("/secrets/elements", test_elements);
  g_test_add_func ("/secrets/elements-with-export", test_elements_with_export);
  g_test_add_func ("/secrets/bins", test_bins);
  g_test_add_func ("/secrets/key-set-by-hand", test_key_set_by_hand);
  g_test_add_func ("/secrets/everything-is-seen", test_everything_is_seen);
  g_test_add_func ("/secrets/planted-nowhere", test_planted_nowhere);
  g_test_add_func ("/secrets/planted-raw", test_planted_raw);
  g_test_add_func ("/secrets/planted-hex", test_planted_hex);
  g_test_add_func ("/secrets/planted-in-engine", test_planted_in_engine);
  g_test_add_func ("/secrets/planted-part", test_planted_part);
  g_test_add_func ("/secrets/planted-base64", test_planted_base64);
  g_test_add_func ("/secrets/planted-dump", test_planted_dump);
  g_test_add_func ("/secrets/planted-caps", test_planted_caps);
  return g_test_run ();
}
