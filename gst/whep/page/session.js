// SPDX-License-Identifier: LGPL-2.1-or-later
// One connection to the server (WHEP): the offer, candidates, restarts of ICE,
// the goodbye.

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

const iceLine = (sdp, name) => sdp.match(`a=${name}:.*`)[0].trim();

/** The answer of before, with the way that the server's fragment describes. */
function answerWith(description, part) {
  const candidates = part.match(/a=candidate:.*\r\n/g)?.join('') ?? '';
  return description.sdp
    .replace(/a=ice-ufrag:.*/g, iceLine(part, 'ice-ufrag'))
    .replace(/a=ice-pwd:.*/g, iceLine(part, 'ice-pwd'))
    .replace(/a=(candidate:.*|end-of-candidates)\r\n/g, '')
    .replace(/a=ice-ufrag:.*\r\n/, (line) => line + candidates);
}

/** The server said no; the message is what it said. */
export class Refusal extends Error {}

export class Session {
  #endpoint;
  #token;
  #resource = null;
  #etag = null;
  #candidates = [];
  #restarting = false;
  #closed = false;

  /** The RTCPeerConnection, for its events and statistics. */
  peer = new RTCPeerConnection();

  /** @param {string|null} token  what the server asks for, if it does */
  constructor(endpoint, token) {
    this.#endpoint = endpoint;
    this.#token = token;
    this.peer.addTransceiver('video', { direction: 'recvonly' });
    this.peer.addTransceiver('audio', { direction: 'recvonly' });
    this.peer.onicecandidate = ({ candidate }) => this.#trickle(candidate);
  }

  #fetch(address, method, headers = {}, more = {}) {
    const authorization = this.#token
      ? { Authorization: `Bearer ${this.#token}` } : {};
    return fetch(address,
      { method, headers: { ...headers, ...authorization }, ...more });
  }

  /** Sends an offer. Resolves to the answer; throws a Refusal. */
  async #ask(sdp) {
    const response = await this.#fetch(this.#endpoint, 'POST',
      { 'Content-Type': 'application/sdp' }, { body: sdp });
    const body = await response.text();
    if (!response.ok) throw new Refusal(body.trim());
    this.#resource = new URL(response.headers.get('Location'), response.url);
    this.#etag = response.headers.get('ETag');
    if (this.#closed) this.#sayGoodbye();
    else {
      this.peer.setConfiguration({ ...this.peer.getConfiguration(),
        iceServers: iceServersOf(response.headers.get('Link')) });
    }
    return body;
  }

  /** Our candidates come when the server has said which help there is. */
  async connect() {
    const offer = await this.peer.createOffer();
    const sdp = askForStereo(offer.sdp);
    const answer = await this.#ask(sdp);
    if (this.#closed) return;
    await this.peer.setLocalDescription({ type: 'offer', sdp });
    await this.peer.setRemoteDescription({ type: 'answer', sdp: answer });
    this.#trickle(null);
  }

  /** An SDP fragment with the candidates that are still to be sent. */
  #fragment() {
    const { sdp } = this.peer.localDescription;
    return [
      iceLine(sdp, 'ice-ufrag'),
      iceLine(sdp, 'ice-pwd'),
      'm=video 9 UDP/TLS/RTP/SAVPF 0',
      `a=mid:${this.#candidates[0]?.sdpMid ?? 0}`,
      ...this.#candidates.splice(0).map((c) => `a=${c.candidate}`),
      '',
    ].join('\r\n');
  }

  #patch(ifMatch) {
    return this.#fetch(this.#resource, 'PATCH', {
      'Content-Type': 'application/trickle-ice-sdpfrag',
      ...(ifMatch ? { 'If-Match': ifMatch } : {}),
    }, { body: this.#fragment() });
  }

  /** Sends candidates, once there is somewhere to send them (RFC 8840). */
  async #trickle(candidate) {
    if (candidate?.candidate) this.#candidates.push(candidate);
    if (!this.#resource || this.#restarting || this.#candidates.length === 0) {
      return;
    }
    // Without them the connection may still come about: nothing to tell.
    await this.#patch(this.#etag).catch(() => {});
  }

  /** Whether the server has answered, so that there is what to restart. */
  get isAnswered() {
    return this.#resource !== null;
  }

  /**
   * Looks for another way to the sender (RFC 9725 section 4.3.3). Throws when
   * there is none, or nobody to ask.
   */
  async restartIce() {
    if (this.#restarting) return;
    this.#restarting = true;
    this.#candidates = [];
    await this.peer.setLocalDescription(
      await this.peer.createOffer({ iceRestart: true }));
    const response = await this.#patch('*');
    const body = await response.text();
    if (response.status !== 200) throw new Refusal(body.trim());
    this.#etag = response.headers.get('ETag');
    await this.peer.setRemoteDescription(
      { type: 'answer', sdp: answerWith(this.peer.remoteDescription, body) });
    this.#restarting = false;
    this.#trickle(null);
  }

  /** keepalive lets it out even while the page is closing. */
  #sayGoodbye() {
    this.#fetch(this.#resource, 'DELETE', {}, { keepalive: true })
      .catch(() => {});
  }

  /** @param {boolean} gone  whether the server knows of the end already */
  close({ gone = false } = {}) {
    this.#closed = true;
    this.peer.close();
    if (this.#resource && !gone) this.#sayGoodbye();
  }
}
