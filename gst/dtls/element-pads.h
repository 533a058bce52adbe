/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What elements do with their pads, the same in each.
 */
#ifndef DTLS_ELEMENT_PADS_H
#define DTLS_ELEMENT_PADS_H

#include <gst/gst.h>

G_BEGIN_DECLS

/** Returns: (transfer none): an always pad, which was added to @self. */
GstPad *dtls_element_add_pad (GstElement * self,
    GstStaticPadTemplate * template);

/**
 * dtls_element_name_pad:
 * @template: of a request pad; one `%u` or `%d` in its name stands at the end
 * @wanted: (nullable): the name that was asked for
 *
 * Returns: (transfer full): @wanted, or the name with the lowest free number.
 */
gchar *dtls_element_name_pad (GstElement * self, GstPadTemplate * template,
    const gchar * wanted);

/**
 * dtls_element_add_request_pad:
 * @pad: with its functions set; is made active when @self runs
 */
void dtls_element_add_request_pad (GstElement * self, GstPad * pad);

void dtls_element_remove_request_pad (GstElement * self, GstPad * pad);

/**
 * dtls_element_update_source_flag:
 *
 * After pads were added or removed. Without sink pads a stream begins here,
 * and a pipeline that is told to end sends its EOS to @self.
 */
void dtls_element_update_source_flag (GstElement * self);

/**
 * dtls_pad_iterate_link:
 * @other: (nullable): the only pad inside that a pad leads to
 *
 * Returns: (transfer full): for an iterate-internal-links function
 */
GstIterator *dtls_pad_iterate_link (GstPad * other);

G_END_DECLS

#endif
