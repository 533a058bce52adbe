/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs whole pairs of peers with every debug category at its highest level
 * and looks for their secrets: the SRTP keys of both directions, the private
 * keys of both certificates. Planted secrets show that the search finds.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <gst/gst.h>
#include <string.h>

#include "../lib/patience.h"
#include "dtls/association-link.h"
#include "dtls/elements.h"
#include "dtls/identity-file.h"
#include "engine/log.h"
#include "secret-search.h"


GST_DEBUG_CATEGORY_STATIC (secrets_debug);
#define GST_CAT_DEFAULT secrets_debug

/* ----- the pair ----- */

static void
see_engine_log (DtlsLogLevel level, const gchar * message)
{
  secret_search_see ("engine", message);
}

static void
start (void)
{
  secret_search_start ();
  dtls_log_set_func (see_engine_log);
}

static void
stop (void)
{
  dtls_log_set_func (NULL);
  secret_search_stop ();
}

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
  gint64 end_us = g_get_monotonic_time () + PATIENCE_US;

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
  return secret_search_finds (dtls_secret_bytes (key), dtls_secret_size (key));
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
  found = secret_search_finds (scalar.data, scalar.size);
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
  secret_search_see_pipeline (pair->pipeline);
  gst_element_set_state (pair->pipeline, GST_STATE_NULL);
  secret_search_see_pipeline (pair->pipeline);
  stop ();
  g_test_message ("%" G_GSIZE_FORMAT " bytes were seen",
      secret_search_get_size ());

  g_assert_cmpmem (dtls_secret_bytes (one->local),
      dtls_secret_size (one->local), dtls_secret_bytes (two->remote),
      dtls_secret_size (two->remote));
  g_assert_false (is_key_seen (one->local));
  g_assert_false (is_key_seen (one->remote));
  g_assert_false (is_identity_seen (pair->identities[0]));
  g_assert_false (is_identity_seen (pair->identities[1]));

  pair_clear (pair);
  secret_search_clear ();
}

static void
test_elements (void)
{
  Pair pair;

  start ();
  pair_init_elements (&pair, FALSE);
  look_at_pair (&pair);
}

/* who asks for the keys gets them as a property, and nowhere else */
static void
test_elements_with_export (void)
{
  Pair pair;

  start ();
  pair_init_elements (&pair, TRUE);
  look_at_pair (&pair);
}

static void
test_bins (void)
{
  Pair pair;

  start ();
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

  start ();
  pair_init_elements (&pair, FALSE);
  pair_run (&pair);
  secret_search_see_pipeline (pair.pipeline);
  stop ();
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_test_message ("%s", signs[i]);
    g_assert_true (secret_search_has_text (signs[i]));
  }
  pair_clear (&pair);
  secret_search_clear ();
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
  stop ();
  g_assert_true (secret_search_finds (planted, sizeof planted) == found);
  secret_search_clear ();
}

static void
test_planted_nowhere (void)
{
  start ();
  GST_INFO ("nothing to see");
  assert_planted (FALSE);
}

static void
test_planted_raw (void)
{
  g_autofree gchar *text = g_strndup ((gchar *) planted, sizeof planted);

  start ();
  secret_search_see ("bytes", text);
  assert_planted (TRUE);
}

static void
test_planted_hex (void)
{
  for (guint i = 0; i < SECRET_SEARCH_N_NOTATIONS; i++) {
    g_autofree gchar *text = secret_search_to_hex (planted, sizeof planted, i);

    start ();
    GST_INFO ("key %s", text);
    assert_planted (TRUE);
  }
}

static void
test_planted_in_engine (void)
{
  g_autofree gchar *text = secret_search_to_hex (planted, sizeof planted, 0);

  start ();
  dtls_log (DTLS_LOG_TRACE, "%s", text);
  assert_planted (TRUE);
}

/* a salt alone, or the end of a key, is found as well */
static void
test_planted_part (void)
{
  g_autofree gchar *text = secret_search_to_hex (planted + 16, 12, 0);

  start ();
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
    start ();
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
    start ();
    GST_MEMDUMP ("key", bytes, before + sizeof planted);
    assert_planted (TRUE);
  }
}

/* as the caps of other SRTP elements carry it */
static void
test_planted_caps (void)
{
  g_autofree gchar *hex = secret_search_to_hex (planted, sizeof planted, 0);
  g_autofree gchar *line = g_strdup_printf ("fakesrc num-buffers=1 "
      "! capsfilter caps=application/x-srtp,srtp-key=(buffer)%s ! fakesink",
      hex);
  g_autoptr (GstElement) pipeline =
      gst_object_ref_sink (gst_parse_launch (line, NULL));

  start ();
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  secret_search_see_pipeline (pipeline);
  assert_planted (TRUE);
}

/* a key that the application itself sets, and thereby knows */
static void
test_key_set_by_hand (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBuffer) key = gst_buffer_new_memdup (planted, sizeof planted);
  Pair pair;

  start ();
  pair_init (&pair, MEDIA "! enc.rtp_sink_0 dtlssrtpenc name=enc "
      "! fakesink name=sink signal-handoffs=true");
  g_object_set (get_element (&pair, "enc"), "key", key, NULL);
  gst_util_set_object_arg (G_OBJECT (get_element (&pair, "enc")),
      "srtp-cipher", "aes-128-gcm");
  pair_run (&pair);
  secret_search_see_pipeline (pair.pipeline);
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
