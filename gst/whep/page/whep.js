// SPDX-License-Identifier: LGPL-2.1-or-later
// Plays the stream, comes back by itself when it breaks off, and says how it
// is.

import { translate } from './language.js';
import { Refusal, Session } from './session.js';
import { showStats, showUnencrypted } from './stats.js';
import { text, texts } from './texts.js';

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 8000;
const DISCONNECTED_GRACE_MS = 4000;
const STATS_INTERVAL_MS = 1000;

const byId = (id) => document.getElementById(id);
const endpoint = document.querySelector('meta[name="whep-endpoint"]').content;
const token = new URLSearchParams(location.hash.slice(1)).get('token');

/** The connection of this moment, or null. */
let session = null;
let retryMs = RETRY_FIRST_MS;
let retryTimer;
let graceTimer;

// What is seen

function showState(state, words = null) {
  byId('state').dataset.state = state;
  byId('state-text').textContent = text(state);
  byId('overlay').hidden = state === 'live';
  if (words) byId('overlay-text').textContent = words;
}

function onTrack({ track, streams }) {
  const video = byId('video');
  const stream = streams[0] ?? new MediaStream([track]);
  if (video.srcObject !== stream) video.srcObject = stream;
  if (track.kind === 'audio') byId('mute').hidden = false;
  video.play().catch(() => {});
}

/** The first sound may be there long before the first picture. */
function onPlaying({ target: video }) {
  const showLive = () => showState('live');
  const hasPicture = video.srcObject.getVideoTracks().length > 0;
  if (hasPicture && video.requestVideoFrameCallback) {
    video.requestVideoFrameCallback(showLive);
  } else {
    showLive();
  }
}

function toggleSound() {
  const video = byId('video');
  video.muted = !video.muted;
  showSound();
}

function showSound() {
  byId('mute').ariaPressed = String(!byId('video').muted);
}

function toggleFullscreen() {
  const stage = document.querySelector('.stage');
  if (document.fullscreenElement) document.exitFullscreen();
  else if (stage.requestFullscreen) stage.requestFullscreen();
  // iPhones know it for the video alone.
  else byId('video').webkitEnterFullscreen?.();
}

// Coming and going

/** Keeps the connection over another way if it can, or starts over. */
async function renew(self) {
  try {
    await self.restartIce();
  } catch {
    if (self === session) again('lost');
  }
}

/** Chromium stays "connected" when the sender says goodbye; this tells. */
function onTransportState(self, { state }) {
  if (self !== session) return;
  if (state === 'closed') again('closed');
  if (state === 'failed') again('lost');
}

function onConnectionState(self) {
  if (self !== session) return;
  const state = self.peer.connectionState;
  clearTimeout(graceTimer);
  if (state === 'connected') retryMs = RETRY_FIRST_MS;
  if (state === 'failed') again('lost');
  if (state === 'disconnected') {
    graceTimer = setTimeout(() => renew(self), DISCONNECTED_GRACE_MS);
  }
}

function leave(how) {
  clearTimeout(graceTimer);
  const self = session;
  session = null;
  self?.close(how);
}

/** Starts over, at once the first time and then more and more slowly. */
function again(reason, words = text(reason)) {
  leave({ gone: reason === 'closed' });
  showState('reconnecting', words);
  showUnencrypted();
  clearTimeout(retryTimer);
  retryTimer = setTimeout(start, retryMs);
  retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
}

function wordsFor(error) {
  if (error instanceof Refusal) return text('refused', { reason: error.message });
  // What fetch() throws when nobody answers.
  return error instanceof TypeError ? text('unreachable') : error.message;
}

async function start() {
  clearTimeout(retryTimer);
  leave();
  const self = new Session(endpoint, token);
  session = self;
  self.peer.ontrack = onTrack;
  self.peer.onconnectionstatechange = () => onConnectionState(self);
  try {
    await self.connect();
    const transport = self.peer.getReceivers()[0]?.transport;
    transport?.addEventListener('statechange',
      () => onTransportState(self, transport));
  } catch (error) {
    if (self === session) again('unreachable', wordsFor(error));
  }
}

/** The network is back, or another one: the way may be another, too. */
function onOnline() {
  retryMs = RETRY_FIRST_MS;
  if (session?.isAnswered) renew(session);
  else start();
}

translate(document, texts);
showSound();
byId('mute').addEventListener('click', toggleSound);
byId('fullscreen').addEventListener('click', toggleFullscreen);
byId('video').addEventListener('playing', onPlaying);
byId('video').addEventListener('volumechange', showSound);
addEventListener('pagehide', () => leave());
addEventListener('pageshow', ({ persisted }) => { if (persisted) start(); });
addEventListener('online', onOnline);
setInterval(() => session && showStats(session.peer), STATS_INTERVAL_MS);
start();
