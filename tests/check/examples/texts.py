#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the examples say, by language: when something is wrong, and as help.

The arguments are the programs in C. Beside the languages that there are, one
is made in which each text stands in brackets: what is outside of them has not
come through gettext.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'tests' / 'check' / 'scripts'))
import tap  # noqa: E402
from translations import XGETTEXT  # noqa: E402

EXAMPLES = ROOT / 'examples'
EMBED, RECORD = [pathlib.Path(path).resolve() for path in sys.argv[1:]]
TOOLS = ['bash', 'dirname', 'id']
BRACKETS = 'qps'  # by its name no language that anybody speaks
WRONG = [  # a command line for which an example has a sentence
    ('camera-to-browser.sh', '--fast'),
    ('camera-to-sfu.sh', '--fast'),
    ('make-certificate.sh', 'camera.pem', 'dsa'),
    ('record-encrypted-udp.sh', 'record', 'film.mp4'),
    ('encrypted-udp-pair.sh', 'somebody'),
    ('browser-to-file.py', '--address', 'somewhere', 'film.webm'),
    ('browser-to-file.py', '--port'),
    ('sfu-bridge.py', 'ws://127.0.0.1:1', '127.0.0.1', '0'),
    ('sip-answerer.py',),
    ('sip-answerer.py', '/dev/null/offer'),
    ('sip-answerer.py', 'offer.sdp'),  # an element says it
    ('embed.py',),
    (EMBED,),
    (RECORD,),
]
# An element of gst-launch-1.0 speaks a language that GStreamer speaks, too.
BY_ELEMENT = 'make-certificate.sh', 'empty.pem'
OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 0
c=IN IP4 127.0.0.1
a=setup:actpass
a=fingerprint:nonsense
"""
HELP = [('camera-to-browser.sh', '--help'), ('camera-to-sfu.sh', '--help'),
        ('browser-to-file.py', '--help'), ('sfu-bridge.py', '--help'),
        ('sip-answerer.py', '--help')]


def languages():
    lines = (ROOT / 'po' / 'LINGUAS').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


def unbracketed(said):
    """The words of people that are not in brackets."""
    return re.findall(r'[a-z]{2,} [a-z]{2,}|\b[A-Z][a-z]+\b',
                      re.sub(r'⟦.*?⟧', '', said, flags=re.S))


class Texts(unittest.TestCase):
    """A folder stands in for the build, with all translations in it."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.build = pathlib.Path(folder.name)
        (cls.build / 'empty.pem').touch(0o600)
        (cls.build / 'offer.sdp').write_text(OFFER)
        for language in languages():
            cls.add_language(language, ROOT / 'po' / f'{language}.po')
        cls.add_language(BRACKETS, cls.put_in_brackets())

    @classmethod
    def put_in_brackets(cls):
        """A catalog whose translations are the English texts, in brackets."""
        english, catalog = cls.build / 'all.pot', cls.build / 'brackets.po'
        subprocess.run([*XGETTEXT, '-o', english, '-f',
                        ROOT / 'po' / 'POTFILES'], check=True, cwd=ROOT)
        translated = subprocess.run(['msgen', english], check=True, text=True,
                                    capture_output=True).stdout
        head, *entries = translated.split('\n\n')
        catalog.write_text('\n\n'.join([head.replace('CHARSET', 'UTF-8')] + [
            re.sub(r'(?s)\nmsgstr "(.*?)(\\n)?"\s*$', r'\nmsgstr "⟦\1⟧\2"',
                   entry) for entry in entries]) + '\n')
        return catalog

    @classmethod
    def add_language(cls, language, po):
        messages = cls.build / 'po' / language / 'LC_MESSAGES'
        messages.mkdir(parents=True)
        subprocess.run(['msgfmt', '-o', messages / 'gst-dtls-srtp.mo', po],
                       check=True)

    def run_example(self, command, language, **env):
        program, *arguments = command
        shell = {'.sh': ['bash'], '.py': [sys.executable]}.get(
            pathlib.Path(program).suffix, [])
        if shell:
            program = EXAMPLES / program
        nothing = self.build / 'nothing'
        if program in (EXAMPLES / 'embed.py', EMBED):  # which say that elements are missing
            env |= {'GST_PLUGIN_PATH_1_0': str(nothing),
                    'GST_PLUGIN_SYSTEM_PATH_1_0': str(nothing),
                    'GST_REGISTRY': str(nothing)}
        return subprocess.run(
            [*shell, program, *arguments], text=True, cwd=self.build,
            capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
            env={**os.environ, 'LC_ALL': 'C.UTF-8', 'LANGUAGE': language,
                 'BUILD_DIR': str(self.build), 'TEXTDOMAIN': 'gst-dtls-srtp',
                 'TEXTDOMAINDIR': str(self.build / 'po'), **env})

    def said(self, command, language, **env):
        """What an example that must fail says."""
        done = self.run_example(command, language, **env)
        self.assertIn(done.returncode, (1, 2), done.stderr)
        self.assertEqual('', done.stdout)
        return done.stderr

    def helped(self, command, language):
        done = self.run_example(command, language)
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        return done.stdout

    def test_german(self):
        self.assertEqual('Die Option --fast ist unbekannt; --help nennt alle.\n',
                         self.said(WRONG[0], 'de'))

    def test_each_language(self):
        for command in [*WRONG, BY_ELEMENT]:
            english = self.said(command, 'en')
            for language in languages():
                with self.subTest(language=language, command=command):
                    self.assertNotEqual(english, self.said(command, language))

    def test_all_texts_come_through_gettext(self):
        for ask, commands in (self.said, WRONG), (self.helped, HELP):
            for command in commands:
                with self.subTest(command):
                    text = ask(command, BRACKETS)
                    self.assertIn('⟦', text)
                    self.assertEqual([], unbracketed(text))
                    self.assertNotEqual([], unbracketed(ask(command, 'en')))

    def test_language_that_nobody_knows(self):
        self.assertEqual('The option --fast is not known; --help lists all.\n',
                         self.said(WRONG[0], 'tlh'))

    def test_catalogs_of_another_domain_are_not_taken(self):
        """By an element; it takes those that are installed, if there are."""
        command = ['gst-launch-1.0', 'dtlscertgen', 'location=empty.pem', '!',
                   'fakesink']
        for domain, check in (('gst-dtls-srtp', self.assertIn),
                              ('another', self.assertNotIn)):
            done = self.run_example(command, 'de', TEXTDOMAIN=domain)
            self.assertIn('empty.pem', done.stderr)
            check('keine Datei mit', done.stderr)

    def test_locale_that_is_not_installed(self):
        for command in WRONG[-4:]:
            self.assertNotIn('Traceback',
                             self.said(command, '', LC_ALL='tlh_QO.UTF-8'))

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
    sys.argv[1:] = []
    tap.main()
