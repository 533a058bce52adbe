#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the scripts of examples/ say when something is wrong, by language."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests' / 'check' / 'scripts'))
import tap  # noqa: E402

EXAMPLES = ROOT / 'examples'
TOOLS = ['bash', 'dirname', 'id']
WRONG = [  # a command line for which a script has a sentence
    ('camera-to-browser.sh', '--fast'),
    ('camera-to-sfu.sh', '--fast'),
    ('camera-to-sfu.sh', '--fast'),
    ('make-certificate.sh', 'camera.pem', 'dsa'),
    ('record-encrypted-udp.sh', 'record', 'film.mp4'),
    ('encrypted-udp-pair.sh', 'somebody'),
    ('sfu-bridge.py', 'ws://127.0.0.1:1', '127.0.0.1', '0'),
    ('sip-answerer.py',),
]


def languages():
    lines = (ROOT / 'po' / 'LINGUAS').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


class Texts(unittest.TestCase):
    """A folder stands in for the build, with all translations in it."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.build = pathlib.Path(folder.name)
        for language in languages():
            messages = cls.build / 'po' / language / 'LC_MESSAGES'
            messages.mkdir(parents=True)
            subprocess.run(['msgfmt', '-o', messages / 'gst-dtls-srtp.mo',
                            ROOT / 'po' / f'{language}.po'], check=True)

    def said(self, command, language, **env):
        """What a script that must fail says."""
        script, *arguments = command
        shell = 'bash' if script.endswith('.sh') else sys.executable
        done = subprocess.run(
            [shell, EXAMPLES / script, *arguments], text=True, cwd=self.build,
            capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
            env={**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': language,
                 'BUILD_DIR': str(self.build), **env})
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertEqual('', done.stdout)
        return done.stderr

    def test_german(self):
        self.assertEqual('Die Option --fast ist unbekannt; --help nennt alle.\n',
                         self.said(WRONG[0], 'de'))

    def test_each_language(self):
        for language in languages():
            for command in WRONG:
                with self.subTest(language=language, command=command):
                    self.assertNotEqual(self.said(command, 'en'),
                                        self.said(command, language))

    def test_language_that_nobody_knows(self):
        self.assertEqual('The option --fast is not known; --help lists all.\n',
                         self.said(WRONG[0], 'tlh'))

    def test_without_gettext(self):
        tools = self.build / 'tools'
        tools.mkdir()
        for tool in TOOLS:
            path = next(p for d in os.get_exec_path()
                        if (p := pathlib.Path(d) / tool).exists())
            (tools / tool).symlink_to(path)
        strange = '--a"b$(touch x)`c'
        self.assertEqual(
            f'The option {strange} is not known; --help lists all.\n',
            self.said((WRONG[0][0], strange), 'de', PATH=str(tools)))
        self.assertFalse((self.build / 'x').exists())


if __name__ == '__main__':
    tap.main()
