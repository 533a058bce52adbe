// SPDX-License-Identifier: LGPL-2.1-or-later
// From the offer to the first decoded frame, in Chromium, against a server
// that takes WHEP offers: the first offer a server ever gets, and the median
// of some later ones. Prints lines of "name value unit".
//
// Usage: isolated.sh node first-frame.mjs COUNT COMMAND [ARGUMENT...]
//   COMMAND   prints "open http://..." when it is ready

import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser } from '../interop/lib/chromium.mjs';
import { start } from '../interop/lib/process.mjs';

/** Runs in the page; returns milliseconds. */
async function watchOnce() {
  const peer = new RTCPeerConnection();
  peer.addTransceiver('video', { direction: 'recvonly' });
  await peer.setLocalDescription();
  while (peer.iceGatheringState !== 'complete') {
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
  const begin = performance.now();
  const response = await fetch('/whep', {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp' },
    body: peer.localDescription.sdp,
  });
  if (response.status !== 201) throw new Error(`status ${response.status}`);
  await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
  for (;;) {
    const reports = [...(await peer.getStats()).values()];
    if (reports.some(({ framesDecoded }) => framesDecoded > 0)) break;
    if (performance.now() - begin > 20000) throw new Error('no picture');
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
  const elapsed = performance.now() - begin;
  peer.close();
  return elapsed;
}

const [count, ...command] = process.argv.slice(2);
const cleanups = [];
const t = { after: (f) => cleanups.unshift(f), diagnostic: console.error };
try {
  const browser = await openBrowser(t);
  const server = start(t, command[0], command.slice(1));
  const [, origin] = await server.says(/open (http:\S+)/);
  const page = await browser.newPage();
  await page.goto(new URL('/nothing', origin).href);
  const times = [];
  for (let i = 0; i < Number(count); i += 1) {
    // Viewers that come together share a keyframe; these do not.
    await sleep(1000);
    times.push(await page.evaluate(watchOnce));
  }
  const [first, ...later] = times;
  later.sort((a, b) => a - b);
  console.log(`first-viewer ${first.toFixed(1)} ms`);
  console.log(`later-viewer ${later[later.length >> 1].toFixed(1)} ms`);
} finally {
  for (const cleanup of cleanups) await cleanup();
}
