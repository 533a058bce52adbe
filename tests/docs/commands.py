#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands of the documentation, run as they stand there.

The blocks of a page marked "sh" run one after the other in a fresh folder. A
block must end with status 0, unless there are more words behind "sh":

  keep          it goes on in a shell of its own while the next blocks run, and
                is ended by Ctrl-C with the last of them
  stop          before it, what is kept is ended by Ctrl-C
  until="TEXT"  it is ended by Ctrl-C when it has printed TEXT
  expect="TEXT" it must have printed TEXT

There is no word to leave a block out. Run it by tests/interop/isolated.sh, so
that ports are free and everything ends with it.
"""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r'^```(\w*)[ ]?([^\n]*)\n(.*?)^```$', re.M | re.S)
LIMIT_S = 120


class Block:
    """One fenced block and how it is to be run."""

    def __init__(self, words, text):
        self.text = text
        self.keep = self.stop = False
        self.until = self.expect = None
        for word in shlex.split(words):
            name, _, value = word.partition('=')
            if name not in ('keep', 'stop', 'until', 'expect'):
                raise ValueError(f'unknown word {word!r}')
            setattr(self, name, value or True)


class Shell:
    """A block that runs."""

    def __init__(self, block, folder, env):
        self.block = block
        self.output = ''
        self.grown = threading.Condition()
        self.process = subprocess.Popen(
            ['bash', '-e', '-o', 'pipefail', '-c', block.text], cwd=folder,
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.grown:
                self.output += line
                self.grown.notify()

    def wait_for(self, text):
        """Whether the text comes before the end of the time, or its own."""
        deadline = time.monotonic() + LIMIT_S
        with self.grown:
            while text not in self.output and self.reader.is_alive():
                if time.monotonic() > deadline:
                    return False
                self.grown.wait(0.1)
            return text in self.output

    def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)

    def kill(self):
        """What it started in groups of their own ends with the namespace, and
        may keep its output open until then."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join(LIMIT_S / 60)

    def finish(self):
        """Its status; a shell that does not end is ended."""
        try:
            status = self.process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return 'does not end'
        self.reader.join()
        return status


def blocks(text):
    return [Block(words, body) for language, words, body
            in FENCE.findall(text) if language == 'sh']


def unmarked(text):
    """Blocks with a command in them that nobody runs."""
    return [body for language, _, body in FENCE.findall(text)
            if language != 'sh' and re.search(r'^\s*gst-launch', body, re.M)]


def environment(folder):
    """That of the test, with the python that runs it as python3, and with
    something in place of a screen and a loudspeaker."""
    tools = folder / '.tools'
    tools.mkdir()
    (tools / 'python3').symlink_to(sys.executable)
    env = {k: v for k, v in os.environ.items() if k != 'G_DEBUG'}
    return env | {'PATH': f'{tools}:{env["PATH"]}',
                  'GST_PLUGIN_FEATURE_RANK':
                  'fakevideosink:MAX,fakeaudiosink:MAX'}


def run(block, shell):
    """What is wrong with the run of one block, or None."""
    if block.until and not shell.wait_for(block.until):
        shell.kill()
        return f'did not print {block.until!r}'
    if block.until:
        shell.interrupt()
    if block.keep:
        return None
    return end(shell)


def end(shell):
    status = shell.finish()
    # A shell, or Python, that Ctrl-C ended.
    good = {0, 130, -signal.SIGINT} if shell.block.until or shell.block.keep \
        else {0}
    if status not in good:
        return f'ended with {status}'
    if shell.block.expect and shell.block.expect not in shell.output:
        return f'did not print {shell.block.expect!r}'
    return None


def stop(shells):
    """What is wrong with shells that were kept, up to now."""
    faults = []
    for shell in shells:
        if shell.block.expect:
            shell.wait_for(shell.block.expect)
        shell.interrupt()
        faults.append((shell, end(shell)))
    shells.clear()
    return faults


def run_page(text):
    """What is wrong with the commands of a page, as a list of texts."""
    faults, kept = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / 'examples').symlink_to(ROOT / 'examples')
        env = environment(folder)
        for block in blocks(text):
            if block.stop:
                faults += stop(kept)
            shell = Shell(block, folder, env)
            faults.append((shell, run(block, shell)))
            if block.keep:
                kept.append(shell)
        faults += stop(kept)
    return [f'{shell.block.text}{fault}:\n{shell.output}'
            for shell, fault in faults if fault]


def pages():
    found = {str(page.relative_to(ROOT)): page.read_text()
             for page in sorted((ROOT / 'docs').rglob('*.md'))}
    return {name: text for name, text in found.items() if '```' in text}


class Runner(unittest.TestCase):
    """The rules, on small pages."""

    def assert_wrong(self, fault, page):
        wrong = run_page(page)
        self.assertEqual(1, len(wrong), wrong)
        self.assertIn(fault, wrong[0])

    def test_good_commands(self):
        self.assertEqual([], run_page(
            '```sh\necho a >b\n```\n```sh keep expect="end"\n'
            'echo end; trap exit INT; while :; do sleep 0.1; done\n```\n'
            '```sh until="a"\ntrap exit INT; cat b; while :; do sleep 0.1; done\n```\n'))

    def test_failure(self):
        self.assert_wrong('ended with 3', '```sh\n(exit 3)\necho\n```\n')

    def test_failure_in_a_kept_shell(self):
        self.assert_wrong('ended with 3', '```sh keep expect=a\n'
                          'trap "exit 3" INT; echo a\n'
                          'while :; do sleep 0.1; done\n```\n')

    def test_text_that_does_not_come(self):
        self.assert_wrong("did not print 'x'", '```sh until=x\necho y\n```\n')
        self.assert_wrong("did not print 'x'", '```sh expect=x\necho y\n```\n')

    def test_other_languages_are_not_run(self):
        self.assertEqual([], run_page('```c\nexit (3);\n```\n'))

    def test_commands_nobody_runs_are_found(self):
        self.assertTrue(unmarked('```text\ngst-launch-1.0 fakesrc\n```\n'))
        self.assertFalse(unmarked('```sh\ngst-launch-1.0 fakesrc\n```\n'))

    def test_kept_shell_is_stopped_in_between(self):
        self.assertEqual([], run_page(
            '```sh keep expect="a"\ntrap "touch b; exit" INT; echo a\n'
            'while :; do sleep 0.1; done\n```\n```sh stop\nls b\n```\n'))

    def test_unknown_word(self):
        with self.assertRaisesRegex(ValueError, 'skip'):
            blocks('```sh skip\nfalse\n```\n')


class Pages(unittest.TestCase):
    """One test a page."""

    def test_every_command_is_run(self):
        for name, text in pages().items():
            self.assertEqual([], unmarked(text), name)


def add_page(name, text):
    def test(self):
        wrong = run_page(text)
        self.assertFalse(wrong, '\n'.join(wrong))
    setattr(Pages, 'test_' + re.sub(r'\W', '_', name), test)


# Pages to run, by a part of their names; all without an argument.
WANTED = sys.argv[1:] or ['']

for page_name, page_text in pages().items():
    if blocks(page_text) and any(word in page_name for word in WANTED):
        add_page(page_name, page_text)


if __name__ == '__main__':
    tap.main()
