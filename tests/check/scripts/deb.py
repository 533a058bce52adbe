#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/packaging: a Debian package is built, and would be in nobody's way.

Nothing is installed: the package is unpacked into a folder, and a stand-in
tells what its scripts would have dpkg-divert do.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / 'docs' / 'packaging' / 'build-deb.sh'


def run(*command, **env):
    """Output of a command that must succeed."""
    done = subprocess.run([str(word) for word in command], text=True,
                          env={**os.environ, **env}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f'{command} failed:\n{done.stdout}')
    return done.stdout


class Package(unittest.TestCase):
    """One build for all tests."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.top = pathlib.Path(folder.name)
        run(BUILD, cls.top, DEB_BUILD_OPTIONS='noautodbgsym')
        cls.deb, = cls.top.glob('*.deb')
        cls.tree = cls.top / 'tree'
        cls.control = cls.top / 'control'
        run('dpkg-deb', '--extract', cls.deb, cls.tree)
        run('dpkg-deb', '--control', cls.deb, cls.control)
        cls.plugin, = cls.tree.rglob('libgstdtls.so')

    def test_plugins_can_be_loaded(self):
        for name, plugin in ('dtlscertgen', 'dtls'), ('whepsink', 'whep'):
            said = run('gst-inspect-1.0', name,
                       GST_PLUGIN_PATH_1_0=str(self.plugin.parent),
                       GST_REGISTRY=str(self.top / 'registry.bin'))
            self.assertIn(str(self.plugin.with_name(f'libgst{plugin}.so')), said)

    def test_has_every_language(self):
        lines = (ROOT / 'po' / 'LINGUAS').read_text().splitlines()
        self.assertEqual(
            {line for line in lines if line and not line.startswith('#')},
            {file.parents[1].name for file in self.tree.rglob('*.mo')})

    def test_depends_on_what_it_is_linked_with(self):
        control = (self.control / 'control').read_text()
        for package in 'libgnutls30', 'libsrtp2-1', 'libnice10', 'libsoup-3.0-0':
            self.assertIn(package, control)

    def diverts(self, script, word):
        """The arguments that a script gives to dpkg-divert."""
        tools = self.top / 'tools'
        tools.mkdir(exist_ok=True)
        stand_in = tools / 'dpkg-divert'
        stand_in.write_text('#!/bin/sh\necho "$@"\n')
        stand_in.chmod(0o755)
        return run('sh', self.control / script, word,
                   PATH=f'{tools}:{os.environ["PATH"]}').split()

    def test_other_plugin_is_put_aside_and_given_back(self):
        added = self.diverts('preinst', 'install')
        removed = self.diverts('postrm', 'remove')
        self.assertIn('--add', added)
        self.assertIn('--remove', removed)
        file = '/' + str(self.plugin.relative_to(self.tree))
        for arguments in added, removed:
            self.assertEqual(file, arguments[-1])
            self.assertIn('--rename', arguments)
            aside = arguments[arguments.index('--divert') + 1]
            # GStreamer looks at files that end with .so.
            self.assertFalse(aside.endswith('.so'))

    def test_upgrade_leaves_it_aside(self):
        self.assertEqual([], self.diverts('postrm', 'upgrade'))


if __name__ == '__main__':
    tap.main()
