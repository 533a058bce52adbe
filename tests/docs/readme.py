#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands of README.md, in a folder where "build" is the tested build.

Run by tests/interop/isolated.sh. What other tests run is only looked for here:
the scripts (camera-to-browser, encrypted-udp-pair) and what makes a build
(install).
"""

import os
import pathlib
import sys
import tempfile
import unittest

import commands
import tap

README = (commands.ROOT / 'README.md').read_text()
ELSEWHERE = ('./examples/camera-to-browser.sh', './tests/run.sh',
             'for end in viewer camera', 'gst-launch-1.0 dtlscertgen',
             'meson setup', 'meson compile', 'meson install')
# What a command must print; those that do not end by themselves end then.
PRINTS = {'embed.py': 'Frames: 50', 'examples/embed': 'Frames: 100',
          'grep Filename': 'gst/dtls/libgstdtls.so',
          'gst-inspect-1.0 dtlscertgen': 'DTLS certificate generator'}
UNTIL = {'whepsink': 'PLAYING'}


def lines():
    """Each command of the blocks that no other test has."""
    for block in commands.blocks(README):
        if not block.text.startswith(ELSEWHERE[:4]):
            yield from (line for line in block.text.splitlines()
                        if not line.startswith(ELSEWHERE))


def value_of(table, command):
    return next((value for key, value in table.items() if key in command), None)


class Readme(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / 'build').symlink_to(os.environ['BUILD_DIR'])
        self.env = commands.environment(self.folder)
        for name in 'GST_PLUGIN_PATH_1_0', 'GST_REGISTRY':
            self.env.pop(name, None)
        self.env['GST_REGISTRY'] = str(self.folder / 'registry.bin')

    def run_line(self, command):
        block = commands.Block('', command)
        block.until = value_of(UNTIL, command)
        block.expect = value_of(PRINTS, command)
        self.assertTrue(block.until or block.expect, command)
        # The path to our Python modules is relative to the build.
        block.text = command.replace('../examples',
                                     str(commands.ROOT / 'examples'))
        shell = commands.Shell(block, self.folder, self.env)
        self.assertIsNone(commands.run(block, shell), command + shell.output)

    def test_each_command(self):
        count = 0
        for command in lines():
            name, _, value = command.partition('=')
            if name.startswith('export '):
                self.env[name.removeprefix('export ')] = value.replace(
                    '$PWD', str(self.folder))
                continue
            with self.subTest(command):
                self.run_line(command)
            count += 1
        self.assertGreaterEqual(count, 5)


if __name__ == '__main__':
    sys.argv[1:] = []
    tap.main()
