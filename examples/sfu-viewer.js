// SPDX-License-Identifier: LGPL-2.1-or-later
// The script of sfu-viewer.html. It tries again until there is a stream, and
// when one has ended.

import { _, translate } from './language.js';

const RETRY_MS = 2000;

const texts = {
  title: _('Live stream'),
  picture: _('Picture'),
  waiting: _('Waiting for the stream'),
  connecting: _('Connecting'),
  live: _('Live'),
  soundOn: _('Turn the sound on'),
  soundOff: _('Turn the sound off'),
};

const video = document.querySelector('#video');
const sound = document.querySelector('#sound');
const say = (key) => {
  document.querySelector('#status').textContent = texts[key];
};

/** A connection with all of its candidates in the local description. */
async function answerTo(offer) {
  const connection = new RTCPeerConnection();
  const stream = new MediaStream();
  connection.ontrack = ({ track }) => stream.addTrack(track);
  await connection.setRemoteDescription({ type: 'offer', sdp: offer });
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') {
    await new Promise((done) => {
      connection.addEventListener('icegatheringstatechange', done, { once: true });
    });
  }
  video.srcObject = stream;
  return connection;
}

/** Waits until the other end, or the network, has ended it. */
function ended(connection) {
  const { transport } = connection.getReceivers()[0];
  return new Promise((done) => {
    transport.onstatechange = () => {
      if (['closed', 'failed'].includes(transport.state)) done();
    };
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'failed') done();
      if (connection.connectionState === 'connected') say('live');
    };
  });
}

async function watch() {
  const response = await fetch('/watch/1', { method: 'POST' });
  if (!response.ok) throw new Error(await response.text());
  const location = response.headers.get('Location');
  const connection = await answerTo(await response.text());
  const leave = () => fetch(location, { method: 'DELETE', keepalive: true });

  window.addEventListener('pagehide', leave);
  say('connecting');
  const end = ended(connection);
  const taken = await fetch(location, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/sdp' },
    body: connection.localDescription.sdp,
  });
  if (taken.ok) await end;
  window.removeEventListener('pagehide', leave);
  connection.close();
}

sound.onclick = () => {
  video.muted = !video.muted;
  sound.textContent = video.muted ? texts.soundOn : texts.soundOff;
};

translate(document, texts);
for (;;) {
  await watch().catch(() => {});
  say('waiting');
  await new Promise((done) => { setTimeout(done, RETRY_MS); });
}
