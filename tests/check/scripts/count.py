#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/count.py: what counts as passed, failed and skipped."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import tap

COUNT = pathlib.Path(__file__).resolve().parents[2] / 'count.py'
CASE = {'ok': '<testcase name="a"/>',
        'bad': '<testcase name="a"><failure/></testcase>',
        'error': '<testcase name="a"><error/></testcase>',
        'skip': '<testcase name="a"><skipped/></testcase>'}


class Count(unittest.TestCase):
    def count(self, *programs):
        """Last line and status for (name, result, subtests) of each program."""
        with tempfile.TemporaryDirectory() as logs:
            with open(f'{logs}/testlog.json', 'w') as out:
                for name, result, _ in programs:
                    print(json.dumps({'name': name, 'result': result}),
                          file=out)
            with open(f'{logs}/testlog.junit.xml', 'w') as out:
                suites = ''.join(
                    f'<testsuite name="project.{name}">'
                    + ''.join(CASE[case] for case in cases) + '</testsuite>'
                    for name, _, cases in programs if cases)
                print(f'<testsuites>{suites}</testsuites>', file=out)
            return self.run_on(logs)

    def run_on(self, *logs):
        done = subprocess.run([sys.executable, COUNT, *logs],
                              capture_output=True, text=True)
        self.assertEqual('', done.stderr)
        return done.stdout.splitlines()[-1], done.returncode

    def test_subtests_count_one_by_one(self):
        self.assertEqual(('4 passed, 0 failed', 0), self.count(
            ('x / a', 'OK', ['ok', 'ok', 'ok']), ('x / b', 'OK', ['ok'])))

    def test_program_without_subtests_counts_as_one(self):
        self.assertEqual(('1 passed, 1 failed', 1), self.count(
            ('a', 'OK', []), ('b', 'FAIL', [])))

    def test_failed_subtest(self):
        self.assertEqual(('2 passed, 1 failed', 1), self.count(
            ('a', 'FAIL', ['ok', 'bad', 'ok'])))

    def test_bail_out_is_a_failure(self):
        self.assertEqual(('1 passed, 1 failed', 1), self.count(
            ('a', 'ERROR', ['ok'])))

    def test_crash_before_any_subtest_is_a_failure(self):
        self.assertEqual(('1 passed, 1 failed', 1), self.count(
            ('a', 'OK', ['ok']), ('b', 'ERROR', [])))

    def test_timeout_is_a_failure(self):
        self.assertEqual(('1 passed, 2 failed', 1), self.count(
            ('a', 'TIMEOUT', ['ok']), ('b', 'TIMEOUT', [])))

    def test_failure_is_not_counted_twice(self):
        self.assertEqual(('0 passed, 2 failed', 1), self.count(
            ('a', 'ERROR', ['bad', 'error'])))

    def test_skipped(self):
        self.assertEqual(('1 passed, 0 failed, 2 skipped', 0), self.count(
            ('a', 'OK', ['ok', 'skip']), ('b', 'SKIP', [])))

    def test_only_skipped_is_no_success(self):
        self.assertEqual(('0 passed, 0 failed, 1 skipped', 1), self.count(
            ('a', 'SKIP', ['skip'])))

    def test_no_test_is_a_failure(self):
        self.assertEqual(('0 passed, 1 failed', 1), self.count())

    def test_missing_log_is_a_failure(self):
        self.assertEqual(('0 passed, 1 failed', 1),
                         self.run_on('/nonexistent'))

    def test_no_log_directory_is_no_success(self):
        self.assertEqual(('0 passed, 0 failed', 1), self.run_on())


if __name__ == '__main__':
    tap.main()
