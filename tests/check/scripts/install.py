#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""meson install, meson devenv, and the build options.

Our plugin has the name of another one: each test looks at the file that
answers, because a wrong one would answer too.
"""

import gettext
import os
import pathlib
import subprocess
import tempfile
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[3]
OPTIONS = ['tests', 'examples', 'nls', 'whep']


def run(*command, **env):
    """Output of a command that must succeed."""
    done = subprocess.run([str(word) for word in command], text=True,
                          env={**os.environ, **env}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f'{command} failed:\n{done.stdout}')
    return done.stdout


def plugin_file(inspected):
    """The file that gst-inspect-1.0 says a plugin comes from."""
    for line in inspected.splitlines():
        if line.split()[:1] == ['Filename']:
            return pathlib.Path(line.split()[1])
    raise AssertionError(f'no Filename in:\n{inspected}')


class Build(unittest.TestCase):
    """One build of the plugins alone, for all of its tests."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.top = pathlib.Path(folder.name)
        cls.build = cls.top / 'build'
        cls.prefix = cls.top / 'prefix'
        run('meson', 'setup', cls.build, ROOT, f'--prefix={cls.prefix}',
            '-Dwerror=true', '-Dtests=disabled')
        run('meson', 'compile', '-C', cls.build)

    def inspect(self, folder, name, **env):
        """gst-inspect-1.0 with the plugins of a folder before all others."""
        path = ':'.join({str(file.parent) for file in folder.rglob('libgst*.so')})
        return run('gst-inspect-1.0', name, GST_PLUGIN_PATH_1_0=path,
                   GST_REGISTRY=str(self.top / 'registry.bin'), **env)

    def test_installs_into_a_prefix(self):
        run('meson', 'install', '-C', self.build)
        for plugin in 'dtls', 'whep':
            file = plugin_file(self.inspect(self.prefix, plugin))
            self.assertTrue(file.is_relative_to(self.prefix), file)

    def test_installs_into_a_staging_folder(self):
        stage = self.top / 'stage'
        run('meson', 'install', '-C', self.build, '--destdir', stage)
        for plugin in 'dtls', 'whep':
            file = plugin_file(self.inspect(stage, plugin))
            self.assertTrue(file.is_relative_to(stage), file)

    def test_installs_nothing_but_plugins_and_translations(self):
        run('meson', 'install', '-C', self.build)
        for file in self.prefix.rglob('*'):
            if file.is_file():
                self.assertIn(file.suffix, {'.so', '.mo', '.pc'}, file)

    def plugin_folder(self, file):
        return pathlib.Path(run('pkg-config', '--variable=pluginsdir',
                                'gst-dtls-srtp',
                                PKG_CONFIG_PATH=str(file.parent)).strip())

    def test_pkg_config_knows_the_folder(self):
        run('meson', 'install', '-C', self.build)
        installed, = self.prefix.rglob('gst-dtls-srtp.pc')
        uninstalled = self.build / 'meson-uninstalled' / 'gst-dtls-srtp-uninstalled.pc'
        for file in installed, uninstalled:
            folder = self.plugin_folder(file)
            self.assertTrue((folder / 'libgstdtls.so').exists(), folder)

    def speak(self, language):
        return self.inspect(self.prefix, 'dtlscertgen', LANGUAGE=language,
                            LC_ALL='C.UTF-8')

    def test_installed_plugin_speaks_german(self):
        run('meson', 'install', '-C', self.build)
        self.assertIn('certificate', self.speak('en'))
        self.assertNotIn('Zertifikat', self.speak('en'))
        self.assertIn('Zertifikat', self.speak('de'))

    def test_installed_plugin_speaks_each_language(self):
        run('meson', 'install', '-C', self.build)
        for language in (ROOT / 'po' / 'LINGUAS').read_text().splitlines():
            if language.startswith('#'):
                continue
            with self.subTest(language):
                catalog = gettext.translation(
                    'gst-dtls-srtp', self.prefix / 'share' / 'locale',
                    [language])
                for english in ('When the present certificate expires',
                                'What kind of key to make. Browsers make and '
                                'take ecdsa-p256'):
                    text = catalog.gettext(english)
                    self.assertNotEqual(english, text)
                    self.assertIn(text, self.speak(language))

    def test_devenv_finds_the_built_plugin(self):
        for plugin in 'dtls', 'whep':
            file = plugin_file(run('meson', 'devenv', '-C', self.build,
                                   'gst-inspect-1.0', plugin))
            self.assertTrue(file.is_relative_to(self.build), file)


class Options(unittest.TestCase):
    def configure(self, *disabled):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        run('meson', 'setup', folder.name, ROOT, '-Dwerror=true',
            *(f'-D{name}=disabled' for name in disabled))
        return folder.name

    def test_each_can_be_disabled(self):
        for name in OPTIONS:
            with self.subTest(name):
                self.configure(name)

    def test_builds_with_all_disabled(self):
        build = self.configure(*OPTIONS)
        run('meson', 'compile', '-C', build)
        plugins = {file.name for file in pathlib.Path(build).rglob('libgst*.so')}
        self.assertEqual({'libgstdtls.so'}, plugins)


if __name__ == '__main__':
    tap.main()
