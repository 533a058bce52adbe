// SPDX-License-Identifier: LGPL-2.1-or-later
// whepsink over HTTPS: the page plays in Chromium, and certificates that no
// browser would take are refused at the start.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openBrowser, waitForStats } from './lib/chromium.mjs';
import { launch } from './lib/process.mjs';
import { serve, VP8 } from './lib/whepsink.mjs';

/** A certificate for localhost and its key: {certificate, key}, two files. */
function makeIdentity(t) {
  const dir = mkdtempSync(join(tmpdir(), 'whep-https-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const certificate = join(dir, 'certificate.pem');
  const key = join(dir, 'key.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', certificate,
    '-days', '2', '-subj', '/CN=localhost', '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  return { certificate, key };
}

test('the page plays over HTTPS', async (t) => {
  const { certificate, key } = makeIdentity(t);
  const pipeline = await serve(t, [VP8],
    { options: `tls-certificate=${certificate} tls-key=${key}` });
  assert.match(pipeline.uri, /^https:/);
  const browser = await openBrowser(t, [], { ignoreHTTPSErrors: true });
  const page = await browser.newPage();
  await page.goto(pipeline.uri);
  await waitForStats(page, {
    type: 'inbound-rtp', kind: 'video', framesDecoded: (n) => n >= 30,
  });
  assert.equal(await page.getAttribute('#state', 'data-state'), 'live');
  if (process.env.SCREENSHOT) {
    await page.screenshot({ path: process.env.SCREENSHOT });
  }

  const plain = await fetch(pipeline.uri.replace('https:', 'http:'));
  assert.equal(plain.status, 400);
  assert.match(await plain.text(), /^This port speaks HTTPS\. .*\n$/);
  const old = await browser.newPage();
  await old.goto(pipeline.uri.replace('https:', 'http:'));
  assert.match(await old.textContent('body'), /Write https:\/\//);
});

test('a certificate with another key is refused in one sentence', async (t) => {
  const { certificate } = makeIdentity(t);
  const { key } = makeIdentity(t);
  const pipeline = launch(t, `fakesrc ! fakesink whepsink port=0`
    + ` tls-certificate=${certificate} tls-key=${key}`);
  const { code } = await pipeline.exited;
  assert.notEqual(code, 0);
  assert.match(pipeline.output, /ERROR: .*: The private key in \S+ does not/);
});

test('a file that is no certificate is refused in one sentence', async (t) => {
  const pipeline = launch(t,
    `fakesrc ! fakesink whepsink port=0 tls-certificate=/dev/null`);
  const { code } = await pipeline.exited;
  assert.notEqual(code, 0);
  assert.match(pipeline.output, /ERROR: .*: Cannot read the TLS certificate/);
});
