// SPDX-License-Identifier: LGPL-2.1-or-later
// A page in the languages of its readers, and in one that shows what was
// forgotten.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** As browsers write them. */
export const languages = readFileSync('../../po/LINGUAS', 'utf8').split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((name) => name.replace('_', '-'));

const NOBODYS = 'tlh';

/** What is seen and read aloud, without figures and names of protocols. */
function visibleTexts() {
  const walker = document.createTreeWalker(document.documentElement,
    NodeFilter.SHOW_TEXT, ({ parentElement }) =>
      (parentElement.closest('script, style, noscript, dd')
        ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode.data.trim());
  for (const { ariaLabel, title, placeholder, alt } of
    document.querySelectorAll('*')) {
    found.push(ariaLabel, title, placeholder, alt);
  }
  return found.filter((text) => /\p{L}/u.test(text ?? ''));
}

/** A text of a page, whatever stands in the place of its {names}. */
function asPattern(text) {
  const parts = text.split(/\{\w+\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`, 's');
}

/** What is cut off, or reaches over the edge. */
function overflowing() {
  return [...document.querySelectorAll('html, body, body *')]
    .filter((element) => element.scrollWidth > element.clientWidth
      && getComputedStyle(element).display !== 'inline'
      && !(element instanceof SVGElement))
    .map(({ tagName, textContent }) => `${tagName} ${textContent.trim()}`);
}

/** On a small phone, where long words do harm. */
async function openIn(context, uri, locale) {
  const page = await context.browser().newPage({
    locale, viewport: { width: 320, height: 568 } });
  await page.goto(uri);
  return page;
}

/**
 * In each language all that the page says is a translation, and has the place
 * that it needs.
 * @param {Function} act  is given each page, before it is looked at
 */
export async function speaksEachLanguage(context, uri, act = () => {}) {
  const said = await (await fetch(new URL('texts.json', uri))).json();
  assert.deepEqual(Object.keys(said).sort(), [...languages].sort());
  for (const language of languages) {
    assert.deepEqual(Object.keys(said[language]), Object.keys(said.de));
    const page = await openIn(context, uri, language);
    await page.waitForSelector(`html[lang="${language}"]`);
    await act(page);
    const known = Object.values(said[language]).map(asPattern);
    for (const text of await page.evaluate(visibleTexts)) {
      assert.ok(known.some((pattern) => pattern.test(text)),
        `${language}: ${text}`);
    }
    assert.deepEqual(await page.evaluate(overflowing), [], language);
    await page.close();
  }
}

/** What the page says that nobody could translate; act as above. */
export async function untranslatable(context, uri, act = () => {}) {
  const said = await (await fetch(new URL('texts.json', uri))).json();
  const brackets = Object.fromEntries(
    Object.keys(said.de).map((text) => [text, `⟦${text}⟧`]));
  const page = await context.browser().newPage({ locale: NOBODYS });
  await page.route('**/texts.json',
    (route) => route.fulfill({ json: { [NOBODYS]: brackets } }));
  await page.goto(uri);
  await page.waitForSelector(`html[lang="${NOBODYS}"]`);
  await act(page);
  const texts = await page.evaluate(visibleTexts);
  await page.close();
  assert.ok(texts.length > 0);
  return texts.filter((text) => !/^⟦.*⟧$/s.test(text));
}
