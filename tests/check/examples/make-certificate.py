#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/make-certificate.sh: an identity in a file, and what it says."""

import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests' / 'check' / 'scripts'))
import tap  # noqa: E402

SCRIPT = ROOT / 'examples' / 'make-certificate.sh'


class MakeCertificate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / 'camera.pem'

    def run_script(self, *arguments):
        return subprocess.run([SCRIPT, *arguments], text=True,
                              capture_output=True, timeout=60)

    def openssl_fingerprint(self):
        line = subprocess.run(
            ['openssl', 'x509', '-in', self.file, '-noout', '-fingerprint',
             '-sha256'], text=True, capture_output=True, check=True).stdout
        return 'sha-256 ' + line.split('=')[1]

    def test_makes_an_identity(self):
        done = self.run_script(self.file)
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        self.assertEqual(self.openssl_fingerprint(), done.stdout)
        self.assertIn('PRIVATE KEY', self.file.read_text())
        self.assertEqual(0o600, stat.S_IMODE(self.file.stat().st_mode))

    def test_reads_the_one_that_is_there(self):
        first, second = self.run_script(self.file), self.run_script(self.file)
        self.assertEqual(first.stdout, second.stdout)
        self.assertTrue(first.stdout)

    def test_key_type(self):
        self.assertEqual(0, self.run_script(self.file, 'ecdsa-p384').returncode)
        text = subprocess.run(['openssl', 'x509', '-in', self.file, '-noout',
                               '-text'], text=True, capture_output=True).stdout
        self.assertIn('secp384r1', text)

    def assert_refused(self, status, word, *arguments):
        done = self.run_script(*arguments)
        self.assertEqual((status, ''), (done.returncode, done.stdout))
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)
        self.assertIn(word, done.stderr)

    def test_wrong_words(self):
        self.assert_refused(2, 'Usage')
        self.assert_refused(2, 'dsa is not a type of key', self.file, 'dsa')

    def test_folder_that_is_not_there(self):
        self.assert_refused(1, 'nowhere', self.file.parent / 'nowhere' / 'a.pem')

    def test_file_that_is_no_identity(self):
        self.file.write_text('something else\n')
        self.assert_refused(1, str(self.file), self.file)
        self.assertEqual('something else\n', self.file.read_text())


if __name__ == '__main__':
    tap.main()
