#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/failures.py: what is said again of the tests that failed."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tap

FAILURES = pathlib.Path(__file__).resolve().parents[2] / 'failures.py'
TAP = ('ok 1 /house/door\nnot ok 2 /house/roof - it leaks\n'
       '# bucket: full\nok 3 /house/wall\n# all is dry\n')


class Failures(unittest.TestCase):
    def report(self, *programs):
        """What is printed for (result, stdout, stderr) of each program."""
        with tempfile.TemporaryDirectory() as logs:
            with open(f'{logs}/testlog.json', 'w') as out:
                for i, (result, stdout, stderr) in enumerate(programs):
                    print(json.dumps({'name': f'program {i}', 'result': result,
                                      'stdout': stdout, 'stderr': stderr}),
                          file=out)
            return self.run_on(logs)

    def run_on(self, *logs):
        done = subprocess.run([sys.executable, FAILURES, *logs],
                              capture_output=True, text=True)
        self.assertEqual(('', 0), (done.stderr, done.returncode))
        return done.stdout

    def test_failed_subtest_is_shown_with_what_it_said(self):
        said = self.report(('FAIL', TAP, 'Oh dear.'))
        self.assertIn('program 0: FAIL\n', said)
        self.assertIn('not ok 2 /house/roof - it leaks\n  # bucket: full\n',
                      said)
        self.assertIn('Oh dear.', said)

    def test_what_passed_is_not_shown(self):
        said = self.report(('FAIL', TAP, ''), ('OK', TAP, 'Oh dear.'),
                           ('SKIP', '', ''), ('EXPECTEDFAIL', TAP, ''))
        for quiet in ['door', 'wall', 'dry', 'Oh dear.', 'program 1',
                      'program 2', 'program 3']:
            self.assertNotIn(quiet, said)

    def test_crash_without_a_failed_subtest_shows_the_end(self):
        said = self.report(('ERROR', 'ok 1 /house/door\nok 2 /last', None))
        self.assertIn('program 0: ERROR\n', said)
        self.assertIn('/last', said)

    def test_bail_out_is_shown(self):
        self.assertIn('Bail out! fire', self.report(
            ('ERROR', 'ok 1 /house/door\nBail out! fire\n', '')))

    def test_long_output_is_cut_at_its_start(self):
        said = self.report(('TIMEOUT', '', '\n'.join(map(str, range(1000)))))
        self.assertIn('  999\n', said)
        self.assertLess(len(said.splitlines()), 50)

    def test_many_failures_are_cut_and_counted(self):
        said = self.report(*[('FAIL', '', '')] * 30)
        self.assertIn('program 19: FAIL\nand 10 more\n', said)

    def test_nothing_is_said_of_a_good_run(self):
        self.assertEqual('', self.report(('OK', TAP, 'text')))
        self.assertEqual('', self.run_on('/nonexistent'))


if __name__ == '__main__':
    tap.main()
