#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/embed, in C and in Python: two ends in one process reach each other.

The arguments are the command to run.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'scripts'))
import tap  # noqa: E402

COMMAND = sys.argv[1:]
TIMEOUT_S = 60


def run(**env):
    return subprocess.run(COMMAND, env=dict(os.environ, **env), text=True,
                          capture_output=True, timeout=TIMEOUT_S)


class Embed(unittest.TestCase):
    def test_runs(self):
        result = run()
        self.assertEqual(result.returncode, 0, result.stderr)
        for end in ('camera', 'viewer'):
            self.assertRegex(result.stdout, f'{end}: connected')
            self.assertRegex(result.stdout, f'{end}: sha-256 [0-9A-F:]{{95}}\n')
        self.assertRegex(result.stdout, r'Frames: \d+, encrypted with AEAD_AES_128_GCM')
        self.assertFalse(re.search('CRITICAL|WARNING', result.stderr))

    def test_without_plugin(self):
        with tempfile.TemporaryDirectory() as folder:
            result = run(GST_PLUGIN_PATH_1_0=folder,
                         GST_PLUGIN_SYSTEM_PATH_1_0=folder,
                         GST_REGISTRY=f'{folder}/registry.bin')
        self.assertNotEqual(result.returncode, 0)
        self.assertIn('is missing', result.stderr)


if __name__ == '__main__':
    tap.main()
