#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each test that docs/what-is-right.md names is there."""

import functools
import os
import pathlib
import re
import subprocess
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / 'docs' / 'what-is-right.md'
PROGRAMS = pathlib.Path(os.environ['BUILD_DIR']) / 'tests' / 'check'
ROW = re.compile(r'^\| .* \| `(\w+)/([\w-]+)` \| `(/[\w/-]+)` \|$')
TABLE_LINE = re.compile(r'^\| (?!There|---)')


@functools.lru_cache(None)
def tests_of(room, name):
    """The paths that a program of GLib's lists."""
    program = PROGRAMS / room / f'{room}-{name}'
    said = subprocess.run([program, '-l'], capture_output=True, text=True,
                          check=True).stdout
    return {line for line in said.splitlines() if line.startswith('/')}


def has_test(row):
    room, name, path = ROW.match(row).groups()
    return path in tests_of(room, name)


class WhatIsRight(unittest.TestCase):
    def test_each_test_is_there(self):
        rows = [line for line in PAGE.read_text().splitlines()
                if TABLE_LINE.match(line)]
        self.assertGreater(len(rows), 40)
        for row in rows:
            with self.subTest(row):
                self.assertTrue(has_test(row))

    def test_one_that_is_not_there_is_missed(self):
        self.assertFalse(has_test('| x | `dtls/alarm` | `/alarm/unheard-of` |'))


if __name__ == '__main__':
    tap.main()
