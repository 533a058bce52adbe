#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""po/: every language of LINGUAS is complete, and right in form."""

import pathlib
import subprocess
import tempfile
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[3]
PO = ROOT / 'po'
# What the preset "glib" of meson's i18n.gettext() gives to xgettext.
XGETTEXT = ['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_',
            '--keyword=C_:1c,2', '--keyword=NC_:1c,2',
            '--keyword=g_dngettext:2,3', '--flag=N_:1:pass-c-format',
            '--flag=_:1:pass-c-format', '--flag=g_set_error:4:c-format',
            '--flag=g_error_new:3:c-format',
            '--flag=g_strdup_printf:1:c-format']


def languages():
    lines = (PO / 'LINGUAS').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


def run(*command):
    """Status and all output of a command run at the top of the project."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


class Translations(unittest.TestCase):
    def test_there_is_one(self):
        self.assertIn('de', languages())

    def test_texts_can_be_taken_from_the_sources(self):
        status, said = run(*XGETTEXT, '-f', PO / 'POTFILES', '-o', '/dev/null')
        self.assertEqual((0, ''), (status, said))

    def test_each_is_well_formed(self):
        for language in languages():
            with self.subTest(language):
                status, said = run('msgfmt', '--check', '-o', '/dev/null',
                                   PO / f'{language}.po')
                self.assertEqual((0, ''), (status, said))

    def test_each_is_complete_and_nothing_is_fuzzy(self):
        with tempfile.TemporaryDirectory() as folder:
            template = f'{folder}/all.pot'
            run(*XGETTEXT, '-f', PO / 'POTFILES', '-o', template)
            for language in languages():
                with self.subTest(language):
                    status, said = run('msgcmp', PO / f'{language}.po', template)
                    self.assertEqual((0, ''), (status, said))


if __name__ == '__main__':
    tap.main()
