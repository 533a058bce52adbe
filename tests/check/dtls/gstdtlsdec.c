/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dtlsdec as applications of the OpenSSL-based plugin know it, without that
 * one's defects, and what is new in it: bad values, and the pads `certificate`
 * and `keys`.
 */
#include "config.h"

#include <gnutls/x509.h>
#include <string.h>
#include <gst/check/gstharness.h>

#include "element-values.h"
#include "engine/certificate.h"
#include "enums.h"
#include "link-context.h"
#include "peer.h"

/* State changes and bad values */

static void
assert_ready_fails (Peer * peer, const gchar * part_of_message)
{
  GError *error = NULL;
  GstMessage *message;

  g_assert_cmpint (gst_element_set_state (peer->dec, GST_STATE_READY), ==,
      GST_STATE_CHANGE_FAILURE);
  message = peer_pop_message (peer, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, part_of_message));
  g_error_free (error);
  gst_message_unref (message);
}

static void
test_null_to_ready_fails_without_connection_id (void)
{
  Peer *peer = peer_new (NULL, FALSE);

  assert_ready_fails (peer, "connection-id");
  g_object_set (peer->dec, "connection-id", "a", NULL);
  g_assert_cmpint (gst_element_set_state (peer->dec, GST_STATE_READY), ==,
      GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (peer->dec, GST_STATE_NULL);
  peer_free (peer);
}

static void
test_live_duplicate_id_is_refused (void)
{
  Peer *first = peer_new ("same", FALSE), *second = peer_new ("same", FALSE);

  peer_set_state (first, GST_STATE_READY);
  assert_ready_fails (second, "same");
  peer_set_state (first, GST_STATE_NULL);
  peer_set_state (second, GST_STATE_READY);
  peer_free (first);
  peer_free (second);
}

static void
test_bad_value_fails_the_state_change (void)
{
  static const struct
  {
    const gchar *property;
    const gchar *bad;
    const gchar *message;
    const gchar *good;
  } cases[] = {
    {"pem", "no certificate", "PEM", NULL},
    {"peer-fingerprint", "sha-256 AB:CD", "AB:CD", NULL},
    {"peer-fingerprint", "md5 00:11", "md5", WRONG_FINGERPRINT},
    {"srtp-profiles", "AES_9000", "AES_9000", "none"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Peer *peer = peer_new ("p", FALSE);

    g_object_set (peer->dec, cases[i].property, cases[i].bad, NULL);
    assert_ready_fails (peer, cases[i].message);
    g_object_set (peer->dec, cases[i].property, cases[i].good, NULL);
    peer_set_state (peer, GST_STATE_PAUSED);
    peer_free (peer);
  }
}

static void
test_bad_priority_fails_the_state_change (void)
{
  Peer *peer = peer_new ("p", FALSE);
  GError *error = NULL;
  GstMessage *message;

  g_object_set (peer->dec, "priority", "NONSENSE", NULL);
  gst_element_set_state (peer->dec, GST_STATE_PAUSED);
  g_assert_cmpint (gst_element_set_state (peer->enc, GST_STATE_PAUSED), ==,
      GST_STATE_CHANGE_FAILURE);
  message = peer_pop_message (peer, GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  gst_message_parse_error (message, &error, NULL);
  g_assert_nonnull (strstr (error->message, "NONSENSE"));
  g_error_free (error);
  gst_message_unref (message);
  gst_element_set_state (peer->enc, GST_STATE_NULL);
  gst_element_set_state (peer->dec, GST_STATE_NULL);
  g_object_set (peer->dec, "priority", NULL, NULL);
  peer_set_state (peer, GST_STATE_PAUSED);
  peer_free (peer);
}

/* Certificates */

static guint
count (const gchar * text, const gchar * part)
{
  gchar **pieces = g_strsplit (text, part, -1);
  guint n = g_strv_length (pieces) - 1;

  g_strfreev (pieces);
  return n;
}

static void
test_pem_reads_as_one_certificate_without_key (void)
{
  Peer *peer = peer_new ("p", FALSE);
  gchar *first = element_string (peer->dec, "pem"), *second;

  g_assert_cmpuint (count (first, "-----BEGIN"), ==, 1);
  g_assert_cmpuint (count (first, "-----BEGIN CERTIFICATE-----"), ==, 1);
  g_assert_true (g_str_has_prefix (first, "-----BEGIN CERTIFICATE-----"));
  peer_set_state (peer, GST_STATE_PLAYING);
  peer_set_state (peer, GST_STATE_NULL);
  second = element_string (peer->dec, "pem");
  g_assert_cmpstr (first, ==, second);
  g_free (first);
  g_free (second);
  peer_free (peer);
}

static void
test_default_certificate_is_that_of_the_process (void)
{
  Peer *a = peer_new ("a", FALSE), *b = peer_new ("b", FALSE);
  gchar *pem_a = element_string (a->dec, "pem"), *pem_b;

  pem_b = element_string (b->dec, "pem");
  g_assert_cmpstr (pem_a, ==, pem_b);
  g_free (pem_a);
  g_free (pem_b);
  peer_free (a);
  peer_free (b);
}

static void
test_certificate_pad_serves_this_element_alone (void)
{
  Peer *a = peer_new ("a", FALSE), *b = peer_new ("b", FALSE);
  GstElement *gen = gst_element_factory_make ("dtlscertgen", NULL);
  gchar *made, *fingerprint_a, *fingerprint_b;

  gst_object_ref_sink (gen);
  g_assert_true (gst_element_link_pads (gen, "src", a->dec, "certificate"));
  made = element_string (gen, "fingerprint");
  fingerprint_a = element_string (a->dec, "fingerprint");
  fingerprint_b = element_string (b->dec, "fingerprint");
  g_assert_cmpstr (fingerprint_a, ==, made);
  g_assert_cmpstr (fingerprint_b, !=, made);
  g_free (made);
  g_free (fingerprint_a);
  g_free (fingerprint_b);
  gst_element_set_state (gen, GST_STATE_NULL);
  gst_element_unlink_pads (gen, "src", a->dec, "certificate");
  gst_object_unref (gen);
  peer_free (a);
  peer_free (b);
}

static void
test_certificate_of_the_pipeline (void)
{
  GstElement *pipeline = gst_parse_launch
      ("dtlscertgen name=gen dtlsdec name=a connection-id=a "
      "dtlsdec name=b connection-id=b", NULL);
  const gchar *names[] = { "gen", "a", "b" };
  gchar *fingerprints[3];

  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PAUSED), !=,
      GST_STATE_CHANGE_FAILURE);
  for (guint i = 0; i < 3; i++) {
    GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), names[i]);

    fingerprints[i] = element_string (element, "fingerprint");
    gst_object_unref (element);
  }
  g_assert_cmpstr (fingerprints[0], ==, fingerprints[1]);
  g_assert_cmpstr (fingerprints[0], ==, fingerprints[2]);
  for (guint i = 0; i < 3; i++)
    g_free (fingerprints[i]);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static void
test_peer_pem_is_the_peers_pem (void)
{
  Peer *pair[2];
  gchar *pem, *peer_pem;

  peer_new_pair (pair);
  pem = element_string (pair[0]->dec, "pem");
  peer_pem = element_string (pair[1]->dec, "peer-pem");
  g_assert_cmpstr (pem, ==, peer_pem);
  g_free (pem);
  g_free (peer_pem);
  peer_free_pair (pair);
}

/* Request pads */

static void
test_request_pads_are_released (void)
{
  static const gchar *names[] = { "src", "certificate", "keys" };
  Peer *peer = peer_new ("p", FALSE);

  for (guint round = 0; round < 2; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
      GstPad *pad = gst_element_request_pad_simple (peer->dec, names[i]);

      g_assert_nonnull (pad);
      gst_element_release_request_pad (peer->dec, pad);
      gst_object_unref (pad);
    }
    g_assert_cmpuint (peer->dec->numpads, ==, 1);
    peer_set_state (peer, GST_STATE_PLAYING);
  }
  peer_free (peer);
}

static void
test_keys_pad_answers_with_the_link (void)
{
  Peer *peer = peer_new ("p", FALSE);
  GstPad *pad = gst_element_request_pad_simple (peer->dec, "keys");
  GstQuery *query = gst_query_new_context (DTLS_LINK_CONTEXT_TYPE);
  GstQuery *other = gst_query_new_context ("gst.other");
  DtlsLink *link, *expected = dtls_link_obtain ("p");
  GstContext *context;
  gchar *text;

  g_assert_true (gst_pad_query (pad, query));
  gst_query_parse_context (query, &context);
  link = dtls_link_from_context (context);
  g_assert_true (link == expected);
  text = gst_structure_to_string (gst_context_get_structure (context));
  g_assert_null (strstr (text, "key"));
  g_assert_false (gst_pad_query (pad, other));

  g_free (text);
  g_object_unref (link);
  g_object_unref (expected);
  gst_query_unref (query);
  gst_query_unref (other);
  gst_object_unref (pad);
  peer_free (peer);
}

/* As an application would that asks nothing on the terminal. */
static void
test_encrypted_pem_is_refused_without_a_prompt (void)
{
  static const gchar *encrypted =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGj\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n";
  Peer *peer = peer_new ("p", FALSE);
  gchar *certificate = element_string (peer->dec, "pem");
  gchar *pem = g_strconcat (certificate, encrypted, NULL);

  g_object_set (peer->dec, "pem", pem, NULL);
  assert_ready_fails (peer, "encrypted");
  g_free (certificate);
  g_free (pem);
  peer_free (peer);
}

/* A certificate of 6 kB: self-signed, with a name that nobody needs. */
static gchar *
make_large_pem (void)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t parts[2];
  gchar *name = g_strnfill (6000, 'a'), *pem;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
      GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_init (&crt);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\1", 1);
  gnutls_x509_crt_set_activation_time (crt, time (NULL) - 3600);
  gnutls_x509_crt_set_expiration_time (crt, time (NULL) + 3600);
  gnutls_x509_crt_set_dn (crt, "CN=large", NULL);
  gnutls_x509_crt_set_key (crt, key);
  gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_URI, name, 6000, 0);
  gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0);
  gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &parts[0]);
  gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &parts[1]);
  pem = g_strdup_printf ("%s%s", parts[0].data, parts[1].data);
  gnutls_free (parts[0].data);
  gnutls_free (parts[1].data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  g_free (name);
  return pem;
}

static void
test_peer_pem_over_4_kb_is_whole (void)
{
  Peer *pair[2];
  gchar *with_key = make_large_pem (), *pem, *peer_pem;

  peer_new_unconnected_pair (pair);
  g_object_set (pair[0]->dec, "pem", with_key, NULL);
  peer_start_pair (pair);
  peer_wait_for_state (pair[1], DTLS_STATE_CONNECTED);
  pem = element_string (pair[0]->dec, "pem");
  peer_pem = element_string (pair[1]->dec, "peer-pem");
  g_assert_cmpuint (strlen (peer_pem), >, 6000);
  g_assert_cmpstr (pem, ==, peer_pem);
  g_free (with_key);
  g_free (pem);
  g_free (peer_pem);
  peer_free_pair (pair);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  peer_register_elements ();

#define ADD(name) g_test_add_func ("/dtlsdec/" #name, test_##name)
  ADD (null_to_ready_fails_without_connection_id);
  ADD (live_duplicate_id_is_refused);
  ADD (bad_value_fails_the_state_change);
  ADD (bad_priority_fails_the_state_change);
  ADD (pem_reads_as_one_certificate_without_key);
  ADD (default_certificate_is_that_of_the_process);
  ADD (certificate_pad_serves_this_element_alone);
  ADD (certificate_of_the_pipeline);
  ADD (peer_pem_is_the_peers_pem);
  ADD (request_pads_are_released);
  ADD (keys_pad_answers_with_the_link);
  ADD (encrypted_pem_is_refused_without_a_prompt);
  ADD (peer_pem_over_4_kb_is_whole);
#undef ADD
  return g_test_run ();
}
