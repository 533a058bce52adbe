#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recording of an encrypted stream: examples/record.c and the script.

The argument is the program. Started by isolated.sh, so that the ports are
free.
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

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
SCRIPT = ROOT / 'examples' / 'record-encrypted-udp.sh'
PAIR = ROOT / 'examples' / 'encrypted-udp-pair.sh'
FRAMES = 20
FRAME = r'mux\d+:video_0> calling chainfunction'


class Recording(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_once(self, *command):
        return subprocess.run([str(word) for word in command], cwd=self.folder,
                              env=environment() | {'GST_DEBUG': ''}, text=True,
                              capture_output=True, timeout=TIMEOUT_S)

    def start(self, *command):
        shell = Shell('exec ' + ' '.join(map(str, command)), self.folder)
        self.addCleanup(shell.stop)
        return shell

    def frames_of(self, file, demuxer='matroskademux'):
        """How many frames of the file a decoder gives."""
        done = self.run_once('gst-launch-1.0', '-v', 'filesrc',
                             f'location={file}', '!', demuxer, '!', 'vp8dec',
                             '!', 'fakesink', 'silent=false', 'sync=false')
        self.assertEqual(0, done.returncode, done.stderr)
        return len(re.findall(r'last-message = chain', done.stdout))

    def make_identity(self, name):
        self.run_once('gst-launch-1.0', '-q', 'dtlscertgen',
                      f'location={name}.pem', '!', 'filesink',
                      f'location={name}.crt')
        return self.run_once('openssl', 'x509', '-noout', '-fingerprint',
                             '-sha256', '-in', f'{name}.crt').stdout.strip()

    def record_by_script(self, recorder, camera, file):
        recorder = self.start(SCRIPT, 'record', file, recorder)
        self.assertTrue(recorder.wait_for('Setting pipeline to PLAYING'),
                        recorder.told())
        camera = self.start(*camera)
        self.assertTrue(recorder.wait_for(FRAME, FRAMES),
                        recorder.told() + camera.told())
        recorder.stop()
        self.assertGreaterEqual(self.frames_of(file), FRAMES - 1)

    def test_script_as_server(self):
        self.record_by_script('', (SCRIPT, 'camera', 'client'), 'film.webm')

    def test_script_as_client(self):
        self.record_by_script('client', (SCRIPT, 'camera'), 'film.mkv')

    def test_script_with_the_camera_of_the_pair(self):
        self.record_by_script('server', (PAIR, 'camera'), 'film.mkv')

    def test_script_refuses(self):
        (self.folder / 'there.webm').touch()
        for status, word, *arguments in (
                (2, 'Usage'), (2, 'Usage', 'film.webm'),
                (2, 'Usage', 'record', 'film.webm', 'peer'),
                (2, 'Usage', 'camera', 'client', 'film.webm'),
                (2, '.webm or .mkv', 'record', 'film.mp4'),
                (2, '.webm or .mkv', 'record'),
                (1, 'is there already', 'record', 'there.webm')):
            done = self.run_once(SCRIPT, *arguments)
            self.assertEqual((status, ''), (done.returncode, done.stdout))
            self.assertIn(word, done.stderr)

    def start_program(self, role, fingerprint):
        recorder = self.start(PROGRAM, 'film.mkv', 5000, '127.0.0.1', 5002,
                              f'"{fingerprint}"', role)
        self.assertTrue(recorder.wait_for('^a=fingerprint:'), recorder.told())
        own = next(line for line in recorder.lines if
                   line.startswith('a=fingerprint:'))
        return recorder, own.removeprefix('a=fingerprint:')

    def start_camera(self, is_client, fingerprint):
        return self.start(
            'gst-launch-1.0 -e dtlscertgen location=camera.pem videotestsrc',
            'num-buffers=60 is-live=true ! vp8enc deadline=1 ! rtpvp8pay !',
            'srtpkeyer connection-id=viewer !',
            'udpsink async=false host=127.0.0.1 port=5000',
            'udpsrc address=127.0.0.1 port=5002 ! dtlsdec',
            f'connection-id=viewer peer-fingerprint="{fingerprint}"',
            f'dtlsenc connection-id=viewer is-client={is_client} !',
            'udpsink async=false host=127.0.0.1 port=5000')

    def record_by_program(self, role):
        fingerprint = self.make_identity('camera')
        recorder, own = self.start_program(role, fingerprint)
        camera = self.start_camera(not role, own)
        self.assertTrue(recorder.wait_for(FRAME, FRAMES),
                        recorder.told() + camera.told())
        camera.stop()  # its goodbye ends the recording
        self.assertTrue(recorder.wait_for('^closed$'), recorder.told())
        self.assertEqual(0, recorder.process.wait(TIMEOUT_S))
        self.assertGreaterEqual(self.frames_of('film.mkv'), FRAMES - 1)

    def test_program_as_server(self):
        self.record_by_program('')

    def test_program_as_client(self):
        self.record_by_program('client')

    def test_program_with_a_wrong_fingerprint(self):
        self.make_identity('camera')
        recorder, own = self.start_program('', self.make_identity('other'))
        self.start_camera(True, own)
        self.assertTrue(recorder.wait_for('certificate is not the one'),
                        recorder.told())
        self.assertEqual(1, recorder.process.wait(TIMEOUT_S))

    def test_program_with_what_is_no_fingerprint(self):
        done = self.run_once(PROGRAM, 'film.mkv', '5000', '127.0.0.1', '5002',
                             'nonsense')
        self.assertEqual((1, ''), (done.returncode, done.stdout))
        self.assertRegex(done.stderr, r'^"nonsense" is not a fingerprint\.')
        self.assertEqual(1, done.stderr.count('\n'))

    def test_program_usage(self):
        for arguments in ([], ['a', '5000', 'b', '5002', 'c', 'server']):
            done = self.run_once(PROGRAM, *arguments)
            self.assertEqual(1, done.returncode)
            self.assertIn('Usage', done.stderr)


if __name__ == '__main__':
    tap.main()
