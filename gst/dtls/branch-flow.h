/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an element with one sink pad and several source pads returns upstream,
 * so that one branch that is not linked, has ended or is being taken apart
 * does not stop the others.
 */
#ifndef DTLS_BRANCH_FLOW_H
#define DTLS_BRANCH_FLOW_H

#include <gst/base/gstflowcombiner.h>

G_BEGIN_DECLS

/**
 * dtls_branch_flow_combine:
 * @combiner: that of all source pads; the caller serialises
 * @sink: the sink pad
 * @src: where a push gave @flow
 *
 * Returns: the flow to give to @sink's peer.
 */
GstFlowReturn dtls_branch_flow_combine (GstFlowCombiner * combiner,
    GstPad * sink, GstPad * src, GstFlowReturn flow);

G_END_DECLS

#endif
