// SPDX-License-Identifier: LGPL-2.1-or-later
// A headless Chromium, and what its peer connections report.

import { chromium } from 'playwright-core';
import { waitFor } from './wait.mjs';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Candidates carry addresses instead of names nobody here could resolve.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** Runs in each page before its own scripts: keeps what it connects. */
function recordPeerConnections() {
  const Original = window.RTCPeerConnection;
  window.peerConnections = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      window.peerConnections.push(this);
    }
  };
}

/**
 * A fresh profile of a browser, which is closed when the test ends.
 * @param t  context of the test; gets what pages write to their console
 * @param {object} options  of playwright's newContext()
 * @returns a BrowserContext of playwright; newPage() opens a tab
 */
export async function newContext(t, browser, options = {}) {
  t.after(() => browser.close());
  const context = await browser.newContext(options);
  context.setDefaultTimeout(60000);
  await context.addInitScript(recordPeerConnections);
  context.on('page', (page) => {
    page.on('console', (line) => t.diagnostic(`page: ${line.text()}`));
    page.on('pageerror', (error) => t.diagnostic(`page: ${error.stack}`));
  });
  return context;
}

/** A Chromium with a fresh profile; see newContext(). */
export async function openBrowser(t, args = [], options = {}) {
  return newContext(t, await chromium.launch({
    executablePath: EXECUTABLE,
    args: [...ARGUMENTS, ...args],
  }), options);
}

/**
 * Statistics of one of a page's peer connections (W3C webrtc-stats), once it
 * has connected or failed: Chromium keeps the certificates of its first report
 * for all later ones.
 * @param {number} index  in the order they were made; -1 is the last
 * @returns {Promise<object[]>} empty before that
 */
export function peerStats(page, index = -1) {
  return page.evaluate(async (i) => {
    const peer = window.peerConnections.at(i);
    if (!peer || ['new', 'connecting'].includes(peer.connectionState)) return [];
    return [...(await peer.getStats()).values()];
  }, index);
}

/**
 * Waits for a report with the values wanted, such as
 * waitForStats (page, {type: 'inbound-rtp', kind: 'video',
 *   framesDecoded: (n) => n >= 30}).
 * @param {object} wanted  a value, or a function that judges it, by field
 * @returns {Promise<object>} the report
 */
export async function waitForStats(page, wanted, timeoutMs = 60000) {
  const fits = (report) => Object.entries(wanted).every(([field, want]) =>
    typeof want === 'function' ? want(report[field]) : report[field] === want);
  let reports = [];
  try {
    return await waitFor(`report with ${Object.keys(wanted)}`, async () => {
      reports = await peerStats(page);
      return reports.find(fits);
    }, timeoutMs);
  } catch (error) {
    const seen = reports.filter(({ type }) => type === wanted.type);
    throw new Error(`${error.message}; last: ${JSON.stringify(seen)}`);
  }
}
