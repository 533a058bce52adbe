// SPDX-License-Identifier: LGPL-2.1-or-later
// Ways from whepsink to Chromium that are not the usual ones: TCP, and IPv6
// alone.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { openBrowser, peerStats, waitForStats } from './lib/chromium.mjs';
import { freeTcpPort } from './lib/process.mjs';
import { serve, VP8 } from './lib/whepsink.mjs';

const ADDRESS = process.env.TEST_ADDRESS;
const ADDRESS6 = process.env.TEST_ADDRESS6;

const decoded = (n) => ({
  type: 'inbound-rtp', kind: 'video', framesDecoded: (f) => f >= n,
});

/** The browser's end of the way in use. */
async function localCandidate(page) {
  const stats = await peerStats(page);
  const byId = (id) => stats.find((report) => report.id === id);
  const { selectedCandidatePairId } = stats.find(
    ({ type, dtlsState }) => type === 'transport' && dtlsState === 'connected');
  return byId(byId(selectedCandidatePairId).localCandidateId);
}

/** Neither end learns of an address of the other for UDP. */
async function blockUdp(page) {
  await page.route('**/whep/*', (route) => route.abort());
  await page.route('**/whep', async (route) => {
    const response = await route.fetch();
    const answer = await response.text();
    await route.fulfill({
      response, body: answer.replace(/a=candidate:.* udp .*\r\n/gi, ''),
    });
  });
}

test('over TCP where UDP does not get through', async (t) => {
  const { uri } = await serve(t, [VP8], { options: 'ice-tcp=true' });
  const page = await (await openBrowser(t)).newPage();
  await blockUdp(page);
  await page.goto(uri);
  await waitForStats(page, decoded(30));
  assert.equal((await localCandidate(page)).protocol, 'tcp');
});

test('over UDP alone unless TCP is wanted', async (t) => {
  const { uri } = await serve(t, [VP8]);
  const page = await (await openBrowser(t)).newPage();
  const answered = page.waitForResponse(
    (response) => response.request().method() === 'POST');
  await page.goto(uri);
  const answer = await (await answered).text();
  assert.match(answer, /a=candidate:.* udp /i);
  assert.doesNotMatch(answer, /a=candidate:.* tcp /i);
});

test('in a network with IPv6 alone', async (t) => {
  const ip = (...args) => execFileSync('ip', args);
  ip('address', 'del', `${ADDRESS}/24`, 'dev', 'test0');
  t.after(() => ip('address', 'add', `${ADDRESS}/24`, 'dev', 'test0'));
  const port = await freeTcpPort();
  await serve(t, [VP8], { port, options: 'address=::' });
  const page = await (await openBrowser(t)).newPage();
  await page.goto(`http://[${ADDRESS6}]:${port}/`);
  await waitForStats(page, decoded(30));
  assert.equal((await localCandidate(page)).address, ADDRESS6);
});
