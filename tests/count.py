#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Count the tests of meson's logs: "N passed, M failed[, K skipped]".

Usage: count.py LOGDIR...   with testlog.json and testlog.junit.xml in each

A subtest of a TAP program counts as a test, and so does a program without
subtests. The JUnit file knows the subtests but not that a program crashed or
ran out of time after them; the JSON file knows the program's result. A program
that ended badly without a failed subtest is one failure more. Exit status 1
when a test failed, when none passed, or when a log is missing.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree as ET
from collections import Counter

GOOD = {'OK', 'EXPECTEDFAIL'}


def subtests(case):
    """Result of one JUnit test case."""
    if case.find('failure') is not None or case.find('error') is not None:
        return 'failed'
    return 'skipped' if case.find('skipped') is not None else 'passed'


def read_suites(path):
    """Counter of results by suite name; only TAP programs have their own."""
    return {suite.get('name'): Counter(map(subtests, suite.iter('testcase')))
            for suite in ET.parse(path).getroot().iter('testsuite')}


def count_program(program, suites):
    """Counter for one line of testlog.json."""
    name, result = program['name'], program['result']
    cases = next((count for suite, count in suites.items()
                  if suite.endswith('.' + name)), Counter())
    if not cases:
        kind = ('passed' if result in GOOD else
                'skipped' if result == 'SKIP' else 'failed')
        return Counter({kind: 1})
    if result not in GOOD | {'SKIP'} and not cases['failed']:
        return cases + Counter(failed=1)
    return cases


def count_logs(directory):
    """Counter for one directory of logs; missing or empty logs are a failure."""
    logs = pathlib.Path(directory)
    try:
        lines = (logs / 'testlog.json').read_text().splitlines()
        suites = read_suites(logs / 'testlog.junit.xml')
    except (OSError, ET.ParseError) as error:
        print(f'no test results in {directory}: {error}')
        return Counter(failed=1)
    programs = [json.loads(line) for line in lines]
    if not programs:
        print(f'no test ran in {directory}')
        return Counter(failed=1)
    return sum((count_program(p, suites) for p in programs), Counter())


def main(directories):
    total = sum(map(count_logs, directories), Counter())
    line = f'{total["passed"]} passed, {total["failed"]} failed'
    if total['skipped']:
        line += f', {total["skipped"]} skipped'
    print(line)
    return 0 if total['passed'] and not total['failed'] else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
