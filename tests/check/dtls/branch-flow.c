/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What goes upstream when one of two branches is in trouble.
 */
#include "config.h"

#include <gst/gst.h>

#include "dtls/branch-flow.h"

typedef struct
{
  GstFlowCombiner *combiner;
  GstPad *sink;
  GstPad *a;
  GstPad *b;
} Fixture;

static void
fixture_open (Fixture * self, gconstpointer data)
{
  self->combiner = gst_flow_combiner_new ();
  self->sink = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  self->a = gst_object_ref_sink (gst_pad_new ("a", GST_PAD_SRC));
  self->b = gst_object_ref_sink (gst_pad_new ("b", GST_PAD_SRC));
  gst_flow_combiner_add_pad (self->combiner, self->a);
  gst_flow_combiner_add_pad (self->combiner, self->b);
  gst_pad_set_active (self->sink, TRUE);
  gst_pad_set_active (self->a, TRUE);
  gst_pad_set_active (self->b, TRUE);
}

static void
fixture_close (Fixture * self, gconstpointer data)
{
  gst_flow_combiner_free (self->combiner);
  gst_pad_set_active (self->sink, FALSE);
  gst_object_unref (self->sink);
  gst_object_unref (self->a);
  gst_object_unref (self->b);
}

static GstFlowReturn
combine (Fixture * self, GstPad * pad, GstFlowReturn flow)
{
  return dtls_branch_flow_combine (self->combiner, self->sink, pad, flow);
}

static void
test_one_branch_is_not_linked (Fixture * self, gconstpointer data)
{
  g_assert_cmpint (combine (self, self->a, GST_FLOW_NOT_LINKED), ==,
      GST_FLOW_OK);
  g_assert_cmpint (combine (self, self->b, GST_FLOW_NOT_LINKED), ==,
      GST_FLOW_NOT_LINKED);
}

static void
test_one_branch_has_ended (Fixture * self, gconstpointer data)
{
  g_assert_cmpint (combine (self, self->a, GST_FLOW_EOS), ==, GST_FLOW_OK);
  g_assert_cmpint (combine (self, self->b, GST_FLOW_EOS), ==, GST_FLOW_EOS);
}

static void
test_one_branch_is_taken_apart (Fixture * self, gconstpointer data)
{
  g_assert_cmpint (combine (self, self->a, GST_FLOW_FLUSHING), ==, GST_FLOW_OK);
  gst_pad_set_active (self->sink, FALSE);
  g_assert_cmpint (combine (self, self->a, GST_FLOW_FLUSHING), ==,
      GST_FLOW_FLUSHING);
}

static void
test_an_error_counts (Fixture * self, gconstpointer data)
{
  g_assert_cmpint (combine (self, self->a, GST_FLOW_ERROR), ==, GST_FLOW_ERROR);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/branch-flow/" #name, Fixture, NULL, \
      fixture_open, test_##name, fixture_close)
  ADD (one_branch_is_not_linked);
  ADD (one_branch_has_ended);
  ADD (one_branch_is_taken_apart);
  ADD (an_error_counts);
#undef ADD
  return g_test_run ();
}
