#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The bench with programs that fail: it goes on, ends in time and tells."""

import argparse
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

import tap

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))
import bench  # noqa: E402
import cases  # noqa: E402

GOOD = ["echo", "packet 5 ns"]


class Runs(unittest.TestCase):
    """One round over cases of the test's own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scratch = pathlib.Path(folder.name)

    def run_bench(self, commands, minutes=1):
        """Runs each command as a case of its name."""
        chosen = [cases.Case(name, {cases.OURS: command})
                  for name, command in commands.items()]
        made = bench.Bench(argparse.Namespace(
            build=self.scratch, scratch=self.scratch, out=self.scratch,
            rounds=1, minutes=minutes, quick=True, only=""))
        with contextlib.redirect_stderr(io.StringIO()) as self.told:
            made.run_round(1, chosen)
            made.tell_what_failed()
            made.write()
        return made

    def report(self):
        return (self.scratch / "bench.md").read_text()

    def test_values(self):
        made = self.run_bench({"a": GOOD})
        self.assertEqual(made.results,
                         {"a": {cases.OURS: {"packet": [5.0]}}})
        self.assertFalse(made.missing)
        self.assertNotIn("failed", self.report())

    def test_failure_is_told_and_the_rest_goes_on(self):
        made = self.run_bench({
            "bad": ["sh", "-c", "echo no such thing >&2; exit 3"], "a": GOOD})
        self.assertIn("a", made.results)
        self.assertEqual(made.missing, {f"bad, {cases.OURS}"})
        self.assertIn("status 3, no such thing", self.report())
        self.assertIn("FAILED bad", self.told.getvalue())

    def test_missing_program(self):
        made = self.run_bench({"bad": ["/no/such/program"], "a": GOOD})
        self.assertIn("a", made.results)
        self.assertEqual(len(made.missing), 1)

    def test_silence_is_a_failure(self):
        self.assertEqual(len(self.run_bench({"bad": ["true"]}).missing), 1)

    def test_second_attempt(self):
        flag = self.scratch / "flag"
        made = self.run_bench({"a": [
            "sh", "-c", f"[ -e {flag} ] && echo packet 5 ns && exit; "
            f"touch {flag}; exit 1"]})
        self.assertIn("a", made.results)
        self.assertFalse(made.missing)
        self.assertIn("measured on another attempt", self.report())

    def test_a_run_that_hangs_ends_with_the_time(self):
        made = self.run_bench({"bad": ["sh", "-c", "sleep 60; echo"],
                               "a": GOOD}, minutes=0.005)
        self.assertEqual(len(made.missing), 2)
        self.assertLess(made.elapsed_s(), 30)
        self.assertIn("no time left", self.report())

    def test_wrong_plugin(self):
        made = self.run_bench({"bad": ["printf", "plugin /else\nx 5 ns\n"]})
        self.assertEqual(len(made.missing), 1)
        self.assertIn("the plugin was /else", self.report())


if __name__ == "__main__":
    tap.main()
