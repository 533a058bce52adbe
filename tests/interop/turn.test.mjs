// SPDX-License-Identifier: LGPL-2.1-or-later
// whepsink and viewers that reach each other only through a relay: coturn, on
// the address of this network, with long-term credentials.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';
import { openBrowser, peerStats, waitForStats } from './lib/chromium.mjs';
import { freeUdpPort, launch, start } from './lib/process.mjs';
import { waitFor } from './lib/wait.mjs';
import { serve, VP8 } from './lib/whepsink.mjs';

const ADDRESS = process.env.TEST_ADDRESS;
const USER = 'viewer';
const PASSWORD = 'sesame-of-the-relay';

const decoded = (n) => ({
  type: 'inbound-rtp', kind: 'video', framesDecoded: (f) => f >= n,
});

/** Starts a relay; gives its port. */
async function startRelay(t) {
  const port = await freeUdpPort(ADDRESS);
  const relay = start(t, 'turnserver', ['-n', '--log-file=stdout',
    '--simple-log', '--no-cli', '--no-tls', '--no-dtls', '--lt-cred-mech',
    '--realm=test', `--user=${USER}:${PASSWORD}`, '--listening-ip', ADDRESS,
    '--relay-ip', ADDRESS, '--listening-port', String(port), '--verbose',
    '--userdb=/dev/null', '--pidfile=/dev/null']);
  await relay.says(/listener opened on/i);
  relay.port = port;
  return relay;
}

/** A page whose browser uses nothing but relays. */
async function openRelayedPage(t, uri) {
  const context = await openBrowser(t);
  await context.addInitScript(() => {
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor() {
        super({ iceTransportPolicy: 'relay' });
      }
    };
  });
  const page = await context.newPage();
  await page.goto(uri);
  return page;
}

/** The types of both candidates of the way in use. */
async function wayOf(page) {
  const stats = await peerStats(page);
  const byId = (id) => stats.find((report) => report.id === id);
  const { selectedCandidatePairId } = stats.find(
    ({ type, dtlsState }) => type === 'transport' && dtlsState === 'connected');
  const pair = byId(selectedCandidatePairId);
  return [pair.localCandidateId, pair.remoteCandidateId].map(
    (id) => byId(id).candidateType);
}

test('through a relay that the server tells its viewers of', async (t) => {
  const { port } = await startRelay(t);
  const pipeline = await serve(t, [VP8], {
    options: 'share-turn-server=true'
      + ` turn-server=turn://${USER}:${PASSWORD}@${ADDRESS}:${port}`,
    env: { GST_DEBUG: 'whep*:9,nice*:9', G_MESSAGES_DEBUG: 'all' },
  });
  const page = await openRelayedPage(t, pipeline.uri);
  await waitForStats(page, decoded(30));
  assert.equal((await wayOf(page))[0], 'relay');
  assert.doesNotMatch(pipeline.output, new RegExp(PASSWORD));
});

test('viewers are not told of a relay unasked', async (t) => {
  const { port } = await startRelay(t);
  const pipeline = await serve(t, [VP8], { options:
    `turn-server=turn://${USER}:${PASSWORD}@${ADDRESS}:${port}`
    + ` stun-server=stun://${ADDRESS}:${port}` });
  const page = await (await openBrowser(t)).newPage();
  const answered = page.waitForResponse(
    (response) => response.request().method() === 'POST');
  await page.goto(pipeline.uri);
  const link = await (await answered).headerValue('Link');
  assert.equal(link, `<stun:${ADDRESS}:${port}>; rel="ice-server"`);
  const answer = await (await answered).text();
  // The relay that the server got for itself.
  assert.match(answer, /a=candidate:.* typ relay/);
  await waitForStats(page, decoded(30));
  await pipeline.stop();
  assert.doesNotMatch(pipeline.output, /WARNING \*\*|CRITICAL/);
});

test('a STUN server is asked, and need not answer', async (t) => {
  const socket = createSocket('udp4').bind(0, ADDRESS);
  await once(socket, 'listening');
  t.after(() => socket.close());
  const asked = once(socket, 'message');
  const { uri } = await serve(t, [VP8], {
    options: `stun-server=stun://${ADDRESS}:${socket.address().port}` });
  const response = await fetch(`${uri}whep`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp' },
    body: readFileSync('../check/whep/offers/chromium.sdp'),
  });
  assert.equal(response.status, 201);
  assert.match(await response.text(), /a=candidate:.* typ host/);
  // A binding request, of RFC 3489 even, which servers know as well.
  const [datagram] = await asked;
  assert.equal(datagram.readUInt16BE(0), 0x0001);
  assert.equal(datagram.readUInt16BE(2), datagram.length - 20);
});

/** An answer of somebody who is at @port. */
const answerAt = (port) => `v=0
o=- 1 1 IN IP4 ${ADDRESS}
s=-
t=0 0
a=group:BUNDLE 0
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:0
a=recvonly
a=rtcp-mux
a=setup:passive
a=ice-ufrag:serv
a=ice-pwd:0123456789abcdefghijkl
a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}
a=rtpmap:96 VP8/90000
a=candidate:1 1 udp 2130706431 ${ADDRESS} ${port} typ host
`.replaceAll('\n', '\r\n');

/** A server of WHIP that answers all offers alike. */
async function startWhipServer(t, answer, headers) {
  const server = createServer((request, response) => {
    const status = request.method === 'POST' ? 201 : 200;
    request.resume().on('end', () => response.writeHead(status, {
      'Content-Type': 'application/sdp', Location: '/session', ...headers,
    }).end(status === 201 ? answer : ''));
  });
  server.listen(0, ADDRESS);
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://${ADDRESS}:${server.address().port}/whip`;
}

test('whipsink tries the relay that its server offers', async (t) => {
  const relay = await startRelay(t);
  const socket = createSocket('udp4').bind(0, ADDRESS);
  await once(socket, 'listening');
  t.after(() => socket.close());
  const senders = new Set();
  socket.on('message', (datagram, { port }) => senders.add(port));

  const location = await startWhipServer(t, answerAt(socket.address().port), {
    Link: `<turn:${ADDRESS}:${relay.port}?transport=udp>; rel="ice-server"; `
      + `username="${USER}"; credential="${PASSWORD}"; credential-type="password"`,
  });
  const publisher = launch(t, `${VP8} ! whipsink location=${location}`,
    { GST_DEBUG: 'whip*:9,whep*:9,nice*:9', G_MESSAGES_DEBUG: 'all' });
  await publisher.says(/a relay at/);
  // Its own address, and that of the relay.
  await waitFor('checks from two addresses', () => senders.size >= 2);
  await relay.says(/CREATE_PERMISSION processed, success/);
  await publisher.stop();
  assert.doesNotMatch(publisher.output, new RegExp(PASSWORD));
  assert.doesNotMatch(publisher.output, /WARNING \*\*|CRITICAL/);
});
