# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs Python's unittest cases and tells meson about them in TAP."""

import sys
import unittest


class TapResult(unittest.TestResult):
    """Prints one line a test; what went wrong follows as a comment."""

    def _line(self, word, test, note=''):
        print(f'{word} {self.testsRun} {test.id()}{note}', flush=True)

    def _comment(self, title, test, err):
        print('#', title)
        for line in self._exc_info_to_string(err, test).splitlines():
            print('#', line)

    def _bad(self, test, err):
        self._line('not ok', test)
        self._comment(test.id(), test, err)

    def addSuccess(self, test):
        self._line('ok', test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line('ok', test, f' # SKIP {reason}')

    def startTest(self, test):
        super().startTest(test)
        self._bad_parts = []

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._bad_parts.append((subtest, err))

    def stopTest(self, test):
        """A test with a bad part gets no result of its own from unittest."""
        if self._bad_parts:
            self._line('not ok', test)
        for part, err in self._bad_parts:
            self._comment(part.id(), part, err)
        super().stopTest(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._bad(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._bad(test, err)


def main():
    """Runs every test case of the calling program; does not return."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules['__main__'])
    print(f'1..{suite.countTestCases()}')
    result = TapResult()
    suite.run(result)
    sys.exit(0 if result.wasSuccessful() else 1)
