/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source pad by which decrypted application data leave an element. There
 * may be none at a time, and it may come late: it begins its stream with the
 * first data.
 *
 * Threads: everything may be called from any thread; pushes hold the pad's
 * stream lock.
 */
#ifndef DTLS_DATA_SOURCE_H
#define DTLS_DATA_SOURCE_H

#include <gst/gst.h>

#include "association-link.h"

G_BEGIN_DECLS

#define DTLS_TYPE_DATA_SOURCE (dtls_data_source_get_type ())
G_DECLARE_FINAL_TYPE (DtlsDataSource, dtls_data_source, DTLS, DATA_SOURCE,
    GObject)

/**
 * dtls_data_source_new:
 * @sink: where datagrams come in, whose time the data have; referenced
 */
DtlsDataSource *dtls_data_source_new (GstPad * sink);

/**
 * dtls_data_source_open:
 * @link: whose data are pushed, and whose close is the EOS
 * @owner: referenced while a signal of @link may come
 */
void dtls_data_source_open (DtlsDataSource * self, DtlsLink * link,
    GstElement * owner);

/** dtls_data_source_close: no-op when it is not open. */
void dtls_data_source_close (DtlsDataSource * self);

/** dtls_data_source_reset: READY→PAUSED; what ended before has not. */
void dtls_data_source_reset (DtlsDataSource * self);

/**
 * dtls_data_source_set_pad:
 * @pad: (nullable): the pad, %NULL when it is released
 *
 * Returns: %FALSE when there is one already.
 */
gboolean dtls_data_source_set_pad (DtlsDataSource * self, GstPad * pad);

/** dtls_data_source_note_times: of the datagram that is handled next. */
void dtls_data_source_note_times (DtlsDataSource * self, GstBuffer * datagram);

/** dtls_data_source_push: the data of one record; no buffer for none. */
void dtls_data_source_push (DtlsDataSource * self, GBytes * bytes);

/** dtls_data_source_push_eos: a pad that comes or is linked later gets it too. */
void dtls_data_source_push_eos (DtlsDataSource * self);

/** dtls_data_source_event: (transfer none): an event of the sink pad. */
void dtls_data_source_event (DtlsDataSource * self, GstEvent * event);

/**
 * dtls_data_source_take_flow:
 *
 * Returns: an error of the last push, once; %GST_FLOW_OK otherwise: a pad
 * that is not linked, or is done, is no reason to stop what shares the socket.
 */
GstFlowReturn dtls_data_source_take_flow (DtlsDataSource * self);

G_END_DECLS

#endif
