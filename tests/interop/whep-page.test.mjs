// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of whepsink as people use it: in their language, with a keyboard,
// with a screen reader, on a phone, and in the dark.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { openBrowser } from './lib/chromium.mjs';
import { serve, VP8 } from './lib/whepsink.mjs';

const languages = readFileSync('../../po/LINGUAS', 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((name) => name.replace('_', '-'));

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
  const said = await (await fetch(`${uri}texts.json`)).json();
  assert.deepEqual(Object.keys(said).sort(), languages.sort());

  for (const language of languages) {
    const page = await openIn(browser, uri, language);
    await page.waitForSelector(`html[lang="${language}"]`);
    assert.equal(await page.title(), said[language]['Live stream']);
    const shown = await page.$$eval('[data-text]:not(#state *, .overlay *)',
      (all) => all.map(({ textContent }) => textContent));
    assert.ok(shown.length > 10);
    for (const text of shown) {
      assert.ok(Object.values(said[language]).includes(text), text);
    }
    await page.close();
  }
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
