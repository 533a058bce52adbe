// SPDX-License-Identifier: LGPL-2.1-or-later
// How viewers of whepsink end when nobody says DELETE, and how they come back.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import test from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import { waitFor } from './lib/wait.mjs';
import { serve, VP8 } from './lib/whepsink.mjs';

const decoded = (n) => ({
  type: 'inbound-rtp', kind: 'video', framesDecoded: (f) => f >= n,
});

/** A page that plays, and whose DELETE gets nowhere. */
async function openPage(browser, uri) {
  const page = await browser.newPage();
  await page.route('**/whep/*', (route) => route.abort());
  await page.goto(uri);
  await page.waitForSelector('#state[data-state="live"]');
  await waitForStats(page, decoded(5));
  return page;
}

/**
 * Sends a signal to all processes of Chromium; the test runs in a space of
 * processes of its own, see isolated.sh.
 */
function signalBrowser(signal) {
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    try {
      if (/\/chromium$/.test(readlinkSync(`/proc/${name}/exe`))) {
        process.kill(Number(name), signal);
      }
    } catch {
      // It has ended meanwhile.
    }
  }
}

test('a viewer that falls silent is removed, and comes back when it can',
  async (t) => {
    // Before the browser is closed, which a stopped one does not notice.
    t.after(() => signalBrowser('SIGCONT'));
    const pipeline = await serve(t, [VP8]);
    const page = await openPage(await openBrowser(t), pipeline.uri);
    signalBrowser('SIGSTOP');
    // Without reports for 30 seconds, or up to 10 more.
    await pipeline.says(/ended: silent/, 120000);
    signalBrowser('SIGCONT');
    await page.waitForSelector('#state[data-state="reconnecting"]');
    await page.waitForSelector('#state[data-state="live"]', { timeout: 60000 });
    await waitForStats(page, decoded(5));
  });

test('a viewer that closes its connection is removed at once', async (t) => {
  const pipeline = await serve(t, [VP8]);
  const page = await openPage(await openBrowser(t), pipeline.uri);
  await page.evaluate(() => window.peerConnections.at(-1).close());
  await pipeline.says(/ended: closed/);
});

const ip = (...args) => execFileSync('ip', args);

function bringNetworkBack() {
  ip('link', 'set', 'test0', 'up');
  ip('address', 'replace', `${process.env.TEST_ADDRESS}/24`, 'dev', 'test0');
  ip('route', 'replace', 'default', 'dev', 'test0');
}

test('a viewer comes back when its network does', async (t) => {
  const pipeline = await serve(t, [VP8]);
  const page = await openPage(await openBrowser(t), pipeline.uri);
  ip('link', 'set', 'test0', 'down');
  await page.waitForSelector('#state[data-state="reconnecting"]');
  bringNetworkBack();
  await page.waitForSelector('#state[data-state="live"]', { timeout: 60000 });
  await waitForStats(page, decoded(5));
});

test('a network that is back soon interrupts the stream and ends nothing',
  async (t) => {
    const pipeline = await serve(t, [VP8]);
    const page = await openPage(await openBrowser(t), pipeline.uri);
    await page.unroute('**/whep/*');
    const isState = (wanted) => page.evaluate((state) =>
      window.peerConnections.at(-1).connectionState === state, wanted);
    ip('link', 'set', 'test0', 'down');
    await waitFor('interruption', () => isState('disconnected'));
    bringNetworkBack();
    await waitFor('connection', () => isState('connected'));
    const { framesDecoded } = await waitForStats(page, decoded(5));
    await waitForStats(page, decoded(framesDecoded + 30));
    assert.equal(await page.evaluate(() => window.peerConnections.length), 1);
    assert.doesNotMatch(pipeline.output, / ended: /);
  });
