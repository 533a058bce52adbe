// SPDX-License-Identifier: LGPL-2.1-or-later
// GStreamer's webrtcbin on these elements against Chromium: media both ways
// and a data channel, with either end as the DTLS client.

import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import { startWebrtcbin } from './lib/process.mjs';
import { startRelay } from './lib/relay.mjs';

const PEER = fileURLToPath(new URL('webrtcbin-peer.py', import.meta.url));
const FAKE_MEDIA = [
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** Runs in the page: one connection that sends camera and microphone. */
async function openConnection() {
  const connection = new RTCPeerConnection();
  window.connection = connection;
  window.messages = [];
  window.outbox = [];
  connection.onicecandidate = ({ candidate }) => {
    if (candidate) window.outbox.push(candidate.toJSON());
  };
  window.useChannel = (channel) => {
    window.channel = channel;
    channel.onmessage = ({ data }) => {
      window.messages.push(data);
      if (!window.offers) channel.send(data);
    };
  };
  connection.ontrack = ({ track }) => {
    const player = document.createElement(track.kind);
    player.srcObject = new MediaStream([track]);
    document.body.append(player);
    player.play();
  };
  connection.ondatachannel = ({ channel }) => window.useChannel(channel);
  const stream = await navigator.mediaDevices.getUserMedia(
    { audio: true, video: { width: 320, height: 240 } });
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
}

/** Runs in the page. */
async function makeOffer() {
  window.offers = true;
  const channel = window.connection.createDataChannel('chat');
  window.useChannel(channel);
  channel.onopen = () => channel.send('from Chromium');
  await window.connection.setLocalDescription();
  window.outbox.unshift(window.connection.localDescription.toJSON());
}

/** Runs in the page: takes what the peer says. */
async function hear(words) {
  if (words.candidate !== undefined) {
    await window.connection.addIceCandidate(words);
    return;
  }
  await window.connection.setRemoteDescription(words);
  if (words.type !== 'offer') return;
  await window.connection.setLocalDescription();
  window.outbox.push(window.connection.localDescription.toJSON());
}

/**
 * Signalling that leads the page to a relay in front of the peer, and the peer
 * nowhere: it answers whoever comes.
 */
class Detour {
  constructor(t, loss, seed) {
    this.startRelay = (port) =>
      startRelay(t, [undefined, port], loss, seed, process.env.TEST_ADDRESS);
  }

  static withoutCandidates(words) {
    return { ...words, sdp: words.sdp.replace(/^a=candidate:.*\r\n/gm, '') };
  }

  /** @returns what the page is told in place of @words; undefined for nothing */
  async toPage(words) {
    if (words.sdp) return Detour.withoutCandidates(words);
    const address = process.env.TEST_ADDRESS;
    const [, before, port, after] = words.candidate.match(
      `^(.* UDP \\d+ ${address} )(\\d+)( typ host.*)$`) ?? [];
    if (this.relay || !port || words.sdpMLineIndex !== 0) return undefined;
    this.relay = await this.startRelay(Number(port));
    const candidate = `${before}${this.relay.ports[0]}${after}`;
    return { ...words, candidate };
  }

  toPeer(words) {
    return words.sdp ? Detour.withoutCandidates(words) : undefined;
  }
}

/** Signalling as it is. */
const STRAIGHT = { toPage: (words) => words, toPeer: (words) => words };

/** Carries signalling both ways until the test ends. */
function connect(t, page, peer, way) {
  let read = 0;
  let busy = false;
  const carry = async () => {
    if (busy) return;
    busy = true;
    const lines = peer.output.slice(read).split('\n');
    read = peer.output.length - lines.pop().length;
    for (const line of lines.filter((text) => text.startsWith('{'))) {
      const words = JSON.parse(line);
      const told = (words.type || words.candidate !== undefined)
        && await way.toPage(words);
      if (told) await page.evaluate(hear, told);
    }
    const sent = await page.evaluate(() => window.outbox.splice(0));
    for (const words of sent.map(way.toPeer).filter(Boolean))
      peer.child.stdin.write(`${JSON.stringify(words)}\n`);
    busy = false;
  };
  const timer = setInterval(() => carry().catch((error) => {
    clearInterval(timer);
    t.diagnostic(`signalling: ${error.message}`);
  }), 20);
  t.after(() => clearInterval(timer));
}

/** @param {string} role  "offer" or "answer" */
function startPeer(t, role) {
  return startWebrtcbin(t, '/usr/bin/python3', [PEER, role], { STDIN: 'pipe' });
}

/**
 * @param {string} role  that of webrtcbin: "offer" or "answer"
 * @param way  what signalling makes of what it carries
 */
async function open(t, role, way = STRAIGHT) {
  const browser = await openBrowser(t, FAKE_MEDIA);
  const page = await browser.newPage();
  // A page of its own origin may use the camera.
  await page.route('https://test.invalid/', (route) => route.fulfill(
    { contentType: 'text/html', body: '<title>peer</title>' }));
  await page.goto('https://test.invalid/');
  await page.evaluate(openConnection);
  const peer = startPeer(t, role);
  if (role === 'answer') await page.evaluate(makeOffer);
  connect(t, page, peer, way);
  return { page, peer };
}

async function assertFlow(page, peer, text) {
  const transport = await waitForStats(page,
    { type: 'transport', dtlsState: 'connected' });
  await waitForStats(page,
    { type: 'inbound-rtp', kind: 'video', framesDecoded: (n) => n >= 30 });
  await waitForStats(page, {
    type: 'inbound-rtp', kind: 'audio', totalSamplesReceived: (n) => n >= 48000,
  });
  await peer.says(/"frames": 30/);
  await peer.says(/"sounds": 30/);
  await peer.says(new RegExp(`"message": "${text}"`));
  await page.waitForFunction((wanted) => window.messages.includes(wanted),
    text);
  assert.match(peer.output, /"plugin": ".*\/gst\/dtls\/libgstdtls\.so"/);
  assert.doesNotMatch(peer.output, /"error"/);
  return transport;
}

/** Hands on what one process says to another one. */
function relay(from, to) {
  createInterface({ input: from.child.stdout }).on('line', (line) => {
    if (/^\{"(type|candidate)"/.test(line)) to.child.stdin.write(`${line}\n`);
  });
}

test('two processes', async (t) => {
  const [a, b] = ['answer', 'offer'].map((role) => startPeer(t, role));
  relay(a, b);
  relay(b, a);
  for (const peer of [a, b]) {
    await peer.says(/"plugin": ".*\/gst\/dtls\/libgstdtls\.so"/);
    await peer.says(/"frames": 30/);
    await peer.says(/"sounds": 30/);
    await peer.says(/"message": "from webrtcbin"/);
    assert.doesNotMatch(peer.output, /"error"/);
  }
});

// RUNS=3 in the environment shows that it was no luck.
for (let run = 1; run <= (process.env.RUNS ?? 1); run++) {
  test(`webrtcbin offers, Chromium is the DTLS client (${run})`, async (t) => {
    const { page, peer } = await open(t, 'offer');
    const transport = await assertFlow(page, peer, 'from webrtcbin');
    assert.equal(transport.dtlsRole, 'client');
    assert.equal(transport.srtpCipher, 'SRTP_AEAD_AES_128_GCM');
  });

  test(`Chromium offers, webrtcbin is the DTLS client (${run})`, async (t) => {
    const { page, peer } = await open(t, 'answer');
    const transport = await assertFlow(page, peer, 'from Chromium');
    assert.equal(transport.dtlsRole, 'server');
  });
}

// Video would need keyframes more often than they get through, and SCTP waits
// 3, 6, 12 and more seconds before it repeats its own handshake.
for (const [role, dtlsRole] of [['offer', 'client'], ['answer', 'server']]) {
  for (const percent of [10, 30]) {
    test(`${percent} % loss, Chromium is the DTLS ${dtlsRole}`, async (t) => {
      const detour = new Detour(t, percent / 100, 1);
      const { page, peer } = await open(t, role, detour);
      const transport = await waitForStats(page,
        { type: 'transport', dtlsState: 'connected' });
      assert.equal(transport.dtlsRole, dtlsRole);
      await waitForStats(page, {
        type: 'inbound-rtp', kind: 'audio',
        totalSamplesReceived: (n) => n >= 48000,
      });
      await peer.says(/"sounds": 30/);
      if (percent < 30) await peer.says(/"message": "from/);
      for (const { passed, lost } of detour.relay.counts)
        assert.ok(passed > 0 && lost > 0);
    });
  }
}
