// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks the server for the stream (WHEP), plays it, comes back by itself when
// it breaks off, and shows what protects it.

import { language, text, translate } from './texts.js';

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 8000;
const DISCONNECTED_GRACE_MS = 4000;
const STATS_INTERVAL_MS = 1000;
const CHART_POINTS = 60;

const byId = (id) => document.getElementById(id);
const endpoint = document.querySelector('meta[name="whep-endpoint"]').content;
const token = new URLSearchParams(location.hash.slice(1)).get('token');

/** The connection of this moment, or null. */
let session = null;
let retryMs = RETRY_FIRST_MS;
let retryTimer;

// Signalling

function headers(more) {
  return token ? { ...more, Authorization: `Bearer ${token}` } : more;
}

/** Browsers decode Opus in mono unless their own offer says otherwise. */
function askForStereo(sdp) {
  const opus = sdp.match(/a=rtpmap:(\d+) opus\/48000\/2/)?.[1];
  return opus ? sdp.replace(new RegExp(`(a=fmtp:${opus} .*)`),
    (line) => (line.includes('stereo=') ? line : `${line};stereo=1`)) : sdp;
}

/** The servers that Link headers name (draft-ietf-wish-whep). */
function iceServersOf(link) {
  const parameter = /;\s*([\w-]+)="((?:[^"\\]|\\.)*)"/g;
  return [...(link ?? '').matchAll(/<([^>]*)>((?:;\s*[\w-]+="(?:[^"\\]|\\.)*")*)/g)]
    .map(([, urls, rest]) => ({
      urls,
      ...Object.fromEntries([...rest.matchAll(parameter)].map(
        ([, name, value]) => [name, value.replace(/\\(.)/g, '$1')])),
    }))
    .filter(({ rel }) => rel === 'ice-server')
    .map(({ urls, username, credential }) => ({ urls, username, credential }));
}

function newSession() {
  const peer = new RTCPeerConnection();
  const self = { peer, location: null, candidates: [], previous: {} };
  peer.addTransceiver('video', { direction: 'recvonly' });
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.ontrack = onTrack;
  peer.onconnectionstatechange = () => onConnectionState(self);
  peer.onicecandidate = ({ candidate }) => trickle(self, candidate);
  return self;
}

/** Sends an offer; throws with plain words. Resolves to the answer. */
async function ask(self, sdp) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: headers({ 'Content-Type': 'application/sdp' }),
    body: sdp,
  });
  const body = await response.text();
  if (!response.ok) {
    throw new Error(text('refused', { reason: body.trim() }));
  }
  self.location = new URL(response.headers.get('Location'), location.href);
  self.etag = response.headers.get('ETag');
  self.iceServers = iceServersOf(response.headers.get('Link'));
  return body;
}

/** Its own candidates come when the server has said which help there is. */
async function connect(self) {
  const { peer } = self;
  const offer = await peer.createOffer();
  const sdp = askForStereo(offer.sdp);
  const answer = await ask(self, sdp);
  if (self !== session) {
    sayGoodbye(self);
    return;
  }
  peer.setConfiguration(
    { ...peer.getConfiguration(), iceServers: self.iceServers });
  await peer.setLocalDescription({ type: 'offer', sdp });
  await peer.setRemoteDescription({ type: 'answer', sdp: answer });
  watchTransport(self);
  trickle(self, null);
}

const iceLine = (sdp, name) => sdp.match(`a=${name}:.*`)[0].trim();

function patch(self, lines, ifMatch) {
  return fetch(self.location, {
    method: 'PATCH',
    headers: headers({
      'Content-Type': 'application/trickle-ice-sdpfrag',
      ...(ifMatch ? { 'If-Match': ifMatch } : {}),
    }),
    body: `${lines.join('\r\n')}\r\n`,
  });
}

/** An SDP fragment with the candidates that are still to be sent. */
function fragment(self) {
  const { sdp } = self.peer.localDescription;
  return [
    iceLine(sdp, 'ice-ufrag'),
    iceLine(sdp, 'ice-pwd'),
    'm=video 9 UDP/TLS/RTP/SAVPF 0',
    `a=mid:${self.candidates[0]?.sdpMid ?? 0}`,
    ...self.candidates.splice(0).map((c) => `a=${c.candidate}`),
  ];
}

/** Sends candidates, once there is somewhere to send them (RFC 8840). */
async function trickle(self, candidate) {
  if (candidate?.candidate) self.candidates.push(candidate);
  if (!self.location || self.restarting || self.candidates.length === 0) return;
  // Without them the connection may still come about: nothing to tell.
  await patch(self, fragment(self), self.etag).catch(() => {});
}

/** The answer of before, with the way that the server's fragment describes. */
function answerWith(description, part) {
  const candidates = part.match(/a=candidate:.*\r\n/g)?.join('') ?? '';
  return description.sdp
    .replace(/a=ice-ufrag:.*/g, iceLine(part, 'ice-ufrag'))
    .replace(/a=ice-pwd:.*/g, iceLine(part, 'ice-pwd'))
    .replace(/a=(candidate:.*|end-of-candidates)\r\n/g, '')
    .replace(/a=ice-ufrag:.*\r\n/, (line) => line + candidates);
}

/** Looks for another way to the sender (RFC 9725 section 4.3.3). */
async function restartIce(self) {
  const { peer } = self;
  self.restarting = true;
  self.candidates = [];
  await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
  const response = await patch(self, fragment(self), '*');
  const body = await response.text();
  if (response.status !== 200) throw new Error(body);
  self.etag = response.headers.get('ETag');
  await peer.setRemoteDescription(
    { type: 'answer', sdp: answerWith(peer.remoteDescription, body) });
  self.restarting = false;
  trickle(self, null);
}

/** Keeps the connection over another way if it can, or starts over. */
async function renew(self) {
  if (self !== session || self.restarting) return;
  try {
    await restartIce(self);
  } catch {
    if (self === session) again('lost');
  }
}

/** Chromium stays "connected" when the sender says goodbye; this tells. */
function watchTransport(self) {
  const transport = self.peer.getReceivers()[0]?.transport;
  transport?.addEventListener('statechange', () => {
    if (transport.state === 'closed' && self === session) again('closed');
    if (transport.state === 'failed' && self === session) again('lost');
  });
}

function onConnectionState(self) {
  if (self !== session) return;
  const state = self.peer.connectionState;
  clearTimeout(self.graceTimer);
  if (state === 'connected') retryMs = RETRY_FIRST_MS;
  if (state === 'failed') again('lost');
  if (state === 'disconnected') {
    self.graceTimer = setTimeout(() => renew(self), DISCONNECTED_GRACE_MS);
  }
}

/** keepalive lets it out even while the page is closing. */
function sayGoodbye(self) {
  fetch(self.location,
    { method: 'DELETE', headers: headers({}), keepalive: true })
    .catch(() => {});
}

function leave({ gone = false } = {}) {
  if (!session) return;
  const self = session;
  session = null;
  clearTimeout(self.graceTimer);
  self.peer.close();
  if (self.location && !gone) sayGoodbye(self);
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

/** The network is back, or another one: the way may be another, too. */
function onOnline() {
  retryMs = RETRY_FIRST_MS;
  if (session?.location) renew(session);
  else start();
}

async function start() {
  clearTimeout(retryTimer);
  leave();
  const self = newSession();
  session = self;
  try {
    await connect(self);
  } catch (error) {
    if (self !== session) return;
    again('unreachable', error instanceof TypeError
      ? text('unreachable') : error.message);
  }
}

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
  if (document.fullscreenElement) document.exitFullscreen();
  else document.querySelector('.stage').requestFullscreen();
}

// What protects it

const DTLS_VERSIONS = { FEFD: 'DTLS 1.2', FEFC: 'DTLS 1.3', FEFF: 'DTLS 1.0' };

function fingerprintOf(description) {
  return description?.sdp.match(/a=fingerprint:(.*)/)?.[1].trim();
}

function formatCertificate(report) {
  return report?.fingerprint
    && `${report.fingerprintAlgorithm} ${report.fingerprint}`;
}

/** Long values may break after a colon, and copy as they are. */
function showFingerprint(id, value) {
  const pieces = value.split(/(?<=:)/).flatMap(
    (piece) => [piece, document.createElement('wbr')]);
  byId(id).replaceChildren(...pieces);
}

function showUnencrypted() {
  for (const element of document.querySelectorAll('.card dd:not(.chart)')) {
    (element.querySelector('code') ?? element).textContent = '–';
  }
  byId('security-summary').textContent = text('notYetEncrypted');
  byId('security-words').textContent = text('notYetWords');
  document.querySelector('.security').className = 'card security';
}

function showSecurity(self, stats, transport) {
  const announced = fingerprintOf(self.peer.remoteDescription);
  const seen = formatCertificate(stats.get(transport.remoteCertificateId));
  const own = formatCertificate(stats.get(transport.localCertificateId))
    ?? fingerprintOf(self.peer.localDescription);
  const dtls = DTLS_VERSIONS[transport.tlsVersion] ?? transport.tlsVersion;
  const known = (value) => value ?? text('notReported');
  const srtp = transport.srtpCipher?.replace(/^SRTP_/, '');
  const trusted = !seen || seen.toLowerCase() === announced?.toLowerCase();
  const kind = trusted ? 'encrypted' : 'unverified';

  byId('security-summary').textContent = text(kind);
  byId('security-words').textContent = text(`${kind}Words`,
    { srtp: srtp ?? 'SRTP', dtls: dtls ?? 'DTLS' });
  document.querySelector('.security').className = `card security ${kind}`;
  byId('dtls-version').textContent = known(dtls);
  byId('dtls-cipher').textContent = known(transport.dtlsCipher);
  byId('srtp-profile').textContent = known(srtp);
  showFingerprint('remote-fingerprint', known(seen ?? announced));
  showFingerprint('local-fingerprint', known(own));
}

// Figures and charts

const series = { fps: [], bitrate: [], loss: [], 'round-trip': [] };

function drawChart(id, values) {
  const svg = byId(`${id}-chart`);
  const max = Math.max(...values, 1e-9);
  const x = (i) => (i / (CHART_POINTS - 1)) * 100;
  const y = (value) => 28 - (value / max) * 26;
  const first = CHART_POINTS - values.length;
  const points = values.map((v, i) => `${x(first + i)},${y(v)}`).join(' ');
  svg.setAttribute('viewBox', '0 0 100 30');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.innerHTML = `<polygon class="area" points="${x(first)},30 ${points}`
    + ` 100,30"/><polyline vector-effect="non-scaling-stroke"`
    + ` points="${points}"/>`;
}

function showFigure(id, value, words) {
  byId(id).textContent = Number.isFinite(value) ? words(value) : '–';
  if (!Number.isFinite(value)) return;
  series[id].push(value);
  if (series[id].length > CHART_POINTS) series[id].shift();
  drawChart(id, series[id]);
}

function showFigures(self, reports, pair) {
  const number = (digits) => (value) => value.toLocaleString(language,
    { maximumFractionDigits: digits });
  const inbound = reports.filter(({ type }) => type === 'inbound-rtp');
  const video = inbound.find(({ kind }) => kind === 'video');
  const sum = (field) => inbound.reduce((n, r) => n + (r[field] ?? 0), 0);
  const now = { at: performance.now(), bytes: sum('bytesReceived'),
    lost: sum('packetsLost'), packets: sum('packetsReceived') };
  const before = self.previous;
  self.previous = now;
  const seconds = (now.at - before.at) / 1000;
  const packets = now.packets - before.packets;
  const lost = Math.max(0, now.lost - before.lost);

  showFigure('fps', video?.framesPerSecond, number(0));
  showFigure('bitrate', ((now.bytes - before.bytes) * 8) / seconds / 1e6,
    (value) => `${number(2)(value)} Mbit/s`);
  showFigure('loss', packets + lost > 0 ? (lost / (packets + lost)) * 100 : 0,
    (value) => `${number(1)(value)} %`);
  showFigure('round-trip', pair?.currentRoundTripTime * 1000,
    (value) => `${number(1)(value)} ms`);
  byId('resolution').textContent = video?.frameWidth
    ? `${video.frameWidth} × ${video.frameHeight}` : '–';
  byId('codecs').textContent = reports.filter(({ type }) => type === 'codec')
    .map(({ mimeType }) => mimeType.split('/')[1])
    .filter((name) => name !== 'rtx').join(', ') || '–';
}

async function showStats() {
  const self = session;
  // Chromium keeps the certificates of its first report for all later ones.
  if (!self || ['new', 'connecting'].includes(self.peer.connectionState)) return;
  const stats = await self.peer.getStats();
  const reports = [...stats.values()];
  // A rejected section leaves a transport that never connects.
  const transport = reports.find(({ type, dtlsState }) =>
    type === 'transport' && dtlsState === 'connected');
  if (self !== session) return;
  if (transport) showSecurity(self, stats, transport);
  showFigures(self, reports, stats.get(transport?.selectedCandidatePairId)
    ?? reports.find(({ type, nominated }) => type === 'candidate-pair'
      && nominated));
}

translate(document);
showSound();
byId('mute').addEventListener('click', toggleSound);
byId('fullscreen').addEventListener('click', toggleFullscreen);
byId('video').addEventListener('playing', onPlaying);
byId('video').addEventListener('volumechange', showSound);
addEventListener('pagehide', () => leave());
addEventListener('pageshow', ({ persisted }) => { if (persisted) start(); });
addEventListener('online', onOnline);
setInterval(showStats, STATS_INTERVAL_MS);
start();
