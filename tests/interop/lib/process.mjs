// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs that a test starts: their output, their end, free ports for them.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { waitFor } from './wait.mjs';

/** A CRITICAL in a program's output that is not the one of rtpmanager 1.22. */
export const UNKNOWN_CRITICAL =
  /CRITICAL(?!.*g_hash_table_foreach: assertion 'version)/;

/** A started program; see start(). */
class Program {
  /** All that it wrote so far, to either stream. */
  output = '';

  constructor(child, name) {
    this.name = name;
    this.child = child;
    /** Resolves to {code, signal} when it has ended. */
    this.exited = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.ended = { code, signal };
        resolve(this.ended);
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => { this.output += text; });
    }
  }

  /** Waits until its output matches, and returns the match. */
  async says(pattern, timeoutMs = 60000) {
    const ask = () => {
      const match = this.output.match(pattern);
      if (!match && this.ended) throw new Error('it has ended');
      return match;
    };
    try {
      return await waitFor(`${pattern} from ${this.name}`, ask, timeoutMs);
    } catch (error) {
      throw new Error(`${error.message}; ${this.name} said:\n${this.output}`);
    }
  }

  /** Sends a signal to it and all it started. */
  signal(signal) {
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }

  /** Ends it at once. What it started elsewhere may go on to hold its output. */
  kill() {
    this.signal('SIGKILL');
    this.child.stdout.destroy();
    this.child.stderr.destroy();
  }

  /** Ends it as Ctrl-C does, the hard way after a while; {code, signal}. */
  async stop(graceMs = 60000) {
    if (!this.ended) this.signal('SIGINT');
    const timer = setTimeout(() => this.kill(), graceMs);
    const result = await this.exited;
    clearTimeout(timer);
    this.signal('SIGKILL');
    return result;
  }
}

/**
 * Starts a program that ends with the test at the latest.
 * @param t  context of the test
 * @param {object} env  variables in addition to those of this process
 */
export function start(t, command, args = [], env = {}) {
  const child = spawn(command, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: [env.STDIN ?? 'ignore', 'pipe', 'pipe'],
  });
  const program = new Program(child, command);
  t.after(() => program.stop().catch(() => {}));
  return program;
}

/**
 * Starts a program that uses webrtcbin; see start(). No CRITICAL ends it: of
 * rtpmanager 1.22, which lets go of its lock while it goes through its
 * sources, one may come. Any other fails the test.
 */
export function startWebrtcbin(t, command, args = [], env = {}) {
  const program = start(t, command, args, { ...env, G_DEBUG: '' });
  t.after(() => assert.doesNotMatch(program.output, UNKNOWN_CRITICAL));
  return program;
}

/**
 * Starts gst-launch-1.0 with a pipeline written as for the shell, quotes and
 * all, for instance 'videotestsrc ! fakesink'.
 */
export function launch(t, pipeline, env = {}) {
  const line = `exec gst-launch-1.0 --eos-on-shutdown ${pipeline}`;
  const program = start(t, 'sh', ['-c', line], env);
  program.name = 'gst-launch-1.0';
  return program;
}

/** A TCP port of this machine that nothing uses. */
export function freeTcpPort(address = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, address, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A UDP port of this machine that nothing uses. */
export function freeUdpPort(address = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.on('error', reject);
    socket.bind(0, address, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
