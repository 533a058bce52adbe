#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two gst-launch lines of the README, run as they stand there.

Started by isolated.sh, so that their ports are free and nothing leaves.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests' / 'check' / 'scripts'))
import tap  # noqa: E402
from shell import TIMEOUT_S, Shell, environment  # noqa: E402

README = ROOT / 'README.md'
SCRIPT = ROOT / 'examples' / 'encrypted-udp-pair.sh'
SECTION = re.compile(r'<!-- encrypted-udp-pair -->(.*?)'
                     r'<!-- /encrypted-udp-pair -->', re.S)
BLOCK = re.compile(r'```sh\n(.*?)```', re.S)
COMMAND = re.compile(r'^ *(gst-launch-1\.0 (?:[^\n]*\\\n)*[^\n]*)', re.M)

FRAMES = 10
# I420 of videotestsrc's 320x240, as it reaches the last element
FRAME = re.compile(r'calling chainfunction &gst_base_sink_chain.*size 115200')


def blocks():
    """What README says to type: once, in shell 1, in shell 2."""
    return BLOCK.findall(SECTION.search(README.read_text())[1])


class EncryptedUdpPair(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        once, self.viewer_line, self.camera_line = blocks()
        self.run_once(once)

    def run_once(self, command):
        subprocess.run(['bash', '-ec', command], cwd=self.folder, check=True,
                       env=environment(), timeout=TIMEOUT_S,
                       capture_output=True)

    def start(self, command):
        shell = Shell(command, self.folder)
        self.addCleanup(shell.stop)
        return shell

    def start_pair(self):
        viewer = self.start(self.viewer_line)
        self.assertTrue(viewer.wait_for('Setting pipeline to PLAYING'),
                        viewer.told())
        return viewer, self.start(self.camera_line)

    def test_picture_arrives(self):
        viewer, camera = self.start_pair()
        self.assertTrue(viewer.wait_for(FRAME, FRAMES),
                        viewer.told() + camera.told())
        self.assertNotIn('DtlsDec', viewer.told())
        self.assertNotIn('DtlsDec', camera.told())

    def test_certificates_are_public(self):
        for end in ('viewer', 'camera'):
            public = (self.folder / f'{end}.crt').read_text()
            self.assertNotIn('PRIVATE KEY', public)
            private = self.folder / f'{end}.pem'
            self.assertIn('PRIVATE KEY', private.read_text())
            self.assertEqual(private.stat().st_mode & 0o777, 0o600)

    def test_wrong_fingerprint(self):
        """The viewer expects somebody else: it shows nothing and says why."""
        self.run_once('gst-launch-1.0 -q dtlscertgen '
                      '! filesink location=camera.crt')
        viewer, camera = self.start_pair()
        self.assertTrue(viewer.wait_for('certificate is not the one'),
                        viewer.told())
        self.assertTrue(camera.wait_for('ended the association with the alert'),
                        camera.told())
        # the camera goes on for a while, for nobody
        self.assertTrue(camera.wait_for('<rtpvp8pay0:sink>.* with buffer',
                                        FRAMES, len(camera.lines)))
        self.assertEqual(viewer.count(FRAME), 0)

    def test_script_has_the_same_lines(self):
        script = SCRIPT.read_text()
        commands = COMMAND.findall('\n'.join(blocks()))
        self.assertEqual(len(commands), 3)
        for command in commands:
            self.assertIn(command, script)

    def test_script_for_any_peer(self):
        viewer = self.start(f'{SCRIPT} viewer --any-peer')
        self.assertTrue(viewer.wait_for('Setting pipeline to PLAYING'),
                        viewer.told())
        camera = self.start(f'{SCRIPT} camera --any-peer')
        self.assertTrue(viewer.wait_for(FRAME, FRAMES),
                        viewer.told() + camera.told())

    def test_script_usage(self):
        for arguments in ([], ['somebody'], ['viewer', '--anyone']):
            result = subprocess.run([SCRIPT, *arguments], cwd=self.folder,
                                    env=environment(), text=True,
                                    capture_output=True, timeout=TIMEOUT_S)
            self.assertEqual(result.returncode, 2)
            self.assertIn('viewer|camera', result.stderr)

    def test_script_without_plugin(self):
        env = dict(environment(), GST_PLUGIN_PATH=str(self.folder))
        for name in ('GST_PLUGIN_PATH_1_0', 'GST_REGISTRY'):
            env.pop(name, None)
        env['GST_REGISTRY'] = str(self.folder / 'registry.bin')
        result = subprocess.run([SCRIPT, 'viewer'], cwd=self.folder, env=env,
                                text=True, capture_output=True,
                                timeout=TIMEOUT_S)
        self.assertEqual(result.returncode, 1)
        self.assertIn('Build it first', result.stderr)


if __name__ == '__main__':
    tap.main()
