/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * whepsink: serves what it is given to browsers.
 */
#ifndef GST_WHEP_SINK_H
#define GST_WHEP_SINK_H

#include <gst/gst.h>

G_BEGIN_DECLS

#define WHEP_TYPE_SINK (whep_sink_get_type ())
G_DECLARE_FINAL_TYPE (WhepSink, whep_sink, WHEP, SINK, GstBin)

GST_ELEMENT_REGISTER_DECLARE (whepsink);

G_END_DECLS

#endif
