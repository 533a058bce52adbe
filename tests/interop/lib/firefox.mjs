// SPDX-License-Identifier: LGPL-2.1-or-later
// A headless Firefox as Debian has it, which playwright drives over WebDriver
// BiDi when it is told that it is no build of its own.

import { firefox } from 'playwright-core';
import { newContext } from './chromium.mjs';

const EXECUTABLE = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

const PREFERENCES = {
  // Candidates carry addresses instead of names nobody here could resolve.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  // It would look for a decoder of H.264 in the net.
  'media.gmp-manager.updateEnabled': false,
};

/** A Firefox with a fresh profile; see newContext(). */
export async function openFirefox(t) {
  return newContext(t, await firefox.launch({
    channel: 'moz-firefox',
    executablePath: EXECUTABLE,
    firefoxUserPrefs: PREFERENCES,
  }));
}
