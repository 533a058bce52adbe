// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for a condition instead of for a time.

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is truthy, and returns it.
 * @param {string} what  what is awaited; part of the error's text
 * @param {() => any} ask  may be async
 * @param {number} timeoutMs  after which it throws
 */
export async function waitFor(what, ask, timeoutMs = 60000) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`No ${what} in ${timeoutMs} ms`);
    await sleep(50);
  }
}
