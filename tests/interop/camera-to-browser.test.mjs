// SPDX-License-Identifier: LGPL-2.1-or-later
// examples/camera-to-browser.sh as a person uses it: a test picture, a file,
// a network camera, and everything that can be wrong on its command line.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import { freeTcpPort, start } from './lib/process.mjs';

const SCRIPT = path.resolve('../../examples/camera-to-browser.sh');
const PYTHON = process.env.PYTHON ?? 'python3';
const folder = mkdtempSync(path.join(tmpdir(), 'camera-'));
after(() => rmSync(folder, { recursive: true }));

/** Starts the script on the address of this network and a free port. */
async function show(t, ...args) {
  const port = await freeTcpPort(process.env.TEST_ADDRESS);
  return start(t, SCRIPT,
    ['--address', process.env.TEST_ADDRESS, '--port', port, ...args].map(String));
}

/** Opens the address that the script prints. */
async function openPage(t, script) {
  const [, address] = await script.says(/Open (http:\S+)/);
  const browser = await openBrowser(t);
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

const framesCome = (page) => waitForStats(page,
  { type: 'inbound-rtp', kind: 'video', framesDecoded: (n) => n >= 30 });
const soundComes = (page) => waitForStats(page,
  { type: 'inbound-rtp', kind: 'audio', totalSamplesReceived: (n) => n > 8000 });

/** The codec of the report, such as video/H264. */
async function codecOf(page, report) {
  return (await waitForStats(page, { type: 'codec', id: report.codecId })).mimeType;
}

/** Runs the script to its end: its status and the sentence it says. */
async function fails(t, ...args) {
  const script = start(t, SCRIPT, args.map(String));
  const { code } = await script.exited;
  return { code, said: script.output.trim() };
}

async function startCamera(t, ...args) {
  const camera = start(t, PYTHON, ['rtsp-camera.py', ...args]);
  const [, port] = await camera.says(/port (\d+)/);
  return `rtsp://127.0.0.1:${port}/live`;
}

test('without a source: a test picture with a tone', async (t) => {
  const script = await show(t);
  const page = await openPage(t, script);
  await framesCome(page);
  await soundComes(page);
  assert.match(script.output, /Showing a test picture/);
  assert.deepEqual(await script.stop(), { code: 0, signal: null });
  assert.doesNotMatch(script.output, /WARNING|CRITICAL|ERROR/);
});

test('a media file with spaces and quotes in its name', async (t) => {
  const file = path.join(folder, 'a "film" of it\'s own.webm');
  execFileSync('gst-launch-1.0', ['-q', 'webmmux', 'name=mux', '!', 'filesink',
    `location="${file.replace(/"/g, '\\"')}"`, 'videotestsrc',
    'num-buffers=300', '!', 'vp8enc', 'deadline=1', '!', 'mux.',
    'audiotestsrc', 'num-buffers=450', '!', 'opusenc', '!', 'mux.']);
  const page = await openPage(t, await show(t, file));
  await framesCome(page);
  await soundComes(page);
});

test('H.264 of a network camera arrives as it is', async (t) => {
  const page = await openPage(t, await show(t, await startCamera(t)));
  assert.equal(await codecOf(page, await framesCome(page)), 'video/H264');
  await soundComes(page);
});

test('another codec of a network camera is converted', async (t) => {
  const camera = await startCamera(t, 'jpegenc ! rtpjpegpay pt=26');
  const page = await openPage(t, await show(t, camera));
  assert.equal(await codecOf(page, await framesCome(page)), 'video/VP8');
});

test('--help', async (t) => {
  const { code, said } = await fails(t, '--help');
  assert.equal(code, 0);
  assert.match(said, /^Usage: camera-to-browser.sh/);
});

test('what cannot be shown is said in one sentence', async (t) => {
  const text = path.join(folder, 'text');
  writeFileSync(text, 'no media\n');
  for (const [expected, pattern, ...args] of [
    [2, /--fast is not known/, '--fast'],
    [2, /--port needs a value/, '--port'],
    [2, /eighty is not a port/, '--port', 'eighty'],
    [2, /65536 is not a port/, '--port', '65536'],
    [2, /0 is not a port/, '--port', '0'],
    [2, /one source at a time: a or b/, 'a', 'b'],
    [2, /source is empty/, ''],
    [2, /only rtsp:/, 'http://127.0.0.1/film.mp4'],
    [1, /no file or device \/dev\/nothing/, '/dev/nothing'],
    [1, /is a folder/, folder],
    [1, /no picture and no sound/, text],
    [1, /No stream comes from rtsp/, 'rtsp://127.0.0.1:1/live'],
  ]) {
    const { code, said } = await fails(t, ...args);
    assert.equal(code, expected, said);
    assert.match(said, pattern);
    assert.equal(said.split('\n').length, 1, said);
  }
});

test('a port that is in use', async (t) => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address();
  const { code, said } = await fails(t, '--port', port);
  assert.equal(code, 1);
  assert.match(said, new RegExp(`^Port ${port} is in use; .*--port.$`));
});
