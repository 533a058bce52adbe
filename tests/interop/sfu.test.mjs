// SPDX-License-Identifier: LGPL-2.1-or-later
// examples/camera-to-sfu.sh as a person uses it: one stream through a Janus to
// several browsers, and what a server may refuse.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import { speaksEachLanguage, untranslatable } from './lib/languages.mjs';
import { freeTcpPort, start } from './lib/process.mjs';
import { waitFor } from './lib/wait.mjs';

const SCRIPT = path.resolve('../../examples/camera-to-sfu.sh');
const FRAMES = 60;

const TOKEN = 'of-this-test';

async function publish(t, ...args) {
  const port = await freeTcpPort(process.env.TEST_ADDRESS);
  const script = start(t, SCRIPT,
    ['--address', process.env.TEST_ADDRESS, '--port', String(port), ...args],
    { WHIP_TOKEN: TOKEN });
  const [, address] = await script.says(/Open (http:\S+)/);
  return { script, address };
}

const framesCome = (page) => waitForStats(page,
  { type: 'inbound-rtp', kind: 'video', framesDecoded: (n) => n >= FRAMES });
const soundComes = (page) => waitForStats(page,
  { type: 'inbound-rtp', kind: 'audio', totalSamplesReceived: (n) => n > 8000 });

/** A pipeline of another publisher, to its end: what it says. */
async function publishingFails(t, location, token) {
  const other = start(t, 'gst-launch-1.0', ['-q', 'videotestsrc',
    'is-live=true', '!', 'vp8enc', 'deadline=1', '!', 'whipsink',
    `location=${location}`, `token=${token}`]);
  const { code } = await other.exited;
  assert.equal(code, 1, other.output);
  return other.output;
}

test('two viewers decode one published stream', async (t) => {
  const { script, address } = await publish(t);
  const browser = await openBrowser(t);
  const pages = [await browser.newPage(), await browser.newPage()];
  for (const page of pages) await page.goto(address);
  for (const page of pages) {
    const video = await framesCome(page);
    assert.equal(video.frameWidth, 960);
    await soundComes(page);
    assert.equal(await page.locator('#status').textContent(), 'Live');
  }
  if (process.env.SCREENSHOT) await pages[0].screenshot({ path: process.env.SCREENSHOT });
  assert.deepEqual(await script.stop(), { code: 0, signal: null });
  assert.doesNotMatch(script.output, /WARNING|CRITICAL|ERROR|Traceback/);
  await waitFor('the page to say that it has ended', async () =>
    (await pages[0].locator('#status').textContent()).startsWith('Waiting'));
});

test('a viewer who was there first gets the stream that comes later', async (t) => {
  const { script, address } = await publish(t);
  const page = await (await openBrowser(t)).newPage();
  await page.goto(address);
  await framesCome(page);
  await script.stop();
  const again = start(t, SCRIPT, ['--address', process.env.TEST_ADDRESS,
    '--port', new URL(address).port], { WHIP_TOKEN: TOKEN });
  await again.says(/Open/);
  await framesCome(page);
});

test('the page speaks its reader’s language', async (t) => {
  const { address } = await publish(t);
  const browser = await openBrowser(t);
  await speaksEachLanguage(browser, address, (page) => page.click('#sound'));
  assert.deepEqual(await untranslatable(browser, address), []);
  assert.deepEqual(await untranslatable(browser, address,
    (page) => page.click('#sound')), []);
});

test('a wrong token, a wrong room and a room that is taken', async (t) => {
  const { address } = await publish(t);
  await waitFor('the stream', async () =>
    (await fetch(`${address}watch/1`, { method: 'POST' })).status === 201);

  assert.match(await publishingFails(t, `${address}whip/1`, 'guessed'),
    /does not take the token \(401, another token is wanted\). Set the property token/);
  assert.match(await publishingFails(t, `${address}whip/7`, TOKEN),
    /nothing to publish to at \S+whip\/7 \(404, there is no such room\)/);
  assert.match(await publishingFails(t, `${address}nowhere`, TOKEN),
    /nothing to publish to at \S+nowhere \(404, there is nothing here\)/);
  assert.match(await publishingFails(t, `${address}whip/1`, TOKEN),
    /refuses the stream: 409, somebody else publishes to this room/);
});
