// SPDX-License-Identifier: LGPL-2.1-or-later
// The tests' own tools: a browser that connects here at all, programs that
// are started, watched and ended.

import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import {
  freeTcpPort, freeUdpPort, launch, start, UNKNOWN_CRITICAL,
} from './lib/process.mjs';
import { waitFor } from './lib/wait.mjs';

/** Connects two peers of one page with a data channel. */
async function connectTwoPeers() {
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = ({ candidate }) => b.addIceCandidate(candidate);
  b.onicecandidate = ({ candidate }) => a.addIceCandidate(candidate);
  a.createDataChannel('test');
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription);
}

test('Chromium connects over the address of this network', async (t) => {
  const browser = await openBrowser(t);
  const page = await browser.newPage();
  await page.evaluate(connectTwoPeers);
  await waitForStats(page, { type: 'transport', dtlsState: 'connected' });
  const local = await waitForStats(page,
    { type: 'local-candidate', candidateType: 'host', protocol: 'udp' });
  assert.ok([process.env.TEST_ADDRESS, process.env.TEST_ADDRESS6]
    .includes(local.address), local.address);
});

test('waitForStats tells what it saw instead', async (t) => {
  const browser = await openBrowser(t);
  const page = await browser.newPage();
  await page.evaluate(connectTwoPeers);
  await waitForStats(page, { type: 'transport', dtlsState: 'connected' });
  await assert.rejects(
    waitForStats(page, { type: 'transport', dtlsState: 'never' }, 200),
    /last: .*connected/);
});

test('a pipeline ends cleanly on Ctrl-C', async (t) => {
  const pipeline = launch(t, 'videotestsrc is-live=true ! fakesink');
  await pipeline.says(/PLAYING/);
  assert.deepEqual(await pipeline.stop(), { code: 0, signal: null });
  assert.match(pipeline.output, /Got EOS/);
});

test('a pipeline that cannot start says why', async (t) => {
  const pipeline = launch(t, 'no-such-element');
  const { code } = await pipeline.exited;
  assert.notEqual(code, 0);
  assert.match(pipeline.output, /no element "no-such-element"/);
});

test('output that never comes is an error with the rest of it', async (t) => {
  const program = start(t, 'sh', ['-c', 'echo hello; exec sleep 60']);
  await program.says(/hello/);
  await assert.rejects(program.says(/bye/, 200), /hello/);
});

test('a program that ended is not waited for', async (t) => {
  const program = start(t, 'sh', ['-c', 'echo over']);
  await program.exited;
  await assert.rejects(program.says(/bye/), /has ended/);
});

test('all that a program started ends with it', async (t) => {
  const program = start(t, 'sh', ['-c', 'sleep 60 & echo child $!; wait']);
  const [, pid] = await program.says(/child (\d+)/);
  await program.stop(100);
  const gone = () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  await waitFor('end of the child', gone);
});

test('what goes on and holds the output is not waited for', async (t) => {
  const program = start(t, 'sh',
    ['-c', 'trap "" INT; setsid sleep 30 & echo begun; wait']);
  await program.says(/begun/);
  const { signal } = await program.stop(100);
  assert.equal(signal, 'SIGKILL');
});

test('free ports are ports', async () => {
  for (const free of [freeTcpPort, freeUdpPort]) {
    const port = await free();
    assert.ok(port > 0 && port < 65536, String(port));
  }
});

test('one CRITICAL is known, and any other is not', () => {
  const said = (message) => `\n(python3:7): GLib-CRITICAL **: 1:02: ${message}\n`;
  const known = "g_hash_table_foreach: assertion 'version == hash_table->version'";
  assert.doesNotMatch(said(known), UNKNOWN_CRITICAL);
  assert.match(said("g_hash_table_foreach: assertion 'func'"),
    UNKNOWN_CRITICAL);
  assert.match(said(known) + said('g_free: no'), UNKNOWN_CRITICAL);
});
