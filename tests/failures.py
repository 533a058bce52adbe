#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Say again, at the end of a long run, what failed and how.

Usage: failures.py LOGDIR...   with meson's testlog.json in each

For each program that ended badly: its name, suite and result, what its failed
subtests printed, and the last lines of its standard error. The output is cut,
so that the failures of a whole run fit on some pages; all of it is in
testlog.txt beside.
"""

import json
import pathlib
import re
import sys

GOOD = {'OK', 'EXPECTEDFAIL', 'SKIP'}
MOST_PROGRAMS = 20
MOST_LINES = 40
NEXT_TEST = re.compile(r'\s*(ok|not ok|# Subtest:|# Start of|# End of)\b')
FAILED = re.compile(r'\s*(not ok|Bail out!)')


def failed_parts(lines):
    """The lines of the failed subtests: each with what follows it."""
    inside = False
    for line in lines:
        if FAILED.match(line):
            inside = True
        elif NEXT_TEST.match(line):
            inside = False
        if inside:
            yield line


def excerpt(text, lines_of=lambda lines: lines):
    """What lines_of picks of a text, or else its end; cut to its last lines."""
    lines = text.splitlines()
    return (list(lines_of(lines)) or lines)[-MOST_LINES:]


def describe(program):
    """All lines about one program."""
    yield f'{program["name"]}: {program["result"]}'
    output = excerpt(program.get('stdout') or '', failed_parts)
    errors = excerpt(program.get('stderr') or '')
    yield from (f'  {line}' for line in output + errors)


def read_failures(directory):
    """The programs of one log that ended badly."""
    path = pathlib.Path(directory) / 'testlog.json'
    if not path.exists():
        return []
    programs = map(json.loads, path.read_text().splitlines())
    return [p for p in programs if p['result'] not in GOOD]


def main(directories):
    for directory in directories:
        programs = read_failures(directory)
        for program in programs[:MOST_PROGRAMS]:
            print(*describe(program), sep='\n')
        if programs[MOST_PROGRAMS:]:
            print(f'and {len(programs) - MOST_PROGRAMS} more')
        if programs:
            print(f'All of it: {pathlib.Path(directory) / "testlog.txt"}\n')


if __name__ == '__main__':
    main(sys.argv[1:])
