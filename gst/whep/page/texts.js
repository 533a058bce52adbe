// SPDX-License-Identifier: LGPL-2.1-or-later
// Every text of the page. {name} is replaced. The keys are those of data-text
// in index.html.

import { _, fill } from './language.js';

export const texts = {
  title: _('Live stream'),
  stage: _('Picture'),
  connecting: _('Connecting'),
  live: _('Live'),
  reconnecting: _('Reconnecting'),
  waiting: _('Waiting for the picture'),
  refused: _('The server said: {reason}'),
  unreachable: _('The server cannot be reached. Trying again.'),
  lost: _('The connection was lost. Trying again.'),
  closed: _('The stream has ended. Waiting for it to come back.'),
  sound: _('Sound'),
  fullscreen: _('Full screen'),
  notYetEncrypted: _('Not connected yet'),
  notYetWords: _('Nothing is sent before both ends have proved who they are.'),
  encrypted: _('Encrypted all the way to this browser'),
  encryptedWords: _('Picture and sound are encrypted with {srtp} under keys'
    + ' that only the sender and this browser know. They agreed on them'
    + ' with {dtls}, each showing the certificate whose fingerprint is below.'),
  unverified: _('Encrypted, but the certificate is not the one announced'),
  unverifiedWords: _('The fingerprint of the certificate differs from the one'
    + ' in the answer. Do not trust this picture.'),
  dtlsVersion: _('Handshake'),
  dtlsCipher: _('Handshake cipher'),
  srtpProfile: _('Media encryption'),
  remoteFingerprint: _('Fingerprint of the sender'),
  localFingerprint: _('Fingerprint of this browser'),
  compareTitle: _('How to be sure that nobody sits in between'),
  compareWords: _('The two fingerprints are checked by both ends on every'
    + ' connection. They reached each other through this page’s server. To'
    + ' check that too, ask the person who runs the stream to read out both'
    + ' fingerprints, over the telephone for example: they must be the two'
    + ' above.'),
  figures: _('At this moment'),
  resolution: _('Picture'),
  fps: _('Frames per second'),
  bitrate: _('Bit rate'),
  loss: _('Packets lost'),
  roundTrip: _('Round trip'),
  codecs: _('Codecs'),
  notReported: _('not reported by this browser'),
};

/** A text with its {names} filled in. */
export const text = (key, values = {}) => fill(texts[key], values);
