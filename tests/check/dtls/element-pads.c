/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pads that come and go, on an element that has no others.
 */
#include "config.h"

#include "dtls/element-pads.h"

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void
test_late_pad_is_active (void)
{
  GstElement *element = gst_object_ref_sink (gst_bin_new (NULL));
  GstPad *early = gst_pad_new ("early", GST_PAD_SINK);
  GstPad *late = gst_pad_new ("late", GST_PAD_SINK);

  dtls_element_add_request_pad (element, early);
  g_assert_false (gst_pad_is_active (early));
  gst_element_set_state (element, GST_STATE_PAUSED);
  dtls_element_add_request_pad (element, late);
  g_assert_true (gst_pad_is_active (late));

  gst_object_ref (late);
  dtls_element_remove_request_pad (element, late);
  g_assert_false (gst_pad_is_active (late));
  g_assert_null (GST_OBJECT_PARENT (late));
  gst_object_unref (late);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

static void
test_source_is_what_has_no_sink_pads (void)
{
  GstElement *element = gst_object_ref_sink (gst_bin_new (NULL));
  GstPad *pad = gst_pad_new ("sink", GST_PAD_SINK);

  dtls_element_add_pad (element, &src_template);
  dtls_element_update_source_flag (element);
  g_assert_true (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE));
  dtls_element_add_request_pad (element, pad);
  dtls_element_update_source_flag (element);
  g_assert_false (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE));
  gst_object_unref (element);
}

static GstStaticPadTemplate numbered_template =
GST_STATIC_PAD_TEMPLATE ("sink_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS_ANY);

static void
assert_name (GstElement * element, GstStaticPadTemplate * of,
    const gchar * wanted, const gchar * expected)
{
  GstPadTemplate *template = gst_object_ref_sink
      (gst_static_pad_template_get (of));
  g_autofree gchar *name = dtls_element_name_pad (element, template, wanted);

  g_assert_cmpstr (name, ==, expected);
  gst_object_unref (template);
}

static void
test_lowest_free_number_names_a_pad (void)
{
  GstElement *element = gst_object_ref_sink (gst_bin_new (NULL));

  assert_name (element, &numbered_template, NULL, "sink_0");
  gst_element_add_pad (element, gst_pad_new ("sink_0", GST_PAD_SINK));
  gst_element_add_pad (element, gst_pad_new ("sink_2", GST_PAD_SINK));
  assert_name (element, &numbered_template, NULL, "sink_1");
  assert_name (element, &numbered_template, "sink_7", "sink_7");
  assert_name (element, &src_template, NULL, "src");
  gst_object_unref (element);
}

static void
test_link_leads_to_one_pad_or_none (void)
{
  GstPad *pad = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  GstIterator *one = dtls_pad_iterate_link (pad);
  GstIterator *none = dtls_pad_iterate_link (NULL);
  GValue value = G_VALUE_INIT;

  g_assert_cmpint (gst_iterator_next (one, &value), ==, GST_ITERATOR_OK);
  g_assert_true (g_value_get_object (&value) == pad);
  g_value_unset (&value);
  g_assert_cmpint (gst_iterator_next (one, &value), ==, GST_ITERATOR_DONE);
  g_assert_cmpint (gst_iterator_next (none, &value), ==, GST_ITERATOR_OK);
  g_assert_null (g_value_get_object (&value));
  g_value_unset (&value);
  gst_iterator_free (one);
  gst_iterator_free (none);
  gst_object_unref (pad);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/element-pads/" #name, test_##name)
  ADD (late_pad_is_active);
  ADD (source_is_what_has_no_sink_pads);
  ADD (lowest_free_number_names_a_pad);
  ADD (link_leads_to_one_pad_or_none);
  return g_test_run ();
}
