/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An element that has nothing but what one side of a link asks of its owner.
 */
#ifndef TEST_LINK_HOST_H
#define TEST_LINK_HOST_H

#include <gst/gst.h>

/**
 * link_host_new:
 * @n_states: (nullable): how often `connection-state` was notified, counted on
 *
 * Returns: (transfer full): an element whose properties say nothing.
 */
GstElement *link_host_new (guint * n_states);

#endif
