// SPDX-License-Identifier: LGPL-2.1-or-later
// whepsink and its page in Firefox.

import assert from 'node:assert/strict';
import test from 'node:test';
import { peerStats, waitForStats } from './lib/chromium.mjs';
import { openFirefox } from './lib/firefox.mjs';
import { freeTcpPort } from './lib/process.mjs';
import { waitFor } from './lib/wait.mjs';
import { OPUS, serve, VP8 } from './lib/whepsink.mjs';

const decoded = (n) => ({
  type: 'inbound-rtp', kind: 'video', framesDecoded: (f) => f >= n,
});
const heard = (n) => ({
  type: 'inbound-rtp', kind: 'audio', packetsReceived: (p) => p >= n,
});

async function openPage(browser, uri) {
  const page = await browser.newPage();
  await page.goto(uri);
  return page;
}

const shown = (page, id) => page.textContent(`#${id}`);

test('picture and sound arrive in Firefox, and the page says what protects them',
  async (t) => {
    const { uri } = await serve(t, [VP8, OPUS]);
    const page = await openPage(await openFirefox(t), uri);
    await page.waitForSelector('#state[data-state="live"]');
    await waitForStats(page, decoded(30));
    await waitForStats(page, heard(50));
    const states = await page.evaluate(() => window.peerConnections.at(-1)
      .getReceivers().map(({ transport }) => transport.state));
    assert.deepEqual(states, ['connected', 'connected']);

    await waitForStats(page, { type: 'transport', dtlsState: 'connected',
      tlsVersion: 'FEFD', srtpCipher: 'SRTP_AEAD_AES_128_GCM' });
    await waitFor('words on the page', async () =>
      await shown(page, 'dtls-version') === 'DTLS 1.2');
    assert.equal(await shown(page, 'srtp-profile'), 'AEAD_AES_128_GCM');
    assert.match(await shown(page, 'security-summary'), /^Encrypted all/);
    const fingerprints = await page.evaluate(() => {
      const peer = window.peerConnections.at(-1);
      return [peer.remoteDescription, peer.localDescription].map(
        ({ sdp }) => sdp.match(/a=fingerprint:(.*)/)[1].trim());
    });
    assert.equal(await shown(page, 'remote-fingerprint'), fingerprints[0]);
    assert.equal(await shown(page, 'local-fingerprint'), fingerprints[1]);
    assert.match(await shown(page, 'codecs'), /VP8/);
  });

test('in Firefox too a token is asked for, and the page comes back',
  async (t) => {
    const port = await freeTcpPort();
    const options = 'token=sesame';
    const before = await serve(t, [VP8], { port, options });
    const browser = await openFirefox(t);
    const closed = await openPage(browser, `${before.uri}#token=other`);
    await waitFor('refusal on the page', async () =>
      /token/.test(await shown(closed, 'overlay-text')));
    await closed.close();

    const page = await openPage(browser, `${before.uri}#token=sesame`);
    await waitForStats(page, decoded(5));
    const restarted = await page.evaluate(() => new Promise((resolve) => {
      const { fetch } = window;
      window.fetch = async (...args) => {
        const response = await fetch(...args);
        if (args[1]?.headers?.['If-Match'] === '*') resolve(response.status);
        return response;
      };
      dispatchEvent(new Event('online'));
    }));
    assert.equal(restarted, 200);
    const { framesDecoded } = await waitForStats(page, decoded(5));
    await waitForStats(page, decoded(framesDecoded + 30));
    assert.doesNotMatch(before.output, / ended: /);

    await before.stop();
    await page.waitForSelector('#state[data-state="reconnecting"]');
    await serve(t, [VP8], { port, options });
    await page.waitForSelector('#state[data-state="live"]');
    await waitForStats(page, decoded(5));
  });
