#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/ as a site: Sphinx finds no fault with it, and it can be searched."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import tap

DOCS = pathlib.Path(__file__).resolve().parents[2] / 'docs'


def build(docs, site):
    return subprocess.run(
        ['sphinx-build', '-q', '-W', '--keep-going', '-b', 'html',
         '-d', f'{site}-doctrees', docs, site], capture_output=True, text=True)


class Site(unittest.TestCase):
    """One build for all tests."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.site = pathlib.Path(folder.name) / 'site'
        cls.built = build(DOCS, cls.site)

    def test_builds_without_a_warning(self):
        self.assertEqual((0, ''), (self.built.returncode, self.built.stderr))

    def test_has_every_page(self):
        for page in DOCS.rglob('*.md'):
            html = self.site / page.relative_to(DOCS).with_suffix('.html')
            self.assertTrue(html.exists(), page)

    def test_can_be_searched(self):
        index = (self.site / 'searchindex.js').read_text()
        for word in 'fingerprint', 'srtpkeyer', 'wireshark':
            self.assertRegex(index, rf'\b{word}\b')
        self.assertTrue((self.site / 'search.html').exists())

    def test_fetches_nothing_from_elsewhere(self):
        for page in self.site.rglob('*.html'):
            for url in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="'
                                  r'((?:https?:)?//[^"]*)"', page.read_text()):
                self.fail(f'{page.name} loads {url}')


class Fault(unittest.TestCase):
    def test_dead_link_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            docs = pathlib.Path(folder) / 'docs'
            docs.mkdir()
            shutil.copy(DOCS / 'conf.py', docs)
            (docs / 'index.md').write_text('# Title\n\n[here](nowhere.md)\n')
            done = build(docs, pathlib.Path(folder) / 'site')
            self.assertNotEqual(0, done.returncode)
            self.assertIn('nowhere', done.stderr)


if __name__ == '__main__':
    tap.main()
