/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of dtlscertgen have in common.
 */
#ifndef TEST_CERTGEN_H
#define TEST_CERTGEN_H

#include <gst/gst.h>
#include <string.h>

#include "dtls/elements.h"
#include "element-values.h"

static inline GstElement *
certgen_make (void)
{
  GstElement *element = gst_element_factory_make ("dtlscertgen", NULL);

  g_assert_nonnull (element);
  return element;
}

static inline void
certgen_stop (GstElement * element)
{
  g_assert_cmpint (gst_element_set_state (element, GST_STATE_NULL), ==,
      GST_STATE_CHANGE_SUCCESS);
}

/* Returns: (transfer full) (nullable): the oldest message of @types */
static inline GstMessage *
certgen_pop_message (GstElement * pipeline, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  return gst_bus_pop_filtered (bus, types);
}

#endif
