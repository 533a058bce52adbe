/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * whipsink: publishes what it is given to a server.
 */
#ifndef GST_WHIP_SINK_H
#define GST_WHIP_SINK_H

#include <gst/gst.h>

G_BEGIN_DECLS

#define WHIP_TYPE_SINK (whip_sink_get_type ())
G_DECLARE_FINAL_TYPE (WhipSink, whip_sink, WHIP, SINK, GstBin)

GST_ELEMENT_REGISTER_DECLARE (whipsink);

G_END_DECLS

#endif
