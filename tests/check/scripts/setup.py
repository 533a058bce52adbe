#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/setup.sh: what it installs, finds, and says elsewhere.

dpkg-query, apt-get, sudo and id are stand-ins; nothing is installed.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tap

SETUP = pathlib.Path(__file__).resolve().parents[3] / 'examples' / 'setup.sh'
TOOLS = ['bash', 'sed', 'grep', 'cat', 'env']


class Setup(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)
        self.bin = self.dir / 'bin'
        self.bin.mkdir()
        for tool in TOOLS:
            path = next(p for d in os.get_exec_path()
                        if (p := pathlib.Path(d) / tool).exists())
            (self.bin / tool).symlink_to(path)
        self.list = self.dir / 'packages.txt'
        self.list.write_text('# comment\n\nfoo-dev  pc:foo\n'
                             'bar  bin:bar  # a tool\n')
        self.as_user(0)

    def command(self, name, script='exit 0'):
        path = self.bin / name
        path.write_text(f'#!/bin/sh\n{script}\n')
        path.chmod(0o755)

    def as_user(self, uid):
        self.command('id', f'echo {uid}')

    def debian(self, *installed):
        lines = ''.join(f'ii {name}\\n' for name in installed)
        self.command('dpkg-query', f"printf '{lines}'")
        self.command('apt-get', f'echo apt-get "$@" >>{self.dir}/calls')

    def run_setup(self):
        done = subprocess.run(
            ['bash', '-c', f'. {SETUP}; setup_packages {self.list}'],
            env={'PATH': str(self.bin)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True)
        calls = self.dir / 'calls'
        return done, calls.read_text().splitlines() if calls.exists() else []

    def test_nothing_missing_calls_nothing(self):
        self.debian('foo-dev', 'bar')
        done, calls = self.run_setup()
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        self.assertEqual([], calls)

    def test_installs_only_what_is_missing(self):
        self.debian('bar')
        done, calls = self.run_setup()
        self.assertEqual((0, ''), (done.returncode, done.stderr))
        self.assertEqual(2, len(calls))
        self.assertRegex(calls[0], 'update$')
        self.assertRegex(calls[1], 'install --no-install-recommends foo-dev$')

    def test_removed_package_with_settings_left_is_missing(self):
        self.debian('bar')
        self.command('dpkg-query', "printf 'ii bar\\nrc foo-dev\\n'")
        self.assertEqual(2, len(self.run_setup()[1]))

    def test_command_from_elsewhere_will_do(self):
        self.debian('foo-dev')
        self.command('bar')
        self.assertEqual([], self.run_setup()[1])

    def test_uses_sudo_where_not_root(self):
        self.debian('bar')
        self.as_user(1000)
        self.command('sudo', f'echo sudo >>{self.dir}/calls; exec "$@"')
        done, calls = self.run_setup()
        self.assertEqual(0, done.returncode)
        self.assertEqual(2, calls.count('sudo'))

    def test_neither_root_nor_sudo_names_the_packages(self):
        self.debian()
        self.as_user(1000)
        done, calls = self.run_setup()
        self.assertEqual((1, []), (done.returncode, calls))
        self.assertRegex(done.stderr, 'install .* as root.* foo-dev bar')

    def test_failed_installation_is_told(self):
        self.debian('bar')
        self.command('apt-get', 'exit 100')
        self.assertNotEqual(0, self.run_setup()[0].returncode)

    def test_elsewhere_goes_on_when_all_is_found(self):
        self.command('pkg-config')
        self.command('bar')
        done, _ = self.run_setup()
        self.assertEqual((0, ''), (done.returncode, done.stderr))

    def test_elsewhere_names_what_is_missing(self):
        self.command('pkg-config', 'exit 1')
        self.command('bar')
        done, _ = self.run_setup()
        self.assertEqual(1, done.returncode)
        self.assertIn('foo-dev (pc foo)', done.stderr)
        self.assertNotIn('bar (', done.stderr)

    def find_python(self, module, **env):
        done = subprocess.run(
            ['bash', '-c', f'. {SETUP}; find_python {module}'],
            env={'PATH': str(self.bin), **env}, capture_output=True, text=True)
        self.assertEqual('', done.stderr)
        return done.returncode, done.stdout.strip()

    def test_finds_a_python_that_has_the_module(self):
        self.command('python3', 'exit 1')
        self.assertEqual((0, sys.executable),
                         self.find_python('json', PYTHON=sys.executable))
        self.command('python3')
        self.assertEqual((0, 'python3'), self.find_python('json'))

    def test_finds_no_python_where_none_has_the_module(self):
        self.command('python3', 'exit 1')
        self.assertEqual((1, ''), self.find_python('no_such_module',
                                                   PYTHON=sys.executable))


if __name__ == '__main__':
    tap.main()
