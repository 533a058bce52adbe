// SPDX-License-Identifier: LGPL-2.1-or-later
// whepsink and its page in Chromium: what is seen and heard, what protects
// it, and that one viewer's trouble is nobody else's.

import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, peerStats, waitForStats } from './lib/chromium.mjs';
import { freeTcpPort } from './lib/process.mjs';
import { waitFor } from './lib/wait.mjs';
import { h264, OPUS, serve, VIDEO, VP8 } from './lib/whepsink.mjs';

const decoded = (n, last = 0) => ({
  type: 'inbound-rtp', kind: 'video', framesDecoded: (f) => f >= last + n,
});
const heard = (n) => ({
  type: 'inbound-rtp', kind: 'audio', totalSamplesReceived: (s) => s >= n,
});

async function openPage(browser, uri) {
  const page = await browser.newPage();
  await page.goto(uri);
  return page;
}

/**
 * The same, waiting for the picture: a Chromium that was asked for statistics
 * before it was connected never reports the peer's certificate.
 */
async function openLivePage(browser, uri) {
  const page = await openPage(browser, uri);
  await page.waitForSelector('#state[data-state="live"]');
  return page;
}

function findType(stats, type) {
  return stats.find((report) => report.type === type);
}

/** The transport in use; a rejected section leaves another behind. */
function connectedTransport(page) {
  return waitForStats(page, {
    type: 'transport', dtlsState: 'connected',
    remoteCertificateId: (id) => id !== undefined,
  });
}

test('picture and sound arrive, and the page says what protects them',
  async (t) => {
    const pipeline = await serve(t, [VP8, OPUS]);
    const page = await openLivePage(await openBrowser(t), pipeline.uri);
    await waitForStats(page, decoded(30));
    await waitForStats(page, heard(48000));

    const transport = await connectedTransport(page);
    const stats = await peerStats(page);
    assert.equal(transport.tlsVersion, 'FEFD');
    assert.equal(transport.srtpCipher, 'SRTP_AEAD_AES_128_GCM');
    const certificate = stats.find(
      ({ id }) => id === transport.remoteCertificateId);
    const answer = await page.evaluate(
      () => window.peerConnections.at(-1).remoteDescription.sdp);
    const announced = [...answer.matchAll(/a=fingerprint:(\S+) (\S+)/g)];
    assert.ok(announced.length >= 1);
    for (const [, hash, value] of announced) {
      assert.equal(hash, certificate.fingerprintAlgorithm);
      assert.equal(value, certificate.fingerprint);
    }

    const shown = (id) => page.textContent(`#${id}`);
    await waitFor('words on the page', async () =>
      await shown('dtls-version') === 'DTLS 1.2');
    assert.equal(await shown('srtp-profile'), 'AEAD_AES_128_GCM');
    assert.match(await shown('remote-fingerprint'),
      new RegExp(certificate.fingerprint));
    assert.match(await shown('security-words'), /AEAD_AES_128_GCM/);
    assert.equal(await page.getAttribute('#state', 'data-state'), 'live');
  });

test('each viewer has a certificate of its own; one leaves, one goes on',
  async (t) => {
    const pipeline = await serve(t, [VP8]);
    const browser = await openBrowser(t);
    const first = await openLivePage(browser, pipeline.uri);
    await waitForStats(first, decoded(10));
    const second = await openLivePage(browser, pipeline.uri);
    // It came late, so a keyframe was made for it.
    await waitForStats(second, decoded(10));
    const [a, b] = await Promise.all([first, second].map(async (page) =>
      (await connectedTransport(page)).remoteCertificateId));
    assert.ok(a && b);
    assert.notEqual(a, b);

    await first.close({ runBeforeUnload: true });
    // Its close_notify may overtake its DELETE.
    await pipeline.says(/ended: (left|closed)/);
    const { framesDecoded } = (await peerStats(second)).find(
      ({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    await waitForStats(second, decoded(30, framesDecoded));
    assert.equal(pipeline.output.match(/ ended: /g).length, 1);
  });

test('an offer with a falsified fingerprint gets no media', async (t) => {
  const pipeline = await serve(t, [VP8]);
  const browser = await openBrowser(t);
  const honest = await openPage(browser, pipeline.uri);
  await waitForStats(honest, decoded(5));

  const page = await browser.newPage();
  await page.route('**/whep', (route) => {
    const offer = route.request().postData().replace(
      /(a=fingerprint:sha-256 )(..)/g,
      (_, name, byte) => name + (byte === '00' ? '11' : '00'));
    return route.continue({ postData: offer });
  });
  await page.goto(pipeline.uri);
  await pipeline.says(/ended: handshake/);
  const inbound = findType(await peerStats(page, 0), 'inbound-rtp');
  assert.equal(inbound?.packetsReceived ?? 0, 0);
  const { framesDecoded } = findType(await peerStats(honest), 'inbound-rtp');
  await waitForStats(honest, decoded(5, framesDecoded));
});

for (const profile of ['constrained-baseline', 'high']) {
  test(`H.264 ${profile} reaches the browser as it is, late comers too`,
    async (t) => {
      // Its parameter sets are in the caps alone, not in the stream.
      const stream = `${h264(profile)},stream-format=avc`;
      const pipeline = await serve(t, [stream]);
      const browser = await openBrowser(t);
      await waitForStats(await openPage(browser, pipeline.uri), decoded(15));
      const page = await openPage(browser, pipeline.uri);
      await waitForStats(page, decoded(15));
      const codecs = (await peerStats(page)).filter(
        ({ type }) => type === 'codec');
      assert.deepEqual(codecs.map(({ mimeType }) => mimeType), ['video/H264']);
      assert.match(codecs[0].sdpFmtpLine, /packetization-mode=1/);
    });
}

test('VP9 and G.711 reach the browser too', async (t) => {
  const vp9 = `${VIDEO} vp9enc deadline=1 cpu-used=8`;
  const pcma = 'audiotestsrc is-live=true ! alawenc';
  const pipeline = await serve(t, [vp9, pcma]);
  const page = await openPage(await openBrowser(t), pipeline.uri);
  await waitForStats(page, decoded(10));
  await waitForStats(page, heard(8000));
});

test('a restart of ICE keeps the stream', async (t) => {
  const pipeline = await serve(t, [VP8]);
  const page = await openLivePage(await openBrowser(t), pipeline.uri);
  await waitForStats(page, decoded(5));
  const { framesDecoded } = await waitForStats(page, decoded(5));
  const wayOf = async () => {
    const { sdp } = await page.evaluate(
      () => window.peerConnections.at(-1).remoteDescription.toJSON());
    const { selectedCandidatePairId } = await connectedTransport(page);
    return [sdp.match(/a=ice-ufrag:.*/)[0], selectedCandidatePairId];
  };
  const before = await wayOf();

  const restarted = page.waitForResponse((response) =>
    response.request().method() === 'PATCH' && response.status() === 200);
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await restarted;
  await waitFor('another way', async () => (await wayOf()).every(
    (value, i) => value !== before[i]));
  await waitForStats(page, decoded(30, framesDecoded));
  assert.equal(await page.evaluate(() => window.peerConnections.length), 1);
  assert.doesNotMatch(pipeline.output, / ended: /);
});

test('the page comes back when the stream does', async (t) => {
  const port = await freeTcpPort();
  const before = await serve(t, [VP8], { port });
  const page = await openPage(await openBrowser(t), before.uri);
  await waitForStats(page, decoded(5));
  await before.stop();
  await page.waitForSelector('#state[data-state="reconnecting"]');
  await serve(t, [VP8], { port });
  await page.waitForSelector('#state[data-state="live"]');
  await waitForStats(page, decoded(5));
});

test('a token opens the stream, another one does not', async (t) => {
  const pipeline = await serve(t, [VP8], { options: 'token=sesame' });
  const browser = await openBrowser(t);
  const closed = await openPage(browser, `${pipeline.uri}#token=other`);
  await waitFor('refusal on the page', async () =>
    /token/.test(await closed.textContent('#overlay-text')));
  const open = await openPage(browser, `${pipeline.uri}#token=sesame`);
  await waitForStats(open, decoded(5));
});
