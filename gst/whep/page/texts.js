// SPDX-License-Identifier: LGPL-2.1-or-later
// Every text of the page, by language; English is complete by definition.
// {name} is replaced. The keys are those of data-text in index.html.

const texts = {
  en: {
    title: 'Live stream',
    stage: 'Picture',
    connecting: 'Connecting',
    live: 'Live',
    waitingForKeyframe: 'Starting',
    reconnecting: 'Reconnecting',
    ended: 'Not connected',
    waiting: 'Waiting for the picture',
    refused: 'The server said: {reason}',
    unreachable: 'The server cannot be reached. Trying again.',
    lost: 'The connection was lost. Trying again.',
    closed: 'The stream has ended. Waiting for it to come back.',
    sound: 'Sound',
    soundOn: 'Turn the sound off',
    soundOff: 'Turn the sound on',
    fullscreen: 'Full screen',
    notYetEncrypted: 'Not connected yet',
    notYetWords: 'Nothing is sent before both ends have proved who they are.',
    encrypted: 'Encrypted all the way to this browser',
    encryptedWords: 'Picture and sound are encrypted with {srtp} under keys'
      + ' that only the sender and this browser know. They agreed on them'
      + ' with {dtls}, each showing the certificate whose fingerprint is below.',
    unverified: 'Encrypted, but the certificate is not the one announced',
    unverifiedWords: 'The fingerprint of the certificate differs from the one'
      + ' in the answer. Do not trust this picture.',
    dtlsVersion: 'Handshake',
    dtlsCipher: 'Handshake cipher',
    srtpProfile: 'Media encryption',
    remoteFingerprint: 'Fingerprint of the sender',
    localFingerprint: 'Fingerprint of this browser',
    compareTitle: 'How to be sure that nobody sits in between',
    compareWords: 'The two fingerprints are checked by both ends on every'
      + ' connection. They reached each other through this page’s server. To'
      + ' check that too, ask the person who runs the stream to read out both'
      + ' fingerprints, over the telephone for example: they must be the two'
      + ' above.',
    figures: 'At this moment',
    resolution: 'Picture',
    fps: 'Frames per second',
    bitrate: 'Bit rate',
    loss: 'Packets lost',
    roundTrip: 'Round trip',
    codecs: 'Codecs',
    notReported: 'not reported by this browser',
    noScript: 'This page needs JavaScript to play the stream.',
  },
};

/** The language of the page: the reader's first one that there is. */
export const language = (navigator.languages ?? [navigator.language])
  .flatMap((tag) => [tag, tag.split('-')[0]])
  .find((tag) => tag in texts) ?? 'en';

/** A text with its {names} filled in. */
export function text(key, values = {}) {
  const template = texts[language][key] ?? texts.en[key];
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Puts the texts of the reader's language into the document. */
export function translate(root) {
  root.documentElement.lang = language;
  for (const element of root.querySelectorAll('[data-text]')) {
    element.textContent = text(element.dataset.text);
  }
  for (const element of root.querySelectorAll('[data-label]')) {
    element.ariaLabel = text(element.dataset.label);
  }
}
