#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two gst-launch lines of the README, run as they stand there.

Started by isolated.sh, so that their ports are free and nothing leaves.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests' / 'check' / 'scripts'))
import tap  # noqa: E402

README = ROOT / 'README.md'
SCRIPT = ROOT / 'examples' / 'encrypted-udp-pair.sh'
SECTION = re.compile(r'<!-- encrypted-udp-pair -->(.*?)'
                     r'<!-- /encrypted-udp-pair -->', re.S)
BLOCK = re.compile(r'```sh\n(.*?)```', re.S)
COMMAND = re.compile(r'^ *(gst-launch-1\.0 (?:[^\n]*\\\n)*[^\n]*)', re.M)

TIMEOUT_S = 60
FRAMES = 10
# I420 of videotestsrc's 320x240, as it reaches the last element
FRAME = re.compile(r'calling chainfunction &gst_base_sink_chain.*size 115200')


def blocks():
    """What README says to type: once, in shell 1, in shell 2."""
    return BLOCK.findall(SECTION.search(README.read_text())[1])


def environment():
    env = dict(os.environ, GST_DEBUG='GST_SCHEDULING:6', GST_DEBUG_NO_COLOR='1')
    # without a display, a sink for the picture that does not look for one
    env['GST_PLUGIN_FEATURE_RANK'] = 'dfbvideosink:NONE,kmssink:NONE'
    for name in ('DISPLAY', 'WAYLAND_DISPLAY', 'GST_PLUGIN_PATH'):
        env.pop(name, None)
    env['GST_PLUGIN_PATH'] = env.get('GST_PLUGIN_PATH_1_0', '')
    return env


class Shell:
    """One of the two, with a memory of what it printed."""

    def __init__(self, command, folder):
        self.changed = threading.Condition()
        self.lines = []
        self.ended = False
        self.process = subprocess.Popen(
            ['bash', '-c', command], cwd=folder, env=environment(), text=True,
            errors='replace', stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip())
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def count(self, pattern):
        return sum(1 for line in self.lines if re.search(pattern, line))

    def wait_for(self, pattern, times=1, start=0):
        """Whether it is printed as often, in the lines from start on."""
        position, found = start, 0

        def is_over():
            nonlocal position, found
            new = self.lines[position:]
            position += len(new)
            found += sum(1 for line in new if re.search(pattern, line))
            return found >= times or self.ended

        with self.changed:
            self.changed.wait_for(is_over, TIMEOUT_S)
        return found >= times

    def stop(self):
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(TIMEOUT_S)
        self.thread.join()
        self.process.stdout.close()

    def told(self):
        return '\n'.join(line for line in self.lines
                         if 'GST_SCHEDULING' not in line)


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

    def test_script_usage(self):
        for arguments in ([], ['somebody']):
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
