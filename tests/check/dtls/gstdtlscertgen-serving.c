/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The element dtlscertgen: whom it serves, what it tells, and what never.
 */
#include "config.h"

#include <glib/gstdio.h>
#include <gst/check/gstharness.h>

#include "certgen.h"
#include "dtls/certificate-source.h"
#include "engine/error.h"

/* ----- a stand-in for dtlsdec: a request pad that asks its peer ----- */

typedef GstElement Taker;
typedef GstElementClass TakerClass;

static GType taker_get_type (void);
G_DEFINE_TYPE (Taker, taker, GST_TYPE_ELEMENT);

static GstStaticPadTemplate taker_template =
GST_STATIC_PAD_TEMPLATE ("certificate", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS_ANY);

static GstFlowReturn
taker_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstPad *
taker_request_pad (GstElement * element, GstPadTemplate * template,
    const gchar * name, const GstCaps * caps)
{
  GstPad *pad = gst_pad_new_from_template (template, "certificate");

  gst_pad_set_chain_function (pad, taker_chain);
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  return pad;
}

static void
taker_class_init (TakerClass * class)
{
  class->request_new_pad = taker_request_pad;
  gst_element_class_add_static_pad_template (class, &taker_template);
  gst_element_class_set_static_metadata (class, "Taker", "Sink", "Taker",
      "tests");
}

static void
taker_init (Taker * self)
{
}

/* Returns: (transfer full) (nullable): what the pipeline has for @self */
static GstContext *
taker_ask_pipeline (Taker * self)
{
  gst_element_post_message (self, gst_message_new_need_context (GST_OBJECT
          (self), DTLS_CERTIFICATE_CONTEXT_TYPE));
  return gst_element_get_context (self, DTLS_CERTIFICATE_CONTEXT_TYPE);
}

static gchar *
take_fingerprint (GstContext * context)
{
  g_autoptr (DtlsCertificateSource) source =
      dtls_certificate_source_from_context (context);
  g_autoptr (DtlsCertificate) certificate =
      dtls_certificate_source_take (source, NULL);

  return dtls_certificate_get_fingerprint (certificate, DTLS_HASH_SHA_256);
}

/* ----- its pad ----- */

static void
test_stream (void)
{
  GstHarness *harness = gst_harness_new ("dtlscertgen");
  g_autofree gchar *pem = element_string (harness->element, "pem");
  g_autoptr (GstBuffer) buffer = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstMapInfo map;

  gst_harness_play (harness);
  buffer = gst_harness_pull (harness);
  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_assert_cmpmem (map.data, map.size, pem, strlen (pem));
  gst_buffer_unmap (buffer, &map);
  caps = gst_pad_get_current_caps (harness->sinkpad);
  g_assert_true (gst_structure_has_name (gst_caps_get_structure (caps, 0),
          "application/pem-certificate-chain"));
  while (!GST_PAD_IS_EOS (harness->sinkpad))
    g_thread_yield ();
  g_assert_cmpuint (gst_harness_buffers_received (harness), ==, 1);
  gst_harness_teardown (harness);
}

static void
run_to_eos (GstElement * pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
}

static void
test_to_file (void)
{
  g_autofree gchar *path = NULL;
  g_autofree gchar *launch = NULL;
  g_autofree gchar *content = NULL;
  g_autofree gchar *pem = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) certgen = NULL;

  g_close (g_file_open_tmp ("certgen-XXXXXX", &path, NULL), NULL);
  launch = g_strdup_printf ("dtlscertgen name=c ! filesink location=%s", path);
  pipeline = gst_object_ref_sink (gst_parse_launch (launch, NULL));
  certgen = gst_bin_get_by_name (GST_BIN (pipeline), "c");
  /* once more after a stop */
  for (guint i = 0; i < 2; i++) {
    run_to_eos (pipeline);
    certgen_stop (pipeline);
  }
  pem = element_string (certgen, "pem");
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, pem);
  g_unlink (path);
}

/* not linked, it serves its pipeline and leaves it in peace */
static void
test_not_linked (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstMessage) message = NULL;

  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (pipeline), certgen_make ());
  g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PLAYING), ==,
      GST_STATE_CHANGE_SUCCESS);
  certgen_stop (pipeline);
  message =
      certgen_pop_message (pipeline, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  g_assert_null (message);
}

/* ----- whom it serves ----- */

static void
test_serves_pipeline (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *bin = gst_bin_new (NULL);
  GstElement *certgen = certgen_make ();
  Taker *early = g_object_new (taker_get_type (), NULL);
  Taker *late = g_object_new (taker_get_type (), NULL);
  g_autofree gchar *expected = NULL, *first = NULL, *second = NULL;
  g_autoptr (GstContext) of_early = NULL;
  g_autoptr (GstContext) of_late = NULL;

  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (bin), early);
  gst_bin_add_many (GST_BIN (pipeline), bin, certgen, NULL);
  gst_element_set_state (pipeline, GST_STATE_READY);
  gst_bin_add (GST_BIN (pipeline), late);
  of_early = taker_ask_pipeline (early);
  of_late = taker_ask_pipeline (late);
  g_assert_nonnull (of_early);
  g_assert_nonnull (of_late);
  expected = element_string (certgen, "fingerprint");
  first = take_fingerprint (of_early);
  second = take_fingerprint (of_late);
  g_assert_cmpstr (first, ==, expected);
  g_assert_cmpstr (second, ==, expected);
  certgen_stop (pipeline);
}

static void
test_scope_association (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *certgen = certgen_make ();
  Taker *taker = g_object_new (taker_get_type (), NULL);
  g_autofree gchar *before = NULL, *first = NULL, *second = NULL;
  g_autofree gchar *latest = NULL;
  g_autoptr (GstContext) context = NULL;

  gst_object_ref_sink (pipeline);
  gst_util_set_object_arg (G_OBJECT (certgen), "scope", "association");
  gst_bin_add_many (GST_BIN (pipeline), certgen, taker, NULL);
  gst_element_set_state (pipeline, GST_STATE_READY);
  before = element_string (certgen, "fingerprint");
  context = taker_ask_pipeline (taker);
  first = take_fingerprint (context);
  second = take_fingerprint (context);
  latest = element_string (certgen, "fingerprint");
  g_assert_null (before);
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpstr (latest, ==, second);
  certgen_stop (pipeline);
}

static gchar *
ask_over_pad (GstPad * pad)
{
  GstQuery *query = gst_query_new_context (DTLS_CERTIFICATE_CONTEXT_TYPE);
  GstContext *context;
  gchar *fingerprint;

  g_assert_true (gst_pad_peer_query (pad, query));
  gst_query_parse_context (query, &context);
  fingerprint = take_fingerprint (context);
  gst_query_unref (query);
  return fingerprint;
}

static void
test_serves_one_association (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *certgen = certgen_make ();
  Taker *linked = g_object_new (taker_get_type (), NULL);
  Taker *other = g_object_new (taker_get_type (), NULL);
  g_autoptr (GstPad) pad = NULL;
  g_autofree gchar *expected = NULL, *early = NULL, *running = NULL;

  gst_object_ref_sink (pipeline);
  gst_bin_add_many (GST_BIN (pipeline), certgen, linked, other, NULL);
  g_assert_true (gst_element_link_pads (certgen, "src", linked, "certificate"));
  pad = gst_element_get_static_pad (linked, "certificate");
  early = ask_over_pad (pad);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  running = ask_over_pad (pad);
  expected = element_string (certgen, "fingerprint");
  g_assert_cmpstr (early, ==, expected);
  g_assert_cmpstr (running, ==, expected);
  g_assert_null (taker_ask_pipeline (other));
  certgen_stop (pipeline);
}

/* one who asks for a certificate that could not be read gets no other */
static void
test_serves_no_other (void)
{
  g_autoptr (GstElement) certgen = gst_object_ref_sink (certgen_make ());
  g_autoptr (GstPad) pad = gst_element_get_static_pad (certgen, "src");
  GstQuery *query = gst_query_new_context (DTLS_CERTIFICATE_CONTEXT_TYPE);
  g_autoptr (DtlsCertificateSource) source = NULL;
  g_autoptr (DtlsCertificate) corrected = NULL;
  g_autoptr (GError) error = NULL;
  GstContext *context;

  g_object_set (certgen, "pem", "junk", NULL);
  g_assert_true (gst_pad_query (pad, query));
  gst_query_parse_context (query, &context);
  source = dtls_certificate_source_from_context (context);
  g_assert_null (dtls_certificate_source_take (source, &error));
  g_assert_error (error, DTLS_ERROR, DTLS_ERROR_INVALID_PEM);
  g_object_set (certgen, "pem", NULL, NULL);
  corrected = dtls_certificate_source_take (source, NULL);
  g_assert_nonnull (corrected);
  gst_query_unref (query);
}

/* the same with the taker in a bin, behind a ghost pad */
static void
test_serves_one_in_bin (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *bin = gst_bin_new (NULL);
  GstElement *certgen = certgen_make ();
  Taker *linked = g_object_new (taker_get_type (), NULL);
  Taker *other = g_object_new (taker_get_type (), NULL);
  g_autoptr (GstPad) pad = NULL;
  g_autofree gchar *expected = NULL, *given = NULL;

  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (bin), linked);
  pad = gst_element_request_pad_simple (linked, "certificate");
  gst_element_add_pad (bin, gst_ghost_pad_new ("in", pad));
  gst_bin_add_many (GST_BIN (pipeline), certgen, bin, other, NULL);
  g_assert_true (gst_element_link_pads (certgen, "src", bin, "in"));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  given = ask_over_pad (pad);
  expected = element_string (certgen, "fingerprint");
  g_assert_cmpstr (given, ==, expected);
  g_assert_null (taker_ask_pipeline (other));
  certgen_stop (pipeline);
}

/* a file is no association: the others are served all the same */
static void
test_file_and_pipeline (void)
{
  g_autoptr (GstElement) pipeline =
      gst_parse_launch ("dtlscertgen ! fakesink", NULL);
  Taker *taker = g_object_new (taker_get_type (), NULL);
  g_autoptr (GstContext) context = NULL;

  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (pipeline), taker);
  gst_element_set_state (pipeline, GST_STATE_READY);
  context = taker_ask_pipeline (taker);
  g_assert_nonnull (context);
  certgen_stop (pipeline);
}

static void
test_other_context_query (void)
{
  g_autoptr (GstElement) element = gst_object_ref_sink (certgen_make ());
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");
  GstQuery *query = gst_query_new_context ("some.other");

  g_assert_false (gst_pad_query (pad, query));
  gst_query_unref (query);
}

/* ----- what it tells ----- */

static void
count_notify (GObject * object, GParamSpec * pspec, guint * notified)
{
  g_autofree gchar *value = NULL;

  g_object_get (object, "fingerprint", &value, NULL);
  (*notified)++;
}

static void
test_message (void)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  GstElement *certgen = certgen_make ();
  g_autofree gchar *fingerprint = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstMessage) more = NULL;
  const GstStructure *structure;
  guint notified = 0;

  gst_object_ref_sink (pipeline);
  gst_bin_add (GST_BIN (pipeline), certgen);
  g_signal_connect (certgen, "notify::fingerprint", G_CALLBACK (count_notify),
      &notified);
  gst_element_set_state (pipeline, GST_STATE_READY);
  fingerprint = element_string (certgen, "fingerprint");
  message = certgen_pop_message (pipeline, GST_MESSAGE_ELEMENT);
  g_assert_nonnull (message);
  structure = gst_message_get_structure (message);
  g_assert_true (gst_structure_has_name (structure, "dtls-certificate"));
  g_assert_cmpstr (gst_structure_get_string (structure, "fingerprint"), ==,
      fingerprint);
  g_assert_true (gst_structure_has_field_typed (structure, "not-after",
          GST_TYPE_DATE_TIME));
  more = certgen_pop_message (pipeline, GST_MESSAGE_ELEMENT);
  g_assert_null (more);
  g_assert_cmpuint (notified, ==, 1);
  certgen_stop (pipeline);
}

/* the element goes while somebody still holds its source */
static void
test_source_outlives_element (void)
{
  GstElement *element = gst_object_ref_sink (certgen_make ());
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");
  GstQuery *query = gst_query_new_context (DTLS_CERTIFICATE_CONTEXT_TYPE);
  GstContext *context;
  g_autofree gchar *fingerprint = NULL;

  gst_util_set_object_arg (G_OBJECT (element), "scope", "association");
  g_assert_true (gst_pad_query (pad, query));
  gst_object_unref (element);
  gst_query_parse_context (query, &context);
  fingerprint = take_fingerprint (context);
  g_assert_nonnull (fingerprint);
  gst_query_unref (query);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (dtlscertgen, NULL);
  g_test_add_func ("/dtlscertgen-serving/stream", test_stream);
  g_test_add_func ("/dtlscertgen-serving/to-file", test_to_file);
  g_test_add_func ("/dtlscertgen-serving/not-linked", test_not_linked);
  g_test_add_func ("/dtlscertgen-serving/serves-pipeline",
      test_serves_pipeline);
  g_test_add_func ("/dtlscertgen-serving/scope-association",
      test_scope_association);
  g_test_add_func ("/dtlscertgen-serving/serves-one-association",
      test_serves_one_association);
  g_test_add_func ("/dtlscertgen-serving/serves-no-other",
      test_serves_no_other);
  g_test_add_func ("/dtlscertgen-serving/serves-one-in-bin",
      test_serves_one_in_bin);
  g_test_add_func ("/dtlscertgen-serving/file-and-pipeline",
      test_file_and_pipeline);
  g_test_add_func ("/dtlscertgen-serving/other-context-query",
      test_other_context_query);
  g_test_add_func ("/dtlscertgen-serving/message", test_message);
  g_test_add_func ("/dtlscertgen-serving/source-outlives-element",
      test_source_outlives_element);
  return g_test_run ();
}
