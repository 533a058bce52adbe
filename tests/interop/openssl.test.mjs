// SPDX-License-Identifier: LGPL-2.1-or-later
// dtlsenc and dtlsdec against OpenSSL's s_client and s_server: both roles,
// every SRTP protection profile, what must be refused, and loss on the way.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import { freeUdpPort, start } from './lib/process.mjs';
import { startRelay } from './lib/relay.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'openssl-'));
after(() => rmSync(folder, { recursive: true }));

/**
 * OpenSSL sends a flight again after 1, 2, 4, ... seconds and does not answer a
 * peer that repeats its own.
 */
const PATIENCE_MS = 90000;

/** Lengths in bytes, and srtp-cipher and srtp-auth (RFC 5764, RFC 7714). */
const PROFILES = {
  SRTP_AEAD_AES_128_GCM: { key: 16, salt: 12, cipher: 3, auth: 0 },
  SRTP_AEAD_AES_256_GCM: { key: 32, salt: 12, cipher: 4, auth: 0 },
  SRTP_AES128_CM_SHA1_80: { key: 16, salt: 14, cipher: 1, auth: 2 },
};

/** OpenSSL's own certificate: files, and its fingerprint as SDP writes it. */
function makeCertificate(name, ...keyOptions) {
  const [key, cert] = ['key', 'cert'].map((s) => path.join(folder, name + s));
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '30',
    '-newkey', ...keyOptions, '-subj', '/CN=peer', '-keyout', key,
    '-out', cert], { stdio: 'ignore' });
  const text = execFileSync('openssl', ['x509', '-in', cert, '-noout',
    '-fingerprint', '-sha256'], { encoding: 'utf8' });
  return { key, cert, fingerprint: `sha-256 ${text.trim().split('=')[1]}` };
}

const CERTIFICATES = {
  ECDSA: makeCertificate('ecdsa', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1'),
  RSA: makeCertificate('rsa', 'rsa:2048'),
};

/** Both ports of a pair on loopback. */
async function ports() {
  return { ours: await freeUdpPort(), theirs: await freeUdpPort() };
}

function startOurs(t, role, { ours, theirs }, options = []) {
  const python = process.env.PYTHON ?? 'python3';
  return start(t, python, ['dtls-peer.py', '--role', role,
    '--listen', ours, '--send-to', theirs, ...options].map(String));
}

function startOpenssl(t, role, { ours, theirs }, certificate, profile) {
  const here = role === 'server'
    ? ['s_server', '-accept', `127.0.0.1:${theirs}`, '-Verify', '1']
    : ['s_client', '-connect', `127.0.0.1:${ours}`,
      '-bind', `127.0.0.1:${theirs}`];
  const srtp = profile ? ['-use_srtp', profile,
    '-keymatexport', 'EXTRACTOR-dtls_srtp',
    '-keymatexportlen', 2 * (PROFILES[profile].key + PROFILES[profile].salt)]
    : [];
  return start(t, 'openssl', [...here, '-dtls1_2', ...srtp,
    '-cert', certificate.cert, '-key', certificate.key].map(String),
  { STDIN: 'pipe' });
}

/** The ports that each end knows when a relay stands between them. */
async function portsAcross(t, loss, seed) {
  const { ours, theirs } = await ports();
  const relay = await startRelay(t, [ours, theirs], loss, seed);
  return {
    relay,
    atOurs: { ours, theirs: relay.ports[0] },
    atTheirs: { ours: relay.ports[1], theirs },
  };
}

/**
 * Starts both ends, the one that waits for the other first.
 * @param {object} route  the ports of portsAcross(); default: no relay
 */
async function startPair(t, ourRole, certificate, profile, options, route) {
  const pair = await ports();
  const { atOurs, atTheirs } = route ?? { atOurs: pair, atTheirs: pair };
  const theirRole = ourRole === 'server' ? 'client' : 'server';
  let ours, theirs;
  if (ourRole === 'server') {
    ours = startOurs(t, ourRole, atOurs, options);
    await ours.says(/^fingerprint /m);
    theirs = startOpenssl(t, theirRole, atTheirs, certificate, profile);
  } else {
    theirs = startOpenssl(t, theirRole, atTheirs, certificate, profile);
    await theirs.says(/ACCEPT/);
    ours = startOurs(t, ourRole, atOurs, options);
  }
  return { ours, theirs };
}

/** Splits exported bytes into master keys and salts (RFC 5764 section 4.2). */
function splitKeys(hex, { key, salt }) {
  const bytes = Buffer.from(hex, 'hex');
  const cut = (from, length) => bytes.subarray(from, from + length);
  return {
    client: Buffer.concat([cut(0, key), cut(2 * key, salt)]).toString('hex'),
    server: Buffer.concat([cut(key, key), cut(2 * key + salt, salt)])
      .toString('hex'),
  };
}

/** The fingerprint of the certificate that OpenSSL printed as its peer's. */
function seenFingerprint(output) {
  const [, base64] = output.match(
    /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/);
  const hash = createHash('sha256').update(Buffer.from(base64, 'base64'));
  return hash.digest('hex').toUpperCase().match(/../g).join(':');
}

async function keysAgree(t, ourRole, kind, profile, route) {
  const certificate = CERTIFICATES[kind];
  const { ours, theirs } = await startPair(t, ourRole, certificate, profile,
    ['--peer-fingerprint', certificate.fingerprint,
      '--handshake-timeout', PATIENCE_MS], route);
  const [, exported] = await theirs.says(/Keying material: ([0-9A-F]+)/,
    PATIENCE_MS);
  await ours.says(/^state connected/m, PATIENCE_MS);

  const keys = splitKeys(exported, PROFILES[profile]);
  const [sent, received] = ourRole === 'client'
    ? [keys.client, keys.server] : [keys.server, keys.client];
  assert.match(ours.output, new RegExp(`^encoder-key ${sent}$`, 'm'));
  assert.match(ours.output, new RegExp(`^decoder-key ${received}$`, 'm'));
  const { cipher, auth } = PROFILES[profile];
  assert.match(ours.output, new RegExp(`^srtp-cipher ${cipher}$`, 'm'));
  assert.match(ours.output, new RegExp(`^srtp-auth ${auth}$`, 'm'));
  const [, fingerprint] = ours.output.match(/^fingerprint sha-256 (\S+)/m);
  assert.equal(fingerprint, seenFingerprint(theirs.output));
}

for (const role of ['client', 'server']) {
  for (const profile of Object.keys(PROFILES)) {
    test(`as ${role}, ${profile}: the keys are OpenSSL's`,
      (t) => keysAgree(t, role, 'ECDSA', profile));
  }

  test(`as ${role}: an RSA certificate on the other side`,
    (t) => keysAgree(t, role, 'RSA', 'SRTP_AEAD_AES_128_GCM'));

  test(`as ${role}: data goes both ways`, async (t) => {
    const certificate = CERTIFICATES.ECDSA;
    const { ours, theirs } = await startPair(t, role, certificate,
      'SRTP_AEAD_AES_128_GCM', ['--peer-fingerprint', certificate.fingerprint,
        '--data', 'from here']);
    await theirs.says(/from here/);
    theirs.child.stdin.write('from there\n');
    await ours.says(/^data from there$/m);
  });

  test(`as ${role}: a peer without use_srtp is refused`, async (t) => {
    const certificate = CERTIFICATES.ECDSA;
    const { ours } = await startPair(t, role, certificate, undefined,
      ['--peer-fingerprint', certificate.fingerprint]);
    await ours.says(/^message .*no-common-profile/m);
    await ours.says(/^state failed/m);
    assert.doesNotMatch(ours.output, /^(state connected|encoder-key)/m);
  });

  test(`as ${role}: another certificate than announced`, async (t) => {
    const { ours, theirs } = await startPair(t, role, CERTIFICATES.ECDSA,
      'SRTP_AEAD_AES_128_GCM',
      ['--peer-fingerprint', CERTIFICATES.RSA.fingerprint]);
    await ours.says(/^message .*fingerprint-mismatch/m);
    await ours.says(/^state failed/m);
    await theirs.says(/alert (bad certificate|number 42)/);
    assert.doesNotMatch(ours.output, /^(state connected|encoder-key)/m);
  });

  for (const [percent, seed] of [[10, 1], [10, 2], [10, 3], [30, 1], [30, 2],
    [30, 4]]) {
    test(`as ${role}: ${percent} % loss, seed ${seed}`, async (t) => {
      const route = await portsAcross(t, percent / 100, seed);
      await keysAgree(t, role, 'ECDSA', 'SRTP_AEAD_AES_128_GCM', route);
      for (const { passed } of route.relay.counts) assert.ok(passed > 0);
    });
  }
}

test('as client: nothing arrives', async (t) => {
  const { ours } = await startPair(t, 'client', CERTIFICATES.ECDSA,
    'SRTP_AEAD_AES_128_GCM', ['--handshake-timeout', 1000],
    await portsAcross(t, 1, 1));
  await ours.says(/^message .*timeout/m);
  await ours.says(/^state failed/m);
  assert.doesNotMatch(ours.output, /^(state connected|encoder-key)/m);
});
