// SPDX-License-Identifier: LGPL-2.1-or-later
// What the browser reports of a connection (W3C webrtc-stats), shown: what
// protects it, figures, charts.

import { language } from './language.js';
import { text } from './texts.js';

const CHART_POINTS = 60;

const byId = (id) => document.getElementById(id);

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
  const pieces = value.match(/[^:]+:?/g).flatMap(
    (piece) => [piece, document.createElement('wbr')]);
  byId(id).replaceChildren(...pieces);
}

export function showUnencrypted() {
  for (const element of document.querySelectorAll('.card dd:not(.chart)')) {
    (element.querySelector('code') ?? element).textContent = '–';
  }
  byId('security-summary').textContent = text('notYetEncrypted');
  byId('security-words').textContent = text('notYetWords');
  document.querySelector('.security').className = 'card security';
}

function showSecurity(peer, stats, transport) {
  const announced = fingerprintOf(peer.remoteDescription);
  const seen = formatCertificate(stats.get(transport.remoteCertificateId));
  const own = formatCertificate(stats.get(transport.localCertificateId))
    ?? fingerprintOf(peer.localDescription);
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

/** The counters of the report before, by peer connection. */
const previous = new WeakMap();
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

function showFigures(peer, reports, pair) {
  const number = (digits) => (value) => value.toLocaleString(language,
    { maximumFractionDigits: digits });
  const inbound = reports.filter(({ type }) => type === 'inbound-rtp');
  const video = inbound.find(({ kind }) => kind === 'video');
  const sum = (field) => inbound.reduce((n, r) => n + (r[field] ?? 0), 0);
  const now = { at: performance.now(), bytes: sum('bytesReceived'),
    lost: sum('packetsLost'), packets: sum('packetsReceived') };
  const before = previous.get(peer) ?? {};
  previous.set(peer, now);
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

/** Shows the statistics of a peer connection, if it has any yet. */
export async function showStats(peer) {
  // Chromium keeps the certificates of its first report for all later ones.
  if (['new', 'connecting'].includes(peer.connectionState)) return;
  const stats = await peer.getStats();
  const reports = [...stats.values()];
  // A rejected section leaves a transport that never connects.
  const transport = reports.find(({ type, dtlsState }) =>
    type === 'transport' && dtlsState === 'connected');
  if (peer.connectionState === 'closed') return;
  if (transport) showSecurity(peer, stats, transport);
  showFigures(peer, reports, stats.get(transport?.selectedCandidatePairId)
    ?? reports.find(({ type, nominated }) => type === 'candidate-pair'
      && nominated));
}
