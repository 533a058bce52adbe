// SPDX-License-Identifier: LGPL-2.1-or-later
// A bad network: a UDP relay on this machine that loses datagrams.

import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** More than any handshake takes; then the network is gone. */
const DATAGRAMS_MAX = 10000;

/** A number from 0 to 1 that looks random; the same for the same words. */
function chance(...words) {
  const hash = createHash('sha256').update(words.join(' ')).digest();
  return hash.readUInt32BE() / 2 ** 32;
}

async function bindSocket(t, address) {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  t.after(() => socket.close());
  return socket;
}

/**
 * Starts a relay that ends with the test.
 * @param t  context of the test
 * @param {number[]} ends  UDP ports of both ends; an undefined one is that of
 *   the first who sends from there
 * @param {number} loss  how many datagrams get lost, from 0 to 1
 * @param {number} seed  decides which ones, in each direction by their order
 * @param {string} address  of the relay and of both ends
 * @returns {{ports: number[], counts: {passed: number, lost: number}[]}}
 *   ports: where each end sends to, and where what it gets comes from;
 *   counts: datagrams by the end that sent them
 */
export async function startRelay(t, ends, loss, seed, address = '127.0.0.1') {
  const sockets = [await bindSocket(t, address), await bindSocket(t, address)];
  const known = [...ends];
  const counts = ends.map(() => ({ passed: 0, lost: 0 }));
  sockets.forEach((socket, from) => {
    socket.on('message', (datagram, sender) => {
      known[from] ??= sender.port;
      if (sender.port !== known[from]) return;
      const count = counts[from];
      const number = count.passed + count.lost;
      if (number >= DATAGRAMS_MAX) return;
      const isLost = chance(seed, from, number) < loss;
      count[isLost ? 'lost' : 'passed'] += 1;
      if (!isLost && known[1 - from]) {
        sockets[1 - from].send(datagram, known[1 - from], address);
      }
    });
    // A closed port at the other end is loss like any other.
    socket.on('error', () => {});
  });
  return { ports: sockets.map((socket) => socket.address().port), counts };
}
