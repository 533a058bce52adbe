// SPDX-License-Identifier: LGPL-2.1-or-later
// examples/browser-to-file.py as a person uses it: a browser's camera and
// microphone end up in a file that can be decoded.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import { speaksEachLanguage, untranslatable } from './lib/languages.mjs';
import { freeTcpPort, startWebrtcbin } from './lib/process.mjs';

const PROGRAM = path.resolve('../../examples/browser-to-file.py');
const PYTHON = process.env.PYTHON ?? 'python3';
const FAKE_MEDIA = ['--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream'];
const FRAMES = 45;
const folder = mkdtempSync(path.join(tmpdir(), 'recording-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;
const newFile = () => path.join(folder, `film ${count += 1}.webm`);

async function serve(t, file, env = {}) {
  const port = await freeTcpPort();
  const program = startWebrtcbin(t, PYTHON,
    [PROGRAM, '--port', String(port), file], env);
  const [, address] = await program.says(/Open (http:\S+)/);
  return { program, address };
}

/** Opens the page and presses Start; resolves when media flow. */
async function publish(t, address) {
  const browser = await openBrowser(t, FAKE_MEDIA);
  const page = await browser.newPage();
  await page.goto(address);
  await page.click('#start');
  await page.locator('#said', { hasText: 'Recording.' }).waitFor();
  await waitForStats(page, {
    type: 'outbound-rtp', kind: 'video', framesSent: (n) => n >= FRAMES + 15,
  });
  return page;
}

/** How many buffers a decoder makes of the file. */
function decode(file, decoder) {
  const text = execFileSync('gst-launch-1.0', ['-v', 'filesrc',
    `location="${file}"`, '!', 'matroskademux', '!', ...decoder.split(' '),
    '!', 'fakesink', 'silent=false', 'sync=false'], { encoding: 'utf8' });
  return text.match(/last-message = chain/g)?.length ?? 0;
}

function assertRecorded(file) {
  const frames = decode(file, 'vp8dec');
  assert.ok(frames >= FRAMES, `${frames} frames`);
  assert.ok(decode(file, 'opusdec') >= FRAMES);
}

test('the button ends the recording', async (t) => {
  const file = newFile();
  const { program, address } = await serve(t, file);
  const page = await publish(t, address);
  const transport = await waitForStats(page, { type: 'transport' });
  assert.match(transport.srtpCipher, /^SRTP_AEAD_AES_/);
  await page.click('#stop');
  await page.locator('#said', { hasText: 'The file is written.' }).waitFor();
  assert.deepEqual(await program.exited, { code: 0, signal: null });
  assert.doesNotMatch(program.output, /WARNING|CRITICAL|Traceback/);
  assertRecorded(file);
});

test('Ctrl-C ends the recording', async (t) => {
  const file = newFile();
  const { program, address } = await serve(t, file);
  await publish(t, address);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
  assertRecorded(file);
});

test('a closed tab ends the recording', async (t) => {
  const file = newFile();
  const { program, address } = await serve(t, file);
  await (await publish(t, address)).close();
  assert.deepEqual(await program.exited, { code: 0, signal: null });
  assertRecorded(file);
});

test('an offer with the fingerprint of another is not recorded', async (t) => {
  const file = newFile();
  const { program, address } = await serve(t, file);
  const browser = await openBrowser(t, FAKE_MEDIA);
  const page = await browser.newPage();
  await page.route('**/whip', (route, request) => route.continue({
    postData: request.postData().replace(/(a=fingerprint:sha-256 )..:../g,
      '$100:00'),
  }));
  await page.goto(address);
  await page.click('#start');
  const { code } = await program.exited;
  assert.equal(code, 1);
  assert.match(program.output, /certificate is not the one/);
  assert.ok(!existsSync(file));
});

test('what is no offer is refused', async (t) => {
  const { address } = await serve(t, newFile());
  const post = (body) => fetch(`${address}whip`, {
    method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body });
  assert.equal((await post('hello')).status, 400);
  assert.equal((await post('')).status, 400);
  for (const section of ['video 9 UDP/TLS/RTP/SAVPF 96',
    'application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=fingerprint:sha-256 AB']) {
    assert.equal((await post(`v=0\r\nm=${section}\r\n`)).status, 400);
  }
  const none = await fetch(`${address}whip/1`, { method: 'DELETE' });
  assert.equal(none.status, 404);
  assert.equal((await fetch(`${address}nothing`)).status, 404);
});

/** In a browser that has no camera. */
async function pressStart(page) {
  await page.click('#start');
  await page.waitForSelector('#stop:disabled');
  await page.waitForSelector('#start:enabled');
}

test('the page speaks its reader’s language', async (t) => {
  const { address } = await serve(t, newFile());
  const browser = await openBrowser(t);
  await speaksEachLanguage(browser, address);
  await speaksEachLanguage(browser, address, pressStart);
  assert.deepEqual(await untranslatable(browser, address), []);
  assert.deepEqual(await untranslatable(browser, address, pressStart), []);
  assert.deepEqual(await untranslatable(browser, address, (page) =>
    page.$eval('#said', (said) => { said.textContent = 'Forgotten.'; })),
  ['Forgotten.']);
});

test('without a camera one may try again', async (t) => {
  const { address } = await serve(t, newFile());
  const page = await (await openBrowser(t)).newPage();
  await page.goto(address);
  await pressStart(page);
  assert.equal(await page.textContent('#said'),
    'There is no camera.');
});

test('the page is in English where nothing is built', async (t) => {
  const { address } = await serve(t, newFile(), { BUILD_DIR: folder });
  assert.equal((await fetch(`${address}texts.json`)).status, 404);
  const browser = await openBrowser(t, [], { locale: 'de' });
  const page = await browser.newPage();
  await page.goto(address);
  await page.waitForSelector('html[lang="en"]');
  assert.equal(await page.textContent('#start'), 'Start');
});

test('what cannot be is said in one sentence', async (t) => {
  const there = newFile();
  writeFileSync(there, '');
  for (const [pattern, ...args] of [
    [/is there already/, there],
    [/is not an IP address/, '--address', 'example', newFile()],
  ]) {
    const program = startWebrtcbin(t, PYTHON, [PROGRAM, ...args]);
    assert.equal((await program.exited).code, 1);
    assert.match(program.output, pattern);
    assert.equal(program.output.trim().split('\n').length, 1);
  }
  assert.ok(existsSync(there));
});
