/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See branch-flow.h. GstFlowCombiner knows about branches that are not linked
 * or have ended. A branch that an application sets to NULL before it unlinks
 * it gives FLUSHING, and a source that is told so stops for good; as long as
 * our own sink pad is not flushing, that is one branch's affair as well.
 */
#include "config.h"

#include "branch-flow.h"

GstFlowReturn
dtls_branch_flow_combine (GstFlowCombiner * combiner, GstPad * sink,
    GstPad * src, GstFlowReturn flow)
{
  if (flow == GST_FLOW_FLUSHING && !GST_PAD_IS_FLUSHING (sink))
    flow = GST_FLOW_NOT_LINKED;
  return gst_flow_combiner_update_pad_flow (combiner, src, flow);
}
