/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The elements of libgstdtls.so, as plugin.c registers them. Each lives in
 * the file of its name.
 */
#ifndef DTLS_ELEMENTS_H
#define DTLS_ELEMENTS_H

#include <gst/gst.h>

G_BEGIN_DECLS

GST_ELEMENT_REGISTER_DECLARE (dtlscertgen);
GST_ELEMENT_REGISTER_DECLARE (dtlsdec);
GST_ELEMENT_REGISTER_DECLARE (dtlsenc);
GST_ELEMENT_REGISTER_DECLARE (dtlssrtpdec);
GST_ELEMENT_REGISTER_DECLARE (dtlssrtpdemux);
GST_ELEMENT_REGISTER_DECLARE (dtlssrtpenc);
GST_ELEMENT_REGISTER_DECLARE (srtpkeyer);

G_END_DECLS

#endif
