// SPDX-License-Identifier: LGPL-2.1-or-later
// The reader's language, and texts in it as far as po/ knows them. The pages of
// the examples use it, too.

/** English is not among them: it needs no translation. */
async function fetchTranslations() {
  try {
    return await (await fetch('texts.json')).json();
  } catch {
    return {};
  }
}

/** Whether readers of one tag read the other, in which script too. */
function isSameLanguage(tag, other) {
  const [a, b] = [tag, other].map((t) => new Intl.Locale(t).maximize());
  return a.language === b.language && a.script === b.script;
}

/** The reader's first language that there is. */
function chooseLanguage(available) {
  for (const wanted of navigator.languages) {
    const found = available.find((tag) => tag === wanted)
      ?? available.find((tag) => isSameLanguage(tag, wanted));
    if (found) return found;
  }
  return 'en';
}

const translations = await fetchTranslations();
export const language = chooseLanguage(['en', ...Object.keys(translations)]);
/** A text in that language; xgettext finds what is given to it. */
export const _ = (english) => translations[language]?.[english] ?? english;

/** A text with its {names} filled in. */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (match, name) => values[name]);
}

/** Puts texts, by the key in data-text or data-label, into the document. */
export function translate(root, texts) {
  root.documentElement.lang = language;
  for (const element of root.querySelectorAll('[data-text]')) {
    element.textContent = texts[element.dataset.text];
  }
  for (const element of root.querySelectorAll('[data-label]')) {
    element.ariaLabel = texts[element.dataset.label];
  }
}
