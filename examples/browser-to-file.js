// SPDX-License-Identifier: LGPL-2.1-or-later
// The script of browser-to-file.html.

import { _, fill, translate } from './language.js';

const texts = {
  title: _('Record this camera'),
  picture: _('Picture'),
  start: _('Start'),
  stop: _('Stop'),
  nothingYet: _('Nothing is sent before you press Start.'),
  connecting: _('Connecting'),
  connected: _('Recording.'),
  disconnected: _('The connection was lost.'),
  failed: _('The connection was lost.'),
  written: _('The file is written.'),
  NotFoundError: _('There is no camera.'),
  NotAllowedError: _('The browser does not let this page use the camera. Allow'
    + ' it, then press Start again.'),
  noCamera: _('The browser gives no camera: {reason}'),
  insecure: _('Browsers give their camera only to pages of this machine or'
    + ' with HTTPS.'),
  refused: _('The server said: {reason}'),
  unreachable: _('The server cannot be reached.'),
};

const [video, start, stop, said] =
  ['video', '#start', '#stop', '#said'].map((s) => document.querySelector(s));
let connection, session;

const say = (key, values = {}) => {
  said.textContent = fill(texts[key], values);
};

/** A sentence of texts, to be said to who looks at the page. */
class Trouble extends Error {
  constructor(key, reason) {
    super(key);
    this.values = { reason };
  }
}

async function openCamera() {
  if (!navigator.mediaDevices) throw new Trouble('insecure');
  return navigator.mediaDevices.getUserMedia({ audio: true, video: true })
    .catch(() => navigator.mediaDevices.getUserMedia({ video: true }))
    .catch(({ name }) => {
      throw new Trouble(name in texts ? name : 'noCamera', name);
    });
}

async function ask(method, resource, request = {}) {
  const reply = await fetch(resource, { method, ...request })
    .catch(() => { throw new Trouble('unreachable'); });
  if (!reply.ok) throw new Trouble('refused', await reply.text());
  return reply;
}

async function publish() {
  start.disabled = true;
  const stream = await openCamera();
  video.srcObject = stream;
  connection = new RTCPeerConnection();
  for (const track of stream.getTracks())
    connection.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
  connection.onconnectionstatechange = () => {
    if (connection.connectionState in texts) say(connection.connectionState);
  };
  await connection.setLocalDescription();
  // The offer goes out whole, with all of its candidates.
  while (connection.iceGatheringState !== 'complete')
    await new Promise((done) => { connection.onicegatheringstatechange = done; });
  const reply = await ask('POST', '/whip', {
    headers: { 'Content-Type': 'application/sdp' },
    body: connection.localDescription.sdp,
  });
  session = reply.headers.get('Location');
  await connection.setRemoteDescription({ type: 'answer', sdp: await reply.text() });
  stop.disabled = false;
}

function closeCamera() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
}

async function end() {
  stop.disabled = true;
  connection.onconnectionstatechange = null;
  await ask('DELETE', session);
  connection.close();
  closeCamera();
  session = undefined;
  say('written');
}

function complain(error) {
  if (error instanceof Trouble) say(error.message, error.values);
  else said.textContent = error.message;
}

function giveUp(error) {
  closeCamera();
  start.disabled = false;
  complain(error);
}

addEventListener('pagehide', () => {
  if (session) fetch(session, { method: 'DELETE', keepalive: true });
});

translate(document, texts);
start.onclick = () => publish().catch(giveUp);
stop.onclick = () => end().catch(complain);
