// SPDX-License-Identifier: LGPL-2.1-or-later
// whepsink as a WHEP client of others sees it: the one of Medooze, in a page
// of another site.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import { freeTcpPort } from './lib/process.mjs';
import { OPUS, serve, VP8 } from './lib/whepsink.mjs';

const FILES = {
  '/': ['text/html', '<!doctype html><video autoplay muted></video>'],
  '/whep.js': ['text/javascript', readFileSync('node_modules/whip-whep/whep.js')],
};

/** Another web server, whose page has the client. */
async function startSite(t) {
  const port = await freeTcpPort();
  const server = createServer((request, response) => {
    const [type, body] = FILES[request.url] ?? ['text/plain', ''];
    response.writeHead(200, { 'Content-Type': type }).end(body);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return `http://127.0.0.1:${port}`;
}

/** Has the client view @uri; says how it went. */
function view(page, uri, token) {
  return page.evaluate(async ([endpoint, secret]) => {
    const { WHEPClient } = await import('/whep.js');
    const peer = new RTCPeerConnection();
    const stream = new MediaStream();
    peer.addTransceiver('video', { direction: 'recvonly' });
    peer.addTransceiver('audio', { direction: 'recvonly' });
    peer.ontrack = ({ track }) => stream.addTrack(track);
    document.querySelector('video').srcObject = stream;
    window.client = new WHEPClient();
    return window.client.view(peer, endpoint, secret).then(
      () => peer.getConfiguration(), (error) => error.message);
  }, [uri, token]);
}

const decoded = (n) => ({
  type: 'inbound-rtp', kind: 'video', framesDecoded: (f) => f >= n,
});

test('another WHEP client plays the stream in a page of another site',
  async (t) => {
    const site = await startSite(t);
    const pipeline = await serve(t, [VP8, OPUS], { options:
      `token=sesame allowed-origins=${site} stun-server=stun://192.0.2.1:3478` });
    const page = await (await openBrowser(t)).newPage();
    const patched = page.waitForResponse(
      (response) => response.request().method() === 'PATCH');
    await page.goto(site);
    const endpoint = `${pipeline.uri}whep`;
    assert.match(await view(page, endpoint, 'other'), /status 401/);

    const { iceServers } = await view(page, endpoint, 'sesame');
    assert.deepEqual(iceServers.flatMap(({ urls }) => urls),
      ['stun:192.0.2.1:3478']);
    assert.equal((await patched).status(), 204);
    await waitForStats(page, decoded(30));
    await waitForStats(page, { type: 'inbound-rtp', kind: 'audio',
      totalSamplesReceived: (n) => n >= 48000 });
    await page.evaluate(() => window.client.stop());
    await pipeline.says(/ended: (left|closed)/);
  });

test('a site that was not allowed gets nothing', async (t) => {
  const site = await startSite(t);
  const { uri } = await serve(t, [VP8]);
  const page = await (await openBrowser(t)).newPage();
  await page.goto(site);
  assert.match(await view(page, `${uri}whep`), /Failed to fetch/);
});
