// SPDX-License-Identifier: LGPL-2.1-or-later
// A whepsink that browsers can reach, and what it may serve.

import { freeTcpPort, launch } from './process.mjs';

export const VIDEO = 'videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240 !';
export const VP8 = `${VIDEO} vp8enc deadline=1 keyframe-max-dist=9999`;
export const h264 = (profile) => `${VIDEO} x264enc tune=zerolatency`
  + ` speed-preset=superfast key-int-max=9999 ! video/x-h264,profile=${profile}`;
export const OPUS = 'audiotestsrc is-live=true ! opusenc';

/** Serves what @branches bring: "BRANCH ! queue ! sink." each. */
export async function serve(t, branches, { options = '', port, env = {} } = {}) {
  const at = port ?? await freeTcpPort();
  const sources = branches.map((branch) => `${branch} ! queue ! sink.`);
  const pipeline = launch(t,
    `whepsink name=sink port=${at} ${options} ${sources.join(' ')}`,
    { GST_DEBUG: 'whepsink:4,wheppeer:4', GST_DEBUG_NO_COLOR: '1', ...env });
  [, pipeline.uri] = await pipeline.says(/open (https?:\S+) to view/);
  return pipeline;
}
