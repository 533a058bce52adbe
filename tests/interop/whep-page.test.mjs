// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of whepsink as people use it: in their language, with a keyboard,
// with a screen reader, on a phone, and in the dark.

import assert from 'node:assert/strict';
import test from 'node:test';
import { openBrowser } from './lib/chromium.mjs';
import { speaksEachLanguage, untranslatable } from './lib/languages.mjs';
import { waitFor } from './lib/wait.mjs';
import { OPUS, serve, VP8 } from './lib/whepsink.mjs';

/** Opens the page in a browser whose user reads these languages. */
async function openIn(context, uri, locale) {
  const page = await context.browser().newPage({ locale });
  await page.goto(uri);
  await page.waitForSelector('#state-text');
  return page;
}

test('the page speaks its reader’s language', async (t) => {
  const { uri } = await serve(t, [VP8]);
  const browser = await openBrowser(t);
  const isLive = (page) => page.waitForSelector('.security.encrypted');
  await speaksEachLanguage(browser, uri, isLive);
  assert.deepEqual(await untranslatable(browser, uri, isLive), []);
});

test('a language that is not there: its relative, or English', async (t) => {
  const { uri } = await serve(t, [VP8]);
  const browser = await openBrowser(t);
  for (const [locale, expected] of [['de-AT', 'de'], ['tlh', 'en']]) {
    const page = await openIn(browser, uri, locale);
    await page.waitForSelector(`html[lang="${expected}"]`);
    await page.close();
  }
});

test('a spinner first, then the picture, muted; sound and size by keyboard',
  async (t) => {
    const { uri } = await serve(t, [VP8, OPUS]);
    const page = await (await openBrowser(t)).newPage();
    let answer;
    const held = new Promise((resolve) => { answer = resolve; });
    await page.route('**/whep', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(uri);
    await page.waitForSelector('.spinner', { state: 'visible' });
    assert.equal(await page.textContent('#state-text'), 'Connecting');
    answer();
    await page.waitForSelector('#state[data-state="live"]');
    await page.waitForSelector('.spinner', { state: 'hidden' });
    const video = (field) => page.$eval('video', (v, name) => v[name], field);
    assert.ok(await video('videoWidth') > 0);
    assert.equal(await video('paused'), false);
    assert.equal(await video('muted'), true);

    const focused = () => page.evaluate(() => document.activeElement.id
      || document.activeElement.tagName);
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'mute');
    assert.notEqual(await page.$eval(':focus-visible',
      (button) => getComputedStyle(button).outlineStyle), 'none');
    await page.keyboard.press('Space');
    assert.equal(await video('muted'), false);
    assert.equal(await page.getAttribute('#mute', 'aria-pressed'), 'true');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'fullscreen');
    await page.keyboard.press('Enter');
    await waitFor('full screen', () => page.evaluate(
      () => document.fullscreenElement?.className === 'stage'));
    await page.keyboard.press('Enter');
    await waitFor('the page again', () => page.evaluate(
      () => !document.fullscreenElement));
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'SUMMARY');
    await page.keyboard.press('Enter');
    assert.ok(await page.$eval('details', (details) => details.open));
  });

test('what a screen reader reads', async (t) => {
  const { uri } = await serve(t, [VP8, OPUS]);
  const page = await (await openBrowser(t)).newPage();
  await page.goto(uri);
  await page.waitForSelector('#state[data-state="live"]');
  await page.waitForSelector('.security.encrypted');
  const said = await page.locator('body').ariaSnapshot();
  const lines = said.split('\n').map((line) => line.trim());
  for (const line of [
    '- heading "Live stream" [level=1]',
    '- status: Live',
    '- region "Picture":',
    '- button "Sound"',
    '- button "Full screen"',
    '- region "Encrypted all the way to this browser":',
    '- term: Frames per second',
    '- region "At this moment":',
  ]) assert.ok(lines.includes(line), `${line} in\n${said}`);
  // Charts say nothing that the figures above them do not.
  assert.ok(!lines.includes('- definition'), said);
});

const groundOf = (page) => page.evaluate(
  () => getComputedStyle(document.body).backgroundColor);

test('charts are drawn; on a phone and in the dark too', async (t) => {
  const { uri } = await serve(t, [VP8, OPUS]);
  const page = await (await openBrowser(t)).newPage();
  await page.setViewportSize({ width: 320, height: 568 });
  await page.goto(uri);
  await page.waitForSelector('#state[data-state="live"]');
  for (const chart of ['fps', 'bitrate', 'loss', 'round-trip']) {
    const line = `#${chart}-chart polyline`;
    await waitFor(`a chart of ${chart}`, async () => await page.$(line)
      && (await page.getAttribute(line, 'points')).split(' ').length >= 3);
    const { width, height } = await page.locator(`#${chart}-chart`).boundingBox();
    assert.ok(width > 100 && height > 20, `${chart}: ${width} × ${height}`);
  }
  assert.ok(await page.evaluate(
    () => document.documentElement.scrollWidth <= innerWidth));
  const box = await page.locator('#fullscreen').boundingBox();
  assert.ok(box.x + box.width <= 320 && box.height >= 24);

  const light = await groundOf(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await groundOf(page), light);
});
